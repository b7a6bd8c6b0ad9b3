"""conversations.history and replies: order, bounds, pages, threads, metadata."""

import pytest
from slack_sdk.errors import SlackApiError

CARD = {"event_type": "card", "event_payload": {"k": "17"}}


async def post(client, count: int, **more) -> list[str]:
    return [(await client.chat_postMessage(channel="C0GENERAL", text=f"m{n}", **more))["ts"] for n in range(count)]


async def test_newest_first_in_pages(client):
    posted = await post(client, 7)
    seen, cursor = [], ""
    while True:
        page = await client.conversations_history(channel="C0GENERAL", limit=3, cursor=cursor)
        seen += [message["ts"] for message in page["messages"]]
        if not page["has_more"]:
            break
        cursor = page["response_metadata"]["next_cursor"]
    assert seen == posted[::-1]


async def test_bounds(client):
    ts = await post(client, 5)

    async def between(**bounds) -> list[str]:
        page = await client.conversations_history(channel="C0GENERAL", **bounds)
        return [message["ts"] for message in page["messages"]][::-1]

    assert await between(oldest=ts[1]) == ts[2:]
    assert await between(oldest=ts[1], latest=ts[3], inclusive=True) == ts[1:4]
    assert await between(latest=ts[3]) == ts[:3]
    assert await between(oldest="0") == ts


async def test_threads_stand_apart_unless_broadcast(client):
    parent, *_ = await post(client, 1)
    replies = await post(client, 2, thread_ts=parent)
    aloud = (await post(client, 1, thread_ts=parent, reply_broadcast=True))[0]
    history = await client.conversations_history(channel="C0GENERAL")
    assert [message["ts"] for message in history["messages"]] == [aloud, parent]
    assert history["messages"][0]["subtype"] == "thread_broadcast"
    assert history["messages"][1]["reply_count"] == 3
    assert history["messages"][1]["latest_reply"] == aloud
    thread = await client.conversations_replies(channel="C0GENERAL", ts=parent)
    assert [message["ts"] for message in thread["messages"]] == [parent, *replies, aloud]
    first = await client.conversations_replies(channel="C0GENERAL", ts=parent, limit=2)
    rest = await client.conversations_replies(
        channel="C0GENERAL", ts=parent, limit=2, cursor=first["response_metadata"]["next_cursor"]
    )
    assert [message["ts"] for message in rest["messages"]] == [parent, aloud]


async def test_a_reply_to_a_reply_joins_the_thread(client):
    parent = (await post(client, 1))[0]
    reply = (await post(client, 1, thread_ts=parent))[0]
    deeper = await client.chat_postMessage(channel="C0GENERAL", text="x", thread_ts=reply)
    assert deeper["message"]["thread_ts"] == parent


async def test_metadata_is_complete_only_when_asked_for(client):
    await post(client, 1, metadata=CARD)
    bare = await client.conversations_history(channel="C0GENERAL")
    assert bare["messages"][0]["metadata"] == {"event_type": "card"}
    whole = await client.conversations_history(channel="C0GENERAL", include_all_metadata=True)
    assert whole["messages"][0]["metadata"] == CARD
    parent = whole["messages"][0]["ts"]
    thread = await client.conversations_replies(channel="C0GENERAL", ts=parent, include_all_metadata=True)
    assert thread["messages"][0]["metadata"] == CARD


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"limit": 1000}, "invalid_limit"),
        ({"cursor": "bm9uc2Vuc2U="}, "invalid_cursor"),
        ({"oldest": "yesterday"}, "invalid_arguments"),
        ({"channel": "C0PRIVATEOPS"}, "channel_not_found"),
    ],
)
async def test_refusals(client, arguments, error):
    with pytest.raises(SlackApiError) as caught:
        await client.conversations_history(**{"channel": "C0GENERAL", **arguments})
    assert caught.value.response["error"] == error
