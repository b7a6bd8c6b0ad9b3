"""LiteLLM's records in our words: what is used, what is dropped, and what is refused."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from bot.ingest.litellm import LitellmForm
from riskengine.telemetry import ModelCall

CANARY = "the-canary-sings-at-midnight"
START = datetime(2026, 3, 1, 12, tzinfo=UTC).timestamp()
FORM = LitellmForm(1_000_000)
RECORD = {
    "id": "chatcmpl-1",
    "litellm_call_id": "b7a6",
    "trace_id": "trace-1",
    "call_type": "acompletion",
    "stream": True,
    "status": "success",
    "model": "zai/glm-4.5",
    "model_group": "default",
    "custom_llm_provider": "zai",
    "prompt_tokens": 1_000,
    "completion_tokens": 200,
    "total_tokens": 1_200,
    "response_cost": 0.00104,
    "startTime": START,
    "endTime": START + 2.5,
    "completionStartTime": START + 0.5,
    "cache_hit": None,
    "cache_key": "Cache OFF",
    "request_tags": ["User-Agent: curl", "role:architect"],
    "end_user": CANARY,
    "messages": [{"role": "user", "content": CANARY}],
    "response": {"choices": [{"message": {"content": CANARY}}]},
    "error_str": CANARY,
    "model_parameters": {"tools": [{"function": {"name": CANARY}}]},
    "metadata": {
        "user_api_key_team_alias": "payments",
        "requester_metadata": {"secret": CANARY},
        "usage_object": {"prompt_tokens": 1_000, "prompt_tokens_details": {"cached_tokens": 400}},
    },
    "error_information": {"error_code": "", "error_class": "", "traceback": CANARY, "error_message": CANARY},
}


def read(**values) -> ModelCall | str | None:
    return FORM.check(json.dumps({**RECORD, **values}).encode())


def call_of(**values) -> ModelCall:
    found = read(**values)
    assert isinstance(found, ModelCall), found
    return found


def test_a_success_in_our_words():
    call = call_of()
    assert (call.id, call.task_id, call.model, call.provider) == ("chatcmpl-1", "trace-1", "glm-4.5", "z_ai")
    assert (call.team, call.role, call.error, call.status_code) == ("payments", "architect", None, None)
    assert (call.input_tokens, call.cached_input_tokens, call.output_tokens) == (1_000, 400, 200)
    assert (call.duration_seconds, call.time_to_first_token_seconds) == (2.5, 0.5)
    assert call.at == datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert call.cost_usd == Decimal("0.00104")


def test_nothing_of_prompts_and_answers_is_read():
    assert CANARY not in call_of().model_dump_json()
    assert CANARY not in call_of(status="failure").model_dump_json()


@pytest.mark.parametrize(
    "values",
    [
        {"prompt_tokens": CANARY},
        {"startTime": CANARY},
        {"status": CANARY},
        {"request_tags": CANARY},
        {"metadata": CANARY},
        {"id": None},
        {"messages": CANARY, "endTime": None},
    ],
)
def test_what_is_refused_is_told_by_field_and_never_by_value(values):
    told = read(**values)
    assert isinstance(told, str)
    assert next(reversed(values)) in told
    assert CANARY not in told


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"startTime": 12.0, "endTime": 13.0}, "startTime should be greater than or equal to 946684800"),
        ({"endTime": START + 90_000}, "duration_seconds should be less than or equal to 86400"),
        ({"prompt_tokens": -1}, "prompt_tokens should be greater than or equal to 0"),
        ({"model": "m" * 129}, "model should have at most 128 characters"),
        ({"response_cost": -1.0}, "cost_usd should be greater than or equal to 0"),
    ],
)
def test_values_that_no_call_can_have(values, said):
    assert said in str(read(**values))


def test_without_streaming_no_first_token_is_known():
    assert call_of(stream=False, completionStartTime=START + 2.5).time_to_first_token_seconds is None
    assert call_of(completionStartTime=START + 2.5).time_to_first_token_seconds is None


def test_failure_and_fallback_are_two_calls_of_one_task():
    information = {"error_code": "429", "error_class": "RateLimitError", "llm_provider": "zai"}
    nothing = {"prompt_tokens": 0, "completion_tokens": 0, "response_cost": 0.0, "metadata": {"usage_object": None}}
    failed = call_of(id="x", status="failure", error_information=information, **nothing)
    assert (failed.error, failed.status_code, failed.input_tokens) == ("RateLimitError", 429, 0)
    assert failed.task_id == call_of(model="anthropic/claude-opus-5-5", custom_llm_provider="anthropic").task_id


@pytest.mark.parametrize("code", ["", "none", "99", "1234", "٤٢٩", None])
def test_codes_that_are_none(code):
    call = call_of(status="failure", error_information={"error_code": code, "error_class": ""})
    assert (call.error, call.status_code) == ("error", None)


def test_failure_without_anything_known():
    call = call_of(status="failure", model="", model_group=None, custom_llm_provider=None, error_information=None)
    assert (call.model, call.provider, call.error) == ("unknown", "unknown", "error")


def test_an_answer_from_the_cache_is_marked():
    call = call_of(cache_hit=True, response_cost=0.0)
    assert (call.input_tokens, call.output_tokens, call.cost_usd) == (1_000, 200, 0)
    assert call.metadata == {"cache_hit": True}
    assert call_of(cache_hit=False).metadata is None


@pytest.mark.parametrize(
    ("usage", "cached", "written"),
    [
        (None, 0, 0),
        ({"prompt_tokens_details": None}, 0, 0),
        ({"prompt_tokens_details": {"cached_tokens": None}}, 0, 0),
        ({"cache_read_input_tokens": 300, "cache_creation_input_tokens": 100}, 300, 100),
        ({"prompt_tokens_details": {"cached_tokens": 300.0}, "cache_creation_input_tokens": 7}, 300, 7),
    ],
)
def test_cached_tokens_stand_in_several_places(usage, cached, written):
    call = call_of(metadata={"usage_object": usage})
    assert (call.input_tokens, call.cached_input_tokens, call.cache_write_tokens) == (1_000, cached, written)


def test_a_call_that_broke_off_read_at_least_its_cached_tokens():
    call = call_of(prompt_tokens=0)
    assert (call.input_tokens, call.cached_input_tokens) == (400, 400)


def test_a_request_of_the_cache_is_known_by_its_digest_alone():
    assert call_of(cache_key="a1" * 32).request_hash == "a1" * 32
    assert call_of(cache_key=CANARY).request_hash is None


def test_tools_are_no_models():
    assert read(call_type="call_mcp_tool") is None


def test_many_are_read_as_one_by_one():
    records = [RECORD, {**RECORD, "id": "2", "status": "failure"}]
    together = FORM.check_many(json.dumps(records))
    assert together == [FORM.check(json.dumps(each).encode()) for each in records]
    assert FORM.check_many(json.dumps([RECORD, {}])) is None
    assert FORM.check_many(json.dumps([RECORD, {**RECORD, "call_type": "call_mcp_tool"}])) is None
