"""Parts that are to run as long as the process."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

logger = logging.getLogger(__name__)


def supervised(work: Coroutine[Any, Any, None], what: str, give_up: Callable[[str], None]) -> asyncio.Task[None]:
    """Run a part; when it fails by a bug of ours riskbot gives up, since half alive it would still look well."""

    def ended(task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()):
            logger.error("A part of riskbot failed", exc_info=error, extra={"action": "part_failed", "part": what})
            give_up(f"{what} ended by an error of ours")

    task = asyncio.create_task(work)
    task.add_done_callback(ended)
    return task
