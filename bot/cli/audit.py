"""`riskbot audit verify`."""

import argparse
import asyncio
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bot.cli.parsing import (
    OK,
    TROUBLE,
    Subparsers,
    add_command,
    add_config_option,
    add_json_option,
    print_json,
    settings_of,
)
from bot.errors import WrongUse

if TYPE_CHECKING:
    from bot.settings import Settings
    from bot.store.audit import Break, Head

HASH_CHARACTERS = 64


def add(commands: Subparsers) -> None:
    group = add_command(
        commands, "audit", None, does="examine the audit", example="riskbot audit verify --anchor anchors.txt"
    ).add_subparsers(title="commands", metavar="COMMAND", required=True)
    parser = add_command(
        group,
        "verify",
        run,
        does="walk the whole audit chain and name every break in it",
        example="riskbot audit verify --anchor /mnt/elsewhere/riskbot-anchors.txt",
    )
    parser.add_argument(
        "--anchor",
        type=Path,
        metavar="FILE",
        help="lines `sequence hash time` kept elsewhere: each is compared, then the present head is added. "
        "Only an anchor shows that the chain was cut off at its end or written anew",
    )
    add_config_option(parser)
    add_json_option(parser)


def run(arguments: argparse.Namespace) -> int:
    anchors = read_anchors(arguments.anchor) if arguments.anchor else {}
    head, unsealed, breaks, now = asyncio.run(_verify(settings_of(arguments), anchors))
    anchored = bool(arguments.anchor and not breaks and head.sequence and head.sequence not in anchors)
    if anchored:
        _append(arguments.anchor, f"{head.sequence} {head.hash} {now}\n")
    if arguments.json:
        found = [each._asdict() for each in breaks]
        print_json({"rows": head.sequence, "unsealed": unsealed, "anchored": anchored, "breaks": found})
    else:
        _tell(arguments.anchor, head, unsealed, breaks, anchors=len(anchors), anchored=anchored)
    return TROUBLE if breaks else OK


async def _verify(settings: "Settings", anchors: dict[int, str]) -> "tuple[Head, int, list[Break], str]":
    from bot.cli.databases import opened
    from bot.store import audit

    async with opened(settings) as database:
        # One transaction, so that sealing in between is not taken for a break.
        (_, breaks), head, unsealed = await database.read(
            lambda tx: (audit.verify(tx, anchors), audit.head(tx), audit.count_unsealed(tx))
        )
        return head, unsealed, breaks, database.clock.now().isoformat(timespec="seconds")


def _tell(
    file: Path | None, head: "Head", unsealed: int, breaks: "Sequence[Break]", *, anchors: int, anchored: bool
) -> None:
    for each in breaks:
        print(f"BREAK at {each.sequence}: {each.reason}")
    if breaks:
        print("The audit was tampered with, or the database was damaged. Keep a copy and compare it with a backup.")
    else:
        print(f"The audit is whole: {head.sequence} rows, each chained to the one before.")
    if file and not breaks:
        print(f"{anchors} anchors of {file} agree." + (f" Row {head.sequence} was added to them." if anchored else ""))
    if unsealed:
        print(f"{unsealed} rows are not sealed yet, so nothing is said of them; a running riskbot seals within 1 s.")
    if not file:
        print("Without --anchor FILE, a chain that was cut off at its end or written anew looks whole.")


def read_anchors(file: Path) -> dict[int, str]:
    """Sequence → hash; empty when the file does not exist yet. Raises WrongUse naming a line that is no anchor."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    except (OSError, UnicodeDecodeError) as error:
        raise WrongUse(f"{file} cannot be read: {error}.") from error
    anchors: dict[int, str] = {}
    for number, line in enumerate(lines, start=1):
        words = line.split()
        if not words:
            continue
        if len(words) < 2 or not words[0].isdecimal() or len(words[1]) != HASH_CHARACTERS:  # noqa: PLR2004
            raise WrongUse(f"{file}:{number} is no anchor.", hint="A line is: sequence, hash, time.")
        if anchors.setdefault(int(words[0]), words[1]) != words[1]:
            raise WrongUse(f"{file}:{number} gives row {words[0]} another hash than a line before it.")
    return anchors


def _append(file: Path, line: str) -> None:
    try:
        with file.open("a", encoding="utf-8") as anchors:
            anchors.write(line)
            anchors.flush()
            os.fsync(anchors.fileno())
    except OSError as error:
        raise WrongUse(f"{file} cannot be written: {error.strerror}.") from error
