"""The forms and lists of approvals, as Slack's JSON."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict

from bot.slack.approval_cards import ApprovalCard, emoji_of
from bot.slack.ids import Action, View
from bot.slack.render import render
from riskengine.response.approvals.policies import CommentRule
from riskengine.response.approvals.requests import ApprovalRequest

#: Requests in one list; nobody reads more than a screenful.
ROWS = 15


class _Form(NamedTuple):
    title: str
    submit: str
    label: str
    hint: str


_FORMS = {
    View.APPROVE_FORM: _Form("Approve", "Approve", "Why", "Shown on the card and told to whoever asked."),
    View.REJECT_FORM: _Form("Reject", "Reject", "Why", "Shown on the card and told to whoever asked."),
    View.ASK_FORM: _Form(
        "Ask for information", "Ask", "Your question", "Asked in the request's thread; its time goes on meanwhile."
    ),
    View.WITHDRAW_FORM: _Form("Withdraw", "Withdraw", "Why", "It ends at once, and its approvers see that it did."),
    View.BREAK_GLASS_FORM: _Form(
        "Break the glass",
        "Approve alone",
        "Why this cannot wait",
        "You approve past the policy. The security channel is told your name and your reason; both stay on record.",
    ),
}


class RequestLine(BaseModel):
    """One request of a list."""

    model_config = ConfigDict(frozen=True)

    id: int
    emoji: str
    title: str
    status: str
    requested_by: str
    tier: str
    due_at: datetime
    decided_by: str
    decided_at: datetime | None


def comment_form(view: View, request: ApprovalRequest, version: int) -> dict[str, Any]:
    """The form that a decision or a question is written in; `version` is the one that its person was shown."""
    needs_no_comment = view is View.WITHDRAW_FORM or (
        view is View.REJECT_FORM and request.policy.comments is CommentRule.NEVER
    )
    values = {"callback_id": view, "request_id": request.id, "version": version, "title": request.title}
    return render("approvals/form", {**values, "form": _FORMS[view], "optional": needs_no_comment})


class Part(NamedTuple):
    """One list under its title."""

    title: str
    lines: tuple[RequestLine, ...]
    more: int
    #: Said where the list is empty.
    nothing: str


def part(
    title: str, requests: Sequence[ApprovalRequest], total: int, nothing: str = "Nothing.", rows: int = ROWS
) -> Part:
    lines = tuple(_line(each) for each in requests[:rows])
    return Part(title, lines, total - len(lines), nothing)


def listing(parts: Sequence[Part], prefix: str) -> dict[str, Any]:
    return render("approvals/listing", {"parts": list(parts), "command": f"/{prefix}approvals"})


def request_view(card: ApprovalCard, offered: Collection[Action], why_not: str, notice: str) -> dict[str, Any]:
    """One request for one person: `offered` is what they may do now, `why_not` why they may not decide."""
    told = {"offered": sorted(offered), "why_not": why_not, "notice": notice}
    return render("approvals/request", {**dict(card), **told})


def notice(sentence: str) -> dict[str, Any]:
    """A modal that says one sentence of ours."""
    return render("approvals/notice", {"notice": sentence})


def review(told: dict[str, Any]) -> dict[str, Any]:
    """The weekly review, for one person."""
    in_time = {"late_seconds": None, "late_reason": "", "late_text": "", "rerouted_from": None, "key_tail": ""}
    return render("escalations/review", {**told, **in_time})


def help_text(prefix: str) -> dict[str, Any]:
    return render("approvals/help", {"command": f"/{prefix}approvals"})


def unknown_word(word: str, near: str, prefix: str) -> dict[str, Any]:
    return render("alerts/unknown_word", {"word": word, "near": near, "command": f"/{prefix}approvals"})


def _line(request: ApprovalRequest) -> RequestLine:
    return RequestLine(
        id=request.id,
        emoji=emoji_of(request.status),
        title=request.title,
        status=request.status,
        requested_by=request.requested_by,
        tier=request.present_tier.name,
        due_at=request.due_at,
        decided_by=request.decided_by or "",
        decided_at=request.decided_at,
    )
