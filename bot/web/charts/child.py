"""The drawing process: reads charts from standard input, writes pictures to standard output, ends when idle.

`python -m bot.web.charts.child SECONDS`. A request is a length of four bytes and a chart in JSON; an answer is a byte
(0 for a picture, 1 for what went wrong), a length, and so many bytes. The end of the input, which is also the end of
riskbot, ends it.
"""

import os
import select
import struct
import sys
from typing import BinaryIO

from riskengine.pictures import DRAWABLE

LENGTH = struct.Struct(">I")
PICTURE, TROUBLE = b"\0", b"\1"
#: Behind everything that answers people.
NICENESS = 10


def main(idle_seconds: float) -> int:
    os.nice(NICENESS)
    # What a library prints must not end up among the pictures.
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    while select.select([0], [], [], idle_seconds)[0]:
        request = _read()
        if request is None:
            return 0
        kind, body = _answer(request)
        _write(out, kind, body)
    return 0


def _answer(request: bytes) -> tuple[bytes, bytes]:
    try:
        from bot.web.charts.drawing import draw

        return PICTURE, draw(DRAWABLE.validate_json(request))
    # Whatever is wrong with one chart, the next one may be drawn; the parent logs what is said here.
    except Exception as error:  # noqa: BLE001
        return TROUBLE, f"{type(error).__name__}: {error}".encode()[:2000]


def _read() -> bytes | None:
    header = _exactly(LENGTH.size)
    return _exactly(LENGTH.unpack(header)[0]) if header else None


def _exactly(count: int) -> bytes | None:
    """So many bytes, or None where the input ends; unbuffered, since `select` sees no buffer."""
    parts = b""
    while len(parts) < count:
        part = os.read(0, count - len(parts))
        if not part:
            return None
        parts += part
    return parts


def _write(out: BinaryIO, kind: bytes, body: bytes) -> None:
    out.write(kind + LENGTH.pack(len(body)) + body)
    out.flush()


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1])))
