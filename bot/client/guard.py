"""The decorator: a function that runs only with people's approval, and only with what they approved."""

import functools
import inspect
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, ParamSpec, TypeVar

from bot.client.client import WAIT_SECONDS, RiskbotClient
from bot.client.errors import ApprovalUnavailable, FailedValidation, ModelUnavailable
from riskengine.response.approvals.execution import ExecutionOutcome

LOG = logging.getLogger(__name__)

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True)
class _Work(Generic[R]):
    """What runs once it is approved, and what takes its place."""

    function: Callable[..., Awaitable[R]]
    validate: Callable[[R], bool] | None
    fallback: Callable[..., Awaitable[R]] | None


def requires_approval(
    client: RiskbotClient,
    task: Callable[P, Mapping[str, Any]],
    *,
    deadline_seconds: float = WAIT_SECONDS,
    validate: Callable[[R], bool] | None = None,
    fallback: Callable[P, Awaitable[R]] | None = None,
) -> Callable[[Callable[P, Awaitable[R]]], Callable[P, Awaitable[R]]]:
    """Ask before each call, wait, and run the function only if that is approved.

    `task` gets the call's arguments and returns the fields of the task to decide on, without `payload`. The same task
    with the same arguments is the same request, which runs once: give each piece of work a `task_id` of its own. The
    call raises an ApprovalError, and the function does not run, unless it was approved; arguments are plain JSON.

    When `validate` is not content with the result, or the function raises FailedValidation or ModelUnavailable,
    `fallback` runs in its place with the same arguments; riskbot is told, and says so in the request's thread.
    """

    def decorated(function: Callable[P, Awaitable[R]]) -> Callable[P, Awaitable[R]]:
        work = _Work(function, validate, fallback)

        @functools.wraps(function)
        async def run(*args: P.args, **kwargs: P.kwargs) -> R:
            approved = _frozen(function, *args, **kwargs)
            asked = await client.create({**task(*args, **kwargs), "payload": json.loads(approved)})
            await client.approval(asked.id, deadline_seconds=deadline_seconds)
            await client.execute(asked.id, json.loads(approved))
            return await _run_and_report(client, asked.id, work, approved)

        return run

    return decorated


def _frozen(function: Callable[..., Any], *args: Any, **kwargs: Any) -> str:
    """The call as JSON text: what the caller changes in its arguments while people decide does not matter.

    Raises TypeError for arguments that JSON would change: a tuple would run as a list.
    """
    bound = inspect.signature(function).bind(*args, **kwargs)
    bound.apply_defaults()
    arguments = {"args": list(bound.args), "kwargs": bound.kwargs}
    name = f"{function.__module__}.{function.__qualname__}"
    text = json.dumps({"function": name, "arguments": arguments}, allow_nan=False)
    if json.loads(text)["arguments"] != arguments:
        raise TypeError(f"{name} needs arguments that JSON keeps as they are: no tuples, and names as keys")
    return text


async def _run_and_report(client: RiskbotClient, escalation_id: int, work: _Work[R], approved: str) -> R:
    try:
        result = _validated(await _call(work.function, approved), work)
    except (FailedValidation, ModelUnavailable) as why:
        return await _fall_back(client, escalation_id, work, approved, why)
    except Exception as error:  # Whatever it was: it is reported, and raised on.
        await _report(client, escalation_id, succeeded=False, detail=type(error).__name__)
        raise
    outcome = ExecutionOutcome.VALIDATED if work.validate is not None else None
    await _report(client, escalation_id, succeeded=True, outcome=outcome)
    return result


def _validated(result: R, work: _Work[R]) -> R:
    if work.validate is not None and not work.validate(result):
        raise FailedValidation("the result did not pass")
    return result


async def _fall_back(
    client: RiskbotClient, escalation_id: int, work: _Work[R], approved: str, why: FailedValidation | ModelUnavailable
) -> R:
    if work.fallback is None:
        await _report(client, escalation_id, succeeded=False, outcome=why.outcome, detail=str(why))
        raise why
    try:
        result = await _call(work.fallback, approved)
    except Exception as error:  # As above.
        detail = type(error).__name__
        await _report(client, escalation_id, succeeded=False, outcome=why.outcome, fell_back=True, detail=detail)
        raise
    await _report(client, escalation_id, succeeded=True, outcome=why.outcome, fell_back=True, detail=str(why))
    return result


async def _call(function: Callable[..., Awaitable[R]], approved: str) -> R:
    """With arguments of its own: what one run changes in them does not reach the next."""
    arguments = json.loads(approved)["arguments"]
    return await function(*arguments["args"], **arguments["kwargs"])


async def _report(client: RiskbotClient, escalation_id: int, **ending: Any) -> None:
    """What has been run has been run: a report that fails leaves the execution `unknown`, and is no error here."""
    try:
        await client.report(escalation_id, **ending)
    except ApprovalUnavailable as error:
        LOG.warning("How escalation %s ended could not be reported: %s", escalation_id, error)
