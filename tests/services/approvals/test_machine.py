"""All that must hold of approval requests, whatever people, clocks and restarts do, on both databases."""

import asyncio
import itertools
import shutil

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.services.approvals.machine import ApprovalMachine

SHORT = {"sqlite": (15, 25), "postgresql": (5, 20)}
LONG = {"sqlite": (400, 40), "postgresql": (400, 40)}


def profile(runs: int, steps: int) -> settings:
    return settings(
        max_examples=runs,
        stateful_step_count=steps,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )


def run(kind, profile, request, tmp_path):
    loop, numbers, names = asyncio.new_event_loop(), itertools.count(1), []

    def url_of():
        if kind == "sqlite":
            template = request.getfixturevalue("sqlite_template")
            return f"sqlite+aiosqlite:///{shutil.copy(template, tmp_path / f'{next(numbers)}.db')}"
        server = request.getfixturevalue("postgres_server")
        names.append(server.create(request.getfixturevalue("postgres_template")))
        return server.url(names[-1])

    machine = type("Machine", (ApprovalMachine,), {"url_of": staticmethod(url_of), "loop": loop})
    try:
        run_state_machine_as_test(machine, settings=profile)
    finally:
        loop.close()
        for name in names:
            request.getfixturevalue("postgres_server").drop(name)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_the_machine(kind, request, tmp_path):
    run(kind, profile(*SHORT[kind]), request, tmp_path)


@pytest.mark.faults
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_the_machine_at_length(kind, request, tmp_path):
    run(kind, profile(*LONG[kind]), request, tmp_path)
