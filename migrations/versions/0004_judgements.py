"""What people thought of an alert once it was over."""

import sqlalchemy as sa
from alembic import op

from bot.store.schema import Id, UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "alert_judgements",
        sa.Column("group_id", Id, nullable=False),
        sa.Column("judged_by", sa.String(64), nullable=False),
        sa.Column("useful", sa.Boolean(), nullable=False),
        sa.Column("judged_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("group_id", "judged_by", name="pk_alert_judgements"),
        sa.ForeignKeyConstraint(["group_id"], ["alert_groups.id"], name="fk_alert_judgements_group_id"),
    )
    op.create_index("ix_alert_groups_opened_at", "alert_groups", ["opened_at"])


def downgrade() -> None:
    op.drop_index("ix_alert_groups_opened_at", "alert_groups")
    op.drop_table("alert_judgements")
