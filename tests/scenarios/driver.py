"""The hands and eyes of a scenario: people in the sandbox workspace, and programs at the bot's HTTP API."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import sqlalchemy as sa

from bot.clock import Clock, monotonic_seconds
from bot.sandbox.server import SandboxServer
from bot.settings import Settings
from bot.store import due
from bot.store.audit import audit
from bot.store.claims import Queue, queue
from bot.store.database import Database, Transaction
from bot.wiring import Running, running
from tests.scenarios.seen import Json, Message, Outcome, words_of

#: Fired by `Bot.fire` unless a test says otherwise.
NAME = "HighErrorRate"
CHANNEL = "llm-alerts"
#: Status of an answer to a request that was not taken and may come again.
BUSY = 503
LOOK_SECONDS = 0.03
#: Generous, since a machine may be busy with other tests; it costs nothing where all is well.
PATIENCE_SECONDS = 20.0


async def until(condition: Callable[[], Awaitable[Any]], seconds: float = PATIENCE_SECONDS, what: str = "") -> Any:
    """Wait until the condition gives something true, and return it; fails with what was seen last."""
    give_up = monotonic_seconds() + seconds
    while not (found := await condition()):
        assert monotonic_seconds() < give_up, f"not within {seconds} s: {what or condition}"
        await asyncio.sleep(LOOK_SECONDS)
    return found


@dataclass
class Person:
    """A member of the workspace, acting through its page's own controls."""

    workspace: "Workspace"
    name: str

    async def press(self, message: Message | None, action_id: str, **more: Any) -> Outcome:
        """Press a button or choose in a menu; without a message: in the open modal, else in App Home."""
        place = {"channel": message.channel, "ts": message.ts} if message else {}
        return await self._act("press", **place, action_id=action_id, **more)

    async def command(self, text: str = "", *, command: str = "/alerts", channel: str = CHANNEL) -> Outcome:
        return await self._act("command", channel=channel, command=command, text=text)

    async def submit(self, view_id: str, values: Json | None = None) -> Outcome:
        return await self._act("submit", view_id=view_id, values=values or {})

    async def shortcut(self, message: Message, callback_id: str) -> Outcome:
        """Choose a shortcut in a message's menu."""
        return await self._act("shortcut", callback_id=callback_id, channel=message.channel, ts=message.ts)

    async def open_home(self) -> Outcome:
        return await self._act("open_home")

    async def home_words(self) -> str:
        state = await self.workspace.state()
        mine = next(user["id"] for user in state["users"] if user["name"] == self.name)
        return words_of(state["homes"].get(mine, {}))

    async def write(self, text: str, channel: str = CHANNEL, thread_ts: str | None = None) -> Outcome:
        return await self._act("message", channel=channel, text=text, **({"thread_ts": thread_ts} if thread_ts else {}))

    async def _act(self, control: str, **body: Any) -> Outcome:
        return Outcome(await self.workspace.control(control, user=self.name, **body))


@dataclass
class Workspace:
    """The sandbox workspace, seen from outside."""

    server: SandboxServer
    http: httpx.AsyncClient
    #: Errors in the journal that the test provokes; `check_clean` passes them over.
    provoked: set[str] = field(default_factory=set)

    def user(self, name: str) -> Person:
        return Person(self, name)

    async def control(self, name: str, **body: Any) -> Json:
        """POST to the sandbox's own controls, for example `faults`."""
        answer = await self.http.post(f"{self.server.control_url}/{name}", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def look(self, name: str, **params: Any) -> Any:
        answer = await self.http.get(f"{self.server.control_url}/{name}", params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def faults(self, **switches: Any) -> None:
        """Switch faults on; without any, all off."""
        await self.control("faults", **switches)

    async def advance(self, seconds: float) -> None:
        """Move business time forward, in the workspace and in every bot that lives in it."""
        await self.control("clock", advance_seconds=seconds)

    async def state(self) -> Json:
        return await self.look("state")

    async def calls(self, *methods: str, ok: bool | None = None) -> list[Json]:
        """Web API calls with their bodies, oldest first."""
        calls = await self.look("calls", body=1)
        return [each for each in calls if (not methods or each["method"] in methods) and ok in (None, each["ok"])]

    async def messages(self, channel: str = CHANNEL) -> list[Message]:
        """Everything in a channel, threads included, oldest first; a person's name means their conversation with us."""
        state = await self.state()
        found = next((each for each in state["channels"] if each["name"] == channel), None)
        return [Message(channel, each) for each in found["messages"]] if found else []

    async def find(self, *words: str, channel: str = CHANNEL, where: Callable[[Message], bool] | None = None):
        """The messages of a channel in which all the words stand."""
        found = [each for each in await self.messages(channel) if all(word in each.words for word in words)]
        return [each for each in found if where is None or where(each)]

    async def expect(
        self, *words: str, channel: str = CHANNEL, seconds: float = PATIENCE_SECONDS, reply: bool | None = None
    ):
        """Wait for one message with all the words, and return it. `reply`: only in (or only outside) threads."""

        async def found() -> Message | None:
            shown = await self.find(*words, channel=channel)
            shown = [each for each in shown if reply is None or reply == (each.thread_ts is not None)]
            assert len(shown) < 2, f"{words} stand in {len(shown)} messages: {[each.words for each in shown]}"
            return shown[0] if shown else None

        return await until(found, seconds, f"a message with {words} in #{channel}")

    async def expect_card(self, *words: str, channel: str = CHANNEL, seconds: float = PATIENCE_SECONDS) -> Message:
        """Wait for the one card, outside threads, in which all the words stand."""
        return await self.expect(*words, channel=channel, seconds=seconds, reply=False)

    async def replies(self, message: Message) -> list[Message]:
        return [each for each in await self.messages(message.channel) if each.thread_ts == message.ts]

    async def refreshed(self, message: Message) -> Message:
        """The same message as it is now."""
        return next(each for each in await self.messages(message.channel) if each.ts == message.ts)

    async def links(self) -> int:
        """How many Socket Mode connections stand."""
        return (await self.look("connections"))["count"]

    async def check_clean(self) -> None:
        """Nothing passed over the wire that Slack would not take, and every envelope was acknowledged in time."""
        bad = {"invalid_blocks", "unknown_method", "invalid_arguments", "invalid_blocks_format"} - self.provoked
        traffic = await self.look("traffic")
        wrong = [each for each in traffic if each.get("error") in bad]
        assert not wrong, json.dumps(wrong[0], indent=1)
        unheard = [each for each in traffic if each["kind"] == "envelope" and not each.get("ok")]
        assert not unheard or "unacknowledged" in self.provoked, json.dumps(unheard[0], indent=1)


@dataclass
class Bot:
    """A running bot and a program that speaks to its API with a token of every scope."""

    running: Running
    settings: Settings
    api: httpx.AsyncClient

    @property
    def database(self) -> Database:
        return self.running.database

    async def send(self, *alerts: Json) -> Json:
        """POST alerts and return what became of them; sent again while the database is busy, as senders do."""
        answer = await self.api.post("/v1/alerts", json=list(alerts))
        while answer.status_code == BUSY:
            answer = await self.api.post("/v1/alerts", json=list(alerts))
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def fire(self, name: str = NAME, *, severity: str = "high", status: str = "firing", **labels: str) -> Json:
        """Send one alert; `model` and `area` have values of their own unless given."""
        return await self.send(alert(name, severity=severity, status=status, **labels))

    async def resolve(self, name: str = NAME, **labels: str) -> Json:
        return await self.fire(name, status="resolved", **labels)

    async def alerts(self, **query: Any) -> list[Json]:
        answer = await self.api.get("/v1/alerts", params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()["alerts"]

    async def ready(self) -> tuple[bool, dict[str, str]]:
        """Whether /readyz says so, and the detail of each check that is not in order."""
        answer = await self.api.get("/readyz")
        body = answer.json()
        assert (answer.status_code == 200) == all(each["ok"] for each in body["checks"])
        return answer.status_code == 200, {each["name"]: each["detail"] for each in body["checks"] if not each["ok"]}

    async def queue(self) -> Queue:
        return await self.database.read(queue)

    async def settled(self, seconds: float = 30.0) -> None:
        """Wait until every message is shown in its newest state and nothing is about to be told."""

        async def empty() -> bool:
            # In this order: what is due becomes a message in one transaction, and between two looks it would be neither.
            if await self.database.read(_soon_due):
                return False
            waiting = await self.queue()
            return waiting.waiting == 0 and waiting.ambiguous == 0

        await until(empty, seconds, "nothing waits to be sent")


def _soon_due(tx: Transaction) -> bool:
    """Something falls due within a second, as the end of a group's wait does; repeats are hours away."""
    next_at = due.next_due_at(tx)
    return next_at is not None and (next_at - tx.now).total_seconds() < 1


def alert(name: str = NAME, *, severity: str = "high", status: str = "firing", **labels: str) -> Json:
    """A generic alert as a sender writes it."""
    return {
        "alert": name,
        "severity": severity,
        "status": status,
        "labels": {"area": "performance", "model": "glm-4.5", **labels},
    }


@asynccontextmanager
async def bot_running(
    settings: Settings, token: str, server: SandboxServer, allowed: frozenset[str] = frozenset()
) -> AsyncIterator[Bot]:
    """A whole bot in this loop, in the sandbox's business time. `allowed`: what its auditor may find."""
    clock = Clock()
    clock.advance(server.clock.offset_seconds)
    loop = asyncio.get_running_loop()
    async with running(settings, clock) as bot:

        def advance(seconds: float) -> None:
            # The sandbox calls from its own thread.
            clock.advance(seconds)
            loop.call_soon_threadsafe(bot.due_runner.ring)

        server.clock.subscribe(advance)
        headers = {"Authorization": f"Bearer {token}"}
        base_url = f"http://127.0.0.1:{bot.port}"
        async with httpx.AsyncClient(
            base_url=base_url, headers=headers, timeout=20, trust_env=False, verify=False
        ) as api:
            yield Bot(bot, settings, api)
        # Whatever a story does, nothing that is merely under way may look forgotten.
        forgotten = await bot.database.read(_audited)
        assert forgotten <= allowed, f"the auditor found {forgotten}"


def _audited(tx: Transaction) -> set[str]:
    """The checks of the auditor that found anything."""
    rows = tx.execute(sa.select(audit.c.detail).where(audit.c.verb.startswith("auditor_", autoescape=True)))
    return {row.detail["check"] for row in rows}
