"""Approval requests with their tiers, votes, people and executions; escalations."""

import sqlalchemy as sa
from alembic import op

from bot.store.schema import Id, Json, UtcDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

PENDING = sa.text("status = 'pending'")


def upgrade() -> None:
    _requests()
    _votes()
    _people()
    _executions()
    _escalations()


def _requests() -> None:
    op.create_table(
        "approval_requests",
        sa.Column("id", Id, nullable=False),
        sa.Column("key", sa.String(255)),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("subject_kind", sa.String(64), nullable=False),
        sa.Column("subject_id", Id, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("subject_hash", sa.String(64), nullable=False),
        sa.Column("requested_by", sa.String(255), nullable=False),
        sa.Column("requested_for", sa.String(80), nullable=False),
        sa.Column("policy_name", sa.String(80), nullable=False),
        sa.Column("policy", Json, nullable=False),
        sa.Column("channel", sa.String(80), nullable=False),
        sa.Column("tier", sa.Integer(), nullable=False),
        sa.Column("tier_opened_at", UtcDateTime, nullable=False),
        sa.Column("due_at", UtcDateTime, nullable=False),
        sa.Column("hard_deadline_at", UtcDateTime, nullable=False),
        sa.Column("reminders_sent", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("revision", sa.Integer(), nullable=False, server_default="1"),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("decided_at", UtcDateTime),
        sa.Column("decided_by", sa.String(255)),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("broke_glass", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("short_since", UtcDateTime),
        sa.Column("valid_until", UtcDateTime),
        sa.PrimaryKeyConstraint("id", name="pk_approval_requests"),
        sa.UniqueConstraint("key", name="uq_approval_requests_key"),
    )
    op.create_index("ix_approval_requests_subject", "approval_requests", ["subject_kind", "subject_id"])
    op.create_index("ix_approval_requests_created_at", "approval_requests", ["created_at"])
    op.create_index(
        "ix_approval_requests_pending",
        "approval_requests",
        ["due_at"],
        sqlite_where=PENDING,
        postgresql_where=PENDING,
    )


def _votes() -> None:
    op.create_table(
        "approval_tiers",
        sa.Column("id", Id, nullable=False),
        sa.Column("request_id", Id, nullable=False),
        sa.Column("tier", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("opened_at", UtcDateTime, nullable=False),
        sa.Column("due_at", UtcDateTime, nullable=False),
        sa.Column("asked", Json, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_approval_tiers"),
        sa.ForeignKeyConstraint(["request_id"], ["approval_requests.id"], name="fk_approval_tiers_request_id"),
        sa.UniqueConstraint("request_id", "version", "tier", name="uq_approval_tiers_request_id_version_tier"),
    )
    op.create_table(
        "approval_votes",
        sa.Column("id", Id, nullable=False),
        sa.Column("request_id", Id, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("voter", sa.String(80), nullable=False),
        sa.Column("verdict", sa.String(16), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("on_behalf_of", sa.String(80), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_approval_votes"),
        sa.ForeignKeyConstraint(["request_id"], ["approval_requests.id"], name="fk_approval_votes_request_id"),
        sa.UniqueConstraint("request_id", "version", "voter", name="uq_approval_votes_request_id_version_voter"),
    )


def _people() -> None:
    op.create_table(
        "role_members",
        sa.Column("role", sa.String(80), nullable=False),
        sa.Column("user_id", sa.String(80), nullable=False),
        sa.PrimaryKeyConstraint("role", "user_id", name="pk_role_members"),
    )
    op.create_table(
        "role_looks",
        sa.Column("role", sa.String(80), nullable=False),
        sa.Column("seen_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("role", name="pk_role_looks"),
    )
    op.create_table(
        "approval_absences",
        sa.Column("user_id", sa.String(80), nullable=False),
        sa.Column("starts_at", UtcDateTime, nullable=False),
        sa.Column("ends_at", UtcDateTime, nullable=False),
        sa.Column("delegate", sa.String(80), nullable=False),
        sa.PrimaryKeyConstraint("user_id", name="pk_approval_absences"),
    )


def _executions() -> None:
    op.create_table(
        "executions",
        sa.Column("id", Id, nullable=False),
        sa.Column("request_id", Id, nullable=False),
        sa.Column("payload_hash", sa.String(64), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("started_at", UtcDateTime, nullable=False),
        sa.Column("ended_at", UtcDateTime),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_executions"),
        sa.ForeignKeyConstraint(["request_id"], ["approval_requests.id"], name="fk_executions_request_id"),
        sa.UniqueConstraint("request_id", name="uq_executions_request_id"),
    )


def _escalations() -> None:
    op.create_table(
        "escalations",
        sa.Column("id", Id, nullable=False),
        sa.Column("request_id", Id),
        sa.Column("key", sa.String(255)),
        sa.Column("task", Json, nullable=False),
        sa.Column("payload", Json),
        sa.Column("payload_hash", sa.String(64), nullable=False),
        sa.Column("decision", Json, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("created_by", sa.String(255), nullable=False),
        sa.Column("callback_url", sa.Text()),
        sa.Column("outcome", sa.String(32)),
        sa.Column("needed", sa.String(16)),
        sa.Column("needed_by", sa.String(80)),
        sa.Column("needed_at", UtcDateTime),
        sa.PrimaryKeyConstraint("id", name="pk_escalations"),
        sa.ForeignKeyConstraint(["request_id"], ["approval_requests.id"], name="fk_escalations_request_id"),
        sa.UniqueConstraint("key", name="uq_escalations_key"),
    )
    op.create_index("ix_escalations_request", "escalations", ["request_id"])
    op.create_index("ix_escalations_created_at", "escalations", ["created_at"])


def downgrade() -> None:
    for table in (
        *("escalations", "executions", "approval_absences", "role_looks", "role_members"),
        *("approval_votes", "approval_tiers", "approval_requests"),
    ):
        op.drop_table(table)
