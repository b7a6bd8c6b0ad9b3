"""Was it needed? Asked once, of whoever approved it; answered by those who may; both databases."""

import pytest
from sqlalchemy import select

from bot.store import audit
from bot.store.escalations import ESCALATION
from bot.store.messages import messages
from riskengine.areas.escalation import Need
from tests.services.approvals.office import LEADS, MANAGERS, OUTSIDE

HER, HIM = LEADS[:2]
ASKED = [("#escalations", True), (HER, False)]


async def test_asked_an_hour_after_the_approval_where_nobody_reports(office):
    approved = await office.approved()
    await office.later(59)
    assert await office.questions(approved) == []
    await office.later(1)
    assert await office.questions(approved) == ASKED
    await office.later(600)
    assert await office.questions(approved) == ASKED


async def test_asked_an_hour_after_the_execution_and_once(office):
    approved = await office.approved()
    office.step(50)
    await office.begin(approved)
    await office.later(20)
    assert await office.questions(approved) == [], "it still runs"
    await office.end(approved)
    await office.later(59)
    assert await office.questions(approved) == []
    await office.end(approved)
    await office.later(1)
    assert await office.questions(approved) == ASKED, "the same report again puts nothing off"


async def test_asked_of_an_execution_that_nobody_reports(office):
    approved = await office.approved()
    await office.begin(approved)
    await office.later(60)
    await office.later(60)
    assert await office.questions(approved) == ASKED


async def test_nobody_is_asked_of_what_was_not_approved(office):
    refused, small = await office.ask(), await office.ask(manual_override=False)
    await office.reject((await office.row(refused))["request_id"], HER)
    await office.later(600)
    assert await office.questions(refused) == await office.questions(small) == []
    answer = await office.judge(refused, Need.NEEDED)
    assert not answer.changed
    assert "not in my records" in answer.text


async def test_the_last_answer_counts_and_every_card_shows_it(office):
    approved = await office.approved()
    await office.later(60)
    assert (await office.judge(approved, Need.NEEDED, HER)).changed
    assert "You have said so already" in (await office.judge(approved, Need.NEEDED, HER)).text
    assert f"<@{HER}> has said so already" in (await office.judge(approved, Need.NEEDED, HIM)).text
    assert (await office.judge(approved, Need.UNNEEDED, HIM)).changed
    row = await office.row(approved)
    assert (row["needed"], row["needed_by"]) == (Need.UNNEEDED, HIM)
    mine = select(messages.c.wanted_revision).where(messages.c.subject_kind == "escalation_need")
    assert await office.database.read(lambda tx: set(tx.execute(mine).scalars())) == {3}
    history = await office.database.read(lambda tx: audit.history(tx, ESCALATION, approved))
    said = [(each.actor, each.verb) for each in history if "called" in each.verb]
    assert said == [(f"slack:{HER}", "escalation_called_needed"), (f"slack:{HIM}", "escalation_called_unneeded")]


async def test_delivered_again_it_is_one_answer(office):
    approved = await office.approved()
    await office.judge(approved, Need.NEEDED, HER, "same")
    assert (await office.judge(approved, Need.UNNEEDED, HER, "same")).text == ""
    assert (await office.row(approved))["needed"] == Need.NEEDED


@pytest.mark.parametrize(
    ("who", "why"),
    [
        (OUTSIDE[0], "you are none of them"),
        (MANAGERS[0], "you are none of them"),
        (HIM, "asked for by you or for your side"),
    ],
)
async def test_who_may_not_answer_is_told_why(office, who, why):
    approved = await office.approved(requester=HIM)
    answer = await office.judge(approved, Need.NEEDED, who)
    assert why in answer.text
    assert "Nothing was changed" in answer.text
    assert (await office.row(approved))["needed"] is None


async def test_on_doubt_nobody_but_the_approver_may(office):
    approved = await office.approved()
    office.terms = office.terms.__class__(
        office.terms.settings,
        office.terms.people.model_copy(update={"groups_cached_for": office.terms.people.groups_cached_for * 0}),
        "#x",
    )
    assert "Slack does not tell me" in (await office.judge(approved, Need.NEEDED, HIM)).text
    assert (await office.judge(approved, Need.NEEDED, HER)).changed
