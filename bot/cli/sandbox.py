"""`riskbot sandbox`."""

import argparse
from pathlib import Path

from bot.cli.parsing import Subparsers, add_command


def add(commands: Subparsers) -> None:
    parser = add_command(
        commands,
        "sandbox",
        run,
        does="run a Slack-compatible workspace on this machine, with a page to look at",
        example="riskbot sandbox --port 8401",
    )
    parser.add_argument("--port", type=int, default=8401, help="port on 127.0.0.1; 0 takes a free one (default: 8401)")
    parser.add_argument("--manifest", type=Path, metavar="FILE", help="another app's manifest (default: riskbot's own)")
    parser.add_argument("--data-file", type=Path, metavar="FILE", help="keep the workspace in this file")


def run(arguments: argparse.Namespace) -> int:
    from bot.sandbox.server import run_sandbox

    return run_sandbox(arguments.port, arguments.data_file, arguments.manifest)
