"""`/v1/escalations`: whether a task goes to the stronger model, and people's word on it."""

import secrets
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from bot.ingest.bodies import json_body
from bot.ingest.endpoint import LARGEST_ID, Call, Endpoint, Reply, Told, checked
from bot.ingest.idempotency import HEADER, repeatable_id
from bot.ingest.tokens import Scope
from bot.services.escalations.desk import EscalationDesk
from bot.services.escalations.state import EscalationState
from bot.settings import HttpSettings
from riskengine.areas.escalation import Decision, EscalationStatus, EscalationTask
from riskengine.response.approvals.execution import ExecutionReport

TAG = "Escalations"
CREATED = 201
#: Seconds; proxies cut what is silent for longer.
LONGEST_WAIT = 60
#: Characters of what people and programs say to it.
TEXT_LENGTH = 2_000

_Text = Annotated[str, Field(max_length=TEXT_LENGTH)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class EscalationPath(BaseModel):
    id: int = Field(ge=0, le=LARGEST_ID, description="The escalation's id, as POST /v1/escalations gave it.")


class WaitQuery(_Strict):
    wait: float = Field(
        0, ge=0, le=LONGEST_WAIT, allow_inf_nan=False, description="Seconds to wait for the decision, at most."
    )


class EscalationQuery(_Strict):
    status: EscalationStatus | None = Field(None, description="Absent: whatever their status.")
    limit: int = Field(50, ge=1, le=100)


class Escalations(BaseModel):
    escalations: list[EscalationState]


class Withdrawal(_Strict):
    comment: _Text = ""


class ToExecute(_Strict):
    payload: Any = Field(None, description="What is to be executed: exactly what the task carried.")


class EscalationApi:
    """The handlers; each translates, calls one use case, and translates back."""

    def __init__(self, desk: EscalationDesk) -> None:
        self._desk = desk

    async def decide(self, call: Call) -> Decision:
        task: EscalationTask = call.body
        return await self._desk.decide(task)

    async def ask(self, call: Call) -> Reply:
        asked = await self._desk.ask(call.body, _by(call), repeatable_id(call))
        return Reply(asked.state, status=CREATED if asked.is_new else 200)

    async def show(self, call: Call) -> EscalationState:
        return await self._desk.state(_id(call), checked(call.query, WaitQuery).wait)

    async def listed(self, call: Call) -> Escalations:
        query = checked(call.query, EscalationQuery)
        return Escalations(escalations=await self._desk.listed(query.status, query.limit))

    async def withdraw(self, call: Call) -> EscalationState:
        body: Withdrawal = call.body
        delivery_id = repeatable_id(call, "withdraw", str(_id(call))) or f"api:{secrets.token_hex(16)}"
        return await self._desk.withdraw(_id(call), _by(call), delivery_id, body.comment)

    async def edit(self, call: Call) -> EscalationState:
        task: EscalationTask = call.body
        delivery_id = repeatable_id(call, "edit", str(_id(call))) or f"api:{secrets.token_hex(16)}"
        return await self._desk.edit(_id(call), task, _by(call), delivery_id)

    async def execute(self, call: Call) -> EscalationState:
        body: ToExecute = call.body
        return await self._desk.execute(_id(call), body.payload, _by(call))

    async def executed(self, call: Call) -> EscalationState:
        report: ExecutionReport = call.body
        return await self._desk.executed(_id(call), report, _by(call))


def _id(call: Call) -> int:
    return checked(call.path, EscalationPath).id


def _by(call: Call) -> str:
    return f"token:{call.caller.name}"


def escalation_endpoints(desk: EscalationDesk, settings: HttpSettings) -> list[Endpoint]:
    api = EscalationApi(desk)
    task = json_body(EscalationTask, settings.body_limit_bytes)
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
            body=task,
            answers={200: Told("The decision.", Decision)},
        ),
        Endpoint(
            method="POST",
            path="/v1/escalations",
            scope=Scope.ESCALATE,
            tag=TAG,
            summary="Ask for an escalation",
            description=(
                "Decides on the task and, if it should be escalated, asks people in Slack for their approval. "
                "`requester` is a Slack id and cannot approve. What is approved is the `payload`, by its hash."
            ),
            handler=api.ask,
            body=task,
            headers={HEADER: "The same key means the same escalation, however often it comes."},
            answers={
                201: Told("The escalation, pending or not needed.", EscalationState),
                200: Told("The escalation that an earlier request of the same key made.", EscalationState),
                409: Told("The same key came with another task."),
                503: Told("Slack cannot say at the moment who could approve."),
            },
        ),
        Endpoint(
            method="GET",
            path="/v1/escalations",
            scope=Scope.ESCALATE,
            tag=TAG,
            summary="List escalations",
            description="The newest first.",
            handler=api.listed,
            query_model=EscalationQuery,
            answers={200: Told("The escalations.", Escalations)},
        ),
        Endpoint(
            method="GET",
            path="/v1/escalations/{id}",
            scope=Scope.ESCALATE,
            tag=TAG,
            summary="Show an escalation, or wait for its decision",
            description="With `wait` the answer comes when it is decided, or after so many seconds as it stands then.",
            handler=api.show,
            path_model=EscalationPath,
            query_model=WaitQuery,
            answers={200: Told("The escalation.", EscalationState), 404: Told("There is no such escalation.")},
        ),
        _verb("withdraw", api.withdraw, Withdrawal, settings, "Take an escalation back", "Only its own token may."),
        _verb(
            "edit",
            api.edit,
            EscalationTask,
            settings,
            "Edit an escalation that is pending",
            "The whole task as it is now, decided on again. Only its own token may. Votes on the version before are "
            "void, the first tier is asked anew, and the hard deadline stays. `task_id`, `requester` and whether it is "
            "an emergency stay as they are. The same task again changes nothing.",
        ),
        _verb(
            "execute",
            api.execute,
            ToExecute,
            settings,
            "Use an approval up",
            "Once, in time, and only for the payload that was approved. `execution.id` is the idempotency key for "
            "whatever runs it; say how it ended at `/execution`.",
        ),
        _verb(
            "execution",
            api.executed,
            ExecutionReport,
            settings,
            "Report how an execution ended",
            "`outcome` says what became of that which was approved, `fell_back` that the default was used in its "
            "place; the request's thread tells both. The same report again changes nothing; without one it becomes "
            "`unknown` after a while.",
        ),
    ]


def _verb(
    word: str, handler: Any, body: type[BaseModel], settings: HttpSettings, summary: str, description: str
) -> Endpoint:
    return Endpoint(
        method="POST",
        path=f"/v1/escalations/{{id}}/{word}",
        scope=Scope.ESCALATE,
        tag=TAG,
        summary=summary,
        description=description,
        handler=handler,
        path_model=EscalationPath,
        body=json_body(body, settings.body_limit_bytes),
        answers={
            200: Told("The escalation as it stands now.", EscalationState),
            404: Told("There is no such escalation."),
            409: Told("It is in no state for this; the message says why."),
        },
    )
