"""Builds what escalations need."""

from bot.services.approvals.desk import ApprovalDesk
from bot.services.escalations.desk import EscalationDesk
from bot.services.price_table import prices_path, read_prices
from bot.settings import Settings
from bot.store.database import Database


def escalation_desk(database: Database, approvals: ApprovalDesk, settings: Settings) -> EscalationDesk:
    """Raises SettingsError when the table of prices cannot be read."""
    prices = read_prices(prices_path(settings.pricing.file))
    return EscalationDesk(database, approvals, settings.escalation, settings.callbacks, prices)
