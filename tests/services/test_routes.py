"""Who hears of a group: by area, severity and labels, also of what changes after it was told."""

import pytest
import sqlalchemy as sa

from bot.settings import AlertDelivery
from bot.store.messages import messages
from tests.services.conftest import signal


@pytest.fixture
def settings() -> AlertDelivery:
    routes = [
        {"channel": "#urgent", "severity_at_least": "critical"},
        {"channel": "#payments", "labels": {"team": "payments"}},
    ]
    return AlertDelivery(group_wait="10s", group_interval="1m", routes=routes)


async def told(alerts) -> list[str]:
    query = sa.select(messages.c.channel).where(messages.c.template == "alerts/card").order_by(messages.c.id)
    return list(await alerts.database.read(lambda tx: tx.execute(query).scalars()))


async def wait(alerts, clock, seconds) -> None:
    clock.advance(seconds)
    await alerts.do_due()


async def test_any_label_of_an_alert_may_be_asked_for(alerts, clock):
    await alerts.receive(signal(team="payments", role="critic"))
    await wait(alerts, clock, 11)
    assert await told(alerts) == ["#payments"]


async def test_no_route_matches(alerts, clock):
    await alerts.receive(signal(team="search"))
    await wait(alerts, clock, 11)
    assert await told(alerts) == ["#llm-alerts"]


async def test_over_before_it_was_told(alerts, clock):
    await alerts.receive(signal(team="payments"))
    await alerts.receive(signal("resolved", team="payments"))
    await wait(alerts, clock, 11)
    assert await told(alerts) == ["#payments"]


async def test_what_gets_worse_is_told_where_worse_things_are_told(alerts, clock):
    await alerts.receive(signal(severity="medium"))
    await wait(alerts, clock, 11)
    await alerts.receive(signal(severity="critical"))
    await wait(alerts, clock, 0)
    assert await told(alerts) == ["#llm-alerts", "#urgent"]


async def test_what_joins_is_told_to_whom_it_concerns(alerts, clock):
    await alerts.receive(signal())
    await wait(alerts, clock, 11)
    await alerts.acknowledge((await alerts.group()).id)
    await alerts.receive(signal(team="payments"))
    await wait(alerts, clock, 61)
    assert await told(alerts) == ["#llm-alerts", "#payments"]
