"""API tokens, `rb_<prefix>.<secret>`: shown once, stored hashed, asked for at most every few seconds."""

import hashlib
import ipaddress
import re
import secrets
from collections.abc import Collection, Sequence
from datetime import timedelta
from enum import StrEnum
from hmac import compare_digest
from typing import NamedTuple

from bot.clock import monotonic_seconds
from bot.errors import SettingsError, WrongUse
from bot.ingest.problems import Unauthenticated
from bot.store import tokens as store
from bot.store.database import Database, Transaction
from bot.store.tokens import Token

SECRET_BYTES = 32
#: A revoked token works for at most this long in a process that has just used it.
CACHED_SECONDS = 3.0
#: Prefixes that are remembered at most; guesses of a stranger may fill the memory no further.
REMEMBERED = 1_000

_WRITTEN = re.compile(r"rb_([0-9a-f]{8})\.([A-Za-z0-9_-]{43})")
#: It becomes `token:NAME` in columns of 64 characters, and is printed in logs and on cards.
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,47}")


class Scope(StrEnum):
    """What a token may be used for; none contains another."""

    INGEST = "ingest"
    READ = "read"
    RESPOND = "respond"
    ESCALATE = "escalate"
    EXECUTE = "execute"
    DEPLOY = "deploy"
    ADMIN = "admin"


class NewToken(NamedTuple):
    """A token just made, and its text, which is never seen again."""

    token: Token
    text: str


async def create_token(
    database: Database, *, name: str, scopes: Collection[Scope], expires_in: timedelta | None = None
) -> NewToken:
    """Make a token. Raises WrongUse for a name that is taken or not writable, and without a scope."""
    if not _NAME.fullmatch(name):
        raise WrongUse(f"{name!r} is no name for a token.", hint="Use 1 to 48 letters, digits, dots, dashes.")
    if not scopes:
        raise WrongUse("A token without a scope can do nothing.", hint=f"Choose from {', '.join(Scope)}.")
    secret = secrets.token_urlsafe(SECRET_BYTES)
    token = await database.write(lambda tx: _insert(tx, name, secret, sorted(set(scopes)), expires_in))
    return NewToken(token, f"rb_{token.prefix}.{secret}")


def _insert(tx: Transaction, name: str, secret: str, scopes: Sequence[str], expires_in: timedelta | None) -> Token:
    if store.by_name(tx, name) is not None:
        hint = "Choose another name; those of revoked tokens stay taken, so that the audit stays clear."
        raise WrongUse(f"There is a token of the name {name} already.", hint=hint)
    prefix = secrets.token_hex(4)
    while store.by_prefix(tx, prefix) is not None:
        prefix = secrets.token_hex(4)
    expires_at = tx.protocol_now + expires_in if expires_in is not None else None
    return store.create(
        tx, name=name, prefix=prefix, secret_hash=hash_secret(secret), scopes=scopes, expires_at=expires_at
    )


def hash_secret(secret: str) -> str:
    """SHA-256 in hex: the secret is 256 random bits, so nothing slower is needed."""
    return hashlib.sha256(secret.encode()).hexdigest()


class Tokens:
    """Knows a caller by the Authorization header."""

    def __init__(self, database: Database, *, cached_seconds: float = CACHED_SECONDS) -> None:
        self._database = database
        self._cached_seconds = cached_seconds
        self._known: dict[str, _Known] = {}
        #: By the hash of a whole header, those that were proven: nearly every request comes with one of a few.
        self._proven: dict[bytes, tuple[Token, float]] = {}

    async def authenticate(self, header: str | None) -> Token:
        """The token in the header. Raises Unauthenticated, with a word why only to who knows the secret."""
        if not header:
            raise _refused("The request carries no token.", "")
        digest = _digest(header)
        proven = self._proven.get(digest)
        if proven is None or monotonic_seconds() >= proven[1]:
            proven = await self._prove(header)
            if len(self._proven) >= REMEMBERED:
                self._proven.clear()
            self._proven[digest] = proven
        self._check_alive(proven[0])
        return proven[0]

    def proven(self, header: str) -> Token | None:
        """The token in a header that was proven a moment ago; None where somebody has to be asked, or told why not."""
        token, until = self._proven.get(_digest(header), (None, 0.0))
        if token is None or monotonic_seconds() >= until or self._why_not(token):
            return None
        return token

    async def _prove(self, header: str) -> tuple[Token, float]:
        """The token whose secret the header tells, and until when that may be remembered."""
        scheme, _, written = header.partition(" ")
        match = _WRITTEN.fullmatch(written.strip()) if scheme.lower() == "bearer" else None
        token, until = await self._find(match[1]) if match else _Known(None, 0.0)
        if match is None or token is None or not compare_digest(token.secret_hash, hash_secret(match[2])):
            raise _refused("The token is not one of ours.")
        return token, until

    def _check_alive(self, token: Token) -> None:
        if why_not := self._why_not(token):
            raise _refused(why_not)

    def _why_not(self, token: Token) -> str:
        """Why the token works no longer; empty while it does."""
        if token.revoked_at is not None:
            return f"The token {token.name} was revoked {token.revoked_at:%Y-%m-%d %H:%M} UTC."
        if token.expires_at is not None and token.expires_at <= self._database.clock.protocol_now():
            return f"The token {token.name} expired {token.expires_at:%Y-%m-%d %H:%M} UTC."
        return ""

    async def _find(self, prefix: str) -> "_Known":
        now = monotonic_seconds()
        known = self._known.get(prefix)
        if known is not None and now < known.until:
            return known
        known = _Known(await self._database.read(lambda tx: store.by_prefix(tx, prefix)), now + self._cached_seconds)
        if len(self._known) >= REMEMBERED:
            self._known.clear()
        self._known[prefix] = known
        return known


class _Known(NamedTuple):
    """What the database said of a prefix, and until when (monotonic seconds) that is taken for true."""

    token: Token | None
    until: float


def _digest(header: str) -> bytes:
    return hashlib.sha256(header.encode("utf-8", "surrogatepass")).digest()


def _refused(message: str, error: str = ', error="invalid_token"') -> Unauthenticated:
    return Unauthenticated(message, headers={"WWW-Authenticate": f'Bearer realm="riskbot"{error}'})


async def any_token_works(database: Database) -> bool:
    """Whether somebody could authenticate at all."""

    def look(tx: Transaction) -> bool:
        alive = (token for token in store.all_tokens(tx) if token.revoked_at is None)
        return any(token.expires_at is None or token.expires_at > tx.protocol_now for token in alive)

    return await database.read(look)


def may_listen(host: str, has_tokens: bool) -> None:
    """Raise SettingsError when others could reach the API although nobody could authenticate yet."""
    if has_tokens or _is_loopback(host):
        return
    raise SettingsError(
        f"http.host is {host}, but there is no API token yet; until then riskbot listens on loopback only.",
        hint="Run `riskbot token create NAME --scope ingest`, or set http.host to 127.0.0.1.",
    )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"
