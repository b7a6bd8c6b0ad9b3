"""The auditor: whose turn a bell is, what people were told of, and messages at rest that are behind."""

import sqlalchemy as sa
from alembic import op

from bot.store.schema import UtcDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

BEHIND = sa.text("state = 'shown' AND shown_revision < wanted_revision")


def upgrade() -> None:
    op.create_table(
        "bell_turns",
        sa.Column("bell", sa.String(64), nullable=False),
        sa.Column("answered_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("bell", name="pk_bell_turns"),
    )
    op.create_table(
        "auditor_episodes",
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("begun_at", UtcDateTime, nullable=False),
        sa.Column("seen_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_auditor_episodes"),
    )
    op.create_index("ix_messages_behind", "messages", ["id"], sqlite_where=BEHIND, postgresql_where=BEHIND)


def downgrade() -> None:
    op.drop_index("ix_messages_behind", "messages")
    op.drop_table("auditor_episodes")
    op.drop_table("bell_turns")
