"""JSON as it goes over the wire."""

import json
from typing import Any

Json = dict[str, Any]

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=str).encode


def dumps(value: object) -> str:
    return _encode(value)
