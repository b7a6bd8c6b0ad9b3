"""Sending recorded calls: paced by their own times, to a database or over HTTP, each batch durable before the next."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import NamedTuple, Protocol

import httpx

from bot.cli.databases import opened
from bot.clock import monotonic_seconds
from bot.errors import RiskbotError, WrongUse
from bot.services.price_table import prices_path, read_prices
from bot.services.telemetry.desk import TelemetryDesk
from bot.services.telemetry.fold import Folder
from bot.settings import Settings
from riskengine.telemetry import ModelCall

BATCH = 500
#: Paced calls are sent as often as this, in real seconds: smooth enough for any window, few enough requests.
PACE_SECONDS = 0.25
#: A riskbot that is away, as during a restart, is waited for about this long.
TRIES = 8
FIRST_PAUSE_SECONDS = 0.5


class Sent(NamedTuple):
    """What became of calls."""

    accepted: int = 0
    duplicates: int = 0

    def and_also(self, other: "Sent") -> "Sent":
        return Sent(self.accepted + other.accepted, self.duplicates + other.duplicates)


class Target(Protocol):
    """Where calls go; returns once they are durable."""

    async def send(self, calls: Sequence[ModelCall]) -> Sent: ...


class ReplayFailed(RiskbotError):
    """The recorded calls were not taken."""

    code = "replay_failed"
    hint = "What was sent is stored. Run the command again: it counts once, and the rest follows."


class _Database:
    def __init__(self, desk: TelemetryDesk) -> None:
        self._desk = desk

    async def send(self, calls: Sequence[ModelCall]) -> Sent:
        new = await self._desk.receive(calls)
        return Sent(sum(new), len(new) - sum(new))


@asynccontextmanager
async def into_database(settings: Settings) -> AsyncIterator[Target]:
    """Straight into the database of the settings, also beside a running riskbot; rollups are whole at the end."""
    prices = read_prices(prices_path(settings.pricing.file))
    async with opened(settings) as database:
        folder = Folder(database)
        try:
            yield _Database(TelemetryDesk(database, settings.telemetry, prices))
        finally:
            await folder.fold_all()


class _Http:
    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def send(self, calls: Sequence[ModelCall]) -> Sent:
        body = "\n".join(call.model_dump_json(exclude_none=True) for call in calls)
        for attempt in range(TRIES):
            answer = await self._post(body)
            if answer is not None:
                return _understood(answer)
            await asyncio.sleep(FIRST_PAUSE_SECONDS * 2**attempt)
        raise ReplayFailed(f"{self._client.base_url} has not taken a batch in {TRIES} tries.")

    async def _post(self, body: str) -> httpx.Response | None:
        """The answer; None when it is worth another try."""
        try:
            answer = await self._client.post(
                "/v1/telemetry/calls", content=body, headers={"Content-Type": "application/x-ndjson"}
            )
        except httpx.TransportError:
            return None
        return None if answer.status_code == httpx.codes.SERVICE_UNAVAILABLE else answer


def _understood(answer: httpx.Response) -> Sent:
    if answer.status_code != httpx.codes.OK:
        raise ReplayFailed(f"riskbot answered {answer.status_code}: {_message(answer)}")
    told = answer.json()
    if told["rejected"]:
        first = told["rejected"][0]
        raise ReplayFailed(f"riskbot rejected {len(told['rejected'])} calls of a batch, the first: {first['error']}.")
    return Sent(told["accepted"], told["duplicates"])


def _message(answer: httpx.Response) -> str:
    try:
        return str(answer.json()["error"]["message"])
    except (ValueError, KeyError, TypeError):
        return "no words of riskbot's; is this its address?"


@asynccontextmanager
async def over_http(url: str, token: str) -> AsyncIterator[Target]:
    """To a riskbot's API; raises WrongUse for an address that is none."""
    try:
        client = httpx.AsyncClient(
            base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=60, trust_env=False
        )
    except (httpx.InvalidURL, ValueError) as error:
        raise WrongUse(f"--url {url!r} is no address: {error}.") from error
    async with client:
        yield _Http(client)


async def replay(
    calls: Iterable[ModelCall], target: Target, *, speed: float | None, tell: Callable[[Sent], None]
) -> Sent:
    """Send all calls; with a speed in the rhythm of their own times, so many times as fast.

    `tell` hears of each batch once it is durable.
    """
    total = Sent()
    begun = monotonic_seconds()
    for offset, batch in _paced(calls, speed):
        await asyncio.sleep(max(0.0, begun + offset - monotonic_seconds()))
        sent = await target.send(batch)
        tell(sent)
        total = total.and_also(sent)
    return total


def _paced(calls: Iterable[ModelCall], speed: float | None) -> Iterator[tuple[float, Sequence[ModelCall]]]:
    """Batches, each with the real seconds after the beginning at which it is due."""
    batch: list[ModelCall] = []
    first = None
    tick = 0
    for call in calls:
        first = first or call.at
        due = (call.at - first) / timedelta(seconds=1) / speed if speed else 0.0
        if batch and (len(batch) == BATCH or due // PACE_SECONDS > tick):
            yield tick * PACE_SECONDS, batch
            batch = []
        tick = max(tick, int(due // PACE_SECONDS))
        batch.append(call)
    if batch:
        yield tick * PACE_SECONDS, batch
