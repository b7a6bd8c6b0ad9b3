"""Slack's two limits on events: 30,000 an hour, and an app that takes hardly any gets no more."""

import json

import pytest
from starlette.responses import PlainTextResponse

from bot.sandbox import constants, event_quota
from bot.sandbox.clock import SandboxClock
from bot.sandbox.event_quota import EventQuota

from .test_http_delivery import listening


def test_thirty_thousand_in_an_hour():
    clock = SandboxClock()
    quota = EventQuota(clock)
    assert sum(quota.admits() for _ in range(constants.EVENTS_PER_HOUR + 10)) == constants.EVENTS_PER_HOUR
    assert quota.limited_minute() is not None
    assert quota.limited_minute() is None, "told once a minute"
    clock.advance(3601)
    assert quota.admits()


@pytest.mark.parametrize(
    ("deliveries", "taken_of_20", "disabled"), [(999, 0, False), (1000, 0, True), (2000, 1, False)]
)
def test_an_app_that_takes_hardly_any_gets_no_more(deliveries, taken_of_20, disabled):
    quota = EventQuota(SandboxClock())
    for number in range(deliveries):
        quota.count(taken=number % 20 < taken_of_20)
    assert quota.disabled is disabled


async def test_failures_by_http_switch_events_off(people, monkeypatch):
    async def refuse(request):
        bodies.append(await request.body())
        return PlainTextResponse("no", 500, {"X-Slack-No-Retry": "1"})

    monkeypatch.setattr(event_quota, "FAILURES_COUNT_FROM", 3)
    bodies: list[bytes] = []
    write = {"user": "bo", "channel": "general", "settle_seconds": 0}
    async with listening(refuse) as url:
        await people.post("delivery", request_url=url)
        heard = [(await people.post("message", **write, text=str(number)))["heard"] for number in range(5)]
        assert heard == [1, 1, 1, 0, 0]
        assert (await people.get("faults"))["events_disabled"]
        await people.post("faults", enable_events=True)
        assert (await people.post("message", **write, text="again"))["heard"] == 1
    assert len(bodies) == 4


async def test_an_app_is_told_that_it_gets_no_more(people, monkeypatch):
    async def take(request):
        bodies.append(json.loads(await request.body()))
        return PlainTextResponse("")

    monkeypatch.setattr(event_quota, "EVENTS_PER_HOUR", 2)
    bodies: list[dict] = []
    write = {"user": "bo", "channel": "general", "settle_seconds": 0, "text": "x"}
    async with listening(take) as url:
        await people.post("delivery", request_url=url)
        for _ in range(4):
            await people.post("message", **write)
    assert [body["type"] for body in bodies] == ["event_callback", "event_callback", "app_rate_limited"]
    assert bodies[2]["minute_rate_limited"] % 60 == 0
