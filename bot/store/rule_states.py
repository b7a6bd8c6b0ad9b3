"""Where each rule stands for each set of labels, so that a restart goes on where it was."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Column, String, Table, Text, delete, select, update

from bot.store.database import Transaction
from bot.store.dialects import upsert
from bot.store.schema import Id, Json, UtcDateTime, metadata
from riskengine.response.evaluation import RuleState

rule_states = Table(
    "rule_states",
    metadata,
    Column("rule", String(64), primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("labels", Json, nullable=False),
    Column("status", String(16), nullable=False),
    Column("held_since", UtcDateTime),
    Column("fired_at", UtcDateTime),
    Column("calm_since", UtcDateTime),
    Column("no_data_since", UtcDateTime),
    #: What the alert said when it fired; said again at each look, it changes nothing.
    Column("told", Json, nullable=False),
    #: The last figures, for people.
    Column("figures", Json, nullable=False),
    Column("looked_at", UtcDateTime, nullable=False),
)

rule_looks = Table(
    "rule_looks",
    metadata,
    Column("id", Id, primary_key=True),
    Column("looked_at", UtcDateTime, nullable=False),
)


class StoredState(NamedTuple):
    """One row: a rule's state for one subject."""

    rule: str
    labels: dict[str, str]
    state: RuleState
    told: dict[str, Any]
    figures: dict[str, Any]

    @property
    def key(self) -> tuple[str, str]:
        return self.rule, subject_of(self.labels)


def subject_of(labels: Mapping[str, str]) -> str:
    """The labels in one spelling, so that they can be a key."""
    return json.dumps(sorted(labels.items()), ensure_ascii=False)


def take_turn(tx: Transaction, pause: timedelta) -> bool:
    """Whether it is this replica's turn to look; the row is locked until the commit, so one of them looks."""
    first = {"id": 1, "looked_at": datetime.fromtimestamp(0, tx.now.tzinfo)}
    tx.execute(upsert(tx, rule_looks).on_conflict_do_nothing(), [first])
    last = tx.execute(select(rule_looks.c.looked_at).with_for_update()).scalar_one()
    if tx.now - last < pause:
        return False
    tx.execute(update(rule_looks).values(looked_at=tx.now))
    return True


def looked_at(tx: Transaction) -> datetime | None:
    """When the rules were looked at last, by any replica."""
    moment: datetime | None = tx.execute(select(rule_looks.c.looked_at)).scalar_one_or_none()
    return moment


def all_states(tx: Transaction) -> dict[tuple[str, str], StoredState]:
    rows = tx.execute(select(rule_states).order_by(rule_states.c.rule, rule_states.c.subject))
    return {(row.rule, row.subject): _to_state(row) for row in rows}


def figures_of(tx: Transaction, rule: str, labels: Mapping[str, str]) -> dict[str, Any]:
    """The last figures of a rule for the subject of an alert, whose labels may say more than the subject does."""
    rows = tx.execute(select(rule_states.c.labels, rule_states.c.figures).where(rule_states.c.rule == rule))
    return next((row.figures for row in rows if row.labels.items() <= labels.items()), {})


def put(tx: Transaction, states: Sequence[StoredState]) -> None:
    """Store states, new and known ones."""
    rows = [
        {
            "rule": each.rule,
            "subject": subject_of(each.labels),
            "labels": each.labels,
            **each.state.model_dump(),
            "told": each.told,
            "figures": each.figures,
            "looked_at": tx.now,
        }
        for each in states
    ]
    if not rows:
        return
    statement = upsert(tx, rule_states)
    changed = {name: statement.excluded[name] for name in rows[0] if name not in {"rule", "subject"}}
    tx.execute(statement.on_conflict_do_update(index_elements=["rule", "subject"], set_=changed), rows)


def forget(tx: Transaction, states: Sequence[StoredState]) -> None:
    """Rules or subjects that are no more."""
    for each in states:
        mine = (rule_states.c.rule == each.rule) & (rule_states.c.subject == subject_of(each.labels))
        tx.execute(delete(rule_states).where(mine))


def _to_state(row: Any) -> StoredState:
    return StoredState(row.rule, row.labels, RuleState.model_validate(row), row.told, row.figures)
