"""The state machine can fail: mistakes that one could make, each found by few steps of its own, drawn from live rows."""

import asyncio
import itertools
import random
import shutil
from types import SimpleNamespace

import pytest

from bot.services.approvals import execution as using
from bot.services.approvals import settle
from bot.store import executions
from riskengine.response.approvals import changes, decisions, eligibility, execution, timers
from riskengine.response.approvals.transitions import Transition, enter
from tests.services.approvals.machine import PEOPLE, ApprovalMachine

SEEDS = 40


class Drawn:
    """Hypothesis' `data` for a walk of a fixed seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def draw(self, strategy):
        found = strategy.wrapped_strategy if hasattr(strategy, "wrapped_strategy") else strategy
        return self.random.choice(found.elements) if hasattr(found, "elements") else self.random.randint(0, 4)


def no_status_guard(patch):
    for module in (decisions, changes):
        patch.setattr(module, "guard_pending", lambda now_is: now_is)


def no_advance(patch):
    patch.setattr(decisions, "timers", SimpleNamespace(advance=lambda request, now: Transition(request)))


def self_approval(patch):
    patch.setattr(eligibility, "barred", lambda request, facts, now: {})


def stale_version(patch):
    patch.setattr(decisions, "guard_version", lambda now_is, version: now_is)


def tier_skipped(patch):
    def further(request, tier, now):
        return enter(request, min(tier + 1, len(request.policy.tiers)), now)

    patch.setattr(timers, "enter", further)


def quorum_by_one_person(patch):
    patch.setattr(decisions, "approvers", lambda votes: 99)


def reminder_repeated(patch):
    advance = timers.advance

    def forgetful(request, now):
        return advance(request.model_copy(update={"reminders_sent": 0}), now)

    patch.setattr(timers, "advance", forgetful)


def notice_outside_the_transaction(patch):
    """Whoever is killed between the commit and the notice never tells it."""
    patch.setattr(settle, "outbox", SimpleNamespace(enqueue=lambda tx, notes: None, Note=settle.outbox.Note))


def hash_unchecked(patch):
    begin = execution.begin
    patch.setattr(
        execution, "begin", lambda request, payload, earlier, now: begin(request, request.subject_hash, earlier, now)
    )


def double_execution(patch):
    """Nobody asks whether it was used, and whoever finds the row takes it for their own."""
    store = SimpleNamespace(**vars(executions))
    store.of_request = lambda tx, request_id: None
    store.start = lambda tx, *mine: executions.start(tx, *mine) or executions.of_request(tx, mine[0])
    patch.setattr(using, "executions", store)


#: The mistake → the policy, and the steps that follow the opening.
MUTANTS = {
    no_status_guard: ("standard", ["approve"] * 8 + ["withdraw"]),
    no_advance: ("standard", ["late", *["approve"] * 6]),
    self_approval: ("standard", ["approve"] * 6),
    stale_version: ("standard", ["edit", *["approve"] * 6]),
    tier_skipped: ("emergency_sequential", ["late", "tick"]),
    quorum_by_one_person: ("two", ["approve"] * 6),
    reminder_repeated: ("standard", ["reminded", "tick", "approve", "approve", "tick"]),
    notice_outside_the_transaction: ("standard", ["approve"] * 6),
    hash_unchecked: ("standard", [*["approve"] * 6, *["execute"] * 2]),
    double_execution: ("standard", [*["approve"] * 6, *["use"] * 2]),
}


def walk(machine, data, policy, steps):
    machine.hire()
    machine.run(machine.office.open(by=data.random.choice(PEOPLE), policy=policy))
    for step in steps:
        match step:
            case "late":
                machine.time(1801, ticks=False)
            case "reminded":
                machine.time(901, ticks=False)
            case "tick":
                machine.tick()
            case "edit":
                machine.edit(data, "b")
            case "withdraw":
                machine.withdraw(data, own=True)
            case "execute":
                machine.execute(data, data.random.choice("bcd"))
            case "use":
                machine.execute(data, "a")
            case _:
                machine.approve(data)
        machine.holds()


@pytest.fixture
def look(sqlite_template, tmp_path):
    """Walks by seed until something that must hold does not."""

    def looked(policy, steps, seeds):
        loop, numbers = asyncio.new_event_loop(), itertools.count(1)

        def url_of():
            return f"sqlite+aiosqlite:///{shutil.copy(sqlite_template, tmp_path / f'{next(numbers)}.db')}"

        kind = type("Machine", (ApprovalMachine,), {"url_of": staticmethod(url_of), "loop": loop})
        try:
            for seed in range(seeds):
                machine = kind()
                try:
                    walk(machine, Drawn(seed), policy, steps)
                finally:
                    machine.teardown()
        finally:
            loop.close()

    return looked


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.__name__)
def test_each_mutant_is_found(mutant, monkeypatch, look):
    mutant(monkeypatch)
    with pytest.raises(AssertionError, match=r"I[0-9]"):
        look(*MUTANTS[mutant], SEEDS)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.__name__)
def test_the_same_steps_find_nothing_without_it(mutant, look):
    look(*MUTANTS[mutant], 2)
