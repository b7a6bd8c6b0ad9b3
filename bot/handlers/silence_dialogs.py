"""The dialogs of silences between what a person typed and what the services say of it."""

from collections.abc import Mapping
from typing import Any

from bot.handlers.context import Context
from bot.services.silences.desk import Drafted
from bot.services.silences.forms import Field, Problems, SilenceForm
from bot.slack.ids import Input
from bot.slack.silence_views import form_view, preview_view
from riskengine.durations import spoken

#: Field → the input that a person fills in.
INPUTS = {Field.FILTER: Input.SILENCE_FILTER, Field.LASTS: Input.SILENCE_LASTS, Field.COMMENT: Input.SILENCE_COMMENT}
_NAMES = {Field.FILTER: "Which alerts", Field.LASTS: "For how long", Field.COMMENT: "Why"}


def filled_form(context: Context, form: SilenceForm, problems: Mapping[Field, str] | None = None) -> dict[str, Any]:
    """The form with what was typed, and on top what is wrong with it."""
    notice = "\n".join(f"{_NAMES[field]}: {problem}" for field, problem in (problems or {}).items())
    return form_view(*form, longest=spoken(context.silences.longest), notice=notice)


def shown_draft(drafted: Drafted) -> dict[str, Any]:
    return preview_view(drafted.silence, drafted.preview)


def form_in(view: Mapping[str, Any]) -> SilenceForm:
    """What stands in a submitted form."""
    values = view["state"]["values"]
    return SilenceForm(*(_typed(values, INPUTS[field]) for field in Field))


def _typed(values: Mapping[str, Any], name: Input) -> str:
    return str(values.get(name, {}).get(name, {}).get("value") or "")


def errors_of(problems: Problems) -> dict[str, str]:
    """What is wrong, at its input."""
    return {INPUTS[field]: problem for field, problem in problems.items()}
