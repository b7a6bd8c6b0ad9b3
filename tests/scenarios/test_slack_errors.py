"""What happens when a listener fails: the person gets a reference, the process goes on, nothing is said twice."""

from tests.scenarios.driver import NAME, Bot, Workspace
from tests.scenarios.wire import Wire


async def test_a_failing_event_is_logged_once_and_no_task_is_lost(
    bot: Bot, workspace: Workspace, wire: Wire, caplog
) -> None:
    ack = await wire.event({"type": "app_home_opened", "user": "U0NOBODY", "tab": "home"})
    assert ack.acknowledged
    await bot.fire()
    card = await workspace.expect_card(NAME)
    assert (await workspace.user("hana").press(card, "alerts.acknowledge")).private == ""
    assert "response must be provided" not in caplog.text
    assert [each.action for each in caplog.records if getattr(each, "action", "") == "request_refused"] == [
        "request_refused"
    ]


async def test_a_bug_gives_the_person_a_reference_and_no_traceback(
    bot: Bot, workspace: Workspace, wire: Wire, caplog
) -> None:
    """A press without what every press has: our code fails on it, and says so."""
    await bot.fire()
    card = await workspace.expect_card(NAME)
    ack, told = await wire.press("U0HANA", card, {"action_id": "alerts.acknowledge", "value": ["not", "text"]})
    assert ack.acknowledged
    assert "Something went wrong on my side. If the card does not change, try again. Reference: `" in told
    reference = told.split("`")[1]
    assert any(getattr(each, "reference", "") == reference and each.exc_info for each in caplog.records)
