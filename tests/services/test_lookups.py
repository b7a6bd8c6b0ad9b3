"""What is shown of groups: who ended them, and the worst first however many there are."""

from bot.services.alerts import respond
from bot.slack.alert_cards import to_card
from bot.store import alert_lookups
from tests.services.conftest import signal


async def card(alerts, group_id):
    found = await alerts.database.read(lambda tx: alert_lookups.detail(tx, group_id))
    return to_card(found.group, found.alerts)


async def test_who_ended_it_is_who_ended_it_last(alerts, clock):
    """A person ended the first episode, the sender the second: the card names nobody."""
    await alerts.receive(signal())
    group_id = (await alerts.group()).id
    await alerts.press(respond.resolve, group_id)
    assert (await card(alerts, group_id)).resolved_by == "U0HANA"
    clock.advance(60)
    await alerts.receive(signal())
    clock.advance(60)
    await alerts.receive(signal("resolved"))
    assert (await card(alerts, group_id)).resolved_by == ""


async def test_a_person_ends_what_is_left(alerts, clock):
    await alerts.receive(signal(role="a"), signal(role="b"))
    group_id = (await alerts.group()).id
    await alerts.receive(signal("resolved", role="a"))
    clock.advance(1)
    await alerts.press(respond.resolve, group_id)
    assert (await card(alerts, group_id)).resolved_by == "U0HANA"


async def test_the_worst_stands_first_among_many(alerts, clock):
    await alerts.receive(signal(name="The worst", severity="critical"))
    clock.advance(1)
    for start in range(0, 600, 100):
        await alerts.receive(*(signal(name=f"Slow {number}", severity="low") for number in range(start, start + 100)))
    await alerts.receive(signal(name="Worse", severity="high"))
    groups, total = await alerts.database.read(lambda tx: alert_lookups.open_groups(tx, limit=3))
    assert total == 602
    assert [group.name for group in groups][:2] == ["The worst", "Worse"]
