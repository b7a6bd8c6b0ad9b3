"""What the page's hands cannot do: payloads as Slack could send them, delivered over the bot's real link."""

import asyncio
import copy
import itertools
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import select

from bot.sandbox.constants import APP_ID, TEAM_ID
from bot.sandbox.delivery import Ack, EnvelopeKind
from bot.sandbox.server import SandboxServer
from bot.store.alerts import alert_groups
from bot.store.judgements import alert_judgements
from tests.scenarios.driver import Bot, Json, Message, Workspace
from tests.scenarios.strain import strain

R = TypeVar("R")
_numbers = itertools.count(1)


class Wire:
    """Delivers payloads to the bot as the workspace itself does."""

    def __init__(self, server: SandboxServer, workspace: Workspace) -> None:
        self._sandbox = server.sandbox
        self._workspace = workspace

    async def deliver(self, kind: EnvelopeKind, payload: Json) -> Ack:
        """On the workspace's own loop, through Socket Mode or signed HTTP, whichever is on."""
        work = self._sandbox.carrier().deliver(kind, payload, answerable=kind != EnvelopeKind.EVENT)
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, self._sandbox._loop))

    async def last_press(self) -> Json:
        """The payload of the newest press, as it was sent."""
        traffic = await self._workspace.look("traffic")
        return copy.deepcopy([each["body"] for each in traffic if each["method"] == "interactive"][-1])

    async def press(self, user_id: str, message: Message, action: Json, *, team_id: str = TEAM_ID) -> tuple[Ack, str]:
        """A press on a message, whatever it shows by now; returns the acknowledgement and the private answer's text."""
        channel_id = await self.channel_id(message.channel)
        return await self.interact(
            user_id,
            channel_id,
            {
                "container": {"type": "message", "message_ts": message.ts, "channel_id": channel_id},
                "message": message.content,
                "actions": [{"action_ts": self.new_ts(), "block_id": "group:1", "type": "button", **action}],
            },
            team_id=team_id,
        )

    async def interact(self, user_id: str, channel_id: str, fields: Json, *, team_id: str = TEAM_ID) -> tuple[Ack, str]:
        payload = {
            "type": "block_actions",
            "team": {"id": team_id, "domain": "x"},
            "user": {"id": user_id, "username": "x", "name": "x", "team_id": team_id},
            "api_app_id": APP_ID,
            "enterprise": None,
            "is_enterprise_install": False,
            "trigger_id": await self._on_loop(lambda: self._sandbox.triggers.issue(user_id)),
            "response_url": await self._response_url("actions", user_id, channel_id),
            "channel": {"id": channel_id, "name": "x"},
            **fields,
        }
        return await self._answered(user_id, EnvelopeKind.INTERACTIVE, payload)

    async def command(self, user_id: str, text: str, *, team_id: str = TEAM_ID, command: str = "/alerts"):
        """A slash command; the answer's text stands in the acknowledgement."""
        channel_id = await self.channel_id("llm-alerts")
        payload = {
            "team_id": team_id,
            "channel_id": channel_id,
            "channel_name": "x",
            "user_id": user_id,
            "user_name": "x",
            "command": command,
            "text": text,
            "api_app_id": APP_ID,
            "is_enterprise_install": "false",
            "response_url": await self._response_url("commands", user_id, channel_id),
            "trigger_id": await self._on_loop(lambda: self._sandbox.triggers.issue(user_id)),
        }
        return await self.deliver(EnvelopeKind.COMMAND, payload)

    async def event(self, event: Json, *, team_id: str = TEAM_ID) -> Ack:
        authorization = {"enterprise_id": None, "team_id": team_id, "user_id": "U0RISKBOT", "is_bot": True}
        payload = {
            "team_id": team_id,
            "api_app_id": APP_ID,
            "event": event,
            "type": "event_callback",
            "event_id": f"Ev{next(_numbers)}",
            "event_time": 1,
            "authorizations": [{**authorization, "is_enterprise_install": False}],
        }
        return await self.deliver(EnvelopeKind.EVENT, payload)

    async def channel_id(self, name: str) -> str:
        state = await self._workspace.state()
        return next(each["id"] for each in state["channels"] if each["name"] == name)

    @staticmethod
    def new_ts() -> str:
        return f"1700000000.{next(_numbers):06}"

    async def private_texts(self, user_id: str) -> list[str]:
        """Everything that was shown to one person alone."""
        shown = (await self._workspace.state())["ephemeral"]
        return [each["message"].get("text", "") for each in shown if each["user"] == user_id]

    async def _answered(self, user_id: str, kind: EnvelopeKind, payload: Json) -> tuple[Ack, str]:
        before = len(await self.private_texts(user_id))
        ack = await self.deliver(kind, payload)
        # An answer by response_url follows the acknowledgement within moments.
        for _ in range(round(4 * strain())):
            texts = await self.private_texts(user_id)
            if len(texts) > before:
                return ack, texts[-1]
            await asyncio.sleep(0.05)
        return ack, ""

    async def _response_url(self, kind: str, user_id: str, channel_id: str) -> str:
        def issue() -> str:
            place = self._sandbox.response_urls.new_place(self._sandbox.workspace.channels[channel_id], user_id)
            return self._sandbox.response_urls.issue(kind, place)

        return await self._on_loop(issue)

    async def _on_loop(self, act: Callable[[], R]) -> R:
        async def run() -> R:
            return act()

        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(run(), self._sandbox._loop))


async def statuses(bot: Bot) -> dict[str, tuple[str, str | None, str | None]]:
    """How every group stands: its subject → status, who acknowledged it, whom it is assigned to."""
    rows = await bot.database.read(lambda tx: list(tx.execute(select(alert_groups).order_by(alert_groups.c.id))))
    return {row.subject: (row.status, row.acknowledged_by, row.assigned_to) for row in rows}


async def judgements(bot: Bot, subject: str) -> dict[str, bool]:
    """Who called the group about a subject useful, and who did not."""
    query = select(alert_judgements).join(alert_groups).where(alert_groups.c.subject == subject)
    return await bot.database.read(lambda tx: {row.judged_by: row.useful for row in tx.execute(query)})
