"""What a channel wants to hear: what it reads, what it says of mistakes, and who hears."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskengine.areas import Area
from riskengine.response.alerts import Severity
from riskengine.response.matchers import Matcher
from riskengine.response.subscriptions import Filter, Subscription, channels_of, parse_filter, unknown_labels
from riskengine.response.terms import FilterInvalid

LABELS = {"model": "glm-4.5", "team": "data science"}


@pytest.mark.parametrize(
    ("text", "hears"),
    [
        ("", True),
        ("area=cost", True),
        ("area=quality", False),
        ("area=quality,cost", True),
        ("severity>=high", True),
        ("severity>=critical", False),
        ("severity>=info", True),
        ("severity=high", True),
        ("severity=low,critical", False),
        ("model=glm-4.5", True),
        ("model!=glm-4.5", False),
        ("model=~glm-*", True),
        ('team="data science" area=cost severity>=medium', True),
        ("team=payments area=cost severity>=medium", False),
        ('service=""', True),
    ],
)
def test_filter_hears(text, hears):
    assert parse_filter(text).matches("cost", Severity.HIGH, LABELS) is hears


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param("area=costs", ["character 1: 'costs' is no area; did you mean cost?"], id="nearly an area"),
        pytest.param("area=xyzzy", ["there are performance, quality"], id="no area"),
        pytest.param("area=cost,", ["'' is no area"], id="one comma too many"),
        pytest.param("severity>=urgent", ["'urgent' is no severity; there are critical, high"], id="no severity"),
        pytest.param("area=cost area=quality", ["character 11: area stands twice", "area=one,other"], id="two areas"),
        pytest.param("severity>=low severity=high", ["character 15: severity stands twice"], id="two severities"),
        pytest.param("team=a team=b", ["team=~one|other"], id="two teams"),
        pytest.param("team>=a", ["character 1: only the severity"], id="order of teams"),
        pytest.param("cost", ["cost is no term"], id="no term"),
        pytest.param("serverity>=high", ["character 1: serverity is no word of mine", "severity?"], id="nearly ours"),
        pytest.param("are=cost", ["did you mean area?"], id="nearly area"),
        pytest.param("area=costs high model=~.*", ["character 1:", "character 12:", "character 17:"], id="all at once"),
    ],
)
def test_mistakes_are_told_with_their_place(text, told):
    with pytest.raises(FilterInvalid) as caught:
        parse_filter(text)
    assert all(part in str(caught.value) for part in told)


def test_label_may_be_excluded_twice():
    assert len(parse_filter("team!=a team!=b").matchers) == 2


filters = st.builds(
    Filter,
    areas=st.sets(st.sampled_from(Area)).map(lambda some: tuple(each for each in Area if each in some)),
    severities=st.sets(st.sampled_from(Severity)).map(lambda some: tuple(each for each in Severity if each in some)),
    matchers=st.lists(
        st.builds(Matcher, label=st.sampled_from(["model", "team"]), value=st.text("ab c", max_size=5)), max_size=1
    ).map(tuple),
)


@given(filters)
def test_filter_is_spelled_as_it_is_read(made):
    assert parse_filter(str(made)) == made


@pytest.mark.parametrize(
    ("text", "spelled"),
    [
        ("severity=high,critical", "severity>=high"),
        ("severity=low,high", "severity=high,low"),
        ("team=a  area=quality,cost", "area=quality,cost team=a"),
        ("", ""),
    ],
)
def test_filter_is_spelled_in_one_way(text, spelled):
    assert str(parse_filter(text)) == spelled


def test_channels_hear_once_each():
    texts = {"#a": "area=cost", "#b": "area=quality", "#c": ""}
    subscriptions = [Subscription(channel=channel, filter=parse_filter(text)) for channel, text in texts.items()]
    subscriptions.append(Subscription(channel="#a", filter=parse_filter("severity>=low")))
    assert channels_of("cost", Severity.HIGH, [LABELS], subscriptions) == ["#a", "#c"]
    assert channels_of("cost", Severity.HIGH, [LABELS], []) == []


def test_one_alert_of_a_group_that_matches_is_enough():
    wanted = [Subscription(channel="#a", filter=parse_filter("team=payments model=glm"))]
    both = [{"team": "payments", "model": "gpt"}, {"team": "payments", "model": "glm"}]
    assert channels_of("", Severity.LOW, both, wanted) == ["#a"]
    assert channels_of("", Severity.LOW, both[:1], wanted) == []


def test_labels_that_nobody_has_are_found_with_their_nearest():
    known = {"model", "team"}
    assert unknown_labels(parse_filter("modle=glm team=a xyzzy!=1"), known) == {"modle": "model", "xyzzy": ""}
    assert unknown_labels(parse_filter("severity>=high"), known) == {}
