"""Who is in each role, as Slack said last, and who is away."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import Column, String, Table, bindparam, delete, insert, select

from bot.store.database import Transaction
from bot.store.dialects import upsert
from bot.store.schema import UtcDateTime, metadata
from riskengine.response.approvals.eligibility import Absence, Facts

role_members = Table(
    "role_members",
    metadata,
    Column("role", String(80), primary_key=True),
    Column("user_id", String(80), primary_key=True),
)

#: When Slack was last asked, in protocol time: a role without people was looked at as well.
role_looks = Table(
    "role_looks",
    metadata,
    Column("role", String(80), primary_key=True),
    Column("seen_at", UtcDateTime, nullable=False),
)

approval_absences = Table(
    "approval_absences",
    metadata,
    Column("user_id", String(80), primary_key=True),
    Column("starts_at", UtcDateTime, nullable=False),
    Column("ends_at", UtcDateTime, nullable=False),
    Column("delegate", String(80), nullable=False),
)

_MEMBERS = select(role_members).where(role_members.c.role.in_(bindparam("roles", expanding=True)))
_LOOKS = select(role_looks).where(role_looks.c.role.in_(bindparam("roles", expanding=True)))
_AWAY = select(approval_absences).where(approval_absences.c.ends_at > bindparam("now", type_=UtcDateTime))


def facts(tx: Transaction, roles: Iterable[str], believed_for: timedelta | None = None) -> Facts:
    """Who is who. A role that was last read longer than `believed_for` ago is unconfirmed; without it all are."""
    names = sorted(set(roles))
    found = members(tx, names)
    fresh = _fresh(tx, names, tx.protocol_now - believed_for) if believed_for is not None else set()
    known = {role: frozenset(found[role]) for role in names}
    return Facts(known, absences(tx), frozenset(names) - fresh)


def members(tx: Transaction, roles: Iterable[str]) -> dict[str, set[str]]:
    """Role → its people as they were read last."""
    found: dict[str, set[str]] = defaultdict(set)
    for row in tx.execute(_MEMBERS, {"roles": list(roles)}):
        found[row.role].add(row.user_id)
    return found


def _fresh(tx: Transaction, roles: list[str], since: datetime) -> set[str]:
    return {row.role for row in tx.execute(_LOOKS, {"roles": roles}) if row.seen_at >= since}


def absences(tx: Transaction) -> dict[str, Absence]:
    """Everybody who is away, or will be."""
    return {row.user_id: Absence.model_validate(row) for row in tx.execute(_AWAY, {"now": tx.now})}


def not_read_since(tx: Transaction, roles: Iterable[str], moment: datetime) -> list[str]:
    """Those of these roles that Slack has not told since this protocol time, in their order."""
    names = list(dict.fromkeys(roles))
    fresh = _fresh(tx, names, moment)
    return [role for role in names if role not in fresh]


def remember(tx: Transaction, people: Mapping[str, Collection[str]], seen_at: datetime) -> None:
    """Take note of who is in these roles; `seen_at` is the protocol time before Slack was asked."""
    if not people:
        return
    # The looks first: whoever else remembers the same roles waits there, and not half-way.
    look = upsert(tx, role_looks)
    seen = [{"role": role, "seen_at": seen_at} for role in sorted(people)]
    tx.execute(look.on_conflict_do_update(index_elements=["role"], set_={"seen_at": look.excluded.seen_at}), seen)
    tx.execute(delete(role_members).where(role_members.c.role.in_(list(people))))
    rows = [{"role": role, "user_id": each} for role in sorted(people) for each in sorted(people[role])]
    if rows:
        tx.execute(insert(role_members), rows)


def set_absence(tx: Transaction, absence: Absence) -> None:
    """Somebody is away; an earlier absence of theirs is forgotten."""
    away = upsert(tx, approval_absences)
    new = {name: away.excluded[name] for name in ("starts_at", "ends_at", "delegate")}
    tx.execute(away.on_conflict_do_update(index_elements=["user_id"], set_=new), [dict(absence)])


def end_absence(tx: Transaction, user_id: str) -> bool:
    """Whether there was one."""
    return tx.execute(delete(approval_absences).where(approval_absences.c.user_id == user_id)).rowcount == 1


def roles_of(tx: Transaction, user_ids: Collection[str]) -> set[str]:
    """The roles that any of these people are in."""
    mine = select(role_members.c.role).where(role_members.c.user_id.in_(list(user_ids)))
    return set(tx.execute(mine).scalars())
