"""What is said over several looks, and that nothing is said of what is well."""

from datetime import timedelta

import sqlalchemy as sa

from bot.settings_upkeep import AuditorSettings
from bot.store import callbacks, cards, digests, due, outbox
from bot.store.auditor_episodes import auditor_episodes
from bot.store.cards import CardWish
from bot.store.due import DueKind
from bot.store.messages import Priority, messages
from riskengine.response.callbacks import CallbackState
from tests.services.auditor.breakage import (
    break_lease,
    break_overdue,
    break_post,
    break_seal,
    break_unending,
    callback_of,
)
from tests.services.auditor.conftest import CALM, MINUTE
from tests.services.auditor.world import (
    alive,
    all_well,
    execute,
    looked,
    note,
    rows,
    sealed,
    told,
    told_group,
)
from tests.services.conftest import signal


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
    database, table = alerts.database, callbacks.callbacks
    await callback_of(database, not_before=clock.protocol_now())
    [first] = await rows(database, table)
    other = {**first._mapping, "id": first.id + 1, "key": "other", "delivery_id": "cb_other"}
    await execute(database, sa.insert(table).values({**other, "state": CallbackState.DELIVERED}))
    for _ in range(3):
        await execute(
            database, sa.update(table).where(table.c.key == "other").values(delivered_at=clock.protocol_now())
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
