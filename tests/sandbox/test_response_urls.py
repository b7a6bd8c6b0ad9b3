"""response_url: five uses in half an hour; where and as what the answer appears."""

import pytest

from .test_interactions import CARD


@pytest.fixture
async def pressed(app, run, people, client, server):
    """`await pressed(ephemeral=…)`: a function that posts to the response_url of a press, and the message's ts."""
    urls: list[str] = []

    @app.action("reject")
    async def remember(ack, body):
        urls.append(body["response_url"])
        await ack()

    async def press(*, ephemeral: bool = False):
        if ephemeral:
            shown = await client.chat_postEphemeral(channel="C0GENERAL", user="U0BO", text="card", blocks=CARD)
            ts = shown["message_ts"]
        else:
            ts = (await client.chat_postMessage(channel="C0GENERAL", text="card", blocks=CARD))["ts"]
        await people.post("press", user="bo", channel="general", ts=ts, action_id="reject", settle_seconds=0)
        url = urls[-1]

        async def respond(**body):
            return await people._http.post(url, json=body)

        return respond, ts

    async with run():
        yield press


async def ephemerals(people) -> list[str]:
    return [each["message"]["text"] for each in (await people.get("state"))["ephemeral"]]


async def test_five_uses(pressed, people):
    respond, _ = await pressed()
    statuses = [(await respond(text=f"r{n}")).status_code for n in range(6)]
    assert statuses == [200] * 5 + [404]
    assert (await respond(text="x")).json() == {"ok": False, "error": "used_url"}
    assert await ephemerals(people) == [f"r{n}" for n in range(5)]


async def test_half_an_hour(pressed, people):
    respond, _ = await pressed()
    await people.post("clock", advance_seconds=1799)
    assert (await respond(text="in time")).status_code == 200
    await people.post("clock", advance_seconds=2)
    assert (await respond(text="late")).json()["error"] == "expired_url"


async def test_kinds_of_answers(pressed, people):
    respond, ts = await pressed()
    await respond(text="aloud", response_type="in_channel")
    await respond(text="below", response_type="in_channel", thread_ts=ts)
    await respond(text="changed", replace_original=True)
    messages = {message["text"]: message for message in await people.messages("general")}
    assert messages["changed"]["ts"] == ts
    assert messages["changed"]["edited"]
    assert messages["below"]["thread_ts"] == ts
    assert "thread_ts" not in messages["aloud"]
    assert "blocks" not in messages["changed"]
    await respond(delete_original=True)
    left = {message["ts"]: message for message in await people.messages("general")}
    assert left[ts]["subtype"] == "tombstone"
    assert (await respond(text="x", replace_original=True)).json()["error"] == "message_not_found"


async def test_an_original_is_deleted(pressed, people):
    respond, _ = await pressed()
    assert (await respond(delete_original=True)).status_code == 200
    assert await people.messages("general") == []


async def test_an_ephemeral_is_replaced_and_deleted(pressed, people):
    respond, ts = await pressed(ephemeral=True)
    await respond(text="changed", replace_original=True)
    assert [(each["message"]["ts"], each["message"]["text"]) for each in (await people.get("state"))["ephemeral"]] == [
        (ts, "changed")
    ]
    await respond(delete_original=True)
    assert await ephemerals(people) == []


async def test_bad_answers(pressed, people, server):
    respond, _ = await pressed()
    empty = await respond()
    assert (empty.status_code, empty.json()["error"]) == (400, "no_text")
    blocks = await respond(text="x", blocks=[{"type": "nonsense"}])
    assert (blocks.status_code, blocks.json()["error"]) == (400, "invalid_blocks")
    unknown = await people._http.post(f"{server.url}/actions/T0SANDBOX/1/none", json={"text": "x"})
    assert unknown.status_code == 404
