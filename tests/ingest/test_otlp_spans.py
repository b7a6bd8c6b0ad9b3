"""Spans in our words: every generation of names, both encodings, and nothing of what was said."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.ingest.otlp import from_json, from_protobuf
from bot.ingest.otlp.spans import to_call
from bot.ingest.problems import Problem
from riskengine.telemetry import ModelCall
from tests.ingest.otlp_messages import CANARY, GENERATIONS, NEWEST, START_NS, as_json, as_protobuf, span
from tests.ingest.test_properties import json_values

ENCODINGS = {"json": (as_json, from_json.spans_of), "protobuf": (as_protobuf, from_protobuf.spans_of)}


@pytest.fixture(params=list(ENCODINGS))
def read(request):
    """What becomes of one span in an encoding."""
    write, spans_of = ENCODINGS[request.param]

    def reading(resource=None, **values):
        [told] = spans_of(write([span(**values)], resource))
        return to_call(told)

    return reading


@pytest.mark.parametrize("generation", GENERATIONS)
def test_every_generation_tells_the_same(read, generation):
    call = read(attributes=GENERATIONS[generation])
    assert isinstance(call, ModelCall), call
    assert (call.model, call.provider, call.input_tokens, call.output_tokens) == ("glm-4.5", "z_ai", 1_000, 200)
    has_cache = generation in {"from 1.37", "own repository"}
    assert (call.cached_input_tokens, call.cache_write_tokens) == ((300, 50) if has_cache else (None, None))
    assert (call.at, call.duration_seconds) == (datetime(2026, 3, 1, 12, tzinfo=UTC), 2.5)
    assert call.id == "5b8efff798038103d269b633813fc60c:0000000000000001"
    assert call.task_id == "5b8efff798038103d269b633813fc60c"
    assert call.error is None
    assert CANARY not in call.model_dump_json()


def test_labels_of_ours_may_stand_on_the_resource(read):
    resource = {"riskbot.team": "payments", "riskbot.role": "critic", "service.name": "shop"}
    attributes = {**NEWEST, "gen_ai.agent.name": "helper", "riskbot.task_id": "t-1"}
    call = read(resource, attributes=attributes)
    assert (call.team, call.role, call.task_id) == ("payments", "critic", "t-1")
    assert read(attributes=attributes).role == "helper"


@pytest.mark.parametrize(
    ("values", "error", "status_code"),
    [
        ({"status": 2}, "error", None),
        ({"status": 2, "attributes": {**NEWEST, "error.type": "RateLimitError"}}, "RateLimitError", None),
        ({"attributes": {**NEWEST, "error.type": "429"}}, "429", 429),
        ({"status": 2, "attributes": {**NEWEST, "http.response.status_code": 503}}, "error", 503),
        ({"attributes": {**NEWEST, "http.response.status_code": 7}}, None, None),
        ({"status": 1}, None, None),
    ],
)
def test_errors(read, values, error, status_code):
    call = read(**values)
    assert (call.error, call.status_code) == (error, status_code)


@pytest.mark.parametrize(
    "attributes",
    [
        {},
        {"http.request.method": "GET"},
        {**NEWEST, "gen_ai.operation.name": "invoke_agent"},
        {**NEWEST, "gen_ai.operation.name": "execute_tool"},
        {"gen_ai.request.model": "glm-4.5"},
        {"gen_ai.operation.name": "chat", "gen_ai.provider.name": "z_ai"},
    ],
)
def test_what_is_no_call_of_a_model_is_passed_over(read, attributes):
    assert read(attributes=attributes) is None


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"trace_id": "00" * 16}, "trace id or span id"),
        ({"span_id": "00" * 8}, "trace id or span id"),
        ({"trace_id": "abcd"}, "trace id or span id"),
        ({"start_ns": 0}, "no time"),
        ({"end_ns": START_NS - 1}, "ends before it starts"),
        ({"end_ns": START_NS + 90_000 * 10**9}, "duration_seconds should be less"),
        ({"attributes": {**NEWEST, "gen_ai.usage.input_tokens": -5}}, "input_tokens"),
        ({"attributes": {**NEWEST, "gen_ai.usage.input_tokens": CANARY}}, "input_tokens"),
        ({"attributes": {**NEWEST, "gen_ai.usage.output_tokens": True}}, "output_tokens"),
        ({"attributes": {**NEWEST, "gen_ai.request.model": "m" * 129}}, "model"),
        ({"attributes": {**NEWEST, "litellm.cost.total": -1.0}}, "cost_usd"),
    ],
)
def test_what_no_call_can_have_is_told(read, values, said):
    told = read(**values)
    assert isinstance(told, str)
    assert said in told
    assert CANARY not in told


@pytest.mark.parametrize(("written", "tokens"), [(12.0, 12), ("12", 12), (0, 0)])
def test_counts_however_they_are_written(read, written, tokens):
    attributes = {**GENERATIONS["1.27 to 1.36"], "gen_ai.usage.output_tokens": written}
    assert read(attributes=attributes).output_tokens == tokens


def test_input_without_the_cached_tokens_is_completed(read):
    call = read(attributes={**NEWEST, "gen_ai.usage.input_tokens": 10})
    assert (call.input_tokens, call.cached_input_tokens, call.cache_write_tokens) == (360, 300, 50)


def test_cost_is_told_to_the_shortest_digits(read):
    assert read(attributes={**NEWEST, "litellm.cost.total": 0.1}).cost_usd == Decimal("0.1")


def test_a_call_without_tokens_says_so(read):
    attributes = {"gen_ai.operation.name": "chat", "gen_ai.provider.name": "z_ai", "gen_ai.request.model": "glm-4.5"}
    call = read(attributes=attributes)
    assert (call.input_tokens, call.output_tokens, call.metadata) == (0, 0, {"tokens_not_told": True})


@pytest.mark.parametrize(
    ("asked", "answered", "model"),
    [
        ("gpt-4o", "gpt-4o-2024-08-06", "gpt-4o"),
        ("cheap-group", "glm-4.5", "glm-4.5"),
        ("zhipu/glm-4.5", "zhipu/glm-4.5", "glm-4.5"),
        ("glm-4.5", "", "glm-4.5"),
        ("", "glm-4.5", "glm-4.5"),
    ],
)
def test_the_model_that_answered_counts(read, asked, answered, model):
    attributes = {**NEWEST, "gen_ai.request.model": asked, "gen_ai.response.model": answered}
    assert read(attributes=attributes).model == model


def test_times_to_the_first_token_that_are_none(read):
    assert read().time_to_first_token_seconds == 0.5
    for odd in (-1.0, 1e9, CANARY):
        assert (
            read(attributes={**NEWEST, "gen_ai.response.time_to_first_chunk": odd}).time_to_first_token_seconds is None
        )


@given(st.binary(max_size=300) | json_values.map(lambda value: json.dumps(value).encode()))
def test_any_body_is_read_or_refused(body):
    for _, spans_of in ENCODINGS.values():
        try:
            told = list(spans_of(body))
        except Problem as problem:
            assert problem.status in {400, 422}
            continue
        for each in told:
            found = to_call(each)
            assert found is None or isinstance(found, str | ModelCall)


@given(
    st.dictionaries(
        st.sampled_from(sorted(NEWEST)) | st.text(max_size=5),
        st.text(max_size=9) | st.integers(-(2**63), 2**63 - 1) | st.floats() | st.booleans(),
    ),
    st.integers(0, 2**64 - 1),
    st.integers(0, 2**64 - 1),
)
def test_any_values_are_taken_or_told(attributes, start_ns, end_ns):
    whole = {**NEWEST, **attributes}
    [told] = from_protobuf.spans_of(as_protobuf([span(attributes=whole, start_ns=start_ns, end_ns=end_ns)]))
    found = to_call(told)
    assert found is None or isinstance(found, str | ModelCall)
