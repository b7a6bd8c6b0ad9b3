"""Cost controls without Slack or HTTP: sightings and presses in, rows out."""

from itertools import count

from sqlalchemy import select

from bot.services.controls import life, respond
from bot.services.controls.enforce import tightening
from bot.services.controls.respond import ControlPress, ControlStart
from bot.services.controls.terms import ControlsInForce, controls_in_force
from bot.settings import Settings
from bot.store import audit, due
from bot.store import controls as store
from bot.store.controls import CONTROL
from bot.store.database import Database
from bot.store.due import DueKind
from bot.store.messages import messages
from riskengine.response.controls import Condition, Control, ControlKind, ControlStatus, ControlWish, Sighting

REASON = "The escalation rate of the last day is 8 %, above 5 %."
_deliveries = count(1)


def in_force(**controls) -> ControlsInForce:
    return controls_in_force(Settings(controls=controls))


class ControlOffice:
    """The verbs of one replica."""

    def __init__(self, database: Database, terms: ControlsInForce | None = None) -> None:
        self.database = database
        self.terms = terms or in_force()

    async def see(self, condition: Condition, *, holds: bool = True) -> None:
        seen = [Sighting(condition, holds, REASON)]
        await self.database.write(lambda tx: life.consider(tx, seen, self.terms))

    async def proposed(self, condition: Condition = Condition.ESCALATION_RATE) -> Control:
        await self.see(condition)
        [newest] = await self.listed(ControlStatus.PROPOSED)
        return newest

    async def press(self, control: Control, wish: ControlWish, user: str = "U0HANA", delivery: str = ""):
        pressed = ControlPress(user_id=user, control_id=control.id, delivery_id=delivery or f"c{next(_deliveries)}")
        return await self.database.write(lambda tx: respond.press(tx, pressed, wish, self.terms))

    async def start(self, kind: ControlKind, user: str = "U0HANA"):
        wanted = ControlStart(user_id=user, kind=kind, reason="a costly week", delivery_id=f"s{next(_deliveries)}")
        return await self.database.write(lambda tx: respond.start(tx, wanted, self.terms))

    async def tick(self) -> None:
        """Whatever is due now of controls."""

        def work(tx) -> int:
            rows = [row for row in due.ripe(tx, 100) if row.kind is DueKind.END_CONTROL and due.claim_one(tx, row)]
            life.end_due(tx, rows, self.terms)
            return len(rows)

        while await self.database.write(work):
            pass

    async def adopt(self) -> None:
        await self.database.write(lambda tx: life.adopt_settings(tx, self.terms))

    async def now(self, control: Control) -> Control:
        found = await self.database.read(lambda tx: store.by_id(tx, control.id))
        assert found is not None
        return found

    async def listed(self, *statuses: ControlStatus) -> list[Control]:
        return await self.database.read(lambda tx: store.newest(tx, statuses or list(ControlStatus), 100))

    async def active(self) -> tuple[Control, ...]:
        return await self.database.read(store.active)

    async def tightening(self) -> str:
        return await self.database.read(tightening)

    async def ends_at(self, control: Control):
        """When its timer is set for; None where it has none."""
        return await self.database.write(lambda tx: due.due_at(tx, DueKind.END_CONTROL, control.id))

    async def audited(self) -> list[tuple[str, str]]:
        mine = select(audit.audit.c.actor, audit.audit.c.verb).where(audit.audit.c.object_kind == CONTROL)
        rows = await self.database.read(lambda tx: tx.execute(mine.order_by(audit.audit.c.id)).all())
        return [tuple(row) for row in rows]

    async def told(self) -> list[tuple[str, str]]:
        """Template and channel of every message about controls."""
        mine = select(messages.c.template, messages.c.channel).where(messages.c.subject_kind == CONTROL)
        rows = await self.database.read(lambda tx: tx.execute(mine.order_by(messages.c.id)).all())
        return [tuple(row) for row in rows]
