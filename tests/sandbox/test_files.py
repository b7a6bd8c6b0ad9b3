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


def upload(api, content: bytes = b"picture", length: int | None = None) -> tuple[str, httpx.Response]:
    told = api("files.getUploadURLExternal", filename="a.png", length=length or len(content))
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
