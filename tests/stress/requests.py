"""Thousands of pending approval requests, written in sets as if they had been opened one by one and told."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa

from bot.services.approvals import settle
from bot.services.approvals.terms import ApprovalTerms, Changed
from bot.settings import PeopleSettings
from bot.settings_approvals import ApprovalSettings
from bot.store import approval_people, approvals, due
from bot.store.database import Database, Transaction
from bot.store.due import DueKind
from bot.store.messages import MessageState, messages
from bot.store.schema import UtcDateTime
from riskengine.response.approvals.policies import SHIPPED, STANDARD
from riskengine.response.approvals.requests import ApprovalRequest, ApprovalStatus, Event, EventKind
from riskengine.response.approvals.transitions import ask

LEADS, MANAGERS = ("U0ALICE", "U0BO", "U0CAROL"), ("U0DAVE",)
ROLES = {"tech_lead": LEADS, "engineering_manager": MANAGERS}
ROOMS = ("#escalations", "#general", "#llm-costs", "#incidents", "#llm-alerts")
SET = 250
TERMS = ApprovalTerms(ApprovalSettings(), PeopleSettings(), "#llm-alerts")


async def know_people(database: Database) -> None:
    roles = {role: ROLES.get(role, ()) for role in SHIPPED[STANDARD].roles}
    await database.write(lambda tx: approval_people.remember(tx, roles, tx.protocol_now))


async def pending(database: Database, moments: Sequence[datetime], *, shown: bool = True) -> list[int]:
    """One request for each moment, at which its first tier's time ends; `shown`: their cards stand already."""
    found: list[int] = []
    for first in range(0, len(moments), SET):
        some = moments[first : first + SET]
        found += await database.write(
            lambda tx, first=first, some=some: _open(tx, range(first, first + len(some)), some, shown=shown)
        )
    return found


def _open(tx: Transaction, numbers: range, moments: Sequence[datetime], *, shown: bool) -> list[int]:
    made = [approvals.add(tx, _request(number, at)) for number, at in zip(numbers, moments, strict=True)]
    facts = approval_people.facts(tx, SHIPPED[STANDARD].roles)
    events = (Event(EventKind.OPENED, "token:bench", 1), ask(1))
    settle.settle(tx, [Changed(None, each, events) for each in made], {}, facts, TERMS)
    ids = [each.id for each in made]
    if shown:
        mine = sa.and_(messages.c.subject_kind == "approval", messages.c.subject_id.in_(ids))
        place = {"posted_channel": "C0ESCALATIONS", "ts": "1.000100", "shown_revision": 1}
        tx.execute(sa.update(messages).where(mine).values(state=MessageState.SHOWN, **place))
    return ids


def _request(number: int, due_at: datetime) -> ApprovalRequest:
    """With its reminder behind it, so that the next moment is the end of its tier's time."""
    policy = SHIPPED[STANDARD]
    opened = due_at - policy.tiers[0].timeout
    return ApprovalRequest(
        id=0,
        key=None,
        kind="escalation",
        subject_kind="bench",
        subject_id=number,
        title=f"Task model-0-{number}",
        status=ApprovalStatus.PENDING,
        version=1,
        subject_hash="a" * 64,
        requested_by="token:bench",
        requested_for="",
        policy_name=STANDARD,
        policy=policy,
        channel=ROOMS[number % len(ROOMS)],
        tier=1,
        tier_opened_at=opened,
        due_at=due_at,
        hard_deadline_at=opened + policy.hard_deadline,
        reminders_sent=len(policy.tiers[0].reminders),
        revision=1,
        created_at=opened,
        decided_at=None,
        decided_by=None,
        comment="",
        broke_glass=False,
        short_since=None,
        valid_until=None,
    )


async def move(database: Database, moments: Mapping[int, datetime]) -> None:
    """Have the first tiers of these requests end at other moments."""

    def work(tx: Transaction) -> None:
        rows = [{"of_id": number, "at": at} for number, at in moments.items()]
        mine = sa.update(approvals.approval_requests).where(approvals.approval_requests.c.id == sa.bindparam("of_id"))
        tx.execute(mine.values(due_at=sa.bindparam("at", type_=UtcDateTime)), rows)
        due.schedule_each(tx, DueKind.ADVANCE_APPROVAL, moments)

    await database.write(work)


def evenly(first: datetime, spread: timedelta, count: int) -> list[datetime]:
    return [first + spread * number / count for number in range(count)]
