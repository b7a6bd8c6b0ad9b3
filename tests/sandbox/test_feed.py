"""What the app hears of messages: its own, changed ones, deleted ones."""

import pytest


@pytest.fixture
def heard(app) -> list[dict]:
    events: list[dict] = []

    @app.event("message")
    async def any_message(event):
        events.append(event)

    @app.event({"type": "message", "subtype": "message_changed"})
    async def changed(event):
        events.append(event)

    @app.event({"type": "message", "subtype": "message_deleted"})
    async def deleted(event):
        events.append(event)

    return events


async def envelopes(people) -> list[dict]:
    """Inner events in the order sent, each once however often it was tried."""
    traffic = await people.get("traffic")
    outer = [each["body"]["payload"] for each in traffic if each["kind"] == "envelope"]
    tried = {each["event_id"]: each["event"] for each in outer}
    return list(tried.values())


async def test_the_bot_hears_its_own_messages_and_bolt_passes_them_over(heard, run, people, client):
    async with run():
        posted = await client.chat_postMessage(channel="C0GENERAL", text="mine, @riskbot <@U0RISKBOT>")
        await people.post("message", user="bo", channel="general", text="theirs")
    own, other = await envelopes(people)
    assert (own["type"], own["bot_id"], own["ts"]) == ("message", "B0RISKBOT", posted["ts"])
    assert other["user"] == "U0BO"
    assert [event["text"] for event in heard] == ["theirs"]


async def test_changes_and_deletions_are_told(people, client):
    posted = await client.chat_postMessage(channel="C0GENERAL", text="one")
    place = {"channel": "C0GENERAL", "ts": posted["ts"]}
    await client.chat_update(**place, text="two")
    await client.chat_delete(**place)

    async def all_told() -> bool:
        return len(await envelopes(people)) >= 3

    await people.until(all_told)
    _, change, deletion = await envelopes(people)
    assert (change["subtype"], change["message"]["text"], change["previous_message"]["text"]) == (
        "message_changed",
        "two",
        "one",
    )
    assert (deletion["subtype"], deletion["deleted_ts"]) == ("message_deleted", posted["ts"])


async def test_nothing_is_told_of_where_the_bot_is_not(people, client):
    await people.post("message", user="alice", channel="private-ops", text="secret")
    assert await envelopes(people) == []


async def test_what_people_do_to_messages(people, client):
    posted = await client.chat_postMessage(channel="C0GENERAL", text="card")
    said = await people.post("message", user="bo", channel="general", text="hi", settle_seconds=0)
    mine = {"user": "bo", "channel": "general", "ts": said["ts"]}
    await people.post("react", user="bo", channel="general", ts=posted["ts"], name=":eyes:")
    twice = await people.post("react", 400, user="bo", channel="general", ts=posted["ts"], name="eyes")
    assert "already_reacted" in twice["error"]
    assert (await client.reactions_get(channel="C0GENERAL", timestamp=posted["ts"]))["message"]["reactions"] == [
        {"name": "eyes", "users": ["U0BO"], "count": 1}
    ]
    await people.post("react", user="bo", channel="general", ts=posted["ts"], name="eyes", remove=True)
    await people.post("edit", **mine, text="hi <all>")
    await people.post("delete", **mine)
    stolen = await people.post("delete", 400, user="bo", channel="general", ts=posted["ts"])
    assert "riskbot's" in stolen["error"]

    async def all_told() -> bool:
        return len(await envelopes(people)) >= 6

    await people.until(all_told)
    events = {event.get("subtype", event["type"]): event for event in await envelopes(people)}
    assert events["reaction_added"]["item"] == {"type": "message", "channel": "C0GENERAL", "ts": posted["ts"]}
    assert (events["reaction_removed"]["reaction"], events["reaction_removed"]["item_user"]) == ("eyes", "U0RISKBOT")
    assert events["message_changed"]["message"]["text"] == "hi &lt;all&gt;"
    assert events["message_deleted"]["deleted_ts"] == said["ts"]


async def test_who_comes_and_goes(people, client):
    await people.post("invite", user="alice", channel="private-ops", whom="riskbot")
    assert (await client.conversations_info(channel="C0PRIVATEOPS"))["channel"]["is_member"]
    await people.post("invite", 400, user="alice", channel="private-ops", whom="riskbot")
    await people.post("faults", remove_bot_from="private-ops")

    async def all_told() -> bool:
        return len(await envelopes(people)) >= 2

    await people.until(all_told)
    joined, left = await envelopes(people)
    assert (joined["type"], joined["user"], joined["inviter"]) == ("member_joined_channel", "U0RISKBOT", "U0ALICE")
    assert (left["type"], left["channel"]) == ("group_left", "C0PRIVATEOPS")


async def test_changes_of_people_and_groups(people):
    await people.post("people", user="ivan", groups=["tech-leads"])

    async def all_told() -> bool:
        return len(await envelopes(people)) >= 3

    await people.until(all_told)
    events = await envelopes(people)
    changes = {(each["subteam_id"], *each["added_users"], *each["removed_users"]) for each in events[:2]}
    assert changes == {("S0ONCALL", "U0IVAN"), ("S0TECHLEADS", "U0IVAN")}
    assert (events[2]["type"], events[2]["user"]["id"]) == ("user_change", "U0IVAN")
