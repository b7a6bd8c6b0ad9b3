"""`/v1/alerts`: alerts from programs, and what programs may see and do of them."""

import secrets
from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from bot.ingest.bodies import Body
from bot.ingest.endpoint import LARGEST_ID, Call, Endpoint, Handler, Told, checked
from bot.ingest.generic_alerts import Batch, GenericAlert, parse_batch
from bot.ingest.idempotency import HEADER, repeatable_id
from bot.ingest.intake import Intake, IntakeAnswer
from bot.ingest.tokens import Scope
from bot.services.alerts.desk import AlertDesk
from bot.services.permissions import Verb
from bot.settings import HttpSettings
from riskengine.response.alerts import Alert, AlertStatus, Severity

TAG = "Alerts"
MOST_SHOWN = 500


class ShownAlert(BaseModel):
    """One alert as it stands now; what is unknown or does not apply is absent."""

    id: int
    alert: str
    status: AlertStatus
    severity: Severity
    labels: dict[str, str]
    annotations: dict[str, str]
    fingerprint: str
    source: str
    group: int = Field(description="Alerts of one group are told, acknowledged and resolved together.")
    started_at: datetime
    acknowledged_at: datetime | None = None
    acknowledged_by: str | None = None
    resolved_at: datetime | None = None
    resolved_by: str | None = None
    silenced_by: int | None = Field(None, description="The silence that mutes it, or muted it when it ended.")
    inhibited_by: int | None = Field(None, description="The alert that explains it, and therefore mutes it.")

    @classmethod
    def of(cls, alert: Alert) -> "ShownAlert":
        fields = alert.model_dump(include=set(cls.model_fields))
        return cls(alert=alert.name, group=alert.group_id, **fields)


class ShownAlerts(BaseModel):
    alerts: list[ShownAlert]


class Changed(BaseModel):
    """Whether the call changed something, and the alert as it stands after it."""

    changed: bool
    alert: ShownAlert


class AlertQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    status: AlertStatus | None = Field(None, description="Absent: what holds now, whatever is known of it.")
    area: str | None = Field(None, description="The label `area` of the alert's group.")
    label: list[Annotated[str, Field(pattern="^[^=]+=")]] = Field(
        [], description="`name=value`, may be repeated; all must hold.", max_length=16
    )
    limit: int = Field(200, ge=1, le=MOST_SHOWN)


class AlertPath(BaseModel):
    id: int = Field(ge=0, le=LARGEST_ID, description="The alert's id, as GET /v1/alerts gives it.")


class AlertApi:
    """The handlers; each translates, calls one use case, and translates back."""

    def __init__(self, desk: AlertDesk, intake: Intake) -> None:
        self._desk = desk
        self._intake = intake

    async def receive(self, call: Call) -> IntakeAnswer:
        batch: Batch = call.body
        return await self._intake.take("alerts", batch.to_signals(f"api:{call.caller.name}"), batch.rejected)

    async def show(self, call: Call) -> ShownAlerts:
        query = checked(call.query, AlertQuery)
        found = await self._desk.matching(
            status=query.status, area=query.area, label=tuple(query.label), limit=query.limit
        )
        return ShownAlerts(alerts=[ShownAlert.of(alert) for alert in found])

    async def acknowledge(self, call: Call) -> Changed:
        return await self._respond(call, Verb.ACKNOWLEDGE)

    async def resolve(self, call: Call) -> Changed:
        return await self._respond(call, Verb.RESOLVE)

    async def _respond(self, call: Call, verb: Verb) -> Changed:
        alert_id = checked(call.path, AlertPath).id
        delivery_id = repeatable_id(call, verb, str(alert_id)) or f"api:{secrets.token_hex(16)}"
        answer = await self._desk.by_program(alert_id, verb, call.caller.name, delivery_id)
        return Changed(changed=answer.changed, alert=ShownAlert.of(await self._desk.alert(alert_id)))


def alert_endpoints(desk: AlertDesk, intake: Intake, settings: HttpSettings) -> list[Endpoint]:
    api = AlertApi(desk, intake)
    body = Body(
        schema=GenericAlert | list[GenericAlert],
        parse=lambda data: parse_batch(data, settings.batch_limit),
        limit_bytes=settings.body_limit_bytes,
    )
    return [
        Endpoint(
            method="POST",
            path="/v1/alerts",
            scope=Scope.INGEST,
            tag=TAG,
            summary="Send alerts",
            description=(
                f"One alert or an array of at most {settings.batch_limit}, in at most "
                f"{settings.body_limit_bytes:,} bytes; answered when they are durable. Alerts that cannot be taken "
                "are listed under `rejected` and do not spoil the others; when none can be taken, the answer is 422 "
                "with the same list in the error. Sending again is harmless: what is known already counts as a "
                "duplicate. An alert is one condition: firing once and firing again are the same until it is resolved."
            ),
            handler=api.receive,
            body=body,
            answers={200: Told("What became of the alerts.", IntakeAnswer)},
        ),
        Endpoint(
            method="GET",
            path="/v1/alerts",
            scope=Scope.READ,
            tag=TAG,
            summary="List alerts",
            description="What holds now, or what has the status asked for; newest first.",
            handler=api.show,
            query_model=AlertQuery,
            answers={200: Told("The alerts.", ShownAlerts)},
        ),
        _respond_endpoint("acknowledge", api.acknowledge, "Somebody, or something, takes care of it."),
        _respond_endpoint("resolve", api.resolve, "It is over. A sender that still sees it makes it fire again."),
    ]


def _respond_endpoint(word: str, handler: Handler, meaning: str) -> Endpoint:
    return Endpoint(
        method="POST",
        path=f"/v1/alerts/{{id}}/{word}",
        scope=Scope.RESPOND,
        tag=TAG,
        summary=f"{word.capitalize()} an alert",
        description=(
            f"{meaning} It holds for the alert's whole group, in the token's name. `changed` is false when somebody "
            "was faster, or when the request repeats an Idempotency-Key; the alert's state tells which."
        ),
        handler=handler,
        path_model=AlertPath,
        headers={HEADER: "The same key means the same request, however often it comes."},
        answers={200: Told("The alert as it stands now.", Changed), 404: Told("There is no such alert.")},
    )
