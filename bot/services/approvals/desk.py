"""The approvals' front desk: asks whether a person is one of ours, knows who is in which role, then runs one verb."""

from collections.abc import Callable
from datetime import datetime

from bot.errors import NotFound
from bot.failpoints import FailPoint, pass_by
from bot.services.answers import Answer
from bot.services.approvals import absences, respond, words
from bot.services.approvals.chances import Chances, chances
from bot.services.approvals.respond import Outcome, Press
from bot.services.approvals.roster import Roster
from bot.services.approvals.terms import ApprovalTerms
from bot.services.permissions import Permissions, Verb
from bot.store import approval_lookups as lookups
from bot.store import homes
from bot.store.database import Database, Transaction
from riskengine.response.approvals.eligibility import Absence
from riskengine.response.approvals.reports import ApprovalDetail
from riskengine.response.approvals.requests import ApprovalRequest

Work = Callable[[Transaction, Press, ApprovalTerms], Outcome]


class ApprovalDesk:
    """Use cases on approval requests, for people in Slack and for programs."""

    def __init__(self, database: Database, permissions: Permissions, roster: Roster, terms: ApprovalTerms) -> None:
        self._database = database
        self._permissions = permissions
        self._roster = roster
        self.terms = terms

    async def know_people(self, kind: str, *, emergency: bool = False, policy: str = "") -> None:
        """Have everybody known whom a new request would ask; call it before a transaction that opens one."""
        name = policy or self.terms.settings.policy_for(kind, emergency=emergency)
        await self._roster.refresh(self.terms.settings.policies[name].roles)

    async def keep_people_fresh(self) -> None:
        """Know who is in the roles of the policies in force, so that a press need not wait for Slack to say it."""
        await self._roster.keep_fresh(role for policy in self.terms.settings.policies.values() for role in policy.roles)

    def now(self) -> datetime:
        return self._database.clock.now()

    async def refusal(self, user_id: str, verb: Verb = Verb.APPROVE) -> str | None:
        """Why this person may not even look, in a sentence for them; None when they may."""
        return await self._permissions.refusal(user_id, verb)

    async def approve(self, press: Press) -> Answer:
        return await self.person(press, respond.approve)

    async def reject(self, press: Press) -> Answer:
        return await self.person(press, respond.reject)

    async def pass_on(self, press: Press) -> Answer:
        return await self.person(press, respond.pass_on)

    async def ask_information(self, press: Press) -> Answer:
        return await self.person(press, respond.ask_information)

    async def withdraw(self, press: Press) -> Answer:
        is_admin = await self._permissions.is_admin(press.user_id)
        return await self.person(press, lambda tx, each, terms: respond.withdraw(tx, each, terms, is_admin=is_admin))

    async def break_glass(self, press: Press) -> Answer:
        """Approve alone, with a reason; told to the security channel."""
        role = self.terms.settings.break_glass_role
        if not await self._permissions.has_role(press.user_id, role):
            return Outcome.unchanged(words.no_glass(role))
        return await self.person(press, respond.break_glass)

    async def chances(self, press: Press) -> Chances:
        """What this person could do about the request now, and why not the rest."""
        refusal = await self._permissions.refusal(press.user_id, Verb.APPROVE)
        if refusal:
            return Chances(*[refusal] * len(Chances._fields))
        is_admin = await self._permissions.is_admin(press.user_id)
        may_break = await self._permissions.has_role(press.user_id, self.terms.settings.break_glass_role)
        await self._know_roles(press.request_id)
        return await self._database.read(
            lambda tx: chances(tx, press, self.terms, is_admin=is_admin, may_break=may_break)
        )

    async def withdraw_by_program(self, request_id: int, token_name: str, delivery_id: str, comment: str) -> Outcome:
        """In the name of an API token, whose scope was checked: its own requests alone."""
        press = Press(user_id=f"token:{token_name}", request_id=request_id, delivery_id=delivery_id, comment=comment)
        return await self._commit(press, respond.withdraw)

    async def away(self, absence: Absence, delivery_id: str) -> Answer:
        refusal = await self._permissions.refusal(absence.user_id, Verb.APPROVE)
        if not refusal and absence.delegate:
            refusal = await self._permissions.assignable(absence.delegate)
        if refusal:
            return Answer.unchanged(refusal)
        return await self._database.write(lambda tx: absences.go_away(tx, absence, delivery_id), urgent=True)

    async def back(self, user_id: str, delivery_id: str) -> Answer:
        return await self._database.write(lambda tx: absences.come_back(tx, user_id, delivery_id), urgent=True)

    async def detail(self, request_id: int) -> ApprovalDetail:
        """Raises NotFound when there is none of this id."""
        found = await self._database.read(lambda tx: lookups.detail(tx, request_id))
        if found is None:
            raise NotFound(f"There is no approval request {request_id}.")
        return found

    async def pending(self, limit: int = 50) -> tuple[list[ApprovalRequest], int]:
        """What is pending, the next deadline first, and how many there are in all."""
        return await self._database.read(lambda tx: lookups.pending(tx, limit))

    async def waiting_for(self, user_id: str, limit: int = 50) -> list[ApprovalRequest]:
        """Pending requests that ask this person and that they have not voted on."""
        return await self._database.read(lambda tx: lookups.waiting_for(tx, user_id, limit))

    async def of_requester(self, user_id: str, limit: int = 50) -> list[ApprovalRequest]:
        """Requests by this person or for them, the newest first."""
        return await self._database.read(lambda tx: lookups.of_requester(tx, user_id, limit))

    async def history(self, limit: int = 50) -> list[ApprovalRequest]:
        """What is over, the latest first."""
        return await self._database.read(lambda tx: lookups.history(tx, limit))

    async def look_home(self, user_id: str) -> None:
        """Somebody opened their App Home: it is drawn now, and again when something concerns them."""
        await self._database.write(lambda tx: homes.opened(tx, user_id), urgent=True)

    async def person(self, press: Press, work: Work) -> Answer:
        """Run a verb for a person: one of our own, or one of the subject's."""
        refusal = await self.recognise(press.user_id, press.request_id)
        if refusal:
            return Outcome.unchanged(refusal)
        return await self._commit(press, work)

    async def recognise(self, user_id: str, request_id: int) -> str | None:
        """Have it known who may decide on a request; why this person may not even try, None when they may."""
        refusal = await self._permissions.refusal(user_id, Verb.APPROVE)
        if refusal is None:
            await self._know_roles(request_id)
        return refusal

    async def _know_roles(self, request_id: int) -> None:
        roles = await self._database.read(lambda tx: lookups.roles_of_request(tx, request_id))
        await self._roster.refresh(roles)

    async def _commit(self, press: Press, work: Work) -> Outcome:
        outcome = await self._database.write(lambda tx: work(tx, press, self.terms), urgent=True)
        pass_by(FailPoint.PRESS_COMMITTED)
        return outcome
