"""`riskbot token create | list | revoke`."""

import argparse
import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

from bot.cli.parsing import (
    OK,
    Subparsers,
    add_command,
    add_config_option,
    add_json_option,
    nearest,
    print_json,
    print_table,
    settings_of,
)
from bot.errors import NotFound, WrongUse

if TYPE_CHECKING:
    # Half a second at every `riskbot --help`, were they imported.
    from bot.ingest.tokens import Scope
    from bot.store.database import Database
    from bot.store.tokens import Token

R = TypeVar("R")

#: A test holds it equal to the scopes that there are.
SCOPES = "ingest, read, respond, escalate, execute, deploy, admin"


def add(commands: Subparsers) -> None:
    group = add_command(
        commands,
        "token",
        None,
        does="make, list and revoke tokens of the HTTP API",
        example="riskbot token create prometheus --scope ingest --expires 90d",
    ).add_subparsers(title="commands", metavar="COMMAND", required=True)
    create = add_command(
        group,
        "create",
        run_create,
        does="make a token; its text is shown this once and stored only as a hash",
        example="riskbot token create prometheus --scope ingest read --expires 90d",
    )
    create.add_argument("name", metavar="NAME", help="who will use it; the audit shows this name")
    create.add_argument(
        "--scope", nargs="+", action="extend", required=True, metavar="SCOPE", dest="scopes", help=f"any of {SCOPES}"
    )
    create.add_argument("--expires", metavar="DURATION", help="when it ends by itself, like 90d (default: never)")
    listing = add_command(
        group, "list", run_list, does="show every token, never its secret", example="riskbot token list --json"
    )
    revoke = add_command(
        group, "revoke", run_revoke, does="end a token at once", example="riskbot token revoke prometheus"
    )
    revoke.add_argument("name", metavar="NAME", help="the token's name")
    for parser in (create, listing, revoke):
        add_config_option(parser)
        add_json_option(parser)


def run_create(arguments: argparse.Namespace) -> int:
    from bot.ingest.tokens import create_token
    from riskengine.durations import parse_duration

    scopes = _scopes(arguments.scopes)
    try:
        expires_in = parse_duration(arguments.expires) if arguments.expires else None
    except ValueError as error:
        raise WrongUse(f"--expires: {error}") from error
    made = _run(
        arguments, lambda database: create_token(database, name=arguments.name, scopes=scopes, expires_in=expires_in)
    )
    if arguments.json:
        print_json({**_as_data(made.token), "token": made.text})
    else:
        print(f"Token {arguments.name} for {', '.join(made.token.scopes)}. It is shown this once:\n\n  {made.text}\n")
        print("Send it as `Authorization: Bearer …`; end it with `riskbot token revoke " + arguments.name + "`.")
    return OK


def _scopes(words: Sequence[str]) -> "list[Scope]":
    from bot.ingest.tokens import Scope

    known = [scope.value for scope in Scope]
    for word in words:
        if word not in known:
            raise WrongUse(f"--scope: {nearest(word, known)}", hint=f"Scopes are {SCOPES}.")
    return [Scope(word) for word in words]


def run_list(arguments: argparse.Namespace) -> int:
    from bot.store import tokens

    found = _run(arguments, lambda database: database.read(tokens.all_tokens))
    if arguments.json:
        print_json([_as_data(token) for token in found])
    elif not found:
        print("There is no token yet. Make one: riskbot token create NAME --scope ingest")
    else:
        print_table(("NAME", "PREFIX", "SCOPES", "CREATED", "STATE"), [_as_row(token) for token in found])
    return OK


def run_revoke(arguments: argparse.Namespace) -> int:
    from bot.store import tokens

    if not _run(arguments, lambda database: database.write(lambda tx: tokens.revoke(tx, arguments.name))):
        raise NotFound(
            f"There is no token {arguments.name} that still works.", hint="`riskbot token list` shows all tokens."
        )
    if arguments.json:
        print_json({"name": arguments.name, "revoked": True})
    else:
        print(f"Token {arguments.name} is revoked; a running `riskbot serve` refuses it within 3 s.")
    return OK


def _run(arguments: argparse.Namespace, work: "Callable[[Database], Awaitable[R]]") -> R:
    """Do it on the database of the settings, which must be at this program's schema."""
    from bot.cli.databases import opened

    settings = settings_of(arguments)

    async def run() -> R:
        async with opened(settings) as database:
            return await work(database)

    return asyncio.run(run())


def _as_data(token: "Token") -> dict[str, object]:
    data = token._asdict()
    del data["id"], data["secret_hash"]
    moments = ("created_at", "expires_at", "revoked_at")
    return {**data, **{name: data[name].isoformat() if data[name] else None for name in moments}}


def _as_row(token: "Token") -> tuple[str, ...]:
    state = "works"
    if token.revoked_at:
        state = f"revoked {token.revoked_at:%Y-%m-%d %H:%M} UTC"
    elif token.expires_at:
        state = f"ends {token.expires_at:%Y-%m-%d %H:%M} UTC"
    return (token.name, token.prefix, ",".join(token.scopes), f"{token.created_at:%Y-%m-%d}", state)
