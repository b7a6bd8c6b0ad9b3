"""The complaints' front desk: what one may complain about, filing, and reading what was filed."""

from pydantic import BaseModel, ConfigDict

from bot.failpoints import FailPoint, pass_by
from bot.services.answers import Answer
from bot.services.permissions import Permissions, Verb
from bot.store import audit, inbound
from bot.store import complaints as store
from bot.store.complaints import Filed
from bot.store.database import Database, Transaction
from bot.store.telemetry import series
from riskengine.complaints import Choice, Choices, Complaint, ComplaintKind
from riskengine.series import Dimension

KIND = "complaint"
#: Slack's menus end at 100 options.
CHOICES = 100
THANKS = "Thank you. Your complaint is filed: the rules count it, and whoever looks into it sees it in the list."


class Filing(BaseModel):
    """What a person has entered; ids stand for the model and the role, 0 where none was chosen."""

    model_config = ConfigDict(frozen=True)

    user_id: str
    model_id: int
    role_id: int
    kind: ComplaintKind
    comment: str
    channel: str
    message_ts: str
    permalink: str
    #: The same when Slack delivers it again.
    delivery_id: str


class ComplaintDesk:
    def __init__(self, database: Database, permissions: Permissions) -> None:
        self._database = database
        self._permissions = permissions

    async def refusal(self, user_id: str) -> str | None:
        """Why this person may not complain; None when they may."""
        return await self._permissions.refusal(user_id, Verb.COMPLAIN)

    async def choices(self) -> Choices:
        return await self._database.read(
            lambda tx: Choices(_choices(tx, Dimension.MODEL), _choices(tx, Dimension.ROLE))
        )

    async def file(self, filing: Filing) -> Answer:
        refusal = await self.refusal(filing.user_id)
        if refusal:
            return Answer.unchanged(refusal)
        answer = await self._database.write(lambda tx: file_complaint(tx, filing), urgent=True)
        pass_by(FailPoint.PRESS_COMMITTED)
        return answer

    async def newest(self, limit: int) -> list[Complaint]:
        return await self._database.read(lambda tx: store.newest(tx, limit))


def file_complaint(tx: Transaction, filing: Filing) -> Answer:
    """Store it; the audit has who, when and about what, and none of the words."""
    if not inbound.is_first(tx, "view", filing.delivery_id):
        return Answer.done(THANKS)
    model = series.value_of(tx, filing.model_id, Dimension.MODEL)
    role = series.value_of(tx, filing.role_id, Dimension.ROLE)
    told = filing.model_dump(include={"kind", "comment", "channel", "message_ts", "permalink"})
    number = store.file(tx, Filed(complained_by=filing.user_id, model=model, role=role, **told))
    detail = {"kind": filing.kind, "model": model, "role": role}
    audit.record(tx, [audit.Entry(audit.actor(filing.user_id), "complained", KIND, number, detail)])
    pass_by(FailPoint.PRESS_BEFORE_COMMIT)
    return Answer.done(THANKS)


def _choices(tx: Transaction, dimension: Dimension) -> tuple[Choice, ...]:
    return tuple(Choice(*each) for each in series.first_ids(tx, dimension, CHOICES))
