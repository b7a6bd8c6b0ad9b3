"""Approve against reject: two processes that each open the database as a replica does, and press at one moment."""

import json
from dataclasses import dataclass
from typing import Any

from tests import programs

#: The child is forked before anything is open. A byte each way is the start of each race: neither waits for an answer.
PROGRAM = """
import asyncio, json, os, socket, sys
from bot.clock import Clock
from bot.store.open import open_database
from tests.services.approvals.office import Office, terms_of

url, first, last = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
ours, theirs = socket.socketpair()
child = os.fork() == 0
line = theirs if child else ours
user, verb = ("U0LEO", "reject") if child else ("U0LEA", "approve")

async def race():
    database = open_database(url, Clock())
    office = Office(database, terms_of())
    outcomes = []
    await database.read(lambda tx: None)
    for number in range(first, last + 1):
        line.send(b"!")
        line.recv(1)
        press = getattr(office, verb)(number, user, delivery=f"{verb}:{number}")
        outcome = await press
        outcomes.append({"request": number, "user": user, "changed": outcome.changed, "text": outcome.text})
    await database.close()
    return outcomes

for outcome in asyncio.run(race()):
    os.write(1, (json.dumps(outcome) + chr(10)).encode())
if child:
    os._exit(0)
_, status = os.wait()
assert status == 0, status
"""


@dataclass(frozen=True)
class Raced:
    """What the two were told of one request."""

    winner: dict[str, Any]
    loser: dict[str, Any]


def race(url: str, first: int, last: int) -> dict[int, Raced]:
    """Have each of these requests decided by both at once; fails when not exactly one of them was let."""
    ended = programs.run(PROGRAM, url, str(first), str(last))
    assert ended.returncode == 0, ended.stderr
    outcomes: dict[int, list[dict[str, Any]]] = {}
    for line in ended.stdout.splitlines():
        outcome = json.loads(line)
        outcomes.setdefault(outcome["request"], []).append(outcome)
    assert set(outcomes) == set(range(first, last + 1))
    return {number: _raced(told) for number, told in outcomes.items()}


def _raced(told: list[dict[str, Any]]) -> Raced:
    winners = [each for each in told if each["changed"]]
    losers = [each for each in told if not each["changed"]]
    assert (len(winners), len(losers)) == (1, 1), told
    return Raced(winners[0], losers[0])
