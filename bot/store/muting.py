"""What mutes alerts is decided in turn: whoever mutes by what is in force, and whoever changes what is in force.

Without it a silence that ends between another replica's look at it and that replica's commit would leave an alert
muted by nothing, for ever. Readers do not hinder each other. SQLite has one writer and needs none of it.
"""

from sqlalchemy import Column, String, Table, select, update

from bot.store.database import Transaction
from bot.store.schema import Id, metadata

muting = Table(
    "muting",
    metadata,
    Column("id", Id, primary_key=True),
    #: A digest of the inhibitions that the open alerts were last weighed by; other ones weigh them all anew.
    Column("inhibitions", String(32)),
)


_SHARED = select(muting.c.id).with_for_update(read=True)


def hold_still(tx: Transaction) -> None:
    """Have what is in force stay so until the commit. Taken before any group: changes are made in that order, too."""
    if not tx.is_sqlite:
        tx.execute(_SHARED)


def begin_change(tx: Transaction) -> None:
    """Wait until nobody is muting by what was in force, and let nobody begin until the commit."""
    if not tx.is_sqlite:
        tx.execute(select(muting.c.id).with_for_update())


def inhibitions_in_force(tx: Transaction) -> str | None:
    digest: str | None = tx.execute(select(muting.c.inhibitions)).scalar_one()
    return digest


def set_inhibitions(tx: Transaction, digest: str) -> None:
    tx.execute(update(muting).values(inhibitions=digest))
