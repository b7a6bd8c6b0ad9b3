"""Silences as people use them: a form with a mistake in it, a preview, cards that say so, the end."""

import pytest

from tests.scenarios.driver import NAME, Bot, Message, Workspace, alert, until, words_of

HOUR = 3600


def pressed_values(view: dict) -> dict[str, str]:
    """What the inputs of an open modal hold, as their person sees them."""
    return {
        block_id: next(iter(state.values())).get("value") or ""
        for block_id, state in view["state"]["values"].items()
        if block_id.startswith("silences.")
    }


async def expect_status(bot: Bot, status: str, count: int = 1) -> list[dict]:
    async def found() -> list[dict]:
        alerts = await bot.alerts()
        return alerts if [each["status"] for each in alerts] == [status] * count else []

    return await until(found, what=f"{count} alerts {status}")


async def make(workspace: Workspace, line: str, who: str = "hana") -> None:
    """By one line, and a look at the preview."""
    opened = await workspace.user(who).command(f"silence {line}")
    assert opened.view, opened.private
    assert opened.view["submit"]["text"] == "Create silence", opened.view_words
    done = await workspace.user(who).submit(opened.view["id"])
    assert done.acknowledged


async def test_made_in_the_form_after_a_mistake(bot: Bot, workspace: Workspace) -> None:
    await bot.fire(role="architect")
    card = await workspace.expect_card(NAME)
    hana = workspace.user("hana")
    form = (await hana.press(card, "silences.open")).view
    assert form is not None
    assert pressed_values(form)["silences.filter"] == f"alertname={NAME} area=performance model=glm-4.5"
    typed = {"silences.filter": "model=glm-4.5 severity>=high", "silences.lasts": "soon", "silences.comment": "upgrade"}
    wrong = await hana.submit(form["id"], typed)
    assert set(wrong.content["errors"]) == {"silences.filter", "silences.lasts"}
    assert "only the severity of a subscription has an order" in wrong.content["errors"]["silences.filter"]
    assert "'soon' is no duration" in wrong.content["errors"]["silences.lasts"]
    assert pressed_values(await open_view(workspace, "hana")) == typed
    mended = {"silences.filter": "model=glm-4.5 severity!=critical", "silences.lasts": "2h"}
    shown = await hana.submit(form["id"], mended)
    assert "It would have hidden 1 alert in the last day" in " ".join(shown.view_words.split())
    assert f"{NAME} · glm-4.5" in shown.view_words
    assert [each["status"] for each in await bot.alerts()] == ["firing"]
    back = await hana.press(None, "silences.change", settle_seconds=0.3)
    assert pressed_values(back.view) == {**typed, **mended}
    again = await hana.submit(back.view["id"], {"silences.comment": "router upgrade"})
    await hana.submit(again.view["id"])
    assert await open_view(workspace, "hana") is None
    await workspace.expect("🔕 Silenced: model=glm-4.5 severity!=critical", "<@U0HANA>", "router upgrade")
    muted = await workspace.expect_card("🔕 Muted: ", "Silenced until", "<@U0HANA>", "router upgrade")
    assert muted.ts == card.ts
    [held] = await expect_status(bot, "suppressed")
    assert held["silenced_by"]
    assert "alerts.acknowledge" in muted.actions


async def open_view(workspace: Workspace, name: str) -> dict | None:
    state = await workspace.state()
    mine = next(user["id"] for user in state["users"] if user["name"] == name)
    views = state["views"].get(mine, [])
    return views[-1] if views else None


async def test_nobody_hears_of_what_comes_while_it_is_silenced(bot: Bot, workspace: Workspace) -> None:
    await make(workspace, "model=glm-4.5 for 1h because we upgrade it")
    await workspace.expect("🔕 Silenced: model=glm-4.5")
    await bot.fire()
    await bot.fire("Errors", model="opus")
    await workspace.expect_card("Errors on opus")
    await bot.settled()
    assert await workspace.find(NAME) == []
    await workspace.user("ivan").command("subscribe model=glm-4.5", channel="general")
    status = (await workspace.user("ivan").command()).private
    assert "1 firing, 0 acknowledged, 1 muted" in status
    assert await workspace.find(NAME, channel="general") == []
    await workspace.advance(HOUR + 1)
    card = await workspace.expect_card(NAME, "It was muted until", "and still fires")
    assert "🟠 High" in card.text
    await workspace.expect_card("🟠 High", NAME, channel="general")
    over = await workspace.expect("🔔 Silence over: model=glm-4.5", "has expired", "It hid 1 alert")
    assert "1 of them still holds and asks for somebody again." in over.words
    await bot.resolve()
    await workspace.expect_card("✅ Resolved: ", NAME)


async def test_what_ends_while_it_is_silenced_is_never_told(bot: Bot, workspace: Workspace) -> None:
    await make(workspace, "model=glm-4.5 for 1h because we upgrade it")
    await bot.fire()
    await bot.resolve()
    await workspace.advance(HOUR + 1)
    await workspace.expect("🔔 Silence over: model=glm-4.5", "It hid 1 alert")
    await bot.settled()
    assert await workspace.find(NAME) == []


async def test_ended_from_the_list(bot: Bot, workspace: Workspace) -> None:
    await bot.fire()
    await workspace.expect_card(NAME)
    await make(workspace, "model=glm-4.5 for 2h because we upgrade it")
    await workspace.expect_card("🔕 Muted: ")
    ivan = workspace.user("ivan")
    listed = await ivan.command("silences")
    assert "hid 1, of which 1 hold" in listed.private
    message = Message("llm-alerts", listed.content["ephemeral"][0])
    older = Message("llm-alerts", (await workspace.user("hana").command("silences")).content["ephemeral"][0])
    ended = await ivan.press(message, "silences.end")
    assert "Silence 1 is over. It hid 1 alert, of which 1 still hold" in ended.private
    assert "Nothing is silenced" in ended.private
    await workspace.expect_card("🟠 High: ", "It was muted until")
    await workspace.expect("🔔 Silence over: ", "was ended by", "<@U0IVAN>")
    late = await workspace.user("hana").press(older, "silences.end")
    assert "is over already: <@U0IVAN> ended it" in late.private
    assert len(await workspace.find("Silence over")) == 1


async def test_it_is_ended_when_it_matches_nothing(start_bot, workspace: Workspace) -> None:
    async with start_bot(alerts={"silences": {"idle_after": "3h"}}):
        await make(workspace, "model=gone for 1d because it goes")
        await workspace.expect("🔕 Silenced: model=gone", "Nothing that holds now is muted by it")
        await workspace.advance(3 * HOUR + 1)
        await workspace.expect(
            "🔔 Silence over: model=gone", "matched no alert for 3 h, so I ended it", "It hid nothing"
        )


@pytest.mark.parametrize(
    ("line", "notice"),
    [
        pytest.param("", "", id="nothing"),
        pytest.param("model=glm-4.5", "", id="only-a-filter"),
        pytest.param("model>=glm for 2h because x", "only the severity", id="a-wrong-sign"),
        pytest.param("model=glm for 60d because x", "at most 30 days", id="too-long"),
        pytest.param('comment="x for 2h because y"', "", id="words-in-quotes-are-no-words"),
        pytest.param("model!=glm for 2h because x", "any label", id="hides-everything"),
    ],
)
async def test_a_line_that_is_not_whole_opens_the_form(bot: Bot, workspace: Workspace, line: str, notice: str) -> None:
    opened = await workspace.user("hana").command(f"silence {line}")
    assert opened.view["callback_id"] == "silences.form"
    assert (
        pressed_values(opened.view)["silences.filter"]
        == line.partition(" for 2h because x")[0].partition(" for 60d")[0]
    )
    assert notice in opened.view_words
    assert ("☝️" in opened.view_words) == bool(notice)


async def test_who_may_not_respond_may_not_silence(start_bot, workspace: Workspace) -> None:
    async with start_bot(people={"responders": ["on_call"], "groups_cached_for": "0s"}) as bot:
        await bot.fire()
        card = await workspace.expect_card(NAME)
        erin = workspace.user("erin")
        assert "You may not silence alerts" in (await erin.command("silence model=x for 2h because y")).private
        assert "You may not silence alerts" in (await erin.press(card, "silences.open")).private
        form = (await workspace.user("hana").press(card, "silences.open")).view
        await workspace.control("people", user="hana", groups=[])
        refused = await workspace.user("hana").submit(form["id"], {"silences.comment": "x"})
        assert "You may not silence alerts" in refused.view_words
        await workspace.control("people", user="hana", groups=["oncall"])
        await make(workspace, "model=glm-4.5 for 2h because y")
        listed = await erin.command("silences")
        assert "model=glm-4.5" in listed.private
        message = Message("llm-alerts", listed.content["ephemeral"][0])
        assert "You may not silence alerts" in (await erin.press(message, "silences.end")).private
        await expect_status(bot, "suppressed")


async def test_a_draft_is_its_author_s_alone_and_made_once(bot: Bot, workspace: Workspace) -> None:
    opened = await workspace.user("hana").command("silence model=glm-4.5 for 2h because y")
    assert words_of(opened.view)
    hana = workspace.user("hana")
    await hana.submit(opened.view["id"])
    await workspace.expect("🔕 Silenced: model=glm-4.5")
    answer = await bot.api.get("/v1/silences")
    [made] = answer.json()["silences"]
    assert made["created_by"] == "U0HANA"
    again = await bot.running.silences.confirm("U0HANA", made["id"])
    assert (again.changed, again.text) == (False, "You made this silence already.")
    theirs = await bot.running.silences.confirm("U0IVAN", made["id"])
    assert not theirs.changed
    await bot.settled()
    assert len(await workspace.find("Silenced: model=glm-4.5")) == 1


async def test_a_storm_is_silenced_with_one_filter(bot: Bot, workspace: Workspace) -> None:
    await bot.send(*(alert("Errors", model=f"m{number}") for number in range(6)))
    digest = await workspace.expect_card("6 of 6 alert groups")
    await make(workspace, "alertname=Errors for 1h because it is known")
    await expect_status(bot, "suppressed", 6)
    digest = await workspace.expect_card("all seen or muted")
    assert "alerts.acknowledge_digest" not in digest.actions
