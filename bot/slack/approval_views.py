"""The forms and lists of approvals, as Slack's JSON."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict

from bot.slack.approval_cards import emoji_of
from bot.slack.ids import View
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
    needs_no_comment = view is View.REJECT_FORM and request.policy.comments is CommentRule.NEVER
    values = {"callback_id": view, "request_id": request.id, "version": version, "title": request.title}
    return render("approvals/form", {**values, "form": _FORMS[view], "optional": needs_no_comment})


def listing(title: str, requests: Sequence[ApprovalRequest], total: int, nothing: str, prefix: str) -> dict[str, Any]:
    lines = [_line(each) for each in requests[:ROWS]]
    values = {"title": title, "lines": lines, "more": total - len(lines), "nothing": nothing}
    return render("approvals/listing", {**values, "command": f"/{prefix}approvals"})


def notice(sentence: str) -> dict[str, Any]:
    """A modal that says one sentence of ours."""
    return render("approvals/notice", {"notice": sentence})


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
