"""Who may do what: every listener is tried as everybody, and who may not changes nothing and learns nothing."""

import asyncio
from dataclasses import dataclass

import pytest

from bot.sandbox.constants import TEAM_ID
from bot.slack.ids import Action, Shortcut, View
from tests.contracts.listeners import registered
from tests.scenarios.driver import NAME, Bot, Message, Workspace, alert, until, words_of
from tests.scenarios.strain import strain
from tests.scenarios.wire import Wire, judgements, statuses

#: Responders are the members of @oncall (hana, ivan); alice is an admin of riskbot; people are asked for anew each time.
STRICT = {"people": {"responders": ["on_call"], "groups_cached_for": "0s"}}


@dataclass(frozen=True)
class Persona:
    user_id: str
    may_view: bool = False
    may_act: bool = False
    #: The words of a refusal; empty for a request that is not even looked at.
    refused: str = ""
    team_id: str = TEAM_ID


PERSONAS = {
    "stranger": Persona("U0NOBODY", refused="I do not know you"),
    "guest": Persona("U0GUS", refused="A guest cannot"),
    "deactivated": Persona("U0ZOE", refused="A deactivated member cannot"),
    "bot": Persona("U0RISKBOT", refused="An app cannot"),
    "foreign": Persona("U0HANA", team_id="T0ELSEWHERE"),
    "member": Persona("U0ERIN", may_view=True, refused="You may not"),
    "responder": Persona("U0HANA", may_view=True, may_act=True),
    "admin": Persona("U0ALICE", may_view=True, may_act=True),
}
#: Listener → what it leaves a group as, when it is allowed; None for what only shows.
EFFECTS = {
    Action.ACKNOWLEDGE_ALERTS: "acknowledged",
    Action.UNACKNOWLEDGE_ALERTS: "firing",
    Action.ASSIGN_ALERTS: "firing",
    Action.RESOLVE_ALERTS: "resolved",
    Action.ACKNOWLEDGE_DIGEST: "acknowledged",
    Action.SHOW_TIMELINE: None,
    Action.OPEN_GROUP: None,
    # A link: the browser follows it by itself, we only say that we know the button.
    Action.OPEN_RUNBOOK: None,
    Action.CALL_USEFUL: None,
    Action.CALL_NOT_USEFUL: None,
    "/alerts": None,
    "app_home_opened": None,
}
#: Dialogs and lists of silences: test_silences.py tries them as those who may and those who may not.
SILENCING = {
    Action.SILENCE_GROUP,
    Action.CHANGE_SILENCE,
    Action.END_SILENCE,
    View.SILENCE_FORM,
    View.SILENCE_PREVIEW,
}
#: The message's menu and its form: test_complaints.py tries them.
COMPLAINING = {Shortcut.FILE_COMPLAINT, View.COMPLAINT_FORM}
#: Cards, forms and lists of approvals: test_approvals.py and test_approvals_presses.py try them as those who may and
#: those who may not.
APPROVING = {
    Action.APPROVE,
    Action.APPROVE_WITH_COMMENT,
    Action.REJECT,
    Action.PASS_ON,
    Action.ASK_INFORMATION,
    Action.OPEN_REQUEST,
    Action.WITHDRAW,
    Action.BREAK_GLASS,
    View.APPROVE_FORM,
    View.REJECT_FORM,
    View.ASK_FORM,
    View.WITHDRAW_FORM,
    View.BREAK_GLASS_FORM,
    "/approvals",
}
#: Asking for the stronger model, and saying whether it was needed: test_escalate.py and test_escalation_need.py.
ESCALATING = {
    Action.EDIT_ESCALATION,
    Action.CALL_NEEDED,
    Action.CALL_UNNEEDED,
    View.ESCALATION_FORM,
    View.ESCALATION_EDIT_FORM,
    View.ESCALATION_NOT_NEEDED,
    "/escalate",
}
#: The cards of cost controls: test_controls.py tries them.
CONTROLLING = {Action.START_CONTROL, Action.DECLINE_CONTROL, Action.END_CONTROL, Action.PROLONG_CONTROL}
#: Every member may say so, and it changes nothing else.
JUDGING = {Action.CALL_USEFUL: True, Action.CALL_NOT_USEFUL: False}


def test_every_listener_is_tried():
    assert {str(each.what) for each in registered() if not each.catches_all} == {
        str(each) for each in {*EFFECTS, *SILENCING, *COMPLAINING, *APPROVING, *ESCALATING, *CONTROLLING}
    }


@pytest.mark.parametrize("persona", PERSONAS.values(), ids=list(PERSONAS))
async def test_presses(start_bot, workspace: Workspace, wire: Wire, persona: Persona) -> None:
    actions = [each for each in EFFECTS if isinstance(each, Action)]
    # They are taken in several transactions; told at one moment, they are one digest.
    async with start_bot(**STRICT, alerts={"group_wait": "1h"}) as bot:
        await bot.send(*(alert("Errors", model=str(action)) for action in actions))
        await workspace.advance(3601)
        digest = await workspace.expect_card(f"{len(actions)} of {len(actions)} alert groups")
        group = _value_of(digest, "alerts.unacknowledge")

        async def opened() -> bool:
            # A starved machine lets a trigger's three seconds pass; a person would press again.
            return (await workspace.user("ivan").press(digest, "alerts.open_group", value=group)).view is not None

        await until(opened)
        await workspace.user("ivan").press(None, "alerts.acknowledge")
        assert (await statuses(bot))["alerts.unacknowledge"] == ("acknowledged", "U0IVAN", None)
        for action in sorted(actions, key=lambda each: each == Action.ACKNOWLEDGE_DIGEST):
            before = await statuses(bot)
            seen = len(await workspace.calls())
            ack, told = await wire.press(
                persona.user_id, digest, _action(action, digest, str(action)), team_id=persona.team_id
            )
            assert ack.acknowledged
            opened = [each for each in (await workspace.calls())[seen:] if each["method"].startswith("views.")]
            after = await statuses(bot)
            if action == Action.OPEN_RUNBOOK:
                assert (told, opened, before) == ("", [], after)
            elif action in JUDGING:
                assert (opened, before) == ([], after)
                assert await judgements(bot, str(action)) == (
                    {persona.user_id: JUDGING[action]} if persona.may_view else {}
                )
                assert ("Thank you" if persona.may_view else persona.refused) in told
            elif EFFECTS[action] is None:
                assert bool(opened) == persona.may_view
                assert before == after
                assert persona.may_view or persona.refused in told
            elif persona.may_act:
                assert after[str(action)][0] == EFFECTS[action]
                assert before != after
            else:
                assert before == after
                assert opened == []
                assert persona.refused in told
                assert "Nothing was changed" in told or not persona.refused


def _value_of(digest: Message, subject: str) -> str:
    options = next(
        each["options"] for block in digest.blocks for each in block.get("elements", []) if "options" in each
    )
    return next(each["value"] for each in options if each["text"]["text"].endswith(subject))


def _action(action: Action, digest: Message, subject: str) -> dict:
    group = _value_of(digest, subject)
    if action == Action.ACKNOWLEDGE_DIGEST:
        return {"action_id": action, "value": digest.blocks[-1]["elements"][0]["value"]}
    if action == Action.OPEN_GROUP:
        return {"action_id": action, "type": "static_select", "selected_option": {"value": group}}
    if action == Action.ASSIGN_ALERTS:
        return {"action_id": action, "type": "users_select", "selected_user": "U0BO", "block_id": f"group:{group}"}
    return {"action_id": action, "value": group}


@pytest.mark.parametrize("persona", PERSONAS.values(), ids=list(PERSONAS))
async def test_commands_and_home(start_bot, workspace: Workspace, wire: Wire, persona: Persona) -> None:
    async with start_bot(**STRICT) as bot:
        await bot.fire()
        await workspace.expect_card(NAME)
        for word in ("", "list", "mine", "report", "help", "nonsense"):
            ack = await wire.command(persona.user_id, word, team_id=persona.team_id)
            said = words_of(ack.payload)
            assert ack.acknowledged
            if persona.may_view:
                assert "cannot" not in said
                assert (NAME in said) == (word in {"", "list", "report"})
            else:
                assert persona.refused in said
                assert NAME not in said
        workspace.provoked |= set() if persona.may_view else {"invalid_arguments"}
        await wire.event({"type": "app_home_opened", "user": persona.user_id, "tab": "home"}, team_id=persona.team_id)
        await _handled(bot)
        home = words_of((await workspace.state())["homes"].get(persona.user_id, {}))
        assert (NAME in home) == persona.may_view
        # Slack shows no home to those who are no members at all.
        assert persona.user_id != "U0GUS" or persona.refused in home


async def _handled(bot: Bot) -> None:
    """An event is acknowledged before its work is done."""
    await asyncio.sleep(0.3 * strain())
    await bot.settled()


async def test_somebody_else_s_app_is_not_obeyed(bot: Bot, workspace: Workspace, wire: Wire) -> None:
    await bot.fire()
    card = await workspace.expect_card(NAME)
    fields = {
        "api_app_id": "A0OTHER",
        "container": {"type": "message", "message_ts": card.ts},
        "actions": [{"action_id": "alerts.acknowledge", "value": "1", "action_ts": "1.1", "block_id": "group:1"}],
    }
    ack, told = await wire.interact("U0HANA", "C0LLMALERTS", fields)
    assert (ack.acknowledged, told) == (True, "")
    assert set((await statuses(bot)).values()) == {("firing", None, None)}


async def test_a_group_that_slack_does_not_show_has_no_members(start_bot, workspace: Workspace) -> None:
    """Believed for as long as it was read lately, then the answer is no; an admin named by address still may."""
    async with start_bot(people={"responders": ["on_call"], "groups_cached_for": "1500ms"}) as bot:
        for model in ("a", "b", "c"):
            await bot.fire(model=model)
        cards = {model: await workspace.expect_card(f"{NAME} on {model}") for model in ("a", "b", "c")}
        hana, alice = workspace.user("hana"), workspace.user("alice")
        await hana.press(cards["a"], "alerts.acknowledge")
        workspace.provoked |= {"internal_error"}
        groups = ["usergroups.list", "usergroups.users.list"]
        await workspace.faults(error_share=1.0, error="missing_scope", methods=groups)
        assert (await hana.press(cards["b"], "alerts.acknowledge")).private == ""
        await asyncio.sleep(1.6)
        refused = await hana.press(cards["c"], "alerts.acknowledge")
        assert "You may not acknowledge alerts: it takes one of these roles: on_call" in refused.private
        assert (await alice.press(cards["c"], "alerts.acknowledge")).private == ""
        found = await statuses(bot)
        assert [found[model][1] for model in ("a", "b", "c")] == ["U0HANA", "U0HANA", "U0ALICE"]


async def test_when_slack_does_not_say_who_somebody_is_the_answer_is_no(bot: Bot, workspace: Workspace) -> None:
    await bot.fire()
    card = await workspace.expect_card(NAME)
    await workspace.faults(error_share=1.0, error="service_unavailable", methods=["users.info"])
    hana = workspace.user("hana")
    assert (
        "Slack did not tell me who you are, so nothing was changed"
        in (await hana.press(card, "alerts.acknowledge")).private
    )
    assert "Slack did not tell me who you are" in (await hana.press(card, "alerts.timeline")).private
    assert "Slack did not tell me who you are" in (await hana.command("")).private
    assert set((await statuses(bot)).values()) == {("firing", None, None)}
    await workspace.faults()
    assert (await hana.press(card, "alerts.acknowledge")).private == ""


async def test_who_leaves_a_role_loses_it(start_bot, workspace: Workspace) -> None:
    async with start_bot(**STRICT) as bot:
        await bot.fire()
        card = await workspace.expect_card(NAME)
        await workspace.control("people", user="hana", groups=[])
        assert "You may not" in (await workspace.user("hana").press(card, "alerts.acknowledge")).private
        await workspace.control("people", user="bo", groups=["oncall"])
        assert (await workspace.user("bo").press(card, "alerts.acknowledge")).private == ""
        await workspace.expect_card("Acknowledged: ", "<@U0BO>")
