"""A noise report in words, ready for its template: rows of the outbox hold text and numbers only."""

from datetime import datetime, timedelta, tzinfo
from typing import Any

from riskengine.durations import spoken
from riskengine.response.noise import NameNoise, NoiseReport, Noisy

#: Names in the table; the rest is counted.
NAMES = 15
#: Characters of a name, which a sender may make very long.
NAME_LENGTH = 80
NOTHING = "–"  # noqa: RUF001 - a dash, as in any table


def told(report: NoiseReport, zone: tzinfo) -> dict[str, Any]:
    return {
        "period": f"{day(report.since, zone)} to {day(report.until, zone)}",
        "total": _in_words(report.total),
        "noisiest": [_noisy(each) for each in report.noisiest],
        "names": [_in_words(each) for each in report.names[:NAMES]],
        "more": max(0, len(report.names) - NAMES),
    }


def day(moment: datetime, zone: tzinfo) -> str:
    """`Mon 2 Mar`, there."""
    local = moment.astimezone(zone)
    return f"{local:%a} {local.day} {local:%b}"


def _noisy(noisy: Noisy) -> dict[str, Any]:
    return {"name": noisy.noise.name[:NAME_LENGTH], "told": noisy.noise.times_told, "advice": noisy.advice.text[:500]}


def _in_words(noise: NameNoise) -> dict[str, Any]:
    return {
        "name": noise.name[:NAME_LENGTH],
        "groups": noise.groups,
        "alerts": noise.alerts,
        "refires": noise.refires,
        "suppressed": noise.suppressed,
        "useful": f"{share(noise.useful, noise.judged)} of {noise.judged}" if noise.judged else NOTHING,
        "never_acknowledged": share(noise.never_acknowledged, noise.groups),
        "mtta": _span(noise.mtta),
        "mttr": _span(noise.mttr),
    }


def _span(span: timedelta | None) -> str:
    return NOTHING if span is None else spoken(span)


def share(part: int, whole: int) -> str:
    """A part in per cent of the whole."""
    return f"{round(100 * part / whole)} %" if whole else NOTHING
