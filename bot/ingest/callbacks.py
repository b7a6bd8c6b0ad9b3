"""`/v1/callbacks`: what programs were told, and those that could not be."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from bot.ingest.endpoint import LARGEST_ID, Call, Endpoint, Told, checked
from bot.ingest.tokens import Scope
from bot.services.callbacks.desk import CallbackDesk
from riskengine.response.callbacks import CallbackRecord, CallbackState

TAG = "Callbacks"


class ShownCallback(BaseModel):
    """One callback as it stands now; what does not apply is absent."""

    id: int
    delivery_id: str = Field(description="X-Riskbot-Delivery of every try.")
    event: str
    subject_kind: str
    subject_id: int
    host: str = Field(description="Of its address no more is shown, since the rest may be a secret.")
    state: CallbackState
    attempts: int = Field(description="Since its cause, or since somebody had it sent again.")
    created_at: datetime
    next_attempt_at: datetime | None = None
    delivered_at: datetime | None = None
    last_error: str | None = None

    @classmethod
    def of(cls, record: CallbackRecord) -> "ShownCallback":
        return cls(**dict(record))


class ShownCallbacks(BaseModel):
    callbacks: list[ShownCallback]


class CallbackQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    state: CallbackState | None = Field(None, description="Absent: whatever their state.")
    limit: int = Field(200, ge=1, le=500)


class CallbackPath(BaseModel):
    id: int = Field(ge=0, le=LARGEST_ID, description="The callback's id, as GET /v1/callbacks gives it.")


class CallbackApi:
    """The handlers; each translates, calls one use case, and translates back."""

    def __init__(self, desk: CallbackDesk) -> None:
        self._desk = desk

    async def show(self, call: Call) -> ShownCallbacks:
        query = checked(call.query, CallbackQuery)
        found = await self._desk.listed(query.state, query.limit)
        return ShownCallbacks(callbacks=[ShownCallback.of(each) for each in found])

    async def retry(self, call: Call) -> ShownCallback:
        return ShownCallback.of(await self._desk.retry(checked(call.path, CallbackPath).id, call.caller.name))


def callback_endpoints(desk: CallbackDesk) -> list[Endpoint]:
    api = CallbackApi(desk)
    return [
        Endpoint(
            method="GET",
            path="/v1/callbacks",
            scope=Scope.ESCALATE,
            tag=TAG,
            summary="List callbacks",
            description="What programs were told at their callback_url, and how far it came; the newest first.",
            handler=api.show,
            query_model=CallbackQuery,
            answers={200: Told("The callbacks.", ShownCallbacks)},
        ),
        Endpoint(
            method="POST",
            path="/v1/callbacks/{id}/retry",
            scope=Scope.ESCALATE,
            tag=TAG,
            summary="Send a dead callback again",
            description="It is tried anew for as long as a new one, under the same X-Riskbot-Delivery.",
            handler=api.retry,
            path_model=CallbackPath,
            answers={
                200: Told("The callback as it stands now.", ShownCallback),
                404: Told("There is no such callback."),
                409: Told("It is not dead: it waits, is under way, or has arrived."),
            },
        ),
    ]
