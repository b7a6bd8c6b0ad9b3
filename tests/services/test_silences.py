"""A silence mutes what it means, nothing else, from its begin to its end; what still holds then is told."""

import pytest
import sqlalchemy as sa

from bot.services.alerts import respond
from bot.services.silences.preview import preview
from bot.store.alerts import alerts as alert_rows
from bot.store.messages import Nature, messages
from riskengine.response.alerts import AlertStatus
from riskengine.response.silences import SilenceEnd, SilenceStatus, parse_matchers
from tests.services.conftest import signal

MINUTE = 60
FIRING, ACKNOWLEDGED, SUPPRESSED, RESOLVED = AlertStatus


async def cards(database) -> int:
    mine = sa.select(sa.func.count()).where(messages.c.nature == Nature.CARD)
    return await database.read(lambda tx: tx.execute(mine).scalar_one())


async def statuses(database) -> list[tuple[str, int | None]]:
    rows = sa.select(alert_rows.c.status, alert_rows.c.silenced_by).order_by(alert_rows.c.id)
    return [tuple(row) for row in await database.read(lambda tx: tx.execute(rows).all())]


async def pass_time(alerts, clock, minutes: float) -> None:
    clock.advance(minutes * MINUTE)
    await alerts.do_due()


async def test_what_is_silenced_is_never_told_and_is_quiet_when_it_is_over(alerts, silences, database, clock):
    made = await silences.make("model=glm severity!=critical")
    await alerts.receive(signal(), signal("firing", role="critic"))
    await pass_time(alerts, clock, 1)
    assert await statuses(database) == [(SUPPRESSED, made)] * 2
    assert (await alerts.group()).suppressed == 2
    assert await cards(database) == 0
    await alerts.receive(signal("resolved"), signal("resolved", role="critic"))
    await pass_time(alerts, clock, 1)
    assert await cards(database) == 0
    assert (await silences.one(made)).hidden == 2


async def test_what_it_does_not_mean_is_told(alerts, silences, database, clock):
    await silences.make("model=glm severity!=critical")
    await alerts.receive(signal(severity="critical"))
    await alerts.receive(signal(name="Errors", model="opus"))
    await pass_time(alerts, clock, 1)
    assert await cards(database) == 2


async def test_an_alert_that_fires_and_ends_while_it_is_silenced_is_not_told(alerts, silences, database, clock):
    await silences.make("model=glm")
    await alerts.receive(signal(), signal("resolved"))
    await pass_time(alerts, clock, 1)
    assert await cards(database) == 0


async def test_a_silence_that_begins_during_the_group_wait_keeps_the_card_back(alerts, silences, database, clock):
    await alerts.receive(signal())
    await silences.make("model=glm")
    await pass_time(alerts, clock, 1)
    assert await cards(database) == 0
    await alerts.receive(signal("resolved"))
    await pass_time(alerts, clock, 1)
    assert await cards(database) == 0


async def test_its_end_tells_what_still_holds(alerts, silences, database, clock):
    made = await silences.make("model=glm", minutes=30)
    await alerts.receive(signal())
    await pass_time(alerts, clock, 29)
    assert await cards(database) == 0
    await pass_time(alerts, clock, 1.1)
    group = await alerts.group()
    assert group.status == FIRING
    assert group.unmuted_at is not None
    assert await cards(database) == 1
    over = await silences.one(made)
    assert (over.state, over.ended_because, over.hidden) == (SilenceStatus.EXPIRED, SilenceEnd.EXPIRED, 1)
    assert [(each["hidden"], each["holding"]) for each in await silences.told("silences/over")] == [(1, 1)]


async def test_a_told_group_that_is_silenced_repeats_nothing(alerts, silences, clock):
    await alerts.receive(signal())
    await pass_time(alerts, clock, 1)
    made = await silences.make("model=glm", minutes=10 * 60)
    assert (await alerts.group()).status == SUPPRESSED
    await pass_time(alerts, clock, 5 * 60)
    await alerts.receive(signal("resolved"))
    await alerts.receive(signal())
    assert await silences.told("alerts/still_firing") == []
    assert await silences.told("alerts/refired") == []
    await silences.end(made)
    await pass_time(alerts, clock, 4 * 60 + 1)
    assert len(await silences.told("alerts/still_firing")) == 1


async def test_acknowledging_and_resolving_work_while_it_is_silenced(alerts, silences, database):
    made = await silences.make("model=glm")
    await alerts.receive(signal())
    group = await alerts.group()
    assert (await alerts.acknowledge(group.id)).changed
    assert await statuses(database) == [(ACKNOWLEDGED, made)]
    await silences.end(made)
    assert await statuses(database) == [(ACKNOWLEDGED, None)]
    again = await silences.make("model=glm")
    assert await statuses(database) == [(ACKNOWLEDGED, again)]
    assert (await alerts.press(respond.unacknowledge, group.id)).changed
    assert await statuses(database) == [(SUPPRESSED, again)]
    assert (await alerts.press(respond.resolve, group.id)).changed
    assert await statuses(database) == [(RESOLVED, again)]


async def test_a_forgotten_acknowledgement_of_what_is_silenced_lapses_without_a_word(alerts, silences, clock):
    await alerts.receive(signal())
    await pass_time(alerts, clock, 1)
    group = await alerts.group()
    await alerts.acknowledge(group.id)
    await silences.make("model=glm", minutes=10 * 60)
    await pass_time(alerts, clock, 5 * 60)
    assert (await alerts.group()).status == SUPPRESSED
    assert await silences.told("alerts/acknowledgement_expired") == []


async def test_an_alert_that_gets_worse_than_its_silence_means_is_told(alerts, silences, database, clock):
    await silences.make("model=glm severity!=critical")
    await alerts.receive(signal())
    await alerts.receive(signal(severity="critical"))
    await pass_time(alerts, clock, 0)
    assert await statuses(database) == [(FIRING, None)]
    assert await cards(database) == 1


async def test_the_end_of_one_silence_leaves_what_another_one_means_muted(alerts, silences, database):
    first = await silences.make("model=glm", minutes=60)
    second = await silences.make("alertname=Slow", minutes=30)
    await alerts.receive(signal())
    assert await statuses(database) == [(SUPPRESSED, first)]
    await silences.end(first)
    assert await statuses(database) == [(SUPPRESSED, second)]
    await silences.end(second)
    assert await statuses(database) == [(FIRING, None)]


async def test_a_pending_silence_begins_by_itself(alerts, silences, database, clock):
    await alerts.receive(signal())
    made = await silences.make("model=glm", starts_in=30, minutes=30)
    assert (await silences.one(made)).state == SilenceStatus.PENDING
    assert await statuses(database) == [(FIRING, None)]
    await pass_time(alerts, clock, 31)
    assert await statuses(database) == [(SUPPRESSED, made)]
    assert len(await silences.told("silences/began")) == 1
    await pass_time(alerts, clock, 30)
    assert await statuses(database) == [(FIRING, None)]
    assert len(await silences.told("silences/began")) == 1
    assert len(await silences.told("silences/over")) == 1


async def test_one_that_never_began_ends_without_a_word(alerts, silences, clock):
    made = await silences.make("model=glm", starts_in=30)
    answer = await silences.end(made)
    assert answer.changed
    await pass_time(alerts, clock, 60)
    assert (await silences.one(made)).state == SilenceStatus.EXPIRED
    assert await silences.told("silences/began") == []
    assert await silences.told("silences/over") == []


async def test_ending_twice_says_who_was_first(silences):
    made = await silences.make("model=glm")
    assert (await silences.end(made, delivery_id="same")).changed
    assert (await silences.end(made, delivery_id="same")).text == ""
    late = await silences.end(made)
    assert not late.changed
    assert "<@U0IVAN> ended it" in late.text


async def test_a_draft_mutes_nothing_until_its_author_makes_it(alerts, silences, database, clock):
    draft = await silences.draft("model=glm", lasts="1h")
    await alerts.receive(signal())
    assert await statuses(database) == [(FIRING, None)]
    assert not (await silences.confirm(draft, by="U0IVAN")).changed
    clock.advance(10 * MINUTE)
    assert (await silences.confirm(draft)).changed
    assert "already" in (await silences.confirm(draft)).text
    assert await statuses(database) == [(SUPPRESSED, draft)]
    made = await silences.one(draft)
    assert (made.ends_at - made.starts_at).total_seconds() == 60 * MINUTE
    assert len(await silences.told("silences/began")) == 1


async def test_it_is_ended_when_it_has_matched_nothing_for_long(alerts, silences, clock):
    idle = await silences.make("model=gone", minutes=3 * 24 * 60)
    busy = await silences.make("model=glm", minutes=3 * 24 * 60)
    also_busy = await silences.make("alertname=Slow", minutes=3 * 24 * 60)
    await alerts.receive(signal())
    await pass_time(alerts, clock, 23 * 60)
    assert (await silences.one(idle)).state == SilenceStatus.ACTIVE
    await pass_time(alerts, clock, 2 * 60)
    over = await silences.one(idle)
    assert (over.state, over.ended_because) == (SilenceStatus.EXPIRED, SilenceEnd.IDLE)
    assert [(await silences.one(each)).state for each in (busy, also_busy)] == [SilenceStatus.ACTIVE] * 2
    [told] = await silences.told("silences/over")
    assert (told["because"], told["hidden"], told["idle_after"]) == ("idle", 0, "1 d")


async def test_thousands_that_hold_are_met_some_at_a_time(alerts, silences, database, clock):
    count = 450
    await alerts.receive(*(signal(name=f"n{each}", role=str(each)) for each in range(count)))
    made = await silences.make("model=glm")
    assert 0 < sum(status == SUPPRESSED for status, _ in await statuses(database)) < count
    await alerts.do_due()
    assert await statuses(database) == [(SUPPRESSED, made)] * count
    [began] = await silences.told("silences/began")
    assert began["holding"] == count
    await silences.end(made)
    await alerts.do_due()
    assert await statuses(database) == [(FIRING, None)] * count
    [over] = await silences.told("silences/over")
    assert (over["hidden"], over["holding"]) == (count, count)


async def test_one_that_is_ended_before_it_met_all_lets_all_go(alerts, silences, database):
    await alerts.receive(*(signal(name=f"n{each}", role=str(each)) for each in range(450)))
    made = await silences.make("model=glm")
    await silences.end(made)
    await alerts.do_due()
    assert await statuses(database) == [(FIRING, None)] * 450


@pytest.mark.parametrize("key", ["k", None])
async def test_the_same_key_is_the_same_silence(silences, key):
    first, is_new = await silences.make_with_key("model=glm", key=key)
    again, is_new_again = await silences.make_with_key("model=glm", key=key)
    assert is_new
    assert (again == first, is_new_again) == ((True, False) if key else (False, True))


async def test_a_preview_counts_the_last_day_and_what_holds_for_longer(alerts, silences, database, clock):
    await alerts.receive(signal(name="Old"), signal(name="Old", role="a"), signal(name="Over"), signal(model="opus"))
    await alerts.receive(signal("resolved", name="Over"))
    await pass_time(alerts, clock, 25 * 60)
    await alerts.receive(*(signal(name="New", role=str(each)) for each in range(600)))
    await alerts.receive(*(signal("resolved", name="New", role=str(each)) for each in range(599)))
    shown = await preview(database, parse_matchers("model=glm"))
    assert (shown.alerts, shown.names, shown.is_partial) == (600, (("New", 600),), False)
    assert (shown.holding, set(shown.groups), shown.group_count) == (3, {"Old · glm", "New · glm"}, 2)
    assert (await preview(database, parse_matchers("model=gone"))).alerts == 0
