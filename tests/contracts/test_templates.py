"""Whatever a template is asked to show fits into Slack's limits; a template without an example is not known to."""

import json
from collections import defaultdict

import pytest

from bot.paths import TEMPLATES
from bot.slack.blocks import MESSAGE_BUDGET, characters, check_blocks, check_view
from tests.contracts.examples import all_examples

#: chat.update refuses longer ones.
TEXT = 4_000


@pytest.fixture(scope="module")
def examples() -> dict[str, dict[str, dict]]:
    found: dict[str, dict[str, dict]] = defaultdict(dict)
    for template, state, shown in all_examples():
        found[template][state] = shown
    return found


def templates() -> list[str]:
    """Message templates; files that only others include end in .j2 alone."""
    return sorted(str(path.relative_to(TEMPLATES)).removesuffix(".json.j2") for path in TEMPLATES.rglob("*.json.j2"))


def test_every_template_has_an_example(examples):
    assert sorted(examples) == templates()


@pytest.mark.parametrize("template", templates())
def test_every_example_fits(examples, template):
    wrong = {state: found for state, shown in examples[template].items() if (found := flaws(shown))}
    assert not wrong, json.dumps(wrong, indent=1, ensure_ascii=False)[:3000]


def flaws(shown: dict) -> list[str]:
    if "type" in shown:
        return [str(flaw) for flaw in check_view(shown)]
    found = [str(flaw) for flaw in check_blocks(shown["blocks"], "message")]
    if characters(shown["blocks"]) > MESSAGE_BUDGET:
        found.append(f"{characters(shown['blocks'])} characters; the budget is {MESSAGE_BUDGET}")
    if not 0 < len(shown["text"]) <= TEXT:
        found.append(f"text of {len(shown['text'])} characters")
    if unsendable := [line for line in _strings(shown) if any("\ud800" <= each <= "\udfff" for each in line)]:
        found.append(f"half a surrogate in {unsendable[0]!r}")
    return found


def _strings(value):
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from _strings(each)
    elif isinstance(value, str):
        yield value
