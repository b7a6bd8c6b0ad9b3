"""Two people, two replicas, one control: one of them is told that they were too late, and by whom."""

import asyncio

import pytest

from riskengine.response.controls import Condition, ControlKind, ControlStatus, ControlWish
from tests.services.controls.office import in_force

ROUNDS = 10


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (ControlWish.START, ControlWish.START),
        (ControlWish.START, ControlWish.DECLINE),
        (ControlWish.DECLINE, ControlWish.DECLINE),
    ],
    ids=lambda wish: wish.value,
)
async def test_two_press_a_proposal_at_once(office, rival, first, second):
    proposed = await office.proposed()
    answers = await asyncio.gather(office.press(proposed, first, "U0HANA"), rival.press(proposed, second, "U0IVAN"))
    assert sorted(each.changed for each in answers) == [False, True]
    winner = "U0HANA" if answers[0].changed else "U0IVAN"
    [loser] = [each for each in answers if not each.changed]
    assert f"<@{winner}> has" in loser.text
    assert "Nothing was changed." in loser.text
    found = await office.now(proposed)
    assert winner in {found.started_by, found.ended_by}
    assert len(await office.audited()) == 2


async def test_end_and_prolong_at_once(office, rival):
    for _ in range(ROUNDS):
        await office.start(ControlKind.RATE_LIMITING)
        [active] = await office.active()
        ended, prolonged = await asyncio.gather(
            office.press(active, ControlWish.END, "U0HANA"), rival.press(active, ControlWish.PROLONG, "U0IVAN")
        )
        assert ended.changed
        assert not prolonged.changed
        assert not (await office.now(active)).is_open
        assert await office.ends_at(active) is None


async def test_two_replicas_see_a_condition_at_once(office, rival):
    for _ in range(ROUNDS):
        await asyncio.gather(*(each.see(Condition.PROJECTED_OVERRUN) for each in (office, rival)))
        assert len(await office.listed(ControlStatus.PROPOSED)) == 1
        await office.see(Condition.PROJECTED_OVERRUN, holds=False)
    assert await office.listed(ControlStatus.PROPOSED) == []
    assert len(await office.listed()) == ROUNDS


async def test_two_people_start_one_kind_at_once(office, rival):
    answers = await asyncio.gather(
        office.start(ControlKind.COST_SAVING, "U0HANA"), rival.start(ControlKind.COST_SAVING, "U0IVAN")
    )
    assert sorted(each.changed for each in answers) == [False, True]
    assert len(await office.active()) == 1


async def test_one_press_delivered_four_times(office):
    proposed = await office.proposed()
    answers = [await office.press(proposed, ControlWish.START, delivery="one") for _ in range(4)]
    assert [(each.changed, each.text) for each in answers] == [(True, "")] + [(False, "")] * 3


async def test_one_person_presses_twice(office):
    proposed = await office.proposed()
    await office.press(proposed, ControlWish.START)
    assert "You have started it" in (await office.press(proposed, ControlWish.START)).text
    await office.press(proposed, ControlWish.END)
    assert "You have ended it" in (await office.press(proposed, ControlWish.END)).text


async def test_an_automatic_start_beats_a_press(office, rival):
    proposed = await office.proposed()
    rival.terms = in_force(tighten_escalation={"policy": "automatic"})
    await rival.see(Condition.ESCALATION_RATE)
    assert "I have started it" in (await office.press(proposed, ControlWish.START)).text
