"""chat.*: where a message may go, what it may hold, who may change it."""

import pytest
from slack_sdk.errors import SlackApiError

from bot.sandbox.server import SandboxServer

from .conftest import web_client

SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "hello"}}


async def refusal(call) -> dict:
    with pytest.raises(SlackApiError) as caught:
        await call
    return caught.value.response.data


@pytest.mark.parametrize("named", ["C0GENERAL", "general", "#general"])
async def test_a_channel_goes_by_id_or_name(client, named):
    assert (await client.chat_postMessage(channel=named, text="x"))["channel"] == "C0GENERAL"


async def test_a_persons_id_opens_their_conversation(client, people):
    posted = await client.chat_postMessage(channel="U0HANA", text="psst")
    opened = await client.conversations_open(users="U0HANA")
    assert posted["channel"] == opened["channel"]["id"] == "D0HANA"
    state = await people.get("state")
    assert next(each for each in state["channels"] if each["id"] == "D0HANA")["is_im"]


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"channel": "C0NOWHERE", "text": "x"}, "channel_not_found"),
        ({"channel": "C0PRIVATEOPS", "text": "x"}, "channel_not_found"),
        ({"channel": "C0OLDPROJECT", "text": "x"}, "is_archived"),
        ({"channel": "U0ZOE", "text": "x"}, "channel_not_found"),
        ({"channel": "C0GENERAL", "text": ""}, "no_text"),
        ({"channel": "C0GENERAL", "text": "x", "blocks": "no list"}, "invalid_blocks_format"),
        ({"channel": "C0GENERAL", "text": "x", "thread_ts": "1.000001"}, "thread_not_found"),
        ({"channel": "C0GENERAL", "text": "x", "metadata": {"event_type": "a"}}, "invalid_metadata_format"),
        (
            {"channel": "C0GENERAL", "text": "x", "metadata": {"event_type": "a", "event_payload": {"k": "v" * 16000}}},
            "metadata_too_large",
        ),
        ({"channel": "C0GENERAL", "text": "x", "markdown_text": "y"}, "markdown_text_conflict"),
        ({"text": "x"}, "invalid_arguments"),
    ],
)
async def test_a_post_is_refused(client, arguments, error):
    refused = await refusal(client.api_call("chat.postMessage", json=arguments))
    assert refused["error"] == error


async def test_a_channel_left_must_be_joined_again(client, people):
    await people.post("faults", remove_bot_from="general")
    assert (await refusal(client.chat_postMessage(channel="C0GENERAL", text="x")))["error"] == "not_in_channel"
    await client.conversations_join(channel="C0GENERAL")
    await client.chat_postMessage(channel="C0GENERAL", text="x")


async def test_invalid_blocks_say_where(client):
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3001}}]
    refused = await refusal(client.chat_postMessage(channel="C0GENERAL", text="x", blocks=blocks))
    assert refused["error"] == "invalid_blocks"
    assert "[json-pointer:/blocks/0/text/text]" in refused["errors"][0]
    assert refused["response_metadata"]["messages"]
    validated = await refusal(client.api_call("blocks.validate", json={"blocks": blocks}))
    assert validated["errors"][0]["pointer"] == "/blocks/0/text/text"
    assert (await client.api_call("blocks.validate", json={"blocks": [SECTION]}))["ok"]


async def test_too_much_text_in_blocks(client):
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 2900}} for _ in range(5)]
    assert (await refusal(client.chat_postMessage(channel="C0GENERAL", text="x", blocks=blocks)))["error"] == (
        "msg_blocks_too_long"
    )


async def test_long_text_is_cut_and_entities_stay(client):
    posted = await client.chat_postMessage(channel="C0GENERAL", text="&lt;" + "x" * 50_000)
    assert len(posted["message"]["text"]) == 40_000
    assert posted["message"]["text"].startswith("&lt;x")


async def test_ids_rise_and_blocks_get_names(client):
    button = {"type": "button", "text": {"type": "plain_text", "text": "b"}}
    posted = [
        await client.chat_postMessage(
            channel="C0GENERAL", blocks=[SECTION, {"type": "actions", "elements": [button]}], text="x"
        )
        for _ in range(3)
    ]
    ids = [each["ts"] for each in posted]
    assert ids == sorted(set(ids))
    assert all(len(ts.split(".")[1]) == 6 for ts in ids)
    blocks = posted[0]["message"]["blocks"]
    assert blocks[0]["block_id"]
    assert blocks[1]["elements"][0]["action_id"]


async def test_update(client, people):
    posted = await client.chat_postMessage(channel="C0GENERAL", text="a", blocks=[SECTION])
    place = {"channel": "C0GENERAL", "ts": posted["ts"]}
    kept = await client.chat_update(**place, text="b")
    assert kept["message"]["blocks"]
    gone = await client.chat_update(**place, text="b", blocks=[], metadata={"event_type": "t", "event_payload": {}})
    assert "blocks" not in gone["message"]
    assert gone["message"]["metadata"]["event_type"] == "t"
    assert (await refusal(client.chat_update(**place, text="x" * 4001)))["error"] == "msg_too_long"
    by_name = client.chat_update(channel="general", ts=posted["ts"], text="c")
    assert (await refusal(by_name))["error"] == "channel_not_found"
    unknown = client.chat_update(channel="C0GENERAL", ts="1.000001", text="c")
    assert (await refusal(unknown))["error"] == "message_not_found"
    theirs = await people.post("message", user="alice", channel="general", text="mine")
    other = client.chat_update(channel="C0GENERAL", ts=theirs["ts"], text="c")
    assert (await refusal(other))["error"] == "cant_update_message"
    await people.post("faults", archive_channel="general")
    assert (await refusal(client.chat_update(**place, text="c")))["error"] == "is_inactive"


async def test_delete(client, people):
    posted = await client.chat_postMessage(channel="C0GENERAL", text="a")
    await client.chat_delete(channel="C0GENERAL", ts=posted["ts"])
    assert await people.messages("general") == []
    again = client.chat_delete(channel="C0GENERAL", ts=posted["ts"])
    assert (await refusal(again))["error"] == "message_not_found"


async def test_a_deleted_parent_leaves_a_tombstone(client):
    parent = await client.chat_postMessage(channel="C0GENERAL", text="card", blocks=[{"type": "divider"}])
    place = {"channel": "C0GENERAL", "ts": parent["ts"]}
    reply = await client.chat_postMessage(channel="C0GENERAL", text="note", thread_ts=parent["ts"])
    await client.chat_delete(**place)
    stone, note = (await client.conversations_replies(**place))["messages"]
    assert (stone["subtype"], stone["user"], stone["reply_count"]) == ("tombstone", "USLACKBOT", 1)
    assert (stone["text"], note["text"]) == ("This message was deleted.", "note")
    assert "blocks" not in stone
    for refused in (client.chat_update(**place, text="x"), client.chat_delete(**place)):
        with pytest.raises(SlackApiError, match="message_not_found"):
            await refused
    await client.chat_delete(channel="C0GENERAL", ts=reply["ts"])
    assert "thread_ts" not in (await client.conversations_history(channel="C0GENERAL"))["messages"][0]


async def test_ephemerals_are_for_one_and_not_in_history(client, people):
    shown = await client.chat_postEphemeral(channel="C0GENERAL", user="U0BO", text="only you")
    state = await people.get("state")
    assert [(each["user"], each["message"]["ts"]) for each in state["ephemeral"]] == [("U0BO", shown["message_ts"])]
    assert (await client.conversations_history(channel="C0GENERAL"))["messages"] == []
    update = client.chat_update(channel="C0GENERAL", ts=shown["message_ts"], text="x")
    assert (await refusal(update))["error"] == "message_not_found"
    absent = client.chat_postEphemeral(channel="C0GENERAL", user="U0ZOE", text="x")
    assert (await refusal(absent))["error"] == "user_not_in_channel"


async def test_permalink(client):
    posted = await client.chat_postMessage(channel="C0GENERAL", text="a")
    link = await client.chat_getPermalink(channel="C0GENERAL", message_ts=posted["ts"])
    assert link["permalink"].endswith(f"/archives/C0GENERAL/p{posted['ts'].replace('.', '')}")
    reply = await client.chat_postMessage(channel="C0GENERAL", text="b", thread_ts=posted["ts"])
    link = await client.chat_getPermalink(channel="C0GENERAL", message_ts=reply["ts"])
    assert f"thread_ts={posted['ts']}" in link["permalink"]


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("a & b < c > d", "a &amp; b &lt; c &gt; d"),
        ("a &amp; b &lt; c", "a &amp; b &lt; c"),
        ("<@U0BO> <!here> <#C0GENERAL> <https://a.example/?x=1&y=2|x>", None),
        ("<!date^1700000000^{date}|then> <mailto:a@b.example|a>", None),
        ("if x<y", "if x&lt;y"),
    ],
)
async def test_signs_are_kept_as_entities_and_markup_stays(client, sent, kept):
    assert (await client.chat_postMessage(channel="C0GENERAL", text=sent))["message"]["text"] == (kept or sent)


@pytest.mark.parametrize("host", ["127.0.0.1:8400", "localhost", "10.1.2.3", "dashboard", "[::1]", "x.internal"])
async def test_a_picture_that_slack_cannot_fetch_is_refused(client, host):
    image = {"type": "image", "image_url": f"http://{host}/chart.png", "alt_text": "a chart"}
    blocks = [{"type": "divider"}, {"type": "section", "text": {"type": "mrkdwn", "text": "x"}, "accessory": image}]
    with pytest.raises(SlackApiError, match="invalid_blocks") as caught:
        await client.chat_postMessage(channel="C0GENERAL", text="x", blocks=blocks)
    assert caught.value.response["errors"] == ["downloading image failed [json-pointer:/blocks/1/accessory/image_url]"]
    image["image_url"] = "https://example.com/chart.png"
    await client.chat_postMessage(channel="C0GENERAL", text="x", blocks=blocks)


async def test_another_name_is_for_those_who_may():
    for scopes, shown in ((["chat:write"], None), (["chat:write", "chat:write.customize"], "Robo")):
        server = SandboxServer(manifest={"oauth_config": {"scopes": {"bot": scopes}}})
        server.start()
        try:
            said = {"channel": "C0GENERAL", "text": "x", "username": "Robo", "icon_emoji": ":robot_face:"}
            message = (await web_client(server).chat_postMessage(**said))["message"]
        finally:
            server.stop()
        assert message.get("username") == shown
        assert ("icons" in message) is bool(shown)
