"""`riskbot backup FILE`."""

import argparse
from pathlib import Path

from bot.cli.parsing import OK, Subparsers, add_command, add_config_option, add_json_option, print_json, settings_of


def add(commands: Subparsers) -> None:
    parser = add_command(
        commands,
        "backup",
        run,
        does="write a consistent copy of the database, also while riskbot runs",
        example="riskbot backup /backups/riskbot-monday.db",
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="the copy; must not exist yet")
    add_config_option(parser)
    add_json_option(parser)


def run(arguments: argparse.Namespace) -> int:
    from bot.store.backup import back_up
    from bot.store.open import sqlite_path

    url = settings_of(arguments).database_url
    size_bytes = back_up(url, arguments.file)
    if arguments.json:
        print_json({"file": str(arguments.file), "bytes": size_bytes})
        return OK
    print(f"Copied the database to {arguments.file} ({size_bytes:,} bytes), readable by you only.")
    if sqlite_path(url):
        print("To restore it: stop riskbot, put the file in the database's place, delete its -wal and -shm files.")
    else:
        print(f"To restore it: stop riskbot, pg_restore --clean --if-exists --dbname=NAME {arguments.file}")
    return OK
