"""When something that is not as it should be counts as forgotten, and when people are told of it."""

from collections.abc import Collection, Hashable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple, TypeVar

Key = TypeVar("Key", bound=Hashable)


class Suspicion(NamedTuple):
    """What has been seen, each since when, and what of it has been seen for long enough."""

    since: dict[Hashable, datetime]
    forgotten: frozenset[Hashable]


def suspect(
    known: Mapping[Hashable, datetime], seen: Collection[Hashable], now: datetime, patience: timedelta
) -> Suspicion:
    """Whatever is seen at two looks at least `patience` apart is forgotten; before, somebody may be about to do it.

    A look in between that did not see it begins anew. Without patience one look is enough. `now` is real time: business
    time may jump, and then everything would look late at once.
    """
    since = {key: min(known.get(key, now), now) for key in seen}
    return Suspicion(since, frozenset(key for key, moment in since.items() if now - moment >= patience))


class Episode(StrEnum):
    """What a look means for people: they are told of a trouble once, and again only after it was over."""

    NONE = "none"
    BEGINS = "begins"
    GOES_ON = "goes on"
    ENDS = "ends"


def episode(*, is_open: bool, forgotten: bool, calm: bool) -> Episode:
    """It begins with something forgotten, and ends when nothing has been for long enough.

    One that has just begun to look knows nothing of calm yet.
    """
    if forgotten:
        return Episode.GOES_ON if is_open else Episode.BEGINS
    return Episode.ENDS if is_open and calm else Episode.NONE
