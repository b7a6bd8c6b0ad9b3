"""The fleet's calls: the same ones whenever they are asked for, and changed by spells alone."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from statistics import mean

import pytest

from bot.demo.fleet import MOST_PER_MINUTE, calls_between, calls_of, calls_per_minute
from bot.demo.spells import LONGEST_QUEUE_SECONDS, Spell, Trouble
from riskengine.windows import minute_of

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
MINUTES = range(minute_of(NOON), minute_of(NOON) + 240)
GLM = "glm-4.5"


def spell(trouble: Trouble, whose: str, minutes: int = 10) -> Spell:
    return Spell(trouble, NOON, NOON + timedelta(minutes=minutes), whose, GLM)


def calls(*spells: Spell, minutes: range = MINUTES):
    return [call for minute in minutes for call in calls_of(minute, spells)]


def test_a_minute_has_the_same_calls_whenever_asked():
    assert calls(minutes=MINUTES[:3]) == calls(minutes=MINUTES[:3])
    assert len({call.id for call in calls()}) == len(calls())


def test_every_call_is_told_once_when_it_is_over():
    moments = [NOON + timedelta(seconds=13.7 * step) for step in range(100)]
    told = [call.id for after, until in pairwise(moments) for call in calls_between(after, until)]
    assert told
    assert sorted(told) == sorted(call.id for call in calls_between(moments[0], moments[-1]))
    assert len(set(told)) == len(told)


def test_the_fleet_is_a_hybrid_one():
    every = calls()
    models = Counter(call.model for call in every)
    assert set(models) == {GLM, "claude-opus-4-1"}
    assert 0.005 < models["claude-opus-4-1"] / len(every) < 0.02
    assert all(call.escalated == (call.model != GLM) for call in every)
    assert {call.role for call in every} == {"architect", "implementer", "critic"}
    assert 1.4 < mean(call.duration_seconds for call in every if call.model == GLM) < 1.8
    assert 0.005 < mean(call.error is not None for call in every) < 0.015


def test_stronger_model_costs_more_than_its_share():
    every = calls()
    escalated = [call for call in every if call.escalated]
    assert sum(call.cost_usd for call in escalated) / sum(call.cost_usd for call in every) > 0.2
    assert all(call.cost_usd > 0 for call in every if call.error is None)


def test_days_have_a_rhythm():
    midnight = minute_of(datetime(2026, 11, 23, tzinfo=UTC))
    by_hour = [mean(calls_per_minute(midnight + hour * 60 + minute) for minute in range(60)) for hour in range(24)]
    assert by_hour.index(max(by_hour)) in range(12, 18)
    assert max(by_hour) > 1.15 * min(by_hour)
    assert max(calls_per_minute(minute) for minute in range(midnight, midnight + 1440)) < MOST_PER_MINUTE


def test_a_slow_provider_is_slow_for_its_calls_alone():
    slow = spell(Trouble.SLOW, "openrouter")
    changed = {call.id for call, normal in zip(calls(slow), calls(), strict=True) if call != normal}
    concerned = {call.id for call in calls() if slow.concerns(call)}
    assert changed == concerned
    waited = [call.duration_seconds for call in calls(slow) if call.id in concerned]
    assert 6.5 < mean(waited) < 9
    assert max(waited) < LONGEST_QUEUE_SECONDS + 20, "a call ends within the next minute, where it is looked for"


def test_a_loop_calls_besides_and_costs_more_than_everybody():
    loop = Spell(Trouble.RUNAWAY, NOON, NOON + timedelta(minutes=60), "architect", "claude-opus-4-1")
    normal = calls(minutes=MINUTES[:90])
    both = calls(loop, minutes=MINUTES[:90])
    besides = [call for call in both if call not in normal]
    assert [call for call in both if call in normal] == normal
    assert len(besides) == 180
    assert all(NOON <= call.at < NOON + timedelta(hours=1) for call in besides)
    assert max(call.duration_seconds for call in besides) < 60, "a call ends within the next minute"
    assert sum(call.cost_usd for call in besides) > 500


def test_critics_ask_some_questions_again():
    hashes = Counter(call.request_hash for call in calls())
    again = {name: count for name, count in hashes.items() if count > 1}
    assert len(again) == 12
    assert 0.005 < sum(again.values()) / hashes.total() < 0.03


def test_a_failing_provider_refuses_some():
    failing = spell(Trouble.FAILING, "direct_api")
    concerned = [call for call in calls(failing) if failing.concerns(call)]
    refused = [call for call in concerned if call.error == "ServiceUnavailableError"]
    assert 0.2 < len(refused) / len(concerned) < 0.4
    assert all((call.output_tokens, call.cost_usd, call.status_code) == (0, 0, 503) for call in refused)


@pytest.mark.parametrize("role", ["implementer", "architect"])
def test_an_idle_role_is_missing_calls_and_no_others(role):
    idle = spell(Trouble.IDLE, role)
    kept, normal = calls(idle), calls()
    missing = {call.id for call in normal} - {call.id for call in kept}
    concerned = [call for call in normal if idle.concerns(call)]
    assert missing <= {call.id for call in concerned}
    assert 0.6 < len(missing) / len(concerned) < 0.9
