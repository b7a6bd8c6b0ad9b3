"""Channels subscribe and end it: who hears, of what is open too, what is said, and nothing twice; both databases."""

import asyncio
import signal as signals
from itertools import count

import pytest
import sqlalchemy as sa

from bot.services.alerts import subscriptions
from bot.services.alerts.subscriptions import Asking, Heard
from bot.settings import AlertDelivery
from bot.store import destinations
from bot.store import subscriptions as store
from bot.store.audit import audit
from bot.store.messages import messages
from riskengine.response.subscriptions import parse_filter
from tests import programs
from tests.services.conftest import signal

_deliveries = count(1)


@pytest.fixture
def settings() -> AlertDelivery:
    routes = [{"channel": "#urgent", "severity_at_least": "critical"}]
    return AlertDelivery(group_wait="10s", routes=routes, catch_up_groups=3, subscriptions_per_channel=3)


def asking(channel="C1", words: str | None = "", *, name="general", user="U0HANA", delivery="") -> Asking:
    return Asking(
        user_id=user,
        channel=channel,
        channel_name=name,
        filter=None if words is None else parse_filter(words),
        delivery_id=delivery or f"d{next(_deliveries)}",
    )


async def subscribe(alerts, *args, **more) -> Heard:
    request = asking(*args, **more)
    return await alerts.database.write(lambda tx: subscriptions.subscribe(tx, request, alerts.settings))


async def unsubscribe(alerts, *args, **more) -> Heard:
    request = asking(*args, **more)
    return await alerts.database.write(lambda tx: subscriptions.unsubscribe(tx, request, alerts.settings))


async def rows(alerts, query):
    return await alerts.database.read(lambda tx: tx.execute(query).all())


async def cards(alerts) -> list[tuple[str, int]]:
    query = sa.select(messages.c.channel, messages.c.subject_id).where(messages.c.template == "alerts/card")
    return [tuple(row) for row in await rows(alerts, query.order_by(messages.c.id))]


async def said(alerts) -> list[tuple[str, str, list[str]]]:
    notes = messages.c.template.in_(["alerts/subscribed", "alerts/unsubscribed"])
    query = sa.select(messages.c.channel, messages.c.template, messages.c.payload).where(notes).order_by(messages.c.id)
    return [(row.channel, row.template, row.payload["filters"]) for row in await rows(alerts, query)]


async def fire(alerts, clock, *fired) -> None:
    await alerts.receive(*fired)
    clock.advance(11)
    await alerts.do_due()


def filters(heard: Heard) -> list[str]:
    return [str(each.filter) for each in heard.hearing.subscriptions]


async def test_a_subscribed_channel_hears_beside_the_routes(alerts, clock):
    heard = await subscribe(alerts, "C1", "severity>=high model=glm")
    assert heard.said == "From now on this channel hears "
    assert heard.more == ("No open alert group matches now.",)
    await fire(alerts, clock, signal(), signal(name="Other", model="gpt"))
    assert {channel for channel, _ in await cards(alerts)} == {"#llm-alerts", "C1"}
    assert len(await cards(alerts)) == 3
    assert await said(alerts) == [("C1", "alerts/subscribed", ["severity>=high model=glm"])]
    query = sa.select(audit.c.actor, audit.c.verb, audit.c.detail).where(audit.c.object_kind == "subscription")
    [entry] = await rows(alerts, query)
    assert (entry.actor, entry.verb) == ("slack:U0HANA", "subscribed")
    assert entry.detail == {"channel": "C1", "filter": "severity>=high model=glm"}


async def test_a_group_is_told_once_to_a_channel_that_is_routed_and_subscribed_twice(alerts, clock):
    await subscribe(alerts, "C9", "severity>=high", name="urgent")
    await subscribe(alerts, "C9", "model=glm", name="urgent")
    await fire(alerts, clock, signal())
    assert [channel for channel, _ in await cards(alerts)] == ["#llm-alerts", "#urgent"]
    await fire(alerts, clock, signal(severity="critical"))
    assert [channel for channel, _ in await cards(alerts)] == ["#llm-alerts", "#urgent"]


async def test_a_route_is_known_by_the_id_that_slack_gave(alerts, clock):
    def posted(tx):
        destinations.ensure(tx, ["#urgent"])
        destinations.took_post(tx, "#urgent", "C9")

    await alerts.database.write(posted)
    heard = await subscribe(alerts, "C9", "", name="renamed-since")
    assert [route.channel for route in heard.hearing.routes] == ["#urgent"]
    await fire(alerts, clock, signal())
    assert [channel for channel, _ in await cards(alerts)] == ["#llm-alerts", "#urgent"]


async def test_whoever_subscribes_late_hears_of_what_is_open(alerts, clock):
    await fire(alerts, clock, signal(), signal(name="Cheap", severity="low"), signal(name="Done"))
    await alerts.receive(signal("resolved", name="Done"))
    await alerts.receive(signal(name="Waiting", team="x"))
    heard = await subscribe(alerts, "C1", "severity>=medium")
    assert heard.more == ("2 open alert groups match now, and come here at once.",)
    clock.advance(11)
    await alerts.do_due()
    mine = [group for channel, group in await cards(alerts) if channel == "C1"]
    assert len(mine) == len(set(mine)) == 2
    again = await subscribe(alerts, "C1", "severity>=high")
    assert again.more == ("2 open alert groups match now, and have their cards here already.",)


async def test_labels_say_which_open_groups_come_and_many_are_bounded(alerts, clock):
    some = [signal(name=f"N{number}", model=f"m{number}", team="a" if number % 2 else "b") for number in range(10)]
    await fire(alerts, clock, *some)
    heard = await subscribe(alerts, "C1", "team=a")
    expected = "5 open alert groups match now; the worst 3 come here at once, the others when they get worse or grow."
    assert heard.more == (expected,)
    assert len([1 for channel, _ in await cards(alerts) if channel == "C1"]) == 3
    # One that comes by its own change afterwards is not told twice.
    await fire(alerts, clock, *[signal(name=f"N{n}", model=f"m{n}", team="a", severity="critical") for n in (1, 9)])
    mine = [group for channel, group in await cards(alerts) if channel == "C1"]
    assert len(mine) == len(set(mine)) == 4


async def test_twice_is_told_as_such_and_changes_nothing(alerts):
    await subscribe(alerts, "C1", "area=cost")
    heard = await subscribe(alerts, "C1", " area=cost ")
    assert heard.said.startswith("Nothing was changed: this channel is subscribed already")
    assert filters(heard) == ["area=cost"]
    assert len(await said(alerts)) == 1


async def test_a_redelivery_changes_nothing_and_says_how_it_stands(alerts):
    await subscribe(alerts, "C1", "area=cost", delivery="x")
    await unsubscribe(alerts, "C1", None)
    heard = await subscribe(alerts, "C1", "area=cost", delivery="x")
    assert heard.said == "That is done already."
    assert heard.hearing.is_silent
    assert len(await said(alerts)) == 2


async def test_two_people_at_once_end_with_one(alerts, rival):
    both = await asyncio.gather(*(subscribe(each, "C1", "area=cost") for each in (alerts, rival) * 3))
    assert sum(each.said.startswith("From now on") for each in both) == 1
    assert len(await alerts.database.read(store.in_force)) == 1
    assert len(await said(alerts)) == 1


async def test_unsubscribe_makes_later_groups_silent_and_keeps_cards(alerts, clock):
    await subscribe(alerts, "C1", "model=glm")
    await subscribe(alerts, "C1", "area=cost")
    await fire(alerts, clock, signal())
    heard = await unsubscribe(alerts, "C1", "model=glm")
    assert [str(each) for each in heard.about] == ["model=glm"]
    assert filters(heard) == ["area=cost"]
    await fire(alerts, clock, signal(name="Later"))
    assert [channel for channel, _ in await cards(alerts)] == ["#llm-alerts", "C1", "#llm-alerts"]
    await alerts.acknowledge((await alerts.database.read(_first_open)).id)
    query = sa.select(messages.c.wanted_revision).where(
        messages.c.template == "alerts/card", messages.c.subject_id == 1
    )
    revisions = [row[0] for row in await rows(alerts, query)]
    assert len(set(revisions)) == 1
    assert (await said(alerts))[-1] == ("C1", "alerts/unsubscribed", ["model=glm"])


def _first_open(tx):
    from bot.store.alert_lookups import open_groups

    return min(open_groups(tx)[0], key=lambda group: group.id)


async def test_unsubscribe_of_all_and_of_nothing(alerts):
    assert (await unsubscribe(alerts, "C1", None)).said.startswith(
        "Nothing was changed: this channel is not subscribed"
    )
    await subscribe(alerts, "C1", "")
    await subscribe(alerts, "C1", "area=cost")
    assert (await unsubscribe(alerts, "C1", "area=quality")).said.startswith("Nothing was changed")
    heard = await unsubscribe(alerts, "C1", None)
    assert [str(each) for each in heard.about] == ["", "area=cost"]
    assert heard.hearing.is_silent
    # What ended may begin anew, and is said anew.
    assert (await subscribe(alerts, "C1", "")).said.startswith("From now on")
    assert [template for _, template, _ in await said(alerts)].count("alerts/subscribed") == 3


async def test_a_channel_has_only_so_many(alerts):
    for area in ("cost", "quality", "security"):
        await subscribe(alerts, "C1", f"area={area}")
    heard = await subscribe(alerts, "C1", "area=adoption")
    assert heard.said == "A channel has at most 3 subscriptions. Nothing was changed."
    assert len(filters(heard)) == 3


async def test_a_label_that_nobody_has_is_said(alerts, clock):
    await fire(alerts, clock, signal(squad="a"))
    assert "did you mean model?" in (await subscribe(alerts, "C1", "modle=glm")).more[1]
    assert "did you mean squad?" in (await subscribe(alerts, "C1", "sqad=a")).more[1]
    assert len((await subscribe(alerts, "C1", "squad=a")).more) == 1


async def test_a_channel_that_refuses_is_passed_over_until_somebody_asks_again(alerts, clock):
    await subscribe(alerts, "C1", "")
    await alerts.database.write(lambda tx: destinations.mark_broken(tx, "C1", "is_archived"))
    await fire(alerts, clock, signal())
    assert [channel for channel, _ in await cards(alerts)] == ["#llm-alerts"]
    heard = await subscribe(alerts, "C1", "")
    assert "is_archived" in heard.more[0]
    assert [channel for channel, _ in await cards(alerts)] == ["#llm-alerts", "C1"]
    await fire(alerts, clock, signal(name="Later"))
    assert [channel for channel, _ in await cards(alerts)][2:] == ["#llm-alerts", "C1"]


async def test_what_a_channel_hears_by_settings(alerts):
    read = alerts.database.read
    default = await read(lambda tx: subscriptions.hearing(tx, "C5", "llm-alerts", alerts.settings))
    assert default.is_default
    urgent = await read(lambda tx: subscriptions.hearing(tx, "C6", "urgent", alerts.settings))
    assert [route.channel for route in urgent.routes] == ["#urgent"]
    await subscribe(alerts, "C1", "area=cost")
    assert [each.channel for each in await read(lambda tx: subscriptions.elsewhere(tx, "C6"))] == ["C1"]
    assert await read(lambda tx: subscriptions.elsewhere(tx, "C1")) == []


async def test_a_group_that_another_replica_is_telling_is_not_missed(alerts, rival, clock):
    """The teller has read the subscriptions before this one is there, and has marked nothing told yet."""
    if alerts.database.dialect == "sqlite":
        pytest.skip("SQLite has one writer: nothing happens between two looks of a transaction")
    await alerts.receive(signal())
    clock.advance(11)
    asked = asyncio.Event()
    loop = asyncio.get_running_loop()

    def tell_slowly(tx):
        from bot.services.alerts import tell
        from bot.store import due

        tell.tell_groups(tx, due.claim(tx, 10), alerts.settings)
        loop.call_soon(asked.set)
        tx.execute(sa.text("SELECT pg_sleep(0.3)"))

    telling = asyncio.create_task(rival.database.write(tell_slowly))
    await asked.wait()
    await subscribe(alerts, "C1", "")
    await telling
    clock.advance(11)
    await alerts.do_due()
    assert sorted(channel for channel, _ in await cards(alerts)) == ["#llm-alerts", "C1"]


#: Subscribes and ends it, killed wherever FAULTS says.
PROGRAM = """
import asyncio, sys
from bot.clock import Clock
from bot.services.alerts.subscription_desk import SubscriptionDesk
from bot.services.alerts.subscriptions import Asking
from bot.services.permissions import Permissions
from bot.settings import AlertDelivery, PeopleSettings
from bot.store.open import open_database
from riskengine.people import Person
from riskengine.response.subscriptions import parse_filter

class Everybody:
    async def find(self, user_id):
        return Person(id=user_id, name="x")
    async def is_among(self, person, names):
        return True

async def main():
    database = open_database(sys.argv[1], Clock())
    desk = SubscriptionDesk(database, Permissions(Everybody(), PeopleSettings()), AlertDelivery())
    for number, verb in enumerate((desk.subscribe, desk.unsubscribe)):
        wanted = parse_filter("severity>=high")
        await verb(Asking(user_id="U1", channel="C1", channel_name="x", filter=wanted, delivery_id=f"k{number}"))
        print(verb.__name__, flush=True)

asyncio.run(main())
"""


@pytest.mark.parametrize(
    ("faults", "answered", "in_force", "notes"),
    [
        pytest.param("press.before_commit:1", 0, 0, 0, id="before the subscription's commit"),
        pytest.param("press.committed:1", 0, 1, 1, id="between its commit and its answer"),
        pytest.param("press.before_commit:2", 1, 1, 1, id="before the end's commit"),
        pytest.param("press.committed:2", 1, 0, 2, id="between the end's commit and its answer"),
    ],
)
async def test_a_kill_loses_nothing_and_says_nothing_twice(alerts, database_url, faults, answered, in_force, notes):
    done = programs.run(PROGRAM, database_url, faults=faults)
    assert done.returncode == -signals.SIGKILL, done.stderr
    assert len(done.stdout.split()) == answered
    assert len(await alerts.database.read(store.in_force)) == in_force
    assert len(await said(alerts)) == notes
    # Whoever had no answer asks again, and Slack delivers again what was not acknowledged.
    for number, verb in enumerate((subscribe, unsubscribe)):
        for _ in range(2):
            await verb(alerts, "C1", "severity>=high", delivery=f"k{number}")
    assert await alerts.database.read(store.in_force) == []
    assert [template for _, template, _ in await said(alerts)] == ["alerts/subscribed", "alerts/unsubscribed"]
    recorded = sa.select(audit.c.verb).where(audit.c.object_kind == "subscription").order_by(audit.c.id)
    assert [row[0] for row in await rows(alerts, recorded)] == ["subscribed", "unsubscribed"]
