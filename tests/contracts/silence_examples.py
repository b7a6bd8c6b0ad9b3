"""Every state of what is told and asked of silences."""

from collections.abc import Iterator
from typing import Any

from bot.slack import silence_views
from riskengine.response.matchers import Matcher
from riskengine.response.silences import Preview, SilenceRecord, SilenceStatus, parse_matchers
from tests.contracts.texts import HOSTILE, HOUR, LONG, NOON, note

#: No matcher can hold half a surrogate pair: what programs send is refused, what people type has none.
WORDS = {"plain": "model=glm-4.5", "long": LONG, "hostile": HOSTILE.replace("\ud800", ""), "blank": " "}


def silence(**changes: Any) -> SilenceRecord:
    plain = {
        "id": 7,
        "matchers": parse_matchers("model=glm-4.5 severity!=critical"),
        "starts_at": NOON,
        "ends_at": NOON + 2 * HOUR,
        "comment": "We upgrade the router.",
        "created_by": "U0HANA",
        "created_at": NOON,
        "state": SilenceStatus.ACTIVE,
    }
    return SilenceRecord.model_validate({**plain, **changes})


def notes() -> Iterator[tuple[str, str, dict[str, Any]]]:
    until = {"timestamp": 1_767_225_600, "utc": "2026-01-01 00:00 UTC"}
    for state, text in WORDS.items():
        named = {"filter": text[:600], "comment": text[:500], "by": "U0HANA"}
        payloads: dict[str, tuple[str, dict[str, Any]]] = {
            "begun": ("silences/began", {**named, "until": until, "holding": 0}),
            "begun by a program": ("silences/began", {**named, "by": "token:ci", "until": until, "holding": 9}),
        }
        for because, by, hidden, holding in (
            ("expired", None, 37, 1),
            ("ended", "U0IVAN", 1, 0),
            ("ended", "token:ci", 37, 4),
            ("idle", None, 0, 0),
        ):
            over = {"because": because, "ended_by": by, "hidden": hidden, "holding": holding, "idle_after": "1 d"}
            payloads[f"{because} {by}"] = ("silences/over", {**named, **over})
        for kind, (template, payload) in payloads.items():
            yield from ((template, f"{state}, {kind}, {footer}", shown) for footer, shown in note(template, payload))


def views() -> Iterator[tuple[str, str, dict[str, Any]]]:
    problem = "Which alerts: character 1: no term; write label=value"
    for state, text in WORDS.items():
        for notice in ("", problem, LONG):
            view = silence_views.form_view(text, "2h", text, longest="30 d", notice=notice)
            yield "silences/form", f"{state}, {notice[:12] or 'no notice'}", view
        meant = silence(matchers=(Matcher(label="model", value=text[:1024]),) * 20, comment=text[:500])
        names = tuple((text[:300], 1000 - number) for number in range(9))
        for count, preview in {
            "nothing": Preview(alerts=0, names=()),
            "one": Preview(alerts=1, names=((text[:300], 1),), holding=1, groups=(text[:300],), group_count=1),
            "many": Preview(
                alerts=9000, names=names, is_partial=True, holding=99, groups=(text[:300],) * 5, group_count=40
            ),
        }.items():
            yield "silences/preview", f"{state}, {count}", silence_views.preview_view(meant, preview)


def lists() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for prefix in ("", "rb-" * 7):
        yield "silences/listing", f"none {prefix}", silence_views.listing([], prefix=prefix)
        several = [
            silence(),
            silence(id=8, state=SilenceStatus.PENDING, created_by="token:ci"),
            silence(id=9, hidden=3),
        ]
        yield "silences/listing", f"several {prefix}", silence_views.listing(several, prefix=prefix, notice="Done.")
    for state, text in WORDS.items():
        meant = silence(matchers=(Matcher(label="model", value=text[:1024]),) * 20, comment=text[:500], hidden=9)
        many = [meant.model_copy(update={"id": number}) for number in range(40)]
        yield "silences/listing", f"many, {state}", silence_views.listing(many, prefix="")


def examples() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for part in (notes, views, lists):
        yield from part()
