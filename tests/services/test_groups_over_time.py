"""What a group is after its alerts came, went and came again."""

import json
from datetime import timedelta

import sqlalchemy as sa

from bot.services.alerts import respond
from bot.slack.render import render
from bot.store import alert_lookups
from bot.store import alerts as store
from bot.store.messages import messages
from tests.services.conftest import signal

NO_FOOTER = {"late_seconds": None, "late_reason": "", "late_text": "", "rerouted_from": None, "key_tail": ""}


async def test_ends_and_begins_again_before_it_was_told(alerts, clock):
    """Once it fires again it is open in every respect: what joins much later finds it."""
    await alerts.receive(signal())
    await alerts.receive(signal("resolved"))
    await alerts.receive(signal())
    again = await alerts.group()
    assert (again.status, again.resolved_at) == ("firing", None)
    clock.advance(2 * alerts.settings.refire_window.total_seconds())
    assert await alerts.receive(signal(role="critic")) == ["fired"]
    joined = await alerts.group()
    assert (joined.id, joined.firing) == (again.id, 2)


async def test_owner_of_what_ended_has_nothing_of_what_joined(alerts, clock):
    """The alert that Hana took is over, another one fires: nobody has it, and the group says so."""
    await alerts.receive(signal())
    clock.advance(11)
    await alerts.do_due()
    await alerts.acknowledge((await alerts.group()).id)
    await alerts.receive(signal(role="critic"))
    joined = await alerts.group()
    assert (joined.status, joined.acknowledged_by) == ("firing", "U0HANA")
    await alerts.receive(signal("resolved"))
    left = await alerts.group()
    assert (left.status, left.firing, left.acknowledged_by) == ("firing", 1, None)
    given_back = await alerts.press(respond.unacknowledge, left.id)
    assert "not acknowledged by anybody" in given_back.text


async def test_owner_stands_in_the_record_of_what_is_over(alerts):
    await alerts.receive(signal())
    group = await alerts.group()
    await alerts.acknowledge(group.id)
    await alerts.receive(signal("resolved"))
    over = await alerts.database.read(lambda tx: respond.store.groups_by_id(tx, [group.id])[0])
    assert (over.status, over.acknowledged_by) == ("resolved", "U0HANA")


async def test_repeat_calls_whoever_it_was_given_to(alerts, clock):
    await alerts.receive(signal())
    clock.advance(11)
    await alerts.do_due()
    await alerts.press(respond.assign, (await alerts.group()).id, assignee_id="U0IVAN")
    clock.advance(alerts.settings.repeat_interval.total_seconds())
    await alerts.do_due()
    query = sa.select(messages.c.payload).where(messages.c.template == "alerts/still_firing")
    [payload] = await alerts.database.read(lambda tx: tx.execute(query).scalars().all())
    assert payload["assigned_to"] == "U0IVAN"
    words = json.dumps(render("alerts/still_firing", {**payload, **NO_FOOTER}))
    assert '"user_id": "U0IVAN"' in words
    assert "nobody has it" not in words


async def test_each_episode_has_its_own_time(alerts, clock):
    """Whatever lay before it fired again is no part of how long it lasts, of the repeat's words or of the mean."""
    await alerts.receive(signal())
    clock.advance(11)
    await alerts.do_due()
    await alerts.receive(signal("resolved"))
    clock.advance(20 * 60)
    await alerts.receive(signal())
    again = await alerts.group()
    assert (again.refires, clock.now() - again.opened_at < timedelta(minutes=1)) == (1, True)
    clock.advance(60)
    await alerts.acknowledge(again.id)
    overview = await alerts.database.read(alert_lookups.overview)
    assert timedelta(seconds=59) < overview.mtta < timedelta(seconds=70)
    await alerts.receive(signal("resolved"))
    [over] = await alerts.database.read(lambda tx: store.groups_by_id(tx, [again.id]))
    assert timedelta(seconds=59) < over.resolved_at - over.opened_at < timedelta(seconds=70)
