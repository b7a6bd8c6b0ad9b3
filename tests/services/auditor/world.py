"""A database in which all is well, and what goes on in it while the auditor looks."""

from datetime import timedelta

import sqlalchemy as sa

from bot.services.approvals.advance import advance_requests
from bot.services.escalations import need
from bot.services.reports import noise
from bot.settings import Settings
from bot.store import audit, due, rule_states
from bot.store.alert_lookups import open_groups
from bot.store.callbacks import callbacks
from bot.store.due import DueKind
from bot.store.messages import MessageState, messages
from bot.store.outbox import Note
from riskengine.response.callbacks import CallbackState
from tests.services.approvals.office import terms_of
from tests.services.conftest import WORKS, signal
from tests.services.silences import Silences

"""Each check: the database is broken by hand, mended exactly once, said once; and nothing is said of what is well."""

#: A subject that no timer finds.
NOBODY = 10_000


async def execute(database, *statements):
    def work(tx):
        for statement in statements:
            tx.execute(statement)

    await database.write(work)


async def rows(database, table, *where):
    return await database.read(lambda tx: tx.execute(sa.select(table).where(*where)).all())


async def shown(database):
    """As if Slack showed all that was wished for."""
    done = {"state": MessageState.SHOWN, "shown_revision": messages.c.wanted_revision, "ts": "1.1"}
    await execute(database, sa.update(messages).values(posted_channel="C1", **done))


async def sealed(database):
    await database.write(lambda tx: audit.seal(tx, 1000))


async def looked(database):
    await database.write(lambda tx: rule_states.take_turn(tx, timedelta(0)))


async def alive(alerts, broken=""):
    """What bells and the due runner do meanwhile, but for what is broken."""
    if broken != "rules_unseen":
        await looked(alerts.database)
    if broken != "audit_unsealed":
        await sealed(alerts.database)
    if broken != "callback_unsent":
        ripe = callbacks.c.state == CallbackState.WAITING
        await execute(alerts.database, sa.update(callbacks).where(ripe).values(state=CallbackState.DELIVERED))

    works = {
        **WORKS,
        DueKind.ADVANCE_APPROVAL: lambda tx, due_rows, _: advance_requests(tx, due_rows, terms_of()),
        DueKind.NOISE_REPORT: lambda tx, due_rows, _: noise.weekly(Settings()).plan_next(tx),
        DueKind.ASK_NEED: lambda tx, due_rows, _: need.ask(tx, due_rows, timedelta(hours=1)),
    }

    def work(tx):
        for row in due.ripe(tx, 100):
            if row.subject_id != NOBODY and due.claim_one(tx, row):
                works[row.kind](tx, [row], alerts.settings)

    await alerts.database.write(work)


async def told_group(alerts, clock):
    """A group that fires and was told, in a database where all is well."""
    await alerts.receive(signal())
    clock.advance(11)
    await alerts.do_due()
    await shown(alerts.database)
    return await alerts.group()


async def all_well(alerts, clock):
    """Groups of every state, told and shown, and records in order."""
    await alerts.database.write(noise.weekly(Settings()).plan)
    await told_group(alerts, clock)
    await alerts.receive(signal(name="Taken"), signal(name="Over"), signal(name="Again"))
    groups, _ = await alerts.database.read(open_groups)
    by_name = {group.name: group for group in groups}
    await alerts.acknowledge(by_name["Taken"].id)
    clock.advance(11)
    await alerts.do_due()
    await alerts.receive(signal("resolved", name="Over"), signal("resolved", name="Again"))
    await alerts.receive(signal(name="Again"))
    await alerts.receive(signal(role="joins"))
    await Silences(alerts.database, alerts.settings).make("alertname=Quiet")
    await alerts.receive(signal(name="New"), signal(name="Quiet"))
    await shown(alerts.database)
    await sealed(alerts.database)
    await looked(alerts.database)


def note(**more):
    return Note("n", "alerts/joined", "alert_group", 1, {}, **more)


async def told(database):
    return await rows(database, messages, messages.c.template == "auditor/found")
