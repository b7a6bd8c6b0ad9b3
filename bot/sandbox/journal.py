"""What passed over the wire: each Web API call and each envelope, the newest some thousands."""

from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import islice

from bot.sandbox.delivery import Ack
from bot.sandbox.wire import Json

_KEPT = 10_000


class Journal:
    def __init__(self) -> None:
        self._entries: deque[Json] = deque(maxlen=_KEPT)
        self._seq = 0
        self.watchers: list[Callable[[Json], None]] = []

    def add(self, kind: str, method: str, at: float, **fields: object) -> Json:
        """`kind` is `call` or `envelope`; `at` Unix seconds. Absent values are left out."""
        self._seq += 1
        known = {name: value for name, value in fields.items() if value is not None}
        entry = {
            "seq": self._seq,
            "kind": kind,
            "method": method,
            "at": datetime.fromtimestamp(at, UTC).isoformat(),
            **known,
        }
        self._entries.append(entry)
        self.tell(entry)
        return entry

    def acknowledged(self, entry: Json, ack: Ack) -> None:
        """Complete an envelope's entry; until then it has no `ok`."""
        entry |= {"ok": ack.acknowledged, "ms": ack.ms}
        entry |= {"error": ack.failure.value} if ack.failure else {}
        entry |= {"answer": ack.payload} if ack.payload else {}
        self.tell(entry)

    def tell(self, entry: Json) -> None:
        """To the pages that watch, of a new entry or a changed one (same seq)."""
        for watcher in self.watchers:
            watcher(entry)

    def entries(self, kind: str | None = None, *, after: int = 0) -> list[Json]:
        """Oldest first; `after` leaves out those up to that seq."""
        return [entry for entry in self._entries if entry["seq"] > after and kind in (None, entry["kind"])]

    def latest(self, count: int) -> list[Json]:
        return list(islice(reversed(self._entries), count))[::-1]

    def clear(self) -> None:
        self._entries.clear()
