"""Slack in: thin listeners that parse, call one service and answer. HANDLERS lists them all."""

from collections.abc import Callable

from slack_bolt.app.async_app import AsyncApp

from bot.handlers import (
    alerts,
    alerts_command,
    approvals,
    approvals_command,
    complaints,
    controls,
    escalate,
    escalate_edit,
    home,
    need,
    silences,
    unknown,
)
from bot.handlers.context import Context

#: In this order; the catch-all for buttons of older versions comes last.
HANDLERS: tuple[Callable[[AsyncApp, Context], None], ...] = (
    alerts.register,
    alerts_command.register,
    silences.register,
    approvals.register,
    approvals_command.register,
    escalate.register,
    need.register,
    escalate_edit.register,
    complaints.register,
    controls.register,
    home.register,
    unknown.register,
)
