"""One call to riskbot: repeated while riskbot cannot be reached or is busy, until time is up."""

import asyncio
import logging
from collections.abc import Awaitable
from typing import Any, TypeVar

import httpx

from bot.client.errors import ApprovalUnavailable

LOG = logging.getLogger(__name__)
#: Busy, restarting (500 is what a long poll gets that a stop cuts off), or too many calls: it may be served soon.
PASSING = frozenset({429, 500, 502, 503, 504})
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.25, 15.0

V = TypeVar("V")


async def answered(http: httpx.AsyncClient, method: str, path: str, **request: Any) -> dict[str, Any]:
    """The answer's JSON object. Raises ApprovalUnavailable when riskbot refuses; ends only then, or with an answer.

    Whoever calls bounds it in time, and calls only what may come twice.
    """
    pause = FIRST_PAUSE_SECONDS
    while True:
        wished = 0.0
        try:
            answer = await http.request(method, path, **request)
        except httpx.TransportError as error:
            LOG.warning("%s %s failed, it is tried again: %r", method, path, error)
        except httpx.RequestError as error:
            raise ApprovalUnavailable(f"{method} {path} failed: {error!r}. Nothing was run.") from error
        else:
            if answer.status_code not in PASSING:
                return _content(answer)
            wished = _retry_after(answer)
            LOG.warning("%s %s was answered %s, it is tried again", method, path, answer.status_code)
        await asyncio.sleep(max(pause, wished))
        pause = min(2 * pause, LONGEST_PAUSE_SECONDS)


async def within(seconds: float, work: Awaitable[V], what: str) -> V:
    """Raises ApprovalUnavailable when it takes longer."""
    try:
        async with asyncio.timeout(seconds):
            return await work
    except TimeoutError as error:
        raise ApprovalUnavailable(f"{what}: no answer from riskbot within {seconds:g} s. Nothing was run.") from error


def _content(answer: httpx.Response) -> dict[str, Any]:
    try:
        content = answer.json()
    except ValueError:
        content = None
    if not isinstance(content, dict):
        content = {}
    if answer.is_success and content:
        return content
    error = content.get("error")
    said = error.get("message") if isinstance(error, dict) else None
    message = f"riskbot answered {answer.status_code}: {said or 'without saying why'}"
    raise ApprovalUnavailable(message, status_code=answer.status_code)


def _retry_after(answer: httpx.Response) -> float:
    """Seconds; a date, which riskbot never sends, counts as nothing."""
    given = answer.headers.get("Retry-After", "")
    return float(given) if given.isdecimal() else 0.0
