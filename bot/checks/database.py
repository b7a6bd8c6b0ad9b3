"""The database: there, at our schema, durable, its audit consistent, and somebody able to use the API."""

from bot.checks.findings import Line, Verdict, failed, ok, skipped, tried
from bot.clock import Clock
from bot.errors import RiskbotError
from bot.ingest.tokens import any_token_works
from bot.settings import Settings
from bot.store import audit, durability, migrations
from bot.store.database import Database
from bot.store.open import open_database
from bot.store.schema import SCHEMA_REVISION

DATABASE, DURABILITY, AUDIT, TOKENS = "database", "durability", "audit", "API tokens"


async def examine(settings: Settings) -> list[Line]:
    try:
        database = open_database(settings.database_url, Clock())
    except RiskbotError as error:
        return [failed(DATABASE, error.message, error.hint), *_skipped("the database cannot be opened")]
    try:
        return await _examine(database)
    finally:
        await database.close()


async def _examine(database: Database) -> list[Line]:
    reachable = await tried(DATABASE, _schema(database))
    if reachable.verdict is not Verdict.OK:
        return [reachable, *_skipped("the database is not usable")]
    return [
        reachable,
        await tried(DURABILITY, _durability(database)),
        await tried(AUDIT, _audit_head(database)),
        await tried(TOKENS, _tokens(database)),
    ]


def _skipped(because: str) -> list[Line]:
    return [skipped(subject, because) for subject in (DURABILITY, AUDIT, TOKENS)]


async def _schema(database: Database) -> Line:
    await database.read(lambda tx: migrations.require_current(tx.connection))
    return ok(DATABASE, f"{database.dialect}, schema {SCHEMA_REVISION}")


async def _durability(database: Database) -> Line:
    """In a write, because SQLite has these settings for each connection."""
    found, weak = await database.write(lambda tx: (values := durability.read_back(tx), durability.weak(tx, values)))
    shown = ", ".join(f"{name}={value}" for name, value in found.items())
    if not weak:
        return ok(DURABILITY, shown)
    return failed(DURABILITY, f"a commit could be lost: {shown}", f"Set {', '.join(weak)} so that commits are durable.")


async def _audit_head(database: Database) -> Line:
    head, last, unsealed = await database.read(
        lambda tx: (audit.head(tx), audit.last_sealed(tx), audit.count_unsealed(tx))
    )
    if head != last:
        wrong = f"the head says row {head.sequence}, the last sealed row is {last.sequence}"
        return failed(AUDIT, wrong, "Run `riskbot audit verify --anchor FILE` and compare with a backup.")
    return ok(AUDIT, f"{head.sequence} rows sealed, {unsealed} waiting")


async def _tokens(database: Database) -> Line:
    if await any_token_works(database):
        return ok(TOKENS, "at least one works")
    return failed(TOKENS, "there is none, so no sender can be heard", "riskbot token create NAME --scope ingest")
