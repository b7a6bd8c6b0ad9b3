"""The spine: alerts and their groups, messages to Slack, the due table, the sealed audit, tokens, what came in."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from bot.store.schema import Id, Json, UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

#: In the order of creation: a table stands after those it refers to.
TABLES = (
    "alert_groups",
    "audit",
    "audit_head",
    "destinations",
    "due",
    "inbound",
    "messages",
    "method_rates",
    "tokens",
    "alerts",
)

#: What an audit row says; only its place in the chain may be filled in later, and only once.
AUDIT_CONTENT = "id, at, actor, verb, object_kind, object_id, detail"


def upgrade() -> None:
    _alert_groups()
    _audit()
    _audit_head()
    _destinations()
    _due()
    _inbound()
    _messages()
    _method_rates()
    _tokens()
    _alerts()
    if op.get_bind().dialect.name == "sqlite":
        _guard_audit_on_sqlite()
    else:
        _guard_audit_on_postgresql()


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_audit_change()")


def _where(condition: str) -> dict[str, Any]:
    """A partial index on both databases."""
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def _alert_groups() -> None:
    op.create_table(
        "alert_groups",
        sa.Column("id", Id, nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("area", sa.Text(), nullable=False),
        sa.Column("subject_label", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("severity", sa.String(length=16), nullable=False),
        sa.Column("firing", sa.Integer(), nullable=False),
        sa.Column("acknowledged", sa.Integer(), nullable=False),
        sa.Column("resolved", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("refires", sa.Integer(), nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("told_at", UtcDateTime()),
        sa.Column("resolved_at", UtcDateTime()),
        sa.Column("acknowledged_by", sa.String(length=64)),
        sa.Column("acknowledged_at", UtcDateTime()),
        sa.Column("acknowledgement_expires_at", UtcDateTime()),
        sa.Column("assigned_to", sa.String(length=64)),
        sa.Column("assigned_by", sa.String(length=64)),
        sa.PrimaryKeyConstraint("id", name="pk_alert_groups"),
    )
    op.create_index("ix_alert_groups_key", "alert_groups", ["key", "id"])
    op.create_index("ix_alert_groups_open", "alert_groups", ["status", "severity"])
    op.create_index("ix_alert_groups_resolved_at", "alert_groups", ["resolved_at"])
    op.create_index("ix_alert_groups_acknowledged_at", "alert_groups", ["acknowledged_at"])
    op.create_index("uq_alert_groups_open_key", "alert_groups", ["key"], unique=True, **_where("status != 'resolved'"))


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("id", Id, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(length=255), nullable=False),
        sa.Column("verb", sa.String(length=64), nullable=False),
        sa.Column("object_kind", sa.String(length=64), nullable=False),
        sa.Column("object_id", Id, nullable=False),
        sa.Column("detail", Json, nullable=False),
        sa.Column("sequence", sa.BigInteger()),
        sa.Column("hash", sa.String(length=64)),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
        sa.UniqueConstraint("sequence", name="uq_audit_sequence"),
    )
    op.create_index("ix_audit_object", "audit", ["object_kind", "object_id", "id"])
    op.create_index("ix_audit_unsealed", "audit", ["id"], **_where("hash IS NULL"))


def _audit_head() -> None:
    op.create_table(
        "audit_head",
        sa.Column("id", Id, nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_head"),
    )


def _destinations() -> None:
    op.create_table(
        "destinations",
        sa.Column("channel", sa.String(length=80), nullable=False),
        sa.Column("slack_id", sa.String(length=80)),
        sa.Column("next_post_at", UtcDateTime(), nullable=False),
        sa.Column("hold_reason", sa.Text()),
        sa.Column("broken_reason", sa.Text()),
        sa.Column("broken_at", UtcDateTime()),
        sa.PrimaryKeyConstraint("channel", name="pk_destinations"),
    )


def _due() -> None:
    op.create_table(
        "due",
        sa.Column("id", Id, nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("subject_id", Id, nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_due"),
        sa.UniqueConstraint("kind", "subject_id", name="uq_due_kind_subject_id"),
    )
    op.create_index("ix_due_due_at", "due", ["due_at"])


def _inbound() -> None:
    op.create_table(
        "inbound",
        sa.Column("id", Id, nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("delivery_id", sa.String(length=255), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_inbound"),
    )
    op.create_index("ix_inbound_received_at", "inbound", ["received_at"])
    op.create_index("uq_inbound_delivery", "inbound", ["source", "delivery_id"], unique=True)


def _messages() -> None:
    op.create_table(
        "messages",
        sa.Column("id", Id, nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("generation", sa.Integer(), server_default="0", nullable=False),
        sa.Column("nature", sa.String(length=8), nullable=False),
        sa.Column("template", sa.String(length=64), nullable=False),
        sa.Column("subject_kind", sa.String(length=64), nullable=False),
        sa.Column("subject_id", Id, nullable=False),
        sa.Column("payload", Json, nullable=False),
        sa.Column("channel", sa.String(length=80), nullable=False),
        sa.Column("thread_of", Id),
        sa.Column("broadcast", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("wanted_revision", sa.Integer(), nullable=False),
        sa.Column("shown_revision", sa.Integer()),
        sa.Column("posted_channel", sa.String(length=80)),
        sa.Column("ts", sa.String(length=32)),
        sa.Column("wanted_at", UtcDateTime(), nullable=False),
        sa.Column("not_before", UtcDateTime(), nullable=False),
        sa.Column("claimed_at", UtcDateTime()),
        sa.Column("lease_owner", sa.String(length=64)),
        sa.Column("lease_until", UtcDateTime()),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("hold_reason", sa.Text()),
        sa.Column("late_seconds", sa.Float()),
        sa.Column("late_reason", sa.Text()),
        sa.Column("digest_id", Id),
        sa.Column("rerouted_from", sa.String(length=80)),
        sa.Column("plain", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("marked", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("last_error", sa.Text()),
        sa.ForeignKeyConstraint(["digest_id"], ["messages.id"], name="fk_messages_digest_id"),
        sa.ForeignKeyConstraint(["thread_of"], ["messages.id"], name="fk_messages_thread_of"),
        sa.PrimaryKeyConstraint("id", name="pk_messages"),
        sa.UniqueConstraint("key", name="uq_messages_key"),
    )
    op.create_index("ix_messages_digest", "messages", ["digest_id"])
    op.create_index("ix_messages_subject", "messages", ["subject_kind", "subject_id"])
    op.create_index("ix_messages_thread", "messages", ["thread_of"])
    for name, columns, where in (
        ("to_post", ["channel", "priority", "id"], "state = 'waiting' AND ts IS NULL"),
        ("to_edit", ["priority", "not_before", "id"], "state = 'waiting' AND ts IS NOT NULL"),
        ("sending", ["lease_until"], "state = 'sending'"),
        ("ambiguous", ["priority", "not_before", "id"], "state = 'ambiguous'"),
        ("dead", ["id"], "state = 'dead'"),
    ):
        op.create_index(f"ix_messages_{name}", "messages", columns, **_where(where))


def _method_rates() -> None:
    op.create_table(
        "method_rates",
        sa.Column("method", sa.String(length=64), nullable=False),
        sa.Column("booked_until", UtcDateTime(), nullable=False),
        sa.Column("held_until", UtcDateTime()),
        sa.Column("hold_reason", sa.Text()),
        sa.PrimaryKeyConstraint("method", name="pk_method_rates"),
    )


def _tokens() -> None:
    op.create_table(
        "tokens",
        sa.Column("id", Id, nullable=False),
        sa.Column("name", sa.String(length=128), nullable=False),
        sa.Column("prefix", sa.String(length=16), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("scopes", Json, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime()),
        sa.Column("revoked_at", UtcDateTime()),
        sa.PrimaryKeyConstraint("id", name="pk_tokens"),
        sa.UniqueConstraint("name", name="uq_tokens_name"),
        sa.UniqueConstraint("prefix", name="uq_tokens_prefix"),
    )


def _alerts() -> None:
    op.create_table(
        "alerts",
        sa.Column("id", Id, nullable=False),
        sa.Column("group_id", Id, nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("severity", sa.String(length=16), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("labels", Json, nullable=False),
        sa.Column("annotations", Json, nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("told_start", sa.Boolean(), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.Column("acknowledged_at", UtcDateTime()),
        sa.Column("acknowledged_by", sa.String(length=64)),
        sa.Column("resolved_at", UtcDateTime()),
        sa.Column("resolved_by", sa.String(length=64)),
        sa.ForeignKeyConstraint(["group_id"], ["alert_groups.id"], name="fk_alerts_group_id"),
        sa.PrimaryKeyConstraint("id", name="pk_alerts"),
    )
    op.create_index("ix_alerts_fingerprint", "alerts", ["fingerprint", "id"])
    op.create_index("ix_alerts_group", "alerts", ["group_id", "status", "severity"])
    op.create_index(
        "uq_alerts_open_fingerprint", "alerts", ["fingerprint"], unique=True, **_where("status != 'resolved'")
    )


def _guard_audit_on_sqlite() -> None:
    refuse = "BEGIN SELECT RAISE(ABORT, 'audit rows are append-only'); END"
    op.execute(f"CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit {refuse}")
    op.execute(f"CREATE TRIGGER audit_content BEFORE UPDATE OF {AUDIT_CONTENT} ON audit {refuse}")
    op.execute(f"CREATE TRIGGER audit_sealed BEFORE UPDATE ON audit WHEN OLD.hash IS NOT NULL {refuse}")


def _guard_audit_on_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'audit rows are append-only' USING ERRCODE = 'restrict_violation'; END $$"
    )
    refuse = "EXECUTE FUNCTION refuse_audit_change()"
    op.execute(f"CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit FOR EACH ROW {refuse}")
    op.execute(f"CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON audit FOR EACH STATEMENT {refuse}")
    op.execute(f"CREATE TRIGGER audit_content BEFORE UPDATE OF {AUDIT_CONTENT} ON audit FOR EACH ROW {refuse}")
    op.execute(f"CREATE TRIGGER audit_sealed BEFORE UPDATE ON audit FOR EACH ROW WHEN (OLD.hash IS NOT NULL) {refuse}")
