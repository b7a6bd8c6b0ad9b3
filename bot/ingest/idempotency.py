"""What makes the repetition of a request known as one."""

import hashlib

from bot.ingest.endpoint import Call

HEADER = "Idempotency-Key"


def repeatable_id(call: Call, *about: str) -> str | None:
    """The same id for every repetition of a request; None when its sender gave no key.

    Keys of different tokens never meet, nor do those of requests about different things.
    """
    given = call.headers.get(HEADER)
    if not given:
        return None
    written = "\0".join([call.caller.prefix, *about, given])
    return f"api:{hashlib.sha256(written.encode()).hexdigest()}"
