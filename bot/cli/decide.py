"""`riskbot decide FILE`."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from bot.cli.parsing import OK, Subparsers, add_command, add_config_option, add_json_option, settings_of
from bot.errors import RiskbotError, WrongUse

if TYPE_CHECKING:
    # A quarter of a second at every `riskbot --help`, were they imported.
    from collections.abc import Iterator

    from bot.settings import Settings
    from riskengine.areas.escalation import Decision, EscalationTask
    from riskengine.pricing import ModelEstimate

STDIN = "-"
#: As much as the API takes.
LIMIT_BYTES = 262_144


class TaskInvalid(RiskbotError):
    """The task is not one to decide on."""

    code = "invalid"
    hint = "`riskbot decide --help` shows an example; /docs of the HTTP API lists every field."


def add(commands: Subparsers) -> None:
    parser = add_command(
        commands,
        "decide",
        run,
        does="decide whether a task goes to the stronger model; asks nobody, stores nothing, and knows nothing of past "
        "tasks, of which the HTTP API warns",
        example='echo \'{"task_id": "t1", "title": "Rotate keys", "services": ["a", "b", "c"], '
        '"required_performance_ratio": 1.6}\' | riskbot decide -',
    )
    parser.add_argument("file", metavar="FILE", help="the task as JSON; `-` reads standard input")
    add_config_option(parser)
    add_json_option(parser)


def run(arguments: argparse.Namespace) -> int:
    from riskengine.areas.escalation import decide

    settings = settings_of(arguments)
    task = _read_task(arguments.file)
    decision = decide(task, settings.escalation)
    if arguments.json:
        print(decision.model_dump_json(indent=2, exclude_none=True))
    else:
        print("\n".join([*_told(decision), *_prices(task, settings)]))
    return OK


def _read_task(file: str) -> "EscalationTask":
    """Raises WrongUse for a file that cannot be read, TaskInvalid naming file and place for what stands in it."""
    from bot.ingest.bodies import json_body
    from bot.ingest.problems import Problem
    from riskengine.areas.escalation import EscalationTask

    body = _read(file)
    where = "standard input" if file == STDIN else file
    if len(body) > LIMIT_BYTES:
        raise TaskInvalid(f"{where} is larger than {LIMIT_BYTES:,} bytes.")
    try:
        task = json_body(EscalationTask, LIMIT_BYTES).parse(body)
    except Problem as problem:
        raise TaskInvalid(problem.message.replace("The body", where, 1)) from None
    assert isinstance(task, EscalationTask)
    return task


def _read(file: str) -> bytes:
    if file == STDIN:
        return sys.stdin.buffer.read(LIMIT_BYTES + 1)
    try:
        with Path(file).open("rb") as opened:
            return opened.read(LIMIT_BYTES + 1)
    except OSError as error:
        raise WrongUse(f"{file} cannot be read: {error.strerror}.", hint="Name a file with a task, or `-`.") from error


def _told(decision: "Decision") -> "Iterator[str]":
    yield decision.reason
    yield f"Confidence: {decision.confidence:.2f}"
    yield ""
    for criterion in decision.criteria:
        words = criterion.words if criterion.was_told else "not told"
        yield f"  {_mark(criterion.counted)} {criterion.name:<26} {criterion.weight!s:<5} {words}"
    for fallback in decision.fallbacks:
        yield f"  {_mark(fallback.counted)} {fallback.name:<26} {'':<5} {fallback.detail}"
    for heading, lines in (
        ("Warnings", [f"{warning.kind}: {warning.detail}" for warning in decision.warnings]),
        ("Recommendations", decision.recommendations),
    ):
        if lines:
            yield f"\n{heading}:"
            yield from (f"  {line}" for line in lines)


def _mark(counted: bool) -> str:
    return "+" if counted else "-"


def _prices(task: "EscalationTask", settings: "Settings") -> "Iterator[str]":
    from bot.clock import Clock
    from bot.services.price_table import prices_path, read_prices
    from riskengine.pricing import estimate_task

    book = read_prices(prices_path(settings.pricing.file))
    models = (settings.escalation.default_model, settings.escalation.stronger_model)
    estimates = estimate_task(book, models, task.estimated_tokens, Clock().now())
    yield "\nPrice of this task:"
    yield from (f"  {_price(each)}" for each in (estimates.default, estimates.stronger))


def _price(estimate: "ModelEstimate") -> str:
    from riskengine.money import fine_usd

    price = fine_usd(estimate.usd) if estimate.usd is not None else f"unknown, {estimate.missing}"
    return f"{estimate.model:<18} {price}{f' ({estimate.note})' if estimate.note else ''}"
