"""The language of conditions: what it means, what it refuses and where, and that nothing gets through it."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskengine.conditions import MAX_CHARACTERS, ConditionError, compile_condition

NAMES = {
    "response_time_mean_seconds": "response_time_mean_seconds",
    "avg_response_time": "response_time_mean_seconds",
    "error_ratio": "error_ratio",
    "a": "a",
    "b": "b",
    "missing": "missing",
}
VALUES = {
    "response_time_mean_seconds": Decimal("3.2"),
    "error_ratio": Decimal("0.05"),
    "a": Decimal(6),
    "b": Decimal(4),
    "missing": None,
}


def holds(text, **values):
    return compile_condition(text, NAMES).holds(VALUES | values)


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("avg_response_time > 3.0", True),
        ("error_ratio > 0.05", False),
        ("error_ratio >= 0.05", True),
        ("a < b", False),
        ("a <= 6", True),
        ("a == 6.0", True),
        ("a != 6", False),
        ("a - b == 2", True),
        ("a + b * 2 == 14", True),
        ("(a + b) * 2 == 20", True),
        ("a / b == 1.5", True),
        ("-a < -b", True),
        ("b < a * 0.85", True),
        ("0.1 + 0.2 == 0.3", True),
        ("1_000 > 9.5e2", True),
        ("a > 1 and b > 1 and a > b", True),
        ("a > 9 or b > 9 or a > b", True),
        ("not a > 9", True),
        ("not (a > 1 or b > 9)", False),
        ("a > 9 or b > 1 and a > 1", True),
        ("  a >\n  1 and\tb > 1 \r\n", True),
    ],
)
def test_meaning(text, result):
    assert holds(text) is result


@pytest.mark.parametrize(
    ("text", "result"),
    [
        pytest.param("missing > 1", None, id="missing"),
        pytest.param("1 > missing", None, id="missing on the right"),
        pytest.param("-missing > 1", None, id="minus missing"),
        pytest.param("missing * 0 == 0", None, id="arithmetic with missing"),
        pytest.param("1 / 0 > 1", None, id="division by zero"),
        pytest.param("0 / 0 == 0", None, id="nothing by nothing"),
        pytest.param("a / (b - 4) > 1", None, id="division by a difference of zero"),
        pytest.param("a > 9 and missing > 1", False, id="false and no data"),
        pytest.param("a > 1 and missing > 1", None, id="true and no data"),
        pytest.param("a > 1 or missing > 1", True, id="true or no data"),
        pytest.param("a > 9 or missing > 1", None, id="false or no data"),
        pytest.param("not missing > 1", None, id="not no data"),
        pytest.param("missing == missing", None, id="no data equals nothing"),
        pytest.param("missing != 1", None, id="no data differs from nothing"),
    ],
)
def test_no_data(text, result):
    assert holds(text) is result


@pytest.mark.parametrize("value", ["NaN", "sNaN", "Infinity", "-Infinity"])
def test_values_that_are_no_numbers_are_no_data(value):
    assert holds("a > 1", a=Decimal(value)) is None


def test_name_without_a_value_is_no_data():
    assert compile_condition("a > 1", NAMES).holds({}) is None


def test_names_are_told_by_what_they_mean():
    condition = compile_condition("avg_response_time > 3 and a > b", NAMES)
    assert condition.names == {"response_time_mean_seconds", "a", "b"}


def test_values_against_thresholds_are_told():
    measured = compile_condition(" a  > b * 2 or missing>1", NAMES).measured(VALUES)
    assert measured == [("a > b * 2", 6, ">", 8, False), ("missing>1", None, ">", 1, None)]


@pytest.mark.parametrize(
    ("text", "position", "said"),
    [
        pytest.param("", 1, "cannot be read", id="empty"),
        pytest.param("   ", 1, "cannot be read", id="blank"),
        pytest.param(" a > ", 5, "cannot be read", id="half a comparison"),
        pytest.param("  a > > 1", 7, "cannot be read", id="two signs after an indent"),
        pytest.param("a > 1) or (b > 1", 6, "cannot be read", id="wrong parentheses"),
        pytest.param("(a > 1", 1, "cannot be read", id="open parenthesis"),
        pytest.param("a > 1\nb > 1", 7, "cannot be read", id="two conditions"),
        pytest.param("a = 1", 3, "cannot be read", id="one equals sign"),
        pytest.param("a > 1and b > 1", 5, "cannot be read", id="a number grown together with a word"),
        pytest.param("errors > 1", 1, "there is no metric 'errors'", id="unknown"),
        pytest.param("a > 1 and error_rato > 1", 11, "did you mean error_ratio?", id="mistyped"),
        pytest.param("xyzzy > 1", 1, "known are a, avg_response_time, b", id="nothing near"),
        pytest.param("a", 1, "'a' is a number where true or false is needed", id="a number alone"),
        pytest.param("a + 1", 1, "'a + 1' is a number", id="a sum alone"),
        pytest.param("a > 1 or 5", 10, "'5' is a number", id="a number as truth"),
        pytest.param("not a", 5, "'a' is a number", id="not a number"),
        pytest.param("-a", 1, "'-a' is a number", id="minus alone"),
        pytest.param("(a > 1) + 2 > 1", 2, "'a > 1' is true or false where a number", id="truth in a sum"),
        pytest.param("(not a > 1) > 1", 2, "is true or false", id="truth compared"),
        pytest.param("(a > 1 or b > 1) == 1", 2, "is true or false", id="or compared"),
        pytest.param("1 < a < 9", 9, "cannot be chained", id="chained"),
        pytest.param("a is b", 1, "compares otherwise than with < <= >", id="identity"),
        pytest.param("a in b", 1, "compares otherwise", id="membership"),
        pytest.param("a ** 9 > 1", 1, "'a ** 9' has no place here", id="power"),
        pytest.param("a // 9 > 1", 1, "has no place here", id="floor division"),
        pytest.param("+a > 1", 1, "has no place here", id="plus sign"),
        pytest.param("a > 1 if b > 1 else b > 2", 1, "has no place here", id="conditional"),
        pytest.param("abs(a) > 1", 1, "'abs(a)' has no place here", id="call"),
        pytest.param("a.real > 1", 1, "'a.real' has no place here", id="attribute"),
        pytest.param("() > 1", 1, "has no place here", id="empty tuple"),
        pytest.param("True", 1, "'True' has no place here", id="true"),
        pytest.param("a > True", 5, "'True' is no number", id="true compared"),
        pytest.param("a > None", 5, "'None' is no number", id="none"),
        pytest.param("a > 1j", 5, "'1j' is no number", id="complex"),
        pytest.param("a > 1e999", 5, "too large", id="infinite"),
        pytest.param("a > '1'", 5, "the rule's labels", id="text"),
        pytest.param('a > "é"', 5, "the rule's labels", id="text with an accent"),
        pytest.param("größe > 1", 3, "'ö' has no place here", id="beyond ASCII, counted in characters"),
        pytest.param("a \N{MULTIPLICATION SIGN} b > 1", 3, "write * to multiply", id="multiplication sign"),
        pytest.param("a > 5%", 6, "0.05", id="percent"),
        pytest.param("a > 1 && b > 1", 7, "write and, or", id="and of other languages"),
        pytest.param("a > 1 # slow", 7, "a comment", id="comment"),
        pytest.param("a[0] > 1", 2, "'[' has no place here", id="index"),
        pytest.param("lambda: 1", 7, "':' has no place here", id="lambda"),
        pytest.param("a > 1\x00", 6, "has no place here", id="NUL"),
        pytest.param("a > 1 \\", 7, "has no place here", id="continued line"),
        pytest.param("(yield) > 1", 2, "has no place here", id="yield"),
        pytest.param("a > " + "1" * 500, MAX_CHARACTERS + 1, "at most 500 characters", id="long"),
        pytest.param("a > " + "+".join("1" * 100), 1, "at most 100 parts, this one has 201", id="many parts"),
        pytest.param("(" * 240 + "a" + ")" * 240 + " > 1", 201, "cannot be read", id="nested in parentheses"),
        pytest.param("-" * 490 + "a > 1", 1, "at most 100 parts", id="nested minus"),
    ],
)
def test_errors_name_the_character(text, position, said):
    with pytest.raises(ConditionError) as caught:
        compile_condition(text, NAMES)
    assert said in caught.value.message
    assert caught.value.position == position
    assert str(caught.value).startswith(f"character {position}: ")


@pytest.mark.parametrize("error", [ValueError, RecursionError, MemoryError])
def test_parser_that_gives_up_is_told(monkeypatch, error):
    """Which texts exhaust it differs from one Python to the next."""

    def give_up(*_, **__):
        raise error

    monkeypatch.setattr("ast.parse", give_up)
    with pytest.raises(ConditionError, match="nested too deeply"):
        compile_condition("a > 1", NAMES)


@given(st.text(alphabet="ab1.5 ()+-*/<>=!andotr\n", max_size=40) | st.text(max_size=40))
def test_any_text_compiles_or_is_refused_inside_itself(text):
    try:
        result = compile_condition(text, NAMES).holds(VALUES)
    except ConditionError as error:
        assert 1 <= error.position <= len(text) + 1
        json.dumps(error.message)
    else:
        assert result in {True, False, None}
