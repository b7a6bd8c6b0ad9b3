"""Telemetry: series, raw calls, the keys that make a resend harmless, rollups and their deltas, outcomes."""

import sqlalchemy as sa
from alembic import op

from bot.store.schema import Id, Json, UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TABLES = ("series", "calls", "call_keys", "rollup_deltas", "rollups_minute", "rollups_hour", "task_outcomes")

#: The sums of a rollup.
NUMBERS = (
    "calls",
    "errors",
    "escalated",
    "duration_us",
    "input_tokens",
    "cached_input_tokens",
    "cache_write_tokens",
    "output_tokens",
    "first_tokens",
    "first_token_us",
    "cost_picousd",
    "unpriced_calls",
    "unpriced_tokens",
)


def upgrade() -> None:
    _series()
    _calls()
    op.create_table(
        "call_keys",
        sa.Column("key", Id, autoincrement=False, nullable=False),
        sa.Column("arrived_day", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_call_keys"),
    )
    op.create_table(
        "rollup_deltas",
        sa.Column("id", Id, nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_rollup_deltas"),
    )
    _rollups("rollups_minute", "minute")
    _rollups("rollups_hour", "hour")
    _task_outcomes()


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)


def _series() -> None:
    labels = ("model", "provider", "role", "team", "configuration")
    op.create_table(
        "series",
        sa.Column("id", Id, nullable=False),
        *(sa.Column(label, sa.Text(), nullable=False) for label in labels),
        sa.PrimaryKeyConstraint("id", name="pk_series"),
    )
    op.create_index("uq_series_labels", "series", list(labels), unique=True)


def _calls() -> None:
    op.create_table(
        "calls",
        sa.Column("id", Id, nullable=False),
        sa.Column("key", sa.BigInteger(), nullable=False),
        sa.Column("call_id", sa.Text(), nullable=False),
        sa.Column("series_id", Id, nullable=False),
        sa.Column("arrived_day", sa.Integer(), nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.Column("duration_us", sa.BigInteger(), nullable=False),
        sa.Column("first_token_us", sa.BigInteger()),
        sa.Column("input_tokens", sa.BigInteger(), nullable=False),
        sa.Column("cached_input_tokens", sa.BigInteger(), nullable=False),
        sa.Column("cache_write_tokens", sa.BigInteger(), nullable=False),
        sa.Column("output_tokens", sa.BigInteger(), nullable=False),
        sa.Column("cost_picousd", sa.BigInteger()),
        sa.Column("error", sa.Text()),
        sa.Column("status_code", sa.Integer()),
        sa.Column("escalated", sa.Boolean()),
        sa.Column("task_id", sa.Text()),
        sa.Column("unit", sa.Text()),
        sa.Column("request_hash", sa.Text()),
        sa.Column("metadata", Json),
        sa.PrimaryKeyConstraint("id", name="pk_calls"),
    )


def _rollups(name: str, unit: str) -> None:
    op.create_table(
        name,
        sa.Column(unit, sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("series_id", Id, autoincrement=False, nullable=False),
        *(sa.Column(number, sa.BigInteger(), nullable=False) for number in NUMBERS),
        sa.Column("durations", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint(unit, "series_id", name=f"pk_{name}"),
        sqlite_with_rowid=False,
    )


def _task_outcomes() -> None:
    op.create_table(
        "task_outcomes",
        sa.Column("id", Id, nullable=False),
        sa.Column("outcome_id", sa.Text(), nullable=False),
        sa.Column("arrived_day", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("task_id", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("task_type", sa.Text()),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("completed", sa.Boolean(), nullable=False),
        sa.Column("user_satisfaction", sa.Float()),
        sa.Column("technical_quality", sa.Float()),
        sa.Column("efficiency_score", sa.Float()),
        sa.Column("revised", sa.Boolean()),
        sa.Column("requester", sa.Text()),
        sa.Column("escalated", sa.Boolean()),
        sa.PrimaryKeyConstraint("id", name="pk_task_outcomes"),
    )
    op.create_index("ix_task_outcomes_at", "task_outcomes", ["at"])
