"""manifest.yml is what the code registers and needs, no more and no less, and Slack's schema takes it."""

import ast
import json
import re
from pathlib import Path

import jsonschema
import pytest
import yaml

from bot.paths import MANIFEST
from bot.slack.ids import COMMANDS, SHORTCUTS
from bot.slack.manifest import BOT_EVENTS, EVENTS_PATH, SCOPES, build_manifest, check_manifest, to_yaml
from tests.contracts.listeners import registered

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = ROOT.parent / "shared" / "data" / "slack_manifest_v2.schema.json"

#: Web API method → the bot scopes that our use of it takes.
NEEDS = {
    "apps.connections.open": (),  # the app-level token's connections:write
    "auth.test": (),
    "bots.info": ("users:read",),
    "chat.postMessage": ("chat:write",),
    "chat.update": ("chat:write",),
    "conversations.history": ("channels:history", "groups:history", "im:history"),
    "conversations.info": ("channels:read", "groups:read"),
    "conversations.join": ("channels:join",),
    "conversations.list": ("channels:read", "groups:read"),
    "conversations.open": ("im:write",),
    "conversations.replies": ("channels:history", "groups:history", "im:history"),
    "files.completeUploadExternal": ("files:write",),
    "files.getUploadURLExternal": ("files:write",),
    "usergroups.list": ("usergroups:read",),
    "usergroups.users.list": ("usergroups:read",),
    "users.info": ("users:read", "users:read.email"),
    "users.lookupByEmail": ("users:read.email",),
    "views.open": (),
    "views.publish": (),
    "views.push": (),
    "views.update": (),
}
_METHOD = re.compile(
    r"(api|apps|auth|bots|bookmarks|chat|conversations|files|pins|reactions|team|usergroups|users|views)(\.[a-zA-Z]+)+"
)


def methods_called() -> set[str]:
    """Every method's name that stands as a text of its own in the bot's code (not in the workspace that plays Slack)."""
    found = set()
    for path in (ROOT / "bot").rglob("*.py"):
        if "sandbox" in path.parts or path.name == "manifest_check.py":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and _METHOD.fullmatch(node.value):
                found.add(node.value)
    return found


@pytest.fixture(scope="module")
def written() -> dict:
    return yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))


def test_file_is_what_the_code_makes():
    current = MANIFEST.read_text(encoding="utf-8") == to_yaml(build_manifest(COMMANDS, SHORTCUTS))
    assert current, "run: riskbot manifest > manifest.yml"


def test_commands_have_listeners(written):
    listened = {listener.what for listener in registered() if listener.kind == "command"}
    assert {entry["command"] for entry in written["features"]["slash_commands"]} == listened


def test_shortcuts_have_listeners(written):
    listened = {listener.what for listener in registered() if listener.kind == "shortcut"}
    assert {entry["callback_id"] for entry in written["features"].get("shortcuts", [])} == listened


def test_events_have_listeners(written):
    listened = {listener.what for listener in registered() if listener.kind in {"event", "message"}}
    assert set(written["settings"]["event_subscriptions"]["bot_events"]) == listened == set(BOT_EVENTS)


def test_methods_are_known():
    assert methods_called() == set(NEEDS), "tell the table which scopes a new method takes"


def test_scopes_are_those_that_the_calls_need(written):
    needed = {scope for method in methods_called() for scope in NEEDS[method]}
    asked = set(written["oauth_config"]["scopes"]["bot"])
    assert asked == set(SCOPES)
    # Slack wants `commands` for the slash commands themselves.
    assert asked == needed | {"commands"}


def test_slack_takes_it(written):
    assert check_manifest(written) == []
    if not SCHEMA.is_file():
        pytest.skip(f"Slack's manifest schema is not there ({SCHEMA.name}); fetch it from slackapi/manifest-schema")
    jsonschema.Draft7Validator(json.loads(SCHEMA.read_text(encoding="utf-8"))).validate(written)


def test_http_mode_is_served_where_the_manifest_says():
    manifest = build_manifest(COMMANDS, SHORTCUTS, url="https://bot.example.com")
    assert check_manifest(manifest) == []
    assert manifest["settings"]["interactivity"]["request_url"] == f"https://bot.example.com{EVENTS_PATH}"
