"""`riskbot serve`."""

import argparse
import gc
from collections.abc import Iterator
from contextlib import contextmanager

from bot.cli.parsing import Subparsers, add_command, add_config_option, config_path, settings_of


def add(commands: Subparsers) -> None:
    parser = add_command(
        commands,
        "serve",
        run,
        does="run the bot: Slack, the HTTP API, what is due, and delivery",
        example="riskbot serve --config riskbot.yml",
    )
    add_config_option(parser)


def run(arguments: argparse.Namespace) -> int:
    with _collecting_later():
        settings = settings_of(arguments)
        from bot.wiring import run_serve
    return run_serve(settings, config_path(arguments))


@contextmanager
def _collecting_later() -> Iterator[None]:
    """Imports make what stays: looking through it for garbage again and again would be a fifth of the start."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
