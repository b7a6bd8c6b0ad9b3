"""Files as Slack takes them: announced, sent, completed; blocks show them a little later."""

import json

import httpx
import pytest

from bot.sandbox import constants


def image(file_id: str) -> list[dict]:
    return [{"type": "image", "slack_file": {"id": file_id}, "alt_text": "x"}]


@pytest.fixture
def api(server):
    def call(method: str, **body):
        headers = {"Authorization": f"Bearer {constants.BOT_TOKEN}"}
        # As forms, which every method takes; what is no text goes as JSON in its field.
        form = {name: each if isinstance(each, str) else json.dumps(each) for name, each in body.items()}
        return httpx.post(f"{server.api_url}{method}", data=form, headers=headers, trust_env=False).json()

    return call


def upload(
    api, content: bytes = b"picture", length: int | None = None, name: str = "a.png"
) -> tuple[str, httpx.Response]:
    told = api("files.getUploadURLExternal", filename=name, length=length or len(content))
    return told["file_id"], httpx.post(told["upload_url"], content=content, trust_env=False)


def test_a_file_is_shown_only_when_it_is_whole(api, server):
    file_id, _ = upload(api)
    shown = {"channel": "#llm-alerts", "text": "x", "blocks": image(file_id)}
    refused = api("chat.postMessage", **shown)
    assert refused["error"] == "invalid_blocks"
    assert refused["errors"] == ["invalid slack file [json-pointer:/blocks/0/slack_file]"]
    assert api("files.completeUploadExternal", files=[{"id": file_id}])["ok"]
    assert api("chat.postMessage", **shown)["error"] == "invalid_blocks", "Slack still looks at it"
    server.clock.advance(constants.FILE_PROCESSING_SECONDS)
    posted = api("chat.postMessage", **shown)
    assert posted["ok"]
    edit = {**shown, "channel": posted["channel"], "ts": posted["ts"]}
    assert api("chat.update", **edit)["ok"]
    assert api("chat.postMessage", **{**shown, "blocks": image("F000000000")})["error"] == "invalid_blocks"


def test_completed_again_it_is_the_same_file(api, server):
    file_id, _ = upload(api)
    first = api("files.completeUploadExternal", files=[{"id": file_id}])
    assert api("files.completeUploadExternal", files=[{"id": file_id}]) == first
    state = httpx.get(f"{server.control_url}/state", trust_env=False).json()
    assert state["files"] == [{"id": file_id, "name": "a.png", "title": "a.png", "length": 7, "completed": True}]


def test_what_was_not_sent_cannot_be_completed(api):
    told = api("files.getUploadURLExternal", filename="a.png", length=3)
    assert api("files.completeUploadExternal", files=[{"id": told["file_id"]}])["error"] == "file_not_found"
    _, answer = upload(api, b"four", length=3)
    assert answer.status_code == 400


def test_wherever_a_block_stands_its_file_must_be_a_picture(api, server):
    picture, _ = upload(api)
    text, _ = upload(api, name="a.csv")
    completed = api("files.completeUploadExternal", files=[{"id": picture}, {"id": text}])["files"]
    server.clock.advance(constants.FILE_PROCESSING_SECONDS)
    place = {"channel": "#llm-alerts", "text": "x"}
    assert api("chat.postMessage", **place, blocks=image(text))["error"] == "invalid_blocks"
    attached = api("chat.postMessage", **place, attachments=[{"blocks": image(text)}])
    assert attached["errors"] == ["invalid slack file [json-pointer:/attachments/0/blocks/0/slack_file]"]
    by_url = [{"type": "image", "slack_file": {"url": completed[0]["url_private"]}, "alt_text": "x"}]
    assert api("chat.postMessage", **place, blocks=by_url)["ok"]
    home = {"type": "home", "blocks": image("F000000000")}
    assert api("views.publish", user_id="U0BO", view=home)["error"] == "invalid_arguments"
    assert api("views.publish", user_id="U0BO", view=home | {"blocks": image(picture)})["ok"]


def test_a_file_is_shared_where_the_bot_may_write(api):
    file_id, _ = upload(api)
    files = [{"id": file_id, "title": "Costs"}]
    assert api("files.completeUploadExternal", files=files, channel_id="C0OLDPROJECT")["error"] == "is_archived"
    assert api("files.completeUploadExternal", files=files, channel_id="C0PRIVATEOPS")["error"] == "channel_not_found"
    lost = api("files.completeUploadExternal", files=files, channel_id="C0GENERAL", thread_ts="1.000001")
    assert lost["error"] == "thread_not_found"
    shared = api("files.completeUploadExternal", files=files, channels="C0GENERAL,C0LLMCOSTS", initial_comment="a & b")
    assert shared["files"][0]["channels"] == ["C0GENERAL", "C0LLMCOSTS"]
    for channel in ("C0GENERAL", "C0LLMCOSTS"):
        (message,) = api("conversations.history", channel=channel)["messages"]
        assert (message["text"], message["files"][0]["title"]) == ("a &amp; b", "Costs")
    assert api("files.info", file=file_id)["file"]["mimetype"] == "image/png"
    assert [each["id"] for each in api("files.list", channel="C0LLMCOSTS")["files"]] == [file_id]
    assert api("files.delete", file=file_id)["ok"]
    assert api("files.info", file=file_id)["error"] == "file_not_found"
    (message,) = api("conversations.history", channel="C0GENERAL")["messages"]
    assert message["files"] == [{"id": file_id, "mode": "tombstone"}]


def test_a_private_address_asks_for_the_token(api, server):
    file_id, _ = upload(api, name="a.html", content=b"<script>1</script>")
    (file,) = api("files.completeUploadExternal", files=[{"id": file_id}])["files"]
    anybody = httpx.get(file["url_private"], trust_env=False)
    assert (anybody.status_code, anybody.headers["location"]) == (302, "/")
    bearer = {"Authorization": f"Bearer {constants.BOT_TOKEN}"}
    assert httpx.get(file["url_private"], headers=bearer, trust_env=False).content == b"<script>1</script>"
    shown = httpx.get(f"{server.url}/sandbox/files/{file_id}", trust_env=False)
    assert shown.headers["content-disposition"] == "attachment"
    assert shown.headers["content-security-policy"] == "sandbox"
