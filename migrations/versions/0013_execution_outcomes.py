"""What became of that which was approved, and whether the default was used in its place."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("executions", sa.Column("outcome", sa.String(32)))
    op.add_column("executions", sa.Column("fell_back", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    for name in ("fell_back", "outcome"):
        op.drop_column("executions", name)
