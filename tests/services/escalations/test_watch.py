"""Indicators as alerts, riskbot's own beat, and the weekly review as rows; both databases."""

from datetime import timedelta

from prometheus_client import CollectorRegistry, generate_latest
from sqlalchemy import select

from bot.services import availability as beats
from bot.services.alerts import respond
from bot.services.alerts.respond import Press
from bot.services.escalations.watch import EscalationWatch
from bot.services.reports import escalations as reports
from bot.settings import AlertDelivery, Settings
from bot.settings_escalation import AvailabilitySettings
from bot.store import availability as store
from bot.store import due, escalation_waits
from bot.store.alerts import alerts
from bot.store.due import DueKind
from bot.store.messages import messages
from riskengine.areas.escalation import Need
from riskengine.areas.escalation.indicators import IndicatorSettings
from tests.services.approvals.office import LEADS, MANAGERS

MINUTE = timedelta(minutes=1)


def watch_of(office, registry=None) -> EscalationWatch:
    return EscalationWatch(office.database, IndicatorSettings(), AlertDelivery(), registry or CollectorRegistry())


async def holding(office) -> dict[str, str]:
    """Name → status of the newest episode of each."""
    mine = select(alerts.c.name, alerts.c.status, alerts.c.labels).order_by(alerts.c.id)
    rows = await office.database.read(lambda tx: tx.execute(mine).all())
    assert all(row.labels == {"area": "escalation"} for row in rows)
    return {row.name: str(row.status) for row in rows}


async def test_slow_approvals_begin_and_end_by_themselves(office):
    registry = CollectorRegistry()
    watch = watch_of(office, registry)
    asked = await office.ask()
    await watch.look()
    assert await holding(office) == {}
    office.step(31)
    await watch.look()
    await watch.look()
    assert await holding(office) == {"slow_approvals": "firing"}
    assert b"riskbot_escalation_approval_seconds 186" in generate_latest(registry)
    assert b"riskbot_escalation_availability_ratio 1.0" in generate_latest(registry)
    await office.approve((await office.row(asked))["request_id"], "U0LEA")
    office.step(25 * 60)
    await watch.look()
    assert await holding(office) == {"slow_approvals": "resolved"}


async def test_false_decisions(office):
    for _ in range(10):
        await office.judged(Need.UNNEEDED)
    for number in range(10):
        await office.outcome(f"o{number}", completed=False, escalated=False)
    await watch_of(office).look()
    assert await holding(office) == {"escalation_false_positives": "firing", "escalation_false_negatives": "firing"}
    office.step(31 * 24 * 60)
    await watch_of(office).look()
    assert set((await holding(office)).values()) == {"resolved"}


async def beat(office, lived_through=None):
    return await office.database.write(lambda tx: beats.beat(tx, lived_through, MINUTE))


async def test_an_outage_is_kept_once_and_told_until_it_is_long_over(office):
    assert await beat(office) is None
    office.step(12)
    assert (await beat(office)).length >= 12 * MINUTE
    assert await beat(office) is None
    office.step(600)
    assert await beat(office, timedelta(seconds=15)) is None, "somebody moved the clock"
    await watch_of(office).look()
    assert await holding(office) == {}
    office.step(6)
    await beat(office)
    await watch_of(office).look()
    await watch_of(office).look()
    assert await holding(office) == {"escalation_system_was_down": "firing"}
    office.step(61)
    await watch_of(office).look()
    assert await holding(office) == {"escalation_system_was_down": "resolved"}


async def test_an_outage_that_a_person_put_aside_does_not_come_back_and_another_does(office):
    async def went_down() -> None:
        office.step(6)
        await beat(office)
        await watch_of(office).look()

    await beat(office)
    await went_down()
    press = Press(user_id="U0ANN", group_id=1, delivery_id="d1")
    await office.database.write(lambda tx: respond.resolve(tx, press, AlertDelivery()))
    await watch_of(office).look()
    assert await holding(office) == {"escalation_system_was_down": "resolved"}
    await went_down()
    assert await holding(office) == {"escalation_system_was_down": "firing"}


async def test_two_replicas_tell_of_one_gap_once(office):
    await beat(office)
    office.step(10)
    found = [await beat(office), await beat(office, 10 * MINUTE)]
    assert [each is not None for each in found] == [True, False]


async def test_old_outages_go(office):
    heart = beats.Heart(office.database, AvailabilitySettings())
    await heart.beat()
    office.step(12)
    await beat(office)
    assert await heart.prune() == 0
    office.step(366 * 24 * 60)
    assert await heart.prune() == 1
    long_ago = office.database.clock.now() - timedelta(days=3_650)
    assert await office.database.read(lambda tx: store.outages_since(tx, long_ago)) == []


async def test_a_tier_that_still_has_time_has_left_nothing(office):
    async def asked() -> list[tuple[str, bool]]:
        now = office.database.clock.now()
        found = await office.database.read(lambda tx: escalation_waits.between(tx, now - 60 * MINUTE, now + MINUTE))
        return [(each.tier, each.took is not None) for decision in found for each in decision.asked]

    pending = await office.ask()
    assert await asked() == []
    request_id = (await office.row(pending))["request_id"]
    await office.pass_on(request_id, LEADS[0])
    assert await asked() == [("primary", False)]
    await office.approve(request_id, MANAGERS[0])
    assert await asked() == [("primary", False), ("secondary", True)]
    taken_back = await office.ask()
    await office.withdraw((await office.row(taken_back))["request_id"], "token:ci")
    assert len(await asked()) == 2


async def test_the_weekly_review_is_told_once_and_planned_again(office):
    settings = Settings()
    await office.database.write(reports.weekly(settings).plan)
    await office.judged(Need.NEEDED, role="architect", task_type="x", security_types=["auth_bypass"])
    await office.ask(manual_override=False)
    office.step(7 * 24 * 60)

    def tell(tx) -> int:
        rows = [each for each in due.claim(tx, 100) if each.kind is DueKind.ESCALATION_REVIEW]
        if rows:
            reports.tell(tx, rows, settings)
        return len(rows)

    assert await office.database.write(tell) == 1
    planned = await office.database.read(
        lambda tx: tx.execute(select(due.due.c.due_at).where(due.due.c.kind == DueKind.ESCALATION_REVIEW)).scalar_one()
    )
    assert planned > office.database.clock.now()
    mine = select(messages.c.channel, messages.c.payload).where(messages.c.template == reports.TEMPLATE)
    [row] = await office.database.read(lambda tx: tx.execute(mine).all())
    assert row.channel == "#escalations"
    assert row.payload["total"] == 2
    assert row.payload["outcomes"] in ("1 approved, 1 not needed", "1 not needed, 1 approved")
    assert row.payload["criteria"] == [{"name": "security critical", "counted": 1, "unneeded": "0 of 1"}]
    assert row.payload["tiers"][0]["decided"] == "100 %"
    assert row.payload["false_positives"].startswith("0%: 0 of 1 (95 %")
