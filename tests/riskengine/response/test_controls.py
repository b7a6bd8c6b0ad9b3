"""Controls: what a sighting leads to in every state, and what people may do about it."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from riskengine.response.control_words import meaning
from riskengine.response.controls import (
    ANSWERS,
    POSSIBLE,
    Condition,
    Control,
    ControlEnd,
    ControlKind,
    ControlPolicy,
    ControlStatus,
    ControlTerms,
    ControlWish,
    Effect,
    Sighting,
    adopt,
    begin,
    consider,
    end,
    prolong,
    propose,
)

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
RATE, OVERRUN, DAILY = Condition
OFF, PROPOSE, AUTOMATIC = ControlPolicy


def terms(policy: ControlPolicy = PROPOSE, **changes) -> ControlTerms:
    values = {
        "policy": policy,
        "effect": Effect(decision_line=Decimal("0.6")),
        "lasts": 24 * HOUR,
        "proposed_for": 12 * HOUR,
        "pause": 6 * HOUR,
        "ends_with_condition": False,
    }
    return ControlTerms(**{**values, **changes})


def seen(condition: Condition = RATE, *, holds: bool = True) -> Sighting:
    return Sighting(condition, holds, "The escalation rate is 8 %.")


def proposed(condition: Condition | None = RATE, at: datetime = NOON) -> Control:
    kind = ANSWERS[condition or RATE]
    return propose(kind, condition, "because", terms(), at).control.model_copy(update={"id": 7})


def active(by: str | None = "U0HANA", condition: Condition | None = RATE, at: datetime = NOON) -> Control:
    return begin(proposed(condition, at), by, terms(), at).control


def test_each_condition_has_a_control_of_its_own():
    assert set(ANSWERS) == set(Condition)
    assert set(ANSWERS.values()) == set(ControlKind)


@pytest.mark.parametrize("condition", Condition)
@pytest.mark.parametrize(
    ("policy", "status", "verb"),
    [
        (OFF, None, None),
        (PROPOSE, ControlStatus.PROPOSED, "control_proposed"),
        (AUTOMATIC, ControlStatus.ACTIVE, "control_started"),
    ],
)
def test_what_the_first_sighting_leads_to(condition, policy, status, verb):
    step = consider(seen(condition), None, None, terms(policy), NOON)
    if status is None:
        assert step is None
        return
    assert (step.control.status, step.verb) == (status, verb)
    assert step.control.kind is ANSWERS[condition]
    assert step.control.started_by is None
    assert step.control.revision == 1
    assert step.control.reason == "The escalation rate is 8 %."
    assert step.control.expires_at == NOON + (12 * HOUR if status is ControlStatus.PROPOSED else 24 * HOUR)


@pytest.mark.parametrize("policy", [PROPOSE, AUTOMATIC])
@pytest.mark.parametrize(("since", "answered"), [(0, False), (5.99, False), (6, True), (7, True)])
def test_a_persons_no_holds_for_the_pause(policy, since, answered):
    step = consider(seen(), None, NOON, terms(policy), NOON + since * HOUR)
    assert (step is not None) is answered


@pytest.mark.parametrize(
    ("current", "policy", "hours", "verb"),
    [
        pytest.param(proposed(), PROPOSE, 1, None, id="it is proposed already"),
        pytest.param(proposed(), AUTOMATIC, 1, "control_started", id="automatic by now"),
        pytest.param(active(None), AUTOMATIC, 11.9, None, id="more than half is left"),
        pytest.param(active(None), AUTOMATIC, 12, "control_prolonged", id="half is over"),
        pytest.param(active(None), PROPOSE, 23, None, id="not automatic any more"),
        pytest.param(active("U0HANA"), AUTOMATIC, 23, None, id="a person's own"),
        pytest.param(active("U0HANA"), PROPOSE, 23, None, id="a person was told how long"),
        pytest.param(active(None), OFF, 23, None, id="switched off"),
    ],
)
def test_what_a_repeated_sighting_leads_to(current, policy, hours, verb):
    step = consider(seen(), current, None, terms(policy), NOON + hours * HOUR)
    assert (step and step.verb) == verb
    if verb == "control_prolonged":
        assert step.control.expires_at == NOON + (hours + 24) * HOUR
        assert step.control.id == current.id


@pytest.mark.parametrize(
    ("current", "ends_with_condition", "is_ended"),
    [
        pytest.param(None, True, False, id="nothing"),
        pytest.param(proposed(), False, True, id="a proposal is pointless"),
        pytest.param(active(), False, False, id="it may hold no more because of the control"),
        pytest.param(active(), True, True, id="ends with its condition"),
        pytest.param(active(None), True, True, id="automatic"),
        pytest.param(active(condition=None), True, False, id="started by a person without one"),
    ],
)
def test_what_follows_when_the_condition_is_over(current, ends_with_condition, is_ended):
    chosen = terms(ends_with_condition=ends_with_condition)
    step = consider(seen(holds=False), current, None, chosen, NOON + HOUR)
    assert (step is not None) is is_ended
    if step:
        assert step.control.ended_because is ControlEnd.CONDITION_OVER
        assert step.control.ended_at == NOON + HOUR
        assert step.verb == "control_condition_over"


def test_a_started_proposal_lasts_from_its_start_on_and_means_what_is_set_now():
    cheaper = terms(effect=Effect(decision_line=Decimal("0.7")))
    started = begin(proposed(), "U0HANA", cheaper, NOON + 5 * HOUR).control
    assert started.starts_at == NOON + 5 * HOUR
    assert started.expires_at == NOON + 29 * HOUR
    assert started.effect.decision_line == Decimal("0.7")
    assert started.revision == 2


@pytest.mark.parametrize(("after", "prolonged"), [(0, False), (59, False), (60, True), (3600, True)])
def test_prolonging_twice_is_prolonging_once(after, prolonged):
    step = prolong(active(), "U0IVAN", terms(), NOON + timedelta(seconds=after))
    assert (step is not None) is prolonged
    if step:
        assert step.control.expires_at == NOON + timedelta(seconds=after) + 24 * HOUR
        assert (step.control.prolonged_by, step.control.started_by) == ("U0IVAN", "U0HANA")


def test_a_shorter_setting_takes_no_time_away():
    assert prolong(active(), "U0IVAN", terms(lasts=HOUR), NOON + HOUR) is None


@pytest.mark.parametrize(("after", "in_force", "is_over"), [(0, True, False), (23.99, True, False), (24, False, True)])
def test_it_is_over_at_its_time_whatever_its_timer_does(after, in_force, is_over):
    control, now = active(), NOON + after * HOUR
    assert (control.is_in_force(now), control.is_over(now)) == (in_force, is_over)


def test_what_ran_out_is_over_since_it_ran_out():
    late = end(active(), ControlEnd.EXPIRED, None, NOON + 30 * HOUR).control
    assert late.ended_at == NOON + 24 * HOUR
    assert not late.is_over(NOON + 30 * HOUR)
    assert end(active(), ControlEnd.REVERSED, "U0HANA", NOON + HOUR).control.ended_at == NOON + HOUR


@pytest.mark.parametrize("wish", ControlWish)
def test_nothing_can_be_wished_of_what_is_over(wish):
    assert POSSIBLE[wish] is not ControlStatus.ENDED


def test_what_is_open_follows_the_settings_of_the_next_start():
    assert adopt(active(), terms(), NOON) is None
    gone = adopt(active(), terms(OFF), NOON + HOUR)
    assert (gone.control.ended_because, gone.verb) == (ControlEnd.SUPERSEDED, "control_superseded")
    other = adopt(active(), terms(effect=Effect(decision_line=Decimal("0.7"))), NOON)
    assert (other.control.effect.decision_line, other.control.revision) == (Decimal("0.7"), 3)
    assert other.control.expires_at == active().expires_at


@pytest.mark.parametrize(
    ("effect", "words"),
    [
        (Effect(decision_line=Decimal("0.6")), "from a score of 0.6 on"),
        (Effect(calls_per_minute=60), "at most 60 model calls a minute"),
        (Effect(prefer_models=("glm-4.5", "glm-4.5-air")), "use glm-4.5 or glm-4.5-air in place of dearer models"),
    ],
)
def test_what_it_means_in_words(effect, words):
    assert words in meaning(effect)
    assert meaning(effect).endswith("Emergencies are exempt.")
