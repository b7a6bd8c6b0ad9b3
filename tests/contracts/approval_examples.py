"""What is shown of approval requests, in every state."""

from collections.abc import Iterator
from typing import Any

from bot.slack import approval_views, home_view
from bot.slack.approval_cards import SubjectFacts, to_card
from bot.slack.approval_views import part
from bot.slack.ids import Action, View
from bot.slack.render import render
from bot.store.outbox import told
from riskengine.response.approvals.execution import Execution, ExecutionOutcome, ExecutionStatus
from riskengine.response.approvals.policies import SHIPPED, CommentRule
from riskengine.response.approvals.reports import ApprovalDetail, PlannedTier
from riskengine.response.approvals.requests import ApprovalRequest, ApprovalStatus, Verdict, Vote
from tests.contracts.texts import FOOTERS, HOSTILE, HOUR, LONG, NOON, note

FORMS = (View.APPROVE_FORM, View.REJECT_FORM, View.ASK_FORM, View.WITHDRAW_FORM, View.BREAK_GLASS_FORM)
OFFERED = (
    *(Action.APPROVE, Action.REJECT, Action.PASS_ON, Action.ASK_INFORMATION),
    *(Action.EDIT_ESCALATION, Action.WITHDRAW, Action.BREAK_GLASS),
)
TEXTS = {"plain": "Rewrite the login flow", "hostile": HOSTILE, "long": LONG}
CROWD = tuple(f"U0{number:04}" for number in range(100))


def request(**changes: Any) -> ApprovalRequest:
    plain = {
        "id": 7,
        "key": None,
        "kind": "escalation",
        "subject_kind": "escalation",
        "subject_id": 3,
        "title": TEXTS["plain"],
        "status": ApprovalStatus.PENDING,
        "version": 1,
        "subject_hash": "0" * 64,
        "requested_by": "token:ci",
        "requested_for": "U0DAVE",
        "policy_name": "standard",
        "policy": SHIPPED["standard"],
        "channel": "#escalations",
        "tier": 1,
        "tier_opened_at": NOON,
        "due_at": NOON + HOUR,
        "hard_deadline_at": NOON + 24 * HOUR,
        "reminders_sent": 0,
        "revision": 1,
        "created_at": NOON,
        "comment": "",
        "broke_glass": False,
        **dict.fromkeys(("decided_at", "decided_by", "short_since", "valid_until")),
    }
    return ApprovalRequest.model_validate({**plain, **changes})


def _tiers(people: tuple[str, ...]) -> tuple[PlannedTier, ...]:
    return (
        PlannedTier("primary", NOON, NOON + HOUR, people, is_asked=True),
        PlannedTier("secondary", NOON + HOUR, NOON + 2 * HOUR, people, is_asked=False),
    )


def _requests(text: str) -> Iterator[tuple[str, ApprovalRequest]]:
    over = {"decided_at": NOON + HOUR, "decided_by": "U0HANA", "comment": text}
    yield "pending", request(title=text)
    yield "by a person", request(title=text, requested_by="U0DAVE")
    yield "short", request(title=text, short_since=NOON)
    commented = SHIPPED["standard"].model_copy(update={"comments": CommentRule.ALWAYS})
    yield "last tier, comments always", request(title=text, tier=2, policy=commented)
    for status in (ApprovalStatus.APPROVED, ApprovalStatus.REJECTED, ApprovalStatus.WITHDRAWN):
        yield status, request(title=text, status=status, **over)
        yield f"{status} without a word", request(title=text, status=status, **{**over, "comment": ""})
    yield "broken glass", request(title=text, status=ApprovalStatus.APPROVED, broke_glass=True, **over)
    yield "expired", request(title=text, status=ApprovalStatus.EXPIRED, decided_at=NOON + HOUR)


def _details(text: str) -> Iterator[tuple[str, ApprovalDetail]]:
    said = [
        Vote(voter=each, verdict=verdict, comment=text, on_behalf_of="U0IVAN", version=1, at=NOON)
        for each in CROWD[:7]
        for verdict in Verdict
    ]
    for people in ((), ("U0HANA",), CROWD):
        for state, each in _requests(text):
            tiers = _tiers(people)
            yield f"{state}, {len(people)} people", ApprovalDetail(each, tiers, (), None)
            yield f"{state}, {len(people)} people, votes", ApprovalDetail(each, tiers, tuple(said), None)
    for status in ExecutionStatus:
        run = Execution(
            id=1, request_id=7, payload_hash="0", status=status, started_at=NOON, ended_at=None, detail=text
        )
        over = request(status=ApprovalStatus.APPROVED, decided_at=NOON, decided_by="U0HANA")
        yield f"execution {status}", ApprovalDetail(over, _tiers(("U0HANA",)), (), run)
        for outcome in ExecutionOutcome:
            fell_back = run.model_copy(update={"outcome": outcome, "fell_back": True})
            yield f"execution {status}, {outcome}", ApprovalDetail(over, _tiers(("U0HANA",)), (), fell_back)


def _payloads(text: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    about = {"title": text, "requested_by": "token:ci", "requested_for": "U0DAVE"}
    until = {"tier": "primary", "until": told(NOON)}
    for asked in ([], ["U0HANA"], list(CROWD)):
        state = f"{len(asked)} asked"
        for told_next in ({}, {"next_tier": ""}, {"next_tier": text[:40]}):
            reminder = {**about, **until, "asked": asked, "seconds": 1800.0, **told_next}
            yield "approvals/reminder", f"{state}, {len(told_next)}", reminder
        for who in ({}, {"passed_by": "U0HANA"}, {"edited_by": "token:ci"}):
            by = {"passed_by": "", "edited_by": "", **who}
            yield "approvals/asked", f"{state}, {by}", {**about, **until, "asked": asked, **by}
    for outcome in ("approved", "rejected", "withdrawn", "expired"):
        for comment in ("", text):
            by = {"by": "" if outcome == "expired" else "U0HANA", "on_behalf_of": "U0IVAN" if comment else ""}
            ended = {**about, "outcome": outcome, **by, "comment": comment, "broke_glass": bool(comment)}
            yield "approvals/decided", f"{outcome} {bool(comment)}", ended
            yield "approvals/result", f"{outcome} {bool(comment)}", ended
    yield "approvals/information", "asked", {**about, "by": "U0HANA", "question": text}
    yield "approvals/broke_glass", "told", {**about, "by": "U0HANA", "comment": text}
    for possible in (0, 1, 2):
        yield "approvals/short", str(possible), {**about, "possible": possible, "quorum": 3, "until": told(NOON)}
    models = {"default_model": "glm-4.5", "stronger_model": "claude-opus-4-1"}
    for outcome in ("", *ExecutionOutcome):
        for fell_back in (False, True):
            for status in ("succeeded", "failed"):
                ended = {"status": status, "outcome": outcome, "fell_back": fell_back, "detail": text}
                yield "escalations/executed", f"{status}, {outcome}, {fell_back}", {"title": text, **ended, **models}


def views() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for label, text in TEXTS.items():
        for view in FORMS:
            yield "approvals/form", f"{label}, {view}", approval_views.comment_form(view, request(title=text), 2)
        for prefix in ("", "rb-" * 7):
            over = [each for _, each in _requests(text)] * 3
            state = f"{label} {prefix}"
            parts = [part("All", over, 99), part("Yours", over, 99, rows=8)]
            yield "approvals/listing", state, approval_views.listing(parts, prefix)
            yield "approvals/listing", f"none, {state}", approval_views.listing([part("All", [], 0)], prefix)
            yield "approvals/notice", state, approval_views.notice("Nothing was changed.")
            yield "approvals/help", state, approval_views.help_text(prefix)
            unknown = approval_views.unknown_word(text, "pending", prefix)
            yield "alerts/unknown_word", f"approvals, {state}", unknown


def queues() -> Iterator[tuple[str, list[approval_views.Part]]]:
    """My queue in App Home: empty, and as full as it gets."""
    yield "no queue", [part("Waits for you", [], 0)]
    for label, text in TEXTS.items():
        every = [each for _, each in _requests(text)] * 2
        full = [part("Waits for you", every, 99, rows=home_view.QUEUE_ROWS)]
        yield label, full + [part("Yours", every, 99, rows=home_view.ROWS)] * 2


def examples() -> Iterator[tuple[str, str, dict[str, Any]]]:
    yield from views()
    for label, text in TEXTS.items():
        facts = SubjectFacts(summary=text, reason=text, facts=tuple((text, text) for _ in range(20)))
        for state, detail in _details(text):
            for subject in (None, facts):
                card = dict(to_card(detail, subject))
                for offered in (set(OFFERED), set()):
                    shown = approval_views.request_view(to_card(detail, subject), offered, "Why not.", "Said.")
                    yield "approvals/request", f"{label}, {state}, {len(offered)}", shown
                yield "approvals/card", f"{label}, {state}", render("approvals/card", {**card, **FOOTERS["all"]})
        for template, state, payload in _payloads(text):
            for footer, shown in note(template, payload):
                yield template, f"{label}, {state}, {footer}", shown
