"""The alerts' front desk: asks whether a person may, then runs one verb as one transaction."""

from collections.abc import Callable, Sequence

from bot.errors import NotFound
from bot.failpoints import FailPoint, pass_by
from bot.services.alerts import receive, respond, usefulness
from bot.services.alerts.respond import Press
from bot.services.answers import Answer
from bot.services.permissions import Permissions, Verb
from bot.settings import AlertDelivery
from bot.store import alert_lookups
from bot.store.alert_lookups import AlertFilter
from bot.store.database import Database, Transaction
from riskengine.response.alerts import Alert, AlertStatus, Effect, Signal
from riskengine.response.grouping import Group
from riskengine.response.reports import GroupDetail, Overview


class AlertDesk:
    """Use cases on alerts, for senders, for people in Slack, and for programs."""

    def __init__(self, database: Database, permissions: Permissions, settings: AlertDelivery) -> None:
        self._database = database
        self._permissions = permissions
        self._settings = settings

    async def receive(self, signals: Sequence[Signal]) -> list[Effect]:
        """Store a batch durably; the effects are in the signals' order."""
        effects = await self._database.write(lambda tx: receive.receive(tx, signals, self._settings))
        pass_by(FailPoint.INGEST_COMMITTED)
        return effects

    async def acknowledge(self, press: Press) -> Answer:
        return await self._person(press, Verb.ACKNOWLEDGE, respond.acknowledge)

    async def unacknowledge(self, press: Press) -> Answer:
        return await self._person(press, Verb.UNACKNOWLEDGE, respond.unacknowledge)

    async def resolve(self, press: Press) -> Answer:
        return await self._person(press, Verb.RESOLVE, respond.resolve)

    async def assign(self, press: Press) -> Answer:
        refusal = await self._permissions.assignable(press.assignee_id)
        return Answer.unchanged(refusal) if refusal else await self._person(press, Verb.ASSIGN, respond.assign)

    async def judge(self, press: Press, *, useful: bool) -> Answer:
        """Take note of whether somebody found a group useful."""
        return await self._person(press, Verb.JUDGE, lambda tx, each, _: usefulness.judge(tx, each, useful=useful))

    async def acknowledge_digest(self, user_id: str, digest_id: int, delivery_id: str) -> Answer:
        """Acknowledge every group that a digest lists and that still fires."""
        refusal = await self._permissions.refusal(user_id, Verb.ACKNOWLEDGE)
        if refusal:
            return Answer.unchanged(refusal)

        def work(tx: Transaction) -> Answer:
            ids = [group.id for group in alert_lookups.groups_in_digest(tx, digest_id)]
            return respond.acknowledge_many(tx, user_id, ids, delivery_id, self._settings)

        return await self._commit(work, urgent=True)

    async def by_program(self, alert_id: int, verb: Verb, token_name: str, delivery_id: str) -> Answer:
        """Acknowledge or resolve the group of an alert in the name of an API token, whose scope was checked."""
        group_id = await self._database.read(lambda tx: alert_lookups.group_of(tx, alert_id))
        if group_id is None:
            raise _no_alert(alert_id)
        press = Press(user_id=f"token:{token_name}", group_id=group_id, delivery_id=delivery_id)
        work = respond.acknowledge if verb == Verb.ACKNOWLEDGE else respond.resolve
        return await self._commit(lambda tx: work(tx, press, self._settings))

    async def refusal_to_view(self, user_id: str) -> str | None:
        return await self._permissions.refusal(user_id, Verb.VIEW)

    async def detail(self, group_id: int) -> GroupDetail | None:
        return await self._database.read(lambda tx: alert_lookups.detail(tx, group_id))

    async def overview(self) -> Overview:
        return await self._database.read(alert_lookups.overview)

    async def open_groups(self, *, owner: str | None = None, limit: int = 50) -> tuple[list[Group], int]:
        return await self._database.read(lambda tx: alert_lookups.open_groups(tx, owner=owner, limit=limit))

    async def matching(
        self, *, status: AlertStatus | None = None, area: str | None = None, label: tuple[str, ...] = (), limit: int
    ) -> list[Alert]:
        """Alerts of a status (without one: that hold now), an area, and with all of these `name=value` labels."""
        wanted = AlertFilter(status=status, area=area, label=label, limit=limit)
        return await self._database.read(lambda tx: alert_lookups.matching_alerts(tx, wanted))

    async def alert(self, alert_id: int) -> Alert:
        """Raises NotFound when there is none of this id."""
        found = await self._database.read(lambda tx: alert_lookups.alert_by_id(tx, alert_id))
        if found is None:
            raise _no_alert(alert_id)
        return found

    async def _person(
        self, press: Press, verb: Verb, work: Callable[[Transaction, Press, AlertDelivery], Answer]
    ) -> Answer:
        refusal = await self._permissions.refusal(press.user_id, verb)
        if refusal:
            return Answer.unchanged(refusal)
        return await self._commit(lambda tx: work(tx, press, self._settings), urgent=True)

    async def _commit(self, work: Callable[[Transaction], Answer], *, urgent: bool = False) -> Answer:
        answer = await self._database.write(work, urgent=urgent)
        pass_by(FailPoint.PRESS_COMMITTED)
        return answer


def _no_alert(alert_id: int) -> NotFound:
    return NotFound(f"There is no alert {alert_id}.", hint="GET /v1/alerts lists those that hold now.")
