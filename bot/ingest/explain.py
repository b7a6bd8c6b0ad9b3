"""Says what is wrong with what was sent: path, fault, and the name that was probably meant."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError

from bot.ingest.text import nearest, printable

#: Faults told of one item; after those the reader has understood.
TOLD = 5
#: pydantic's mark in the path of a mapping's key.
_KEY = "[key]"

#: How pydantic writes one of several allowed words: by our name of it, and then the word in quotes.
_WORD_OF_OURS = re.compile(r"<[\w.]+: ('[^']*')>")

_SENTENCES = {
    "missing": "is missing",
    "string_type": "must be text",
    "dict_type": "must be an object",
    "model_type": "must be an object",
    "string_too_short": "must not be empty",
    "string_unicode": "holds half a surrogate pair, which is no character",
}


def explain(error: ValidationError, known: Iterable[str]) -> str:
    """One sentence part for each fault; `known` are the names that the outermost object may have."""
    faults = error.errors(include_url=False, include_input=False)
    told = [_fault(fault, known) for fault in faults[:TOLD]]
    more = [f"and {len(faults) - TOLD} more"] if len(faults) > TOLD else []
    return "; ".join([*told, *more])


def field_names(model: type[BaseModel]) -> list[str]:
    return [field.alias or name for name, field in model.model_fields.items()]


def _fault(fault: Any, known: Iterable[str]) -> str:
    path: Sequence[Any] = [part for part in fault["loc"] if part != _KEY]
    where = ".".join(printable(str(part)) for part in path)
    if fault["type"] == "extra_forbidden":
        return f"{where} is no known field{nearest(str(path[-1]), known if len(path) == 1 else ())}"
    said = _SENTENCES.get(fault["type"]) or _lower(fault["msg"].removeprefix("Value error, "))
    return f"{where} {said}" if where else f"it {said}"


def _lower(sentence: str) -> str:
    """The sentences of pydantic begin with *Input should*; ours go on after the field's name."""
    plain = _WORD_OF_OURS.sub(r"\1", sentence)
    return plain.removeprefix("Input ").removeprefix("String ").replace("Invalid JSON:", "is no JSON:")
