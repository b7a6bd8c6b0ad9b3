"""Matchers, their globs against a slow model, and the terms that people type."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from riskengine.response.alerts import Severity
from riskengine.response.matchers import Matcher, MatchOp, matchable
from riskengine.response.silences import parse_matchers
from riskengine.response.terms import FilterInvalid, split_terms

LABELS = {"model": "glm-4.5", "team": "payments", "empty": ""}


def matcher(label, op, value):
    return Matcher(label=label, op=MatchOp(op), value=value)


@pytest.mark.parametrize(
    ("label", "op", "value", "matches"),
    [
        ("model", "=", "glm-4.5", True),
        ("model", "=", "glm", False),
        ("model", "!=", "glm", True),
        ("model", "!=", "glm-4.5", False),
        ("model", "=~", "glm-*", True),
        ("model", "=~", "*", True),
        ("model", "=~", "*4*", True),
        ("model", "=~", "g?m-4.5", True),
        ("model", "=~", "glm", False),
        ("model", "=~", "glm-4.5?", False),
        ("model", "=~", "opus-*|glm-*", True),
        ("model", "=~", "opus-*|*-5", False),
        ("model", "=~", "", False),
        ("absent", "=", "", True),
        ("absent", "=", "x", False),
        ("absent", "!=", "", False),
        ("absent", "!=", "x", True),
        ("absent", "=~", "*", True),
        ("absent", "=~", "?", False),
        ("empty", "=~", "", True),
    ],
)
def test_matcher(label, op, value, matches):
    assert matcher(label, op, value).matches(LABELS) is matches


@given(st.text(alphabet="ab*?", max_size=12), st.text(alphabet="ab", max_size=12))
def test_glob_means_what_a_regular_expression_would(glob, value):
    pattern = "".join({"*": ".*", "?": "."}.get(each, each) for each in glob)
    assert matcher("label", "=~", glob).matches({"label": value}) is bool(re.fullmatch(pattern, value))


def test_hostile_glob_is_quick():
    hostile = matcher("label", "=~", "*a" * 99 + "b")
    began = time.perf_counter()
    assert not hostile.matches({"label": "a" * 1_024})
    assert time.perf_counter() - began < 0.5


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        pytest.param("glm-.*", "'.*' belongs to regular expressions", id="any characters"),
        pytest.param("^glm", "'^' belongs", id="anchor"),
        pytest.param("(a|b)", "'(' belongs", id="group"),
        pytest.param("[ab]", "'[' belongs", id="class"),
        pytest.param("a+", "'+' belongs", id="repetition"),
        pytest.param("glm\\d", "belongs", id="escape"),
        pytest.param("x" * 201, "at most 200 characters", id="long"),
    ],
)
def test_regular_expression_is_refused(pattern, said):
    with pytest.raises(ValidationError, match=re.escape(said)):
        matcher("model", "=~", pattern)
    assert matcher("model", "=", pattern).matches({"model": pattern})


@pytest.mark.parametrize("label", ["", "2nd", "a b", "a-b", "ä"])
def test_label_has_a_name(label):
    with pytest.raises(ValidationError):
        matcher(label, "=", "x")


def test_name_and_severity_count_as_labels():
    labels = matchable("slow", Severity.HIGH, {"model": "glm", "severity": "page"})
    assert labels == {"model": "glm", "severity": "high", "alertname": "slow"}


def test_terms_are_cut_with_their_places():
    terms, problems = split_terms(' area=cost  severity>=high\tteam="data science" model=~glm-* x!="" ')
    assert problems == []
    assert terms == [
        (2, "area", "=", "cost"),
        (13, "severity", ">=", "high"),
        (28, "team", "=", "data science"),
        (48, "model", "=~", "glm-*"),
        (61, "x", "!=", ""),
    ]


def test_curly_quotes_of_telephones_are_quotes():
    assert split_terms("team=“data science”")[0] == [(1, "team", "=", "data science")]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param("cost", ["character 1: cost is no term; write label=value"], id="a word"),
        pytest.param("a=1 severity >= high", ["5: severity is no", "14: >= is no", "17: high is no"], id="blanks"),
        pytest.param("team= x=1", ["character 1: team= is no term"], id="no value"),
        pytest.param('team="a b x=1', ['character 1: team="a opens a quotation', "b is no term"], id="open quotation"),
        pytest.param('team="a"b', ['character 1: team="a"b is no term'], id="after the quotation"),
        pytest.param("2nd=x", ["character 1: 2nd=x is no term"], id="odd label"),
        pytest.param("y" * 99, ["y" * 40 + "… is no term"], id="long word"),
        pytest.param("a=" + "x" * 500, ["character 501: a filter has at most 500"], id="long text"),
        pytest.param("size>=5 model=~gl+ a=1", ["character 1: only the severity", "9: '+' belongs"], id="several"),
        pytest.param(f"{'l' * 65}=x", ["character 1: String should have at most 64"], id="long label"),
    ],
)
def test_wrong_terms_are_all_told(text, told):
    with pytest.raises(FilterInvalid) as caught:
        parse_matchers(text)
    lines = str(caught.value).splitlines()
    assert len(lines) == len(told)
    for line, part in zip(lines, told, strict=True):
        assert part in line


@pytest.mark.parametrize("text", ["model=glm-4.5", 'team!="data science"', 'team=""', "model=~glm-*|opus"])
def test_matcher_is_spelled_as_it_is_read(text):
    [read] = parse_matchers(text)
    assert str(read) == text
