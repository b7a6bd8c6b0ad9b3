"""Waiting for something, but not for ever, at no cost where nothing has to be waited for."""

import asyncio
from collections.abc import Coroutine, Generator
from typing import Any, Generic, TypeVar

from bot.clock import monotonic_seconds

R = TypeVar("R")


class _Rest(Generic[R]):
    """What is left of a coroutine that has come to its first wait."""

    def __init__(self, coroutine: Coroutine[Any, Any, R], first: Any) -> None:
        self._coroutine = coroutine
        self._first = first

    def __await__(self) -> Generator[Any, Any, R]:
        waited_for = self._first
        try:
            while True:
                try:
                    sent = yield waited_for
                except BaseException as error:  # noqa: BLE001 - a cancellation is the coroutine's own to see
                    waited_for = self._coroutine.throw(error)
                else:
                    waited_for = self._coroutine.send(sent)
        except StopIteration as end:
            result: R = end.value
            return result


async def within(seconds: float, coroutine: Coroutine[Any, Any, R]) -> tuple[R, float]:
    """The coroutine's result, and the seconds that it waited; raises TimeoutError when it has to wait longer.

    A small request's body is nearly always there with its head, and setting up a limit for a wait that does not happen
    costs twice as much as checking the body.
    """
    try:
        first = coroutine.send(None)
    except StopIteration as end:
        return end.value, 0.0
    begun = monotonic_seconds()
    async with asyncio.timeout(seconds):
        result = await _Rest(coroutine, first)
    return result, monotonic_seconds() - begun
