"""`/v1/controls`: what orchestrators are to keep to while money runs away."""

import hashlib
from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from bot.ingest.endpoint import JSON_HEADERS, Call, Endpoint, Reply, Told, checked
from bot.ingest.tokens import Scope
from bot.services.controls.desk import ControlDesk
from riskengine.response.control_words import meaning
from riskengine.response.controls import Condition, Control, ControlEnd, ControlKind, ControlStatus, Effect

TAG = "Controls"
NOT_MODIFIED = 304
#: Hex digits of the hash that stands for an answer.
TAG_LENGTH = 32
#: Who starts and ends what no person does.
ITSELF = "riskbot"


class ShownControl(BaseModel):
    """One control as it stands now; what does not apply is absent."""

    id: int
    kind: ControlKind
    status: ControlStatus
    effect: Effect
    meaning: str = Field(description="The effect in words.")
    exempt: list[str] = Field(["emergencies"], description="What it never limits.")
    reason: str
    condition: Condition | None = Field(None, description="What it was proposed or started for.")
    since: datetime | None = Field(None, description="When it began to apply; absent while it is only proposed.")
    until: datetime = Field(description="When it ends by itself, or a proposal is dropped.")
    by: str | None = Field(None, description="Who started it: a Slack user's id, or `riskbot`.")
    ended_at: datetime | None = None
    ended_by: str | None = None
    ended_because: ControlEnd | None = None

    @classmethod
    def of(cls, control: Control) -> "ShownControl":
        ended = control.model_dump(include={"ended_at", "ended_because"})
        return cls(
            **control.model_dump(include={"id", "kind", "status", "effect", "reason", "condition"}),
            **ended,
            meaning=meaning(control.effect),
            since=control.starts_at,
            until=control.expires_at,
            by=(control.started_by or ITSELF) if control.starts_at else None,
            ended_by=(control.ended_by or ITSELF) if control.ended_at else None,
        )


class ShownControls(BaseModel):
    controls: list[ShownControl]


class ControlQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    status: list[ControlStatus] = Field(
        [ControlStatus.ACTIVE], description="May be repeated; absent: what is in force now.", max_length=3
    )
    limit: int = Field(50, ge=1, le=100)


class ControlApi:
    """The handlers; each translates, calls one use case, and translates back."""

    def __init__(self, desk: ControlDesk) -> None:
        self._desk = desk

    async def show(self, call: Call) -> Reply | Response:
        query = checked(call.query, ControlQuery)
        found = await self._desk.listed(query.status, query.limit)
        shown = ShownControls(controls=[ShownControl.of(each) for each in found])
        headers = {"ETag": _tag(shown)}
        if headers["ETag"] in _known(call):
            return Response(status_code=NOT_MODIFIED, headers={**JSON_HEADERS, **headers})
        return Reply(shown, headers=headers)


def _tag(shown: ShownControls) -> str:
    text = shown.model_dump_json(exclude_none=True)
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:TAG_LENGTH]}"'


def _known(call: Call) -> set[str]:
    """What the caller has; a proxy may have marked it as weak, which is the same here."""
    told = call.headers.get("if-none-match", "")
    return {each.strip().removeprefix("W/") for each in told.split(",")}


def control_endpoints(desk: ControlDesk) -> list[Endpoint]:
    return [
        Endpoint(
            method="GET",
            path="/v1/controls",
            scope=Scope.READ,
            tag=TAG,
            summary="List cost controls",
            description=(
                "What is in force now, or what has the status asked for; the newest first. A control limits what "
                "models are used for until it ends: `decision_line` is what riskbot's own escalation decisions take "
                "meanwhile, `calls_per_minute` and `prefer_models` are for the orchestrator to keep to. Emergencies "
                "are exempt from all of it. Ask once a minute with `If-None-Match`; while nothing has changed, the "
                "answer is 304 without a body."
            ),
            handler=ControlApi(desk).show,
            query_model=ControlQuery,
            headers={"If-None-Match": "The ETag of the answer that the caller has."},
            answers={
                200: Told("The controls; the header ETag stands for the answer.", ShownControls),
                304: Told("Nothing has changed since the answer of that ETag.", media_type=""),
            },
        )
    ]
