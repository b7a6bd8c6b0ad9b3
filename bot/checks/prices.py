"""The table of prices, and whether the models that escalations name are in it."""

from collections.abc import Iterator
from datetime import date
from itertools import pairwise

from bot.checks.findings import Line, failed, ok
from bot.clock import Clock
from bot.errors import SettingsError
from bot.services.price_table import prices_path, read_prices
from bot.settings import Settings
from riskengine.pricing import PriceBook

SUBJECT = "prices"


def examine(settings: Settings) -> list[Line]:
    """One line a mistake; else one of the table, and one for each model that is not served any more or has no price."""
    path = prices_path(settings.pricing.file)
    try:
        book = read_prices(path)
    except SettingsError as error:
        return [failed(SUBJECT, each, error.hint) for each in error.message.splitlines()]
    now = Clock().now()
    lines = [ok(SUBJECT, f"{path.name}: {len(book.models)} models, compared with the providers on {book.checked_on}")]
    for key in ("default_model", "stronger_model"):
        name: str = getattr(settings.escalation, key)
        served = book.served(name, now)
        if book.named(name) is None:
            lines.append(failed(SUBJECT, f"escalation.{key} {name} is unpriced", f"Add it to {path}."))
        elif served.note:
            lines.append(ok(SUBJECT, f"escalation.{key}: {served.note}"))
    return [*lines, *_to_come(book, now.date())]


def _to_come(book: PriceBook, today: date) -> Iterator[Line]:
    for model in book.models:
        for before, after in pairwise(model.prices):
            if after.since and after.since > today and (dearer := after.dearer_than(before)):
                yield ok(SUBJECT, f"{model.name} costs more from {after.since} on ({', '.join(dearer)})")
