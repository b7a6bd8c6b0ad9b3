"""What is over for long enough goes, whole and in small portions; what holds, waits or is young stays."""

import asyncio
from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.services.alerts import prune, respond
from bot.services.alerts.prune import AlertPruner
from bot.store import alert_lookups, audit, destinations, digests, due, judgements, outbox, pictures
from bot.store import silences as store_of_silences
from bot.store.alerts import alert_groups
from bot.store.alerts import alerts as alert_rows
from bot.store.due import DueKind
from bot.store.inhibitions import inhibition_sides
from bot.store.messages import MessageState, messages
from bot.store.outbox import Note
from bot.store.tables import metadata
from tests.services.conftest import signal

DAY = 24 * 3600.0


@pytest.fixture
def pruner(alerts):
    return AlertPruner(alerts.database, alerts.settings)


@pytest.fixture
def later(clock):
    """Business time and real time both pass."""
    return lambda days: clock.follow_database(clock.protocol_now() + timedelta(days=days))


async def rows(database, table, *where):
    return await database.read(lambda tx: tx.execute(sa.select(table).where(*where)).all())


async def execute(database, statement):
    await database.write(lambda tx: tx.execute(statement))


async def shown(database, state=MessageState.SHOWN):
    """As if Slack showed all that was wished for; what digests bundle stays bundled."""
    done = {"state": state, "shown_revision": messages.c.wanted_revision, "ts": "1.1", "posted_channel": "C1"}
    await execute(database, sa.update(messages).where(messages.c.state != MessageState.BUNDLED).values(**done))


async def told(alerts, clock, *names):
    await alerts.receive(*[signal(name=name) for name in names])
    clock.advance(11)
    await alerts.do_due()
    await shown(alerts.database)


async def ended(alerts, *names):
    await alerts.receive(*[signal("resolved", name=name) for name in names])
    await shown(alerts.database)


async def names(database):
    return {row.name for row in await rows(database, alert_groups)}


async def test_what_is_over_for_long_enough_goes_whole(alerts, clock, pruner, later):
    database = alerts.database
    await told(alerts, clock, "Old", "Young", "Open")
    groups, _ = await database.read(alert_lookups.open_groups)
    ids = {group.name: group.id for group in groups}
    await alerts.acknowledge(ids["Old"])
    await alerts.press(respond.assign, ids["Old"], assignee_id="U0IVAN")
    await ended(alerts, "Old")
    await database.write(lambda tx: judgements.put(tx, ids["Old"], "U0HANA", useful=True))
    await database.write(lambda tx: pictures.want(tx, "alert_group", {ids["Old"]: 0, ids["Open"]: 0}))
    later(60)
    await ended(alerts, "Young")
    later(31)
    entries = len(await rows(database, audit.audit))
    assert await pruner.prune() > 0
    assert await names(database) == {"Young", "Open"}
    about = {(row.subject_kind, row.subject_id) for row in await rows(database, messages)}
    assert ("alert_group", ids["Old"]) not in about
    assert {("alert_group", ids["Young"]), ("alert_group", ids["Open"])} <= about
    assert {row.name for row in await rows(database, alert_rows)} == {"Young", "Open"}
    assert await rows(database, judgements.alert_judgements) == []
    assert [row.subject_id for row in await rows(database, pictures.pictures)] == [ids["Open"]]
    assert {row.subject_id for row in await rows(database, due.due)} == {ids["Open"]}
    # The audit keeps all of it, and tells of the pruning.
    [*_, last] = await rows(database, audit.audit)
    assert (len(await rows(database, audit.audit)), last.verb, last.detail["groups"]) == (entries + 1, "pruned", 1)
    answer = await alerts.acknowledge(ids["Old"])
    assert answer.text == respond.GONE
    assert await pruner.prune() == 0


async def test_it_may_come_again_as_if_for_the_first_time(alerts, clock, pruner, later):
    await told(alerts, clock, "Slow")
    await ended(alerts, "Slow")
    later(91)
    await pruner.prune()
    assert await alerts.receive(signal(name="Slow")) == ["fired"]
    assert (await alerts.group()).refires == 0


async def test_what_still_waits_to_be_told_stays(alerts, clock, pruner, later):
    await told(alerts, clock, "Slow")
    await ended(alerts, "Slow")
    await execute(alerts.database, sa.update(messages).values(state=MessageState.WAITING))
    later(91)
    assert await pruner.prune() == 0
    await shown(alerts.database, MessageState.DEAD)
    assert await pruner.prune() == 2
    assert await rows(alerts.database, messages) == []


async def test_a_digest_goes_with_the_last_of_its_groups(alerts, clock, pruner, later):
    database = alerts.database
    await alerts.receive(*[signal(name=f"Slow {number}") for number in range(3)])
    clock.advance(11)
    await alerts.do_due()

    def bundle(tx):
        [(channel, waiting)] = digests.waiting_cards(tx, "alerts/card").items()
        digests.join(tx, digests.begin(tx, channel, waiting), waiting)

    await database.write(bundle)
    await ended(alerts, "Slow 0", "Slow 1")
    later(50)
    await ended(alerts, "Slow 2")
    later(50)
    await pruner.prune()
    assert len(await rows(database, messages, messages.c.template == "alerts/digest")) == 1
    later(50)
    await pruner.prune()
    assert await rows(database, messages) == []


async def test_old_notes_go_after_their_replies(alerts, clock, pruner, later):
    database = alerts.database

    def write(tx):
        destinations.ensure(tx, ["#a"])
        outbox.enqueue(tx, [Note("first", "delivery/given_up", "message", 1, {}, channel="#a")])
        [first] = tx.execute(sa.select(messages.c.id)).scalars()
        outbox.enqueue(tx, [Note("reply", "delivery/given_up", "message", 1, {}, thread_of=first)])

    await database.write(write)
    later(91)
    assert await pruner.prune() == 0
    await shown(database)
    await database.write(
        lambda tx: outbox.enqueue(tx, [Note("new", "delivery/given_up", "message", 1, {}, channel="#a")])
    )
    await shown(database)
    assert await pruner.prune() == 2
    assert [row.key for row in await rows(database, messages)] == ["new"]


async def test_old_episodes_of_a_group_that_never_rests(alerts, clock, pruner, later):
    await told(alerts, clock, "Slow")
    await alerts.receive(signal(name="Slow", role="critic"))
    await alerts.receive(signal("resolved", name="Slow", role="critic"))
    later(91)
    before = await alerts.group()
    assert await pruner.prune() == 1
    after = await alerts.group()
    assert (before.resolved, after.resolved, after.firing) == (1, 0, 1)
    assert len(await rows(alerts.database, alert_rows)) == 1


async def test_timers_that_fail_for_ever_end(alerts, clock, pruner):
    database = alerts.database
    await database.write(lambda tx: due.schedule(tx, DueKind.TELL_GROUP, [1, 2], tx.now + timedelta(hours=1)))
    hours = 90 * 24
    await execute(database, sa.update(due.due).where(due.due.c.subject_id == 1).values(failures=hours))
    await execute(database, sa.update(due.due).where(due.due.c.subject_id == 2).values(failures=hours - 1))
    assert await pruner.prune() == 1
    assert [row.subject_id for row in await rows(database, due.due)] == [2]


async def test_in_small_portions_while_others_write(alerts, clock, pruner, later, monkeypatch):
    monkeypatch.setattr(prune, "GROUPS", 3)
    monkeypatch.setattr(prune, "ALERTS", 4)
    database = alerts.database
    many = [signal(name=f"Slow {number % 10}", n=str(number)) for number in range(60)]
    await alerts.receive(*many)
    clock.advance(11)
    await alerts.do_due()
    await alerts.receive(*[each.model_copy(update={"status": "resolved"}) for each in many])
    await shown(database)
    later(91)
    pruning = asyncio.create_task(pruner.prune())
    told_meanwhile = 0
    while not pruning.done():
        await alerts.receive(signal(name="New", n=str(told_meanwhile)))
        told_meanwhile += 1
    assert await pruning == 70
    assert told_meanwhile > 5
    assert await names(database) == {"New"}
    assert await rows(database, messages) == []


async def test_a_group_that_somebody_is_at_is_left_for_later(alerts, rival, clock, pruner, later):
    if alerts.database.dialect == "sqlite":
        pytest.skip("SQLite has one writer; nobody is at a group meanwhile.")
    await told(alerts, clock, "Slow")
    await ended(alerts, "Slow")
    later(91)

    def hold(tx):
        tx.execute(sa.select(alert_groups).with_for_update())
        tx.execute(sa.text("SELECT pg_sleep(0.4)"))

    holding = asyncio.create_task(rival.database.write(hold))
    await asyncio.sleep(0.2)
    assert await pruner.prune() == 0
    await holding
    assert await pruner.prune() == 2


def test_whatever_hangs_on_what_is_deleted_is_known_here():
    """A new table that points to an alert, a group or a message has to be thought of in bot/store/retention.py."""
    gone = {alert_groups, alert_rows, messages}
    pointing = {
        f"{table.name}.{key.parent.name}"
        for table in metadata.tables.values()
        for key in table.foreign_keys
        if key.column.table in gone
    }
    known = {"alerts.group_id", f"{inhibition_sides.name}.alert_id", "alert_judgements.group_id"}
    assert pointing == known | {"messages.thread_of", "messages.digest_id"}


async def test_silences_that_are_over_go_once_no_alert_names_them(alerts, silences, clock, pruner, later):
    database = alerts.database
    unused, used, last = [await silences.make(f"alertname={name}") for name in ("Nothing", "Slow", "Else")]
    await alerts.receive(signal(name="Slow"))
    await alerts.receive(signal("resolved", name="Slow"))
    clock.advance(2 * 3600)
    await alerts.do_due()
    await shown(database)
    later(91)
    entries = {row.id for row in await rows(database, audit.audit)}
    assert await pruner.prune() > 0
    left = {row.id for row in await rows(database, store_of_silences.silences)}
    # The newest stays: its id must never mean another.
    assert left == {last}
    assert entries <= {row.id for row in await rows(database, audit.audit)}
    assert await silences.make("alertname=New") > last > used > unused


async def test_a_silence_stays_while_it_mutes_or_an_alert_that_is_kept_names_it(alerts, silences, clock, pruner, later):
    database = alerts.database
    named = await silences.make("alertname=Slow")
    endless = await silences.make("alertname=Long", starts_in=100 * 24 * 60)
    await silences.make("alertname=Else")
    await alerts.receive(signal(name="Slow"))
    clock.advance(2 * 3600)
    await alerts.do_due()
    await execute(database, sa.update(alert_rows).values(silenced_by=named))
    await shown(database)
    later(91)
    await pruner.prune()
    assert {named, endless} <= {row.id for row in await rows(database, store_of_silences.silences)}
