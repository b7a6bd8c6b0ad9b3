"""`/v1/silences`: what mutes alerts, made and ended by programs."""

import secrets
from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from bot.ingest.bodies import json_body
from bot.ingest.endpoint import LARGEST_ID, Call, Endpoint, Reply, Told, checked
from bot.ingest.idempotency import HEADER, repeatable_id
from bot.ingest.problems import Invalid
from bot.ingest.tokens import Scope
from bot.services.silences.desk import SilenceDesk
from bot.settings import HttpSettings
from riskengine.response.matchers import Matcher
from riskengine.response.silences import (
    SilenceDraft,
    SilenceEnd,
    SilenceRecord,
    SilenceRefused,
    SilenceStatus,
)

TAG = "Silences"
CREATED = 201


class ShownSilence(BaseModel):
    """One silence as it stands now; what does not apply is absent."""

    id: int
    status: SilenceStatus
    matchers: list[Matcher]
    starts_at: datetime
    ends_at: datetime
    comment: str
    created_by: str = Field(description="A Slack user's id, or `token:NAME`.")
    created_at: datetime
    hidden: int = Field(description="Alerts that it has muted.")
    holding: int = Field(description="Of those, the ones that hold and that it mutes now.")
    ended_at: datetime | None = None
    ended_by: str | None = None
    ended_because: SilenceEnd | None = None

    @classmethod
    def of(cls, record: SilenceRecord) -> "ShownSilence":
        shown = record.model_dump(include=set(cls.model_fields))
        return cls(status=record.state, **shown)


class ShownSilences(BaseModel):
    silences: list[ShownSilence]


class EndedSilence(BaseModel):
    """Whether the call ended it, and the silence as it stands after it."""

    changed: bool
    silence: ShownSilence


class SilenceQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    status: list[SilenceStatus] = Field(
        [SilenceStatus.PENDING, SilenceStatus.ACTIVE],
        description="May be repeated; absent: what mutes now and what will.",
        max_length=3,
    )
    limit: int = Field(200, ge=1, le=500)


class SilencePath(BaseModel):
    id: int = Field(ge=0, le=LARGEST_ID, description="The silence's id, as GET /v1/silences gives it.")


class SilenceApi:
    """The handlers; each translates, calls one use case, and translates back."""

    def __init__(self, desk: SilenceDesk) -> None:
        self._desk = desk

    async def show(self, call: Call) -> ShownSilences:
        query = checked(call.query, SilenceQuery)
        if SilenceStatus.DRAFT in query.status:
            raise Invalid("Drafts are their authors' own; the status is pending, active or expired.")
        found = await self._desk.listed(query.status, query.limit)
        return ShownSilences(silences=[ShownSilence.of(each) for each in found])

    async def make(self, call: Call) -> Reply:
        try:
            made, is_new = await self._desk.make_by_program(call.body, call.caller.name, repeatable_id(call))
        except SilenceRefused as refused:
            raise Invalid(str(refused)) from None
        return Reply(ShownSilence.of(made), status=CREATED if is_new else 200)

    async def end(self, call: Call) -> EndedSilence:
        silence_id = checked(call.path, SilencePath).id
        delivery_id = f"api:{secrets.token_hex(16)}"
        ended, changed = await self._desk.end_by_program(silence_id, call.caller.name, delivery_id)
        return EndedSilence(changed=changed, silence=ShownSilence.of(ended))


def silence_endpoints(desk: SilenceDesk, settings: HttpSettings) -> list[Endpoint]:
    api = SilenceApi(desk)
    return [
        Endpoint(
            method="GET",
            path="/v1/silences",
            scope=Scope.READ,
            tag=TAG,
            summary="List silences",
            description="What mutes alerts now, what will, or what has the status asked for; the next to end first.",
            handler=api.show,
            query_model=SilenceQuery,
            answers={200: Told("The silences.", ShownSilences)},
        ),
        Endpoint(
            method="POST",
            path="/v1/silences",
            scope=Scope.RESPOND,
            tag=TAG,
            summary="Silence alerts",
            description=(
                "Mutes every alert that all matchers fit, those that hold and those to come, until it ends; the "
                "alert's name and severity count as the labels `alertname` and `severity`. `=~` takes globs, such as "
                "`glm-*|opus-*`. Channels that would have heard are told that it began and, at its end, what it hid."
            ),
            handler=api.make,
            body=json_body(SilenceDraft, settings.body_limit_bytes),
            headers={HEADER: "The same key means the same silence, however often it comes."},
            answers={
                201: Told("The silence.", ShownSilence),
                200: Told("The silence that an earlier request of the same key made.", ShownSilence),
                409: Told("The same key came with another silence."),
            },
        ),
        Endpoint(
            method="DELETE",
            path="/v1/silences/{id}",
            scope=Scope.RESPOND,
            tag=TAG,
            summary="End a silence",
            description="Ends it now; alerts that it muted and that still hold are told. `changed` is false when it "
            "was over already.",
            handler=api.end,
            path_model=SilencePath,
            answers={200: Told("The silence as it stands now.", EndedSilence), 404: Told("There is no such silence.")},
        ),
    ]
