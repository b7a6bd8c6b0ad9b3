"""Which calls went to the stronger model, told by the model's name alone."""

from collections.abc import Callable
from functools import lru_cache

from riskengine.pricing import PriceBook

#: Names remembered; senders may invent them.
REMEMBERED = 1_000


def stronger_called(book: PriceBook, stronger: str) -> Callable[[str], bool]:
    """Whether a name is one of the stronger model's, or of a successor's that runs in its place once it is retired."""
    names = set[str]()
    model = book.named(stronger)
    while model and model.name not in names:
        names.add(model.name)
        model = book.named(model.successor) if model.successor else None

    @lru_cache(REMEMBERED)
    def is_stronger(name: str) -> bool:
        found = book.named(name)
        return name == stronger or (found is not None and found.name in names)

    return is_stronger
