"""Moments as senders write them: RFC 3339 with an offset, and of this century."""

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue

#: Outside of these a sender's clock is broken; within them no time zone can leave the years that Python knows.
EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)

_RFC3339 = r"^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$"
_EXPLANATION = "Input should be a time in RFC 3339 with an offset, like 2026-03-01T12:00:00Z"


class _Rfc3339:
    """Pydantic by itself reads `1700000000` and dates as times, too; this refuses them.

    A validator in Python would make the check of a model call a third slower. So the steps are told to pydantic's
    compiled half in its own terms, which are plain dictionaries.
    """

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: GetCoreSchemaHandler) -> Any:
        written = {
            "type": "custom-error",
            "schema": {"type": "str", "strict": True, "pattern": _RFC3339, "max_length": 64},
            "custom_error_type": "rfc3339",
            "custom_error_message": _EXPLANATION,
        }
        read = {"type": "datetime", "tz_constraint": "aware", "ge": EARLIEST, "lt": LATEST}
        text = {"type": "chain", "steps": [written, read]}
        choices = {"made": {**read, "strict": True}, "text": text}
        python = {"type": "tagged-union", "choices": choices, "discriminator": _kind}
        return {"type": "json-or-python", "json_schema": text, "python_schema": python}

    @classmethod
    def __get_pydantic_json_schema__(cls, _schema: Any, _handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"type": "string", "format": "date-time"}


def _kind(value: object) -> str:
    return "made" if isinstance(value, datetime) else "text"


#: An aware moment between EARLIEST and LATEST, in whatever offset it was written.
Moment = Annotated[datetime, _Rfc3339]
