"""The modal in which somebody complains about a message, its thanks, and the list of complaints, as Slack's JSON."""

from collections.abc import Sequence
from typing import Any, NamedTuple, Self

from bot.slack.ids import Input
from bot.slack.render import render
from riskengine.complaints import Choice, Choices, Complaint, ComplaintKind

#: Lines of the list: a comment has up to 1,000 characters and is cut.
ROWS = 15
COMMENT = 1_000

_KINDS = {
    ComplaintKind.SLOW: "It was slow",
    ComplaintKind.WRONG: "It was wrong",
    ComplaintKind.UNAVAILABLE: "No answer came",
    ComplaintKind.OTHER: "Something else",
}


class MessagePlace(NamedTuple):
    """Where the message stands; all that the modal remembers of it."""

    channel: str
    ts: str
    thread_ts: str

    @classmethod
    def of(cls, body: dict[str, Any]) -> Self:
        """Of a message shortcut's payload."""
        message = body["message"]
        return cls(body["channel"]["id"], message["ts"], message.get("thread_ts", ""))

    @classmethod
    def read(cls, written: str) -> Self:
        channel, ts, thread_ts = [*written.split(":"), "", "", ""][:3]
        return cls(channel, ts, thread_ts)

    def __str__(self) -> str:
        return ":".join(self)


class Entered(NamedTuple):
    """What the person has entered; 0 where nothing was chosen."""

    model_id: int
    role_id: int
    kind: ComplaintKind
    comment: str


def form(place: MessagePlace, choices: Choices) -> dict[str, Any]:
    values = {"models": _options(choices.models), "roles": _options(choices.roles), "longest": COMMENT}
    return render("complaints/form", {**values, "kinds": list(_KINDS.items()), "place": str(place)})


def entered(view: dict[str, Any]) -> Entered:
    """Read a submitted form; what Slack let through is there."""
    state = {block: next(iter(inputs.values())) for block, inputs in view["state"]["values"].items()}
    return Entered(
        model_id=int(_chosen(state, Input.COMPLAINT_MODEL) or 0),
        role_id=int(_chosen(state, Input.COMPLAINT_ROLE) or 0),
        kind=ComplaintKind(_chosen(state, Input.COMPLAINT_KIND)),
        comment=str((state.get(Input.COMPLAINT_COMMENT) or {}).get("value") or "").strip()[:COMMENT],
    )


def told(text: str) -> dict[str, Any]:
    """The modal's last word: thanks, or why nothing was filed."""
    return render("complaints/told", {"told": text})


def listing(complaints: Sequence[Complaint]) -> dict[str, Any]:
    rows = [
        {
            "at": each.at,
            "by": each.complained_by,
            "kind": each.kind.value,
            "about": ", ".join(filter(None, [each.model, each.role])) or "no model named",
            "comment": each.comment,
            "permalink": each.permalink,
        }
        for each in complaints[:ROWS]
    ]
    return render("complaints/listing", {"rows": rows})


def _options(choices: Sequence[Choice]) -> list[dict[str, str]]:
    return [{"id": str(each.id), "name": each.name} for each in choices]


def _chosen(state: dict[str, Any], name: Input) -> str:
    option = (state.get(name) or {}).get("selected_option") or {}
    return str(option.get("value", ""))
