"""The bucket as a function, and the limit over HTTP."""

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from bot.ingest.rate_limits import Bucket, RateLimits, take
from bot.ingest.tokens import Scope
from bot.settings import HttpSettings
from tests.ingest.conftest import serving


def test_a_burst_passes_and_then_the_rate_holds():
    bucket = Bucket(3, 0)
    for _ in range(3):
        bucket, wait = take(bucket, 0, per_second=2, burst=3)
        assert wait == 0
    bucket, wait = take(bucket, 0, per_second=2, burst=3)
    assert wait == 0.5
    bucket, wait = take(bucket, 0.5, per_second=2, burst=3)
    assert (bucket.left, wait) == (0, 0)


@given(
    st.lists(st.floats(0, 5), max_size=60),
    st.floats(0.1, 50),
    st.integers(1, 20),
)
def test_never_more_than_the_burst_and_the_rate_together(gaps, per_second, burst):
    bucket, now, passed = Bucket(burst, 0), 0.0, 0
    for gap in gaps:
        now += gap
        bucket, wait = take(bucket, now, per_second=per_second, burst=burst)
        passed += wait == 0
        assert 0 <= bucket.left <= burst
        assert wait <= 1 / per_second
    assert passed <= burst + now * per_second + 1e-6


def test_tokens_have_buckets_of_their_own():
    limits = RateLimits(HttpSettings(requests_per_minute=1, burst=1))
    assert limits.wait_seconds(1) == 0
    assert 59 < limits.wait_seconds(1) <= 60
    assert limits.wait_seconds(2) == 0


async def test_ten_times_the_quota_is_mostly_refused(sqlite):
    async with serving(sqlite, HttpSettings(requests_per_minute=60, burst=5)) as api:
        answers = await asyncio.gather(*[api.client.get("/v1/alerts") for _ in range(50)])
        refused = [answer for answer in answers if answer.status_code == 429]
        assert 43 <= len(refused) <= 45
        assert {answer.headers["retry-after"] for answer in refused} == {"1"}
        assert refused[0].json()["error"]["code"] == "rate_limited"
        async with await api.token_of("other", Scope.READ) as other:
            assert (await other.get("/v1/alerts")).status_code == 200
        assert (await api.client.get("/healthz")).status_code == 200
