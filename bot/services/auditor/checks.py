"""Every check of the auditor; a new one is a line here."""

from bot.services.auditor import (
    alert_timers,
    approval_timers,
    budget_timers,
    callbacks,
    control_timers,
    deliveries,
    due_rows,
    escalation_timers,
    records,
    shown_cards,
    silences,
)
from bot.services.auditor.findings import Check

CHECKS: tuple[Check, ...] = (
    due_rows.OVERDUE,
    escalation_timers.WEEKLY_UNPLANNED,
    escalation_timers.NEED_UNASKED,
    alert_timers.UNTOLD,
    alert_timers.UNASKED,
    alert_timers.UNENDING,
    alert_timers.UNCALMED,
    silences.UNATTENDED,
    control_timers.UNTIMED,
    approval_timers.UNTIMED,
    approval_timers.TIMED_AFTER_ALL,
    budget_timers.UNRETURNED,
    shown_cards.MESSAGE_BEHIND,
    shown_cards.GROUP_BEHIND,
    deliveries.LEASE_LAPSED,
    deliveries.POST_UNSOUGHT,
    deliveries.REPLY_ORPHANED,
    deliveries.CHANNEL_UNKNOWN,
    callbacks.LAPSED,
    callbacks.UNSENT,
    records.UNSEALED,
    records.UNFOLDED,
    records.RULES_UNSEEN,
)
