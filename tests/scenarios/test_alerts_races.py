"""Presses that cross: two people at once, Slack twice, a button of yesterday, a database that does not answer."""

import asyncio
import time

import pytest
from sqlalchemy import text

from bot.sandbox.delivery import EnvelopeKind
from tests.scenarios.driver import NAME, Bot, Workspace
from tests.scenarios.wire import Wire, statuses


async def test_two_press_at_once_and_the_second_is_told_who_was_first(bot: Bot, workspace: Workspace) -> None:
    await bot.fire()
    card = await workspace.expect_card(NAME)
    people = {name: workspace.user(name) for name in ("hana", "ivan")}
    outcomes = await asyncio.gather(*(person.press(card, "alerts.acknowledge") for person in people.values()))
    said = dict(zip(people, outcomes, strict=True))
    [(_, winner, _)] = (await statuses(bot)).values()
    first = {"U0HANA": "hana", "U0IVAN": "ivan"}[winner]
    second = "ivan" if first == "hana" else "hana"
    assert said[first].private == ""
    assert f"<@{winner}> has acknowledged this already, <!date^" in said[second].private
    assert "Nothing was changed" in said[second].private
    await workspace.expect_card("Acknowledged: ", f"<@{winner}>")


async def test_a_press_on_an_old_copy_of_the_card(bot: Bot, workspace: Workspace, wire: Wire) -> None:
    """A client that was asleep still shows the buttons of an hour ago."""
    await bot.fire()
    card = await workspace.expect_card(NAME)
    group = card.blocks[-1]["elements"][0]["value"]
    await workspace.user("hana").press(card, "alerts.acknowledge")
    _, told = await wire.press("U0IVAN", card, {"action_id": "alerts.acknowledge", "value": group})
    assert "<@U0HANA> has acknowledged this already" in told
    await bot.resolve()
    for action in ("alerts.acknowledge", "alerts.resolve"):
        _, told = await wire.press("U0IVAN", card, {"action_id": action, "value": group})
        assert "This is over: it was resolved <!date^" in told
    _, told = await wire.press("U0IVAN", card, {"action_id": "alerts.unacknowledge", "value": group})
    assert "nothing to give back: this group is resolved" in told
    choice = {"action_id": "alerts.assign", "block_id": f"group:{group}", "type": "users_select"}
    _, told = await wire.press("U0IVAN", card, {**choice, "selected_user": "U0BO"})
    assert "Nothing was assigned: This is over" in told


async def test_nothing_to_give_back(bot: Bot, workspace: Workspace, wire: Wire) -> None:
    await bot.fire()
    card = await workspace.expect_card(NAME)
    group = card.blocks[-1]["elements"][0]["value"]
    _, told = await wire.press("U0IVAN", card, {"action_id": "alerts.unacknowledge", "value": group})
    assert "not acknowledged by anybody" in told


async def test_slack_delivers_a_press_again(bot: Bot, workspace: Workspace, wire: Wire) -> None:
    await bot.fire()
    card = await workspace.expect_card(NAME)
    await workspace.user("hana").press(card, "alerts.acknowledge")
    payload = await wire.last_press()
    await workspace.user("hana").press(await workspace.expect_card("Acknowledged"), "alerts.unacknowledge")
    await workspace.expect_card("🟠 High: ")
    for _ in range(3):
        ack = await wire.deliver(EnvelopeKind.INTERACTIVE, payload)
        assert ack.acknowledged
    await bot.settled()
    assert set((await statuses(bot)).values()) == {("firing", None, None)}
    assert await wire.private_texts("U0HANA") == []


async def test_one_press_delivered_many_times_at_once(bot: Bot, workspace: Workspace, wire: Wire) -> None:
    """Give back after acknowledge: a second effect of the same press would show."""
    await bot.fire()
    card = await workspace.expect_card(NAME)
    await workspace.user("hana").press(card, "alerts.assign", value="U0IVAN")
    payload = await wire.last_press()
    await asyncio.gather(*(wire.deliver(EnvelopeKind.INTERACTIVE, payload) for _ in range(8)))
    await bot.settled()
    assert len(await workspace.messages("ivan")) == 1
    assert await wire.private_texts("U0HANA") == []


async def test_a_press_that_the_database_cannot_take(
    bot: Bot, workspace: Workspace, strained: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Bolt gives up after 3 s however busy the machine is.
    monkeypatch.setattr("bot.handlers.context.COMMIT_SECONDS", 1.5)
    await bot.fire()
    card = await workspace.expect_card(NAME)
    blocking = asyncio.create_task(_block(bot, 2.2 * strained))
    await asyncio.sleep(0.2)
    begun = time.monotonic()
    said = await workspace.user("hana").press(card, "alerts.acknowledge", settle_seconds=0.5 * strained)
    assert said.acknowledged
    assert time.monotonic() - begun < 2.6 * strained
    assert "I could not record that in time" in said.private
    await blocking
    await asyncio.sleep(0.5)
    assert set((await statuses(bot)).values()) == {("firing", None, None)}
    assert (await workspace.user("hana").press(card, "alerts.acknowledge")).private == ""
    await workspace.expect_card("Acknowledged: ", "<@U0HANA>")


async def _block(bot: Bot, seconds: float) -> None:
    """Hold what the press needs: SQLite's one writer, or the group's row."""

    def work(tx):
        if tx.is_sqlite:
            time.sleep(seconds)
        else:
            tx.execute(text("SELECT id FROM alert_groups FOR UPDATE"))
            tx.execute(text(f"SELECT pg_sleep({seconds})"))

    await bot.database.write(work)


async def test_a_button_of_another_version(bot: Bot, workspace: Workspace, wire: Wire) -> None:
    await bot.fire()
    card = await workspace.expect_card(NAME)
    ack, told = await wire.press("U0HANA", card, {"action_id": "alerts.snooze", "value": "1"})
    assert ack.acknowledged
    assert "belongs to an older version of me" in told
    assert "`/alerts`" in told


@pytest.mark.parametrize("value", ["", "0", "999999", "x", "-1", "9" * 40, "1;DROP TABLE alerts", "²"])
async def test_a_value_that_is_no_group(bot: Bot, workspace: Workspace, wire: Wire, value: str) -> None:
    await bot.fire()
    card = await workspace.expect_card(NAME)
    for action in ("alerts.acknowledge", "alerts.timeline"):
        action_taken = {"action_id": action, "value": value, "block_id": "x"}
        ack, told = await wire.press("U0HANA", card, action_taken)
        assert ack.acknowledged
        assert "not in my records any more" in told
    ack, told = await wire.press("U0HANA", card, {"action_id": "alerts.acknowledge_digest", "value": value})
    assert "Nothing is left to acknowledge" in told
    assert set((await statuses(bot)).values()) == {("firing", None, None)}


async def test_a_dialog_that_comes_too_late(bot: Bot, workspace: Workspace) -> None:
    await bot.fire()
    card = await workspace.expect_card(NAME)
    workspace.provoked |= {"expired_trigger_id"}
    await workspace.faults(error_next=1, error="expired_trigger_id", methods=["views.open"])
    said = await workspace.user("hana").press(card, "alerts.timeline")
    assert "could not be opened in time; press again" in said.private
    assert (await workspace.user("hana").press(card, "alerts.timeline")).view is not None
