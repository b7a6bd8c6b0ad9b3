"""Three-valued truth, table by table."""

import itertools

import pytest

from riskengine.kleene import conjunction, disjunction, negation


@pytest.mark.parametrize(
    ("one", "other", "both", "either"),
    [
        (True, True, True, True),
        (True, False, False, True),
        (True, None, None, True),
        (False, False, False, False),
        (False, None, False, None),
        (None, None, None, None),
    ],
)
def test_tables(one, other, both, either):
    for pair in ((one, other), (other, one)):
        assert conjunction(pair) is both
        assert disjunction(pair) is either


def test_negation():
    assert [negation(part) for part in (True, False, None)] == [False, True, None]


def test_de_morgan():
    for parts in itertools.product((True, False, None), repeat=3):
        assert negation(conjunction(parts)) is disjunction(map(negation, parts))
