"""Structured logs on the standard library: one JSON object a line, or a readable line on a terminal.

Neither shows a secret. What a call passes as `extra` (action, approval_id, duration_seconds) becomes a key of the
entry.
"""

import json
import logging
import sys
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, TextIO

from bot.redaction import redact, redact_named

__all__ = ["configure_logging", "redact"]

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "color_message"}
#: At DEBUG these print whole payloads: tokens, response_urls and what people wrote.
_TALKATIVE = ("slack_sdk", "slack_bolt", "websockets", "aiohttp", "httpcore", "hpack")
#: These tell of every bell, start and step at INFO; an operator wants to hear of their troubles only.
_CHATTY = ("apscheduler", "httpx", "uvicorn", "alembic", "slack_sdk", "slack_bolt")
_FOLDERS = tuple(f"/{name}/" for name in _TALKATIVE)


class _NoPayloads(logging.Filter):
    """Stops DEBUG of the talkative libraries, also when they were given a logger of ours to write to."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.levelno >= logging.INFO:
            return True
        path = record.pathname.replace("\\", "/")
        return record.name.partition(".")[0] not in _TALKATIVE and not any(folder in path for folder in _FOLDERS)


def _entry(record: logging.LogRecord) -> dict[str, Any]:
    """The entry without secrets. The time is when the call was made, not when the line is written."""
    entry: dict[str, Any] = {
        "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
        "level": record.levelname,
        "logger": record.name,
        "message": redact(record.getMessage()),
    }
    for key, value in vars(record).items():
        if key not in _STANDARD:
            # An extra may not pose as one of the four above.
            entry[f"{key}_" if key in entry else key] = redact_named(key, value)
    exception = "".join(_exception(record))
    return {**entry, "exception": redact(exception)} if exception else entry


def _exception(record: logging.LogRecord) -> Iterator[str]:
    if record.exc_info and record.exc_info[0] is not None:
        yield from traceback.format_exception(*record.exc_info)
    elif record.exc_text:
        yield record.exc_text
    if record.stack_info:
        yield record.stack_info


class JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return json.dumps(_entry(record), ensure_ascii=False)


class ReadableFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        entry = _entry(record)
        time, level, logger, message = (str(entry.pop(key)) for key in ("time", "level", "logger", "message"))
        exception = str(entry.pop("exception", ""))
        extras = "".join(f" {key}={_shown(value)}" for key, value in entry.items())
        line = f"{time} {level:<7} {logger}: {_one_line(message)}{extras}"
        return f"{line}\n{exception.rstrip()}" if exception else line


def _shown(value: object) -> str:
    return _one_line(value) if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _one_line(text: str) -> str:
    """Control characters spelt out, so that a message can neither forge a second entry nor steer the terminal."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


class _Handler(logging.StreamHandler[TextIO]):
    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the name is logging's
        """The standard answer prints the raw arguments, secrets included; name the place instead."""
        kind = sys.exc_info()[0]
        sys.stderr.write(
            f"A log entry from {record.pathname}:{record.lineno} could not be written ({kind and kind.__name__}).\n"
        )


def configure_logging(*, level: str | int, json: bool, stream: TextIO | None = None) -> None:
    """Sends all logs to `stream` (standard error by default). May be called again; the last call holds."""
    root = logging.getLogger()
    for old in [handler for handler in root.handlers if isinstance(handler, _Handler)]:
        root.removeHandler(old)
    handler = _Handler(stream or sys.stderr)
    handler.setFormatter(JsonFormatter() if json else ReadableFormatter())
    handler.addFilter(_NoPayloads())
    root.addHandler(handler)
    root.setLevel(level)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(max(root.level, logging.INFO))
    for name in _CHATTY:
        logging.getLogger(name).setLevel(max(root.level, logging.WARNING))
    logging.captureWarnings(capture=True)
