"""Alertmanager's webhook: translated whatever it says, and served over real HTTP."""

import json
import logging
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.ingest.alertmanager import NOTE, to_alerts
from bot.ingest.generic_alerts import ANNOTATIONS_BYTES, GenericAlert
from bot.ingest.problems import Invalid
from riskengine.response.alerts import Severity, SignalStatus, fingerprint_of


def item(**changes) -> dict:
    """One alert as Alertmanager 0.25 writes it."""
    return {
        "status": "firing",
        "labels": {"alertname": "HighLatency", "model": "glm-4.5", "severity": "page"},
        "annotations": {"summary": "p99 is 12 s", "runbook_url": "https://runbooks.example/latency"},
        "startsAt": "2026-03-01T12:00:00.123456789+01:00",
        "endsAt": "0001-01-01T00:00:00Z",
        "generatorURL": "http://prometheus.example:9090/graph?g0.expr=up",
        "fingerprint": "c5a9b1e2d3f40516",
    } | changes


def message(*alerts, **changes) -> dict:
    return {
        "version": "4",
        "groupKey": '{}:{alertname="HighLatency"}',
        "truncatedAlerts": 0,
        "receiver": "riskbot",
        "status": "firing",
        "groupLabels": {"alertname": "HighLatency"},
        "commonLabels": {},
        "commonAnnotations": {},
        "externalURL": "http://alertmanager.example:9093",
        "alerts": list(alerts),
    } | changes


def signal(**changes):
    [translated] = to_alerts(message(item(**changes)), source="s").signals
    return translated


def test_an_alert_is_translated():
    assert signal().model_dump() == {
        "name": "HighLatency",
        "severity": Severity.CRITICAL,
        "status": SignalStatus.FIRING,
        "labels": {"alertname": "HighLatency", "model": "glm-4.5", "severity": "page"},
        "annotations": {
            "summary": "p99 is 12 s",
            "runbook_url": "https://runbooks.example/latency",
            "generator_url": "http://prometheus.example:9090/graph?g0.expr=up",
        },
        "started_at": datetime(2026, 3, 1, 11, 0, 0, 123456, UTC),
        "ended_at": None,
        "fingerprint": "am:c5a9b1e2d3f40516",
        "source": "s",
    }


@pytest.mark.parametrize(
    ("written", "severity", "said"),
    [
        ("critical", "critical", False),
        ("Page", "critical", False),
        ("error", "high", False),
        ("high", "high", False),
        ("warning", "medium", False),
        ("warn", "medium", False),
        ("medium", "medium", False),
        ("low", "low", False),
        ("info", "info", False),
        ("none", "info", False),
        ("p1", "medium", True),
        ("", "medium", True),
    ],
)
def test_severities(written, severity, said):
    translated = signal(labels={"alertname": "A", "severity": written})
    assert translated.severity == severity
    assert (NOTE in translated.annotations) == said
    if said:
        assert "medium was taken" in translated.annotations[NOTE]


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"status": "resolved", "endsAt": "2026-03-01T12:10:00Z"}, "resolved"),
        ({"status": "resolved", "endsAt": "0001-01-01T00:00:00Z"}, "resolved"),
        ({"status": "firing", "endsAt": "2026-03-01T12:10:00Z"}, "firing"),
        ({"status": None}, "firing"),
        ({"status": "?", "endsAt": "0001-01-01T00:00:00Z"}, "firing"),
        ({"status": "?", "endsAt": "2026-03-01T12:10:00Z"}, "resolved"),
        ({"status": 7, "endsAt": 7}, "firing"),
    ],
)
def test_statuses(changes, status):
    assert signal(**changes).status == status


def test_an_end_is_told_with_its_time():
    """What fires is told with the time at which it would end by itself, which is no end."""
    ends = "2026-03-01T12:10:00Z"
    assert signal(status="resolved", endsAt=ends).ended_at == datetime(2026, 3, 1, 12, 10, tzinfo=UTC)
    assert signal(status="firing", endsAt=ends).ended_at is None
    assert signal(status="resolved", endsAt="0001-01-01T00:00:00Z").ended_at is None


def test_the_messages_status_stands_in_for_a_missing_one():
    [translated] = to_alerts(message(item(status=""), status="resolved"), source="s").signals
    assert translated.status == "resolved"


@pytest.mark.parametrize(
    "written",
    ["0001-01-01T00:00:00Z", "2026-03-01T12:00:00", "", None, "yesterday", 7, "9999-12-31T23:59:59-10:00", []],
)
def test_a_start_that_is_none(written):
    assert signal(startsAt=written).started_at is None


@pytest.mark.parametrize("written", ["", None, 7, "x" * 62, "é", "a\nb", []])
def test_without_a_usable_fingerprint_name_and_labels_identify(written):
    labels = {"alertname": "A", "x": "y" * 3_000}
    assert signal(labels=labels, fingerprint=written).fingerprint == fingerprint_of("A", labels)


def test_what_is_too_long_is_cut_and_said():
    labels = {f"l{n:03}": "é" * 2_000 for n in range(70)} | {"n" * 100: "x", "alertname": "A" * 400}
    annotations = {"long": "z" * 50_000, "runbook_url": "https://runbooks.example/x", "k" * 20_000: "v"}
    translated = signal(labels=labels, annotations=annotations)
    said = translated.annotations[NOTE]
    assert "72 labels; the first 64" in said
    assert "Text that was too long was cut" in said
    assert "left out" in said
    assert translated.annotations["runbook_url"] == "https://runbooks.example/x"
    assert translated.annotations["long"].endswith("…")
    # What is left keeps to our own limits.
    fields = translated.model_dump(include={"severity", "status", "labels", "annotations"})
    GenericAlert(alert=translated.name, **fields)


def test_labels_that_are_no_text_are_written_as_text():
    translated = signal(
        labels={"alertname": "A", "n": 5, "list": [1], "nothing": None, "nul": "a\0b", "half": "\ud800"}
    )
    assert translated.labels == {
        "alertname": "A",
        "n": "5",
        "list": "[1]",
        "nothing": "None",
        "nul": "a\ufffdb",
        "half": "\ufffd",
    }


@pytest.mark.parametrize("payload", [None, 7, "x", [], {}, {"alerts": {}}, {"alerts": "x"}])
def test_what_is_no_message(payload):
    with pytest.raises(Invalid, match="no message of Alertmanager's"):
        to_alerts(payload, source="s")


def test_a_broken_alert_does_not_spoil_the_others():
    translated = to_alerts(message(item(), 7, item(labels=None), {}), source="s")
    assert len(translated.signals) == 1
    assert [each.index for each in translated.rejected] == [1, 2, 3]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(st.characters(), max_size=8),
    lambda children: (
        st.lists(children, max_size=3) | st.dictionaries(st.text(st.characters(), max_size=8), children, max_size=3)
    ),
    max_leaves=8,
)
odd_items = st.fixed_dictionaries(
    {"labels": st.dictionaries(st.text(st.characters(), max_size=100), json_values, max_size=70)},
    optional=dict.fromkeys(
        ("status", "annotations", "startsAt", "endsAt", "generatorURL", "fingerprint", "other"), json_values
    ),
)


@given(st.lists(odd_items, max_size=3), json_values)
def test_anything_with_labels_becomes_an_alert_within_our_limits(items, truncated):
    translated = to_alerts(message(*items, truncatedAlerts=truncated), source="s")
    assert len(translated.signals) == len(items)
    assert translated.truncated >= 0
    for each in translated.signals:
        json.dumps(each.model_dump(mode="json"), ensure_ascii=False).encode()
        fields = each.model_dump(include={"severity", "status"})
        labels = {name: value for name, value in each.labels.items() if name}
        GenericAlert(alert=each.name, labels=labels, annotations=each.annotations, **fields)
        assert len(each.fingerprint) <= 64
        assert sum(len(k.encode()) + len(v.encode()) for k, v in each.annotations.items()) <= ANNOTATIONS_BYTES


async def test_a_message_is_stored_and_a_repeated_one_is_known(api):
    sent = message(item(), item(labels={"alertname": "Other"}, fingerprint="f2"))
    answer = await api.client.post("/v1/hooks/alertmanager", json=sent)
    assert answer.json() == {"accepted": 2, "duplicates": 0, "rejected": [], "truncated": 0}
    assert (await api.client.post("/v1/hooks/alertmanager", json=sent)).json()["duplicates"] == 2
    over = message(item(status="resolved", endsAt="2026-03-01T13:00:00Z"))
    assert (await api.client.post("/v1/hooks/alertmanager", json=over)).json()["accepted"] == 1
    assert [each["alert"] for each in await api.shown()] == ["Other"]
    # A late copy of the first message does not bring it back.
    assert (await api.client.post("/v1/hooks/alertmanager", json=message(item()))).json()["duplicates"] == 1
    [ended] = await api.shown(status="resolved")
    assert (ended["fingerprint"], ended["source"]) == ("am:c5a9b1e2d3f40516", "alertmanager:everything")


async def test_alerts_left_out_are_reported(small_api, caplog):
    answer = await small_api.client.post("/v1/hooks/alertmanager", json=message(item(), truncatedAlerts=12))
    assert answer.json()["truncated"] == 12
    [logged] = [each for each in caplog.records if each.levelno == logging.WARNING]
    assert logged.truncated == 12
    assert "max_alerts" in logged.message


async def test_only_what_can_never_succeed_is_refused(small_api):
    post = small_api.client.post
    assert (await post("/v1/hooks/alertmanager", json={"alerts": "x"})).status_code == 422
    assert (await post("/v1/hooks/alertmanager", json=message(7))).status_code == 422
    assert (await post("/v1/hooks/alertmanager", json=message())).status_code == 200
    hostile = message(item(labels={"a\0": "\ud800", "": "x"}), version="5", novelty={"x": [1]})
    assert (await post("/v1/hooks/alertmanager", content=json.dumps(hostile))).json()["accepted"] == 1
