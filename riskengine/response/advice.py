"""What to change about a noisy alert: the first of these that its own history bears out."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from riskengine.durations import written

#: Fewer say nothing about a habit.
ENOUGH = 3
#: Of an alert's answers; at most so many useful means that it is not.
USELESS_SHARE = 0.25
#: What counts as nearly always.
MOSTLY = 0.8
#: An alert that follows another so closely is its consequence.
FOLLOWS_WITHIN = timedelta(minutes=5)
#: Waits worth suggesting; a longer one would hide what is real.
WAITS = tuple(timedelta(minutes=each) for each in (1, 2, 5, 10, 15))
#: A condition that comes and goes is kept together by so long a calm.
KEEP = timedelta(minutes=30)


class AdviceKind(StrEnum):
    DELETE = "delete"
    INHIBIT = "inhibit"
    KEEP_FIRING = "keep firing"
    RAISE_FOR = "raise for"
    SILENCE = "silence"
    LOWER = "lower"
    LEAVE = "leave"


class Advice(BaseModel):
    """One thing to do, and the numbers that speak for it."""

    model_config = ConfigDict(frozen=True)

    kind: AdviceKind
    text: str


class Episode(BaseModel):
    """One alert from its begin to its end."""

    model_config = ConfigDict(frozen=True)

    began_at: datetime
    ended_at: datetime | None
    acknowledged: bool

    @property
    def lasted(self) -> timedelta | None:
        return self.ended_at - self.began_at if self.ended_at else None


class ToldGroup(BaseModel):
    """One alert group that was told, and what became of it."""

    model_config = ConfigDict(frozen=True)

    name: str
    subject: str
    opened_at: datetime
    #: When somebody acknowledged it first; None while nobody ever has.
    acknowledged_at: datetime | None
    resolved_at: datetime | None
    #: How often it fired again in its card.
    refires: int
    useful: int
    not_useful: int
    episodes: tuple[Episode, ...]


Groups = Sequence[ToldGroup]


def advise(mine: Groups, everything: Groups) -> Advice:
    """What to do about the alerts of one name, seen among everything that was told meanwhile."""
    found = (find(mine, everything) for find in _FINDERS)
    return next(each for each in found if each is not None)


def _called_useless(mine: Groups, _everything: Groups) -> Advice | None:
    useful = sum(group.useful for group in mine)
    judged = useful + sum(group.not_useful for group in mine)
    if judged < ENOUGH or useful / judged > USELESS_SHARE:
        return None
    return Advice(
        kind=AdviceKind.DELETE, text=f"Delete it or move its threshold: {useful} of {judged} answers called it useful."
    )


def _follows_another(mine: Groups, everything: Groups) -> Advice | None:
    """Some other alert was there first, nearly each time."""
    parents: Counter[str] = Counter()
    for group in mine:
        parents.update({other.name for other in everything if _leads(other, group)})
    if len(mine) < ENOUGH or not parents:
        return None
    parent, times = min(parents.items(), key=lambda each: (-each[1], each[0]))
    if times / len(mine) < MOSTLY:
        return None
    text = f"Inhibit it by {parent}, which had begun just before it {times} of {len(mine)} times."
    return Advice(kind=AdviceKind.INHIBIT, text=text)


def _leads(other: ToldGroup, group: ToldGroup) -> bool:
    if other.name == group.name or not timedelta(0) < group.opened_at - other.opened_at <= FOLLOWS_WITHIN:
        return False
    return other.resolved_at is None or other.resolved_at >= group.opened_at


def _comes_and_goes(mine: Groups, _everything: Groups) -> Advice | None:
    refires = sum(group.refires for group in mine)
    if refires < max(ENOUGH, len(mine)):
        return None
    text = f"Raise `keep_firing_for` to {written(KEEP)}: it came back {refires} times after it had ended."
    return Advice(kind=AdviceKind.KEEP_FIRING, text=text)


def _ends_by_itself(mine: Groups, _everything: Groups) -> Advice | None:
    """The shortest wait that would have kept half of its alerts from being told."""
    episodes = [episode for group in mine for episode in group.episodes]
    passing = [each.lasted for each in episodes if each.lasted is not None and not each.acknowledged]
    for wait in WAITS:
        spared = sum(lasted < wait for lasted in passing)
        if spared >= ENOUGH and spared * 2 >= len(episodes):
            many = f"{spared} of {len(episodes)} alerts ended within {written(wait)} before anybody had them"
            return Advice(kind=AdviceKind.RAISE_FOR, text=f"Raise `for` to {written(wait)}: {many}.")
    return None


def _is_one_subject(mine: Groups, _everything: Groups) -> Advice | None:
    [(subject, times)] = Counter(group.subject for group in mine).most_common(1)
    others = len({group.subject for group in mine}) - 1
    if not subject or not others or times < ENOUGH or times / len(mine) < MOSTLY:
        return None
    text = f"Silence it for {subject}, or give that a limit of its own: {times} of {len(mine)} were about it alone."
    return Advice(kind=AdviceKind.SILENCE, text=text)


def _is_nobodys(mine: Groups, _everything: Groups) -> Advice | None:
    ignored = sum(group.acknowledged_at is None for group in mine)
    if ignored < ENOUGH or ignored / len(mine) < MOSTLY:
        return None
    text = f"Lower its severity or tell another channel: nobody acknowledged {ignored} of {len(mine)}."
    return Advice(kind=AdviceKind.LOWER, text=text)


def _leave(mine: Groups, _everything: Groups) -> Advice:
    taken = sum(group.acknowledged_at is not None for group in mine)
    text = f"Leave it as it is for now: {taken} of {len(mine)} were acknowledged, and nothing speaks for a change."
    return Advice(kind=AdviceKind.LEAVE, text=text)


#: Most certain first; the last one always finds something.
_FINDERS: tuple[Callable[[Groups, Groups], Advice | None], ...] = (
    _called_useless,
    _follows_another,
    _comes_and_goes,
    _ends_by_itself,
    _is_one_subject,
    _is_nobodys,
    _leave,
)
