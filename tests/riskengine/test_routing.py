"""Which channels hear of a group."""

import pytest
from pydantic import ValidationError

from riskengine.response.alerts import Severity
from riskengine.response.hearing import hearing_of
from riskengine.response.routing import Route, channels_for, spellings, with_subscribers
from riskengine.response.subscriptions import Subscription, parse_filter

COST = Route(channel="#costs", areas=("cost", "quality"))
URGENT = Route(channel="#urgent", severity_at_least=Severity.HIGH)
GLM = Route(channel="#glm", labels={"model": "glm", "name": "Slow"})
ALL = Route(channel="#all")
BOTH = Route(channel="#both", areas=("cost",), severity_at_least=Severity.CRITICAL, labels={"model": "glm"})


@pytest.mark.parametrize(
    ("routes", "area", "severity", "labels", "expected"),
    [
        pytest.param([], "cost", "info", {}, ["#default"], id="no-routes"),
        pytest.param([COST], "cost", "info", {}, ["#costs"], id="area"),
        pytest.param([COST], "performance", "info", {}, ["#default"], id="other-area"),
        pytest.param([COST], "", "info", {}, ["#default"], id="no-area"),
        pytest.param([URGENT], "cost", "high", {}, ["#urgent"], id="just-severe-enough"),
        pytest.param([URGENT], "cost", "medium", {}, ["#default"], id="not-severe-enough"),
        pytest.param([GLM], "", "info", {"model": "glm", "name": "Slow"}, ["#glm"], id="labels"),
        pytest.param([GLM], "", "info", {"model": "glm", "name": "Errors"}, ["#default"], id="one-label-differs"),
        pytest.param([GLM], "", "info", {"model": "glm"}, ["#default"], id="one-label-missing"),
        pytest.param([COST, URGENT, ALL], "cost", "critical", {}, ["#costs", "#urgent", "#all"], id="all-that-match"),
        pytest.param([ALL, ALL, COST], "cost", "info", {}, ["#all", "#costs"], id="each-once-in-their-order"),
        pytest.param([BOTH], "cost", "critical", {"model": "glm"}, ["#both"], id="all-conditions-hold"),
        pytest.param([BOTH], "cost", "high", {"model": "glm"}, ["#default"], id="one-condition-fails"),
    ],
)
def test_channels(routes, area, severity, labels, expected):
    assert channels_for(area, Severity(severity), [labels], routes, "#default") == expected


def test_one_alert_of_the_group_is_enough():
    """The conditions of one route hold for one alert together, not for several by turns."""
    apart = [{"model": "glm", "name": "Errors"}, {"model": "other", "name": "Slow"}]
    assert channels_for("", Severity.INFO, apart, [GLM], "#default") == ["#default"]
    together = [*apart, {"model": "glm", "name": "Slow", "role": "critic"}]
    assert channels_for("", Severity.INFO, together, [GLM], "#default") == ["#glm"]
    assert channels_for("", Severity.INFO, [], [GLM, ALL], "#default") == ["#all"]


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param({"channel": ""}, id="no-channel"),
        pytest.param({"channel": "#x", "severity_at_least": "bad"}, id="unknown-severity"),
        pytest.param({"channel": "#x", "area": "cost"}, id="misspelt"),
    ],
)
def test_a_route_that_is_refused(wrong):
    with pytest.raises(ValidationError):
        Route.model_validate(wrong)


def test_a_subscribed_channel_has_the_settings_spelling_and_hears_once():
    mine = Subscription(channel="C1", filter=parse_filter(""), aliases=frozenset({"#all", "all"}))
    other = Subscription(channel="C2", filter=parse_filter(""), aliases=frozenset({"#x"}))
    spelled = spellings(["#costs", "#all", "all"], [mine, other])
    assert spelled == {"C1": "#all"}
    assert with_subscribers(["#all", "#costs"], ["C1", "C2"], spelled) == ["#all", "#costs", "C2"]
    # Also where no route matches: a card's channel must not be spelled in two ways.
    assert with_subscribers(["#costs"], ["C1"], spelled) == ["#costs", "#all"]


def test_what_a_channel_hears_and_by_whose_word():
    mine = Subscription(channel="C1", filter=parse_filter("area=cost"))
    heard = hearing_of(["C1", "#costs"], [COST, URGENT], "#default", [mine])
    assert (heard.routes, heard.is_default, heard.subscriptions) == ((COST,), False, (mine,))
    assert not heard.is_silent
    assert hearing_of(["C2", "#x"], [COST], "#default", []).is_silent
    assert hearing_of(["#default"], [], "#default", []).is_default
