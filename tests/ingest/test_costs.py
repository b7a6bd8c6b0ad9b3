"""GET /v1/costs: exact sums, chosen and told apart, and what is wrong with a question."""

from datetime import UTC, datetime

import pytest

from bot.services.telemetry.fold import Folder
from riskengine.telemetry import ModelCall

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)
NOTHING = {
    "total_usd": "0", "calls": 0, "input_tokens": 0, "output_tokens": 0,
    "unpriced_calls": 0, "unpriced_tokens": 0, "groups": [],
}  # fmt: skip


def call(call_id, model="m1", cost_usd=None, **told):
    parts = {"at": NOON, "provider": "p", "duration_seconds": 1.0, "input_tokens": 100, "output_tokens": 20}
    return ModelCall(id=call_id, model=model, cost_usd=cost_usd, **{**parts, **told}).model_dump(
        mode="json", exclude_none=True
    )


@pytest.fixture
async def told(api):
    calls = [
        call("1", cost_usd="0.1", role="critic"),
        call("2", cost_usd="0.000000000002"),
        call("3", "m2", cost_usd="12", role="critic", team="web"),
        call("4", "m2"),
        call("5", "m3", cost_usd="50", at=NOON.replace(month=4)),
    ]
    answer = await api.client.post("/v1/telemetry/calls", json=calls)
    assert answer.json()["accepted"] == len(calls)
    await Folder(api.database).fold_all()


async def asked(api, **query):
    answer = await api.client.get("/v1/costs", params={"from": "2024-03-01", "to": "2024-03-02", **query})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_sums_are_exact_and_hold_no_unpriced_call(api, told):
    assert await asked(api) == {
        "total_usd": "12.100000000002", "calls": 4, "input_tokens": 400, "output_tokens": 80,
        "unpriced_calls": 1, "unpriced_tokens": 120, "groups": [],
    }  # fmt: skip


async def test_groups_are_told_apart_the_dearest_first(api, told):
    found = await asked(api, group_by="model")
    assert [(group["key"], group["total_usd"], group["calls"]) for group in found["groups"]] == [
        ("m2", "12", 2),
        ("m1", "0.100000000002", 2),
    ]
    assert found["groups"][0]["unpriced_calls"] == 1
    by_role = await asked(api, group_by="role")
    assert {group["key"]: group["calls"] for group in by_role["groups"]} == {"critic": 2, "": 2}


@pytest.mark.parametrize(
    ("query", "calls"),
    [
        ({"model": "m1"}, 2),
        ({"model": ["m1", "m2"]}, 4),
        ({"role": "critic", "team": "web"}, 1),
        ({"role": ""}, 2),
        ({"provider": "q"}, 0),
        ({"from": "2024-03-01T12:00:00Z", "to": "2024-03-01T13:00:00Z"}, 4),
        ({"from": "2024-03-01T14:00:00+01:00"}, 0),
        ({"to": "2024-05-01"}, 5),
    ],
)
async def test_questions_choose(api, told, query, calls):
    assert (await asked(api, **query))["calls"] == calls


async def test_without_a_time_it_is_this_month_until_now(api, told):
    assert (await api.client.get("/v1/costs")).json() == NOTHING
    assert (await api.client.get("/v1/costs", params={"from": "2024-03-01"})).json()["calls"] == 5


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"from": "yesterday"}, "`from` (yesterday) is neither a moment like"),
        ({"to": "2024-02-30"}, "`to` (2024-02-30) is neither"),
        ({"to": "2024-03-01T12:00:00"}, "is neither"),
        ({"from": "2024-03-01T12:01:00Z"}, "so far back that only whole hours are known"),
        ({"from": "1999-01-01"}, "is not between 2000 and 2100"),
        ({"from": "2024-03-02"}, "`to` (2024-03-02) must be after `from` (2024-03-02)"),
        ({"group_by": "colour"}, "group_by should be 'model', 'provider', 'role', 'team' or 'configuration'"),
        ({"modell": "x"}, "did you mean model"),
        ({"model": "x" * 129}, "model.0 should have at most 128 characters"),
    ],
)
async def test_wrong_questions_are_told_precisely(api, query, said):
    answer = await api.client.get("/v1/costs", params={"from": "2024-03-01", "to": "2024-03-02", **query})
    assert answer.status_code == 422
    assert said in answer.json()["error"]["message"]
