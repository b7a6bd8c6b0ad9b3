"""API tokens: a short public prefix finds the row, of the secret only its SHA-256 is kept."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Column, String, Table, insert, select, update

from bot.store import audit
from bot.store.database import Transaction
from bot.store.schema import Id, Json, UtcDateTime, metadata

tokens = Table(
    "tokens",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", String(128), nullable=False, unique=True),
    Column("prefix", String(16), nullable=False, unique=True),
    Column("secret_hash", String(64), nullable=False),
    Column("scopes", Json, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime),
    Column("revoked_at", UtcDateTime),
)


OPERATOR = "operator"


class Token(NamedTuple):
    id: int
    name: str
    prefix: str
    secret_hash: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


def create(
    tx: Transaction, *, name: str, prefix: str, secret_hash: str, scopes: Sequence[str], expires_at: datetime | None
) -> Token:
    """Store a token; raises IntegrityError when the name is taken."""
    values = {
        "name": name,
        "prefix": prefix,
        "secret_hash": secret_hash,
        "scopes": list(scopes),
        "created_at": tx.protocol_now,
        "expires_at": expires_at,
    }
    token = Token._make(tx.execute(insert(tokens).values(values).returning(*tokens.c)).one())
    _record(tx, "token_created", token)
    return token


def by_prefix(tx: Transaction, prefix: str) -> Token | None:
    row = tx.execute(select(tokens).where(tokens.c.prefix == prefix)).one_or_none()
    return Token._make(row) if row else None


def by_name(tx: Transaction, name: str) -> Token | None:
    row = tx.execute(select(tokens).where(tokens.c.name == name)).one_or_none()
    return Token._make(row) if row else None


def all_tokens(tx: Transaction) -> list[Token]:
    return [Token._make(row) for row in tx.execute(select(tokens).order_by(tokens.c.name))]


def revoke(tx: Transaction, name: str) -> bool:
    """End a token at once; False when there is none of that name that still works."""
    working = (tokens.c.name == name) & tokens.c.revoked_at.is_(None)
    ended = update(tokens).where(working).values(revoked_at=tx.protocol_now).returning(*tokens.c)
    row = tx.execute(ended).one_or_none()
    if row is not None:
        _record(tx, "token_revoked", Token._make(row))
    return row is not None


def _record(tx: Transaction, verb: str, token: Token) -> None:
    """Whoever holds the command line makes and ends tokens; riskbot knows them by no other name."""
    detail = {"name": token.name, "scopes": token.scopes}
    audit.record(tx, [audit.Entry(OPERATOR, verb, "token", token.id, detail)])
