"""The dialogs and lists of silences, as Slack's JSON."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from bot.slack.render import render
from riskengine.durations import spoken
from riskengine.response.silences import Preview, Silence, SilenceRecord, SilenceStatus

#: Silences in one list; each takes two blocks, and a message has 50.
ROWS = 15
#: Names and groups that a preview shows.
NAMES = 5


class SilenceLine(BaseModel):
    """One silence of a list."""

    model_config = ConfigDict(frozen=True)

    id: int
    filter: str
    comment: str
    by: str
    starts_at: datetime
    ends_at: datetime
    is_pending: bool
    hidden: int
    holding: int


def form_view(filter_text: str, lasts: str, comment: str, *, longest: str, notice: str = "") -> dict[str, Any]:
    """The form with what is known already; `notice` says on top what was wrong with a typed line."""
    values = {"filter": filter_text, "lasts": lasts, "comment": comment, "longest": longest, "notice": notice}
    return render("silences/form", values)


def preview_view(silence: Silence, preview: Preview) -> dict[str, Any]:
    """What would be hidden, before it is."""
    return render(
        "silences/preview",
        {
            "silence_id": silence.id,
            "filter": filter_of(silence),
            "comment": silence.comment,
            "lasts": spoken(silence.ends_at - silence.starts_at),
            "alerts": preview.alerts,
            "is_partial": preview.is_partial,
            "names": preview.names[:NAMES],
            "more_names": max(0, len(preview.names) - NAMES),
            "holding": preview.holding,
            "groups": preview.groups[:NAMES],
            "more_groups": max(0, preview.group_count - len(preview.groups[:NAMES])),
        },
    )


def listing(records: Sequence[SilenceRecord], *, prefix: str, notice: str = "") -> dict[str, Any]:
    """What mutes alerts now and what will, each with the button that ends it."""
    lines = [_line(each) for each in records[:ROWS]]
    more = len(records) - len(lines)
    return render("silences/listing", {"lines": lines, "more": more, "notice": notice, "command": f"/{prefix}alerts"})


def filter_of(silence: Silence) -> str:
    """What it silences, as a person would write it."""
    return " ".join(map(str, silence.matchers))


def _line(record: SilenceRecord) -> SilenceLine:
    return SilenceLine(
        id=record.id,
        filter=filter_of(record),
        comment=record.comment,
        by=record.created_by,
        starts_at=record.starts_at,
        ends_at=record.ends_at,
        is_pending=record.state == SilenceStatus.PENDING,
        hidden=record.hidden,
        holding=record.holding,
    )
