"""What the commands share: how they parse, where their settings come from, how they print."""

import argparse
import difflib
import json
import os
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    # 0.2 s at every `riskbot --help`, were it imported.
    from bot.settings import Settings

OK = 0
TROUBLE = 1
WRONG_USE = 2

CONFIG_VARIABLE = "RISKBOT_CONFIG"
DEFAULT_CONFIG = Path("riskbot.yml")

_CHOICE = re.compile(r"invalid choice: '([^']*)' \(choose from (.*)\)", re.DOTALL)

Subparsers = Any
Run = Callable[[argparse.Namespace], int]


class Parser(argparse.ArgumentParser):
    """An argument parser that keeps the lines of its examples and suggests the nearest word."""

    def __init__(self, **options: Any) -> None:
        super().__init__(formatter_class=argparse.RawDescriptionHelpFormatter, **options)

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and where help is; exit code 2."""
        found = _CHOICE.search(message)
        if found:
            message = nearest(found[1], re.findall(r"[\w.-]+", found[2]))
        self.exit(WRONG_USE, f"riskbot: {message}\n  `{self.prog} --help` shows what there is, with an example.\n")


def nearest(word: str, choices: Sequence[str]) -> str:
    """Say that there is no such word, and which one may have been meant."""
    near = difflib.get_close_matches(word, choices, n=1, cutoff=0.5)
    return f"there is no {word!r}; did you mean {near[0]!r}?" if near else f"there is no {word!r}."


def add_command(commands: Subparsers, name: str, run: Run | None, *, does: str, example: str) -> Parser:
    """A command with its help and example; one that only groups others has no `run`."""
    parser: Parser = commands.add_parser(
        name, help=does, description=f"{does[0].upper()}{does[1:]}.", epilog=f"Example:\n  {example}"
    )
    if run is not None:
        parser.set_defaults(run=run)
    return parser


def add_config_option(parser: Parser) -> None:
    parser.add_argument(
        "--config",
        type=Path,
        metavar="FILE",
        help=f"settings file (default: ${CONFIG_VARIABLE}, else {DEFAULT_CONFIG} when it exists)",
    )


def add_json_option(parser: Parser) -> None:
    parser.add_argument("--json", action="store_true", help="print JSON for programs")


def config_path(arguments: argparse.Namespace) -> Path | None:
    """The settings file: the option, the environment, the default when it exists, or none at all."""
    named = arguments.config or os.environ.get(CONFIG_VARIABLE)
    if named:
        return Path(named)
    return DEFAULT_CONFIG if DEFAULT_CONFIG.is_file() else None


def settings_of(arguments: argparse.Namespace) -> "Settings":
    """Load the settings; raises SettingsError with a line for every mistake."""
    from bot.settings import load_settings

    # It names the file and is no setting in it.
    environment = {name: value for name, value in os.environ.items() if name != CONFIG_VARIABLE}
    return load_settings(config_path(arguments), environment)


def print_json(data: Any) -> None:
    print(json.dumps(data, indent=2, ensure_ascii=False, default=str))


def print_table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Columns as wide as their widest cell, whatever the terminal: they are also read by `grep`."""
    table = [tuple(heads), *(tuple(row) for row in rows)]
    widths = [max(len(row[column]) for row in table) for column in range(len(heads))]
    for row in table:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
