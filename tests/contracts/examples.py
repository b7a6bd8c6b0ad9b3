"""Every state that a template can be asked to show, made from the models that the bot itself gives it."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, NamedTuple

from bot.services.auditor.checks import CHECKS
from bot.slack import alert_lists, home_view
from bot.slack.alert_cards import to_card, to_digest
from bot.slack.group_views import group_view, notice_view
from bot.slack.render import render
from riskengine.response.alerts import Alert, AlertStatus, Severity
from riskengine.response.grouping import Group
from riskengine.response.reports import GroupDetail, Mutes, Overview, Recorded
from tests.contracts import (
    approval_examples,
    complaint_examples,
    control_examples,
    delivery_examples,
    escalation_examples,
    hearing_examples,
    noise_examples,
    rule_examples,
    silence_examples,
)
from tests.contracts.texts import FOOTERS, HOSTILE, HOUR, LONG, NOON, note


def group(**changes: Any) -> Group:
    nobody = dict.fromkeys(
        (
            *("told_at", "resolved_at", "acknowledged_by", "acknowledged_at"),
            *("acknowledgement_expires_at", "assigned_to", "assigned_by"),
        )
    )
    plain = {
        "id": 12,
        "key": "k",
        "name": "Response time above 3 s",
        "area": "performance",
        "subject_label": "model",
        "subject": "glm-4.5",
        "status": AlertStatus.FIRING,
        "severity": Severity.HIGH,
        "firing": 1,
        "acknowledged": 0,
        "resolved": 0,
        "revision": 3,
        "refires": 0,
        "opened_at": NOON,
    }
    return Group.model_validate({**nobody, **plain, **changes})


def an_alert(**changes: Any) -> Alert:
    plain = {
        "id": 5,
        "group_id": 12,
        "fingerprint": "f",
        "name": "Response time above 3 s",
        "severity": Severity.HIGH,
        "status": AlertStatus.FIRING,
        "labels": {"area": "performance", "model": "glm-4.5", "role": "architect"},
        "annotations": {
            "summary": "Calls take more than 3 s on average.",
            "value": "mean response time 4.2 s",
            "limit": "3 s",
            "basis": "214 calls in 5 min",
            "action": "Consider rolling the model back",
            "runbook_url": "https://runbooks.example.com/latency",
        },
        "source": "api:ci",
        "started_at": NOON,
        "told_start": True,
        "received_at": NOON,
    }
    return Alert.model_validate({**plain, **changes})


class Shown(NamedTuple):
    group: Group
    alerts: list[Alert]
    mutes: Mutes = Mutes()


TAKEN = {
    "acknowledged_by": "U0HANA",
    "acknowledged_at": NOON + HOUR,
    "acknowledgement_expires_at": NOON + 5 * HOUR,
}
OVER = {"status": AlertStatus.RESOLVED, "firing": 0, "resolved": 1, "resolved_at": NOON + 2 * HOUR}
ACKNOWLEDGED = {"status": AlertStatus.ACKNOWLEDGED, "firing": 0, "acknowledged": 1, **TAKEN}


MUTED = {"status": AlertStatus.SUPPRESSED, "firing": 0, "suppressed": 1}


def _many(count: int, **labels: str) -> list[Alert]:
    return [an_alert(id=number, labels={"role": f"role-{number}", **labels}) for number in range(count)]


def _of_text(text: str) -> Shown:
    """The text everywhere where a sender may write."""
    named = group(name=text, area=text, subject=text, subject_label="model")
    said = dict.fromkeys(("summary", "value", "limit", "basis", "action", "x"), text)
    annotations = {**said, "runbook_url": f"https://e.example/{text}"}
    return Shown(named, [an_alert(name=text, labels={"model": text, "k": text, text: "v"}, annotations=annotations)])


GROUPS: dict[str, Shown] = {
    "firing": Shown(group(), [an_alert()]),
    "critical": Shown(group(severity=Severity.CRITICAL), [an_alert(severity=Severity.CRITICAL)]),
    "firing_many": Shown(group(firing=40), _many(40)),
    "acknowledged": Shown(group(**ACKNOWLEDGED), [an_alert(status=AlertStatus.ACKNOWLEDGED)]),
    "acknowledged_by_program": Shown(group(**{**ACKNOWLEDGED, "acknowledged_by": "token:ci"}), [an_alert()]),
    "partly_acknowledged": Shown(
        group(firing=2, acknowledged=1, **TAKEN), [an_alert(), an_alert(status=AlertStatus.ACKNOWLEDGED)]
    ),
    "assigned": Shown(group(assigned_to="U0IVAN", assigned_by="U0HANA"), [an_alert()]),
    "assigned_and_acknowledged": Shown(group(assigned_to="U0IVAN", **ACKNOWLEDGED), [an_alert()]),
    "resolved": Shown(group(**OVER), [an_alert(status=AlertStatus.RESOLVED, resolved_at=NOON + 2 * HOUR)]),
    "resolved_by_person": Shown(
        group(**OVER, **TAKEN),
        [an_alert(status=AlertStatus.RESOLVED, resolved_at=NOON + 2 * HOUR, resolved_by="U0HANA")],
    ),
    "resolved_by_program": Shown(
        group(**OVER), [an_alert(status=AlertStatus.RESOLVED, resolved_at=NOON, resolved_by="token:ci")]
    ),
    "silenced": Shown(
        group(**MUTED), [an_alert(status=AlertStatus.SUPPRESSED)], Mutes(silences=(silence_examples.silence(),))
    ),
    "partly_silenced": Shown(
        group(suppressed=2),
        [an_alert(), an_alert(status=AlertStatus.SUPPRESSED)],
        Mutes(
            silences=(
                silence_examples.silence(comment=LONG[:500]),
                silence_examples.silence(id=8, created_by="token:ci", comment=HOSTILE[:500]),
            )
        ),
    ),
    "inhibited": Shown(group(**MUTED), [an_alert()], Mutes(sources=(an_alert(name=HOSTILE), an_alert(name=LONG)))),
    "flapping": Shown(
        group(refires=3, flapping_since=NOON, changed_at=tuple(NOON + HOUR / 12 * step for step in range(6))),
        [an_alert()],
    ),
    "unmuted": Shown(group(unmuted_at=NOON + HOUR), [an_alert()]),
    "refired": Shown(group(refires=3), [an_alert()]),
    "no_labels": Shown(group(area="", subject="", subject_label=""), [an_alert(labels={}, annotations={})]),
    "no_alerts": Shown(group(), []),
    "long_fields": _of_text(LONG),
    "many_long_labels": Shown(
        group(firing=40), [an_alert(labels={f"{n:02}" * 32: "v" * 1024 for n in range(64)})] * 40
    ),
    "hostile": _of_text(HOSTILE),
    "unshowable": _of_text("\u202e\x00"),
    "blank": _of_text(" "),
    "empty": Shown(
        group(name="", area="", subject=""), [an_alert(name="", labels={"k": ""}, annotations={"summary": ""})]
    ),
}

_WORDS = {"plain": "Response time above 3 s", "long": LONG, "hostile": HOSTILE, "empty": ""}


def _messages_of_groups() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for state, shown in GROUPS.items():
        card = dict(to_card(shown.group, shown.alerts, shown.mutes))
        for footer, values in FOOTERS.items():
            yield "alerts/card", f"{state}, {footer}", render("alerts/card", {**card, **values})
        pictured = {**card, **FOOTERS["all"], "picture": "F0123456789", "picture_shows": card["name"] * 20}
        yield "alerts/card", f"{state}, pictured", render("alerts/card", pictured)


def _digests() -> Iterator[tuple[str, str, dict[str, Any]]]:
    mixed = [shown.group.model_copy(update={"id": number}) for number, shown in enumerate(GROUPS.values())]
    states = {
        "firing": [group(id=number) for number in range(7)],
        "acknowledged": [group(id=number, **ACKNOWLEDGED) for number in range(3)],
        "resolved": [group(id=number, **OVER) for number in range(3)],
        "mixed": mixed,
        "largest": [
            GROUPS["long_fields"].group.model_copy(update={"id": n, "severity": s, **ACKNOWLEDGED})
            for n in range(40)
            for s in [list(Severity)[n % 5]]
        ],
        "largest_firing": [
            GROUPS["long_fields"].group.model_copy(update={"id": n, "assigned_to": "token:" + LONG[:64]})
            for n in range(40)
        ],
        "one_left": [group()],
    }
    for state, groups in states.items():
        digest = dict(to_digest(3, groups))
        for footer, values in FOOTERS.items():
            yield "alerts/digest", f"{state}, {footer}", render("alerts/digest", {**digest, **values})


def _notes() -> Iterator[tuple[str, str, dict[str, Any]]]:
    who = {"person": "U0HANA", "program": "token:ci", "nobody": None}
    for state, text in _WORDS.items():
        named = {"name": text, "subject": text}
        payloads: dict[str, dict[str, Any]] = {
            "alerts/refired": {**named, "times": 1},
            "alerts/unmuted": named,
            "alerts/calmed": named,
            "alerts/flapping": {**named, "changes": 6, "seconds": 1_500.0},
            "delivery/destination_broken": {"channel": text or "#x", "reason": "is_archived", "hint": "Unarchive it."},
            "callbacks/given_up": {
                "host": text[:255],
                "event": "approved",
                "attempts": 30,
                "reason": text[:300],
                "since": {"timestamp": 1_764_000_000, "utc": "2025-11-24 16:00 UTC"},
            },
            "delivery/given_up": {"channel": text or "#x", "template": "alerts/card", "reason": text[:300]},
        }
        for check in CHECKS if state == "plain" else ():
            found = {"check": check.name, "found": check.found.format(count=200), "done": check.done}
            for mended in (True, False):
                for footer, shown in note("auditor/found", {**found, "mended": mended}):
                    yield "auditor/found", f"{check.name}, {mended}, {footer}", shown
        for template, payload in payloads.items():
            yield from ((template, f"{state}, {footer}", shown) for footer, shown in note(template, payload))
        for label, owner in who.items():
            each: dict[str, dict[str, Any]] = {
                "alerts/joined": {**named, "firing": 1 if owner else 9, "owner": owner},
                "alerts/still_firing": {**named, "seconds": 15_000.0, "assigned_to": owner},
                "alerts/acknowledgement_expired": {**named, "owner": owner},
            }
            if owner:
                each["alerts/assigned"] = {**named, "severity": "high", "by": owner}
            for template, payload in each.items():
                for footer, shown in note(template, payload):
                    yield template, f"{state}, {label}, {footer}", shown


def _answers() -> Iterator[tuple[str, str, dict[str, Any]]]:
    groups = [shown.group for shown in GROUPS.values()]
    longest = [GROUPS["long_fields"].group] * alert_lists.ROWS
    quiet = Overview(firing_groups=0, acknowledged_groups=0, resolved_last_day=0, mtta=None)
    busy = Overview(firing_groups=40, acknowledged_groups=2, resolved_last_day=9, mtta=timedelta(minutes=4))
    for prefix in ("", "rb-" * 7):
        yield "alerts/status", f"quiet {prefix}", alert_lists.status(quiet, [], 0, prefix)
        yield "alerts/status", f"busy {prefix}", alert_lists.status(busy, groups[:5], 42, prefix)
        yield "alerts/status", f"longest {prefix}", alert_lists.status(busy, longest[:5], 5, prefix)
        yield "alerts/help", f"help {prefix}", alert_lists.help_text(prefix)
        for state, text in _WORDS.items():
            yield "alerts/unknown_word", f"{state} {prefix}", alert_lists.unknown_word(text, "list", prefix)
        yield "alerts/unknown_word", f"nothing near {prefix}", alert_lists.unknown_word("x", "", prefix)
    for state, rows, total in (("none", [], 0), ("all", groups, 99), ("longest", longest, 30)):
        yield "alerts/listing", state, alert_lists.listing("Open alerts", rows, total, "Nothing is open.")


def _views() -> Iterator[tuple[str, str, dict[str, Any]]]:
    history = _history()
    for state, shown in GROUPS.items():
        for told, entries in (("no history", []), ("history", history), ("long history", history * 12)):
            for notice in ("", "<@U0HANA> has acknowledged this already. Nothing was changed."):
                view = group_view(GroupDetail(shown.group, shown.alerts, entries, shown.mutes), notice)
                yield "alerts/group_view", f"{state}, {told}, {'with a notice' if notice else 'no notice'}", view
    yield "alerts/notice", "refused", notice_view("A guest cannot see alerts. Nothing was changed.")
    groups = [shown.group for shown in GROUPS.values()]
    longest = [GROUPS["long_fields"].group] * alert_lists.HOME_ROWS
    for label, queue in approval_examples.queues():
        yield "home/home", f"{label}, nothing", home_view.home(queue, [], [], 0)
        yield (
            "home/home",
            f"{label}, everything",
            home_view.home(queue, groups[:3], groups[: alert_lists.HOME_ROWS], 50),
        )
        yield "home/home", f"{label}, longest", home_view.home(queue, longest, longest, 50)
    yield "home/home", "refused", home_view.refused("A guest cannot see alerts. Nothing was changed.")


def _history() -> list[Recorded]:
    entries = [
        ("source:api:ci", "alert_fired", {"severity": "high", "fingerprint": "f", "source": "api:ci"}),
        ("slack:U0HANA", "assigned", {"to": "U0IVAN"}),
        ("slack:U0IVAN", "acknowledged", {}),
        ("slack:U0IVAN", "unacknowledged", {}),
        ("system", "acknowledgement_expired", {"owner": "U0IVAN"}),
        ("token:ci", "resolved", {}),
        ("slack:U0HANA", "judged_useful", {}),
        ("slack:U0IVAN", "judged_not_useful", {}),
        ("source:" + HOSTILE[:240], "alert_resolved", {"severity": "high"}),
        ("slack:U0HANA", "a_verb_of_tomorrow", {}),
    ]
    return [Recorded(number, NOON + number * HOUR, *entry) for number, entry in enumerate(entries)]


def all_examples() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Template, state, and what Slack would be sent."""
    for part in (
        _messages_of_groups,
        _digests,
        _notes,
        _answers,
        _views,
        delivery_examples.examples,
        hearing_examples.examples,
        rule_examples.examples,
        complaint_examples.examples,
        silence_examples.examples,
        noise_examples.examples,
        approval_examples.examples,
        escalation_examples.examples,
        control_examples.examples,
    ):
        yield from part()
