"""Each check: the database is broken by hand, mended exactly once, and said once."""

import pytest

from bot.services.auditor.checks import CHECKS
from bot.store import audit, destinations, due
from bot.store.alerts import alert_groups
from bot.store.callbacks import callbacks
from bot.store.due import DueKind
from bot.store.messages import MessageState, messages
from riskengine.response.callbacks import CallbackState
from tests.services.auditor.breakage import (
    break_callback,
    break_callback_lease,
    break_calm,
    break_card,
    break_channel,
    break_control,
    break_final,
    break_fold,
    break_lease,
    break_message,
    break_need,
    break_overdue,
    break_pending,
    break_post,
    break_raise,
    break_reply,
    break_rules,
    break_seal,
    break_silence,
    break_unasked,
    break_unending,
    break_untold,
    break_weekly,
)
from tests.services.auditor.conftest import MINUTE
from tests.services.auditor.world import alive, all_well, rows, told


async def _calm(database):
    return not await rows(database, alert_groups, alert_groups.c.flapping_since.is_not(None))


async def _untimed(database):
    return not await rows(database, due.due, due.due.c.kind == DueKind.ADVANCE_APPROVAL)


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


async def _sent_again(database):
    return not await rows(database, callbacks, callbacks.c.state == CallbackState.SENDING)


async def _rung(database):
    """Nothing in the database: a bell was rung."""
    return True


async def _asked(database):
    return await rows(database, messages, messages.c.subject_kind == "escalation_need")


CASES = {
    "weekly_unplanned": (break_weekly, _has_timer(DueKind.NOISE_REPORT)),
    "escalation_unasked": (break_need, _asked),
    "due_overdue": (break_overdue, _rung),
    "group_untold": (break_untold, _told),
    "group_unasked": (break_unasked, _has_timer(DueKind.REPEAT_GROUP)),
    "acknowledgement_unending": (break_unending, _has_timer(DueKind.EXPIRE_ACKNOWLEDGEMENT)),
    "group_uncalmed": (break_calm, _calm),
    "silence_unattended": (break_silence, _has_timer(DueKind.REVIEW_SILENCE)),
    "control_untimed": (break_control, _has_timer(DueKind.END_CONTROL)),
    "approval_untimed": (break_pending, _has_timer(DueKind.ADVANCE_APPROVAL)),
    "approval_timed_after_end": (break_final, _untimed),
    "budget_unreturned": (break_raise, _has_timer(DueKind.RETURN_BUDGET)),
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


@pytest.mark.parametrize("name", CASES)
async def test_found_mended_and_said_once(alerts, clock, patient, pass_time, name):
    await all_well(alerts, clock)
    database = alerts.database
    patient.weekly = frozenset({DueKind.NOISE_REPORT})
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
