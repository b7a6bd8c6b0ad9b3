"""Complaints of people, one for each person and message."""

import sqlalchemy as sa
from alembic import op

from bot.store.schema import Id, UtcDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "complaints",
        sa.Column("id", Id, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("complained_by", sa.String(64), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("channel", sa.String(80), nullable=False),
        sa.Column("message_ts", sa.String(32), nullable=False),
        sa.Column("permalink", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_complaints"),
    )
    op.create_index("uq_complaints_message", "complaints", ["complained_by", "channel", "message_ts"], unique=True)
    op.create_index("ix_complaints_at", "complaints", ["at"])


def downgrade() -> None:
    op.drop_table("complaints")
