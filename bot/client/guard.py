"""The decorator: a function that runs only with people's approval, and only with what they approved."""

import functools
import inspect
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, ParamSpec, TypeVar

from bot.client.client import WAIT_SECONDS, RiskbotClient
from bot.client.errors import ApprovalUnavailable

LOG = logging.getLogger(__name__)

P = ParamSpec("P")
R = TypeVar("R")


def requires_approval(
    client: RiskbotClient, task: Callable[P, Mapping[str, Any]], *, deadline_seconds: float = WAIT_SECONDS
) -> Callable[[Callable[P, Awaitable[R]]], Callable[P, Awaitable[R]]]:
    """Ask before each call, wait, and run the function only if that is approved.

    `task` gets the call's arguments and returns the fields of the task to decide on, without `payload`. The same task
    with the same arguments is the same request, which runs once: give each piece of work a `task_id` of its own. The
    call raises an ApprovalError, and the function does not run, unless it was approved; arguments are plain JSON.
    """

    def decorated(function: Callable[P, Awaitable[R]]) -> Callable[P, Awaitable[R]]:
        @functools.wraps(function)
        async def run(*args: P.args, **kwargs: P.kwargs) -> R:
            approved = _frozen(function, *args, **kwargs)
            asked = await client.create({**task(*args, **kwargs), "payload": json.loads(approved)})
            await client.approval(asked.id, deadline_seconds=deadline_seconds)
            await client.execute(asked.id, json.loads(approved))
            return await _run_and_report(client, asked.id, function, json.loads(approved)["arguments"])

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


async def _run_and_report(
    client: RiskbotClient, escalation_id: int, function: Callable[..., Awaitable[R]], arguments: dict[str, Any]
) -> R:
    try:
        result = await function(*arguments["args"], **arguments["kwargs"])
    except Exception as error:  # Whatever it was: it is reported, and raised on.
        await _report(client, escalation_id, succeeded=False, detail=type(error).__name__)
        raise
    await _report(client, escalation_id, succeeded=True)
    return result


async def _report(client: RiskbotClient, escalation_id: int, *, succeeded: bool, detail: str = "") -> None:
    """What has been run has been run: a report that fails leaves the execution `unknown`, and is no error here."""
    try:
        await client.report(escalation_id, succeeded=succeeded, detail=detail)
    except ApprovalUnavailable as error:
        LOG.warning("How escalation %s ended could not be reported: %s", escalation_id, error)
