"""Whatever comes in: no fault of ours, nothing lost between the counts, and text that comes back as it went in."""

import json
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.ingest.bodies import parse_json
from bot.ingest.generic_alerts import GenericAlert, parse_batch
from bot.ingest.problems import Problem
from bot.ingest.text import REPLACEMENT, byte_length, cut, printable, storable, without_nul

#: Every character there is, halves of surrogate pairs and NUL among them.
any_text = st.text(st.characters(), max_size=40)
good_text = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=15)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | any_text,
    lambda children: st.lists(children, max_size=4) | st.dictionaries(any_text, children, max_size=4),
    max_leaves=12,
)
good_alerts = st.fixed_dictionaries(
    {
        "alert": good_text.filter(bool),
        "severity": st.sampled_from(["critical", "high", "medium", "low", "info"]),
        "status": st.sampled_from(["firing", "resolved"]),
        "labels": st.dictionaries(good_text.filter(bool), good_text, max_size=6),
    },
    optional={
        "annotations": st.dictionaries(good_text, good_text, max_size=4),
        "started_at": st.datetimes(timezones=st.timezones())
        .map(lambda moment: moment.isoformat())
        .filter(lambda w: len(w) < 33),
        "fingerprint": good_text.filter(bool),
    },
)
odd_alerts = st.builds(
    lambda good, odd: {**good, **odd},
    good_alerts,
    st.dictionaries(
        st.sampled_from(["alert", "severity", "status", "labels", "annotations", "started_at", "fingerprint", "lables"])
        | any_text,
        json_values,
        min_size=1,
        max_size=2,
    ),
)
#: One socket and one database for all examples; each is independent of what the others left behind.
OVER_HTTP = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@given(st.binary(max_size=200) | json_values.map(lambda value: json.dumps(value).encode()))
def test_any_body_is_parsed_or_refused(body):
    try:
        batch = parse_batch(body, 500)
    except Problem as problem:
        assert problem.status in {400, 422}
        return
    value = parse_json(body)
    assert len(batch.alerts) + len(batch.rejected) == (len(value) if isinstance(value, list) else 1)
    for rejected in batch.rejected:
        rejected.model_dump_json()
        assert rejected.error


@given(st.lists(good_alerts | odd_alerts | json_values, max_size=5))
def test_the_quick_way_and_the_thorough_way_agree(items):
    body = json.dumps(items).encode()
    batch = parse_batch(body, 500)
    alone = []
    for item in items:
        one = parse_batch(json.dumps([item]).encode(), 500)
        alone += one.alerts
    assert list(batch.alerts) == alone
    assert {each.index for each in batch.rejected} <= set(range(len(items)))
    for each in batch.alerts:
        each.model_dump_json()


@given(good_alerts)
def test_a_good_alert_is_taken_unchanged(sent):
    [taken] = parse_batch(json.dumps(sent).encode(), 500).alerts
    assert isinstance(taken, GenericAlert)
    assert (taken.alert, taken.labels, taken.annotations) == (
        sent["alert"],
        sent["labels"],
        sent.get("annotations", {}),
    )
    assert taken == parse_batch(json.dumps(sent, ensure_ascii=False).encode(), 500).alerts[0]


@given(any_text)
def test_nul_is_replaced_wherever_it_stands_and_nothing_else_is(text):
    body = json.dumps({text: [text]}).encode()
    clean = text.replace("\0", REPLACEMENT)
    assert json.loads(without_nul(body)) == {clean: [clean]}


@given(any_text, st.integers(0, 60))
def test_helpers_of_text(text, limit):
    whole = storable(text)
    assert "\0" not in whole
    whole.encode()
    if limit >= 3:
        assert byte_length(cut(whole, limit)) <= limit
    printable(text).encode()
    if not any("\ud800" <= character <= "\udfff" for character in text):
        assert whole == text.replace("\0", REPLACEMENT)


@pytest.mark.parametrize("path", ["/v1/alerts", "/v1/hooks/alertmanager"])
@OVER_HTTP
@given(items=st.lists(good_alerts | odd_alerts, min_size=1, max_size=4))
async def test_over_http_the_counts_add_up(api, path, items):
    body = {"version": "4", "alerts": items} if path.endswith("manager") else items
    answer = await api.client.post(path, content=json.dumps(body))
    assert answer.status_code in {200, 422}, answer.text
    if answer.status_code == 422:
        assert len(answer.json()["error"]["rejected"]) == len(items)
    else:
        told = answer.json()
        assert told["accepted"] + told["duplicates"] + len(told["rejected"]) == len(items)


@OVER_HTTP
@given(sent=good_alerts)
async def test_over_http_text_comes_back_unchanged(api, sent):
    # Under a fingerprint of the sender's own, other labels would still be the same alert.
    answer = await api.send({**sent, "status": "firing", "fingerprint": None})
    assert answer.status_code == 200, answer.text
    shown = await api.shown(limit=500)
    fields = ("alert", "labels")
    assert {name: sent[name] for name in fields} in [{name: each[name] for name in fields} for each in shown]
    for name, value in list(sent["labels"].items())[:1]:
        if "=" not in name:
            found = await api.shown(label=f"{name}={value}", limit=500)
            assert any(each["labels"] == sent["labels"] for each in found)


@OVER_HTTP
@given(
    query=st.dictionaries(st.sampled_from(["status", "area", "label", "limit"]) | any_text, any_text, max_size=3),
    written=any_text,
)
async def test_no_query_and_no_path_brings_a_fault(api, query, written):
    safe = {storable(name): storable(value) for name, value in query.items()}
    assert (await api.client.get("/v1/alerts", params=safe)).status_code in {200, 422}
    headers = (
        {"Idempotency-Key": written.encode("ascii", "ignore").decode().strip() or "x"} if written.isprintable() else {}
    )
    answer = await api.client.post(f"/v1/alerts/{quote(storable(written), safe='')}/resolve", headers=headers)
    assert answer.status_code in {404, 422}
