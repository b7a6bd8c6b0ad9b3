"""What is shown of complaints, in every state."""

from collections.abc import Iterator
from typing import Any

from bot.slack import complaint_views
from bot.slack.complaint_views import MessagePlace
from riskengine.complaints import Choice, Choices, Complaint, ComplaintKind
from tests.contracts.texts import HOSTILE, LONG, NOON

PLACE = MessagePlace("C0GENERAL", "1700000000.000001", "1700000000.000000")
TEXTS = {"plain": "glm-4.5", "hostile": HOSTILE, "long": LONG}


def _complaint(text: str, kind: ComplaintKind) -> Complaint:
    return Complaint(
        id=1,
        at=NOON,
        complained_by="U0HANA",
        model=text,
        role=text,
        kind=kind,
        comment=text[:1000],
        permalink="https://example.slack.com/archives/C0GENERAL/p1700000000000001",
    )


def examples() -> Iterator[tuple[str, str, dict[str, Any]]]:
    yield "complaints/form", "nothing known", complaint_views.form(PLACE, Choices((), ()))
    for state, text in TEXTS.items():
        some = tuple(Choice(number, text) for number in range(1, 101))
        yield "complaints/form", state, complaint_views.form(PLACE._replace(thread_ts=""), Choices(some, some))
        many = [_complaint(text, kind) for kind in ComplaintKind] * 10
        yield "complaints/listing", state, complaint_views.listing(many)
    nothing = [_complaint("", ComplaintKind.OTHER).model_copy(update={"permalink": ""})]
    yield "complaints/listing", "nothing named", complaint_views.listing(nothing)
    yield "complaints/listing", "none", complaint_views.listing([])
    yield "complaints/told", "thanks", complaint_views.told("Thank you.")
