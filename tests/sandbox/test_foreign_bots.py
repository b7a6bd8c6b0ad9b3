"""Programs not written by us, as processes of their own: only the base URL tells them that this is not Slack."""

import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest

from bot.sandbox.constants import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET
from bot.sandbox.server import SandboxServer
from tests.processes import free_port

from .conftest import Driver

PROGRAMS = Path(__file__).parent / "foreign"
EVENTS = ["app_home_opened", "app_mention", "message.channels", "message.im", "reaction_added"]
SCOPES = ["app_mentions:read", "channels:history", "chat:write", "commands", "files:write", "im:history"]
SCOPES += ["reactions:read", "reactions:write", "usergroups:read", "users:read"]
MANIFEST = {
    "features": {
        "app_home": {"home_tab_enabled": True, "messages_tab_enabled": True, "messages_tab_read_only_enabled": False},
        "slash_commands": [{"command": f"/{name}", "description": name} for name in ("order", "keep", "spend")],
        "shortcuts": [
            {"name": "Browse", "type": "global", "callback_id": "browse", "description": "Pages"},
            {"name": "Report", "type": "message", "callback_id": "report", "description": "A file"},
        ],
    },
    "oauth_config": {"scopes": {"bot": SCOPES}},
    "settings": {"event_subscriptions": {"bot_events": EVENTS}, "interactivity": {"is_enabled": True}},
}


def started(program: str, server: SandboxServer, **more: str) -> subprocess.Popen[bytes]:
    """A proxy of the environment has no business here: slack_sdk would ask it for 127.0.0.1 too."""
    ours = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    tokens = {"SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_APP_TOKEN": APP_TOKEN, "SLACK_SIGNING_SECRET": SIGNING_SECRET}
    environment = ours | tokens | {"SLACK_API_URL": server.api_url} | more
    return subprocess.Popen([sys.executable, str(PROGRAMS / program)], env=environment, cwd=PROGRAMS)


@pytest.fixture(
    scope="module",
    params=[(program, mode) for program in ("bolt_program.py", "bolt_async_program.py") for mode in ("socket", "http")],
    ids="-".join,
)
def canteen(request) -> Iterator[tuple[SandboxServer, int | None]]:
    """A workspace with the canteen bot in it; the port is that of its request URL."""
    program, mode = request.param
    server = SandboxServer(manifest=MANIFEST)
    server.start()
    port = free_port() if mode == "http" else None
    process = started(program, server, **({"PORT": str(port)} if port else {}))
    yield server, port
    process.terminate()
    process.wait(10)
    server.stop()


@pytest.fixture
async def people(canteen) -> AsyncIterator[Driver]:
    """Afterwards: every envelope was acknowledged, every call was one that Slack knows and takes."""
    server, port = canteen
    async with httpx.AsyncClient(timeout=10, trust_env=False, verify=False) as http:
        people = Driver(server, http)
        if port is None:
            await people.connected()
        else:
            await people.until(lambda: _takes_deliveries(people, port), 15)
        yield people
        traffic = await people.get("traffic")
    assert [each for each in traffic if each["kind"] == "envelope" and not each.get("ok")] == []
    refused = {each["error"] for each in traffic if each["kind"] == "call" and not each["ok"]}
    assert refused <= {"push_limit_reached", "hash_conflict", "expired_trigger_id"}


async def _takes_deliveries(people: Driver, port: int) -> bool:
    body = {"request_url": f"http://127.0.0.1:{port}/slack/events", "verify": True}
    response = await people._http.post(f"{people.server.control_url}/delivery", json=body)
    return response.status_code == 200


async def replies(people: Driver, ts: str, count: int = 1) -> list[dict]:
    async def there() -> bool:
        return len(await found()) >= count

    async def found() -> list[dict]:
        return [each for each in await people.messages("general") if each.get("thread_ts") == ts != each["ts"]]

    await people.until(there)
    return await found()


async def title(people: Driver, user: str) -> str:
    stack = (await people.get("state"))["views"].get(f"U0{user.upper()}", [])
    return stack[-1]["title"]["text"] if stack else ""


async def test_a_message_is_answered_in_its_thread_and_its_buttons_work(people):
    said = await people.post("message", user="bo", channel="general", text="so hungry")
    (card,) = await replies(people, said["ts"])
    where = {"user": "bo", "channel": "general", "ts": card["ts"]}
    why = await people.post("press", **where, action_id="why", settle_seconds=1)
    assert [(each["text"], each.get("thread_ts")) for each in why["ephemeral"]] == [("Only for you", None)]
    await people.post("press", **where, action_id="take", settle_seconds=1)
    (taken,) = await replies(people, said["ts"])
    assert (taken["ts"], taken["text"]) == (card["ts"], "Taken by <@U0BO>")
    assert "blocks" not in taken


async def test_a_mention_is_answered_from_the_user_groups(people):
    said = await people.post("message", user="bo", channel="general", text="@riskbot who?")
    (answer,) = await replies(people, said["ts"])
    assert answer["text"] == "On call: hana, ivan"


async def test_a_reaction_is_answered_with_one(people):
    said = await people.post("message", user="bo", channel="general", text="lunch")
    await people.post("react", user="carol", channel="general", ts=said["ts"], name="pizza")

    async def marked() -> bool:
        message = next(each for each in await people.messages("general") if each["ts"] == said["ts"])
        names = [(each["name"], each["users"]) for each in message.get("reactions", ())]
        return names == [("pizza", ["U0CAROL"]), ("white_check_mark", ["U0RISKBOT"])]

    await people.until(marked)


async def test_app_home(people):
    await people.post("open_home", user="erin")

    async def published() -> bool:
        return "U0ERIN" in (await people.get("state"))["homes"]

    await people.until(published)


async def test_a_modal_with_errors_update_push_and_suggestions(people):
    opened = await people.post("command", user="alice", channel="general", command="/order", settle_seconds=1)
    view_id = opened["view"]["id"]
    offered = await people.post("suggest", user="alice", view_id=view_id, action_id="dish", value="pi")
    assert [each["value"] for each in offered["options"]] == ["Pizza Funghi", "Pizza Rossa"]
    dish = {"dish": offered["options"][1]}

    async def submit(note: str) -> dict:
        return await people.post("submit", user="alice", view_id=view_id, values={"text": note, **dish})

    assert (await submit("bad"))["errors"] == {"note": "Not that."}
    assert (await submit("again"))["view"]["title"]["text"] == "Once more"
    pushed = await submit("more")
    assert (pushed["view"]["title"]["text"], pushed["view"]["previous_view_id"]) == ("Page 2", view_id)
    await people.post("close_view", user="alice", view_id=pushed["view"]["id"])
    assert "view" not in await submit("hot")

    async def said() -> bool:
        return "U0ALICE wants Pizza Rossa: hot" in [each["text"] for each in await people.messages("general")]

    await people.until(said)


async def test_a_stack_of_three_and_a_stale_hash(people):
    opened = await people.post("shortcut", user="dave", callback_id="browse", settle_seconds=1)
    assert await title(people, "dave") == "Page 1"
    stale = await people.post("press", user="dave", action_id="stale", settle_seconds=1)
    assert stale["view"]["blocks"][0]["text"]["text"] == "hash_conflict"
    assert stale["view"]["hash"] != opened["view"]["hash"]
    for page in ("Page 2", "Page 3", "Page 3"):
        await people.post("press", user="dave", action_id="deeper", settle_seconds=1)
        assert await title(people, "dave") == page
    top = (await people.get("state"))["views"]["U0DAVE"][-1]
    assert top["blocks"][0]["text"]["text"] == "push_limit_reached"


async def test_a_message_shortcut_uploads_a_file_into_the_thread(people):
    said = await people.post("message", user="bo", channel="general", text="numbers")
    await people.post("shortcut", user="bo", callback_id="report", channel="general", ts=said["ts"])
    (shared,) = await replies(people, said["ts"])
    assert (shared["text"], shared["files"][0]["name"]) == ("Here it is", "report.csv")


async def test_a_trigger_kept_too_long_opens_nothing(people):
    kept = await people.post("command", user="bo", channel="general", command="/keep")
    assert [each["text"] for each in kept["ephemeral"]] == ["kept"]
    await people.post("clock", advance_seconds=4)
    spent = await people.post("command", user="bo", channel="general", command="/spend", settle_seconds=1)
    assert [each["text"] for each in spent["ephemeral"]] == ["expired_trigger_id"]


async def test_a_program_without_any_framework():
    server = SandboxServer(manifest={})
    server.start()
    process = started("sdk_program.py", server)
    try:
        async with httpx.AsyncClient(timeout=10, trust_env=False, verify=False) as http:
            people = Driver(server, http)
            await people.until(lambda: _has_link(people), 15)
            await _plain_story(people)
    finally:
        process.terminate()
        process.wait(10)
        server.stop()


async def _has_link(people: Driver) -> bool:
    return (await people.get("connections"))["count"] == 1


async def _plain_story(people: Driver) -> None:
    answer = await people.post("command", user="bo", channel="general", command="/anything", text="a b")
    assert [each["text"] for each in answer["ephemeral"]] == ["/anything by bo: a b"]
    await people.post("message", user="bo", channel="general", text="hello")

    async def texts() -> list[str]:
        return [each["text"] for each in await people.messages("general")]

    async def heard() -> bool:
        return "Heard" in await texts()

    await people.until(heard)
    card = (await people.messages("general"))[-1]
    await people.post("press", user="bo", channel="general", ts=card["ts"], action_id="do")

    async def done() -> bool:
        return await texts() == ["hello", "Done"]

    await people.until(done)
    # It comes back by itself, and over the new link it hears as before.
    await people.post("faults", disconnect="refresh_requested")

    async def reopened() -> bool:
        return len(await people.calls("apps.connections.open")) == 2

    async def answers() -> bool:
        # Between two links a command may be lost, in Slack as here.
        again = await people.post("command", user="bo", channel="general", command="/again", text="x")
        return [each["text"] for each in again["ephemeral"]] == ["/again by bo: x"]

    await people.until(reopened)
    await people.until(answers, 10)
