"""What is drawn is listened to, what is listened to is drawn, and both are spelt in bot/slack/ids.py."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from bot.handlers import approvals_words, costs_words
from bot.handlers.alerts_words import WORDS
from bot.services.escalations.forms import Flag
from bot.slack.ids import COMMANDS, SHORTCUTS, Action, Command, Input, View
from riskengine.complaints import ComplaintKind
from tests.contracts.examples import all_examples
from tests.contracts.listeners import registered

#: A command with its first word, as it stands in a sentence.
_COMMAND = re.compile(r"(?<![\w/.:<])(/[a-z][a-z-]*)(?![\w/])(?: ([a-z]+))?")


def objects(value: Any) -> Iterator[dict[str, Any]]:
    """Every object in a message or view, however deep."""
    if isinstance(value, list):
        value = dict(enumerate(value))
    elif isinstance(value, dict):
        yield value
    if isinstance(value, dict):
        for each in value.values():
            yield from objects(each)


def pressable(drawn):
    """Where it stands and its id, of everything that Slack tells of when it is pressed."""
    filled_in = {id(each["element"]) for _, each in drawn if each.get("type") == "input"}
    return {(where, each["action_id"]) for where, each in drawn if "action_id" in each and id(each) not in filled_in}


@pytest.fixture(scope="module")
def drawn() -> list[tuple[str, dict[str, Any]]]:
    return [(f"{template} ({state})", each) for template, state, shown in all_examples() for each in objects(shown)]


def heard(kind: str) -> set[str]:
    return {listener.what for listener in registered() if listener.kind == kind and not listener.catches_all}


def test_whatever_can_be_pressed_is_listened_to(drawn):
    listened = heard("action")
    assert {(where, name) for where, name in pressable(drawn) if name not in listened} == set()


def test_whatever_is_listened_to_can_be_pressed(drawn):
    assert heard("action") - {each.get("action_id") for _, each in drawn} == set()


def test_everything_that_can_be_pressed_has_an_id(drawn):
    kinds = ("button", "overflow", "checkboxes", "radio_buttons", "datepicker")
    nameless = {
        where
        for where, each in drawn
        if (str(each.get("type")).endswith("_select") or each.get("type") in kinds) and "action_id" not in each
    }
    assert nameless == set()


def test_ids_are_spelt_in_one_place(drawn):
    assert {name for _, name in pressable(drawn)} == set(Action)
    inputs = [each for _, each in drawn if each.get("type") == "input"]
    assert {each["element"]["action_id"] for each in inputs} == set(Input)
    assert all(each["block_id"] == each["element"]["action_id"] for each in inputs)
    assert {each["callback_id"] for _, each in drawn if "callback_id" in each} == set(View)
    assert heard("action") == set(Action)


def test_a_view_that_can_be_sent_is_listened_to(drawn):
    sendable = {
        each["callback_id"]
        for _, each in drawn
        if "callback_id" in each and ("submit" in each or each.get("notify_on_close"))
    }
    assert sendable <= heard("view")
    assert heard("view") <= sendable


def test_ids_alone_travel_in_buttons(drawn):
    values = {each["value"] for _, each in drawn if "value" in each}
    assert values
    assert all(re.fullmatch(r"(request:\d+:)?\d+", value) for value in values - set(ComplaintKind) - set(Flag)), (
        "a value holds more than an id"
    )
    blocks = {each["block_id"] for _, each in drawn if "block_id" in each}
    assert all(re.fullmatch(r"(group|digest|silence):\d+", block_id) for block_id in blocks - set(Input))
    remembered = {each["private_metadata"] for _, each in drawn if "private_metadata" in each}
    assert all(
        re.fullmatch(r"[CDG][A-Z0-9]+:\d+\.\d{6}:(\d+\.\d{6})?|request:\d+:\d+|escalation:\d+", each)
        for each in remembered
    )


@pytest.mark.parametrize("prefix", ["", "rb-"])
def test_commands_are_those_of_the_manifest(prefix):
    listened = {listener.what for listener in registered(prefix) if listener.kind == "command"}
    assert listened == {f"/{prefix}{spec.command[1:]}" for spec in COMMANDS}
    assert {spec.command for spec in COMMANDS} == set(Command)


def test_shortcuts_are_those_of_the_manifest():
    assert heard("shortcut") == {spec.callback_id for spec in SHORTCUTS}


def test_commands_that_are_named_to_people_work():
    named = set()
    for _, state, shown in all_examples():
        if "hostile" in state or "rb-" in state:
            continue
        for each in objects(shown):
            named |= set(_COMMAND.findall(str(each.get("text", ""))))
    assert named
    assert {command for command, _ in named} <= heard("command")
    for command, words in (
        (Command.ALERTS, WORDS),
        (Command.APPROVALS, approvals_words.WORDS),
        (Command.COST, costs_words.WORDS),
    ):
        assert {word for named_one, word in named if word and named_one == command} <= set(words)


def test_a_prefix_reaches_every_command_that_is_named():
    for _, state, shown in all_examples():
        if "rb-" in state and "hostile" not in state:
            named = {command for each in objects(shown) for command, _ in _COMMAND.findall(str(each.get("text", "")))}
            assert all(command.startswith("/rb-") for command in named)


def test_usage_hint_names_the_words():
    assert set(re.findall(r"\w+", COMMANDS[0].usage_hint)) == set(WORDS)
    assert set(re.findall(r"\w+", COMMANDS[1].usage_hint)) == set(approvals_words.WORDS)


def test_the_catch_alls_come_last():
    listeners = registered()
    first = next(number for number, listener in enumerate(listeners) if listener.catches_all)
    assert {listener.kind for listener in listeners[first:] if listener.catches_all} == {"action", "view"}
    assert all(listener.catches_all for listener in listeners[first:])
