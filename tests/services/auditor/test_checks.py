"""Each check: the database is broken by hand, mended exactly once, said once; and nothing is said of what is well."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.services.approvals.advance import advance_requests
from bot.services.auditor.checks import CHECKS
from bot.settings_upkeep import AuditorSettings
from bot.store import audit, callbacks, cards, destinations, digests, due, outbox, rule_states
from bot.store.alert_lookups import open_groups
from bot.store.alerts import alert_groups
from bot.store.auditor_episodes import auditor_episodes
from bot.store.callbacks import Wish
from bot.store.cards import CardWish
from bot.store.due import DueKind
from bot.store.messages import MessageState, Priority, messages
from bot.store.outbox import Note
from bot.store.telemetry.deltas import rollup_deltas
from riskengine.response.callbacks import CallbackState
from tests.services.approvals.office import LEADS, Office, terms_of
from tests.services.auditor.conftest import CALM, MINUTE
from tests.services.conftest import WORKS, signal
from tests.services.silences import Silences

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

    works = {**WORKS, DueKind.ADVANCE_APPROVAL: lambda tx, due_rows, _: advance_requests(tx, due_rows, terms_of())}

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


async def _calm(database):
    return not await rows(database, alert_groups, alert_groups.c.flapping_since.is_not(None))


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


async def _untimed(database):
    return not await rows(database, due.due, due.due.c.kind == DueKind.ADVANCE_APPROVAL)


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


async def callback_of(clock, database, **values):
    """A callback to be sent now, but for what is said of it."""
    wish = Wish("k", "escalation", 1, "escalation.approved", "https://hooks.example.com/", {})
    await database.write(lambda tx: callbacks.enqueue(tx, [wish]))
    await execute(database, sa.update(callbacks.callbacks).values(values))


async def break_callback(alerts, clock):
    await callback_of(clock, alerts.database, not_before=clock.protocol_now())


async def break_callback_lease(alerts, clock):
    held = {"state": CallbackState.SENDING, "lease_owner": "gone", "lease_until": clock.protocol_now() - MINUTE}
    await callback_of(clock, alerts.database, **held)


async def _sent_again(database):
    return not await rows(database, callbacks.callbacks, callbacks.callbacks.c.state == CallbackState.SENDING)


async def break_seal(alerts, clock):
    await alerts.database.write(lambda tx: audit.record(tx, [audit.Entry("system", "x", "y", 1, {})]))


async def break_fold(alerts, clock):
    await execute(alerts.database, sa.insert(rollup_deltas).values(payload="[]"))


async def break_rules(alerts, clock):
    """Nothing: that nobody looks again is enough."""


def _has_timer(kind):
    async def mended(database):
        return bool(await rows(database, due.due, due.due.c.kind == kind))

    return mended


def _no_message(**values):
    async def mended(database):
        same = [messages.c[name] == value for name, value in values.items()]
        return not await rows(database, messages, *same)

    return mended


async def _sealed(database):
    return not await database.read(audit.count_unsealed)


async def _told(database):
    untold = (alert_groups.c.told_at.is_(None), alert_groups.c.status == "firing")
    return not await rows(database, alert_groups, *untold)


async def _known(database):
    return await database.read(lambda tx: destinations.by_channel(tx, "#unheard-of")) is not None


async def _adopted(database):
    [reply] = await rows(database, messages, messages.c.key == "n")
    return reply.thread_of is None


async def _rung(database):
    """Nothing in the database: a bell was rung."""
    return True


CASES = {
    "due_overdue": (break_overdue, _rung),
    "group_untold": (break_untold, _told),
    "group_unasked": (break_unasked, _has_timer(DueKind.REPEAT_GROUP)),
    "acknowledgement_unending": (break_unending, _has_timer(DueKind.EXPIRE_ACKNOWLEDGEMENT)),
    "group_uncalmed": (break_calm, _calm),
    "silence_unattended": (break_silence, _has_timer(DueKind.REVIEW_SILENCE)),
    "approval_untimed": (break_pending, _has_timer(DueKind.ADVANCE_APPROVAL)),
    "approval_timed_after_end": (break_final, _untimed),
    "message_behind": (break_message, _no_message(state=MessageState.SHOWN, shown_revision=0)),
    "card_behind": (break_card, _rung),
    "lease_lapsed": (break_lease, _no_message(state=MessageState.SENDING)),
    "post_unsought": (break_post, _rung),
    "reply_orphaned": (break_reply, _adopted),
    "channel_unknown": (break_channel, _known),
    "callback_lease_lapsed": (break_callback_lease, _sent_again),
    "callback_unsent": (break_callback, _rung),
    "audit_unsealed": (break_seal, _sealed),
    "telemetry_unfolded": (break_fold, _rung),
    "rules_unseen": (break_rules, _rung),
}


def test_every_check_has_a_case():
    assert set(CASES) == {check.name for check in CHECKS}


async def told(database):
    return await rows(database, messages, messages.c.template == "auditor/found")


@pytest.mark.parametrize("name", CASES)
async def test_found_mended_and_said_once(alerts, clock, patient, pass_time, name):
    await all_well(alerts, clock)
    database = alerts.database
    await patient.look()
    breaks, is_mended = CASES[name]
    await breaks(alerts, clock)
    found = {}
    for _ in range(4):
        found |= await patient.look()
        await alive(alerts, name)
        pass_time(MINUTE)
    assert found == {name: 1}
    assert await is_mended(database)
    [message] = await told(database)
    assert message.payload["check"] == name
    assert "1" in message.payload["found"] or name in {"audit_unsealed", "telemetry_unfolded", "rules_unseen"}
    written = [row for row in await rows(database, audit.audit) if row.verb.startswith("auditor_")]
    assert [row.detail["check"] for row in written] == [name]
    outcome = "told" if name == "rules_unseen" else "repaired"
    assert patient.counted(name, outcome) == 1


async def test_nothing_is_said_when_all_is_well(alerts, clock, patient, pass_time):
    await all_well(alerts, clock)
    for _ in range(4):
        assert await patient.look() == {}
        await alive(alerts)
        pass_time(MINUTE)
    assert await told(alerts.database) == []
    assert not patient.counted("rules_unseen", "told")


async def test_told_again_only_after_a_calm(alerts, clock, patient, pass_time):
    await all_well(alerts, clock)
    for _ in range(3):
        await break_unending(alerts, clock)
        assert await patient.look() == {"acknowledgement_unending": 1}
        await alive(alerts)
        pass_time(CALM / 3)
    assert await patient.look() == {}
    assert len(await told(alerts.database)) == 1
    assert len(await rows(alerts.database, auditor_episodes)) == 1
    await alive(alerts)
    pass_time(CALM)
    assert await patient.look() == {}
    assert await rows(alerts.database, auditor_episodes) == []
    await break_unending(alerts, clock)
    assert await patient.look() == {"acknowledgement_unending": 1}
    assert len(await told(alerts.database)) == 2


async def test_what_stays_is_neither_repaired_nor_told_again_nor_over(alerts, clock, patient, pass_time):
    await all_well(alerts, clock)
    await break_overdue(alerts, clock)
    counts = []
    for _ in range(5):
        counts.append((await patient.look()).get("due_overdue", 0))
        await alive(alerts)
        pass_time(MINUTE)
    assert counts == [0, 1, 0, 0, 0]
    assert len(await told(alerts.database)) == 1
    assert len(await rows(alerts.database, auditor_episodes)) == 1


async def test_a_restart_does_not_end_an_episode(alerts, clock, settings, patient, pass_time):
    await all_well(alerts, clock)
    await break_overdue(alerts, clock)
    await patient.look()
    await alive(alerts)
    pass_time(MINUTE)
    assert await patient.look() == {"due_overdue": 1}
    restarted = type(patient)(alerts.database, settings, MINUTE)
    await restarted.look()
    await alive(alerts)
    pass_time(MINUTE)
    await restarted.look()
    assert len(await told(alerts.database)) == 1


async def test_twenty_at_once_in_one_look_and_one_message(alerts, clock, audited):
    """The fault matrix: 20 rows without a timer, mended within a minute."""
    await alerts.receive(*[signal(name=f"Slow {number}") for number in range(20)])
    await execute(alerts.database, sa.delete(due.due))
    assert (await audited.look())["group_untold"] == 20
    assert len(await rows(alerts.database, due.due, due.due.c.kind == DueKind.TELL_GROUP)) == 20
    found = [row.payload["found"] for row in await told(alerts.database)]
    assert "20 open alert groups had not been told, and nothing was going to tell them." in found


async def test_more_than_one_set(alerts, clock, audited):
    for start in range(0, 450, 90):
        await alerts.receive(*[signal(name=f"Slow {start + number}") for number in range(90)])
    await execute(alerts.database, sa.delete(due.due))
    assert (await audited.look())["group_untold"] == 450
    assert len(await rows(alerts.database, due.due, due.due.c.kind == DueKind.TELL_GROUP)) == 450


async def test_two_replicas_repair_and_tell_once(alerts, rival, clock, settings, audited):
    await told_group(alerts, clock)
    await sealed(alerts.database)
    await looked(alerts.database)
    await execute(alerts.database, sa.delete(due.due))
    other = type(audited)(rival.database, settings, timedelta(0))
    found = [await audited.look(), await other.look()]
    assert [each.get("group_unasked", 0) for each in found] == [1, 0]
    assert len([row for row in await told(alerts.database) if row.payload["check"] == "group_unasked"]) == 1


async def test_while_slack_takes_nothing_nobody_is_expected_to_send(alerts, clock, patient, pass_time):
    await all_well(alerts, clock)
    patient.delivery_trouble = "Slack cannot be reached"
    await break_lease(alerts, clock)
    for _ in range(3):
        assert await patient.look() == {}
        await alive(alerts)
        pass_time(MINUTE)


async def test_a_long_line_of_lost_posts_that_moves_is_no_trouble(alerts, clock, patient, pass_time):
    from bot.store import rates
    from bot.store.claims import Action
    from bot.store.rates import MethodRate

    await all_well(alerts, clock)
    await break_post(alerts, clock)
    rate = {Action.RECONCILE: MethodRate(45, 5)}
    for _ in range(3):
        await alerts.database.write(lambda tx: rates.book(tx, {Action.RECONCILE: 1}, rate))
        assert await patient.look() == {}
        await alive(alerts)
        pass_time(MINUTE * 0.9)


async def test_a_line_of_callbacks_that_moves_is_no_trouble(alerts, clock, patient, pass_time):
    await all_well(alerts, clock)
    await callback_of(clock, alerts.database, not_before=clock.protocol_now())
    for _ in range(3):
        other = {"key": "other", "delivery_id": "cb_other", "state": CallbackState.DELIVERED}
        [first] = await rows(alerts.database, callbacks.callbacks, callbacks.callbacks.c.key == "k")
        await execute(
            alerts.database,
            sa.delete(callbacks.callbacks).where(callbacks.callbacks.c.key == "other"),
            sa.insert(callbacks.callbacks).values(
                {**first._mapping, "id": first.id + 1, **other, "delivered_at": clock.protocol_now()}
            ),
        )
        assert await patient.look() == {}
        await alive(alerts)
        pass_time(MINUTE * 0.9)


async def test_a_jump_of_business_time_is_no_trouble(alerts, clock, patient):
    """All at once everything is hours late, and the due runner is about to do it."""
    await all_well(alerts, clock)
    await break_seal(alerts, clock)
    await looked(alerts.database)
    clock.advance(10 * 3600)
    assert await patient.look() == {}


async def test_a_check_that_fails_keeps_no_other_from_being_asked(alerts, clock, database, settings):
    from prometheus_client import CollectorRegistry

    from bot.services.auditor.alert_timers import UNTOLD
    from bot.services.auditor.auditor import Auditor
    from bot.services.auditor.findings import Terms
    from bot.services.auditor.metrics import AuditorMetrics

    def broken(tx, terms):
        raise ValueError("a bug")

    await alerts.receive(signal())
    await execute(database, sa.delete(due.due))
    terms = Terms(settings, AuditorSettings(), MINUTE)
    checks = [UNTOLD._replace(name="broken", look=broken), UNTOLD]
    metrics = AuditorMetrics(CollectorRegistry())
    auditor = Auditor(database, lambda: terms, metrics, checks)
    assert await auditor.look() == {"group_untold": 1}


async def test_replies_to_a_bundled_card_go_to_its_digest(alerts, clock, audited):
    group = await told_group(alerts, clock)

    def work(tx):
        wish = CardWish("alerts/card", "alert_group", group.id, "#other", 1, Priority.ALERT, tx.now)
        cards.want(tx, [wish])
        [card] = digests.waiting_cards(tx, "alerts/card")["#other"]
        outbox.enqueue(tx, [note(thread_of=card.id)])
        digest = digests.begin(tx, "#other", [card])
        digests.join(tx, digest, [card])
        tx.execute(sa.update(messages).where(messages.c.key == "n").values(thread_of=card.id))
        return digest.id

    digest_id = await alerts.database.write(work)
    assert (await audited.look())["reply_orphaned"] == 1
    [reply] = await rows(alerts.database, messages, messages.c.key == "n")
    assert reply.thread_of == digest_id
