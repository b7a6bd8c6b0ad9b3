"""Proves from the outside, after all faults, that nothing was lost, told twice or left stale.

It reads the database and the workspace as they are at the end and compares both with what senders and people know.
Every complaint is a sentence; no complaints means that the promises were kept.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select

from bot.clock import Clock
from bot.store.alerts import alert_groups, alerts
from bot.store.audit import audit
from bot.store.database import Transaction
from bot.store.due import due
from bot.store.inbound import inbound
from bot.store.messages import messages
from bot.store.open import open_database
from bot.store.rules_in_force import InForce, current
from bot.store.telemetry.calls import calls
from bot.store.telemetry.rollups import rollups_minute
from riskengine.response.alerts import fingerprint_of
from riskengine.response.grouping import Group
from tests.faults.senders import Condition, Pressed
from tests.scenarios.driver import Json, Message, words_of

#: Senders of the harness name each group's model so; nothing else in a message looks like it.
SUBJECT = re.compile(r"model-\d+-\d+")
#: The key of a card, unlike that of a note, goes on with a channel.
CARD_KEY = re.compile(r"alert_group:\d+:[#C]")
COUNT = re.compile(r"(\d+) alerts")
#: How every line about a group begins; any other sign is that of a severity.
SIGNS = {"✅": "resolved", "👀": "acknowledged"}
#: What is said of each of these acts, once, as a message of its own.
SAID = {"subscribed": "alerts/subscribed", "unsubscribed": "alerts/unsubscribed", "rules_refused": "rules/refused"}
UNSENT = ("waiting", "sending", "ambiguous", "dead")


@dataclass(frozen=True)
class Recorded:
    """What the database says."""

    groups: list[Group]
    alerts: list[Any]
    messages: list[Any]
    audit: list[Any]
    inbound: list[Any]
    overdue: list[Any]
    #: Calls of models: stored, and summed in the rollups.
    calls: int
    calls_summed: int
    rules: InForce


@dataclass(frozen=True)
class Evidence:
    """All that is known at the end of a run."""

    recorded: Recorded
    shown: list[Message]
    conditions: list[Condition]
    #: Presses that riskbot acknowledged.
    pressed: list[Pressed]
    #: Calls of models that were accepted.
    metered: int
    #: The file of rules at the end, and what people were told of their subscriptions.
    rules_text: str = ""
    told: dict[str, int] = field(default_factory=dict)


async def read_database(url: str) -> Recorded:
    database = open_database(url, Clock())
    try:
        return await database.read(_read)
    finally:
        await database.close()


def _read(tx: Transaction) -> Recorded:
    def all_of(table: Any) -> list[Any]:
        return list(tx.execute(select(table)).all())

    groups = [Group.model_validate(row) for row in all_of(alert_groups)]
    overdue = [row for row in all_of(due) if row.due_at <= tx.now]
    stored = tx.execute(select(func.count()).select_from(calls)).scalar_one()
    summed = tx.execute(select(func.coalesce(func.sum(rollups_minute.c.calls), 0))).scalar_one()
    facts = [all_of(table) for table in (alerts, messages, audit, inbound)]
    return Recorded(groups, *facts, overdue, stored, int(summed), current(tx))


def shown_in(state: Json) -> list[Message]:
    """Every message of every channel; `channel` is Slack's id here."""
    return [Message(channel["id"], each) for channel in state["channels"] for each in channel["messages"]]


def complaints(evidence: Evidence) -> list[str]:
    """All that is wrong; empty when every promise was kept."""
    recorded, shown = evidence.recorded, evidence.shown
    return [
        *_lost_alerts(recorded, evidence.conditions),
        *_lost_calls(recorded, evidence.metered),
        *_unsent(recorded),
        *_unseen(recorded, shown),
        *_repeated(shown),
        *_stale(recorded, shown),
        *_lost_presses(recorded, evidence.pressed),
        *_unsaid(recorded, evidence.told),
        *_other_rules(recorded.rules, evidence.rules_text),
        *_forgotten(recorded),
    ]


def _forgotten(recorded: Recorded) -> Iterator[str]:
    """The auditor may find nothing: whatever a kill leaves behind is taken up by itself."""
    for row in recorded.audit:
        if row.verb.startswith("auditor_"):
            yield f"forgotten: {row.detail['check']} of {row.object_kind} {row.object_id} was left to the auditor"


def _lost_alerts(recorded: Recorded, conditions: Iterable[Condition]) -> Iterator[str]:
    """Each accepted begin is one episode, and the last accepted word is its status."""
    episodes: dict[str, list[str]] = {}
    for row in sorted(recorded.alerts, key=lambda row: row.id):
        episodes.setdefault(row.fingerprint, []).append(row.status)
    for condition in conditions:
        about = f"{condition.name} {condition.labels}"
        found = episodes.get(fingerprint_of(condition.name, condition.labels), [])
        if len(found) != condition.begun:
            yield f"lost or doubled alert: {about} began {condition.begun} times, the database has {len(found)}"
        elif condition.fires is not None and condition.fires != (found[-1] != "resolved"):
            yield f"lost alert: {about} was last sent as firing={condition.fires}, the database says {found[-1]}"


def _lost_calls(recorded: Recorded, metered: int) -> Iterator[str]:
    for what, count in (("stored", recorded.calls), ("summed", recorded.calls_summed)):
        if count != metered:
            yield f"lost or doubled calls: {metered} were accepted, {count} are {what}"


def _unsent(recorded: Recorded) -> Iterator[str]:
    for row in recorded.messages:
        if row.state in UNSENT:
            yield f"unsent: message {row.key} is {row.state}: {row.last_error}"
        elif row.state == "shown" and row.shown_revision < row.wanted_revision:
            yield f"unsent: message {row.key} shows revision {row.shown_revision}, wanted is {row.wanted_revision}"
    for row in recorded.overdue:
        yield f"overdue: {row.kind} of {row.subject_id} since {row.due_at}"


def _unseen(recorded: Recorded, shown: Sequence[Message]) -> Iterator[str]:
    """Every message that the database calls shown stands in the workspace; every group was told."""
    there = {(each.channel, each.ts, each.key) for each in shown}
    for row in recorded.messages:
        if row.state == "shown" and (row.posted_channel, row.ts, f"{row.key}/{row.generation}") not in there:
            yield f"lost message: {row.key} is not in {row.posted_channel} at {row.ts}"
    told = {row.subject_id for row in recorded.messages if row.template == "alerts/card"}
    for group in recorded.groups:
        if group.told_at is None or group.id not in told:
            yield f"lost group: {group.name} on {group.subject} was never told"


def _repeated(shown: Sequence[Message]) -> Iterator[str]:
    """No message stands twice: by its key, and by what a person sees."""
    keys = Counter((each.channel, each.key) for each in shown if each.key)
    yield from (f"repeated message: {key} stands {n} times in {channel}" for (channel, key), n in keys.items() if n > 1)
    notes = Counter((each.channel, each.thread_ts, each.words) for each in shown if each.thread_ts and _is_unique(each))
    yield from (f"repeated note: {words!r} stands {n} times" for (_, _, words), n in notes.items() if n > 1)


def _is_unique(note: Message) -> bool:
    """A note whose words can come only once: it carries a running number."""
    return "Fires again" in note.words


def _stale(recorded: Recorded, shown: Sequence[Message]) -> Iterator[str]:
    """In every channel that hears of it a group is seen once, in the state that the database has."""
    seen: dict[tuple[str, str], list[str]] = {}
    for message in shown:
        for subject, words in [*_card(message), *_digest(message)]:
            seen.setdefault((message.channel, subject), []).append(words)
    places = {row.id: row.posted_channel for row in recorded.messages}
    cards = [row for row in recorded.messages if row.template == "alerts/card"]
    channels = {(row.subject_id, places[row.digest_id or row.id]) for row in cards}
    groups = {group.id: group for group in recorded.groups}
    for group_id, channel in sorted(channels, key=str):
        group = groups[group_id]
        found = seen.get((channel, group.subject), [])
        if len(found) != 1:
            yield f"{group.name} on {group.subject} is seen {len(found)} times in {channel}"
        elif wrong := _wrong(group, found[0]):
            yield f"stale: {group.subject} in {channel} {wrong}: {found[0]!r}"


def _card(message: Message) -> Iterator[tuple[str, str]]:
    """The subject of a card, and its words."""
    if CARD_KEY.match(message.key) and (found := SUBJECT.search(message.text)):
        yield found[0], message.words


def _digest(message: Message) -> Iterator[tuple[str, str]]:
    """The subject and the words of each line of a digest."""
    if not message.key.startswith("alert_digest:"):
        return
    for block in message.blocks:
        for line in _lines(block) if block["type"] == "rich_text" else []:
            if found := SUBJECT.search(line):
                yield found[0], line


def _lines(block: Json) -> list[str]:
    """The lines of a rich text, whether its layout makes them by list items or by line breaks."""
    parts = [each for part in block["elements"] for each in _sections(part)]
    return "\n".join("".join(words_of(element) for element in part["elements"]) for part in parts).splitlines()


def _sections(part: Json) -> list[Json]:
    return part["elements"] if part["type"] == "rich_text_list" else [part]


def _wrong(group: Group, words: str) -> str:
    """What words about a group say otherwise than the database; empty when they agree."""
    said = SIGNS.get(words[:1], "firing")
    if said != group.status:
        return f"is said to be {said} and is {group.status}"
    if said == "acknowledged" and f"<@{group.acknowledged_by}>" not in words:
        return f"does not name its owner {group.acknowledged_by}"
    if said == "firing" and not group.acknowledged_by and "<@" in words:
        return "names an owner, the database has none"
    if said == "firing" and (count := COUNT.search(words)) and int(count[1]) != group.firing:
        return f"does not say that {group.firing} fire"
    return ""


def _lost_presses(recorded: Recorded, pressed: Sequence[Pressed]) -> Iterator[str]:
    """An acknowledged press has its row; one that was not answered in private has changed something."""
    received = Counter(tuple(row.delivery_id.split(":")[:3]) for row in recorded.inbound if row.source == "press")
    for press, count in Counter((each.user, each.ts, each.action) for each in pressed).items():
        if received[press] < count:
            yield f"lost press: {press} was acknowledged {count} times, {received[press]} are recorded"
    did = Counter((row.actor, row.verb) for row in recorded.audit)
    silent = Counter(
        (f"slack:{each.user}", f"{each.action.partition('.')[2]}d")
        for each in pressed
        if not each.told and each.action != "alerts.acknowledge_digest"
    )
    for (actor, verb), count in silent.items():
        if did[actor, verb] < count:
            yield f"lost press: {actor} was let believe to have {verb} {count} times, the audit has {did[actor, verb]}"


def _unsaid(recorded: Recorded, told: dict[str, int]) -> Iterator[str]:
    """Each change of what a channel hears, and each broken file of rules, is said once where people read."""
    did = Counter(row.verb for row in recorded.audit)
    said = Counter(row.template for row in recorded.messages)
    for verb, template in SAID.items():
        if did[verb] != said[template]:
            yield f"unsaid: {did[verb]} times {verb}, said {said[template]} times"
        if did[verb] < told.get(verb, 0):
            yield f"lost: somebody was told {told[verb]} times that they {verb}, the audit has {did[verb]}"


def _other_rules(rules: InForce, text: str) -> Iterator[str]:
    """The rules in force are those of the file, which is well in the end."""
    if text and (rules.text != text or rules.trouble):
        yield f"other rules: the file ends with {text[-12:]!r}, in force is {rules.text[-12:]!r}; {rules.trouble}"
