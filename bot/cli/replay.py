"""`riskbot replay FILE`."""

import argparse
import asyncio
import os
from pathlib import Path
from typing import TYPE_CHECKING

from bot.cli.parsing import OK, Subparsers, add_command, add_config_option, add_json_option, print_json, settings_of
from bot.errors import WrongUse

if TYPE_CHECKING:
    # Half a second at every `riskbot --help`, were they imported.
    from contextlib import AbstractAsyncContextManager

    from bot.cli.recordings import Told
    from bot.cli.replaying import Sent, Target

TOKEN_VARIABLE = "RISKBOT_TOKEN"  # noqa: S105 - the name, not the token


def add(commands: Subparsers) -> None:
    parser = add_command(
        commands,
        "replay",
        run,
        does="send recorded telemetry: model calls as NDJSON, or a CSV of timestamps and tokens",
        example="riskbot replay trace.csv --speed 600 --model glm-4.5",
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="the recording; sent again, it changes nothing")
    parser.add_argument("--speed", type=_speed, metavar="N", help="N times as fast as recorded (default: at once)")
    parser.add_argument("--model", metavar="M", help="tell the calls as those of model M (a CSV's default: glm-4.5)")
    parser.add_argument("--provider", default="z_ai", metavar="P", help="provider of a CSV's calls (default: z_ai)")
    parser.add_argument("--url", help="a riskbot's API (default: straight into the database of the settings)")
    parser.add_argument("--token", help=f"its token with the scope ingest (default: ${TOKEN_VARIABLE})")
    add_config_option(parser)
    add_json_option(parser)


def run(arguments: argparse.Namespace) -> int:
    from bot.cli import recordings

    told = recordings.Told(arguments.model, arguments.provider)
    # All of it is read before any of it is sent: a mistake in the last line is told first, and the total is known.
    count = sum(1 for _ in recordings.read(arguments.file, told))
    made_up = recordings.MADE_UP if recordings.is_csv(arguments.file) else ""
    if made_up and not arguments.json:
        print(f"Of {arguments.file.name}: {made_up}.")
    sent = asyncio.run(_send(arguments, told, count))
    if arguments.json:
        print_json({"file": str(arguments.file), "calls": count, **sent._asdict(), "made_up": made_up})
    else:
        print(f"Sent {count:,} calls: {sent.accepted:,} were new, {sent.duplicates:,} were known already.")
    return OK


async def _send(arguments: argparse.Namespace, told: "Told", count: int) -> "Sent":
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from bot.cli import recordings, replaying

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    # Where nobody watches, a bar would only fill a log.
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=arguments.json or not console.is_terminal) as progress:
        task = progress.add_task("calls", total=count)
        async with _target(arguments) as target:
            return await replaying.replay(
                recordings.read(arguments.file, told),
                target,
                speed=arguments.speed,
                tell=lambda sent: progress.advance(task, sum(sent)),
            )


def _target(arguments: argparse.Namespace) -> "AbstractAsyncContextManager[Target]":
    from bot.cli import replaying

    if arguments.url is None:
        return replaying.into_database(settings_of(arguments))
    token = arguments.token or os.environ.get(TOKEN_VARIABLE)
    if not token:
        raise WrongUse(
            "--url needs a token.", hint=f"Give --token or ${TOKEN_VARIABLE}; `riskbot token create` makes one."
        )
    return replaying.over_http(arguments.url, token)


def _speed(written: str) -> float:
    """Raises ArgumentTypeError, which argparse turns into a message about the option."""
    try:
        speed = float(written)
    except ValueError:
        speed = 0.0
    if not 0 < speed < float("inf"):
        raise argparse.ArgumentTypeError(f"{written!r} is no factor above 0")
    return speed
