"""Everything a sandbox consists of, built once, in order."""

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from bot.sandbox.clock import SandboxClock
from bot.sandbox.constants import SIGNING_SECRET
from bot.sandbox.delivery import Carrier
from bot.sandbox.events import Events
from bot.sandbox.faults import Faults
from bot.sandbox.http_delivery import HttpDelivery
from bot.sandbox.journal import Journal
from bot.sandbox.later import Scheduled
from bot.sandbox.manifest import Manifest
from bot.sandbox.persistence import FileStore, MemoryStore
from bot.sandbox.rate_limits import RateLimits
from bot.sandbox.response_urls import ResponseUrls
from bot.sandbox.socket_mode import SocketMode
from bot.sandbox.triggers import Triggers
from bot.sandbox.view_stacks import ViewStacks
from bot.sandbox.wire import Json
from bot.sandbox.workspace import Workspace


class Sandbox:
    def __init__(self, data_file: Path | None, manifest: Path | Mapping[str, Any] | None, *, rate_limits: bool) -> None:
        self.store = FileStore(data_file) if data_file else MemoryStore()
        offsets = dict(self.store.load("clock"))
        self.clock = SandboxClock(float(offsets.get("offset", {}).get("seconds", 0.0)))
        self.manifest = Manifest.load(manifest)
        self.workspace = Workspace(self.clock, self.store)
        self.journal = Journal()
        self.faults = Faults()
        self.limits = RateLimits(self.clock, enforced=rate_limits)
        self.triggers = Triggers(self.clock)
        self.response_urls = ResponseUrls(self.clock, self.workspace)
        self.views = ViewStacks(self.clock, self.workspace)
        self.socket_mode = SocketMode(self.clock, self.faults, self.journal)
        self.http_delivery = HttpDelivery(self.clock, self.journal, SIGNING_SECRET)
        self.events = Events(self.clock, self.faults, self.manifest, self.carrier)
        self.workspace.announce = self.events.emit_later
        self.scheduled = Scheduled(self.clock, self.workspace)
        #: (person, channel, ts) → what they have chosen in that message, `state.values` of a press.
        self.message_states: dict[tuple[str, str, str], Json] = {}
        #: "http://127.0.0.1:PORT", known once the server listens.
        self.url = ""
        self.limits_by_default = rate_limits
        self._loop: asyncio.AbstractEventLoop | None = None
        self.clock.subscribe(lambda _seconds: self.on_loop(self.keep_clock))

    def runs_on(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self.scheduled.resume()

    def on_loop(self, act: Callable[[], None]) -> None:
        """Do it on the sandbox's loop, whichever thread asks; the clock may be advanced from any."""
        if self._loop is None:
            act()
        else:
            self._loop.call_soon_threadsafe(act)

    async def close(self) -> None:
        self.events.cancel()
        self.socket_mode.cancel()
        self.scheduled.cancel()
        await self.http_delivery.close()
        self.store.close()

    def listens_at(self, url: str) -> None:
        self.url = url
        self.response_urls.base_url = url

    def carrier(self) -> Carrier:
        """Signed HTTP when a request URL is configured, else Socket Mode."""
        return self.http_delivery if self.http_delivery.request_url else self.socket_mode

    def reset(self) -> None:
        """A fresh workspace: seed, no faults, no history of calls. Socket Mode links and the clock stay."""
        self.events.clear()
        self.scheduled.cancel()
        self.workspace.reset()
        self.journal.clear()
        self.faults.clear()
        self.limits.clear()
        self.limits.enforced = self.limits_by_default
        self.http_delivery.request_url = ""
        self.triggers.clear()
        self.response_urls.clear()
        self.message_states.clear()
        self.keep_clock()

    def keep_clock(self) -> None:
        self.store.put("clock", "offset", {"seconds": self.clock.offset_seconds})
        self.store.flush()
