"""Reads the command line, runs one command, and turns every failure into a sentence and an exit code."""

import os
import sys
from collections.abc import Sequence

from bot.cli import audit, backup, check, decide, demo, manifest, migrate, replay, sandbox, serve, tokens
from bot.cli.parsing import OK, TROUBLE, WRONG_USE, Parser
from bot.errors import RiskbotError, WrongUse

COMMANDS = (demo, sandbox, serve, migrate, check, manifest, tokens, replay, decide, audit, backup)
#: What a shell reports of a program that Ctrl-C ended.
INTERRUPTED = 130


def run_command(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Returns 0 ok, 1 found something wrong, 2 wrong use."""
    parsed = build_parser().parse_args(arguments)
    try:
        code: int = parsed.run(parsed)
        # Written here, so that a reader who has gone is noticed here.
        sys.stdout.flush()
    except RiskbotError as error:
        _say(error.message, error.hint)
        return WRONG_USE if isinstance(error, WrongUse) else TROUBLE
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # `riskbot … | head` is no error; what is still buffered has nobody to read it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK
    except Exception as error:
        # The last resort of a program that never shows a traceback unasked: say that this one is ours.
        if parsed.traceback:
            raise
        _say(
            f"riskbot failed in a way it should not: {type(error).__name__}: {error}",
            "Run it again with `riskbot --traceback …` and report what it prints.",
        )
        return TROUBLE
    return code


def build_parser() -> Parser:
    parser = Parser(
        prog="riskbot",
        description="Slack chat-ops for fleets of language models.",
        epilog="Example:\n  riskbot demo\n\n`riskbot COMMAND --help` explains a command, with an example.",
    )
    parser.add_argument("--traceback", action="store_true", help="show where a failure of riskbot's own happened")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True, parser_class=Parser)
    for command in COMMANDS:
        command.add(commands)
    return parser


def _say(message: str, hint: str) -> None:
    print(f"riskbot: {message}", file=sys.stderr)
    if hint:
        print(f"  {hint}", file=sys.stderr)
