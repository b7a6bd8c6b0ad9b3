"""Every table, so that the metadata is whole for migrations and contract tests."""

from bot.store.alerts import alert_groups, alerts
from bot.store.audit import audit, audit_head
from bot.store.destinations import destinations
from bot.store.due import due
from bot.store.inbound import inbound
from bot.store.messages import messages
from bot.store.rates import method_rates
from bot.store.schema import metadata
from bot.store.tokens import tokens

__all__ = [
    "alert_groups",
    "alerts",
    "audit",
    "audit_head",
    "destinations",
    "due",
    "inbound",
    "messages",
    "metadata",
    "method_rates",
    "tokens",
]
