"""Which open alerts may mute others, and which may be muted, by the values that both must share."""

from sqlalchemy import Column, ForeignKey, Index, String, Table

from bot.store.schema import Id, metadata

inhibition_sides = Table(
    "inhibition_sides",
    metadata,
    Column("alert_id", Id, ForeignKey("alerts.id"), primary_key=True),
    #: A digest of the inhibition's name and the values of the labels that both sides share.
    Column("key", String(32), primary_key=True),
    Column("side", String(8), primary_key=True),
    Index("ix_inhibition_sides_key", "key", "side", "alert_id"),
)
