"""`riskbot migrate`."""

import argparse
import asyncio

from bot.cli.parsing import OK, Subparsers, add_command, add_config_option, add_json_option, print_json, settings_of


def add(commands: Subparsers) -> None:
    parser = add_command(
        commands,
        "migrate",
        run,
        does="create the database's tables, or bring them up to date",
        example="riskbot backup before.db && riskbot migrate",
    )
    add_config_option(parser)
    add_json_option(parser)


def run(arguments: argparse.Namespace) -> int:
    from bot.store import migrations

    moved = asyncio.run(migrations.upgrade(settings_of(arguments).database_url))
    if arguments.json:
        print_json(moved._asdict())
    elif moved.before == moved.after:
        print(f"The database is at schema {moved.after} already; nothing to do.")
    else:
        print(f"The database went from {moved.before or 'empty'} to schema {moved.after}.")
    return OK
