"""Files as the workspace shows them: their shape, their own addresses, and the picture blocks that name them."""

from collections.abc import Iterator
from mimetypes import guess_type

from bot.sandbox.constants import BOT_USER_ID
from bot.sandbox.wire import Json

#: What an image block may show of an uploaded file.
_PICTURES = ("image/png", "image/jpeg", "image/gif")


def kind_of(record: Json) -> str:
    return guess_type(record["name"])[0] or "application/octet-stream"


def shape(base_url: str, file_id: str, record: Json) -> Json:
    """As files.info shows it. The private address asks for the app's token."""
    name = record["name"]
    url = f"{base_url}/files/{file_id}/{name}"
    created = int(record.get("completed_at") or 0)
    return {
        "id": file_id,
        "name": name,
        "title": record["title"],
        "mimetype": kind_of(record),
        "filetype": name.rpartition(".")[2] if "." in name else "",
        "size": record["length"],
        "created": created,
        "timestamp": created,
        "mode": "hosted",
        "is_external": False,
        "is_public": bool(record.get("channels")),
        "channels": list(record.get("channels", ())),
        "user": record.get("user", BOT_USER_ID),
        "url_private": url,
        "url_private_download": url,
        "permalink": url,
    }


def is_picture(record: Json) -> bool:
    return kind_of(record) in _PICTURES


def named_files(value: object, at: str) -> Iterator[tuple[str, Json]]:
    """Each `slack_file` below a value, with its JSON pointer."""
    if isinstance(value, dict):
        if isinstance(value.get("slack_file"), dict):
            yield f"{at}/slack_file", value["slack_file"]
        for key, inner in value.items():
            yield from named_files(inner, f"{at}/{key}")
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from named_files(inner, f"{at}/{index}")
