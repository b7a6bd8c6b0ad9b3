"""Calls are priced by us: the sender's figure stands beside, and rollups tell both for the calls that have both.

What was stored before was priced by its sender's figure, and says so; rollups of those calls compare nothing.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

ROLLUPS = ("rollups_minute", "rollups_hour")
COMPARED = ("compared_calls", "compared_told_picousd", "compared_ours_picousd")


def upgrade() -> None:
    op.add_column("calls", sa.Column("told_picousd", sa.BigInteger()))
    op.add_column("calls", sa.Column("priced_by_us", sa.Boolean()))
    calls = sa.table("calls", sa.column("cost_picousd"), sa.column("told_picousd"), sa.column("priced_by_us"))
    was_told = calls.c.cost_picousd.is_not(None)
    op.execute(calls.update().where(was_told).values(told_picousd=calls.c.cost_picousd, priced_by_us=sa.false()))
    for table in ROLLUPS:
        for column in COMPARED:
            op.add_column(table, sa.Column(column, sa.BigInteger(), nullable=False, server_default="0"))


def downgrade() -> None:
    for table in ROLLUPS:
        for column in reversed(COMPARED):
            op.drop_column(table, column)
    # The sender's figure is what the cost was; sums of rollups stay as they were counted.
    calls = sa.table("calls", sa.column("cost_picousd"), sa.column("told_picousd"))
    is_ours = calls.c.cost_picousd.is_distinct_from(calls.c.told_picousd)
    op.execute(calls.update().where(is_ours).values(cost_picousd=calls.c.told_picousd))
    op.drop_column("calls", "priced_by_us")
    op.drop_column("calls", "told_picousd")
