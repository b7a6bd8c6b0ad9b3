"""Escalations without Slack or HTTP: tasks and presses in, rows out."""

from datetime import timedelta
from functools import partial
from itertools import count

from sqlalchemy import select

from bot.services.approvals.execution import lose_executions
from bot.services.approvals.terms import ApprovalTerms
from bot.services.escalations import need, use
from bot.services.escalations.ask import Wanted, ask
from bot.services.escalations.follow import follow
from bot.services.escalations.need import NeedPress
from bot.settings import PeopleSettings
from bot.settings_approvals import ApprovalSettings
from bot.settings_escalation import EscalationSettings
from bot.store import due
from bot.store import escalations as store
from bot.store.database import Database
from bot.store.due import DueKind
from bot.store.escalations import ESCALATION
from bot.store.messages import messages
from bot.store.telemetry import outcomes
from riskengine.areas.escalation import EscalationTask, Need, decide
from riskengine.areas.escalation.task import content_hash
from riskengine.pricing import ModelEstimate, TaskEstimates
from riskengine.response.approvals.execution import ExecutionReport, ExecutionStatus
from tests.services.approvals.office import LEADS, Office

HOUR = timedelta(hours=1)
PAYLOAD = {"prompt": "do it"}
_numbers = count(1)


def _terms() -> ApprovalTerms:
    followers = {ESCALATION: partial(follow, ask_need_after=HOUR)}
    return ApprovalTerms(ApprovalSettings(), PeopleSettings(), "#llm-alerts", followers=followers)


def _price(model: str) -> ModelEstimate:
    return ModelEstimate(model=model, runs_as=model, usd=None, missing="no estimate")


class EscalationOffice(Office):
    """The verbs of one replica."""

    def __init__(self, database: Database) -> None:
        super().__init__(database, _terms())

    async def ask(self, **told) -> int:
        """An escalation that is asked for, or not needed with `manual_override=False`; its id."""
        number = next(_numbers)
        task = EscalationTask.model_validate(
            {"task_id": f"t{number}", "title": "Rewrite the login flow", "manual_override": True, **told}
        )
        wanted = Wanted(
            task=task,
            decision=decide(task, EscalationSettings()),
            prices=TaskEstimates(default=_price("glm"), stronger=_price("opus")),
            payload_hash=content_hash(PAYLOAD),
            by="token:ci",
        )
        return (await self.database.write(lambda tx: ask(tx, wanted, self.terms))).state.id

    async def row(self, escalation_id: int) -> dict:
        return await self.database.read(lambda tx: store.by_id(tx, escalation_id))

    async def approved(self, by: str = LEADS[0], **told) -> int:
        escalation_id = await self.ask(**told)
        await self.approve((await self.row(escalation_id))["request_id"], by)
        return escalation_id

    async def begin(self, escalation_id: int):
        given = content_hash(PAYLOAD)
        return await self.database.write(lambda tx: use.begin(tx, escalation_id, given, "token:ci", self.terms))

    async def end(self, escalation_id: int, status=ExecutionStatus.SUCCEEDED):
        report = ExecutionReport(status=status)
        return await self.database.write(lambda tx: use.end(tx, escalation_id, report, "token:ci", HOUR))

    async def judge(self, escalation_id: int, said: Need, user: str = LEADS[0], delivery: str | None = None):
        press = NeedPress(user_id=user, escalation_id=escalation_id, delivery_id=delivery or f"n{next(_numbers)}")
        believed = self.terms.people.groups_cached_for
        return await self.database.write(lambda tx: need.judge(tx, press, said, believed))

    async def judged(self, said: Need, **told) -> int:
        escalation_id = await self.approved(**told)
        await self.judge(escalation_id, said)
        return escalation_id

    async def outcome(self, task_id: str, *, completed=True, revised=None, escalated=None, **more) -> None:
        number = next(_numbers)
        row = {
            "outcome_id": f"o{number}",
            "arrived_day": 0,
            "at": self.database.clock.now(),
            "task_id": task_id,
            "role": "architect",
            "task_type": "refactoring",
            "model": "glm-4.5",
            "completed": completed,
            "revised": revised,
            "escalated": escalated,
            **more,
        }
        await self.database.write(lambda tx: outcomes.store(tx, [row]))

    async def tick(self) -> None:
        """Whatever is due now of what concerns an approved escalation."""
        works = {
            DueKind.ASK_NEED: lambda tx, rows: need.ask(tx, rows, HOUR),
            DueKind.LOSE_EXECUTION: lose_executions,
        }

        def work(tx) -> int:
            rows = due.claim(tx, 100)
            for row in rows:
                if row.kind in works:
                    works[row.kind](tx, [row])
            return len(rows)

        while await self.database.write(work):
            pass

    async def questions(self, escalation_id: int) -> list[tuple[str, bool]]:
        """Where it was asked, and whether in a thread."""
        mine = select(messages.c.channel, messages.c.thread_of).where(
            messages.c.subject_kind == need.QUESTION, messages.c.subject_id == escalation_id
        )
        rows = await self.database.read(lambda tx: tx.execute(mine).all())
        return sorted((row.channel, row.thread_of is not None) for row in rows)
