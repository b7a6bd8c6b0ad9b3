"""Alive, ready, counted; without a token."""

from tests.ingest.conftest import ALERT


async def test_alive_and_ready(small_api):
    async with small_api.with_token(None) as stranger:
        assert (await stranger.get("/healthz")).json() == {"status": "ok"}
        ready = await stranger.get("/readyz")
        checks = [{"name": "database", "ok": True, "detail": "answers"}]
        assert (ready.status_code, ready.json()) == (200, {"status": "ready", "checks": checks})
        small_api.readiness.broken = "disk full"
        ready = await stranger.get("/readyz")
        assert (ready.status_code, ready.json()["status"]) == (503, "not_ready")
        assert ready.json()["checks"][0]["detail"] == "disk full"
        assert (await stranger.get("/healthz")).status_code == 200


async def test_requests_and_items_are_counted(small_api):
    await small_api.send([ALERT, ALERT, 7])
    await small_api.client.get("/no/such/path")
    await small_api.client.request("TRACE", "/healthz")
    await small_api.client.post("/v1/alerts/x/resolve")
    text = (await small_api.client.get("/metrics")).text
    lines = text.splitlines()
    for outcome in ("accepted", "duplicate", "rejected"):
        assert f'riskbot_intake_items_total{{outcome="{outcome}",sender="alerts"}} 1.0' in lines
    assert 'riskbot_http_requests_total{method="POST",route="/v1/alerts",status="200"} 1.0' in lines
    assert 'riskbot_http_requests_total{method="other",route="/healthz",status="405"} 1.0' in lines
    assert 'riskbot_http_requests_total{method="POST",route="/v1/alerts/{id}/resolve",status="422"} 1.0' in lines
    assert 'riskbot_http_request_duration_seconds_count{route="/v1/alerts"} 1.0' in lines
