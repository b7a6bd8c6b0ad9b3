"""Budgets: raises for a while, each month's plan, and which of their alerts hold."""

import sqlalchemy as sa
from alembic import op

from bot.store.schema import Id, Json, UtcDateTime

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_OPEN = sa.text("ended_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "budget_raises",
        sa.Column("id", Id, nullable=False),
        sa.Column("budget", sa.String(40), nullable=False),
        sa.Column("usd", sa.String(32), nullable=False),
        sa.Column("starts_at", UtcDateTime, nullable=False),
        sa.Column("ends_at", UtcDateTime, nullable=False),
        sa.Column("raised_by", sa.String(255), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("ended_at", UtcDateTime),
        sa.Column("ended_by", sa.String(255)),
        sa.PrimaryKeyConstraint("id", name="pk_budget_raises"),
    )
    op.create_index("ix_budget_raises_open", "budget_raises", ["budget"], sqlite_where=_OPEN, postgresql_where=_OPEN)
    op.create_table(
        "budget_plans",
        sa.Column("budget", sa.String(40), nullable=False),
        sa.Column("month", sa.String(10), nullable=False),
        sa.Column("usd", sa.String(32), nullable=False),
        sa.Column("method", sa.Text, nullable=False),
        sa.Column("frozen_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("budget", "month", name="pk_budget_plans"),
    )
    op.create_table(
        "cost_conditions",
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("subject", sa.String(40), nullable=False),
        sa.Column("period", sa.String(10), nullable=False),
        sa.Column("labels", Json, nullable=False),
        sa.Column("severity", sa.String(16), nullable=False),
        sa.Column("held_since", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("name", "subject", name="pk_cost_conditions"),
    )


def downgrade() -> None:
    op.drop_table("cost_conditions")
    op.drop_table("budget_plans")
    op.drop_index("ix_budget_raises_open", "budget_raises")
    op.drop_table("budget_raises")
