"""Escalations for programs and people: decided, asked for, waited for, taken back, executed."""

import re
from collections.abc import Callable
from typing import NamedTuple

from bot.errors import ApprovalImpossible, PeopleUnreadable, WrongUse
from bot.failpoints import FailPoint, pass_by
from bot.services.answers import Answer
from bot.services.approvals.desk import ApprovalDesk
from bot.services.approvals.respond import Press, withdraw
from bot.services.callbacks.desk import check_url
from bot.services.controls.enforce import tightening
from bot.services.escalations import by_people, need, use
from bot.services.escalations.ask import Asked, Wanted, ask, find_earlier
from bot.services.escalations.by_people import Shown
from bot.services.escalations.edit import edit
from bot.services.escalations.need import NeedPress
from bot.services.escalations.state import EscalationState, state_of, states_of
from bot.services.escalations.waiting import Waiting
from bot.services.permissions import Verb
from bot.settings_callbacks import CallbackSettings
from bot.settings_escalation import EscalationSettings
from bot.store import approval_people, escalation_outcomes
from bot.store import escalations as store
from bot.store.database import Database, Transaction
from bot.store.escalations import ESCALATION
from riskengine.areas.escalation import (
    Alike,
    Decision,
    EscalationStatus,
    EscalationTask,
    Need,
    PastOutcomes,
    decide,
)
from riskengine.areas.escalation.task import content_hash
from riskengine.pricing import PriceBook, estimate_task
from riskengine.response.approvals.execution import ExecutionReport
from riskengine.response.approvals.refusals import Refusal

Work = Callable[[Transaction], EscalationState | Refusal]
_SLACK_ID = re.compile(r"[UW][A-Z0-9]{2,30}")


class _Known(NamedTuple):
    #: What became of similar tasks lately.
    past: PastOutcomes
    #: The cost control that tightens the criteria now, in words; empty for none.
    tightened_by: str


class EscalationDesk:
    """Each verb is one use case."""

    def __init__(
        self,
        database: Database,
        approvals: ApprovalDesk,
        settings: EscalationSettings,
        callbacks: CallbackSettings,
        prices: PriceBook,
    ) -> None:
        self._database = database
        self._approvals = approvals
        self._settings = settings
        self._callbacks = callbacks
        self._prices = prices
        self._waiting = Waiting(database)

    async def decide(self, task: EscalationTask) -> Decision:
        """Decide, and store nothing."""
        return self._decision(task, await self._known(task))

    async def ask(self, task: EscalationTask, by: str, key: str | None = None) -> Asked:
        """Decide, and if it escalates, ask people; the same key again is the same escalation.

        Raises WrongUse, Conflict, ApprovalImpossible when nobody may approve, PeopleUnreadable when Slack cannot say.
        """
        payload_hash = _payload_hash(task.payload)
        if earlier := await self._database.read(lambda tx: find_earlier(tx, key, task, payload_hash)):
            return Asked(earlier, is_new=False)
        wanted = self._wanted(task, by, key, await self._known(task))
        if wanted.decision.escalate:
            await self._approvals.know_people(ESCALATION, emergency=task.needs_emergency_tier)
        try:
            asked = await self._database.write(lambda tx: ask(tx, wanted, self._approvals.terms), urgent=True)
        except ApprovalImpossible:
            await self._blame_slack(emergency=task.needs_emergency_tier)
            raise
        pass_by(FailPoint.PRESS_COMMITTED)
        return asked

    async def state(self, escalation_id: int, wait_seconds: float = 0) -> EscalationState:
        """How it stands, at the latest after so many seconds, at once when it is final. Raises NotFound."""
        if wait_seconds:
            await self._waiting.until_final(escalation_id, wait_seconds)
        return await self._database.read(lambda tx: state_of(tx, escalation_id))

    async def refusal(self, user_id: str) -> str | None:
        """Why this person may not ask for anything, in a sentence for them; None when they may."""
        return await self._approvals.refusal(user_id, Verb.ESCALATE)

    async def get_ready(self) -> None:
        """Have the people known whom an escalation would ask, while somebody still fills in their form."""
        for emergency in (False, True):
            await self._approvals.know_people(ESCALATION, emergency=emergency)

    @property
    def security_types(self) -> tuple[str, ...]:
        """Those that count for a decision."""
        settings = self._settings
        every = (*settings.criteria.security_critical.types, *settings.fallbacks.emergency_security_types)
        return tuple(dict.fromkeys(every))

    async def ask_anyway(self, escalation_id: int, by: str, reason: str, key: str) -> Asked:
        """Ask for what was not needed, by this person's override. Raises NotFound, else what `ask` raises."""
        task = await self._database.read(lambda tx: by_people.overridden(tx, escalation_id, by, reason))
        return await self.ask(task, by, key)

    async def reword(self, press: Press, title: str, summary: str) -> Answer:
        """Say it in other words; only its requester may."""
        return await self._approvals.person(
            press, lambda tx, each, terms: by_people.reword(tx, each, title, summary, terms)
        )

    async def task_of_request(self, request_id: int) -> EscalationTask:
        """What an approval request asks about. Raises NotFound."""
        return await self._database.read(lambda tx: by_people.task_of_request(tx, request_id))

    async def shown(self, escalation_id: int) -> Shown:
        """One escalation as people are shown it. Raises NotFound."""
        return await self._database.read(lambda tx: by_people.shown(tx, escalation_id))

    async def listed(self, status: EscalationStatus | None, limit: int) -> list[EscalationState]:
        """The newest first."""
        return await self._database.read(lambda tx: states_of(tx, store.newest(tx, status, limit)))

    async def withdraw(self, escalation_id: int, by: str, delivery_id: str, comment: str) -> EscalationState:
        """Take it back. Raises NotFound, and NotDone when it is over already or another's."""

        def work(tx: Transaction) -> EscalationState | Refusal:
            press = Press(
                user_id=by, request_id=use.request_of(tx, escalation_id), delivery_id=delivery_id, comment=comment
            )
            outcome = withdraw(tx, press, self._approvals.terms)
            return outcome.refusal or state_of(tx, escalation_id)

        return await self._commit(work, by)

    async def edit(self, escalation_id: int, task: EscalationTask, by: str, delivery_id: str) -> EscalationState:
        """Ask about a new version. Raises NotFound, WrongUse, NotAnEdit, and NotDone when it is over or another's."""
        wanted = self._wanted(task, by, None, await self._known(task))
        await self._approvals.know_people(ESCALATION, emergency=task.needs_emergency_tier)
        return await self._commit(lambda tx: edit(tx, escalation_id, wanted, delivery_id, self._approvals.terms), by)

    async def execute(self, escalation_id: int, payload: object, by: str) -> EscalationState:
        """Use the approval up, for the payload that was approved. Raises NotFound, and NotDone with the reason."""
        given = _payload_hash(payload)
        return await self._commit(lambda tx: use.begin(tx, escalation_id, given, by, self._approvals.terms), by)

    async def executed(self, escalation_id: int, report: ExecutionReport, by: str) -> EscalationState:
        """Take note of how the execution ended. Raises NotFound and Conflict."""
        after = self._settings.ask_need_after
        return await self._database.write(lambda tx: use.end(tx, escalation_id, report, by, after), urgent=True)

    async def judge(self, press: NeedPress, said: Need) -> Answer:
        """Take note of whether an approver found it needed."""
        request_id = await self._database.read(lambda tx: need.request_of(tx, press.escalation_id))
        refusal = await self._approvals.recognise(press.user_id, request_id)
        if refusal:
            return Answer.unchanged(refusal)
        believed_for = self._approvals.terms.people.groups_cached_for
        answer = await self._database.write(lambda tx: need.judge(tx, press, said, believed_for), urgent=True)
        pass_by(FailPoint.PRESS_COMMITTED)
        return answer

    def stop_waiting(self) -> None:
        """Answer whoever waits as things stand, before the server closes."""
        self._waiting.end()

    async def _commit(self, work: Work, by: str) -> EscalationState:
        done = await self._database.write(work, urgent=True)
        pass_by(FailPoint.PRESS_COMMITTED)
        if isinstance(done, Refusal):
            raise use.refused(done, by)
        return done

    async def _known(self, task: EscalationTask) -> _Known:
        """What a decision depends on besides the task."""
        alike, history = Alike.to(task), self._settings.history

        def work(tx: Transaction) -> _Known:
            past = escalation_outcomes.past(tx, tx.now - history, alike) if alike else PastOutcomes()
            return _Known(past, tightening(tx))

        return await self._database.read(work)

    def _decision(self, task: EscalationTask, known: _Known) -> Decision:
        return decide(task, self._settings, known.past, tightened_by=known.tightened_by)

    def _wanted(self, task: EscalationTask, by: str, key: str | None, known: _Known) -> Wanted:
        if task.callback_url:
            check_url(task.callback_url, self._callbacks)
        if task.requester and not _SLACK_ID.fullmatch(task.requester):
            # Whoever is not known by their id could approve their own task.
            raise WrongUse(f"requester: {task.requester!r} is no Slack id.", hint="Send an id such as U012AB3CD.")
        models = (self._settings.default_model, self._settings.stronger_model)
        return Wanted(
            task=task,
            decision=self._decision(task, known),
            prices=estimate_task(self._prices, models, task.estimated_tokens, self._database.clock.now()),
            payload_hash=_payload_hash(task.payload),
            by=by,
            key=key,
        )

    async def _blame_slack(self, *, emergency: bool) -> None:
        """Raises PeopleUnreadable when nobody could approve because Slack has not said lately who is in a role."""
        terms = self._approvals.terms
        roles = terms.settings.policies[terms.settings.policy_for(ESCALATION, emergency=emergency)].roles
        since = self._database.clock.protocol_now() - terms.people.groups_cached_for
        if await self._database.read(lambda tx: approval_people.not_read_since(tx, roles, since)):
            raise PeopleUnreadable("Slack did not say who is in the roles that could approve this.") from None


def _payload_hash(payload: object) -> str:
    try:
        return content_hash(payload)
    except ValueError:
        raise WrongUse("payload: it holds a number that JSON cannot write.", hint="Send it as text.") from None
