"""What happens to the bot meanwhile: programs that send alerts until they have an answer, and people who press."""

import asyncio
import itertools
import random
from collections.abc import Callable
from dataclasses import dataclass, field

import httpx

from bot.clock import Clock
from bot.sandbox.interactions.outcome import SETTLE_SECONDS
from tests.scenarios.driver import CHANNEL, Json, Message, Workspace
from tests.scenarios.strain import strain

AREAS = ("performance", "cost", "security", "quality")
SEVERITIES = ("critical", "high", "medium", "low")
#: A storm, larger than what makes a digest.
STORM = 8
RETRY_SECONDS = 0.05


@dataclass
class Condition:
    """What a sender knows of one condition; only answered requests count."""

    name: str
    model: str
    area: str
    severity: str
    instance: int
    #: Last word that was answered with 200: True fires, False resolved, None never sent.
    fires: bool | None = None
    #: How often a begin was answered.
    begun: int = 0

    @property
    def labels(self) -> dict[str, str]:
        return {"area": self.area, "model": self.model, "instance": str(self.instance)}

    def alert(self, fires: bool) -> Json:
        status = "firing" if fires else "resolved"
        return {"alert": self.name, "severity": self.severity, "status": status, "labels": self.labels}

    def answered(self, fires: bool) -> None:
        self.begun += fires and not self.fires
        self.fires = fires


@dataclass
class Sender:
    """Fires, resolves and fires again; sends each request, unchanged, until it is answered with 200."""

    number: int
    api: httpx.AsyncClient
    chance: random.Random
    pause_seconds: float
    conditions: list[Condition] = field(default_factory=list)
    requests: int = 0
    retries: int = 0
    stopped: bool = False

    async def run(self) -> None:
        while not self.stopped:
            news = self._choose()
            await self._send([condition.alert(fires) for condition, fires in news])
            for condition, fires in news:
                condition.answered(fires)
            await asyncio.sleep(self.chance.uniform(0, 2 * self.pause_seconds))

    def _choose(self) -> list[tuple[Condition, bool]]:
        """Something new, a storm now and then, or more about what is known."""
        dice = self.chance.random()
        if not self.conditions or dice < 0.12:
            return [(self._new_group(), True)]
        if dice < 0.15:
            return [(self._new_group(), True) for _ in range(STORM)]
        if dice < 0.35:
            return [(self._sibling(self.chance.choice(self.conditions)), True)]
        chosen = self.chance.sample(self.conditions, min(len(self.conditions), self.chance.randint(1, 3)))
        return [(each, not each.fires) for each in chosen]

    def _new_group(self) -> Condition:
        model = f"model-{self.number}-{len(self.conditions)}"
        new = Condition("Slow", model, self.chance.choice(AREAS), self.chance.choice(SEVERITIES), 0)
        self.conditions.append(new)
        return new

    def _sibling(self, known: Condition) -> Condition:
        number = sum(each.model == known.model for each in self.conditions)
        new = Condition(known.name, known.model, known.area, self.chance.choice(SEVERITIES), number)
        self.conditions.append(new)
        return new

    async def _send(self, alerts: list[Json]) -> None:
        tries = await send_until_answered(self.api, "/v1/alerts", alerts)
        self.requests += tries
        self.retries += tries - 1


async def send_until_answered(api: httpx.AsyncClient, path: str, items: list[Json]) -> int:
    """Send the same again and again until it is answered with 200; returns how often it was sent."""
    for tries in itertools.count(1):
        try:
            answer = await api.post(path, json=items)
        except httpx.TransportError:
            answer = None
        if answer is not None and answer.status_code == 200:
            return tries
        assert answer is None or answer.status_code in (429, 503), answer.text
        await asyncio.sleep(RETRY_SECONDS)
    raise AssertionError("unreachable")


@dataclass
class Meter:
    """A program that reports its calls of a model."""

    api: httpx.AsyncClient
    chance: random.Random
    clock: Clock
    pause_seconds: float
    #: Calls that were accepted.
    accepted: int = 0
    stopped: bool = False

    async def run(self) -> None:
        while not self.stopped:
            calls = [self._call(self.accepted + number) for number in range(self.chance.randint(1, 20))]
            await send_until_answered(self.api, "/v1/telemetry/calls", calls)
            self.accepted += len(calls)
            await asyncio.sleep(self.chance.uniform(0, 2 * self.pause_seconds))

    def _call(self, number: int) -> Json:
        return {
            "id": f"call-{number}",
            "at": self.clock.now().isoformat(),
            "model": "model-9-0",
            "provider": "z-ai",
            "duration_seconds": 1.5,
            "input_tokens": 100,
            "output_tokens": 50,
        }


@dataclass(frozen=True)
class Pressed:
    """A press that riskbot acknowledged."""

    user: str
    ts: str
    action: str
    #: Riskbot answered in private, as it does when a press changed nothing.
    told: bool


PRESSABLE = ("alerts.acknowledge", "alerts.unacknowledge", "alerts.acknowledge_digest")
CHANNELS = (CHANNEL, "llm-costs", "incidents", "general")
PEOPLE = {"hana": "U0HANA", "ivan": "U0IVAN", "bo": "U0BO"}
NOT_RECORDED = "could not record"


@dataclass
class Presser:
    """A person who presses whatever there is; what riskbot acknowledged is kept for the checker."""

    workspace: Workspace
    chance: random.Random
    #: Grows with every kill: a press during which it grew may have lost its private answer.
    kills: Callable[[], int]
    pause_seconds: float
    acknowledged: list[Pressed] = field(default_factory=list)
    presses: int = 0
    stopped: bool = False

    async def run(self) -> None:
        while not self.stopped:
            message = await self._some_message()
            if message is not None:
                await self._press(message)
            await asyncio.sleep(self.chance.uniform(0, 2 * self.pause_seconds))

    async def _some_message(self) -> Message | None:
        messages = await self.workspace.messages(self.chance.choice(CHANNELS))
        pressable = [each for each in messages if set(each.actions) & set(PRESSABLE)]
        return self.chance.choice(pressable) if pressable else None

    async def _press(self, message: Message) -> None:
        action = self.chance.choice([each for each in message.actions if each in PRESSABLE])
        name = self.chance.choice(list(PEOPLE))
        kills = self.kills()
        # The message may have changed since it was looked at; a person cannot press what is gone either.
        body: Json = {"user": name, "channel": message.channel, "ts": message.ts, "action_id": action}
        # Whether there is a private answer decides what the press is judged by: a starved riskbot takes longer for it.
        body["settle_seconds"] = SETTLE_SECONDS * strain()
        answer = await self.workspace.http.post(f"{self.workspace.server.control_url}/press", json=body)
        if answer.status_code != 200:
            return
        self.presses += 1
        outcome = answer.json()
        words = " ".join(each.get("text", "") for each in outcome["ephemeral"])
        if outcome["acknowledged"] and NOT_RECORDED not in words:
            told = bool(words) or self.kills() != kills
            self.acknowledged.append(Pressed(PEOPLE[name], message.ts, action, told))
