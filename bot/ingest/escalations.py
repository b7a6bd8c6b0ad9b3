"""`/v1/escalations`: whether a task goes to the stronger model, and people's word on it."""

from bot.ingest.bodies import json_body
from bot.ingest.endpoint import Call, Endpoint, Told
from bot.ingest.tokens import Scope
from bot.services.escalations.desk import EscalationDesk
from bot.settings import HttpSettings
from riskengine.areas.escalation import Decision, EscalationTask

TAG = "Escalations"


class EscalationApi:
    """The handlers; each translates, calls one use case, and translates back."""

    def __init__(self, desk: EscalationDesk) -> None:
        self._desk = desk

    async def decide(self, call: Call) -> Decision:
        task: EscalationTask = call.body
        return await self._desk.decide(task)


def escalation_endpoints(desk: EscalationDesk, settings: HttpSettings) -> list[Endpoint]:
    api = EscalationApi(desk)
    return [
        Endpoint(
            method="POST",
            path="/v1/escalations/decide",
            scope=Scope.ESCALATE,
            tag=TAG,
            summary="Decide on a task",
            description=(
                "Whether the task should go to the stronger model, with the score, the reason in words and how sure "
                "that is. Nothing is stored and nobody is asked. Fields that are absent lower the confidence."
            ),
            handler=api.decide,
            body=json_body(EscalationTask, settings.body_limit_bytes),
            answers={200: Told("The decision.", Decision)},
        ),
    ]
