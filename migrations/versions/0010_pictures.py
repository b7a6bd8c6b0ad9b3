"""Pictures on cards: which are to be drawn, which file of Slack's each is."""

import sqlalchemy as sa
from alembic import op

from bot.store.schema import Id, UtcDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pictures",
        sa.Column("id", Id, nullable=False),
        sa.Column("subject_kind", sa.String(64), nullable=False),
        sa.Column("subject_id", Id, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("file_id", sa.String(32)),
        sa.Column("alt_text", sa.Text()),
        sa.Column("wanted_at", UtcDateTime, nullable=False),
        sa.Column("not_before", UtcDateTime, nullable=False),
        sa.Column("lease_owner", sa.String(64)),
        sa.Column("lease_until", UtcDateTime),
        sa.Column("attempts", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("last_error", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_pictures"),
    )
    op.create_index("uq_pictures_subject", "pictures", ["subject_kind", "subject_id", "number"], unique=True)
    op.create_index("ix_pictures_state", "pictures", ["state", "not_before"])


def downgrade() -> None:
    op.drop_table("pictures")
