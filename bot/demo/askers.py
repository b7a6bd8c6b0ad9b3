"""The program of the story that asks for approvals, and the people who decide: over both APIs."""

from http import HTTPStatus
from typing import Any

import httpx

from bot.demo.cards import newest_card
from bot.demo.requests import CHANNEL, Ask, Decide, Edit, RequestStep, Run

#: Of the form in which somebody says why.
COMMENT = "approvals.comment"
#: On a busy machine the form may come too late for Slack; a person presses again.
PRESSES = 3
PATH = "/v1/escalations"
Json = dict[str, Any]


class Askers:
    """Perform steps; each may be repeated, and whatever a visitor has done before it stays."""

    def __init__(self, api: httpx.AsyncClient, workspace: httpx.AsyncClient) -> None:
        self._api = api
        self._workspace = workspace

    async def perform(self, step: RequestStep) -> None:
        """Raises httpx.HTTPError, as when a visitor has switched on a fault."""
        match step:
            case Ask():
                await self._ask(step.task)
            case Edit():
                await self._edit(step)
            case Decide():
                await self._decide(step)
            case Run():
                await self._run(step)

    async def _ask(self, task: Json) -> int | None:
        """The escalation's id; none when its key stands for an edited task by now."""
        answer = await self._api.post(PATH, json=task, headers={"Idempotency-Key": task["task_id"]})
        if answer.status_code == HTTPStatus.CONFLICT:
            return None
        answer.raise_for_status()
        return int(answer.json()["id"])

    async def _edit(self, step: Edit) -> None:
        if (escalation_id := await self._ask(step.task)) is None:
            return
        # Refused where a visitor has decided.
        await self._api.post(f"{PATH}/{escalation_id}/edit", json={**step.task, **step.changes})

    async def _decide(self, step: Decide) -> None:
        state: Json = (await self._workspace.get("/state")).json()
        card = newest_card(state, CHANNEL, step.title, step.action_id)
        if card is None or step.person not in {user["name"] for user in state["users"]}:
            return
        press = {"user": step.person, "channel": CHANNEL, "ts": card["ts"], "action_id": step.action_id}
        for _ in range(PRESSES if step.comment else 1):
            answer = await self._workspace.post("/press", json=press)
            if view := answer.json().get("view"):
                values = {COMMENT: {COMMENT: step.comment}}
                form = {"user": step.person, "view_id": view["id"], "values": values}
                await self._workspace.post("/submit", json=form)
                return

    async def _run(self, step: Run) -> None:
        """Refused by riskbot, and left at that, where a visitor has rejected it."""
        if (escalation_id := await self._ask(step.task)) is None:
            return
        await self._api.post(f"{PATH}/{escalation_id}/execute", json={"payload": step.task["payload"]})
        await self._api.post(f"{PATH}/{escalation_id}/execution", json=step.report)
