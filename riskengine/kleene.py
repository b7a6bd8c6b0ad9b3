"""Truth in three values: true, false, and no data (None), by Kleene's tables."""

from collections.abc import Iterable

Truth = bool | None


def conjunction(parts: Iterable[Truth]) -> Truth:
    """True when all are; false as soon as one is, whatever is not known."""
    values = set(parts)
    if False in values:
        return False
    return None if None in values else True


def disjunction(parts: Iterable[Truth]) -> Truth:
    """True as soon as one is, whatever is not known; false when all are."""
    values = set(parts)
    if True in values:
        return True
    return None if None in values else False


def negation(part: Truth) -> Truth:
    return None if part is None else not part
