"""The controls' front desk: asks whether a person may, then runs one verb as one transaction."""

from collections.abc import Callable, Sequence

from bot.failpoints import FailPoint, pass_by
from bot.services.answers import Answer
from bot.services.controls import respond
from bot.services.controls.respond import ControlPress, ControlStart
from bot.services.controls.terms import ControlsInForce
from bot.services.permissions import Permissions, Verb
from bot.store import controls as store
from bot.store.database import Database, Transaction
from riskengine.response.controls import Control, ControlStatus, ControlWish

#: Controls in one listing.
LISTED = 100


class ControlDesk:
    """Use cases on controls, for people in Slack and for programs."""

    def __init__(self, database: Database, permissions: Permissions, terms: ControlsInForce) -> None:
        self._database = database
        self._permissions = permissions
        self._terms = terms

    async def refusal(self, user_id: str) -> str | None:
        """Why this user may not decide about controls; None when they may."""
        return await self._permissions.refusal(user_id, Verb.CONTROL)

    async def press(self, pressed: ControlPress, wish: ControlWish) -> Answer:
        return await self._person(pressed.user_id, lambda tx: respond.press(tx, pressed, wish, self._terms))

    async def start(self, wanted: ControlStart) -> Answer:
        """Without any proposal; one that is active already is prolonged."""
        return await self._person(wanted.user_id, lambda tx: respond.start(tx, wanted, self._terms))

    async def active(self) -> tuple[Control, ...]:
        """What is in force now."""
        return await self._database.read(store.active)

    async def listed(self, statuses: Sequence[ControlStatus], limit: int = LISTED) -> list[Control]:
        """Those of these statuses, the newest first; what ran out is ended, even before its timer came."""
        found = await self._database.read(lambda tx: [(each, tx.now) for each in store.newest(tx, statuses, limit)])
        return [control for control, now in found if not control.is_over(now)]

    async def _person(self, user_id: str, work: Callable[[Transaction], Answer]) -> Answer:
        refusal = await self.refusal(user_id)
        if refusal:
            return Answer.unchanged(refusal)
        answer = await self._database.write(work, urgent=True)
        pass_by(FailPoint.PRESS_COMMITTED)
        return answer
