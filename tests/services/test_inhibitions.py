"""An alert that explains others mutes them while it holds, whichever comes first; then what still holds is told."""

import pytest
import sqlalchemy as sa

from bot.services.alerts import respond
from bot.services.inhibitions.reweigh import reweigh
from bot.settings import AlertDelivery
from bot.store.alerts import alerts as alert_rows
from bot.store.inhibitions import inhibition_sides
from riskengine.response.alerts import AlertStatus
from tests.services.conftest import Alerts, signal
from tests.services.test_silences import cards, pass_time

FIRING, ACKNOWLEDGED, SUPPRESSED, RESOLVED = AlertStatus


def outage(status: str = "firing", *, provider: str = "openrouter", severity: str = "critical", **labels: str):
    return signal(
        status, name="Provider down", severity=severity, model="", area="providers", provider=provider, **labels
    )


def slow(status: str = "firing", *, provider: str = "openrouter", **labels: str):
    return signal(status, area="performance", provider=provider, **labels)


async def by_name(database) -> dict[str, tuple[str, int | None]]:
    rows = sa.select(alert_rows.c.name, alert_rows.c.status, alert_rows.c.inhibited_by).order_by(alert_rows.c.id)
    return {row.name: (row.status, row.inhibited_by) for row in await database.read(lambda tx: tx.execute(rows).all())}


async def id_of(database, name: str) -> int:
    newest = sa.select(sa.func.max(alert_rows.c.id)).where(alert_rows.c.name == name)
    return await database.read(lambda tx: tx.execute(newest).scalar_one())


@pytest.mark.parametrize("order", ["source first", "target first", "together"])
async def test_it_mutes_what_it_explains_whichever_comes_first(alerts, database, clock, order):
    match order:
        case "source first":
            await alerts.receive(outage())
            await alerts.receive(slow())
        case "target first":
            await alerts.receive(slow())
            await alerts.receive(outage())
        case "together":
            await alerts.receive(slow(), outage())
    await pass_time(alerts, clock, 1)
    source = await id_of(database, "Provider down")
    assert await by_name(database) == {"Provider down": (FIRING, None), "Slow": (SUPPRESSED, source)}
    assert await cards(database) == 1


async def test_of_another_provider_or_of_none_it_explains_nothing(alerts, database, clock):
    await alerts.receive(outage(), slow(provider="anthropic"), signal(name="Bare"))
    await pass_time(alerts, clock, 1)
    assert {status for status, _ in (await by_name(database)).values()} == {FIRING}
    assert await cards(database) == 3


async def test_when_it_is_over_what_still_holds_is_told(alerts, silences, database, clock):
    await alerts.receive(slow())
    await pass_time(alerts, clock, 1)
    await alerts.receive(outage(), slow(role="critic"), slow(name="Errors"))
    await pass_time(alerts, clock, 1)
    assert await cards(database) == 2
    await alerts.receive(slow("resolved", role="critic"), outage("resolved"))
    await pass_time(alerts, clock, 1)
    assert (await by_name(database))["Errors"] == (FIRING, None)
    assert await cards(database) == 3
    assert [each["name"] for each in await silences.told("alerts/unmuted")] == ["Slow"]
    [told] = await silences.told("alerts/unmuted")
    assert told["subject"] == "glm"


async def test_of_two_that_explain_it_one_is_enough(alerts, database, clock):
    await alerts.receive(outage(region="a"), outage(region="b"), slow())
    await pass_time(alerts, clock, 0)
    await alerts.receive(outage("resolved", region="a"))
    await pass_time(alerts, clock, 0)
    assert (await by_name(database))["Slow"] == (SUPPRESSED, await id_of(database, "Provider down"))
    await alerts.receive(outage("resolved", region="b"))
    await pass_time(alerts, clock, 0)
    assert (await by_name(database))["Slow"] == (FIRING, None)


async def test_acknowledged_it_still_holds_and_resolved_by_a_person_it_does_not(alerts, database, clock):
    await alerts.receive(outage(), slow())
    await pass_time(alerts, clock, 1)
    groups = sa.select(alert_rows.c.group_id).where(alert_rows.c.name == "Provider down")
    group = await database.read(lambda tx: tx.execute(groups).scalar_one())
    await alerts.acknowledge(group)
    await pass_time(alerts, clock, 0)
    assert (await by_name(database))["Slow"][0] == SUPPRESSED
    assert (await alerts.press(respond.resolve, group)).changed
    await pass_time(alerts, clock, 0)
    assert (await by_name(database))["Slow"] == (FIRING, None)
    left = await database.read(lambda tx: tx.execute(sa.select(inhibition_sides.c.side)).scalars().all())
    assert left == ["target"]


async def test_less_severe_it_explains_nothing_any_more(alerts, database, clock):
    await alerts.receive(outage(), slow())
    await alerts.receive(outage(severity="low"))
    await pass_time(alerts, clock, 0)
    assert (await by_name(database))["Slow"] == (FIRING, None)
    await alerts.receive(outage(severity="high"))
    await pass_time(alerts, clock, 0)
    assert (await by_name(database))["Slow"][0] == SUPPRESSED


async def test_silenced_and_explained_it_is_told_when_neither_holds(alerts, silences, database, clock):
    made = await silences.make("alertname=Slow")
    await alerts.receive(outage(), slow())
    await pass_time(alerts, clock, 0)
    await silences.end(made)
    await pass_time(alerts, clock, 0)
    assert (await by_name(database))["Slow"][0] == SUPPRESSED
    await alerts.receive(outage("resolved"))
    await pass_time(alerts, clock, 0)
    assert (await by_name(database))["Slow"] == (FIRING, None)


async def test_thousands_are_gone_through_some_at_a_time(alerts, database, clock):
    count = 450
    await alerts.receive(*(slow(name=f"n{each}") for each in range(count)))
    await alerts.receive(outage())
    await alerts.do_due()
    statuses = [status for status, _ in (await by_name(database)).values()]
    assert (statuses.count(SUPPRESSED), statuses.count(FIRING)) == (count, 1)
    await alerts.receive(outage("resolved"))
    await alerts.do_due()
    statuses = [status for status, _ in (await by_name(database)).values()]
    assert (statuses.count(FIRING), statuses.count(RESOLVED)) == (count, 1)


async def test_other_inhibitions_are_in_force_after_a_start(database, clock):
    own = {"name": "region", "source": "alertname=Blackout", "target": "alertname!=Blackout", "equal": ["region"]}
    before = Alerts(database, AlertDelivery(group_wait="10s"))
    after = Alerts(database, AlertDelivery(group_wait="10s", inhibitions=[own]))
    assert await reweigh(database, before.settings)
    await before.receive(outage(region="eu"), slow(region="eu"), signal(name="Blackout", region="eu"))
    await before.do_due()
    assert (await by_name(database))["Slow"] == (SUPPRESSED, await id_of(database, "Provider down"))
    assert await reweigh(database, after.settings)
    assert not await reweigh(database, after.settings)
    await after.do_due()
    blackout = await id_of(database, "Blackout")
    assert await by_name(database) == {
        "Provider down": (SUPPRESSED, blackout),
        "Slow": (SUPPRESSED, blackout),
        "Blackout": (FIRING, None),
    }


async def test_without_inhibitions_nothing_is_weighed(database):
    alerts = Alerts(database, AlertDelivery(inhibitions=[]))
    await alerts.receive(outage(), slow())
    assert await database.read(lambda tx: tx.execute(sa.select(inhibition_sides)).all()) == []


async def test_what_a_flapping_outage_mutes_is_not_told_each_time(alerts, silences, database, clock):
    await alerts.receive(slow())
    await pass_time(alerts, clock, 1)
    for _ in range(6):
        await alerts.receive(outage())
        await pass_time(alerts, clock, 1)
        await alerts.receive(outage("resolved"))
        await pass_time(alerts, clock, 1)
    of_slow = [each for each in await silences.told("alerts/flapping") if each["name"] == "Slow"]
    assert len(of_slow) == 1
    assert len(await silences.told("alerts/unmuted")) == 1
