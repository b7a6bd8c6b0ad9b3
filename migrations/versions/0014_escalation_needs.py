"""What became of escalations: whether they were needed, what is similar to them, and when riskbot was not there."""

import sqlalchemy as sa
from alembic import op

from bot.store.schema import Id, Json, UtcDateTime

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_TOLD = ("task_id", "role", "task_type")


def upgrade() -> None:
    op.add_column("escalations", sa.Column("task_id", sa.Text()))
    op.add_column("escalations", sa.Column("role", sa.Text()))
    op.add_column("escalations", sa.Column("task_type", sa.Text()))
    op.add_column("escalations", sa.Column("need_revision", sa.Integer(), nullable=False, server_default="1"))
    _tell_apart()
    op.create_index("ix_escalations_alike", "escalations", ["role", "task_type", "created_at"])
    op.create_index("ix_escalations_task_id", "escalations", ["task_id"])
    op.create_index("ix_task_outcomes_alike", "task_outcomes", ["role", "task_type", "at"])
    op.create_table(
        "beats",
        sa.Column("name", sa.String(32), nullable=False),
        sa.Column("beat_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_beats"),
    )
    op.create_table(
        "outages",
        sa.Column("id", Id, nullable=False),
        sa.Column("started_at", UtcDateTime, nullable=False),
        sa.Column("ended_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_outages"),
    )
    op.create_index("ix_outages_ended_at", "outages", ["ended_at"])


def _tell_apart() -> None:
    """Those that are there already say in their task what has a column of its own now."""
    table = sa.table("escalations", sa.column("id", Id), sa.column("task", Json), *(sa.column(each) for each in _TOLD))
    bind = op.get_bind()
    for row in bind.execute(sa.select(table.c.id, table.c.task)).all():
        told = {name: row.task.get(name) for name in _TOLD}
        bind.execute(sa.update(table).where(table.c.id == row.id).values(told))


def downgrade() -> None:
    op.drop_table("outages")
    op.drop_table("beats")
    op.drop_index("ix_task_outcomes_alike", "task_outcomes")
    op.drop_index("ix_escalations_task_id", "escalations")
    op.drop_index("ix_escalations_alike", "escalations")
    for name in ("need_revision", "task_type", "role", "task_id"):
        op.drop_column("escalations", name)
