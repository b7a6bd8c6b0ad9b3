"""The book of minutes tells what the store knows, and asks for little."""

from datetime import timedelta

import pytest

from bot.services.telemetry.desk import TelemetryDesk
from bot.services.telemetry.fold import Folder
from bot.services.watching.minutes import MinuteBook, spans_of
from riskengine.rules import Per
from riskengine.windows import Window, minute_of
from tests.services.telemetry.conftest import KEEPING, make_call


class Asked(TelemetryDesk):
    """Remembers what it was asked."""

    def __init__(self, *given) -> None:
        super().__init__(*given)
        self.spans = []

    async def calls_by_minute(self, spans, kept):
        self.spans.append(list(spans))
        return await super().calls_by_minute(spans, kept)


@pytest.fixture
def desk(database):
    return Asked(database, KEEPING)


async def tell(desk, database, number, at, **values):
    await desk.receive([make_call(f"c{number}", at, **values)])
    await Folder(database).fold_all()


def total(calls):
    return {next(label for label in series if label): sum(each.values()) for series, each in calls.items()}


async def test_each_minute_is_asked_for_once_until_it_is_forgotten(desk, database, clock):
    now = clock.now()
    minute = minute_of(now)
    await tell(desk, database, 1, now - timedelta(minutes=5), model="a")
    await tell(desk, database, 2, now - timedelta(minutes=1), model="a")
    await tell(desk, database, 3, now - timedelta(minutes=1), model="b")
    book = MinuteBook(desk)
    book.open(now)
    past, recent = Window(minute - 6, minute - 4), Window(minute - 2, minute)
    assert total(await book.learn(Per.MODEL, [past, recent])) == {"a": 2, "b": 1}
    await tell(desk, database, 4, now - timedelta(minutes=1), model="b")
    assert total(await book.learn(Per.MODEL, [past, recent]))["b"] == 1
    book.forget([recent])
    assert total(await book.learn(Per.MODEL, [past, recent])) == {"a": 2, "b": 2}
    assert desk.spans == [[past, recent], [], [recent]]


async def test_late_calls_of_the_past_are_seen_in_the_end(desk, database, clock):
    now = clock.now()
    past = Window(minute_of(now) - 6, minute_of(now) - 4)
    book = MinuteBook(desk)
    book.open(now)
    assert await book.learn(Per.MODEL, [past]) == {}
    await tell(desk, database, 1, now - timedelta(minutes=5), model="a")
    book.open(now + timedelta(minutes=9))
    assert await book.learn(Per.MODEL, [past]) == {}
    book.open(now + timedelta(minutes=10))
    assert total(await book.learn(Per.MODEL, [past])) == {"a": 1}


def test_minutes_become_spans_without_gaps():
    assert spans_of({5, 3, 4, 9}) == [Window(3, 6), Window(9, 10)]
    assert spans_of([]) == []
