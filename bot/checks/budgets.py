"""The budgets in force, and their days."""

from bot.checks.findings import Line, ok
from bot.settings import Settings
from riskengine.money import budget_usd

SUBJECT = "budgets"


def examine(settings: Settings) -> list[Line]:
    """One line: what each budget is. Wrong ones are mistakes of the settings, told before."""
    told = [f"{each.name} {budget_usd(each.usd)} a {each.period}" for each in settings.budgets.all]
    return [ok(SUBJECT, f"{', '.join(told) or 'none'}; days of {settings.time_zone}")]
