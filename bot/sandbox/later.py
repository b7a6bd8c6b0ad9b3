"""Posts scheduled messages when the workspace's clock reaches them."""

import asyncio

from bot.sandbox.clock import SandboxClock
from bot.sandbox.messages import bot_message
from bot.sandbox.wire import Json
from bot.sandbox.workspace import Workspace


class Scheduled:
    def __init__(self, clock: SandboxClock, workspace: Workspace) -> None:
        self._clock = clock
        self._workspace = workspace
        # asyncio keeps no reference to a running task; these would be collected.
        self._tasks: set[asyncio.Task[None]] = set()

    def resume(self) -> None:
        """After a start: what was scheduled before still comes."""
        for kept in list(self._workspace.scheduled.values()):
            self.wait_for(kept)

    def wait_for(self, kept: Json) -> None:
        task = asyncio.create_task(self._post(kept))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _post(self, kept: Json) -> None:
        await self._clock.sleep_until(kept["post_at"])
        channel = self._workspace.channels.get(kept["channel"])
        if kept["id"] not in self._workspace.scheduled:
            return
        self._workspace.drop_scheduled(kept["id"])
        if channel is not None and channel.has_bot and not channel.is_archived:
            message = bot_message(self._workspace.new_ts(), kept["content"], thread_ts=kept["thread_ts"])
            self._workspace.post(channel, message)
        self._workspace.store.flush()

    def cancel(self) -> None:
        for task in self._tasks:
            task.cancel()
