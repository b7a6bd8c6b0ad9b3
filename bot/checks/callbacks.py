"""The certificate authorities that callbacks trust besides the usual ones."""

from bot.checks.findings import Line, failed, ok
from bot.connectors.callbacks import trusting
from bot.errors import SettingsError
from bot.settings import Settings

SUBJECT = "callbacks"


def examine(settings: Settings) -> list[Line]:
    """A line where an operator named a file of authorities; without one there is nothing to go wrong."""
    authorities = settings.callbacks.ca_bundle
    if authorities is None:
        return []
    try:
        trusting(authorities)
    except SettingsError as error:
        return [failed(SUBJECT, error.message, error.hint)]
    return [ok(SUBJECT, f"the authorities of {authorities} are trusted besides the usual ones")]
