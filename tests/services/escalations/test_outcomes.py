"""What became of similar tasks: the same role and type, lately, by the outcomes of those that were not escalated."""

from datetime import timedelta

import pytest

from bot.store import escalation_outcomes
from riskengine.areas.escalation import Alike, EscalationTask, Need, decide

ARCHITECT = {"role": "architect", "task_type": "refactoring"}
ALIKE = Alike("architect", "refactoring")
MONTH = timedelta(days=30)


async def past(office, alike=ALIKE):
    since = office.database.clock.now() - MONTH
    found = await office.database.read(lambda tx: escalation_outcomes.past(tx, since, alike))
    return (found.unneeded.count, found.unneeded.total), (found.troubled.count, found.troubled.total)


async def test_judged_escalations_of_the_same_role_and_type(office):
    for said in (Need.UNNEEDED, Need.NEEDED):
        await office.judged(said, **ARCHITECT)
    await office.judged(Need.UNNEEDED, role="architect")
    await office.judged(Need.UNNEEDED, role="critic", task_type="refactoring")
    await office.approved(**ARCHITECT)
    assert (await past(office))[0] == (1, 2)
    assert (await past(office, Alike("architect", None)))[0] == (1, 1)
    assert (await past(office, None))[0] == (3, 4)
    office.step(31 * 24 * 60)
    assert (await past(office, None))[0] == (0, 0)


async def test_outcomes_of_tasks_that_were_not_escalated(office):
    await office.outcome("said", completed=False, escalated=False)
    await office.outcome("revised", revised=True, escalated=False)
    await office.outcome("well", escalated=False, revised=False)
    await office.outcome("other role", completed=False, escalated=False, role="critic")
    await office.outcome("escalated", completed=False, escalated=True)
    assert (await past(office))[1] == (2, 3)


async def test_an_outcome_that_does_not_say_counts_where_it_was_decided(office):
    await office.ask(task_id="decided", manual_override=False)
    await office.approved(task_id="approved")
    for task in ("decided", "approved", "nobody decided"):
        await office.outcome(task, completed=False)
    assert (await past(office))[1] == (1, 1)


async def test_a_task_is_one_however_often_it_is_told_of(office):
    for completed in (False, True, True):
        await office.outcome("t", completed=completed, escalated=False)
    assert (await past(office))[1] == (1, 1)


@pytest.mark.parametrize("task", [{}, {"role": "architect"}, {"task_type": "x"}])
def test_similar_is_the_same_role_and_type(task):
    found = Alike.to(EscalationTask(task_id="t", title="T", **task))
    assert found == ((task.get("role"), task.get("task_type")) if task else None)


async def test_history_makes_a_decision_doubtful(office):
    for _ in range(8):
        await office.judged(Need.UNNEEDED, **ARCHITECT)
    since = office.database.clock.now() - MONTH
    found = await office.database.read(lambda tx: escalation_outcomes.past(tx, since, ALIKE))
    task = EscalationTask(task_id="t", title="T", manual_override=True, **ARCHITECT)
    assert decide(task, past=found).review_first
    assert not decide(task).review_first
