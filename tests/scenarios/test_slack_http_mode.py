"""HTTP mode: Slack calls us at an address, and only what it signed lately, and once, is taken."""

import hashlib
import hmac
import json
from urllib.parse import urlencode

import httpx
import pytest

from bot.clock import Clock, monotonic_seconds
from bot.sandbox.constants import APP_ID, SIGNING_SECRET, TEAM_ID
from bot.slack.http_mode import BODY_LIMIT_BYTES
from bot.slack.manifest import EVENTS_PATH
from tests.scenarios.driver import NAME, Bot, Workspace
from tests.scenarios.wire import statuses

# What is signed and what is not does not depend on the database.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

HTTP = {"slack": {"mode": "http"}}


@pytest.fixture
async def bot(start_bot):
    async with start_bot(**HTTP) as started:
        yield started


def address(bot: Bot) -> str:
    return f"{str(bot.api.base_url).rstrip('/')}{EVENTS_PATH}"


def signed(body: bytes, *, timestamp: str | None = None, secret: str = SIGNING_SECRET) -> dict[str, str]:
    stamp = timestamp or _now()
    digest = hmac.new(secret.encode(), b"v0:" + stamp.encode() + b":" + body, hashlib.sha256).hexdigest()
    form = "application/x-www-form-urlencoded"
    return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest}", "Content-Type": form}


def acknowledging(group: str, person: str = "U0HANA") -> bytes:
    payload = {
        "type": "block_actions",
        "team": {"id": TEAM_ID},
        "user": {"id": person, "team_id": TEAM_ID},
        "api_app_id": APP_ID,
        "container": {"type": "message", "message_ts": "1.1", "channel_id": "C1"},
        "actions": [
            {"action_id": "alerts.acknowledge", "value": group, "action_ts": f"{monotonic_seconds()}", "block_id": "x"}
        ],
    }
    return urlencode({"payload": json.dumps(payload)}).encode()


async def post(bot: Bot, body: bytes, headers: dict[str, str]) -> httpx.Response:
    async with httpx.AsyncClient(trust_env=False, timeout=10) as http:
        return await http.post(address(bot), content=body, headers=headers)


async def group_of(bot: Bot) -> str:
    await bot.fire()
    [alert] = await bot.alerts()
    return str(alert["group"])


async def test_a_story_over_http(bot: Bot, workspace: Workspace) -> None:
    answer = await workspace.control("delivery", request_url=address(bot), verify=True)
    assert answer["mode"] == "http"
    assert await workspace.links() == 0
    await bot.fire()
    card = await workspace.expect_card(NAME)
    hana = workspace.user("hana")
    assert (await hana.press(card, "alerts.acknowledge")).private == ""
    await workspace.expect_card("Acknowledged: ", "<@U0HANA>")
    late = await workspace.user("ivan").press(await workspace.refreshed(card), "alerts.timeline")
    assert "acknowledged it" in late.view_words
    assert "0 firing, 1 acknowledged" in (await hana.command("")).private
    await hana.open_home()
    assert NAME in await hana.home_words()
    assert (await bot.ready())[0]


async def test_what_slack_signed_is_taken_once(bot: Bot) -> None:
    body = acknowledging(await group_of(bot))
    headers = signed(body)
    assert (await post(bot, body, headers)).status_code == 200
    assert set((await statuses(bot)).values()) == {("acknowledged", "U0HANA", None)}
    again = await post(bot, body, headers)
    assert again.status_code == 401
    assert "received before" in again.text


def _now(offset_seconds: float = 0.0) -> str:
    return f"{Clock().protocol_now().timestamp() + offset_seconds:.0f}"


@pytest.mark.parametrize(
    "forge",
    [
        pytest.param(lambda body: signed(body, secret="another"), id="another-secret"),
        pytest.param(lambda body: signed(body + b"x"), id="another-body"),
        pytest.param(lambda body: {**signed(body), "X-Slack-Signature": "v0="}, id="empty-signature"),
        pytest.param(
            lambda body: {**signed(body), "X-Slack-Signature": "é".encode("latin-1")}, id="signature-not-ascii"
        ),
        pytest.param(lambda body: _without(signed(body), "X-Slack-Signature"), id="no-signature"),
        pytest.param(lambda body: _without(signed(body), "X-Slack-Request-Timestamp"), id="no-timestamp"),
        pytest.param(lambda body: signed(body, timestamp=_now(-301)), id="older-than-five-minutes"),
        pytest.param(lambda body: signed(body, timestamp=_now(330)), id="from-the-future"),
        pytest.param(lambda body: signed(body, timestamp="soon"), id="timestamp-no-number"),
        pytest.param(lambda body: signed(body, timestamp="1e9"), id="timestamp-in-exponents"),
        pytest.param(lambda body: signed(body, timestamp="-1"), id="timestamp-below-zero"),
        pytest.param(lambda body: signed(body, timestamp="9" * 400), id="timestamp-endless"),
        pytest.param(
            lambda body: {**signed(body), "X-Slack-Request-Timestamp": _now(-1)}, id="timestamp-not-the-signed-one"
        ),
    ],
)
async def test_what_slack_did_not_sign_is_refused(bot: Bot, forge) -> None:
    body = acknowledging(await group_of(bot))
    for _ in range(2):
        answer = await post(bot, body, forge(body))
        assert answer.status_code == 401
        assert "Traceback" not in answer.text
    assert set((await statuses(bot)).values()) == {("firing", None, None)}
    # Forgeries leave nothing behind: the real request is still taken.
    assert (await post(bot, body, signed(body))).status_code == 200


def _without(headers: dict[str, str], name: str) -> dict[str, str]:
    return {key: value for key, value in headers.items() if key != name}


async def test_a_huge_body_is_not_even_read(bot: Bot) -> None:
    body = b"x" * (BODY_LIMIT_BYTES + 1)
    assert (await post(bot, body, signed(body))).status_code == 413

    async def endless():
        for _ in range(3):
            yield b"x" * 65_536

    async with httpx.AsyncClient(trust_env=False, timeout=10) as http:
        answer = await http.post(address(bot), content=endless(), headers=signed(b""))
    assert answer.status_code == 413


async def test_signed_nonsense_is_answered_without_a_trace(bot: Bot) -> None:
    for body in (b"", b"payload=", b"payload={", b"payload=[1]", b"\xff\xfe", b"{}", b"command=%2Fnothing"):
        answer = await post(bot, body, signed(body))
        assert answer.status_code < 500, (body, answer.text)
        assert "Traceback" not in answer.text


async def test_in_socket_mode_the_door_is_shut(start_bot) -> None:
    async with start_bot() as bot:
        body = acknowledging("1")
        assert (await post(bot, body, signed(body))).status_code in {404, 503}
