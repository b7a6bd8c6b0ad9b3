"""A control's whole life on both databases: proposed, started, prolonged, ended, and never two of a kind."""

from datetime import timedelta

import pytest

from riskengine.response.controls import Condition, ControlEnd, ControlKind, ControlStatus, ControlWish
from tests.services.controls.office import REASON, ControlOffice, in_force

RATE, OVERRUN, DAILY = Condition
HOUR = 3600
DAY = timedelta(hours=24)
CARD, NOTE = ("controls/card", "#llm-alerts"), ("controls/told", "#llm-alerts")


async def test_proposed_started_and_ended_by_presses(office, clock):
    proposed = await office.proposed()
    assert (proposed.kind, proposed.reason) == (ControlKind.TIGHTEN_ESCALATION, REASON)
    assert await office.tightening() == ""
    assert (await office.press(proposed, ControlWish.START)).changed
    [active] = await office.active()
    assert (active.started_by, active.expires_at - active.starts_at) == ("U0HANA", DAY)
    assert await office.ends_at(active) == active.expires_at
    assert await office.tightening() == f"cost control {active.id} (tighten_escalation)"
    assert (await office.press(active, ControlWish.END, "U0IVAN")).changed
    ended = await office.now(active)
    assert (ended.ended_because, ended.ended_by) == (ControlEnd.REVERSED, "U0IVAN")
    assert await office.tightening() == ""
    assert await office.ends_at(active) is None
    assert await office.audited() == [
        ("system", "control_proposed"),
        ("slack:U0HANA", "control_started"),
        ("slack:U0IVAN", "control_reversed"),
    ]
    assert await office.told() == [CARD, NOTE, NOTE]


async def test_the_same_condition_again_changes_nothing(office, clock):
    proposed = await office.proposed()
    for _ in range(3):
        clock.advance(60)
        await office.see(RATE)
    assert await office.listed() == [proposed]
    await office.press(proposed, ControlWish.START)
    before = await office.listed()
    await office.see(RATE)
    assert await office.listed() == before


async def test_a_reversal_holds_for_its_pause(office, clock):
    proposed = await office.proposed()
    await office.press(proposed, ControlWish.START)
    await office.press(proposed, ControlWish.END)
    clock.advance(12 * HOUR - 1)
    await office.see(RATE)
    assert await office.listed(ControlStatus.PROPOSED) == []
    await office.see(OVERRUN)
    assert [each.kind for each in await office.listed(ControlStatus.PROPOSED)] == [ControlKind.RATE_LIMITING]
    clock.advance(1)
    await office.see(RATE)
    assert len(await office.listed(ControlStatus.PROPOSED)) == 2


async def test_it_ends_by_itself_and_the_channel_is_told(office, clock):
    proposed = await office.proposed()
    await office.press(proposed, ControlWish.START)
    clock.advance(24 * HOUR)
    assert await office.active() == ()
    await office.tick()
    ended = await office.now(proposed)
    assert (ended.status, ended.ended_because, ended.ended_by) == (ControlStatus.ENDED, ControlEnd.EXPIRED, None)
    assert ended.ended_at == ended.expires_at
    await office.see(RATE)
    assert len(await office.listed(ControlStatus.PROPOSED)) == 1


async def test_a_proposal_that_nobody_presses_is_dropped(office, clock):
    proposed = await office.proposed()
    clock.advance(24 * HOUR)
    await office.tick()
    assert (await office.now(proposed)).ended_because is ControlEnd.EXPIRED
    answer = await office.press(proposed, ControlWish.START)
    assert not answer.changed
    assert "its time was over" in answer.text


async def test_a_late_timer_decides_nothing(office, clock):
    """The press and the sighting end first what ran out."""
    proposed = await office.proposed()
    await office.press(proposed, ControlWish.START)
    clock.advance(24 * HOUR + 1)
    answer = await office.press(proposed, ControlWish.PROLONG)
    assert "its time was over" in answer.text
    assert (await office.now(proposed)).ended_because is ControlEnd.EXPIRED
    again = await office.proposed()
    clock.advance(25 * HOUR)
    await office.see(RATE)
    assert (await office.now(again)).ended_because is ControlEnd.EXPIRED
    assert len(await office.listed(ControlStatus.PROPOSED)) == 1


async def test_prolonged_by_a_press(office, clock):
    proposed = await office.proposed()
    await office.press(proposed, ControlWish.START)
    clock.advance(10 * HOUR)
    assert (await office.press(proposed, ControlWish.PROLONG, "U0IVAN")).changed
    again = await office.press(proposed, ControlWish.PROLONG, "U0LEA")
    assert not again.changed
    assert "<@U0IVAN> has prolonged it" in again.text
    clock.advance(14 * HOUR)
    await office.tick()
    assert len(await office.active()) == 1
    clock.advance(10 * HOUR)
    await office.tick()
    assert await office.active() == ()


async def test_automatic_starts_by_itself_and_goes_on_while_its_condition_holds(database, clock):
    office = ControlOffice(database, in_force(rate_limiting={"policy": "automatic", "calls_per_minute": 30}))
    await office.see(OVERRUN)
    [active] = await office.active()
    assert (active.started_by, active.effect.calls_per_minute) == (None, 30)
    for _ in range(50):
        clock.advance(HOUR)
        await office.see(OVERRUN)
        await office.tick()
    [still] = await office.active()
    assert still.id == active.id
    verbs = [verb for _, verb in await office.audited()]
    assert verbs == ["control_started"] + ["control_prolonged"] * 4
    clock.advance(24 * HOUR)
    await office.tick()
    assert await office.active() == ()


@pytest.mark.parametrize(
    ("condition", "is_over"), [(DAILY, True), (OVERRUN, False), (RATE, False)], ids=["daily", "overrun", "rate"]
)
async def test_what_ends_with_its_condition(office, condition, is_over):
    proposed = await office.proposed(condition)
    await office.press(proposed, ControlWish.START)
    await office.see(condition, holds=False)
    assert (await office.now(proposed)).is_open is not is_over


async def test_a_proposal_whose_condition_is_over_is_dropped(office):
    proposed = await office.proposed()
    await office.see(RATE, holds=False)
    assert (await office.now(proposed)).ended_because is ControlEnd.CONDITION_OVER
    answer = await office.press(proposed, ControlWish.START)
    assert "what it was for holds no more" in answer.text


async def test_a_person_starts_one_without_any_proposal(office):
    assert (await office.start(ControlKind.COST_SAVING)).changed
    [active] = await office.active()
    assert (active.started_by, active.condition, active.reason) == ("U0HANA", None, "a costly week")
    again = await office.start(ControlKind.COST_SAVING, "U0IVAN")
    assert "lasts until" in again.text
    await office.see(DAILY, holds=False)
    assert len(await office.active()) == 1


async def test_a_person_starts_what_is_proposed(office):
    proposed = await office.proposed(DAILY)
    assert (await office.start(ControlKind.COST_SAVING)).changed
    assert [each.id for each in await office.active()] == [proposed.id]


async def test_what_is_switched_off(database, office):
    without = ControlOffice(database, in_force(cost_saving={"policy": "off"}))
    await without.see(DAILY)
    assert await without.listed() == []
    assert "switched off" in (await without.start(ControlKind.COST_SAVING)).text
    await office.start(ControlKind.COST_SAVING)
    await without.adopt()
    [ended] = await office.listed()
    assert ended.ended_because is ControlEnd.SUPERSEDED


async def test_what_is_active_follows_changed_settings(database, office):
    await office.start(ControlKind.RATE_LIMITING)
    await ControlOffice(database, in_force(rate_limiting={"calls_per_minute": 7}, lasts="2h")).adopt()
    [active] = await office.active()
    assert (active.effect.calls_per_minute, active.lasts_seconds) == (7, 2 * HOUR)
    await office.adopt()
    await office.adopt()
    assert [verb for _, verb in await office.audited()] == ["control_started", "control_changed", "control_changed"]


async def test_cards_stand_where_cost_is_told(database):
    routed = ControlOffice(database, in_force(channel="#money"))
    await routed.see(RATE)
    assert await routed.told() == [("controls/card", "#money")]
