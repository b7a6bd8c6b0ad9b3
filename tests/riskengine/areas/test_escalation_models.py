"""The stronger model by all its names."""

import pytest

from bot.services.price_table import SHIPPED, read_prices
from riskengine.areas.escalation.models import stronger_called

BOOK = read_prices(SHIPPED)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("claude-4.1-opus", True),
        ("anthropic/claude-opus-4.1", True),
        ("Claude-Opus-4-1-20250805", True),
        ("claude-opus-5-5", True),
        ("claude-opus-4-8", False),
        ("glm-4.5", False),
        ("", False),
    ],
)
def test_names_and_successors(name, expected):
    assert stronger_called(BOOK, "claude-4.1-opus")(name) is expected


def test_a_model_that_the_table_does_not_know_is_known_by_its_name():
    is_stronger = stronger_called(BOOK, "our-own-model")
    assert is_stronger("our-own-model")
    assert not is_stronger("glm-4.5")
