"""`/v1/silences` over real HTTP, on both databases."""

from datetime import timedelta

import pytest

from bot.clock import Clock
from tests.ingest.test_alerts import alert

MATCHERS = [{"label": "model", "op": "=", "value": "glm-4.5"}, {"label": "severity", "op": "!=", "value": "critical"}]


def later(hours: float) -> str:
    return (Clock().now() + timedelta(hours=hours)).isoformat()


def silence(**changes) -> dict:
    return {"matchers": MATCHERS, "ends_at": later(2), "comment": "upgrade", **changes}


async def make(api, **changes) -> dict:
    answer = await api.client.post("/v1/silences", json=silence(**changes))
    assert answer.status_code == 201, answer.text
    return answer.json()


async def shown(api, **query) -> list[dict]:
    answer = await api.client.get("/v1/silences", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()["silences"]


async def test_a_silence_is_made_shown_and_ended(api):
    made = await make(api)
    assert (made["status"], made["matchers"], made["created_by"]) == ("active", MATCHERS, "token:everything")
    await api.send(alert())
    [muted] = await api.shown()
    assert (muted["status"], muted["silenced_by"]) == ("suppressed", made["id"])
    assert await api.shown(status="suppressed") == [muted]
    assert [(each["id"], each["hidden"], each["holding"]) for each in await shown(api)] == [(made["id"], 1, 1)]
    ended = (await api.client.delete(f"/v1/silences/{made['id']}")).json()
    assert ended["changed"]
    assert (ended["silence"]["status"], ended["silence"]["ended_by"]) == ("expired", "token:everything")
    assert (ended["silence"]["ended_because"], ended["silence"]["hidden"]) == ("ended", 1)
    [fires] = await api.shown()
    assert fires["status"] == "firing"
    assert "silenced_by" not in fires
    assert await shown(api) == []
    assert [each["id"] for each in await shown(api, status="expired")] == [made["id"]]
    assert not (await api.client.delete(f"/v1/silences/{made['id']}")).json()["changed"]


async def test_one_that_begins_later_is_pending(api):
    made = await make(api, starts_at=later(1))
    assert made["status"] == "pending"
    await api.send(alert())
    assert [each["status"] for each in await api.shown()] == ["firing"]
    assert [each["status"] for each in await shown(api, status=["pending"])] == ["pending"]


async def test_a_key_makes_one_silence(api):
    key = {"Idempotency-Key": "release-7"}
    first = await api.client.post("/v1/silences", json=silence(), headers=key)
    again = await api.client.post("/v1/silences", json=silence(), headers=key)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["id"] == again.json()["id"]
    other = await api.client.post("/v1/silences", json=silence(comment="else"), headers=key)
    assert (other.status_code, other.json()["error"]["code"]) == (409, "key_taken")
    assert len(await shown(api)) == 1


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        pytest.param({"ends_at": later(-1)}, "ends before it begins", id="in-the-past"),
        pytest.param({"starts_at": later(3)}, "ends before it begins", id="ends-before-its-start"),
        pytest.param({"ends_at": later(24 * 31)}, "at most 30 days", id="too-long"),
        pytest.param({"ends_at": "tomorrow"}, "ends_at should be a time in RFC 3339", id="no-time"),
        pytest.param({"matchers": []}, "matchers", id="no-matcher"),
        pytest.param({"comment": ""}, "comment", id="no-reason"),
        pytest.param({"comments": "x"}, "did you mean comment?", id="unknown-field"),
        pytest.param(
            {"matchers": [{"label": "model", "op": "=~", "value": "glm.*"}]}, "regular expressions", id="a-regex"
        ),
        pytest.param({"matchers": [{"label": "m odel", "value": "x"}]}, "matchers.0.label", id="no-label"),
        pytest.param({"matchers": [{"label": "model", "op": ">", "value": "x"}]}, "matchers.0.op", id="no-sign"),
        pytest.param({"matchers": [{"label": "model", "op": "!=", "value": "x"}]}, "any label", id="hides-everything"),
    ],
)
async def test_what_cannot_be_is_refused_with_the_reason(small_api, changes, said):
    answer = await small_api.client.post("/v1/silences", json=silence(**changes))
    assert answer.status_code == 422, answer.text
    assert said in answer.json()["error"]["message"]
    assert await shown(small_api) == []


async def test_there_is_no_such_silence(small_api):
    answer = await small_api.client.delete("/v1/silences/999")
    assert answer.status_code == 404
    assert "no silence 999" in answer.json()["error"]["message"]


async def test_drafts_are_not_listed(small_api):
    answer = await small_api.client.get("/v1/silences", params={"status": "draft"})
    assert answer.status_code == 422
