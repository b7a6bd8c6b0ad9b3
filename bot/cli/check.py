"""`riskbot check`."""

import argparse
import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot.cli.parsing import (
    OK,
    TROUBLE,
    Subparsers,
    add_command,
    add_config_option,
    add_json_option,
    config_path,
    print_json,
    settings_of,
)
from bot.errors import SettingsError

if TYPE_CHECKING:
    from bot.checks.findings import Line
    from bot.settings import Settings


#: Spelled as it is shown, so that `riskbot --help` need not import the checks.
FAIL = "FAIL"


def add(commands: Subparsers) -> None:
    parser = add_command(
        commands,
        "check",
        run,
        does="examine settings, database, Slack and people; a line each, exit code 1 if anything fails",
        example="riskbot check --config riskbot.yml",
    )
    add_config_option(parser)
    add_json_option(parser)


def run(arguments: argparse.Namespace) -> int:
    lines = asyncio.run(_examine(arguments))
    if arguments.json:
        print_json([line._asdict() for line in lines])
    else:
        for line in lines:
            print(_shown(line))
    return TROUBLE if any(line.verdict == FAIL for line in lines) else OK


async def _examine(arguments: argparse.Namespace) -> "Sequence[Line]":
    from bot.checks import budgets, callbacks, database, prices, rules, slack
    from bot.checks.findings import failed, ok

    try:
        settings: Settings = settings_of(arguments)
    except SettingsError as error:
        return [failed("settings", each, error.hint) for each in error.message.splitlines()]
    path = config_path(arguments)
    read = ok("settings", f"{path} and the environment" if path else "no file; defaults and the environment")
    examined = [*rules.examine(settings.watch), *prices.examine(settings)]
    examined += [*budgets.examine(settings), *callbacks.examine(settings)]
    examined += [*await database.examine(settings), *await slack.examine(settings)]
    return [read, *examined]


def _shown(line: "Line") -> str:
    arrow = f" → {line.next_step}" if line.next_step else ""
    return f"{line.verdict:<4}  {line.subject}: {line.detail}{arrow}"
