"""Keys of calls that have just come, on SQLite, before they are put in their place among all keys."""

import sqlalchemy as sa
from alembic import op

from bot.store.schema import Id

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "fresh_keys",
        sa.Column("id", Id, nullable=False),
        sa.Column("arrived_day", sa.Integer(), nullable=False),
        sa.Column("arrived", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_fresh_keys"),
    )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        # What is not in its place yet must not be forgotten: a call that is sent again would count twice.
        op.execute(
            "INSERT OR IGNORE INTO call_keys (key, arrived_day) "
            "SELECT value, arrived_day FROM fresh_keys, json_each(arrived)"
        )
    op.drop_table("fresh_keys")
