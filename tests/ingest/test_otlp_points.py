"""Points of metrics in our words, from both encodings."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.ingest.otlp import from_json, from_protobuf
from bot.ingest.otlp.points import to_point
from bot.ingest.problems import Problem
from riskengine.meters import Meter, Point, Reading
from riskengine.series import Series
from tests.ingest.otlp_messages import CANARY, START_NS
from tests.ingest.otlp_metrics import DELTA, MINUTE_NS, as_json, as_protobuf, calls, counter, histogram, tokens
from tests.ingest.test_properties import json_values

ENCODINGS = {"json": (as_json, from_json.points_of), "protobuf": (as_protobuf, from_protobuf.points_of)}


@pytest.fixture(params=list(ENCODINGS))
def read(request):
    """What becomes of one point in an encoding."""
    write, points_of = ENCODINGS[request.param]

    def reading(point, resource=None):
        found = [to_point(each) for each in points_of(write([point], resource))]
        return found[0] if found else None

    return reading


def test_calls_with_their_durations(read):
    told = read(calls(3, 4.5, buckets=[1, 2], bounds=[1.0]), {"service.name": "shop", "riskbot.team": "payments"})
    assert isinstance(told, Point), told
    assert (told.meter, told.is_delta, told.service, told.error) == (Meter.CALLS, False, "shop", "")
    assert told.labels == Series("glm-4.5", "z_ai", "", "payments", "")
    assert told.reading == Reading(START_NS, START_NS + MINUTE_NS, 3, 4.5, (1, 2))
    assert told.bounds == (1.0,)
    assert CANARY not in str(told)


def test_milliseconds_become_seconds(read):
    told = read(calls(3, 4_500.0, unit="ms", buckets=[1, 2], bounds=[1_000.0]))
    assert (told.reading.total, told.bounds) == (4.5, (1.0,))


@pytest.mark.parametrize(
    ("point", "meter"),
    [
        (tokens("input", 3, 90.0, unit="{token}"), Meter.INPUT_TOKENS),
        (tokens("output", 3, 90.0), Meter.OUTPUT_TOKENS),
        (tokens("completion", 3, 90.0), Meter.OUTPUT_TOKENS),
        (counter("gen_ai.client.inference.usage.input_tokens", 90.0), Meter.INPUT_TOKENS),
        (counter("gen_ai.client.inference.usage.output_tokens", 90.0), Meter.OUTPUT_TOKENS),
        (counter("gen_ai.client.inference.usage.cache_read.input_tokens", 90.0), Meter.CACHED_TOKENS),
        (counter("gen_ai.client.inference.usage.cache_write.input_tokens", 90.0), Meter.CACHE_WRITE_TOKENS),
        (histogram("gen_ai.client.inference.duration", 3, 90.0), Meter.CALLS),
    ],
)
def test_every_generation_of_metrics(read, point, meter):
    told = read(point)
    assert (told.meter, told.reading.total) == (meter, 90.0)


@pytest.mark.parametrize(
    "point",
    [
        tokens("reasoning", 3, 90.0),
        histogram("gen_ai.server.request.duration", 3, 90.0),
        histogram("http.server.request.duration", 3, 90.0),
        calls(3, 4.5, attributes={"gen_ai.operation.name": "execute_tool"}),
    ],
)
def test_what_tells_no_calls_of_models_is_passed_over(read, point):
    assert read(point) is None


@pytest.mark.parametrize(
    ("point", "said"),
    [
        (calls(3, 4.5, temporality=0), "neither cumulative nor delta"),
        (calls(3, 4.5, temporality=DELTA, start_ns=0), "from when on"),
        (calls(3, 4.5, start_ns=START_NS + 2 * MINUTE_NS), "from when on"),
        (calls(3, 4.5, time_ns=5), "a time that is none"),
        (calls(3, 4.5, start_ns=5), "a time that is none"),
        (calls(3, -4.5), "a count or a sum"),
        (calls(2**63, 4.5), "a count or a sum"),
        (calls(3, 4.5, buckets=[1, 2], bounds=[-1.0]), "bounds that are none"),
        (calls(3, 4.5, attributes={"gen_ai.request.model": "m" * 129}), "more than 128 characters"),
    ],
)
def test_readings_that_cannot_be_are_told(read, point, said):
    assert said in str(read(point))


def test_a_failed_call_is_told_by_its_error(read):
    assert read(calls(1, 4.5, attributes={"error.type": "timeout"})).error == "timeout"


def test_series_are_told_apart_by_everything_but_the_order(read):
    plain = read(calls(1, 1.0)).series_key
    assert read(calls(7, 9.0, time_ns=START_NS + 5 * MINUTE_NS)).series_key == plain
    turned = dict(reversed(calls(1, 1.0)["attributes"].items()))
    assert read({**calls(1, 1.0), "attributes": turned}).series_key == plain
    others = [
        read(calls(1, 1.0), {"service.instance.id": "2"}),
        read(calls(1, 1.0, attributes={"server.port": 1})),
        read(histogram("gen_ai.client.inference.duration", 1, 1.0)),
    ]
    assert len({plain, *(each.series_key for each in others)}) == 4


@given(st.binary(max_size=300) | json_values.map(lambda value: json.dumps(value).encode()))
def test_any_body_is_read_or_refused(body):
    for _, points_of in ENCODINGS.values():
        try:
            told = list(points_of(body))
        except Problem as problem:
            assert problem.status in {400, 422}
            continue
        assert all(to_point(each) is None or isinstance(to_point(each), str | Point) for each in told)


@given(
    json_values,
    st.sampled_from(["count", "sum", "bucketCounts", "explicitBounds", "attributes", "timeUnixNano", "flags"]),
)
def test_any_value_of_a_json_point_is_taken_or_told(value, name):
    message = json.loads(as_json([calls(3, 4.5, buckets=[1, 2], bounds=[1.0])]))
    message["resourceMetrics"][0]["scopeMetrics"][0]["metrics"][0]["histogram"]["dataPoints"][0][name] = value
    for each in from_json.points_of(json.dumps(message).encode()):
        assert to_point(each) is None or isinstance(to_point(each), str | Point)
