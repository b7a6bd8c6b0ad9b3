"""The rules in force: the last good text of their file outlives a restart."""

import sqlalchemy as sa
from alembic import op

from bot.store.schema import Id, UtcDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rules_in_force",
        sa.Column("id", Id, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("read_at", UtcDateTime()),
        sa.Column("trouble", sa.Text(), nullable=False),
        sa.Column("trouble_at", UtcDateTime()),
        sa.PrimaryKeyConstraint("id", name="pk_rules_in_force"),
    )


def downgrade() -> None:
    op.drop_table("rules_in_force")
