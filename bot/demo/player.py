"""Plays the story: senders speak to riskbot's API, people press and write in the workspace, all over real HTTP."""

import asyncio
import logging
from datetime import datetime, timedelta
from typing import Any

import httpx

from bot.clock import Clock
from bot.demo.state import DemoFiles, Progress
from bot.demo.story import CHAPTER_MINUTES, End, Fire, Press, Say, Step, chapter

logger = logging.getLogger(__name__)

CHANNEL = "llm-alerts"
SAVE_SECONDS = 1.0


class Player:
    """Goes through the steps in business time and remembers where it is."""

    def __init__(self, files: DemoFiles, clock: Clock, api: httpx.AsyncClient, workspace: httpx.AsyncClient) -> None:
        self._files = files
        self._clock = clock
        self._api = api
        self._workspace = workspace
        before = files.progress()
        self._chapter = before.chapter if before else 0
        self._step = before.step if before else 0

    async def play(self) -> None:
        """Play chapter after chapter until cancelled. A restart goes on with the next step, not from the begin."""
        steps = chapter()
        begin = self._begin(steps)
        while True:
            for step in steps[self._step :]:
                await self._wait_until(begin + timedelta(minutes=step.minute))
                await self._perform(step)
                self._step += 1
                self._save()
            begin += timedelta(minutes=CHAPTER_MINUTES)
            self._chapter, self._step = self._chapter + 1, 0

    def _begin(self, steps: list[Step]) -> datetime:
        """When this chapter began, or would have, if the next step is due now."""
        played = steps[min(self._step, len(steps) - 1)].minute if self._step else 0
        return self._clock.now() - timedelta(minutes=played)

    async def _wait_until(self, moment: datetime) -> None:
        while (left := self._clock.real_seconds_until(moment)) > 0:
            await asyncio.sleep(min(left, SAVE_SECONDS))
            self._save()

    def _save(self) -> None:
        now, real = self._clock.now(), self._clock.protocol_now()
        self._files.write_progress(Progress(chapter=self._chapter, step=self._step, business_at=now, real_at=real))

    async def _perform(self, step: Step) -> None:
        try:
            await self._act(step)
        except httpx.HTTPError as error:
            # A visitor may have switched a fault on; the story goes on with its next step.
            logger.warning("A step of the story failed: %s", error, extra={"action": "story_step_failed"})

    async def _act(self, step: Step) -> None:
        if isinstance(step, Fire):
            annotations = {"summary": step.summary, "action": step.action, "runbook_url": step.runbook}
            told = {name: value for name, value in annotations.items() if value}
            alert = {"alert": step.alert, "severity": step.severity, "status": "firing", "labels": step.labels}
            await self._send({**alert, "annotations": told})
        elif isinstance(step, End):
            severity = "info"
            await self._send({"alert": step.alert, "severity": severity, "status": "resolved", "labels": step.labels})
        elif isinstance(step, Press):
            await self._press(step)
        else:
            await self._say(step)

    async def _send(self, alert: dict[str, Any]) -> None:
        (await self._api.post("/v1/alerts", json=alert)).raise_for_status()

    async def _press(self, step: Press) -> None:
        state = await self._state()
        message = _newest_with_button(_messages(state), step.alert, step.action_id)
        if message is None:
            return
        press = {"user": step.person, "channel": CHANNEL, "ts": message["ts"], "action_id": step.action_id}
        if step.selected_person:
            chosen = next((user["id"] for user in state["users"] if user["name"] == step.selected_person), None)
            if chosen is None:
                return
            press["value"] = chosen
        await self._workspace.post("/press", json=press)

    async def _say(self, step: Say) -> None:
        body = {"user": step.person, "channel": step.channel, "text": step.text}
        if step.thread_of:
            message = _newest_with_button(_messages(await self._state()), step.thread_of, "alerts.timeline")
            if message is None:
                return
            body["thread_ts"] = message["ts"]
        await self._workspace.post("/message", json=body)

    async def _state(self) -> dict[str, Any]:
        answer = await self._workspace.get("/state")
        state: dict[str, Any] = answer.json()
        return state


def _messages(state: dict[str, Any]) -> list[dict[str, Any]]:
    """None in a channel that a visitor's reset, or a switch of theirs, has taken away."""
    channels = (each for each in state["channels"] if each["name"] == CHANNEL)
    found: list[dict[str, Any]] = next(channels, {"messages": []})["messages"]
    return found


def _newest_with_button(messages: list[dict[str, Any]], words: str, action_id: str) -> dict[str, Any] | None:
    for message in sorted(messages, key=lambda each: str(each["ts"]), reverse=True):
        actions = [each for block in message.get("blocks") or [] for each in block.get("elements") or []]
        if words in message.get("text", "") and any(each.get("action_id") == action_id for each in actions):
            return message
    return None
