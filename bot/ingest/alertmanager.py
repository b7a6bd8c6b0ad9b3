"""`POST /v1/hooks/alertmanager`: Alertmanager's webhook, version "4".

It sends again on 5xx and drops on 4xx, so what can be mended is mended and said in an annotation, never refused.
"""

import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from bot.ingest.bodies import Body, parse_json
from bot.ingest.endpoint import Call, Endpoint, Told
from bot.ingest.generic_alerts import (
    ANNOTATIONS_BYTES,
    FINGERPRINT_LENGTH,
    LABEL_NAME_BYTES,
    LABEL_VALUE_BYTES,
    MAX_LABELS,
    NAME_BYTES,
)
from bot.ingest.intake import Intake, IntakeAnswer
from bot.ingest.problems import Invalid, Rejected
from bot.ingest.text import byte_length, cut, printable, storable
from bot.ingest.tokens import Scope
from bot.settings import HttpSettings
from riskengine.response.alerts import Severity, Signal, SignalStatus, fingerprint_of

LOG = logging.getLogger(__name__)

UNNAMED = "unnamed alert"
#: Go's zero time: *no time*, for an alert that is open.
NO_YEAR = 1
#: Where we say what we had to change; Prometheus allows no dot in a name, so it meets nobody's own.
NOTE = "riskbot.note"
GENERATOR = "generator_url"
#: Room for our own note among the annotations.
NOTE_BYTES = 1_024

_SEVERITIES = {
    "critical": Severity.CRITICAL,
    "page": Severity.CRITICAL,
    "error": Severity.HIGH,
    "high": Severity.HIGH,
    "warning": Severity.MEDIUM,
    "warn": Severity.MEDIUM,
    "medium": Severity.MEDIUM,
    "low": Severity.LOW,
    "info": Severity.INFO,
    "none": Severity.INFO,
}


class AlertmanagerAlert(BaseModel):
    """One alert of the message. What is not usable is told in an annotation; fields not named here are ignored."""

    model_config = ConfigDict(extra="allow")

    labels: dict[str, Any] = Field(description="`alertname` is the name, `severity` the severity.")
    annotations: Any = Field(None, description="An object of texts for people.")
    status: Any = Field(None, description="`firing` or `resolved`; absent: by `endsAt`.")
    startsAt: Any = Field(None, description="RFC 3339; `0001-01-01T00:00:00Z` means no time.")  # noqa: N815
    endsAt: Any = Field(None, description="RFC 3339; `0001-01-01T00:00:00Z` means no time.")  # noqa: N815
    generatorURL: Any = Field(None, description="Kept as the annotation `generator_url`.")  # noqa: N815
    fingerprint: Any = Field(None, description="Identifies the alert; absent: name and labels do.")


class AlertmanagerMessage(BaseModel):
    """What Alertmanager posts; fields that are not named here are ignored."""

    model_config = ConfigDict(extra="allow")

    version: Any = Field("4", description="Alertmanager's version of this format.")
    truncatedAlerts: Any = Field(0, description="How many alerts were left out.")  # noqa: N815
    alerts: list[AlertmanagerAlert]


class HookAnswer(IntakeAnswer):
    truncated: int = Field(ge=0, description="Alerts that Alertmanager left out of the message (its `max_alerts`).")


class Translated(NamedTuple):
    """A message in our words."""

    signals: list[Signal]
    rejected: list[Rejected]
    truncated: int


class _Notes:
    """What had to be changed in one alert, for whoever reads it."""

    def __init__(self) -> None:
        self._said: list[str] = []

    def say(self, sentence: str) -> None:
        if sentence not in self._said:
            self._said.append(sentence)

    def text(self) -> str:
        return cut(" ".join(self._said), NOTE_BYTES)


def to_alerts(payload: Any, *, source: str) -> Translated:
    """Translate a message. Raises Invalid when it is none of Alertmanager's at all."""
    items = payload.get("alerts") if isinstance(payload, dict) else None
    if not isinstance(items, list):
        raise Invalid(
            "The body is no message of Alertmanager's: it has no array `alerts`.",
            hint="Point Alertmanager's webhook_configs here; other senders use POST /v1/alerts.",
        )
    signals: list[Signal] = []
    rejected: list[Rejected] = []
    for index, item in enumerate(items):
        if isinstance(item, dict) and isinstance(item.get("labels"), dict):
            signals.append(_to_signal(item, payload.get("status"), source))
        else:
            rejected.append(Rejected(index=index, error="it has no labels"))
    left_out = payload.get("truncatedAlerts")
    return Translated(signals, rejected, max(0, left_out) if isinstance(left_out, int) else 0)


def _to_signal(item: Mapping[str, Any], group_status: Any, source: str) -> Signal:
    notes = _Notes()
    written = {_text(name): _text(value) for name, value in item["labels"].items()}
    name = cut(written.get("alertname", ""), NAME_BYTES) or UNNAMED
    # What identifies the alert is taken before anything is cut: two alerts must not become one by our cutting.
    fingerprint = _fingerprint(item.get("fingerprint"), name, written)
    status = _status(item.get("status") or group_status, item.get("endsAt"))
    return Signal(
        name=name,
        severity=_severity(written.get("severity", ""), notes),
        status=status,
        labels=_labels(written, notes),
        annotations=_annotations(item, notes),
        started_at=_moment(item.get("startsAt")),
        # An alert that fires is told with the moment at which it would end by itself.
        ended_at=_moment(item.get("endsAt")) if status == SignalStatus.RESOLVED else None,
        fingerprint=fingerprint,
        source=source,
    )


def _text(value: Any) -> str:
    return storable(value if isinstance(value, str) else str(value))


def _fingerprint(told: Any, name: str, labels: Mapping[str, str]) -> str:
    if isinstance(told, str) and told and told.isascii() and told.isprintable() and len(told) <= FINGERPRINT_LENGTH - 3:
        return f"am:{told}"
    return fingerprint_of(name, labels)


def _severity(written: str, notes: _Notes) -> Severity:
    known = _SEVERITIES.get(written.strip().lower())
    if known is None:
        said = f"The severity {printable(written)} is not known here" if written else "No severity was given"
        notes.say(f"{said}; medium was taken.")
    return known or Severity.MEDIUM


def _status(written: Any, ends_at: Any) -> SignalStatus:
    if isinstance(written, str) and written.lower() in set(SignalStatus):
        return SignalStatus(written.lower())
    return SignalStatus.RESOLVED if _moment(ends_at) else SignalStatus.FIRING


def _moment(written: Any) -> datetime | None:
    """A time of Go's, nanoseconds and all; None for its zero time and for what is none."""
    try:
        told = datetime.fromisoformat(written)
        moment = told.astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        return None
    return moment if told.tzinfo is not None and moment.year > NO_YEAR else None


def _labels(written: Mapping[str, str], notes: _Notes) -> dict[str, str]:
    if len(written) > MAX_LABELS:
        notes.say(f"It had {len(written)} labels; the first {MAX_LABELS} by name are shown.")
    return {
        _shortened(name, LABEL_NAME_BYTES, notes): _shortened(written[name], LABEL_VALUE_BYTES, notes)
        for name in sorted(written)[:MAX_LABELS]
    }


def _shortened(text: str, limit: int, notes: _Notes) -> str:
    short = cut(text, limit)
    if short != text:
        notes.say("Text that was too long was cut.")
    return short


def _annotations(item: Mapping[str, Any], notes: _Notes) -> dict[str, str]:
    told = item.get("annotations")
    written = {_text(name): _text(value) for name, value in told.items()} if isinstance(told, dict) else {}
    link = item.get("generatorURL")
    if isinstance(link, str) and link:
        written.setdefault(GENERATOR, storable(link))
    kept = _fitting(written, ANNOTATIONS_BYTES - NOTE_BYTES - len(NOTE), notes)
    said = notes.text()
    return {**kept, NOTE: said} if said else kept


def _fitting(written: Mapping[str, str], room: int, notes: _Notes) -> dict[str, str]:
    """As many annotations as fit, short ones first, so that one endless text does not push out the runbook."""
    kept: dict[str, str] = {}
    for name, value in sorted(written.items(), key=lambda pair: (byte_length(pair[1]), pair[0])):
        name_bytes = byte_length(name)
        if name_bytes >= room:
            notes.say("Annotations that were too long were left out.")
            continue
        kept[name] = _shortened(value, room - name_bytes, notes)
        room -= name_bytes + byte_length(kept[name])
    return {name: kept[name] for name in written if name in kept}


class AlertmanagerApi:
    def __init__(self, intake: Intake) -> None:
        self._intake = intake

    async def receive(self, call: Call) -> HookAnswer:
        message = to_alerts(call.body, source=f"alertmanager:{call.caller.name}")
        if message.truncated:
            LOG.warning(
                "Alertmanager left alerts out of a message; raise max_alerts in its webhook_configs, or group finer",
                extra={"truncated": message.truncated},
            )
        taken = await self._intake.take("alertmanager", message.signals, message.rejected)
        return HookAnswer(truncated=message.truncated, **taken.model_dump())


def alertmanager_endpoint(intake: Intake, settings: HttpSettings) -> Endpoint:
    parse: Callable[[bytes], Any] = parse_json
    return Endpoint(
        method="POST",
        path="/v1/hooks/alertmanager",
        scope=Scope.INGEST,
        tag="Alerts",
        summary="Alertmanager's webhook",
        description=(
            "Takes what Alertmanager sends, unchanged: put this address into `webhook_configs`, and the token into "
            "`http_config.authorization.credentials`. `severity` is read from the label of that name: critical and "
            "page, error and high, warning and medium, low, info and none; anything else is medium and says so. Text "
            f"that is too long is cut and said in the annotation `{NOTE}`. A body of more than "
            f"{settings.body_limit_bytes:,} bytes is refused: set `max_alerts` to stay below it."
        ),
        handler=AlertmanagerApi(intake).receive,
        body=Body(schema=AlertmanagerMessage, parse=parse, limit_bytes=settings.body_limit_bytes),
        answers={200: Told("What became of the alerts.", HookAnswer)},
    )
