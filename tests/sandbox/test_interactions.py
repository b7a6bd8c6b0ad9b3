"""Payloads of what people do, and what they see when the app does not do its part."""

import asyncio

import pytest

from bot.sandbox.server import SandboxServer

from .conftest import Driver

HOUR = 3600


def button(action_id: str, value: str) -> dict:
    return {"type": "button", "action_id": action_id, "value": value, "text": {"type": "plain_text", "text": action_id}}


def option(value: str) -> dict:
    return {"text": {"type": "plain_text", "text": value.title()}, "value": value}


CARD = [
    {"type": "actions", "block_id": "one", "elements": [button("approve", "1"), button("reject", "1")]},
    {"type": "actions", "block_id": "two", "elements": [button("approve", "2")]},
    {
        "type": "actions",
        "block_id": "menus",
        "elements": [
            {
                "type": "static_select",
                "action_id": "severity",
                "placeholder": {"type": "plain_text", "text": "Severity"},
                "options": [option("sev1"), option("sev2")],
            },
            {"type": "overflow", "action_id": "more", "options": [option("mute"), option("close")]},
            {"type": "users_select", "action_id": "who", "placeholder": {"type": "plain_text", "text": "Who"}},
        ],
    },
]


@pytest.fixture
def heard(app):
    """Bodies of every action the app was sent."""
    import re

    bodies: list[dict] = []

    @app.action(re.compile(".*"))
    async def remember(ack, body):
        bodies.append(body)
        await ack()

    return bodies


async def test_a_press_in_a_message(heard, run, people, client):
    posted = await client.chat_postMessage(channel="C0GENERAL", text="card", blocks=CARD)
    where = {"user": "bo", "channel": "general", "ts": posted["ts"], "settle_seconds": 0}
    async with run():
        seen = await people.post("press", **where, action_id="approve", value="2")
    assert seen["acknowledged"]
    body = heard[0]
    assert body["type"] == "block_actions"
    assert body["user"] == {"id": "U0BO", "username": "bo", "name": "bo", "team_id": "T0SANDBOX"}
    assert body["container"] == {
        "type": "message",
        "message_ts": posted["ts"],
        "channel_id": "C0GENERAL",
        "is_ephemeral": False,
    }
    assert (body["channel"]["name"], body["message"]["ts"]) == ("general", posted["ts"])
    action = body["actions"][0]
    assert (action["action_id"], action["block_id"], action["value"], action["type"]) == (
        "approve",
        "two",
        "2",
        "button",
    )
    assert body["trigger_id"]
    assert body["response_url"].startswith("http://127.0.0.1")


async def test_menus_report_and_keep_the_choice(heard, run, people, client):
    posted = await client.chat_postMessage(channel="C0GENERAL", text="card", blocks=CARD)
    where = {"user": "bo", "channel": "general", "ts": posted["ts"], "settle_seconds": 0}
    async with run():
        await people.post("press", **where, action_id="severity", selected_option="sev2")
        await people.post("press", **where, action_id="more", selected_option=option("mute"))
        await people.post("press", **where, action_id="who", selected_user="U0HANA")
        none = await people.post("press", 404, **where, action_id="severity", selected_option="sev9")
    assert "sev1, sev2" in none["error"]
    severity, more, who = [body["actions"][0] for body in heard]
    assert severity["selected_option"] == option("sev2")
    assert more["selected_option"]["value"] == "mute"
    assert who["selected_user"] == "U0HANA"
    state = heard[-1]["state"]["values"]["menus"]
    assert state["severity"] == {"type": "static_select", "selected_option": option("sev2")}
    assert "more" not in state


async def test_a_press_in_a_thread_names_the_thread(heard, run, people, client):
    parent = await client.chat_postMessage(channel="C0GENERAL", text="parent")
    reply = await client.chat_postMessage(channel="C0GENERAL", text="card", blocks=CARD, thread_ts=parent["ts"])
    async with run():
        await people.post("press", user="bo", channel="general", ts=reply["ts"], action_id="reject", settle_seconds=0)
    assert heard[0]["container"]["thread_ts"] == parent["ts"]


async def test_a_press_in_an_ephemeral_brings_no_message(heard, run, people, client):
    shown = await client.chat_postEphemeral(channel="C0GENERAL", user="U0BO", text="card", blocks=CARD)
    where = {"channel": "general", "ts": shown["message_ts"], "action_id": "reject", "settle_seconds": 0}
    async with run():
        await people.post("press", user="bo", **where)
        await people.post("press", 404, user="alice", **where)
    assert heard[0]["container"]["is_ephemeral"]
    assert "message" not in heard[0]


@pytest.mark.parametrize(
    ("body", "status", "names"),
    [
        ({"user": "bo", "channel": "general", "ts": "9.000000", "action_id": "x"}, 404, "general"),
        ({"user": "bo", "channel": "general", "ts": "TS", "action_id": "nope"}, 404, "approve"),
        ({"user": "bo", "channel": "general", "ts": "TS", "action_id": "approve", "value": "9"}, 404, "1, 2"),
        ({"user": "zoe", "channel": "general", "ts": "TS", "action_id": "approve"}, 400, "deactivated"),
        ({"user": "riskbot", "channel": "general", "ts": "TS", "action_id": "approve"}, 400, "bot itself"),
        ({"user": "gus", "channel": "private-ops", "ts": "TS", "action_id": "approve"}, 400, "not in #private-ops"),
        ({"user": "bo", "action_id": "approve"}, 404, "no view open"),
        ({"channel": "general"}, 400, "'user'"),
    ],
)
async def test_a_press_that_cannot_be(people, client, body, status, names):
    posted = await client.chat_postMessage(channel="C0GENERAL", text="card", blocks=CARD)
    body = {key: posted["ts"] if value == "TS" else value for key, value in body.items()}
    assert names in (await people.post("press", status, **body))["error"]


async def test_errors_people_see_when_nobody_is_there(people, client):
    posted = await client.chat_postMessage(channel="C0GENERAL", text="card", blocks=CARD)
    seen = await people.post("command", user="bo", channel="general", command="/alerts")
    assert (seen["acknowledged"], seen["error"]) == (False, '/alerts failed with the error "dispatch_failed"')
    seen = await people.post("press", user="bo", channel="general", ts=posted["ts"], action_id="reject")
    assert (seen["acknowledged"], seen["error"]) == (False, "This app is not responding.")


async def test_the_error_people_see_when_the_app_is_slow(app, run, people):
    @app.command("/alerts")
    async def slow(ack):
        await asyncio.sleep(3.3)
        await ack("too late")

    async with run():
        seen = await people.post("command", user="bo", channel="general", command="/alerts")
        assert seen["error"] == '/alerts failed with the error "operation_timeout"'
        assert seen["ephemeral"] == []
        assert 2900 < seen["ack_ms"] < 3300
        await asyncio.sleep(0.5)
    entry = next(each for each in await people.get("traffic") if each["kind"] == "envelope")
    assert (entry["method"], entry["ok"], entry["error"]) == ("slash_commands", False, "operation_timeout")


async def test_invalid_blocks_in_an_answer_are_an_error(app, run, people):
    @app.command("/alerts")
    async def wrong(ack):
        await ack(blocks=[{"type": "section", "text": {"type": "mrkdwn", "text": ""}}])

    async with run():
        seen = await people.post("command", user="bo", channel="general", command="/alerts")
    assert seen["error"] == '/alerts failed with the error "invalid_blocks"'


async def test_a_command_answers_in_the_channel(app, run, people):
    @app.command("/alerts")
    async def aloud(ack):
        await ack(text="all fine", response_type="in_channel")

    async with run():
        seen = await people.post("command", user="bo", channel="general", command="/alerts", settle_seconds=0)
    assert seen["ephemeral"] == []
    assert [message["text"] for message in await people.messages("general")] == ["all fine"]


async def test_command_fields(app, run, people):
    bodies = []

    @app.command("/alerts")
    async def remember(ack, body):
        bodies.append(body)
        await ack()

    async with run():
        await people.post(
            "command", user="bo", channel="general", command="alerts", text=" a>=b  & <c>", settle_seconds=0
        )
        await people.post("command", user="bo", channel="riskbot", command="/alerts", settle_seconds=0)
        archived = await people.post("command", 400, user="alice", channel="old-project", command="/alerts")
    assert "archived" in archived["error"]
    first, direct = bodies
    assert (first["command"], first["text"], first["channel_name"]) == (
        "/alerts",
        "a&gt;=b  &amp; &lt;c&gt;",
        "general",
    )
    assert (first["user_name"], first["team_domain"], first["api_app_id"]) == ("bo", "sandbox", "A0SANDBOX")
    assert (direct["channel_name"], direct["channel_id"]) == ("directmessage", "D0BO")


async def test_should_escape_and_unknown_commands():
    commands = [{"command": "/silence", "description": "d", "should_escape": True}]
    server = SandboxServer(manifest={"features": {"slash_commands": commands}})
    server.start()
    try:
        import httpx

        async with httpx.AsyncClient(trust_env=False) as http:
            people = Driver(server, http)
            refused = await people.post("command", 404, user="bo", channel="general", command="/alerts")
            assert "/silence" in refused["error"]
            await people.post(
                "command", user="bo", channel="general", command="/silence", text="@hana #general @oncall @x"
            )
            entry = (await people.get("traffic"))[-1]
        assert (
            entry["body"]["payload"]["text"] == ("<@U0HANA|hana> <#C0GENERAL|general> <!subteam^S0ONCALL|@oncall> @x")
            if entry["body"]
            else True
        )
    finally:
        server.stop()


async def test_messages_become_events(app, run, people):
    events = []

    @app.event("message")
    async def on_message(event):
        events.append(event)

    @app.event("app_mention")
    async def on_mention(event):
        events.append(event)

    async with run():
        sent = await people.post(
            "message", user="bo", channel="general", text="is <this> & that @riskbot?", settle_seconds=0
        )
        assert sent["heard"] == 2
        direct = await people.post("message", user="bo", channel="riskbot", text="hi", settle_seconds=0)
        reply = await people.post(
            "message", user="bo", channel="general", text="more", thread_ts=sent["ts"], settle_seconds=0
        )
        away = await people.post("message", user="alice", channel="private-ops", text="secret", settle_seconds=0)
    assert (direct["heard"], reply["heard"], away["heard"]) == (1, 1, 0)
    by_type = {(event["type"], event["ts"]): event for event in events}
    mention = by_type["app_mention", sent["ts"]]
    assert mention["text"] == "is &lt;this&gt; &amp; that <@U0RISKBOT>?"
    assert by_type["message", sent["ts"]]["channel_type"] == "channel"
    assert by_type["message", direct["ts"]]["channel_type"] == "im"
    assert by_type["message", reply["ts"]]["thread_ts"] == sent["ts"]


async def test_only_subscribed_events_are_sent():
    import httpx

    bot_events = ["app_mention", "message.channels"]
    # message.channels needs channels:history; a subscription without its scope brings nothing.
    manifest = {
        "oauth_config": {"scopes": {"bot": ["app_mentions:read"]}},
        "settings": {"event_subscriptions": {"bot_events": bot_events}},
    }
    server = SandboxServer(manifest=manifest)
    server.start()
    try:
        async with httpx.AsyncClient(trust_env=False) as http:
            people = Driver(server, http)
            plain = await people.post("message", user="bo", channel="general", text="x", settle_seconds=0)
            mention = await people.post("message", user="bo", channel="general", text="@riskbot x", settle_seconds=0)
        assert (plain["heard"], mention["heard"]) == (0, 1)
    finally:
        server.stop()


async def test_shortcuts(app, run, people, client):
    bodies = []

    @app.shortcut("raise_incident")
    async def remember(ack, body):
        bodies.append(body)
        await ack()

    posted = await client.chat_postMessage(channel="C0GENERAL", text="bad news")
    async with run():
        await people.post("shortcut", user="bo", callback_id="raise_incident", settle_seconds=0)
        await people.post(
            "shortcut", user="bo", callback_id="raise_incident", channel="general", ts=posted["ts"], settle_seconds=0
        )
    everywhere, on_message = bodies
    assert everywhere["type"] == "shortcut"
    assert (on_message["type"], on_message["message"]["text"]) == ("message_action", "bad news")
    assert on_message["response_url"]


SERVICE = {"type": "external_select", "action_id": "service", "placeholder": {"type": "plain_text", "text": "s"}}


@pytest.fixture
async def suggested(app, run, people, client):
    """`await suggested(value, …)`: what the menu shows after `value` was typed; fields of the select may follow."""
    heard = []

    @app.options("service")
    async def offer(ack, body):
        heard.append(body)
        typed = body["value"]
        if typed == "many":
            await ack(options=[option(str(number)) for number in range(101)])
        elif typed == "grouped":
            group = {"label": {"type": "plain_text", "text": "All"}, "options": [option("a")]}
            await ack(option_groups=[group])
        else:
            await ack(options=[option(typed + "-1"), option(typed + "-2")])

    async def suggest(value: str, status: int = 200, **more):
        blocks = [{"type": "actions", "elements": [SERVICE | more]}]
        posted = await client.chat_postMessage(channel="C0GENERAL", text="x", blocks=blocks)
        where = {"channel": "general", "ts": posted["ts"], "action_id": "service"}
        return await people.post("suggest", status, user="bo", value=value, **where)

    suggest.heard = heard
    async with run():
        yield suggest


async def test_an_external_select_asks_the_app(suggested):
    found = await suggested("api")
    assert [each["value"] for each in found["options"]] == ["api-1", "api-2"]
    assert (await suggested("grouped"))["option_groups"][0]["options"][0]["value"] == "a"
    body = suggested.heard[0]
    assert (body["type"], body["container"]["type"], body["message"]["text"]) == ("block_suggestion", "message", "x")
    assert "trigger_id" not in body


async def test_an_external_select_is_as_strict_as_slack(suggested):
    refused = await suggested("many")
    assert (refused["options"], refused["error"]) == ([], "This app gave options that cannot be shown.")
    assert "from 3 characters" in (await suggested("ap", 400))["error"]
    assert (await suggested("", min_query_length=0))["options"]


async def test_a_press_in_an_attachment_names_it(heard, run, people, client):
    posted = await client.chat_postMessage(channel="C0GENERAL", text="x", attachments=[{"blocks": CARD}])
    where = {"channel": "general", "ts": posted["ts"], "action_id": "reject", "settle_seconds": 0}
    async with run():
        await people.post("press", user="bo", **where)
    container = heard[0]["container"]
    assert (container["type"], container["attachment_id"]) == ("message_attachment", 1)


async def test_what_the_manifest_does_not_switch_on():
    import httpx

    home = {"home_tab_enabled": True, "messages_tab_enabled": True, "messages_tab_read_only_enabled": True}
    command = {"command": "/alerts", "description": "d"}
    features = {"app_home": home, "slash_commands": [command]}
    server = SandboxServer(manifest={"features": features, "settings": {"interactivity": {"is_enabled": False}}})
    server.start()
    try:
        async with httpx.AsyncClient(trust_env=False) as http:
            people = Driver(server, http)
            where = {"channel": "general", "ts": "1.0"}
            press = await people.post("press", 400, user="bo", **where, action_id="x")
            shortcut = await people.post("shortcut", 400, user="bo", callback_id="x")
            said = await people.post("message", 400, user="bo", channel="riskbot", text="hi")
            threaded = await people.post(
                "command", 400, user="bo", channel="general", command="/alerts", thread_ts="1.0"
            )
    finally:
        server.stop()
    assert "interactivity" in press["error"]
    assert "interactivity" in shortcut["error"]
    assert "turned off" in said["error"]
    assert threaded["error"] == "/alerts is not supported in threads. Sorry!"
