"""Which use case each kind of due row is for."""

from bot.scheduling.due import Work
from bot.services.alerts import tell
from bot.services.approvals.advance import advance_requests
from bot.services.approvals.execution import lose_executions
from bot.services.approvals.terms import ApprovalTerms
from bot.services.controls.life import end_due
from bot.services.controls.terms import controls_in_force
from bot.services.costs.raises import return_budgets
from bot.services.escalations import need
from bot.services.inhibitions.review import review_inhibitions
from bot.services.reports import costs as cost_digests
from bot.services.reports import escalations as escalation_reports
from bot.services.reports import noise
from bot.services.silences.life import review_silences
from bot.settings import Settings
from bot.store.due import DueKind


def due_works(settings: Settings, terms: ApprovalTerms) -> dict[DueKind, Work]:
    """What is done when a row of each kind falls due."""
    controls = controls_in_force(settings)
    return {
        DueKind.TELL_GROUP: lambda tx, rows: tell.tell_groups(tx, rows, settings.alerts),
        DueKind.REPEAT_GROUP: lambda tx, rows: tell.repeat_groups(tx, rows, settings.alerts),
        DueKind.REVIEW_SILENCE: lambda tx, rows: review_silences(tx, rows, settings.alerts),
        DueKind.REVIEW_INHIBITION: lambda tx, rows: review_inhibitions(tx, rows, settings.alerts),
        DueKind.CALM_GROUP: lambda tx, rows: tell.calm_groups(tx, rows, settings.alerts),
        DueKind.EXPIRE_ACKNOWLEDGEMENT: lambda tx, rows: tell.expire_acknowledgements(tx, rows, settings.alerts),
        DueKind.NOISE_REPORT: lambda tx, rows: noise.tell(tx, rows, settings),
        DueKind.ADVANCE_APPROVAL: lambda tx, rows: advance_requests(tx, rows, terms),
        DueKind.LOSE_EXECUTION: lose_executions,
        DueKind.COST_DIGEST: lambda tx, rows: cost_digests.order(tx, rows, settings),
        DueKind.RETURN_BUDGET: return_budgets,
        DueKind.ESCALATION_REVIEW: lambda tx, rows: escalation_reports.tell(tx, rows, settings),
        DueKind.END_CONTROL: lambda tx, rows: end_due(tx, rows, controls),
        DueKind.ASK_NEED: lambda tx, rows: need.ask(tx, rows, settings.escalation.ask_need_after),
    }
