"""How far cumulative series of metrics were counted, and when a service last sent spans."""

import sqlalchemy as sa
from alembic import op

from bot.store.schema import Id

revision = "0020"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "metric_readings",
        sa.Column("key", Id, autoincrement=False, nullable=False),
        sa.Column("arrived_day", sa.Integer, nullable=False),
        sa.Column("start_ns", sa.BigInteger, nullable=False),
        sa.Column("time_ns", sa.BigInteger, nullable=False),
        sa.Column("measurements", sa.BigInteger, nullable=False),
        sa.Column("total", sa.Float(53), nullable=False),
        sa.Column("buckets", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_metric_readings"),
    )


def downgrade() -> None:
    op.drop_table("metric_readings")
