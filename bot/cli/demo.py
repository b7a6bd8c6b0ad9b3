"""`riskbot demo`."""

import argparse
from pathlib import Path

from bot.cli.parsing import Subparsers, add_command

#: Beyond this a small machine no longer keeps up with the fleet's calls, and the rules find them missing.
FASTEST = 600.0


def add(commands: Subparsers) -> None:
    parser = add_command(
        commands,
        "demo",
        run,
        does="play the whole product on this machine: workspace, model providers, the bot and a story",
        example="riskbot demo --speed 60",
    )
    parser.add_argument("--port", type=int, default=8400, help="port of the page on 127.0.0.1 (default: 8400)")
    parser.add_argument(
        "--speed", type=_speed, default=60.0, help="seconds of business time in a real second (default: 60)"
    )
    parser.add_argument(
        "--data-dir", type=Path, default=Path(".demo"), metavar="DIR", help="where it is kept (default: .demo)"
    )
    parser.add_argument("--quiet", action="store_true", help="print nothing but the page's address")


def run(arguments: argparse.Namespace) -> int:
    from bot.demo import run_demo

    return run_demo(port=arguments.port, speed=arguments.speed, data_dir=arguments.data_dir, quiet=arguments.quiet)


def _speed(written: str) -> float:
    """Raises ArgumentTypeError, which argparse turns into a message about the option."""
    try:
        speed = float(written)
    except ValueError:
        speed = 0.0
    if not 1.0 <= speed <= FASTEST:
        raise argparse.ArgumentTypeError(f"{written!r} is no factor between 1 and {FASTEST:g}")
    return speed
