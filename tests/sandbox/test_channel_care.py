"""Methods that other bots call: leaving, archiving, naming, pins, profiles, group conversations, messages for later."""

import asyncio

import pytest
from slack_sdk.errors import SlackApiError

from bot.sandbox.server import SandboxServer

from .conftest import web_client


async def error_of(call) -> str:
    with pytest.raises(SlackApiError) as caught:
        await call
    return caught.value.response["error"]


async def test_the_life_of_a_channel(client):
    channel = (await client.conversations_create(name="inc-1"))["channel"]["id"]
    await client.conversations_invite(channel=channel, users="U0ALICE")
    purposeful = await client.conversations_setPurpose(channel=channel, purpose="sev1")
    assert purposeful["channel"]["purpose"]["value"] == "sev1"
    assert (await client.conversations_rename(channel=channel, name="inc-2"))["channel"]["name"] == "inc-2"
    assert await error_of(client.conversations_rename(channel="C0GENERAL", name="x")) == "not_authorized"
    assert await error_of(client.conversations_rename(channel=channel, name="general")) == "name_taken"
    await client.conversations_kick(channel=channel, user="U0ALICE")
    assert await error_of(client.conversations_kick(channel=channel, user="U0RISKBOT")) == "cant_kick_self"
    found = await client.users_conversations(types="public_channel", exclude_archived=True)
    assert {"inc-2", "general"} <= {each["name"] for each in found["channels"]}
    await client.conversations_archive(channel=channel)
    assert await error_of(client.conversations_archive(channel=channel)) == "already_archived"
    assert await error_of(client.conversations_leave(channel="C0GENERAL")) == "cant_leave_general"
    await client.conversations_leave(channel="C0LLMCOSTS")
    assert (await client.conversations_leave(channel="C0LLMCOSTS"))["not_in_channel"]
    assert await error_of(client.chat_postMessage(channel="C0LLMCOSTS", text="x")) == "not_in_channel"


async def test_pins_profiles_and_presence(client):
    ts = (await client.chat_postMessage(channel="C0GENERAL", text="rules"))["ts"]
    await client.pins_add(channel="C0GENERAL", timestamp=ts)
    (item,) = (await client.pins_list(channel="C0GENERAL"))["items"]
    assert item["message"]["text"] == "rules"
    await client.pins_remove(channel="C0GENERAL", timestamp=ts)
    assert await error_of(client.pins_remove(channel="C0GENERAL", timestamp=ts)) == "no_pin"
    assert (await client.users_profile_get(user="U0BO"))["profile"]["title"] == "Architect"
    assert (await client.users_getPresence(user="U0BO"))["presence"] == "active"
    assert (await client.emoji_list())["emoji"] == {}
    me = await client.chat_meMessage(channel="C0GENERAL", text="waves")
    (message,) = (await client.conversations_history(channel="C0GENERAL", latest=me["ts"], inclusive=True, limit=1))[
        "messages"
    ]
    assert (message["subtype"], message["text"]) == ("me_message", "waves")


async def test_several_people_have_one_conversation(client, people):
    opened = (await client.conversations_open(users="U0BO,U0ALICE"))["channel"]["id"]
    assert (await client.conversations_open(users="U0ALICE,U0BO"))["channel"]["id"] == opened
    shape = (await client.conversations_info(channel=opened))["channel"]
    assert (shape["is_mpim"], shape["is_im"], shape["name"]) == (True, False, "mpdm-alice--bo--riskbot-1")
    assert [each["id"] for each in (await client.conversations_list(types="mpim"))["channels"]] == [opened]
    await client.chat_postMessage(channel=opened, text="both of you")
    refused = await people.post("message", 400, user="carol", channel=opened, text="me too")
    assert "not in" in refused["error"]
    crowd = ",".join(user["id"] for user in (await client.users_list())["members"])
    assert await error_of(client.conversations_open(users=crowd)) == "too_many_users"


async def texts(people) -> list[str]:
    return [message["text"] for message in await people.messages("general")]


async def test_a_message_for_later_comes_when_the_clock_gets_there(client, people, server):
    now = int(server.clock.now())
    later = {"channel": "C0GENERAL", "text": "later"}
    assert await error_of(client.chat_scheduleMessage(**later, post_at=now - 5)) == "time_in_past"
    assert await error_of(client.chat_scheduleMessage(**later, post_at=now + 121 * 86400)) == "time_too_far"
    kept = await client.chat_scheduleMessage(**later, post_at=now + 600)
    gone = await client.chat_scheduleMessage(**later | {"text": "never"}, post_at=now + 700)
    waiting = (await client.chat_scheduledMessages_list(channel="C0GENERAL"))["scheduled_messages"]
    assert [each["id"] for each in waiting] == [kept["scheduled_message_id"], gone["scheduled_message_id"]]
    drop = {"channel": "C0GENERAL", "scheduled_message_id": gone["scheduled_message_id"]}
    await client.chat_deleteScheduledMessage(**drop)
    assert await error_of(client.chat_deleteScheduledMessage(**drop)) == "invalid_scheduled_message_id"
    await people.post("clock", advance_seconds=1000)

    async def there() -> bool:
        return await texts(people) == ["later"]

    await people.until(there)


async def test_what_was_scheduled_survives_a_restart(tmp_path):
    first = SandboxServer(data_file=tmp_path / "w.db", manifest={})
    first.start()
    post_at = int(first.clock.now()) + 600
    await web_client(first).chat_scheduleMessage(channel="C0GENERAL", text="still", post_at=post_at)
    first.stop()
    second = SandboxServer(data_file=tmp_path / "w.db", manifest={})
    second.start()
    try:
        second.clock.advance(1000)
        async with asyncio.timeout(5):
            while not (await web_client(second).conversations_history(channel="C0GENERAL"))["messages"]:
                await asyncio.sleep(0.02)
    finally:
        second.stop()
