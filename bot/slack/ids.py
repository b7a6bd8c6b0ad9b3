"""Every id that is drawn and comes back with a press; a contract test holds them and the handlers together."""

from enum import StrEnum

from bot.slack.manifest import CommandSpec, ShortcutSpec


class Command(StrEnum):
    ALERTS = "/alerts"


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


class View(StrEnum):
    """callback_id of every modal."""

    ALERT_GROUP = "alerts.group"


#: What is shown where Slack completes commands; bot/handlers registers the same ones.
COMMANDS = (
    CommandSpec(
        Command.ALERTS,
        "What fires, what is yours",
        "[status | list | mine | subscribe | unsubscribe | subscriptions | rules | report | help]",
    ),
)
SHORTCUTS: tuple[ShortcutSpec, ...] = ()
