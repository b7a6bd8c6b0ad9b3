"""What a crash or a bug could leave behind, one breakage for each check."""

from datetime import timedelta
from decimal import Decimal

import sqlalchemy as sa

from bot.store import audit, budgets, callbacks, due, outbox
from bot.store.alert_lookups import open_groups
from bot.store.alerts import alert_groups
from bot.store.callbacks import Wish
from bot.store.due import DueKind
from bot.store.messages import MessageState, messages
from bot.store.telemetry.deltas import rollup_deltas
from riskengine.response.callbacks import CallbackState
from riskengine.response.controls import ControlKind
from tests.services.approvals.office import LEADS, Office, terms_of
from tests.services.auditor.conftest import MINUTE
from tests.services.auditor.world import (
    NOBODY,
    execute,
    note,
    sealed,
    shown,
)
from tests.services.conftest import signal
from tests.services.controls.office import ControlOffice
from tests.services.escalations.office import EscalationOffice


async def break_overdue(alerts, clock):
    await alerts.database.write(lambda tx: due.schedule(tx, DueKind.TELL_GROUP, [NOBODY], tx.now))


async def break_untold(alerts, clock):
    await alerts.receive(signal(name="Untold"))
    newest = sa.select(sa.func.max(alert_groups.c.id)).scalar_subquery()
    tell = (due.due.c.kind == DueKind.TELL_GROUP) & (due.due.c.subject_id == newest)
    await execute(alerts.database, sa.delete(due.due).where(tell))


async def break_unasked(alerts, clock):
    group = next(each for each in (await alerts.database.read(open_groups))[0] if each.name == "Slow")
    gone = (due.due.c.kind == DueKind.REPEAT_GROUP) & (due.due.c.subject_id == group.id)
    await execute(alerts.database, sa.delete(due.due).where(gone))


async def break_unending(alerts, clock):
    await execute(alerts.database, sa.delete(due.due).where(due.due.c.kind == DueKind.EXPIRE_ACKNOWLEDGEMENT))


async def break_silence(alerts, clock):
    await execute(alerts.database, sa.delete(due.due).where(due.due.c.kind == DueKind.REVIEW_SILENCE))


async def break_calm(alerts, clock):
    taken = alert_groups.c.name == "Taken"
    await execute(alerts.database, sa.update(alert_groups).where(taken).values(flapping_since=clock.now()))


async def _asked_for(database):
    office = Office(database, terms_of())
    await office.staff()
    opened = await office.open()
    await shown(database)
    await sealed(database)
    return office, opened.request


async def break_pending(alerts, clock):
    """Its timer is lost."""
    _, request = await _asked_for(alerts.database)
    mine = (due.due.c.kind == DueKind.ADVANCE_APPROVAL) & (due.due.c.subject_id == request.id)
    await execute(alerts.database, sa.delete(due.due).where(mine))


async def break_final(alerts, clock):
    """Its timer comes back after it was decided."""
    office, request = await _asked_for(alerts.database)
    await office.approve(request, LEADS[0])
    await shown(alerts.database)
    await sealed(alerts.database)
    later = clock.now() + MINUTE
    await alerts.database.write(lambda tx: due.schedule(tx, DueKind.ADVANCE_APPROVAL, [request.id], later))


async def break_weekly(alerts, clock):
    await execute(alerts.database, sa.delete(due.due).where(due.due.c.kind == DueKind.NOISE_REPORT))


async def break_control(alerts, clock):
    """Nothing will ever end it."""
    await ControlOffice(alerts.database).start(ControlKind.RATE_LIMITING)
    await shown(alerts.database)
    await sealed(alerts.database)
    await execute(alerts.database, sa.delete(due.due).where(due.due.c.kind == DueKind.END_CONTROL))


async def break_need(alerts, clock):
    """Nobody will be asked whether it was needed."""
    office = EscalationOffice(alerts.database)
    await office.staff()
    await office.approved()
    await shown(alerts.database)
    await sealed(alerts.database)
    await execute(alerts.database, sa.delete(due.due).where(due.due.c.kind == DueKind.ASK_NEED))


async def break_raise(alerts, clock):
    """A raised budget without the timer that ends it."""

    def work(tx):
        ends_at = tx.now + timedelta(days=1)
        raise_id = budgets.add_raise(tx, "daily", Decimal(80), ends_at, "slack:U0HANA", "a launch")
        due.cancel(tx, DueKind.RETURN_BUDGET, [raise_id])

    await alerts.database.write(work)


async def break_message(alerts, clock):
    last = sa.select(sa.func.min(messages.c.id)).scalar_subquery()
    await execute(alerts.database, sa.update(messages).where(messages.c.id == last).values(shown_revision=0))


async def break_card(alerts, clock):
    taken = alert_groups.c.name == "Taken"
    await execute(alerts.database, sa.update(alert_groups).where(taken).values(revision=99))


async def break_lease(alerts, clock):
    held = {"state": MessageState.SENDING, "lease_owner": "gone", "lease_until": clock.protocol_now() - MINUTE}
    last = sa.select(sa.func.min(messages.c.id)).scalar_subquery()
    await execute(alerts.database, sa.update(messages).where(messages.c.id == last).values(**held))


async def break_post(alerts, clock):
    lost = {"state": MessageState.AMBIGUOUS, "ts": None, "not_before": clock.protocol_now() - MINUTE}
    last = sa.select(sa.func.min(messages.c.id)).scalar_subquery()
    await execute(alerts.database, sa.update(messages).where(messages.c.id == last).values(**lost))


async def break_reply(alerts, clock):
    def work(tx):
        card = tx.execute(sa.select(sa.func.min(messages.c.id))).scalar_one()
        outbox.enqueue(tx, [note(thread_of=card)])
        tx.execute(sa.update(messages).where(messages.c.id == card).values(state=MessageState.DEAD))

    await alerts.database.write(work)


async def break_channel(alerts, clock):
    await alerts.database.write(lambda tx: outbox.enqueue(tx, [note(channel="#unheard-of")]))


async def callback_of(database, **values):
    """A callback to be sent now, but for what is said of it."""
    wish = Wish("k", "escalation", 1, "escalation.approved", "https://hooks.example.com/", {})
    await database.write(lambda tx: callbacks.enqueue(tx, [wish]))
    await execute(database, sa.update(callbacks.callbacks).values(values))


async def break_callback(alerts, clock):
    await callback_of(alerts.database, not_before=clock.protocol_now())


async def break_callback_lease(alerts, clock):
    held = {"state": CallbackState.SENDING, "lease_owner": "gone", "lease_until": clock.protocol_now() - MINUTE}
    await callback_of(alerts.database, **held)


async def break_seal(alerts, clock):
    await alerts.database.write(lambda tx: audit.record(tx, [audit.Entry("system", "x", "y", 1, {})]))


async def break_fold(alerts, clock):
    await execute(alerts.database, sa.insert(rollup_deltas).values(payload="[]"))


async def break_rules(alerts, clock):
    """Nothing: that nobody looks again is enough."""
