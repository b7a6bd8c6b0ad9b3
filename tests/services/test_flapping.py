"""A group that comes and goes is told so once, not each time, until it has calmed."""

from riskengine.response.alerts import AlertStatus
from tests.services.conftest import signal
from tests.services.test_silences import pass_time


async def change(alerts, clock, times: int) -> None:
    """Fire and resolve in turn, a minute apart, so many times in all; begins by firing."""
    for number in range(times):
        await alerts.receive(signal("resolved" if number % 2 else "firing"))
        await pass_time(alerts, clock, 1)


async def test_it_is_said_once_and_not_each_time(alerts, silences, clock):
    await change(alerts, clock, 3)
    assert len(await silences.told("alerts/refired")) == 1
    assert (await alerts.group()).flapping_since is None
    await alerts.receive(signal("resolved"))
    [told] = await silences.told("alerts/flapping")
    assert (told["changes"], told["seconds"] // 60) == (4, 3)
    await change(alerts, clock, 5)
    assert len(await silences.told("alerts/refired")) == 1
    assert len(await silences.told("alerts/flapping")) == 1
    assert len((await alerts.group()).changed_at) == 9


async def test_calm_and_firing_it_is_told_and_the_next_time_is_another_one(alerts, silences, clock):
    await change(alerts, clock, 5)
    group = await alerts.group()
    assert group.flapping_since is not None
    await pass_time(alerts, clock, 20)
    assert (await alerts.group()).flapping_since is not None
    await pass_time(alerts, clock, 15)
    calm = await alerts.group()
    assert calm.flapping_since is None
    assert calm.revision > group.revision
    assert len(await silences.told("alerts/calmed")) == 1
    await pass_time(alerts, clock, 60)
    await alerts.receive(signal("resolved"))
    await change(alerts, clock, 4)
    assert len(await silences.told("alerts/flapping")) == 2


async def test_calm_and_over_nothing_is_said(alerts, silences, clock):
    await change(alerts, clock, 4)
    await pass_time(alerts, clock, 60)
    assert await silences.told("alerts/calmed") == []


async def test_of_what_is_silenced_nothing_is_said(alerts, silences, clock):
    await alerts.receive(signal())
    await pass_time(alerts, clock, 1)
    await silences.make("model=glm")
    await alerts.receive(signal("resolved"))
    await change(alerts, clock, 6)
    await alerts.receive(signal())
    assert (await alerts.group()).status == AlertStatus.SUPPRESSED
    assert await silences.told("alerts/refired") == []
    assert await silences.told("alerts/flapping") == []
