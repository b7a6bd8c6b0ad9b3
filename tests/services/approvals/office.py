"""Approval requests without Slack or HTTP: presses in, rows out."""

from datetime import timedelta
from itertools import count

from sqlalchemy import func, select

from bot.services.approvals import absences, respond
from bot.services.approvals.advance import advance_requests
from bot.services.approvals.execution import begin_execution, end_execution, lose_executions
from bot.services.approvals.open import Opening, open_request
from bot.services.approvals.respond import Press
from bot.services.approvals.terms import ApprovalTerms
from bot.settings import PeopleSettings
from bot.settings_approvals import ApprovalSettings
from bot.store import approval_lookups as lookups
from bot.store import approval_people, audit, due
from bot.store.approvals import APPROVAL
from bot.store.database import Database
from bot.store.due import DueKind
from bot.store.messages import messages
from riskengine.response.approvals.eligibility import Absence
from riskengine.response.approvals.execution import ExecutionReport, ExecutionStatus

MINUTE = timedelta(minutes=1)
LEADS = ("U0LEA", "U0LEO", "U0LIV")
MANAGERS = ("U0MAX", "U0MIA")
CHIEFS = ("U0CEO", "U0CTO")
#: Whoever is not asked unless a test says so.
OUTSIDE = ("U0ANN", "U0BEN")
MEMBERS = {
    "tech_lead": LEADS[:2],
    "architect": LEADS[2:],
    "security_lead": (),
    "engineering_manager": MANAGERS[:1],
    "product_manager": MANAGERS[1:],
    "cto": CHIEFS[1:],
    "vp_engineering": CHIEFS[:1],
}
_deliveries = count(1)


def terms_of(**settings: object) -> ApprovalTerms:
    approvals = ApprovalSettings.model_validate(settings)
    return ApprovalTerms(approvals, PeopleSettings(), "#llm-alerts")


class Office:
    """The verbs of one replica."""

    def __init__(self, database: Database, terms: ApprovalTerms) -> None:
        self.database = database
        self.terms = terms

    async def staff(self, **members) -> None:
        """Who is in which role, as Slack said just now."""
        known = {**MEMBERS, **members}
        await self.database.write(
            lambda tx: approval_people.remember(tx, {role: set(known[role]) for role in known}, tx.protocol_now)
        )

    async def open(self, *, by="token:ci", requested_for="", key=None, content="a", subject_id=1, **more):
        opening = Opening(
            kind="escalation",
            subject_kind="escalation",
            subject_id=subject_id,
            title="Rewrite the login flow",
            subject_hash=(content * 64)[:64],
            requested_by=by,
            requested_for=requested_for,
            key=key,
            **more,
        )
        return await self.database.write(lambda tx: open_request(tx, opening, self.terms))

    async def press(self, verb, request, user, *, version=1, comment="", delivery=None, **more):
        number = getattr(request, "id", request)
        press = Press(
            user_id=user,
            request_id=number,
            version=version,
            comment=comment,
            delivery_id=delivery or f"o{next(_deliveries)}",
        )
        return await self.database.write(lambda tx: verb(tx, press, terms=self.terms, **more))

    async def approve(self, request, user, **more):
        return await self.press(respond.approve, request, user, **more)

    async def reject(self, request, user, comment="not now", **more):
        return await self.press(respond.reject, request, user, comment=comment, **more)

    async def pass_on(self, request, user, **more):
        return await self.press(respond.pass_on, request, user, **more)

    async def withdraw(self, request, user, **more):
        return await self.press(respond.withdraw, request, user, **more)

    async def edit(self, request, user, content="b", **more):
        return await self.press(
            respond.edit, request, user, title="Another title", subject_hash=(content * 64)[:64], **more
        )

    async def away(self, user, delegate="", *, minutes=600):
        now = self.database.clock.now()
        absence = Absence(user_id=user, starts_at=now, ends_at=now + minutes * MINUTE, delegate=delegate)
        return await self.database.write(lambda tx: absences.go_away(tx, absence, f"o{next(_deliveries)}"))

    async def back(self, user):
        return await self.database.write(lambda tx: absences.come_back(tx, user, f"o{next(_deliveries)}"))

    async def execute(self, request, content="a"):
        number = getattr(request, "id", request)
        return await self.database.write(
            lambda tx: begin_execution(tx, number, (content * 64)[:64], "token:ci", self.terms)
        )

    async def finish(self, execution, status=ExecutionStatus.SUCCEEDED):
        report = ExecutionReport(status=status)
        return await self.database.write(lambda tx: end_execution(tx, execution.id, report, "token:ci").execution)

    async def tick(self) -> None:
        """Whatever is due now, as the due runner does it."""

        def work(tx) -> int:
            rows = due.claim(tx, 200)
            mine = {kind: [row for row in rows if row.kind == kind] for kind in DueKind}
            if advancing := mine[DueKind.ADVANCE_APPROVAL]:
                advance_requests(tx, advancing, self.terms)
            if losing := mine[DueKind.LOSE_EXECUTION]:
                lose_executions(tx, losing)
            return len(rows)

        while await self.database.write(work):
            pass

    def step(self, minutes: float) -> None:
        self.database.clock.advance(minutes * 60)

    async def later(self, minutes: float) -> None:
        self.step(minutes)
        await self.tick()

    async def now(self, request):
        return await self.database.read(lambda tx: lookups.by_id(tx, getattr(request, "id", request)))

    async def detail(self, request):
        return await self.database.read(lambda tx: lookups.detail(tx, getattr(request, "id", request)))

    async def verbs(self, request) -> list[str]:
        rows = await self.database.read(lambda tx: audit.history(tx, APPROVAL, getattr(request, "id", request)))
        return [row.verb.removeprefix("approval_") for row in rows]

    async def told(self, request, template: str) -> list[str]:
        """Where messages of this kind went."""
        mine = select(messages.c.channel).where(
            messages.c.subject_kind == APPROVAL,
            messages.c.subject_id == getattr(request, "id", request),
            messages.c.template == f"approvals/{template}",
        )
        return sorted(await self.database.read(lambda tx: tx.execute(mine).scalars().all()))

    async def shown(self, request) -> list[int]:
        """The revisions that its cards are to show."""
        mine = select(messages.c.wanted_revision).where(
            messages.c.subject_kind == APPROVAL,
            messages.c.subject_id == getattr(request, "id", request),
            messages.c.template == "approvals/card",
        )
        return list(await self.database.read(lambda tx: tx.execute(mine).scalars().all()))

    async def due_at(self, request):
        mine = select(due.due.c.due_at).where(
            due.due.c.kind == DueKind.ADVANCE_APPROVAL, due.due.c.subject_id == getattr(request, "id", request)
        )
        return await self.database.read(lambda tx: tx.execute(mine).scalar_one_or_none())

    async def count(self, table) -> int:
        return await self.database.read(lambda tx: tx.execute(select(func.count()).select_from(table)).scalar_one())
