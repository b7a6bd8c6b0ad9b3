"""When people could first see a group, by the workspace's journal: in a card of its own, or as a line of a digest."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from tests.faults.checker import SUBJECT
from tests.scenarios.driver import Json, words_of

POST, EDIT = "chat.postMessage", "chat.update"


class Sight(NamedTuple):
    """The call that first showed a group."""

    at: datetime
    method: str


def first_seen(calls: Iterable[Json]) -> dict[str, Sight]:
    """Subject → the call that first showed it outside threads."""
    seen: dict[str, Sight] = {}
    for call in calls:
        if call["method"] not in (POST, EDIT) or not call["ok"] or "thread_ts" in call["body"]:
            continue
        sight = Sight(datetime.fromisoformat(call["at"]), call["method"])
        for subject in SUBJECT.findall(f"{call['body'].get('text')} {words_of(call['body'].get('blocks'))}"):
            seen.setdefault(subject, sight)
    return seen


def posts(calls: Iterable[Json]) -> list[Json]:
    """What was posted into channels, threads included."""
    return [call for call in calls if call["method"] == POST and call["ok"]]


def ordered_pause_seconds(calls: Iterable[Json], method: str, begin: datetime, end: datetime) -> float:
    """How long Slack itself had a method wait in a span of time, overlapping orders counted once."""
    waited, until = 0.0, begin.timestamp()
    for call in calls:
        pause = call.get("retry_after_seconds")
        if call["method"] == method and pause and begin <= datetime.fromisoformat(call["at"]) <= end:
            at = datetime.fromisoformat(call["at"]).timestamp()
            waited += max(0.0, at + pause - max(at, until))
            until = max(until, at + pause)
    return waited
