"""Repeated requests by day, for what a cache would save; and daily cost digests that are to be written."""

import sqlalchemy as sa
from alembic import op

from bot.store.schema import Id, UtcDateTime

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "request_repeats",
        sa.Column("day", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("request", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("series_id", Id, autoincrement=False, nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.Column("cost_picousd", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("day", "request", "series_id", name="pk_request_repeats"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "request_days",
        sa.Column("day", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", name="pk_request_days"),
    )
    op.create_table(
        "request_progress",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("counted_to", Id, nullable=False),
        sa.Column("seen_to", Id, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_request_progress"),
    )
    op.create_table(
        "cost_digests",
        sa.Column("ends_at", UtcDateTime, nullable=False),
        sa.Column("due_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("ends_at", name="pk_cost_digests"),
    )


def downgrade() -> None:
    for table in ("cost_digests", "request_progress", "request_days", "request_repeats"):
        op.drop_table(table)
