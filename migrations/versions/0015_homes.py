"""App Homes that people look at: which state of it each was shown."""

import sqlalchemy as sa
from alembic import op

from bot.store.schema import Id, UtcDateTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "homes",
        sa.Column("user_id", sa.String(80), nullable=False),
        sa.Column("opened_at", UtcDateTime, nullable=False),
        sa.Column("wanted", Id, nullable=False),
        sa.Column("shown", Id, nullable=False),
        sa.Column("leased_until", UtcDateTime),
        sa.PrimaryKeyConstraint("user_id", name="pk_homes"),
    )


def downgrade() -> None:
    op.drop_table("homes")
