"""Post, change, read back; command, press, ephemeral, modal."""

import json

import websockets.asyncio.client

TEXT = {"type": "plain_text", "text": "Why?"}
BUTTON = {"type": "button", "action_id": "approve", "value": "7", "text": {"type": "plain_text", "text": "Approve"}}
CARD = [
    {"type": "section", "text": {"type": "mrkdwn", "text": "Task *7*"}},
    {"type": "actions", "block_id": "decide", "elements": [BUTTON]},
]
MODAL = {
    "type": "modal",
    "callback_id": "reason",
    "title": {"type": "plain_text", "text": "Reject"},
    "submit": {"type": "plain_text", "text": "Send"},
    "blocks": [
        {
            "type": "input",
            "block_id": "why",
            "label": TEXT,
            "element": {"type": "plain_text_input", "action_id": "text"},
        }
    ],
}


async def test_posts_updates_and_reads_back(client, people):
    posted = await client.chat_postMessage(
        channel="#llm-alerts", text="one", blocks=CARD, metadata={"event_type": "card", "event_payload": {"k": "1"}}
    )
    assert posted["channel"] == "C0LLMALERTS"
    assert posted["message"]["bot_id"] == "B0RISKBOT"
    assert posted["message"]["blocks"][0]["block_id"]
    await client.chat_update(channel="C0LLMALERTS", ts=posted["ts"], text="two", blocks=CARD[:1])
    history = await client.conversations_history(channel="C0LLMALERTS", include_all_metadata=True)
    message = history["messages"][0]
    assert (message["ts"], message["text"], len(message["blocks"])) == (posted["ts"], "two", 1)
    assert message["metadata"] == {"event_type": "card", "event_payload": {"k": "1"}}
    assert message["edited"]["user"] == "U0RISKBOT"
    assert [call["method"] for call in await people.calls()] == [
        "chat.postMessage",
        "chat.update",
        "conversations.history",
    ]


async def test_command_answers_privately(app, run, people):
    @app.command("/alerts")
    async def alerts(ack, command, respond):
        await ack(f"You said {command['text']}")
        await respond("And more", response_type="ephemeral")

    async with run():
        seen = await people.post("command", user="alice", channel="llm-alerts", command="/alerts", text="status now")
    assert seen["acknowledged"]
    assert {message["text"] for message in seen["ephemeral"]} == {"You said status now", "And more"}


async def test_press_opens_a_modal_that_is_submitted(app, run, people, client):
    submitted = {}

    @app.action("approve")
    async def approve(ack, body, client):
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=MODAL)

    @app.view("reason")
    async def reason(ack, view):
        text = view["state"]["values"]["why"]["text"]["value"]
        if len(text) < 5:
            await ack(response_action="errors", errors={"why": "Say more."})
            return
        submitted["text"] = text
        await ack()

    posted = await client.chat_postMessage(channel="C0ESCALATIONS", text="card", blocks=CARD)
    async with run():
        pressed = await people.post("press", user="alice", channel="escalations", ts=posted["ts"], action_id="approve")
        assert pressed["acknowledged"]
        view = pressed["view"]
        assert view["callback_id"] == "reason"
        empty = await people.post("submit", user="alice", view_id=view["id"], values={})
        assert empty["errors"] == {"why": "Please complete this required field."}
        short = await people.post("submit", user="alice", view_id=view["id"], values={"text": "no"})
        assert (short["response_action"], short["errors"]) == ("errors", {"why": "Say more."})
        done = await people.post(
            "submit", user="alice", view_id=view["id"], values={"why": {"text": {"value": "too costly"}}}
        )
        assert "view" not in done
    assert submitted == {"text": "too costly"}


async def test_the_page_hears_everything(client, server):
    address = server.url.replace("http", "ws") + "/ui"
    async with websockets.asyncio.client.connect(address, proxy=None) as page:
        first = json.loads(await page.recv())
        assert first["type"] == "state"
        assert {user["name"] for user in first["state"]["users"]} >= {"alice", "zoe", "riskbot"}
        await client.chat_postMessage(channel="C0GENERAL", text="hello")
        events = [json.loads(await page.recv()) for _ in range(2)]
    assert [event["event"] for event in events] == ["message", "call"]
    assert events[0]["message"]["text"] == "hello"


async def test_controls_name_what_exists(people):
    refused = await people.post("command", 404, user="nobody", channel="general", command="/alerts")
    assert "alice" in refused["error"]
    refused = await people.post("press", 404, user="bo", channel="general", ts="1.000000", action_id="x")
    assert "#general" in refused["error"]
