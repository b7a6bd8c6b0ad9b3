"""Savings from recorded traffic: each call counts once, for the measure that saves most of it."""

from decimal import Decimal

import pytest

from riskengine.areas.cost.optimise import Measure, MeasureSettings, Prices, Repeats, Traffic, optimise
from riskengine.usage import TokenCounts

DAYS = Decimal(15)
PATIENT = MeasureSettings(patient_roles=("critic",))


def traffic(role="critic", *, model="claude", provider="anthropic", calls=100, usd="40", peak_usd="0", peak_calls=0):
    tokens = TokenCounts(1_000, 100, 0, 0)
    return Traffic(model, provider, role, calls, Decimal(usd), tokens, peak_calls, Decimal(peak_usd))


#: Anthropic's batches cost half of the forty dollars; nothing else is cheaper.
BATCHES = Prices(lambda *_: None, lambda _model, provider, _tokens: Decimal(20) if provider == "anthropic" else None)
#: Besides, another model would take $10 for the same tokens as `claude`.
TENTH = BATCHES._replace(cheaper=lambda model, *_: ("small", Decimal(10)) if model == "claude" else None)


def saved(found) -> dict[Measure, tuple[Decimal, int]]:
    return {each.measure: (each.usd_per_month, each.calls) for each in found.found}


def test_nothing_recorded_saves_nothing():
    found = optimise([], {}, BATCHES, PATIENT, Decimal(0))
    assert (found.found, found.usd_per_month, found.spent_per_month) == ((), 0, 0)


def test_a_batch_costs_half_for_who_can_wait_and_whose_provider_takes_batches():
    all_traffic = [traffic(), traffic("architect"), traffic(provider="openrouter")]
    found = optimise(all_traffic, {}, BATCHES, PATIENT, DAYS)
    assert saved(found) == {Measure.BATCHING: (Decimal(40), 100)}
    assert found.spent_per_month == 240


@pytest.mark.parametrize(
    ("repeated", "expected"),
    [
        pytest.param(10, {}, id="ten are not worth a cache"),
        pytest.param(11, {Measure.CACHING: (Decimal(16), 11)}, id="eleven are"),
        pytest.param(500, {Measure.CACHING: (Decimal(16), 100)}, id="never more calls than there were"),
    ],
)
def test_repeats_are_worth_a_cache_above_ten(repeated, expected):
    repeats = {traffic().key: Repeats(repeated, Decimal(8))}
    assert saved(optimise([traffic()], repeats, BATCHES, MeasureSettings(), DAYS)) == expected


def test_what_a_cache_answers_is_not_saved_again():
    """A quarter is repeated; of the three quarters left half is saved."""
    repeats = {traffic().key: Repeats(25, Decimal(10))}
    found = optimise([traffic()], repeats, BATCHES, PATIENT, DAYS)
    assert saved(found) == {Measure.CACHING: (Decimal(20), 25), Measure.BATCHING: (Decimal(30), 75)}
    assert found.usd_per_month <= found.spent_per_month


def test_of_several_measures_the_best_counts_alone():
    off_peak = {"off_peak_hours": (1, 2), "off_peak_discount": Decimal("0.3")}
    settings = PATIENT.model_copy(update=off_peak)
    one = traffic(peak_usd="40", peak_calls=100)
    assert set(saved(optimise([one], {}, BATCHES, settings, DAYS))) == {Measure.BATCHING}
    assert saved(optimise([one], {}, TENTH, settings, DAYS)) == {Measure.MODEL_SELECTION: (Decimal(60), 100)}
    elsewhere = traffic(provider="direct", peak_usd="40", peak_calls=90)
    assert saved(optimise([elsewhere], {}, BATCHES, settings, DAYS)) == {Measure.TIME_BASED_ROUTING: (Decimal(24), 90)}


def test_what_was_batched_already_is_not_saved_again():
    assert optimise([traffic(usd="20")], {}, BATCHES, PATIENT, DAYS).found == ()


def test_a_dearer_model_is_no_measure():
    assert optimise([traffic(usd="9")], {}, TENTH, MeasureSettings(), DAYS).found == ()


def test_the_best_measure_and_the_dearest_place_come_first():
    several = [traffic("architect", usd="20"), traffic("critic"), traffic("critic", model="other", usd="36")]
    found = optimise(several, {}, TENTH, PATIENT, DAYS)
    assert [each.measure for each in found.found] == [Measure.MODEL_SELECTION, Measure.BATCHING]
    assert found.found[0].where == ("small in place of claude",)
    assert found.found[1].where == ("other for critic",)


def test_what_nobody_said_is_told():
    assert "patient_roles" in optimise([], {}, BATCHES, MeasureSettings(), DAYS).missing[0]
    assert "off_peak_hours" in optimise([], {}, BATCHES, PATIENT, DAYS).missing[0]
    whole = PATIENT.model_copy(update={"off_peak_hours": (1,), "off_peak_discount": Decimal("0.3")})
    assert optimise([], {}, BATCHES, whole, DAYS).missing == ()
