"""Compares escalations as programs and people know them with the database, the workspace and the audit chain."""

from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

from sqlalchemy import select

from bot.store.approval_votes import approval_votes
from bot.store.approvals import approval_requests
from bot.store.audit import audit
from bot.store.callbacks import callbacks
from bot.store.database import Transaction
from bot.store.escalations import escalations
from bot.store.messages import messages
from tests.faults.checker import Evidence, complaints, read_database, shown_in
from tests.faults.escalating import Place, Told

LEADS, MANAGERS = 3, 2
#: Buttons of a pending card; later ones ask something else.
DECIDES = {"approvals.approve", "approvals.reject", "approvals.pass_on"}
#: Verb → the notes that follow from it: template and how many there are, DMs to the people asked included.
NOTES = {"reminded": ("reminder", 1 + LEADS), "approved": ("decided", 1), "expired": ("decided", 1)}


class Rows(NamedTuple):
    escalations: list[Any]
    requests: dict[int, Any]
    verbs: dict[int, list[str]]
    votes: Counter[int]
    cards: Counter[int]
    notes: dict[int, Counter[str]]
    callbacks: Counter[int]


def read(tx: Transaction) -> Rows:
    history = tx.execute(select(audit).where(audit.c.object_kind == "approval").order_by(audit.c.id)).all()
    verbs: dict[int, list[str]] = {}
    for row in history:
        verbs.setdefault(row.object_id, []).append(row.verb.removeprefix("approval_"))
    told = tx.execute(select(messages).where(messages.c.subject_kind == "approval")).all()
    notes: dict[int, Counter[str]] = {}
    for row in told:
        notes.setdefault(row.subject_id, Counter())[row.template.removeprefix("approvals/")] += 1
    return Rows(
        list(tx.execute(select(escalations)).all()),
        {row.id: row for row in tx.execute(select(approval_requests))},
        verbs,
        Counter(tx.execute(select(approval_votes.c.request_id)).scalars()),
        Counter(row.subject_id for row in told if row.template == "approvals/card"),
        notes,
        Counter(tx.execute(select(callbacks.c.subject_id)).scalars()),
    )


async def examine(place: Place) -> list[str]:
    """All that is wrong: lost, decided twice, told twice, stale; empty when every promise was kept."""
    broken = await place.end()
    shown = shown_in(await place.state())
    found = complaints(Evidence(await read_database(place.url), shown, [], [], metered=0))
    rows = await place.database.read(read)
    found += [each for one in place.told for each in _of_one(one, rows)]
    if len(rows.escalations) != len(place.told) or len(rows.requests) != len(place.told):
        found.append(f"{len(rows.escalations)} escalations and {len(rows.requests)} requests of {len(place.told)}")
    ended = {one.title for one in place.told if one.status != "pending"}
    found += [
        f"pressable after the end: {each.text!r} in {each.channel}"
        for each in shown
        if DECIDES & set(each.actions) and any(title in each.words for title in ended)
    ]
    return found + ["riskbot audit verify found the chain broken"] * bool(broken)


def _of_one(one: Told, rows: Rows) -> Iterator[str]:
    mine = [row for row in rows.escalations if row.task["title"] == one.title]
    if [row.id for row in mine] != [one.id]:
        yield f"{one.title} was told to be {one.id}, there are {[row.id for row in mine]}"
        return
    number = mine[0].request_id
    request = rows.requests[number]
    if request.status != one.status or (mine[0].outcome or "pending") != one.status:
        yield f"{one.title} is {request.status}, its escalation {mine[0].outcome}; known is {one.status}"
    if rows.verbs[number] != one.verbs:
        yield f"{one.title} went through {rows.verbs[number]}, not {one.verbs}"
    if rows.votes[number] != ("approved" in one.verbs):
        yield f"{one.title} has {rows.votes[number]} votes"
    if rows.callbacks[one.id] != (one.status != "pending"):
        yield f"{one.title} has {rows.callbacks[one.id]} callbacks"
    if rows.notes[number] != (wanted := _notes(one)):
        yield f"{one.title} has the messages {dict(rows.notes[number])}, not {dict(wanted)}"


def _notes(one: Told) -> Counter[str]:
    tiers = one.verbs.count("tier_asked")
    wanted = Counter({"card": 1 + LEADS + (MANAGERS if tiers > 1 else 0)})
    wanted.update({"asked": tiers - 1} if tiers > 1 else {})
    for verb in one.verbs:
        if verb in NOTES:
            template, count = NOTES[verb]
            wanted[template] += count
    return wanted
