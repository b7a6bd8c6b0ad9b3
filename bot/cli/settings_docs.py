"""Writes docs/configuration.md from the settings: `python -m bot.cli.settings_docs > docs/configuration.md`."""

import sys
from collections.abc import Iterator
from datetime import timedelta
from enum import Enum
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from bot.settings import PREFIX, Settings
from riskengine.durations import written
from riskengine.response.matchers import Matcher

INTRODUCTION = """\
# Configuration

<!-- Generated: python -m bot.cli.settings_docs > docs/configuration.md -->

Settings stand in `riskbot.yml` (another file: `--config FILE` or `RISKBOT_CONFIG`). Each can be given by its
environment variable too, which wins over the file; lists and mappings are written there as YAML in one line,
`[U0123, '@oncall']`. Durations are written `15s`, `30m`, `1h30m`, `2d`. An unknown key is an error that names the
nearest known one; `riskbot check` examines all of it.
"""

_WORDS = {str: "text", int: "whole number", float: "number", bool: "yes or no", SecretStr: "secret"}


def settings_page() -> str:
    """The whole page."""
    parts = [INTRODUCTION]
    for path, model in _sections(Settings, ()):
        title = f"`{'.'.join(path)}`" if path else "Top level"
        rows = [_row(path, name, field) for name, field in model.model_fields.items() if not _section(field)]
        table = ["| key | environment variable | type | default | what it is |", "|---|---|---|---|---|", *rows]
        parts.append(f"## {title}\n\n{_about(model)}\n\n" + "\n".join(table) + "\n")
    return "\n".join(parts)


def _sections(model: type[BaseModel], path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], type[BaseModel]]]:
    """The model and every section below it; items of lists come after the section that has the list."""
    yield path, model
    for name, field in model.model_fields.items():
        if (section := _section(field)) is not None:
            yield from _sections(section, (*path, name))
        elif (item := _item_model(field.annotation)) is not None:
            yield from _sections(item, (*path, f"{name}[]"))


def _section(field: FieldInfo) -> type[BaseModel] | None:
    annotation: Any = field.annotation
    return annotation if isinstance(annotation, type) and issubclass(annotation, BaseModel) else None


def _item_model(annotation: Any) -> type[BaseModel] | None:
    models = (each for each in get_args(annotation) if isinstance(each, type) and issubclass(each, BaseModel))
    return next((each for each in models if each is not Matcher), None)


def _about(model: type[BaseModel]) -> str:
    return (model.__doc__ or "").strip()


def _row(path: tuple[str, ...], name: str, field: FieldInfo) -> str:
    in_list = any(part.endswith("[]") for part in path)
    variable = "" if in_list else f"`{PREFIX}{'__'.join([*path, name]).upper()}`"
    cells = [f"`{name}`", variable, _type_words(field.annotation), _default(field), field.description or ""]
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _type_words(annotation: Any) -> str:
    if get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return " or ".join(f"`{each}`" for each in inner)
    if origin in {UnionType, Union}:
        return " or ".join(_type_words(each) for each in inner if each is not NoneType)
    if origin is tuple and inner[0] is Matcher:
        return "filter, like `area=providers severity=~critical|high`"
    if origin in {tuple, list, frozenset}:
        return f"list of {_type_words(inner[0])}"
    if origin is dict:
        return f"mapping of {_type_words(inner[0])} to {_type_words(inner[1])}"
    return _class_words(annotation)


def _class_words(annotation: type) -> str:
    if annotation is timedelta:
        return "duration"
    if issubclass(annotation, Enum):
        return " or ".join(f"`{each.value}`" for each in annotation)
    if issubclass(annotation, BaseModel):
        return "entries as below"
    return _WORDS.get(annotation, annotation.__name__)


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    default = field.get_default(call_default_factory=True)
    if isinstance(default, SecretStr):
        default = default.get_secret_value()
    if default in ("", (), {}, None):
        return "none"
    if isinstance(default, timedelta):
        return f"`{written(default)}`"
    if isinstance(default, dict):
        return f"`{', '.join(default)}`"
    if isinstance(default, tuple | list):
        return f"`[{', '.join(str(each) for each in default)}]`"
    return f"`{str(default).lower() if isinstance(default, bool) else default}`"


if __name__ == "__main__":
    sys.stdout.write(settings_page())
