"""Model calls and task outcomes: what is taken, what is refused and in which words."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from pydantic import ValidationError

from riskengine.telemetry import MANY_CALLS, MANY_OUTCOMES, ONE_CALL, ONE_OUTCOME, ModelCall

CALL = {
    "id": "c-1",
    "at": "2026-03-01T12:00:00.5+01:00",
    "model": "glm-4.5",
    "provider": "openrouter",
    "duration_seconds": 2.5,
    "input_tokens": 1200,
    "output_tokens": 300,
}
UNCOUNTED = {name: value for name, value in CALL.items() if not name.endswith("_tokens")}
OUTCOME = {
    "id": "o-1",
    "at": "2026-03-01T12:00:00Z",
    "task_id": "t-1",
    "role": "critic",
    "model": "glm-4.5",
    "completed": True,
}


def call(**changes):
    return ONE_CALL.validate_json(json.dumps(CALL | changes))


def refusal(adapter, shape):
    with pytest.raises(ValidationError) as caught:
        adapter.validate_json(json.dumps(shape))
    [error] = caught.value.errors()
    return ".".join(map(str, error["loc"])), error["type"], error["msg"]


def test_least_call_is_taken():
    taken = call()
    assert taken.at == datetime(2026, 3, 1, 11, 0, 0, 500_000, UTC)
    assert (taken.input_tokens, taken.output_tokens, taken.cached_input_tokens) == (1200, 300, None)
    assert (taken.error, taken.escalated, taken.cost_usd, taken.usage) == (None, None, None, None)


def test_full_call_is_taken_and_says_so_again():
    shape = CALL | {
        "role": "architect",
        "team": "payments",
        "task_id": "t-1",
        "time_to_first_token_seconds": 0.25,
        "cached_input_tokens": 1000,
        "cache_write_tokens": 200,
        "cost_usd": "0.0013",
        "error": "RateLimited",
        "status_code": 429,
        "escalated": False,
        "configuration": "v7",
        "unit": "session-9",
        "request_hash": "abc",
        "metadata": {"branch": "main", "attempt": 2, "temperature": 0.7, "retried": True, "note": None},
    }
    taken = ONE_CALL.validate_json(json.dumps(shape))
    assert taken.cost_usd == Decimal("0.0013")
    assert ONE_CALL.validate_json(taken.model_dump_json()) == taken
    assert taken.model_dump(mode="json", exclude_unset=True) == shape | {"at": "2026-03-01T12:00:00.500000+01:00"}


def test_null_stands_for_absent():
    assert call(role=None, cached_input_tokens=None, error=None, escalated=None, metadata=None) == call()


def test_program_may_make_a_call_from_a_moment():
    made = ModelCall(**CALL | {"at": datetime(2026, 3, 1, 12, tzinfo=UTC)})
    assert made.at == datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("changes", "place", "kind"),
    [
        pytest.param({"id": ""}, "id", "string_too_short", id="empty id"),
        pytest.param({"id": "x" * 201}, "id", "string_too_long", id="long id"),
        pytest.param({"model": "m" * 129}, "model", "string_too_long", id="long model"),
        pytest.param({"modle": "glm"}, "modle", "extra_forbidden", id="unknown field"),
        pytest.param({"at": 1_770_000_000}, "at", "rfc3339", id="epoch seconds"),
        pytest.param({"at": "1770000000"}, "at", "rfc3339", id="epoch seconds as text"),
        pytest.param({"at": "2026-03-01"}, "at", "rfc3339", id="date"),
        pytest.param({"at": "2026-03-01T12:00:00"}, "at", "rfc3339", id="no offset"),
        pytest.param({"at": "2026-02-30T12:00:00Z"}, "at", "datetime_from_date_parsing", id="no such day"),
        pytest.param({"at": "1999-12-31T23:59:59Z"}, "at", "greater_than_equal", id="before our time"),
        pytest.param({"at": "2100-01-01T00:00:00Z"}, "at", "less_than", id="after our time"),
        pytest.param({"duration_seconds": -0.1}, "duration_seconds", "greater_than_equal", id="negative duration"),
        pytest.param({"duration_seconds": 86_401}, "duration_seconds", "less_than_equal", id="milliseconds"),
        pytest.param({"duration_seconds": "2.5"}, "duration_seconds", "float_type", id="duration as text"),
        pytest.param({"duration_seconds": float("nan")}, "duration_seconds", "finite_number", id="NaN"),
        pytest.param({"input_tokens": -1}, "input_tokens", "greater_than_equal", id="negative tokens"),
        pytest.param({"input_tokens": 1.5}, "input_tokens", "int_type", id="half a token"),
        pytest.param({"output_tokens": True}, "output_tokens", "int_type", id="true tokens"),
        pytest.param({"output_tokens": 10**9 + 1}, "output_tokens", "less_than_equal", id="too many tokens"),
        pytest.param({"cached_input_tokens": 1201}, "", "value_error", id="more cached than read"),
        pytest.param({"cached_input_tokens": 1000, "cache_write_tokens": 201}, "", "value_error", id="parts exceed"),
        pytest.param({"cost_usd": "-0.01"}, "cost_usd", "greater_than_equal", id="negative cost"),
        pytest.param({"cost_usd": "NaN"}, "cost_usd", "finite_number", id="cost NaN"),
        pytest.param({"cost_usd": "1E+999999"}, "cost_usd", "less_than_equal", id="endless cost"),
        pytest.param({"status_code": 99}, "status_code", "greater_than_equal", id="no status code"),
        pytest.param({"escalated": 1}, "escalated", "bool_type", id="escalated 1"),
        pytest.param({"metadata": {"": 1}}, "metadata..[key]", "string_too_short", id="unnamed metadata"),
        pytest.param({"metadata": dict.fromkeys(map(str, range(33)), 1)}, "metadata", "too_long", id="much metadata"),
    ],
)
def test_call_is_refused(changes, place, kind):
    assert refusal(ONE_CALL, CALL | changes)[:2] == (place, kind)


def test_wrong_time_is_told_with_an_example():
    assert "2026-03-01T12:00:00Z" in refusal(ONE_CALL, CALL | {"at": 5})[2]


@pytest.mark.parametrize("gone", ["input_tokens", "output_tokens"])
def test_missing_tokens_are_told(gone):
    shape = {name: value for name, value in CALL.items() if name != gone}
    assert "missing, or in their place usage" in refusal(ONE_CALL, shape)[2]


def test_nested_metadata_is_refused():
    with pytest.raises(ValidationError):
        call(metadata={"prompt": {"text": "hello"}})


@pytest.mark.parametrize(
    ("usage", "counts"),
    [
        pytest.param({"prompt_tokens": 10, "completion_tokens": 3}, (10, 3, 0, 0), id="OpenAI chat"),
        pytest.param(
            {
                "prompt_tokens": 10,
                "completion_tokens": 3,
                "total_tokens": 13,
                "prompt_tokens_details": {"cached_tokens": 4, "cache_write_tokens": 2, "audio_tokens": 0},
                "completion_tokens_details": {"reasoning_tokens": 1},
            },
            (10, 3, 4, 2),
            id="OpenAI chat with cache",
        ),
        pytest.param(
            {"prompt_tokens": 10, "completion_tokens": 3, "prompt_tokens_details": None},
            (10, 3, 0, 0),
            id="null details",
        ),
        pytest.param(
            {"input_tokens": 10, "output_tokens": 3, "input_tokens_details": {"cached_tokens": 4}},
            (10, 3, 4, 0),
            id="OpenAI Responses",
        ),
        pytest.param({"input_tokens": 10, "output_tokens": 3}, (10, 3, 0, 0), id="Anthropic without cache"),
        pytest.param(
            {
                "input_tokens": 10,
                "cache_read_input_tokens": 100,
                "cache_creation_input_tokens": 50,
                "cache_creation": {"ephemeral_5m_input_tokens": 50, "ephemeral_1h_input_tokens": 0},
                "output_tokens": 3,
            },
            (160, 3, 100, 50),
            id="Anthropic: the sum of three",
        ),
        pytest.param(
            {"input_tokens": 10, "cache_creation_input_tokens": 50, "output_tokens": 3},
            (60, 3, 0, 50),
            id="writes only",
        ),
        pytest.param(
            {
                "input_tokens": 10,
                "cache_creation": {"ephemeral_5m_input_tokens": 50, "ephemeral_1h_input_tokens": 7},
                "output_tokens": 3,
            },
            (67, 3, 0, 57),
            id="writes by their length alone",
        ),
        pytest.param(
            {"prompt_tokens": 160, "completion_tokens": 3, "cache_read_input_tokens": 100, "input_tokens": 10},
            (160, 3, 100, 0),
            id="LiteLLM: inclusive in Anthropic's words",
        ),
    ],
)
def test_usage_stands_in_place_of_tokens(usage, counts):
    taken = ONE_CALL.validate_json(json.dumps(UNCOUNTED | {"usage": usage}))
    told = (taken.input_tokens, taken.output_tokens, taken.cached_input_tokens, taken.cache_write_tokens)
    assert told == counts
    assert taken.usage is None
    assert ONE_CALL.validate_json(taken.model_dump_json(exclude_unset=True)) == taken


@pytest.mark.parametrize(
    ("billing", "own", "cost"),
    [
        pytest.param({"cost": 0.25}, None, "0.25", id="a bill"),
        pytest.param({"cost": 0.25}, "0.3", "0.3", id="the sender's figure wins"),
        pytest.param({"cost": 0.01, "is_byok": True}, None, None, id="own key: the fee is no bill"),
        pytest.param(
            {"cost": 0.01, "is_byok": True, "cost_details": {"upstream_inference_cost": 0.2}}, None, "0.2", id="own key"
        ),
        pytest.param({}, None, None, id="none told"),
    ],
)
def test_cost_comes_with_usage(billing, own, cost):
    usage = {"prompt_tokens": 1, "completion_tokens": 1} | billing
    taken = ONE_CALL.validate_json(json.dumps(UNCOUNTED | {"usage": usage, "cost_usd": own}))
    assert taken.cost_usd == (None if cost is None else Decimal(cost))


@pytest.mark.parametrize(
    ("usage", "also", "said"),
    [
        pytest.param({"prompt_tokens": 1}, {}, "usage holds neither", id="half a pair"),
        pytest.param({"input_tokens": 1}, {}, "usage holds neither", id="the other half"),
        pytest.param(
            {"input_tokens": 1, "output_tokens": 1}, {"input_tokens": 1}, "input_tokens and usage", id="twice"
        ),
        pytest.param(
            {"prompt_tokens": 1, "completion_tokens": 1, "prompt_tokens_details": {"cached_tokens": 2}},
            {},
            "exceed it",
            id="more cached than read",
        ),
    ],
)
def test_wrong_usage_is_told(usage, also, said):
    assert said in refusal(ONE_CALL, UNCOUNTED | also | {"usage": usage})[2]


def test_usage_may_stand_beside_nulls():
    shape = UNCOUNTED | {"usage": {"input_tokens": 1, "output_tokens": 1}, "cached_input_tokens": None}
    assert ONE_CALL.validate_json(json.dumps(shape)).input_tokens == 1


def test_many_calls_are_checked_at_once():
    calls = MANY_CALLS.validate_json(json.dumps([CALL, CALL | {"id": "c-2"}]))
    assert [each.id for each in calls] == ["c-1", "c-2"]


def test_outcome_is_taken():
    measured = {"user_satisfaction": 4, "technical_quality": 0.8, "efficiency_score": "0.85", "revised": False}
    taken = ONE_OUTCOME.validate_json(json.dumps(OUTCOME | measured))
    assert (taken.technical_quality, taken.efficiency_score) == (Decimal("0.8"), Decimal("0.85"))
    assert MANY_OUTCOMES.validate_json(json.dumps([OUTCOME]))[0].user_satisfaction is None


@pytest.mark.parametrize(
    ("changes", "place", "kind"),
    [
        pytest.param({"user_satisfaction": 0}, "user_satisfaction", "greater_than_equal", id="below the scale"),
        pytest.param({"user_satisfaction": 5.5}, "user_satisfaction", "less_than_equal", id="above the scale"),
        pytest.param({"technical_quality": 85}, "technical_quality", "less_than_equal", id="percent"),
        pytest.param({"completed": "yes"}, "completed", "bool_type", id="a word"),
        pytest.param({"score": 1}, "score", "extra_forbidden", id="unknown field"),
    ],
)
def test_outcome_is_refused(changes, place, kind):
    assert refusal(ONE_OUTCOME, OUTCOME | changes)[:2] == (place, kind)


def test_time_is_described_to_readers_of_the_interface():
    at = ModelCall.model_json_schema()["properties"]["at"]
    assert (at["type"], at["format"]) == ("string", "date-time")
