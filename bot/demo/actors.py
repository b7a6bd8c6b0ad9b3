"""Senders and people of the story, over real HTTP: riskbot's API, and the controls of the workspace."""

from typing import Any

import httpx

from bot.demo.askers import Askers
from bot.demo.cards import buttons, newest_card
from bot.demo.story import ACKNOWLEDGE, ASSIGN, Command, End, Fire, Press, Say, Step

CHANNEL = "llm-alerts"
#: Stands on every card of an alert.
TIMELINE = "alerts.timeline"
COMMAND = "/alerts"
Json = dict[str, Any]


class Actors:
    """Perform steps; whatever a visitor has done before them stays."""

    def __init__(self, api: httpx.AsyncClient, workspace: httpx.AsyncClient) -> None:
        self._api = api
        self._workspace = workspace
        self._askers = Askers(api, workspace)

    async def perform(self, step: Step) -> None:
        """Raises httpx.HTTPError, as when a visitor has switched on a fault."""
        match step:
            case Fire():
                annotations = {"summary": step.summary, "action": step.action, "runbook_url": step.runbook}
                told = {name: value for name, value in annotations.items() if value}
                await self._tell(step.alert, step.severity, "firing", step.labels, told)
            case End():
                await self._tell(step.alert, "info", "resolved", step.labels, {})
            case Press():
                await self._press(step)
            case Say():
                await self._say(step)
            case Command():
                await self._type(step)
            case _:
                await self._askers.perform(step)

    async def _tell(
        self, alert: str, severity: str, status: str, labels: dict[str, str], annotations: dict[str, str]
    ) -> None:
        about = {"alert": alert, "severity": severity, "status": status}
        answer = await self._api.post("/v1/alerts", json={**about, "labels": labels, "annotations": annotations})
        answer.raise_for_status()

    async def _press(self, step: Press) -> None:
        state = await self._state()
        card = newest_card(state, CHANNEL, step.alert, step.action_id)
        ids = {user["name"]: user["id"] for user in state["users"]}
        if card is None or not {step.person, step.selected_person} - {""} <= ids.keys():
            return
        if _is_somebody_elses(card, ids[step.person]):
            return
        press = {"user": step.person, "channel": CHANNEL, "ts": card["ts"], "action_id": step.action_id}
        if step.selected_person:
            press["value"] = ids[step.selected_person]
        await self._workspace.post("/press", json=press)

    async def _say(self, step: Say) -> None:
        body = {"user": step.person, "channel": step.channel, "text": step.text}
        if step.thread_of:
            card = newest_card(await self._state(), CHANNEL, step.thread_of, TIMELINE)
            if card is None:
                return
            body["thread_ts"] = card["ts"]
        await self._workspace.post("/message", json=body)

    async def _type(self, step: Command) -> None:
        if step.about and newest_card(await self._state(), CHANNEL, step.about, ACKNOWLEDGE) is None:
            return
        typed = {"user": step.person, "channel": step.channel, "command": COMMAND, "text": step.text}
        answer = await self._workspace.post("/command", json=typed)
        if view := answer.json().get("view"):
            await self._workspace.post("/submit", json={"user": step.person, "view_id": view["id"], "values": {}})

    async def _state(self) -> Json:
        state: Json = (await self._workspace.get("/state")).json()
        return state


def _is_somebody_elses(card: Json, person_id: str) -> bool:
    """Whether it was given to somebody, who is not this person."""
    given = {each.get("initial_user") for each in buttons(card) if each.get("action_id") == ASSIGN}
    return bool(given - {None, person_id})
