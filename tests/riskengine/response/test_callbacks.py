"""When a receiver that does not answer is tried again."""

from datetime import UTC, datetime, timedelta

from riskengine.response.callbacks import Failure, RetryPlan, next_try

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
PLAN = RetryPlan(5 * SECOND, timedelta(hours=1), timedelta(hours=26), least_tries=5)


def test_pauses_grow_and_spread():
    pauses = [next_try(Failure(tries, NOON), PLAN, NOON, 1.0) - NOON for tries in (1, 2, 3, 100)]
    assert pauses == [5 * SECOND, 10 * SECOND, 20 * SECOND, timedelta(hours=1)]
    assert next_try(Failure(1, NOON), PLAN, NOON, 0.0) == NOON + 2.5 * SECOND


def test_a_day_of_outage_is_outlived():
    for chance in (0.0, 0.5, 1.0):
        now, tries = NOON, 1
        while (again := next_try(Failure(tries, NOON), PLAN, now, chance)) is not None:
            now, tries = again, tries + 1
        assert timedelta(hours=25) <= now - NOON <= timedelta(hours=26)


def test_riskbots_own_absence_costs_no_try():
    late = NOON + timedelta(days=3)
    assert next_try(Failure(4, NOON), PLAN, late, 0.5) is not None
    assert next_try(Failure(5, NOON), PLAN, late, 0.5) is None


def test_what_the_receiver_asks_for():
    assert next_try(Failure(1, NOON, timedelta(minutes=2)), PLAN, NOON, 0.5) == NOON + timedelta(minutes=2)
    assert next_try(Failure(1, NOON, timedelta(days=9)), PLAN, NOON, 0.5) == NOON + timedelta(hours=1)
    assert next_try(Failure(1, NOON, is_final=True), PLAN, NOON, 0.5) is None
