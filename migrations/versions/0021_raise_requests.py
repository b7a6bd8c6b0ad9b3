"""Raises of budgets that people are asked for."""

import sqlalchemy as sa
from alembic import op

from bot.store.schema import Id, UtcDateTime

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "budget_raise_requests",
        sa.Column("id", Id, nullable=False),
        sa.Column("request_id", Id),
        sa.Column("budget", sa.String(40), nullable=False),
        sa.Column("usd", sa.String(32), nullable=False),
        sa.Column("was_usd", sa.String(32), nullable=False),
        sa.Column("lasts_seconds", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("created_by", sa.String(255), nullable=False),
        sa.Column("raise_id", Id),
        sa.PrimaryKeyConstraint("id", name="pk_budget_raise_requests"),
        sa.ForeignKeyConstraint(["request_id"], ["approval_requests.id"], name="fk_budget_raise_requests_request_id"),
    )
    op.create_index("ix_budget_raise_requests_request", "budget_raise_requests", ["request_id"])


def downgrade() -> None:
    op.drop_table("budget_raise_requests")
