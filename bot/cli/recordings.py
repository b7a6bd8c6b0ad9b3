"""Recorded telemetry, read from files: our own NDJSON, or a CSV of timestamps and tokens."""

import csv
import math
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from random import Random
from typing import NamedTuple, TextIO

from pydantic import ValidationError

from bot.errors import WrongUse
from bot.ingest.explain import explain, field_names
from riskengine.moments import EARLIEST, LATEST
from riskengine.telemetry import ONE_CALL, ModelCall

#: Column → what it holds; the names of Azure's public traces, in any order and case.
COLUMNS = {"timestamp": "TIMESTAMP", "contexttokens": "ContextTokens", "generatedtokens": "GeneratedTokens"}

#: The latencies that a CSV has not, made up: until the first token a start and the reading, then the writing.
START_SECONDS = 0.15
READ_TOKENS_PER_SECOND = 8_000
WRITTEN_TOKENS_PER_SECOND = 60
SPREAD = 0.25
MADE_UP = (
    f"the file has no latencies, so they are made up: the first token comes after {START_SECONDS:g} s and 1 s for each "
    f"{READ_TOKENS_PER_SECOND:,} tokens read, then {WRITTEN_TOKENS_PER_SECOND} tokens a second are written, both times "
    f"log-normal noise (sigma {SPREAD:g}) seeded by the call's id; no errors and no costs are made up"
)

#: What the calls of a CSV are told as, unless another model is named.
MODEL = "glm-4.5"

_NAMES = field_names(ModelCall)


class Told(NamedTuple):
    """What a CSV does not say of its calls, or what is said instead of the recorded model."""

    model: str | None
    provider: str


def is_csv(path: Path) -> bool:
    """Whether the file is a table; anything else is taken for one JSON object a line."""
    with _open(path) as file:
        return not file.readline().lstrip("\ufeff \t").startswith("{")


def read(path: Path, told: Told) -> Iterator[ModelCall]:
    """The calls in the order of the file.

    Raises WrongUse naming file and line for the first one that cannot be understood.
    """
    return _from_csv(path, told) if is_csv(path) else _from_lines(path, told)


def _open(path: Path) -> TextIO:
    try:
        return path.open(encoding="utf-8", newline="")
    except OSError as error:
        raise WrongUse(f"{path} cannot be read: {error.strerror}.") from error


def _from_lines(path: Path, told: Told) -> Iterator[ModelCall]:
    with _open(path) as file:
        for number, line in _numbered(path, file):
            try:
                call = ONE_CALL.validate_json(line)
            except ValidationError as error:
                raise _wrong(path, number, explain(error, _NAMES)) from None
            yield call if told.model is None else _renamed(call, told.model)


def _numbered(path: Path, file: Iterator[str]) -> Iterator[tuple[int, str]]:
    try:
        yield from ((number, line) for number, line in enumerate(file, 1) if line.strip())
    except UnicodeDecodeError as error:
        raise WrongUse(f"{path} is not UTF-8: {error.reason} at byte {error.start}.") from None


def _renamed(call: ModelCall, model: str) -> ModelCall:
    """The call as one of another model: another call, so under another id, the same one every time."""
    return call.model_copy(update={"model": model, "id": _id(call.id, model)})


def _from_csv(path: Path, told: Told) -> Iterator[ModelCall]:
    with _open(path) as file:
        lines = _numbered(path, file)
        places = _places(path, _cells(next(lines, (1, ""))[1]))
        for number, line in lines:
            cells = _cells(line)
            yield _from_row(path, number, [cells[at] if at < len(cells) else "" for at in places], told)


def _cells(line: str) -> list[str]:
    return next(csv.reader([line]), [])


def _places(path: Path, head: list[str]) -> list[int]:
    found = [name.strip().lstrip("\ufeff").lower() for name in head]
    missing = [shown for name, shown in COLUMNS.items() if name not in found]
    if missing:
        raise _wrong(
            path, 1, f"the columns {', '.join(missing)} are missing; found {', '.join(head) or 'nothing'}",
            "A recording is NDJSON of model calls as POST /v1/telemetry/calls takes them, or a CSV with these columns.",
        )  # fmt: skip
    return [found.index(name) for name in COLUMNS]


def _from_row(path: Path, number: int, row: list[str], told: Told) -> ModelCall:
    model = told.model or MODEL
    try:
        at, read_tokens, written_tokens = (
            _moment(row[0]),
            _count("ContextTokens", row[1]),
            _count("GeneratedTokens", row[2]),
        )
        # The place in the file tells two calls of one moment and size apart.
        call_id = _id(str(number), *row, model, told.provider)
        first_token, duration = latencies(call_id, read_tokens, written_tokens)
        return ModelCall(
            id=call_id,
            at=at,
            model=model,
            provider=told.provider,
            duration_seconds=duration,
            time_to_first_token_seconds=first_token,
            input_tokens=read_tokens,
            output_tokens=written_tokens,
        )
    except ValidationError as error:
        raise _wrong(path, number, explain(error, _NAMES)) from None
    except ValueError as error:
        raise _wrong(path, number, str(error)) from None


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise ValueError(f"TIMESTAMP {text!r} is no time like 2023-11-16 18:15:46.6805900") from None
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    if not EARLIEST <= moment < LATEST:
        raise ValueError(f"TIMESTAMP {text!r} is not between the years {EARLIEST:%Y} and {LATEST:%Y}")
    return moment


def _count(name: str, text: str) -> int:
    if not text.strip().isdecimal():
        raise ValueError(f"{name} {text!r} is no whole number")
    return int(text)


def latencies(seed: str, read_tokens: int, written_tokens: int) -> tuple[float, float]:
    """Seconds until the first token and until the last; the same seed gives the same ones."""
    random = Random(seed)  # noqa: S311 - no secret
    first = (START_SECONDS + read_tokens / READ_TOKENS_PER_SECOND) * math.exp(random.gauss(0, SPREAD))
    writing = written_tokens / WRITTEN_TOKENS_PER_SECOND * math.exp(random.gauss(0, SPREAD))
    return round(first, 6), round(first + writing, 6)


def _id(*parts: str) -> str:
    return f"replay-{blake2b(chr(0).join(parts).encode(), digest_size=12).hexdigest()}"


def _wrong(path: Path, number: int, what: str, hint: str = "") -> WrongUse:
    return WrongUse(f"{path}, line {number}: {what}.", hint=hint or "Nothing was sent.")
