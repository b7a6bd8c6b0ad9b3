"""What is said of a request once: in the thread of its card, and to people in private."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bot.services.approvals.terms import Changed
from bot.store.approvals import APPROVAL
from bot.store.messages import Priority
from bot.store.outbox import Note, told
from riskengine.response.approvals.requests import ApprovalRequest, Event, EventKind

#: Free text of people that a note repeats, in characters.
COMMENT_LENGTH = 1_000
_ENDS = {
    EventKind.APPROVED: "approved",
    EventKind.BROKE_GLASS: "approved",
    EventKind.REJECTED: "rejected",
    EventKind.EXPIRED: "expired",
    EventKind.WITHDRAWN: "withdrawn",
}


def of_change(change: Changed, thread: int | None, asked: Sequence[str], security_channel: str) -> Iterator[Note]:
    """Every note that follows; `thread` is the card that all see, `asked` the people of the present tier."""
    for event in change.events:
        if event.kind is EventKind.ASKED and not change.is_new:
            yield from _asked(change, event, thread, asked)
        elif event.kind is EventKind.REMINDED:
            yield from _reminded(change.after, event, thread, asked)
        elif event.kind is EventKind.SHORT:
            yield from short(change.after, event.number, thread)
        elif event.kind in _ENDS:
            yield from _ended(change.after, event, thread)
            if event.kind is EventKind.BROKE_GLASS:
                yield _broke_glass(change.after, event, security_channel)


def _asked(change: Changed, event: Event, thread: int | None, asked: Sequence[str]) -> Iterator[Note]:
    """The next tier is asked, or the first one again after an edit; a card that is only edited wakes nobody."""
    request = change.after
    passed, edited = change.happened(EventKind.PASSED), change.happened(EventKind.EDITED)
    payload = {
        **_about(request),
        "tier": request.policy.tiers[event.tier - 1].name,
        "asked": list(asked),
        "passed_by": passed.by if passed else "",
        "edited_by": edited.by if edited else "",
        "until": told(request.due_at),
    }
    if thread is not None:
        yield _note(request, f"asked:{event.tier}", "asked", payload, thread_of=thread)
    if edited:
        for person in asked:
            yield _note(request, f"asked:{event.tier}:{person}", "asked", payload, channel=person)


def _reminded(request: ApprovalRequest, event: Event, thread: int | None, asked: Sequence[str]) -> Iterator[Note]:
    reminders = request.present_tier.reminders
    payload = {
        **_about(request),
        "asked": list(asked),
        "tier": request.present_tier.name,
        "seconds": (request.due_at - request.tier_opened_at).total_seconds(),
        "next_tier": "" if request.is_last_tier else request.policy.tiers[request.tier].name,
        "until": told(request.due_at),
    }
    due_at = request.tier_opened_at + reminders[event.number - 1]
    which = f"reminder:{event.tier}:{event.number}"
    if thread is not None:
        yield _note(request, which, "reminder", payload, thread_of=thread, due_at=due_at)
    for person in asked:
        yield _note(request, f"{which}:{person}", "reminder", payload, channel=person, due_at=due_at)


def _ended(request: ApprovalRequest, event: Event, thread: int | None) -> Iterator[Note]:
    """In the thread, and to whoever asked and whom it is for; not to the person who ended it."""
    payload = {
        **_about(request),
        "outcome": _ENDS[event.kind],
        "by": event.by,
        "on_behalf_of": event.on_behalf_of,
        "comment": event.comment[:COMMENT_LENGTH],
        "broke_glass": request.broke_glass,
    }
    if thread is not None:
        yield _note(request, "decided", "decided", payload, thread_of=thread)
    yield from _to_own_people(request, event.by, "result", "result", payload)


def _broke_glass(request: ApprovalRequest, event: Event, channel: str) -> Note:
    payload = {**_about(request), "by": event.by, "comment": event.comment[:COMMENT_LENGTH]}
    return _note(request, "broke_glass", "broke_glass", payload, channel=channel, priority=Priority.URGENT)


def information(
    request: ApprovalRequest, by: str, question: str, delivery_id: str, thread: int | None
) -> Iterator[Note]:
    """Somebody wants to know more before they decide: asked in the thread, and of whoever can answer."""
    payload = {**_about(request), "by": by, "question": question[:COMMENT_LENGTH]}
    which = f"information:{delivery_id}"
    if thread is not None:
        yield _note(request, which, "information", payload, thread_of=thread)
    yield from _to_own_people(request, by, which, "information", payload)


def _to_own_people(
    request: ApprovalRequest, but: str, which: str, template: str, payload: Mapping[str, Any]
) -> Iterator[Note]:
    """In private to whoever asked and whom it is for, except one of them; programs read no messages."""
    for person in sorted(request.own_people - {but}):
        if not person.startswith("token:"):
            yield _note(request, f"{which}:{person}", template, payload, channel=person, priority=Priority.URGENT)


def short(request: ApprovalRequest, possible: int, thread: int | None) -> Iterator[Note]:
    """Too few people are left who could approve."""
    if thread is not None:
        payload = {**_about(request), "possible": possible, "quorum": request.policy.quorum}
        payload |= {"until": told(request.due_at)}
        yield _note(request, f"short:{request.revision}", "short", payload, thread_of=thread)


def _about(request: ApprovalRequest) -> dict[str, Any]:
    return {"title": request.title, "requested_by": request.requested_by, "requested_for": request.requested_for}


def _note(request: ApprovalRequest, which: str, template: str, payload: Mapping[str, Any], **where: Any) -> Note:
    """The key holds the version: what is said again of a new one is a new cause."""
    return Note(
        key=f"{APPROVAL}:{request.id}:{request.version}:{which}"[:255],
        template=f"approvals/{template}",
        subject_kind=APPROVAL,
        subject_id=request.id,
        payload=dict(payload),
        **where,
    )
