"""What a message may contain: text, blocks and metadata, checked and completed as Slack does."""

import json
import re
import secrets

from bot.sandbox.constants import METADATA_LIMIT_BYTES, TEXT_TRUNCATED_AT, VIEW_LIMIT_BYTES
from bot.sandbox.errors import SlackRefusal
from bot.sandbox.parsing import Arguments
from bot.sandbox.reachable import unreachable_pictures
from bot.sandbox.wire import Json, dumps
from bot.slack.blocks import MESSAGE_CHARACTERS, BlockError, characters, check_blocks, check_view

#: What Slack puts as text where an app sent blocks alone.
NO_FALLBACK = "This content can't be displayed."
_WITH_ACTION_ID = {
    "button",
    "checkboxes",
    "datepicker",
    "datetimepicker",
    "email_text_input",
    "file_input",
    "number_input",
    "overflow",
    "plain_text_input",
    "radio_buttons",
    "rich_text_input",
    "timepicker",
    "url_text_input",
    "workflow_button",
}

#: Mentions, dates and links; the ampersands of entities.
_MARKUP = re.compile(r"(<(?:[@#!][^<>\s]|[a-z][a-z+.-]*:)[^<>]*>)", re.IGNORECASE)
_BARE = re.compile(r"&(?!(?:amp|lt|gt);)")


def read_content(arguments: Arguments, *, text_limit: int | None = None) -> Json:
    """The given ones of text, blocks, attachments and metadata; raises SlackRefusal for what Slack would not take."""
    content: Json = {}
    if arguments.has("markdown_text"):
        if arguments.has("text") or arguments.has("blocks"):
            raise SlackRefusal("markdown_text_conflict")
        content["blocks"] = read_blocks([{"type": "markdown", "text": arguments.text("markdown_text")}])
        content["text"] = arguments.text("markdown_text")
    if arguments.has("text"):
        content["text"] = _text(arguments.text("text"), text_limit)
    if arguments.has("blocks"):
        content["blocks"] = read_blocks(arguments.parsed("blocks", "invalid_blocks_format"))
    if arguments.has("attachments"):
        content["attachments"] = _attachments(arguments.parsed("attachments", "invalid_attachments"))
    if arguments.has("metadata"):
        content["metadata"] = read_metadata(arguments.parsed("metadata", "invalid_metadata_format"))
    return content


def require_content(content: Json) -> None:
    """A message needs some text, a block or an attachment."""
    if not content.get("blocks") and not content.get("attachments") and not content.get("text", "").strip():
        raise SlackRefusal("no_text")
    if not content.get("text"):
        content["text"] = NO_FALLBACK if content.get("blocks") else ""


def _text(text: str, limit: int | None) -> str:
    if limit is not None and len(text) > limit:
        raise SlackRefusal("msg_too_long")
    return escaped(text[:TEXT_TRUNCATED_AT])


def escaped(text: str) -> str:
    """As Slack keeps it: signs that are no markup of its own become entities, entities stay."""
    parts = _MARKUP.split(text)
    return "".join(part if _MARKUP.fullmatch(part) else _entities(part) for part in parts)


def _entities(text: str) -> str:
    return _BARE.sub("&amp;", text).replace("<", "&lt;").replace(">", "&gt;")


def read_blocks(blocks: object) -> list[Json]:
    if not isinstance(blocks, list):
        raise SlackRefusal("invalid_blocks_format")
    if not blocks:
        # An empty list is how chat.update takes blocks away.
        return []
    if errors := check_blocks(blocks, "message"):
        raise invalid_blocks(errors)
    if characters(blocks) > MESSAGE_CHARACTERS:
        raise SlackRefusal("msg_blocks_too_long")
    if flaws := _not_downloaded(blocks, "/blocks"):
        raise _invalid_blocks(flaws)
    return complete_blocks(blocks)


def _not_downloaded(blocks: list[Json], at: str) -> list[str]:
    return [f"downloading image failed [json-pointer:{where}]" for where in unreachable_pictures(blocks, at)]


def invalid_blocks(errors: list[BlockError]) -> SlackRefusal:
    return _invalid_blocks([str(error) for error in errors])


def _invalid_blocks(shown: list[str]) -> SlackRefusal:
    return SlackRefusal("invalid_blocks", fields={"errors": shown, "response_metadata": as_log(shown)})


def as_log(shown: list[str]) -> Json:
    return {"messages": [f"[ERROR] {text}" for text in shown]}


def read_view(value: object) -> Json:
    """A checked view with its ids filled in. Raises invalid_arguments with a pointer into the view."""
    if not isinstance(value, dict):
        raise SlackRefusal("invalid_arguments")
    flaws = [str(each) for each in check_view(value)]
    if flaws := flaws or _not_downloaded(value["blocks"], "/view/blocks"):
        raise SlackRefusal("invalid_arguments", fields={"response_metadata": as_log(flaws)})
    if len(dumps(value).encode()) > VIEW_LIMIT_BYTES:
        raise SlackRefusal("view_too_large")
    return value | {"blocks": complete_blocks(value.get("blocks", []))}


def complete_blocks(blocks: list[Json]) -> list[Json]:
    """Slack names each block and each interactive element that came without a name."""
    for block in blocks:
        block.setdefault("block_id", secrets.token_urlsafe(4)[:5])
        accessory, element = block.get("accessory"), block.get("element")
        elements = block.get("elements") if block.get("type") == "actions" else None
        for candidate in (accessory, element, *(elements or ())):
            if isinstance(candidate, dict) and _is_interactive(str(candidate.get("type"))):
                candidate.setdefault("action_id", secrets.token_urlsafe(4)[:5])
    return blocks


def _is_interactive(element_type: str) -> bool:
    return element_type in _WITH_ACTION_ID or element_type.endswith("_select")


def _attachments(value: object) -> list[Json]:
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise SlackRefusal("invalid_attachments")
    if len(value) > 100:  # noqa: PLR2004 - the documented cap
        raise SlackRefusal("too_many_attachments")
    for number, attachment in enumerate(value, start=1):
        attachment.setdefault("id", number)
        if "blocks" in attachment:
            attachment["blocks"] = read_blocks(attachment["blocks"])
    return value


def read_metadata(value: object) -> Json:
    """`{}` takes the metadata away; anything else needs event_type and an object event_payload."""
    if value == {}:
        return {}
    if not isinstance(value, dict) or set(value) - {"event_type", "event_payload", "entities"}:
        raise SlackRefusal("invalid_metadata_format")
    event_type, payload = value.get("event_type"), value.get("event_payload")
    if not isinstance(event_type, str) or not event_type or not isinstance(payload, dict):
        raise SlackRefusal("invalid_metadata_format")
    if len(json.dumps(value).encode()) > METADATA_LIMIT_BYTES:
        raise SlackRefusal("metadata_too_large")
    return {"event_type": event_type, "event_payload": payload}
