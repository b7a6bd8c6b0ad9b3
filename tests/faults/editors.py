"""People who change what riskbot does while it is killed: one edits the file of rules, one what a channel hears."""

import asyncio
import random
from dataclasses import dataclass, field
from pathlib import Path

from bot.services.watching.rules_file import SHIPPED
from tests.scenarios.driver import Workspace

GOOD = SHIPPED.read_text(encoding="utf-8")
BROKEN = GOOD.replace("error_rate > 0.05", "eror_rate > 0.05")
#: No route leads there, so it hears nothing but what it subscribes to.
CHANNEL = "escalations"
WORDS = "subscribe severity>=high"


@dataclass
class Editor:
    """Edits the file of rules, now well, now badly; ends well."""

    path: Path
    chance: random.Random
    pause_seconds: float
    edits: int = 0
    stopped: bool = False

    @property
    def text(self) -> str:
        """What the file holds at the end."""
        return f"{GOOD}# edit {self.edits}\n"

    def write(self, text: str) -> None:
        """Whole or not at all, as editors save."""
        draft = self.path.with_suffix(".draft")
        draft.write_text(text, encoding="utf-8")
        draft.replace(self.path)

    async def run(self) -> None:
        while not self.stopped:
            self.edits += 1
            self.write(BROKEN if self.edits % 2 else self.text)
            await asyncio.sleep(self.chance.uniform(0, 2 * self.pause_seconds))
        self.write(self.text)


@dataclass
class Subscriber:
    """Has a channel hear what is severe, and ends it, again and again."""

    workspace: Workspace
    chance: random.Random
    pause_seconds: float
    #: Private answers that say that something has changed, by verb.
    told: dict[str, int] = field(default_factory=lambda: {"subscribed": 0, "unsubscribed": 0})
    stopped: bool = False

    async def run(self) -> None:
        while not self.stopped:
            if "From now on" in await self._type(WORDS):
                self.told["subscribed"] += 1
            await self._pause()
            if "not subscribed any more" in await self._type("unsubscribe"):
                self.told["unsubscribed"] += 1
            await self._pause()

    async def _type(self, text: str) -> str:
        body = {"user": "alice", "channel": CHANNEL, "command": "/alerts", "text": text}
        answer = await self.workspace.http.post(f"{self.workspace.server.control_url}/command", json=body)
        return " ".join(each.get("text", "") for each in answer.json().get("ephemeral", []))

    async def _pause(self) -> None:
        await asyncio.sleep(self.chance.uniform(0, 2 * self.pause_seconds))
