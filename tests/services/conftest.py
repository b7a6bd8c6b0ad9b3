"""Use cases on both databases, without Slack or HTTP: signals and presses in, rows out."""

from collections.abc import Callable
from itertools import count

import pytest

from bot.services.alerts import receive, respond, tell
from bot.services.alerts.respond import Press
from bot.services.inhibitions.review import review_inhibitions
from bot.services.silences.life import review_silences
from bot.settings import AlertDelivery
from bot.store import due
from bot.store.alert_lookups import open_groups
from bot.store.database import Database
from bot.store.due import DueKind
from bot.store.open import open_database
from riskengine.response.alerts import Severity, Signal, SignalStatus, fingerprint_of
from riskengine.response.grouping import Group
from tests.services.silences import Silences

WORKS = {
    DueKind.TELL_GROUP: tell.tell_groups,
    DueKind.REPEAT_GROUP: tell.repeat_groups,
    DueKind.CALM_GROUP: tell.calm_groups,
    DueKind.REVIEW_INHIBITION: review_inhibitions,
    DueKind.REVIEW_SILENCE: review_silences,
    DueKind.EXPIRE_ACKNOWLEDGEMENT: tell.expire_acknowledgements,
}
_deliveries = count(1)


def signal(status: str = "firing", *, name: str = "Slow", severity: str = "high", **labels: str) -> Signal:
    """One condition of the group (Slow, glm); other labels make other conditions of the same group."""
    labels = {"model": "glm", **labels}
    return Signal(
        name=name,
        severity=Severity(severity),
        status=SignalStatus(status),
        labels=labels,
        fingerprint=fingerprint_of(name, labels),
        source="api:test",
    )


class Alerts:
    """The verbs of one replica."""

    def __init__(self, database: Database, settings: AlertDelivery) -> None:
        self.database = database
        self.settings = settings

    async def receive(self, *signals: Signal) -> list[str]:
        return [str(each) for each in await self.database.write(lambda tx: receive.receive(tx, signals, self.settings))]

    async def press(self, verb: Callable[..., object], group_id: int, user: str = "U0HANA", **more: str):
        press = Press(user_id=user, group_id=group_id, delivery_id=f"d{next(_deliveries)}", **more)
        return await self.database.write(lambda tx: verb(tx, press, self.settings))

    async def acknowledge(self, group_id: int, user: str = "U0HANA"):
        return await self.press(respond.acknowledge, group_id, user)

    async def do_due(self) -> None:
        """Whatever is due now, as the due runner does it."""

        def work(tx) -> int:
            rows = due.claim(tx, 100)
            for row in rows:
                WORKS[row.kind](tx, [row], self.settings)
            return len(rows)

        while await self.database.write(work):
            pass

    async def group(self) -> Group:
        """The one group that is open."""
        [found], _ = await self.database.read(open_groups)
        return found


@pytest.fixture
def settings() -> AlertDelivery:
    return AlertDelivery(group_wait="10s")


@pytest.fixture
def alerts(database, settings) -> Alerts:
    return Alerts(database, settings)


@pytest.fixture
async def rival(database_url, clock, database, settings):
    """The same verbs over connections of another replica."""
    opened = open_database(database_url, clock)
    yield Alerts(opened, settings)
    await opened.close()


@pytest.fixture
def silences(database, settings) -> Silences:
    return Silences(database, settings)
