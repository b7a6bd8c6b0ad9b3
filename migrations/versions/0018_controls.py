"""Cost controls."""

import sqlalchemy as sa
from alembic import op

from bot.store.schema import Id, Json, UtcDateTime

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_OPEN = sa.text("ended_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "controls",
        sa.Column("id", Id, nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("condition", sa.String(32)),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("effect", Json, nullable=False),
        sa.Column("lasts_seconds", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("starts_at", UtcDateTime),
        sa.Column("started_by", sa.String(80)),
        sa.Column("expires_at", UtcDateTime, nullable=False),
        sa.Column("prolonged_at", UtcDateTime),
        sa.Column("prolonged_by", sa.String(80)),
        sa.Column("ended_at", UtcDateTime),
        sa.Column("ended_by", sa.String(80)),
        sa.Column("ended_because", sa.String(16)),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_controls"),
    )
    op.create_index("ix_controls_kind", "controls", ["kind", "ended_at"])
    op.create_index("uq_controls_open", "controls", ["kind"], unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN)


def downgrade() -> None:
    op.drop_table("controls")
