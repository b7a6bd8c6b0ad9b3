"""Suppression: silences, the sides of inhibitions, what mutes an alert, and how often a group has changed."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from bot.store.schema import Id, Json, UtcDateTime, UtcDateTimes

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _silences()
    op.create_table(
        "inhibition_sides",
        sa.Column("alert_id", Id, nullable=False),
        sa.Column("key", sa.String(32), nullable=False),
        sa.Column("side", sa.String(8), nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name="fk_inhibition_sides_alert_id"),
        sa.PrimaryKeyConstraint("alert_id", "key", "side", name="pk_inhibition_sides"),
    )
    op.create_index("ix_inhibition_sides_key", "inhibition_sides", ["key", "side", "alert_id"])
    muting = op.create_table(
        "muting",
        sa.Column("id", Id, nullable=False),
        sa.Column("inhibitions", sa.String(32)),
        sa.PrimaryKeyConstraint("id", name="pk_muting"),
    )
    op.bulk_insert(muting, [{"id": 1}])
    for column in ("silenced_by", "inhibited_by"):
        op.add_column("alerts", sa.Column(column, Id))
        op.create_index(f"ix_alerts_{column}", "alerts", [column, "status"], **_where(f"{column} IS NOT NULL"))
    op.add_column("alert_groups", sa.Column("suppressed", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("alert_groups", sa.Column("unmuted_at", UtcDateTime))
    op.add_column("alert_groups", sa.Column("changed_at", UtcDateTimes))
    op.add_column("alert_groups", sa.Column("flapping_since", UtcDateTime))


def downgrade() -> None:
    for column in ("flapping_since", "changed_at", "unmuted_at", "suppressed"):
        op.drop_column("alert_groups", column)
    # An older program knows no muted alerts: what is muted fires there.
    op.execute("UPDATE alerts SET status = 'firing' WHERE status = 'suppressed'")
    op.execute("UPDATE alert_groups SET status = 'firing' WHERE status = 'suppressed'")
    for column in ("inhibited_by", "silenced_by"):
        op.drop_index(f"ix_alerts_{column}", "alerts")
        op.drop_column("alerts", column)
    op.drop_table("muting")
    op.drop_table("inhibition_sides")
    op.drop_table("silences")


def _silences() -> None:
    op.create_table(
        "silences",
        sa.Column("id", Id, nullable=False),
        sa.Column("key", sa.String(80)),
        sa.Column("matchers", Json, nullable=False),
        sa.Column("starts_at", UtcDateTime, nullable=False),
        sa.Column("ends_at", UtcDateTime, nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("created_by", sa.String(80), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("ended_at", UtcDateTime),
        sa.Column("ended_by", sa.String(80)),
        sa.Column("ended_because", sa.String(16)),
        sa.Column("hidden", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("reached", sa.String(64)),
        sa.Column("channels", Json, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_silences"),
        sa.UniqueConstraint("key", name="uq_silences_key"),
    )
    op.create_index("ix_silences_state", "silences", ["state", "ends_at"])


def _where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}
