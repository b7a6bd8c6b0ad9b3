"""Rate limits: buckets per method and per channel, Retry-After, and the mark in the journal."""

import pytest
from slack_sdk.errors import SlackApiError

from bot.sandbox.clock import SandboxClock
from bot.sandbox.rate_limits import CHANNEL_BURST, RateLimits


async def posts_taken(client, attempts: int) -> tuple[int, SlackApiError | None]:
    for count in range(attempts):
        try:
            await client.chat_postMessage(channel="C0GENERAL", text="x")
        except SlackApiError as error:
            return count, error
    return attempts, None


async def test_a_burst_in_one_channel_is_stopped(client, people):
    await people.post("faults", rate_limits=True)
    taken, error = await posts_taken(client, 20)
    assert taken == CHANNEL_BURST
    assert error is not None
    assert error.response.status_code == 429
    assert error.response.headers["Retry-After"] == "1"
    assert error.response["error"] == "ratelimited"
    await client.chat_postMessage(channel="C0LLMCOSTS", text="elsewhere")
    await people.post("clock", advance_seconds=2)
    taken, _ = await posts_taken(client, 20)
    assert taken == 2


async def test_a_method_has_its_tier(client, people):
    await people.post("faults", rate_limits=True)
    for _ in range(20):
        await client.usergroups_list()
    with pytest.raises(SlackApiError, match="ratelimited"):
        await client.usergroups_list()
    await client.users_info(user="U0BO")


async def test_a_violation_is_marked_when_limits_are_off(client, people):
    _, error = await posts_taken(client, CHANNEL_BURST + 2)
    assert error is None
    marks = [call["rate_limit_violation"] for call in await people.calls("chat.postMessage")]
    assert marks == [False] * CHANNEL_BURST + [True] * 2


def test_a_bucket_never_gives_more_than_its_rate():
    clock = SandboxClock()
    limits = RateLimits(clock, enforced=True)
    taken = 0
    for _ in range(600):
        taken += limits.check_post("C1") == 0
        clock.advance(0.1)
    assert 60 <= taken <= 60 + CHANNEL_BURST + 1
