"""A rule over time, as timelines: one look a minute, each with what it sees and what it changes."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskengine.response.evaluation import INACTIVE, RuleState, RuleStatus, Transition, evaluate, retire

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
RESULTS = {"T": True, "F": False, "-": None}
TOLD = {None: ".", Transition.PENDING: "p", Transition.FIRED: "f", Transition.RESOLVED: "r", Transition.CALMED: "c"}


def run(looks, pending, keep):
    """Each minute's transition and status, as letters."""
    state, told, statuses = INACTIVE, "", ""
    waits = {"pending_for": timedelta(minutes=pending), "keep_firing_for": timedelta(minutes=keep)}
    for minute, look in enumerate(looks):
        state, transition = evaluate(state, RESULTS[look], NOON + timedelta(minutes=minute), **waits)
        told += TOLD[transition]
        statuses += state.status[0]
    return told, statuses


@pytest.mark.parametrize(
    ("looks", "pending", "keep", "told", "statuses"),
    [
        pytest.param("FTTF", 0, 0, ".f.r", "iffi", id="no waits"),
        pytest.param("TTTT", 2, 0, "p.f.", "ppff", id="holds for two minutes"),
        pytest.param("TTFTTT", 2, 0, "p.cp.f", "ppippf", id="a break begins anew"),
        pytest.param("T-TTT", 2, 0, "pcp.f", "pippf", id="no data begins anew"),
        pytest.param("TFFFF", 0, 2, "f..r.", "fffii", id="keeps firing for two minutes"),
        pytest.param("TFTFFF", 0, 2, "f....r", "fffffi", id="it holds again meanwhile"),
        pytest.param("TF-FFF", 0, 2, "f....r", "fffffi", id="no data does not count as calm"),
        pytest.param("T----F", 0, 0, "f....r", "fffffi", id="no data does not resolve"),
        pytest.param("----", 0, 0, "....", "iiii", id="no data does not start"),
        pytest.param("-T", 0, 0, ".f", "if", id="fires once there is data"),
        pytest.param("TFTF", 0, 0, "frfr", "fifi", id="flaps without hysteresis"),
    ],
)
def test_timeline(looks, pending, keep, told, statuses):
    assert run(looks, pending, keep) == (told, statuses)


def look(state, result, minute=0, pending=0, keep=0):
    waits = {"pending_for": timedelta(minutes=pending), "keep_firing_for": timedelta(minutes=keep)}
    return evaluate(state, result, NOON + timedelta(minutes=minute), **waits)[0]


def test_no_data_shows_since_when():
    silent = look(look(INACTIVE, None), None, minute=3)
    assert silent.no_data_since == NOON
    assert look(silent, False, minute=4) == INACTIVE
    firing = look(look(INACTIVE, True), None, minute=5)
    assert (firing.status, firing.no_data_since) == (RuleStatus.FIRING, NOON + timedelta(minutes=5))
    assert look(firing, True, minute=6).no_data_since is None


def test_firing_tells_since_when_it_held_and_fired():
    state = look(look(INACTIVE, True, pending=2), True, minute=2, pending=2)
    assert (state.held_since, state.fired_at) == (NOON, NOON + timedelta(minutes=2))


def test_clock_that_went_back_changes_nothing():
    pending = look(INACTIVE, True, minute=10, pending=5)
    assert look(pending, True, minute=0, pending=5) == pending


@pytest.mark.parametrize(
    ("status", "transition"),
    [
        (RuleStatus.FIRING, Transition.RESOLVED),
        (RuleStatus.PENDING, Transition.CALMED),
        (RuleStatus.INACTIVE, None),
    ],
)
def test_rule_that_is_gone_ends_what_it_began(status, transition):
    assert retire(RuleState(status=status)) == (INACTIVE, transition)


@given(st.text(alphabet="TF-", max_size=40), st.integers(0, 5), st.integers(0, 5))
def test_laws_of_any_timeline(looks, pending, keep):
    told, statuses = run(looks, pending, keep)
    changes = told.replace(".", "").replace("p", "").replace("c", "")
    assert changes in {"fr" * (len(changes) // 2), "fr" * (len(changes) // 2) + "f"}, "each alert fires, then resolves"
    for minute, change in enumerate(told):
        held = looks[max(0, minute - pending) : minute + 1]
        if change == "f":
            assert held == "T" * (pending + 1)
        if change == "r":
            assert looks[max(0, minute - keep) : minute + 1] == "F" * (keep + 1)
    assert all(status == "f" or change in ".pcr" for status, change in zip(statuses, told, strict=True))


@given(st.text(alphabet="TF-", max_size=20), st.sampled_from("TF-"))
def test_looking_twice_at_one_moment_changes_nothing_more(looks, last):
    state = INACTIVE
    for minute, each in enumerate(looks + last):
        state = look(state, RESULTS[each], minute, pending=2, keep=2)
    now = NOON + timedelta(minutes=len(looks))
    waits = {"pending_for": timedelta(minutes=2), "keep_firing_for": timedelta(minutes=2)}
    assert evaluate(state, RESULTS[last], now, **waits) == (state, None)
