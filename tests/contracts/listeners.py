"""What the bot listens to in Slack, taken from a real Bolt app on which all handlers have registered."""

import re
from datetime import timedelta
from typing import Any, NamedTuple

from prometheus_client import CollectorRegistry
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.handlers import HANDLERS
from bot.handlers.context import Context
from bot.handlers.metrics import PressMetrics
from bot.right_of_way import RightOfWay
from bot.services.alerts.desk import AlertDesk
from bot.services.alerts.subscription_desk import SubscriptionDesk
from bot.services.approvals.desk import ApprovalDesk
from bot.services.budget_raises.desk import RaiseDesk
from bot.services.complaints.desk import ComplaintDesk
from bot.services.controls.desk import ControlDesk
from bot.services.escalations.desk import EscalationDesk
from bot.services.reports.delivery import DeliveryDesk
from bot.services.reports.noise import ReportDesk
from bot.services.silences.desk import SilenceDesk
from bot.services.watching.report import RulesDesk
from bot.settings import AlertDelivery, Settings, SlackSettings
from bot.slack.app import Identity, build_app
from bot.slack.client import SlackClient
from bot.slack.links import Links
from bot.wiring.approvals import approval_terms

#: Bolt's ways to register a listener that our handlers use; another one fails `registered`.
KINDS = ("action", "view", "command", "event", "shortcut", "options", "message")


class Listener(NamedTuple):
    kind: str
    #: What it listens to; a pattern for the catch-alls.
    what: str | re.Pattern[str]

    @property
    def catches_all(self) -> bool:
        return isinstance(self.what, re.Pattern)


class Recorder:
    """Stands before a real app and takes note of what is registered on it."""

    def __init__(self, app: AsyncApp) -> None:
        self._app = app
        self.listeners: list[Listener] = []

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._app, name)
        if name not in KINDS:
            return method

        def noted(what: Any, *more: Any, **options: Any) -> Any:
            self.listeners.append(Listener(name, str(what) if isinstance(what, str) else what))
            return method(what, *more, **options)

        return noted


def registered(prefix: str = "") -> list[Listener]:
    """Every listener of the bot, in its order."""
    client = SlackClient(AsyncWebClient(retry_handlers=[]))
    app = build_app(client, SlackSettings(prefix=prefix), Identity("T1", "B1", "U1", "A1", "https://example.com/"))
    recorder = Recorder(app)
    context = Context(
        # Registering asks nothing of the desk's database or of Slack.
        alerts=AlertDesk(None, None, AlertDelivery()),
        reports=ReportDesk(None, Settings()),
        delivery=DeliveryDesk(None, None),
        silences=SilenceDesk(None, None, AlertDelivery()),
        subscriptions=SubscriptionDesk(None, None, AlertDelivery()),
        rules=RulesDesk(None, None),
        complaints=ComplaintDesk(None, None),
        controls=ControlDesk(None, None, None),
        raises=RaiseDesk(None, None, (), timedelta(days=31)),
        approvals=ApprovalDesk(None, None, None, approval_terms(Settings())),
        escalations=EscalationDesk.__new__(EscalationDesk),
        approval_card=None,
        links=Links(),
        client=client,
        prefix=prefix,
        metrics=PressMetrics(CollectorRegistry()),
        way=RightOfWay(),
    )
    for register in HANDLERS:
        register(recorder, context)
    assert len(app._async_listeners) == len(recorder.listeners)
    return recorder.listeners
