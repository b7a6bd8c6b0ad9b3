"""Moments as senders write them: RFC 3339 with an offset, and of this century."""

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

#: Outside of these a sender's clock is broken; within them no time zone can leave the years that Python knows.
EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)

_RFC3339 = r"^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$"
_EXPLANATION = "Input should be a time in RFC 3339 with an offset, like 2026-03-01T12:00:00Z"


class _Rfc3339:
    """Pydantic by itself reads `1700000000` and dates as times, too; this refuses them without a line of Python."""

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        written = core_schema.custom_error_schema(
            core_schema.str_schema(strict=True, pattern=_RFC3339, max_length=64),
            custom_error_type="rfc3339",
            custom_error_message=_EXPLANATION,
        )
        read = core_schema.datetime_schema(tz_constraint="aware", ge=EARLIEST, lt=LATEST)
        made = core_schema.datetime_schema(tz_constraint="aware", ge=EARLIEST, lt=LATEST, strict=True)
        text = core_schema.chain_schema([written, read])
        python = core_schema.tagged_union_schema({"made": made, "text": text}, _kind)
        return core_schema.json_or_python_schema(text, python, serialization=None)

    @classmethod
    def __get_pydantic_json_schema__(cls, _schema: CoreSchema, _handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"type": "string", "format": "date-time"}


def _kind(value: object) -> str:
    return "made" if isinstance(value, datetime) else "text"


#: An aware moment between EARLIEST and LATEST, in whatever offset it was written.
Moment = Annotated[datetime, _Rfc3339]
