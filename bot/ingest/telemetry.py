"""`/v1/telemetry`: model calls and task outcomes; one object, an array, or an object a line."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Generic

from starlette.responses import Response

from bot.clock import Clock
from bot.ingest.bodies import NDJSON, SMALL_BYTES, Incoming, LargeBody
from bot.ingest.endpoint import Answer, Begun, Call, Endpoint, Told, to_response
from bot.ingest.forms import Form, Item, OwnForm
from bot.ingest.group_commit import SHARED_FAULTS, GroupCommit
from bot.ingest.intake import IntakeAnswer
from bot.ingest.metrics import HttpMetrics, Outcome
from bot.ingest.problems import Interrupted, Invalid, Problem, Rejected
from bot.ingest.slices import SLICE_ITEMS, Slice, slices
from bot.ingest.text import without_nul
from bot.ingest.tokens import Scope
from bot.right_of_way import RightOfWay
from bot.services.telemetry.desk import TelemetryDesk
from bot.settings import TelemetrySettings
from riskengine.durations import spoken
from riskengine.telemetry import ModelCall, TaskOutcome

LOG = logging.getLogger(__name__)
TAG = "Telemetry"
#: After so many rejected items of a request the rest is not read: its sender has to be mended first.
MOST_REJECTED = 1_000
#: About a second of work; beyond it senders are told to come back.
MOST_QUEUED = 20_000
#: The longest wait for requests that are on their way in; a commit costs the machine as much as ten calls do.
GATHER_SECONDS = 0.005


@dataclass
class Tally:
    """What has become of a request's items so far."""

    accepted: int = 0
    duplicates: int = 0
    rejected: list[Rejected] = field(default_factory=list)

    @property
    def stored(self) -> int:
        return self.accepted + self.duplicates


#: The most frequent answers; an answer has no state of its own and may be given many times.
_ONE_ACCEPTED = to_response(IntakeAnswer(accepted=1, duplicates=0, rejected=[]))
_ONE_KNOWN = to_response(IntakeAnswer(accepted=0, duplicates=1, rejected=[]))


class TelemetryIntake(Generic[Item]):
    """Takes one kind of item: checks and stores a body slice by slice, and answers when all of it is durable."""

    def __init__(
        self,
        sender: str,
        form: Form[Item],
        write: Callable[[Sequence[Item]], Awaitable[Sequence[bool]]],
        *,
        metrics: HttpMetrics,
        clock: Clock,
        way: RightOfWay,
        ahead: timedelta,
    ) -> None:
        self._sender = sender
        self._form: Form[Item] = form
        self._commits: GroupCommit[Item, bool] = GroupCommit(
            write,
            max_items=SLICE_ITEMS,
            max_queued=MOST_QUEUED,
            gather_seconds=GATHER_SECONDS,
            give_way=way.given,
        )
        self._metrics = metrics
        self._clock = clock
        self._ahead = ahead

    async def receive(self, call: Call) -> Answer:
        """Take a request's items.

        Raises Invalid when every item was rejected or too many were, InvalidJson where the body cannot be understood
        further, DatabaseBusy and DatabaseUnavailable; items before that may be stored, which the error says.
        """
        incoming: Incoming = call.body
        head, is_all = await incoming.head(SMALL_BYTES)
        one = self._one(head) if is_all else None
        return await self._receive_all(incoming, head) if one is None else await self._receive_one(one)

    async def _receive_one(self, item: Item) -> Answer:
        return self._one_stored(await self._commits.submit([item]))

    def at_once(self, body: bytes) -> Begun | None:
        """By far the most frequent request: one good object."""
        item = self._one(body)
        return None if item is None else Begun(self._commits.begin(item), self._one_stored)

    def _one_stored(self, is_new: Sequence[bool]) -> Response:
        [new] = is_new
        self._metrics.count_items(self._sender, Outcome.ACCEPTED if new else Outcome.DUPLICATE, 1)
        return _ONE_ACCEPTED if new else _ONE_KNOWN

    async def _receive_all(self, incoming: Incoming, head: bytes) -> Answer:
        tally = Tally()
        try:
            await self._take(incoming, head, tally)
        except Problem as problem:
            raise _with_stored(problem, tally) from None
        except SHARED_FAULTS as fault:
            if tally.stored:
                raise Interrupted(f"{tally.stored:,} items are stored, then: {fault}") from fault
            raise
        finally:
            self._count(tally)
        if tally.rejected and not tally.stored:
            raise _none_taken(tally.rejected)
        return IntakeAnswer(accepted=tally.accepted, duplicates=tally.duplicates, rejected=tally.rejected)

    async def drain(self) -> None:
        """Return when everything that was taken is durable or refused."""
        await self._commits.drain()

    async def _take(self, incoming: Incoming, head: bytes, tally: Tally) -> None:
        form = self._form
        async for piece in slices(
            incoming.pieces(head),
            is_lines=incoming.media in NDJSON,
            check_many=form.check_many,
            item_bytes=form.item_bytes,
        ):
            await self._store(self._checked(piece, tally), tally)

    def _one(self, body: bytes) -> Item | None:
        # An array would be read through in vain.
        if body.lstrip()[:1] != b"{":
            return None
        item = self._form.one(without_nul(body))
        return item if item is not None and item.at <= self._latest() else None

    def _checked(self, piece: Slice, tally: Tally) -> list[Item]:
        alone = (self._form.check(without_nul(item)) for item in piece.items)
        items = enumerate(piece.checked or alone, piece.first)
        latest = self._latest()
        good: list[Item] = []
        for index, item in items:
            if item is None:
                continue
            if isinstance(item, str):
                tally.rejected.append(Rejected(index=index, error=item))
            elif item.at > latest:
                tally.rejected.append(Rejected(index=index, error=self._too_early(item)))
            else:
                good.append(item)
        if len(tally.rejected) >= MOST_REJECTED:
            raise _too_many(tally.rejected, piece.end)
        return good

    def _too_early(self, item: Item) -> str:
        return f"at lies {spoken(item.at - self._clock.now())} ahead of riskbot's clock"

    def _latest(self) -> datetime:
        return self._clock.now() + self._ahead

    async def _store(self, items: Sequence[Item], tally: Tally) -> None:
        if not items:
            await asyncio.sleep(0)
            return
        new = sum(await self._commits.submit(items))
        tally.accepted += new
        tally.duplicates += len(items) - new

    def _count(self, tally: Tally) -> None:
        if tally.rejected:
            LOG.info("%s sent items that were rejected", self._sender, extra={"rejected": len(tally.rejected)})
            self._metrics.count_items(self._sender, Outcome.REJECTED, len(tally.rejected))
        if tally.duplicates:
            self._metrics.count_items(self._sender, Outcome.DUPLICATE, tally.duplicates)
        self._metrics.count_items(self._sender, Outcome.ACCEPTED, tally.accepted)


def _with_stored(problem: Problem, tally: Tally) -> Problem:
    """The problem, which ended a request midway, with what of it is stored."""
    if tally.stored:
        problem.args = (f"{problem.message} {tally.stored:,} items before it are stored; they may be sent again.",)
    if tally.rejected and problem.rejected is None:
        problem.rejected = tally.rejected
    return problem


def _too_many(rejected: Sequence[Rejected], looked_at: int) -> Invalid:
    return Invalid(
        f"{len(rejected):,} items were rejected; nothing after item {looked_at - 1} was looked at.",
        hint="Mend the sender: the first errors stand under `rejected`.",
        rejected=rejected[:MOST_REJECTED],
    )


def _none_taken(rejected: Sequence[Rejected]) -> Invalid:
    first = rejected[0]
    whole = "The item was" if len(rejected) == 1 else f"All {len(rejected)} items were"
    return Invalid(f"{whole} rejected and nothing was stored; item {first.index}: {first.error}.", rejected=rejected)


def call_intake(desk: TelemetryDesk, metrics: HttpMetrics, clock: Clock, way: RightOfWay) -> TelemetryIntake[ModelCall]:
    form, ahead = OwnForm(ModelCall), desk.settings.ahead
    return TelemetryIntake("calls", form, desk.receive, metrics=metrics, clock=clock, way=way, ahead=ahead)


def task_intake(
    desk: TelemetryDesk, metrics: HttpMetrics, clock: Clock, way: RightOfWay
) -> TelemetryIntake[TaskOutcome]:
    form, ahead = OwnForm(TaskOutcome), desk.settings.ahead
    return TelemetryIntake("tasks", form, desk.receive_outcomes, metrics=metrics, clock=clock, way=way, ahead=ahead)


def telemetry_endpoints(
    calls: TelemetryIntake[ModelCall], tasks: TelemetryIntake[TaskOutcome], settings: TelemetrySettings
) -> list[Endpoint]:
    return [
        _endpoint("calls", "Tell of model calls", ModelCall, calls, settings),
        _endpoint("tasks", "Tell what came of tasks", TaskOutcome, tasks, settings),
    ]


def _endpoint(
    word: str, summary: str, model: Any, intake: TelemetryIntake[Any], settings: TelemetrySettings
) -> Endpoint:
    return Endpoint(
        method="POST",
        path=f"/v1/telemetry/{word}",
        scope=Scope.INGEST,
        tag=TAG,
        summary=summary,
        description=(
            "One object, an array, or an object a line (NDJSON), in at most "
            f"{settings.body_limit_bytes:,} bytes; answered when all of it is durable. Items that cannot be taken are "
            "listed under `rejected` by their place and do not spoil the others; when none can be taken, the answer is "
            "422 with the same list in the error. Sending again is harmless: an id counts once. Any past day may be "
            "filled in. Large bodies are stored piece by piece, so an error may come when a part is stored; it says "
            "so, and the whole may be sent again."
        ),
        handler=intake.receive,
        body=LargeBody(schema=model | list[model], limit_bytes=settings.body_limit_bytes, also=NDJSON),
        answers={200: Told("What became of the items.", IntakeAnswer)},
        is_metered=False,
        at_once=intake.at_once,
    )
