"""The way into the Web API: encodings, tokens, scopes, unknown methods, the directory."""

import json

import pytest
from slack_sdk.errors import SlackApiError

from bot.sandbox.constants import APP_TOKEN, BOT_TOKEN
from bot.sandbox.server import SandboxServer

from .conftest import web_client

BLOCKS = [{"type": "section", "text": {"type": "mrkdwn", "text": "hi"}}]
BEARER = {"Authorization": f"Bearer {BOT_TOKEN}"}


@pytest.fixture
async def http(people):
    return people._http


async def test_four_encodings(http, server):
    url = server.api_url + "chat.postMessage"
    flat = {"channel": "C0GENERAL", "text": "x", "blocks": json.dumps(BLOCKS)}
    answers = [
        await http.get(url, params={**flat, "token": BOT_TOKEN}),
        await http.post(url, params=flat, headers=BEARER),
        await http.post(url, data={**flat, "token": BOT_TOKEN}),
        await http.post(url, json={**flat, "blocks": BLOCKS}, headers=BEARER),
        await http.post(url, files={"channel": (None, "C0GENERAL"), "text": (None, "x")}, headers=BEARER),
    ]
    assert [answer.json()["ok"] for answer in answers] == [True] * 5
    assert [bool(answer.json()["message"].get("blocks")) for answer in answers[:4]] == [True] * 4


async def test_methods_that_read_pass_json_over(http, server):
    async def post(method: str, **body) -> dict:
        return (await http.post(server.api_url + method, json=body, headers=BEARER)).json()

    assert (await post("users.info", user="U0BO"))["error"] == "invalid_arguments"
    assert (await post("files.getUploadURLExternal", filename="a", length=1))["error"] == "invalid_arguments"
    assert (await post("conversations.list", types="private_channel"))["channels"][0]["is_private"] is False
    form = await http.post(server.api_url + "users.info", data={"user": "U0BO"}, headers=BEARER)
    assert form.json()["user"]["name"] == "bo"


async def test_json_should_name_its_character_set(http, server):
    url = server.api_url + "chat.postMessage"
    body = json.dumps({"channel": "C0GENERAL", "text": "x"})
    kinds = ("application/json", "application/json; charset=utf-8")
    answers = [(await http.post(url, content=body, headers={**BEARER, "Content-Type": kind})).json() for kind in kinds]
    assert [answer.get("warning") for answer in answers] == ["missing_charset", None]


@pytest.mark.parametrize("yes", ["true", "1", True, 1])
async def test_booleans(http, server, yes):
    metadata = json.dumps({"event_type": "t", "event_payload": {"k": 1}})
    data = {"channel": "C0GENERAL", "text": "x", "metadata": metadata}
    await http.post(server.api_url + "chat.postMessage", data=data, headers=BEARER)
    body = {"channel": "C0GENERAL", "include_all_metadata": yes}
    answer = await http.post(server.api_url + "conversations.history", json=body, headers=BEARER)
    assert answer.json()["messages"][0]["metadata"]["event_payload"] == {"k": 1}


@pytest.mark.parametrize(
    ("body", "kind", "error"),
    [
        (b"{", "application/json", "invalid_json"),
        (b"[1]", "application/json", "json_not_object"),
        (b"x", "text/csv", "invalid_post_type"),
    ],
)
async def test_unreadable_bodies(http, server, body, kind, error):
    answer = await http.post(server.api_url + "auth.test", content=body, headers={**BEARER, "Content-Type": kind})
    assert answer.json() == {"ok": False, "error": error}


async def test_tokens(http, server):
    async def error(method: str, token: str | None) -> str | None:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return (await http.post(server.api_url + method, headers=headers)).json().get("error")

    assert await error("auth.test", None) == "not_authed"
    assert await error("auth.test", "xoxb-other") == "invalid_auth"
    assert await error("auth.test", APP_TOKEN) == "not_allowed_token_type"
    assert await error("apps.connections.open", BOT_TOKEN) == "not_allowed_token_type"
    assert await error("apps.connections.open", APP_TOKEN) is None
    assert await error("chat.frobnicate", BOT_TOKEN) == "unknown_method"
    got = await http.get(server.api_url + "apps.connections.open", headers={"Authorization": f"Bearer {APP_TOKEN}"})
    assert got.json()["error"] == "insecure_request"
    in_json = await http.post(server.api_url + "auth.test", json={"token": BOT_TOKEN})
    assert in_json.json()["error"] == "not_authed"


async def test_scopes_come_from_the_manifest():
    scopes = ["chat:write", "users:read", "channels:read"]
    server = SandboxServer(manifest={"oauth_config": {"scopes": {"bot": scopes}}})
    server.start()
    try:
        client = web_client(server)
        answer = await client.auth_test()
        assert answer.headers["x-oauth-scopes"] == "chat:write,users:read,channels:read"
        await client.conversations_info(channel="C0GENERAL")
        for call in (client.usergroups_list(), client.conversations_history(channel="C0GENERAL")):
            with pytest.raises(SlackApiError) as caught:
                await call
            refused = caught.value.response.data
            assert refused["error"] == "missing_scope"
            assert refused["provided"] == ",".join(scopes)
            assert refused["needed"] in ("usergroups:read", "channels:history")
        person = await client.users_info(user="U0ALICE")
        assert "email" not in person["user"]["profile"]
    finally:
        server.stop()


async def test_the_directory(client):
    me = await client.auth_test()
    assert (me["user_id"], me["bot_id"], me["team_id"]) == ("U0RISKBOT", "B0RISKBOT", "T0SANDBOX")
    members, cursor = [], ""
    while True:
        page = await client.users_list(limit=5, cursor=cursor)
        members += page["members"]
        cursor = page["response_metadata"]["next_cursor"]
        if not cursor:
            break
    by_name = {user["name"]: user for user in members}
    assert len(by_name) == 12
    assert by_name["gus"]["is_restricted"]
    assert by_name["zoe"]["deleted"]
    assert (await client.users_lookupByEmail(email="Carol@sandbox.example"))["user"]["id"] == "U0CAROL"
    with pytest.raises(SlackApiError, match="users_not_found"):
        await client.users_lookupByEmail(email="zoe@sandbox.example")
    groups = {group["handle"]: group for group in (await client.usergroups_list(include_users=True))["usergroups"]}
    assert groups["oncall"]["users"] == ["U0HANA", "U0IVAN"]
    assert (await client.usergroups_users_list(usergroup="S0EXECUTIVES"))["users"] == ["U0FRANK", "U0GRACE"]
    with pytest.raises(SlackApiError, match="no_such_subteam"):
        await client.usergroups_users_list(usergroup="S0NONE")
    assert (await client.team_info())["team"]["domain"] == "sandbox"
    assert (await client.bots_info(bot="B0RISKBOT"))["bot"]["user_id"] == "U0RISKBOT"
    assert (await client.api_test(foo="bar"))["args"]["foo"] == "bar"


async def test_channels(client):
    page = await client.conversations_list(exclude_archived=True, limit=3)
    assert page["response_metadata"]["next_cursor"]
    everything = await client.conversations_list(types="public_channel,private_channel")
    names = {channel["name"] for channel in everything["channels"]}
    assert "old-project" in names
    assert "private-ops" not in names
    made = await client.conversations_create(name="inc-17")
    channel = made["channel"]["id"]
    await client.conversations_invite(channel=channel, users="U0ALICE,U0BO")
    assert (await client.conversations_members(channel=channel))["members"] == ["U0RISKBOT", "U0ALICE", "U0BO"]
    await client.conversations_setTopic(channel=channel, topic="sev1")
    assert (await client.conversations_info(channel=channel))["channel"]["topic"]["value"] == "sev1"
    with pytest.raises(SlackApiError, match="name_taken"):
        await client.conversations_create(name="inc-17")
    with pytest.raises(SlackApiError, match="invalid_name_specials"):
        await client.conversations_create(name="Inc 17")


async def test_files_reactions_pins_bookmarks(client, http):
    uploaded = await client.files_upload_v2(
        channel="C0GENERAL", filename="cost.png", content=b"png!", initial_comment="chart"
    )
    file = uploaded["files"][0]
    assert (await http.get(file["url_private"])).status_code == 302
    assert (await http.get(file["url_private"], headers=BEARER)).content == b"png!"
    message = (await client.conversations_history(channel="C0GENERAL"))["messages"][0]
    assert (message["text"], message["files"][0]["id"]) == ("chart", file["id"])
    place = {"channel": "C0GENERAL", "timestamp": message["ts"]}
    await client.reactions_add(**place, name="eyes")
    with pytest.raises(SlackApiError, match="already_reacted"):
        await client.reactions_add(**place, name="eyes")
    await client.reactions_remove(**place, name="eyes")
    with pytest.raises(SlackApiError, match="no_reaction"):
        await client.reactions_remove(**place, name="eyes")
    await client.pins_add(**place)
    with pytest.raises(SlackApiError, match="already_pinned"):
        await client.pins_add(**place)
    await client.bookmarks_add(channel_id="C0GENERAL", title="Runbook", type="link", link="https://example.com")


async def test_a_deactivated_person_is_gone_everywhere(client, people):
    await people.post("people", user="ivan", deleted=True)
    assert (await client.usergroups_users_list(usergroup="S0ONCALL"))["users"] == ["U0HANA"]
    assert "U0IVAN" not in (await client.conversations_members(channel="C0GENERAL"))["members"]
    assert "deactivated" in (await people.post("command", 400, user="ivan", channel="general", command="/x"))["error"]
    with pytest.raises(SlackApiError, match="user_disabled"):
        await client.conversations_open(users="U0IVAN")
