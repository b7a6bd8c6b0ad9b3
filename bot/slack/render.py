"""Templates to Slack's JSON: one file per message, one model in, `{text, blocks}` or a view out.

Jinja's autoescape stays off: it escapes for HTML, which is wrong here. User text stands in plain_text and rich text,
where nothing has a meaning; where it must stand in mrkdwn it passes the `mrkdwn` filter. Every value passes `tojson`.
"""

import json
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from jinja2 import FileSystemLoader, StrictUndefined, TemplateError, TemplateNotFound
from jinja2.sandbox import ImmutableSandboxedEnvironment
from pydantic import BaseModel

from bot.errors import RiskbotError
from bot.paths import TEMPLATES
from bot.slack import text
from riskengine.durations import spoken


class TemplateBroken(RiskbotError):
    """A message template cannot be rendered."""

    code = "template"
    hint = "Mend the file in templates/; the message went out as plain text meanwhile."


def render(template: str, model: BaseModel | dict[str, Any]) -> dict[str, Any]:
    """Render `templates/<template>.json.j2`; raises TemplateBroken naming the template and what is wrong."""
    values = dict(model) if isinstance(model, BaseModel) else model
    try:
        written = _environment().get_template(f"{template}.json.j2").render(values)
        rendered = json.loads(written)
    except TemplateNotFound as error:
        raise TemplateBroken(f"There is no template {error.name}.") from error
    except (TemplateError, TypeError) as error:
        # A missing value raises TypeError when it meets `tojson`, and UndefinedError elsewhere.
        raise TemplateBroken(f"Template {template}: {error}") from error
    except json.JSONDecodeError as error:
        near = written[max(0, error.pos - 60) : error.pos + 20]
        raise TemplateBroken(f"Template {template} gives no JSON: {error.msg} near {near!r}") from error
    message: dict[str, Any] = _without_gaps(rendered)
    return message


@lru_cache(maxsize=1)
def _environment() -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(TEMPLATES), undefined=StrictUndefined, autoescape=False, trim_blocks=True
    )
    environment.policies["json.dumps_kwargs"] = {"ensure_ascii": False, "sort_keys": False}
    environment.policies["json.dumps_function"] = _dumps
    environment.filters.update(
        mrkdwn=text.mrkdwn,
        plain=text.plain,
        mention=text.mention,
        date_token=text.date_token,
        rich=text.rich_text,
        unix=_unix,
        utc=_utc,
        spoken_seconds=_spoken_seconds,
    )
    return environment


def _dumps(value: object, **options: Any) -> str:
    """Jinja's own dumper escapes `<`, `>`, `&` and `'` for HTML pages; Slack would show those escapes to people."""
    return json.dumps(value, **options)


def _unix(moment: datetime) -> int:
    return int(moment.timestamp())


def _utc(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def _spoken_seconds(seconds: float) -> str:
    return spoken(timedelta(seconds=seconds))


def _without_gaps(value: Any) -> Any:
    """Drop the nulls that stand where a template left something out, so that lists need no care with commas."""
    if isinstance(value, list):
        return [_without_gaps(each) for each in value if each is not None]
    if isinstance(value, dict):
        return {name: _without_gaps(each) for name, each in value.items() if each is not None}
    return value
