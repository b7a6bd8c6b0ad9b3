"""`/v1/alerts` over real HTTP, on both databases."""

import asyncio

import pytest

from bot.ingest.tokens import Scope
from bot.services.alerts.respond import Press

ALERT = {
    "alert": "HighErrorRate",
    "severity": "high",
    "status": "firing",
    "labels": {"area": "performance", "model": "glm-4.5"},
}


def alert(**changes) -> dict:
    return {**ALERT, **changes}


async def test_an_alert_is_stored_and_shown(api):
    sent = alert(annotations={"summary": "5 %"}, started_at="2026-01-02T03:04:05+01:00")
    answer = await api.send(sent)
    assert (answer.status_code, answer.json()) == (200, {"accepted": 1, "duplicates": 0, "rejected": []})
    [shown] = await api.shown()
    assert (
        shown.items()
        >= {
            "alert": "HighErrorRate",
            "status": "firing",
            "severity": "high",
            "labels": ALERT["labels"],
            "annotations": {"summary": "5 %"},
            "started_at": "2026-01-02T02:04:05Z",
            "source": "api:everything",
        }.items()
    )
    assert "acknowledged_by" not in shown


async def test_what_is_known_counts_as_a_duplicate_and_its_end_does_not(api):
    assert (await api.send(ALERT)).json()["accepted"] == 1
    assert (await api.send([ALERT, ALERT])).json() == {"accepted": 0, "duplicates": 2, "rejected": []}
    assert (await api.send(alert(status="resolved"))).json()["accepted"] == 1
    assert await api.shown() == []
    [ended] = await api.shown(status="resolved")
    assert ended["resolved_at"] >= ended["started_at"]


async def test_an_end_and_a_new_beginning_in_one_batch(api):
    await api.send(ALERT)
    over = alert(status="resolved")
    assert (await api.send([over, ALERT, over, ALERT])).json() == {"accepted": 4, "duplicates": 0, "rejected": []}
    assert len(await api.shown()) == 1
    assert len(await api.shown(status="resolved")) == 2


async def test_a_bad_alert_does_not_spoil_its_batch(api):
    answer = await api.send([ALERT, alert(serverity="low"), 7, alert(alert="Other")])
    assert answer.status_code == 200
    assert answer.json() == {
        "accepted": 2,
        "duplicates": 0,
        "rejected": [
            {"index": 1, "error": "serverity is no known field; did you mean severity?"},
            {"index": 2, "error": "it must be an object"},
        ],
    }
    assert len(await api.shown()) == 2


async def test_a_batch_of_bad_alerts_is_refused_with_each_reason(api):
    answer = await api.send([alert(severity="loud"), {}])
    assert answer.status_code == 422
    error = answer.json()["error"]
    assert error["code"] == "invalid"
    assert "All 2 alerts were rejected" in error["message"]
    assert error["rejected"] == [
        {"index": 0, "error": "severity should be 'critical', 'high', 'medium', 'low' or 'info'"},
        {"index": 1, "error": "alert is missing; severity is missing; status is missing; labels is missing"},
    ]


async def test_an_empty_batch_is_no_mistake(api):
    answer = await api.send([])
    assert (answer.status_code, answer.json()) == (200, {"accepted": 0, "duplicates": 0, "rejected": []})


TEXTS = [
    "",
    " ",
    "é",
    "漢字",
    "🦜" * 50,
    "\u202eabc",
    "a\tb\nc",
    "'; DROP TABLE alerts; --",
    '"\\',
    "\x01\x7f",
    "%s {0}",
    "\ufffe",
]


@pytest.mark.parametrize("text", TEXTS)
async def test_any_other_text_comes_back_unchanged(api, text):
    sent = alert(alert=text or "x", labels={"l": text, f"n{text[:5]}": "v"}, annotations={text: text})
    assert (await api.send(sent)).json()["accepted"] == 1
    [shown] = await api.shown()
    assert {key: shown[key] for key in ("alert", "labels", "annotations")} == {
        key: sent[key] for key in ("alert", "labels", "annotations")
    }
    found = await api.shown(label=f"l={text}")
    assert found == [shown]


async def test_nul_is_replaced_and_a_lone_surrogate_refused_by_item(api):
    body = (
        rb'[{"alert": "a\u0000b", "severity": "low", "status": "firing", "labels": {"x\u0000": "\\u0000"}},'
        rb' {"alert": "c", "severity": "low", "status": "firing", "labels": {"x": "\ud800"}},'
        rb' {"alert": "d", "severity": "low", "status": "firing", "labels": {"\udfff": "x"}},'
        rb' {"alert": "e", "severity": "low", "status": "firing", "labels": {}, "\ud83d": "x"}]'
    )
    answer = await api.client.post("/v1/alerts", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 200, answer.text
    assert answer.json()["accepted"] == 1
    assert [each["index"] for each in answer.json()["rejected"]] == [1, 2, 3]
    assert "half a surrogate pair" in answer.json()["rejected"][0]["error"]
    [shown] = await api.shown()
    assert (shown["alert"], shown["labels"]) == ("a\ufffdb", {"x\ufffd": "\\u0000"})


LIMITS = {
    "65 labels": ({"labels": {f"l{n}": "" for n in range(65)}}, "labels"),
    "a label's name of 65 bytes": ({"labels": {"é" * 32 + "x": ""}}, "labels holds the name"),
    "a label's value of 1,025 bytes": ({"labels": {"x": "é" * 512 + "x"}}, "labels holds a value of x"),
    "annotations of 16 kB and a byte": ({"annotations": {"x": "y" * 16_384}}, "annotations are 16,385 bytes"),
    "a name of 257 bytes": ({"alert": "é" * 128 + "x"}, "alert is 257 bytes long"),
    "an empty name": ({"alert": ""}, "alert must not be empty"),
    "a number for a label": ({"labels": {"x": 1}}, "labels.x must be text"),
    "a start without an offset": ({"started_at": "2026-01-02T03:04:05"}, "started_at must be an RFC 3339"),
    "a start in seconds": ({"started_at": 1_700_000_000}, "started_at must be an RFC 3339"),
    "a start in seconds, as text": ({"started_at": "1700000000"}, "started_at must be an RFC 3339"),
    "a start before all time": ({"started_at": "0001-01-01T00:00:00+10:00"}, "started_at lies outside"),
    "a start on 30 February": ({"started_at": "2026-02-30T00:00:00Z"}, "started_at should be a valid datetime"),
    "a fingerprint of 65": ({"fingerprint": "f" * 65}, "fingerprint"),
    "an unknown field": ({"label": {}}, "label is no known field; did you mean labels?"),
}


@pytest.mark.parametrize(("changes", "said"), LIMITS.values(), ids=LIMITS.keys())
async def test_limits_are_named(small_api, changes, said):
    answer = await small_api.send(alert(**changes))
    assert answer.status_code == 422
    assert answer.json()["error"]["rejected"][0]["error"].startswith(said)
    assert await small_api.shown() == []


async def test_what_is_just_within_the_limits_is_taken(api):
    sent = alert(
        alert="é" * 128,
        labels={f"{n:02}" + "é" * 31: "é" * 512 for n in range(64)},
        annotations={"x": "y" * 16_383},
        started_at="2026-01-02t03:04:05.123456789z",
        fingerprint="漢" * 64,
    )
    assert (await api.send(sent)).json() == {"accepted": 1, "duplicates": 0, "rejected": []}
    [shown] = await api.shown()
    assert (shown["labels"], shown["fingerprint"]) == (sent["labels"], sent["fingerprint"])


async def test_a_batch_has_a_limit(small_api):
    answer = await small_api.send([ALERT] * 501)
    assert answer.status_code == 422
    assert "501 alerts; at most 500" in answer.json()["error"]["message"]
    assert (await small_api.send([ALERT] * 500)).json() == {"accepted": 1, "duplicates": 499, "rejected": []}


async def test_a_start_in_the_future_is_taken_as_now(api):
    assert (await api.send(alert(started_at="9999-12-31T23:59:59Z"))).status_code == 200
    [shown] = await api.shown()
    assert shown["started_at"] < "9000"


async def test_alerts_are_found_by_status_area_and_label(api):
    await api.send(
        [
            alert(alert="A", labels={"area": "cost", "team": "x=y", 'q"uote': "1", "é🦜": "2"}),
            alert(alert="B", labels={"area": "quality", "team": "z"}),
        ]
    )
    assert [each["alert"] for each in await api.shown()] == ["B", "A"]
    assert [each["alert"] for each in await api.shown(area="cost")] == ["A"]
    assert [each["alert"] for each in await api.shown(label="team=x=y")] == ["A"]
    assert [each["alert"] for each in await api.shown(label='q"uote=1')] == ["A"]
    assert [each["alert"] for each in await api.shown(label="é🦜=2")] == ["A"]
    assert await api.shown(label=["team=x=y", "area=quality"]) == []
    assert await api.shown(label="$.*=x") == []
    assert await api.shown(area="\0", label="\0=\0") == []
    assert len(await api.shown(limit=1)) == 1


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("limit=0", "limit should be greater than or equal to 1"),
        ("limit=501", "limit should be less than"),
        ("limit=x", "limit should be a valid integer"),
        ("status=broken", "status should be"),
        ("label=team", "label.0 should match pattern"),
        ("limit=1&limit=2", "The query gives limit twice"),
        ("stauts=firing", "stauts is no known field; did you mean status?"),
        ("%ff=%fe", "is no known field"),
    ],
)
async def test_a_wrong_query_is_named(small_api, query, said):
    answer = await small_api.client.get(f"/v1/alerts?{query}")
    assert answer.status_code == 422
    assert said in answer.json()["error"]["message"]


async def test_a_program_acknowledges_and_resolves(api):
    await api.send(ALERT)
    [shown] = await api.shown()
    taken = await api.client.post(f"/v1/alerts/{shown['id']}/acknowledge")
    assert taken.status_code == 200
    assert taken.json()["changed"] is True
    assert taken.json()["alert"]["acknowledged_by"] == "token:everything"
    again = await api.client.post(f"/v1/alerts/{shown['id']}/acknowledge")
    assert (again.json()["changed"], again.json()["alert"]["status"]) == (False, "acknowledged")
    ended = await api.client.post(f"/v1/alerts/{shown['id']}/resolve")
    assert (ended.json()["changed"], ended.json()["alert"]["status"]) == (True, "resolved")


async def test_a_person_who_comes_after_a_program_is_told_its_name(small_api):
    await small_api.send(ALERT)
    [shown] = await small_api.shown()
    await small_api.client.post(f"/v1/alerts/{shown['id']}/acknowledge")
    answer = await small_api.desk.acknowledge(Press(user_id="U1", group_id=shown["group"], delivery_id="d1"))
    assert not answer.changed
    assert answer.text.startswith("The program everything has acknowledged this already")


async def test_an_idempotency_key_means_one_request(api):
    await api.send([ALERT, alert(alert="Other")])
    other, first = await api.shown()
    key = {"Idempotency-Key": "k" * 400}
    url = f"/v1/alerts/{first['id']}/acknowledge"
    answers = await asyncio.gather(*[api.client.post(url, headers=key) for _ in range(5)])
    assert sorted(each.json()["changed"] for each in answers) == [False, False, False, False, True]
    assert {each.json()["alert"]["acknowledged_by"] for each in answers} == {"token:everything"}
    # The same key on another alert, or another verb, is another request.
    assert (await api.client.post(f"/v1/alerts/{other['id']}/acknowledge", headers=key)).json()["changed"] is True
    assert (await api.client.post(f"/v1/alerts/{first['id']}/resolve", headers=key)).json()["changed"] is True


@pytest.mark.parametrize(
    ("written", "status"),
    [
        ("0", 404),
        ("999", 404),
        (2**63 - 1, 404),
        (2**63, 422),
        ("9" * 400, 422),
        ("-1", 422),
        ("x", 422),
        ("1.5", 422),
        ("%00", 422),
        ("%ff", 422),
        ("1%2f2", 404),
    ],
)
async def test_ids_that_are_none(api, written, status):
    for verb in ("acknowledge", "resolve"):
        answer = await api.client.post(f"/v1/alerts/{written}/{verb}")
        assert (answer.status_code, "error" in answer.json()) == (status, True)


async def test_scopes_are_told_apart(api):
    await api.send(ALERT)
    [shown] = await api.shown()
    calls = {
        Scope.INGEST: ("POST", "/v1/alerts"),
        Scope.READ: ("GET", "/v1/alerts"),
        Scope.RESPOND: ("POST", f"/v1/alerts/{shown['id']}/acknowledge"),
    }
    for mine in calls:
        async with await api.token_of(f"only-{mine}", mine) as client:
            for wanted, (method, path) in calls.items():
                answer = await client.request(method, path, json=ALERT if wanted == Scope.INGEST else None)
                assert answer.status_code == (200 if wanted == mine else 403), (mine, wanted)
                if wanted != mine:
                    assert f"takes the scope {wanted}" in answer.json()["error"]["message"]


async def test_many_at_once_are_all_durable_when_answered(api):
    sent = [alert(labels={"model": f"m{n}"}) for n in range(60)]
    answers = await asyncio.gather(*[api.send(each) for each in sent])
    assert {answer.status_code for answer in answers} == {200}
    assert len(await api.shown()) == 60


async def test_one_condition_from_many_at_once_is_one_alert(api):
    answers = await asyncio.gather(*[api.send(ALERT) for _ in range(50)])
    assert sum(answer.json()["accepted"] for answer in answers) == 1
    assert sum(answer.json()["duplicates"] for answer in answers) == 49
    assert len(await api.shown()) == 1
