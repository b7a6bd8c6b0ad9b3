"""The checker must be able to fail: each broken promise, planted into the evidence of a healthy run, is found."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from pathlib import Path

from tests.faults.chaos import run
from tests.faults.checker import Evidence, complaints
from tests.faults.senders import Pressed
from tests.scenarios.driver import Message


def _card(evidence: Evidence) -> Message:
    return next(each for each in evidence.shown if each.key.startswith("alert_group:1:#"))


def _lose_alert(evidence: Evidence) -> None:
    del evidence.recorded.alerts[-1]


def _double_alert(evidence: Evidence) -> None:
    evidence.recorded.alerts.append(evidence.recorded.alerts[0])


def _send_once_more(evidence: Evidence) -> None:
    evidence.conditions[0].fires = not evidence.conditions[0].fires


def _forget_group(evidence: Evidence) -> None:
    evidence.recorded.groups[0] = evidence.recorded.groups[0].model_copy(update={"told_at": None})


def _leave_unsent(evidence: Evidence) -> None:
    evidence.recorded.messages[0] = _Row(evidence.recorded.messages[0], state="sending")


def _leave_old_revision(evidence: Evidence) -> None:
    row = next(each for each in evidence.recorded.messages if each.state == "shown")
    evidence.recorded.messages[evidence.recorded.messages.index(row)] = _Row(row, wanted_revision=99)


def _repeat_post(evidence: Evidence) -> None:
    card = _card(evidence)
    evidence.shown.append(Message(card.channel, {**card.content, "ts": "9.9"}))


def _repeat_under_another_key(evidence: Evidence) -> None:
    card = deepcopy(_card(evidence))
    card.content["metadata"]["event_payload"]["k"] = "alert_group:1:#elsewhere/0"
    evidence.shown.append(card)


def _delete_message(evidence: Evidence) -> None:
    evidence.shown.remove(_card(evidence))


def _show_another_state(evidence: Evidence) -> None:
    card = _card(evidence)
    sign = "🔴" if card.text.startswith("✅") else "✅"
    card.content["text"] = f"{sign}{card.text[1:]}"


def _lose_press(evidence: Evidence) -> None:
    evidence.pressed.append(Pressed("U0HANA", "1.1", "alerts.acknowledge", told=True))


def _lose_calls(evidence: Evidence) -> None:
    # The evidence is frozen, and this is one of its plain numbers.
    object.__setattr__(evidence, "metered", evidence.metered + 1)


def _say_nothing(evidence: Evidence) -> None:
    evidence.recorded.audit.append(_Row(evidence.recorded.audit[0], verb="subscribed"))


def _tell_of_nothing(evidence: Evidence) -> None:
    object.__setattr__(evidence, "told", {"unsubscribed": 10_000})


def _edit_unseen(evidence: Evidence) -> None:
    object.__setattr__(evidence, "rules_text", evidence.rules_text + "# more")


PLANTED: dict[Callable[[Evidence], None], str] = {
    _lose_alert: "lost or doubled alert",
    _double_alert: "lost or doubled alert",
    _send_once_more: "lost alert",
    _forget_group: "never told",
    _leave_unsent: "unsent",
    _leave_old_revision: "unsent",
    _repeat_post: "repeated message",
    _repeat_under_another_key: "is seen 2 times",
    _delete_message: "lost message",
    _show_another_state: "stale",
    _lose_press: "lost press",
    _lose_calls: "lost or doubled calls",
    _say_nothing: "unsaid",
    _tell_of_nothing: "lost: somebody",
    _edit_unseen: "other rules",
}


class _Row:
    """A database row with some columns told otherwise."""

    def __init__(self, row, **changes) -> None:
        self._row = row
        self._changes = changes

    def __getattr__(self, name: str):
        return self._changes[name] if name in self._changes else getattr(self._row, name)


async def test_every_planted_fault_is_found(sqlite_url: str, tmp_path: Path) -> None:
    report = await run(sqlite_url, tmp_path, kills=1, seed=7)
    assert not report.complaints, report
    for plant, complaint in PLANTED.items():
        spoiled = _copy(report.evidence)
        plant(spoiled)
        assert any(complaint in each for each in complaints(spoiled)), plant.__name__


def _copy(evidence: Evidence) -> Evidence:
    recorded = evidence.recorded
    lists = {name: list(value) for name, value in vars(recorded).items() if isinstance(value, list)}
    return replace(
        evidence,
        recorded=replace(recorded, **lists),
        shown=deepcopy(evidence.shown),
        conditions=deepcopy(evidence.conditions),
        pressed=list(evidence.pressed),
    )
