"""The client: one method per thing that a program may ask of riskbot."""

import asyncio
import json
import secrets
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx
from pydantic import BaseModel, ValidationError

from bot.client.calls import FIRST_PAUSE_SECONDS, answered, within
from bot.client.errors import DENIALS, ApprovalUnavailable
from bot.client.shapes import Control, Controls, Decision, Escalation
from riskengine.areas.escalation.status import EscalationStatus
from riskengine.areas.escalation.task import content_hash
from riskengine.response.approvals.execution import DETAIL_LENGTH, ExecutionOutcome, ExecutionStatus

#: Seconds of one long poll, and how much later than promised its answer may come.
POLL_SECONDS, SLACK_SECONDS = 30, 10
#: Seconds a call is tried while riskbot is away.
PATIENCE_SECONDS = 60.0
#: Seconds a decision is waited for: a day is the longest life of a request, and an hour more sees its end.
WAIT_SECONDS = 25 * 3600.0


T = TypeVar("T", bound=BaseModel)


class RiskbotClient:
    """`async with RiskbotClient(address, token) as riskbot`; the token needs `escalate`, and `read` for controls.

    Every method raises ApprovalUnavailable when riskbot refuses, or stays away longer than the patience.
    """

    def __init__(self, address: str, token: str, *, patience_seconds: float = PATIENCE_SECONDS) -> None:
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self._http = httpx.AsyncClient(base_url=address, headers=headers, timeout=POLL_SECONDS + SLACK_SECONDS)
        self._patience_seconds = patience_seconds

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.aclose()

    async def decide(self, task: Mapping[str, Any]) -> Decision:
        """What riskbot would decide; nobody is asked."""
        return _read(Decision, await self._post("decide", task))

    async def create(self, task: Mapping[str, Any], *, key: str | None = None) -> Escalation:
        """Ask. The same key is the same request; without one it is the hash of the task, `task_id` included."""
        return _read(Escalation, await self._post("", task, key=key or content_hash(task)))

    async def controls(self) -> tuple[Control, ...]:
        """What cost control asks to keep to now; ask once a minute."""
        work = answered(self._http, "GET", "/v1/controls")
        return _read(Controls, await within(self._patience_seconds, work, "Asking for cost controls")).controls

    async def show(self, escalation_id: int) -> Escalation:
        work = answered(self._http, "GET", _path(str(escalation_id)))
        return _read(Escalation, await within(self._patience_seconds, work, f"Showing escalation {escalation_id}"))

    async def wait(self, escalation_id: int, *, deadline_seconds: float = WAIT_SECONDS) -> Escalation:
        """The escalation once it is over, however it ended; riskbot may restart meanwhile."""
        return await within(deadline_seconds, self._decided(escalation_id), f"Waiting for escalation {escalation_id}")

    async def approval(self, escalation_id: int, *, deadline_seconds: float = WAIT_SECONDS) -> Escalation:
        """Like wait, but only an approved one comes back. Raises the other ends as ApprovalRejected and so on."""
        escalation = await self.wait(escalation_id, deadline_seconds=deadline_seconds)
        if escalation.status is not EscalationStatus.APPROVED:
            raise DENIALS[escalation.status](escalation)
        return escalation

    async def withdraw(self, escalation_id: int, comment: str = "") -> Escalation:
        content = await self._post(f"{escalation_id}/withdraw", {"comment": comment}, key="withdraw")
        return _read(Escalation, content)

    async def edit(self, escalation_id: int, task: Mapping[str, Any]) -> Escalation:
        """Ask about the whole task as it is now: earlier votes are void, the first tier is asked anew."""
        content = await self._post(f"{escalation_id}/edit", task, key=secrets.token_hex(16))
        return _read(Escalation, content)

    async def execute(self, escalation_id: int, payload: object) -> Escalation:
        """Use the approval up: riskbot says yes once, in time, and for the very payload that was approved.

        An answer that was lost on its way counts as used; the second try is refused then, and nothing may run.
        """
        return _read(Escalation, await self._post(f"{escalation_id}/execute", {"payload": payload}))

    async def report(
        self,
        escalation_id: int,
        *,
        succeeded: bool,
        outcome: ExecutionOutcome | None = None,
        fell_back: bool = False,
        detail: str = "",
    ) -> Escalation:
        """Say how the execution ended; unreported it becomes `unknown`.

        `outcome` is what became of that which was approved; `fell_back`, that the default was used in its place.
        """
        status = ExecutionStatus.SUCCEEDED if succeeded else ExecutionStatus.FAILED
        body = {"status": status, "outcome": outcome, "fell_back": fell_back, "detail": detail[:DETAIL_LENGTH]}
        return _read(Escalation, await self._post(f"{escalation_id}/execution", body))

    async def _decided(self, escalation_id: int) -> Escalation:
        while True:
            content = await answered(self._http, "GET", _path(str(escalation_id)), params={"wait": POLL_SECONDS})
            escalation = _read(Escalation, content)
            if escalation.status is not EscalationStatus.PENDING:
                return escalation
            # A riskbot that is shutting down answers at once.
            await asyncio.sleep(FIRST_PAUSE_SECONDS)

    async def _post(self, path: str, body: Mapping[str, Any], *, key: str | None = None) -> dict[str, Any]:
        content = json.dumps(dict(body), allow_nan=False).encode()
        headers = {"Idempotency-Key": key} if key else {}
        work = answered(self._http, "POST", _path(path), content=content, headers=headers)
        return await within(self._patience_seconds, work, f"POST {_path(path)}")


def _path(rest: str) -> str:
    return f"/v1/escalations/{rest}".rstrip("/")


def _read(shape: type[T], content: dict[str, Any]) -> T:
    try:
        return shape.model_validate(content)
    except ValidationError as error:
        raise ApprovalUnavailable(f"riskbot's answer is not understood: {error}. Nothing was run.") from error
