"""Rules: where each stands for each subject, and when they were looked at last."""

import sqlalchemy as sa
from alembic import op

from bot.store.schema import Id, Json, UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rule_states",
        sa.Column("rule", sa.String(64), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("labels", Json, nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("held_since", UtcDateTime),
        sa.Column("fired_at", UtcDateTime),
        sa.Column("calm_since", UtcDateTime),
        sa.Column("no_data_since", UtcDateTime),
        sa.Column("told", Json, nullable=False),
        sa.Column("figures", Json, nullable=False),
        sa.Column("looked_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("rule", "subject", name="pk_rule_states"),
    )
    op.create_table(
        "rule_looks",
        sa.Column("id", Id, nullable=False),
        sa.Column("looked_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_rule_looks"),
    )


def downgrade() -> None:
    op.drop_table("rule_looks")
    op.drop_table("rule_states")
