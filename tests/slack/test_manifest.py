"""The manifest is what Slack's schema takes, and our own checks find what the schema does not."""

import copy
import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from bot.slack.manifest import (
    BOT_EVENTS,
    SCOPES,
    CommandSpec,
    ShortcutSpec,
    build_manifest,
    missing_scopes,
    prefixed,
    to_yaml,
)
from bot.slack.manifest_check import KNOWN_EVENTS, KNOWN_SCOPES, check_manifest

SCHEMA = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "slack_manifest_v2.schema.json"
COMMANDS = [CommandSpec("/alerts", "What is firing", "[help|id]"), CommandSpec("/rollback", "Roll a service back")]
SHORTCUTS = [ShortcutSpec("Open an incident", "incident_open", "Open an incident from this message")]


@pytest.fixture(scope="module")
def schema():
    if not SCHEMA.is_file():
        pytest.skip(f"Slack's manifest schema is not there ({SCHEMA.name}); fetch it from slackapi/manifest-schema")
    return json.loads(SCHEMA.read_text())


@pytest.mark.parametrize("url", [None, "https://bot.example.com", "https://bot.example.com/"])
@pytest.mark.parametrize("prefix", ["", "rb-"])
@pytest.mark.parametrize(("commands", "shortcuts"), [(COMMANDS, SHORTCUTS), ([], [])])
def test_slacks_schema_takes_it(schema, commands, shortcuts, prefix, url):
    manifest = build_manifest(commands, shortcuts, prefix=prefix, url=url)
    jsonschema.Draft7Validator(schema).validate(manifest)
    assert check_manifest(manifest) == []


def test_socket_mode_has_no_address():
    text = to_yaml(build_manifest(COMMANDS, SHORTCUTS))
    assert "http" not in text
    assert yaml.safe_load(text)["settings"]["socket_mode_enabled"] is True


def test_http_mode_sends_all_to_one_path():
    manifest = build_manifest(COMMANDS, SHORTCUTS, url="https://bot.example.com/")
    address = "https://bot.example.com/slack/events"
    assert manifest["settings"]["socket_mode_enabled"] is False
    assert manifest["settings"]["interactivity"]["request_url"] == address
    assert manifest["settings"]["event_subscriptions"]["request_url"] == address
    assert {entry["url"] for entry in manifest["features"]["slash_commands"]} == {address}


def test_a_prefix_renames_commands_only():
    plain, renamed = build_manifest(COMMANDS, SHORTCUTS), build_manifest(COMMANDS, SHORTCUTS, prefix="rb-")
    assert [entry["command"] for entry in renamed["features"]["slash_commands"]] == ["/rb-alerts", "/rb-rollback"]
    assert renamed["features"]["shortcuts"] == plain["features"]["shortcuts"]
    assert prefixed("/alerts", "") == "/alerts"


def test_yaml_reads_back():
    manifest = build_manifest(COMMANDS, SHORTCUTS)
    assert yaml.safe_load(to_yaml(manifest)) == manifest


def spoilt(change):
    manifest = copy.deepcopy(build_manifest(COMMANDS, SHORTCUTS))
    change(manifest)
    return manifest


def command(name):
    return lambda m: m["features"]["slash_commands"].append({"command": name, "description": "x"})


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda m: m.pop("_metadata"), "_metadata"),
        (command("/Roll"), "/Roll"),
        (command("/roll back"), "without blanks"),
        (command("roll"), "'roll'"),
        (command("/alerts"), "2 times"),
        (command("/" + "x" * 32), "33 characters"),
        (lambda m: m["oauth_config"]["scopes"]["bot"].append("chat:wirte"), "chat:wirte"),
        (lambda m: m["oauth_config"]["scopes"]["bot"].append("chat:write"), "2 times"),
        (lambda m: m["oauth_config"]["scopes"]["bot"].remove("commands"), "'commands' is missing"),
        (lambda m: m["settings"]["event_subscriptions"]["bot_events"].append("app_home_open"), "app_home_open"),
        (lambda m: m["settings"]["event_subscriptions"]["bot_events"].append("app_mention"), "app_mentions:read"),
        (lambda m: m["features"]["shortcuts"].append(m["features"]["shortcuts"][0]), "Shortcut incident_open"),
        (lambda m: m["features"]["shortcuts"][0].update(name="x" * 25), "25 characters"),
        (lambda m: m["settings"]["interactivity"].update(is_enabled=False), "interactivity"),
        (lambda m: m["settings"].update(socket_mode_enabled=False), "https address"),
        (lambda m: m["settings"]["interactivity"].update(request_url="https://e.com"), "in Socket Mode"),
        (lambda m: m.pop("settings"), "interactivity"),
    ],
)
def test_our_checks_find(change, expected):
    assert any(expected in finding for finding in check_manifest(spoilt(change)))


def test_a_long_prefix_is_found():
    assert any("shorten the prefix" in found for found in check_manifest(build_manifest(COMMANDS, [], prefix="x" * 26)))


def test_what_we_ask_for_is_known():
    assert set(SCOPES) <= KNOWN_SCOPES
    assert set(BOT_EVENTS) <= set(KNOWN_EVENTS)
    assert {scope for needs in KNOWN_EVENTS.values() for scope in needs} <= KNOWN_SCOPES


def test_missing_scopes():
    assert missing_scopes([scope for scope in SCOPES if scope != "im:write"]) == ["im:write"]
    assert missing_scopes([*SCOPES, "files:write"]) == []
