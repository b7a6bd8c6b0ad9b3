"""What was told, whichever encoding it came in."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from bot.ingest.otlp.names import Attributes
from riskengine.moments import EARLIEST, LATEST

NANOSECONDS = 1_000_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_NS = int(EARLIEST.timestamp()) * NANOSECONDS
_LAST_NS = int(LATEST.timestamp()) * NANOSECONDS


class SpanTold(NamedTuple):
    """One span; ids in lower-case hexadecimal digits, times in nanoseconds since 1970."""

    trace_id: str
    span_id: str
    start_ns: int
    end_ns: int
    is_error: bool
    #: Of the span and, behind it, of its resource; those that we know by name alone.
    attributes: Attributes


def moment(nanoseconds: int) -> datetime | None:
    """To the microsecond; None outside of the years that a working clock shows."""
    if not _FIRST_NS <= nanoseconds < _LAST_NS:
        return None
    return _EPOCH + timedelta(microseconds=nanoseconds // 1_000)
