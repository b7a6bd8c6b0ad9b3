"""Every id that is drawn and comes back with a press; a contract test holds them and the handlers together."""

from enum import StrEnum

from bot.slack.manifest import CommandSpec, ShortcutSpec


class Command(StrEnum):
    ALERTS = "/alerts"
    APPROVALS = "/approvals"
    COST = "/cost"
    ESCALATE = "/escalate"


class Action(StrEnum):
    """action_id of everything that can be pressed; ids alone travel in values, never state or authority."""

    ACKNOWLEDGE_ALERTS = "alerts.acknowledge"
    UNACKNOWLEDGE_ALERTS = "alerts.unacknowledge"
    ASSIGN_ALERTS = "alerts.assign"
    RESOLVE_ALERTS = "alerts.resolve"
    SHOW_TIMELINE = "alerts.timeline"
    OPEN_RUNBOOK = "alerts.runbook"
    ACKNOWLEDGE_DIGEST = "alerts.acknowledge_digest"
    OPEN_GROUP = "alerts.open_group"
    CALL_USEFUL = "alerts.useful"
    CALL_NOT_USEFUL = "alerts.not_useful"
    SILENCE_GROUP = "silences.open"
    CHANGE_SILENCE = "silences.change"
    END_SILENCE = "silences.end"
    APPROVE = "approvals.approve"
    #: Where the policy wants a comment on every decision; opens a form.
    APPROVE_WITH_COMMENT = "approvals.approve_with_comment"
    REJECT = "approvals.reject"
    PASS_ON = "approvals.pass_on"  # noqa: S105 - a press
    ASK_INFORMATION = "approvals.ask_information"
    CALL_NEEDED = "escalations.needed"
    CALL_UNNEEDED = "escalations.unneeded"
    #: Shows a request to one person, with what they may do about it.
    OPEN_REQUEST = "approvals.open"
    WITHDRAW = "approvals.withdraw"
    BREAK_GLASS = "approvals.break_glass"
    EDIT_ESCALATION = "escalations.edit"
    START_CONTROL = "controls.start"
    DECLINE_CONTROL = "controls.decline"
    END_CONTROL = "controls.end"
    PROLONG_CONTROL = "controls.prolong"


class Input(StrEnum):
    """block_id and action_id, the same for both, of everything that is filled in and sent with its modal."""

    SILENCE_FILTER = "silences.filter"
    SILENCE_LASTS = "silences.lasts"
    SILENCE_COMMENT = "silences.comment"
    COMPLAINT_KIND = "complaints.kind"
    COMPLAINT_MODEL = "complaints.model"
    COMPLAINT_ROLE = "complaints.role"
    COMPLAINT_COMMENT = "complaints.comment"
    APPROVAL_COMMENT = "approvals.comment"
    ESCALATION_TITLE = "escalations.title"
    ESCALATION_SUMMARY = "escalations.summary"
    ESCALATION_SERVICES = "escalations.services"
    ESCALATION_SECURITY = "escalations.security"
    ESCALATION_COMPLEXITY = "escalations.complexity"
    ESCALATION_PERFORMANCE = "escalations.performance"
    ESCALATION_ROLE = "escalations.role"
    ESCALATION_QUALITY = "escalations.quality"
    ESCALATION_FLAGS = "escalations.flags"
    ESCALATION_EMERGENCY = "escalations.emergency"
    ESCALATION_OVERRIDE = "escalations.override"


class View(StrEnum):
    """callback_id of every modal."""

    ALERT_GROUP = "alerts.group"
    APPROVE_FORM = "approvals.approve_form"
    REJECT_FORM = "approvals.reject_form"
    ASK_FORM = "approvals.ask_form"
    WITHDRAW_FORM = "approvals.withdraw_form"
    BREAK_GLASS_FORM = "approvals.break_glass_form"
    APPROVAL_REQUEST = "approvals.request"
    ESCALATION_FORM = "escalations.form"
    ESCALATION_EDIT_FORM = "escalations.edit_form"
    #: The criteria spoke against it, and somebody wants it all the same.
    ESCALATION_NOT_NEEDED = "escalations.not_needed"
    COMPLAINT_FORM = "complaints.form"
    COMPLAINT_TOLD = "complaints.told"
    SILENCE_FORM = "silences.form"
    SILENCE_PREVIEW = "silences.preview"


class Shortcut(StrEnum):
    FILE_COMPLAINT = "complaints.file"


#: What is shown where Slack completes commands; bot/handlers registers the same ones.
COMMANDS = (
    CommandSpec(
        Command.ALERTS,
        "What fires, what is yours",
        "[status | list | mine | silence | silences | subscribe | unsubscribe | subscriptions | rules | complaints "
        "| report | delivery | help]",
    ),
    CommandSpec(
        Command.APPROVALS,
        "What waits for your decision",
        "[mine | pending | history | review | away | back | help]",
    ),
    CommandSpec(
        Command.COST,
        "What was spent, where the month ends, what to do",
        "[status | by model|role|team|provider [PERIOD] | budget [raise …] | controls | optimise | help]",
    ),
    CommandSpec(Command.ESCALATE, "Ask for the stronger model", "[TITLE | ID | help]"),
)
SHORTCUTS = (
    ShortcutSpec(
        "Complain about an answer",
        Shortcut.FILE_COMPLAINT,
        "Tell whoever watches the models that an answer was slow, wrong, or did not come",
    ),
)
