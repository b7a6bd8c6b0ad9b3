"""Our own alert format: strict by name, lenient by item, so that one bad alert never spoils its batch."""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, NamedTuple

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
)

from bot.ingest.bodies import parse_json
from bot.ingest.explain import explain, field_names
from bot.ingest.problems import Invalid, Rejected
from bot.ingest.text import byte_length, printable, without_nul
from riskengine.response.alerts import Severity, Signal, SignalStatus, fingerprint_of

#: Limits of an alert, in bytes of UTF-8: what a card and an index can bear.
NAME_BYTES = 256
MAX_LABELS = 64
LABEL_NAME_BYTES = 64
LABEL_VALUE_BYTES = 1_024
ANNOTATIONS_BYTES = 16_384
#: Characters of the column.
FINGERPRINT_LENGTH = 64

_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)


def _at_most(limit: int) -> Callable[[str], str]:
    def check(text: str) -> str:
        if byte_length(text) > limit:
            raise ValueError(f"is {byte_length(text):,} bytes long; at most {limit:,} are taken")
        return text

    return check


def _labels_fit(labels: dict[str, str]) -> dict[str, str]:
    for name, value in labels.items():
        if byte_length(name) > LABEL_NAME_BYTES:
            raise ValueError(f"holds the name {printable(name)}, longer than {LABEL_NAME_BYTES} bytes")
        if byte_length(value) > LABEL_VALUE_BYTES:
            raise ValueError(f"holds a value of {printable(name)} longer than {LABEL_VALUE_BYTES:,} bytes")
    return labels


def _annotations_fit(annotations: dict[str, str]) -> dict[str, str]:
    size = sum(byte_length(name) + byte_length(value) for name, value in annotations.items())
    if size > ANNOTATIONS_BYTES:
        raise ValueError(f"are {size:,} bytes long together; at most {ANNOTATIONS_BYTES:,} are taken")
    return annotations


def _is_rfc3339(value: Any) -> Any:
    """Refuse what pydantic would guess at: numbers of seconds, dates alone, times without seconds."""
    if not isinstance(value, str) or not _RFC3339.fullmatch(value):
        raise ValueError("must be an RFC 3339 time with its offset, such as 2026-03-01T12:00:00Z")
    return value


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("lies outside the years 1 to 9999 in UTC") from None


Moment = Annotated[AwareDatetime, BeforeValidator(_is_rfc3339), AfterValidator(_in_utc)]
LabelName = Annotated[str, Field(min_length=1, max_length=LABEL_NAME_BYTES)]
LabelValue = Annotated[str, Field(max_length=LABEL_VALUE_BYTES)]


class GenericAlert(BaseModel):
    """One condition, as its sender sees it now."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "alert": "HighErrorRate",
                "severity": "high",
                "status": "firing",
                "labels": {"area": "performance", "model": "glm-4.5"},
                "annotations": {"summary": "Too many calls fail.", "value": "failed calls 7.1 %", "limit": "5 %"},
                "started_at": "2026-03-01T12:00:00Z",
            }
        },
    )

    alert: Annotated[str, Field(min_length=1, max_length=NAME_BYTES), AfterValidator(_at_most(NAME_BYTES))] = Field(
        description=f"Name of the condition, at most {NAME_BYTES} bytes."
    )
    severity: Severity
    status: SignalStatus
    labels: Annotated[dict[LabelName, LabelValue], Field(max_length=MAX_LABELS), AfterValidator(_labels_fit)] = Field(
        description=f"At most {MAX_LABELS}, a name of at most {LABEL_NAME_BYTES} bytes and a value of at most "
        f"{LABEL_VALUE_BYTES:,}. `area`, and `model`, `provider` or `service` decide the group."
    )
    annotations: Annotated[dict[str, str], AfterValidator(_annotations_fit)] = Field(
        {},
        description=f"Text for people, at most {ANNOTATIONS_BYTES:,} bytes together; it identifies nothing. A card "
        "shows `value` and `limit` large, then `summary`, `action` (what to do) and `runbook_url`.",
    )
    started_at: Moment | None = Field(None, description="RFC 3339 with an offset; absent: when it arrives.")
    fingerprint: Annotated[str, Field(min_length=1, max_length=FINGERPRINT_LENGTH)] | None = Field(
        None, description="The sender's own identity of the condition; absent: a hash of name and labels."
    )

    def to_signal(self, source: str) -> Signal:
        # Every field was just checked; building it anew would check it all a second time.
        return Signal.model_construct(
            name=self.alert,
            severity=self.severity,
            status=self.status,
            labels=self.labels,
            annotations=self.annotations,
            started_at=self.started_at,
            fingerprint=self.fingerprint or fingerprint_of(self.alert, self.labels),
            source=source,
        )


class Batch(NamedTuple):
    """A request's alerts that can be taken, in their order, and what was wrong with the others."""

    alerts: Sequence[GenericAlert]
    rejected: Sequence[Rejected]

    def to_signals(self, source: str) -> list[Signal]:
        return [alert.to_signal(source) for alert in self.alerts]


_ONE = TypeAdapter(GenericAlert)
_MANY = TypeAdapter(list[GenericAlert])
_NAMES = field_names(GenericAlert)


def parse_batch(body: bytes, batch_limit: int) -> Batch:
    """One alert or an array of them.

    Raises InvalidJson, and Invalid for JSON that is neither, or for too many. A good batch is checked in one step of
    compiled code; only one that fails is taken apart.
    """
    text = without_nul(body)
    try:
        alerts = _MANY.validate_json(text) if text.lstrip()[:1] == b"[" else [_ONE.validate_json(text)]
    except ValidationError:
        return _item_by_item(parse_json(body), batch_limit)
    _check_count(len(alerts), batch_limit)
    return Batch(alerts, ())


def _item_by_item(value: Any, batch_limit: int) -> Batch:
    if not isinstance(value, dict | list):
        raise Invalid("The body must be an alert (an object) or an array of alerts.")
    items = value if isinstance(value, list) else [value]
    _check_count(len(items), batch_limit)
    checked = [_check(index, item) for index, item in enumerate(items)]
    return Batch(
        [each for each in checked if isinstance(each, GenericAlert)],
        [each for each in checked if isinstance(each, Rejected)],
    )


def _check_count(count: int, limit: int) -> None:
    if count > limit:
        raise Invalid(
            f"The request holds {count:,} alerts; at most {limit:,} are taken at a time, and none was stored.",
            hint="Send them in several requests.",
        )


def _check(index: int, item: Any) -> GenericAlert | Rejected:
    try:
        return _ONE.validate_python(item)
    except ValidationError as error:
        return Rejected(index=index, error=explain(error, _NAMES))
