"""The workspace on disk, so that it survives the death of its process.

Records are (kind, key) → JSON. A call's changes are one transaction, committed before the call is answered: what a
client saw acknowledged is there after SIGKILL. `synchronous=OFF` leaves the pages to the operating system, so a commit
costs some 30 µs and never waits for the disk; only a power cut could lose the last seconds. That is why it runs on the
event loop: handing it to a thread costs more than the write itself.
"""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from bot.sandbox.wire import Json, dumps

_SCHEMA = "CREATE TABLE IF NOT EXISTS records (kind TEXT, key TEXT, body TEXT, PRIMARY KEY (kind, key)) WITHOUT ROWID"
_PUT = "INSERT INTO records VALUES (?, ?, ?) ON CONFLICT (kind, key) DO UPDATE SET body = excluded.body"
_DROP = "DELETE FROM records WHERE kind = ? AND key = ?"


class MemoryStore:
    """Keeps nothing: the workspace ends with its process."""

    def put(self, kind: str, key: str, record: Json) -> None:
        pass

    def drop(self, kind: str, key: str) -> None:
        pass

    def load(self, _kind: str) -> Iterator[tuple[str, Json]]:
        yield from ()

    def flush(self) -> None:
        pass

    def clear(self) -> None:
        pass

    def close(self) -> None:
        pass


class FileStore(MemoryStore):
    """One SQLite file, used from the sandbox's loop only."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Opened by the thread that builds the server, used by the loop's thread; never by two at once.
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=OFF")
        self._connection.execute(_SCHEMA)
        self._pending: dict[tuple[str, str], Json | None] = {}

    def put(self, kind: str, key: str, record: Json) -> None:
        self._pending[kind, key] = record

    def drop(self, kind: str, key: str) -> None:
        self._pending[kind, key] = None

    def load(self, kind: str) -> Iterator[tuple[str, Json]]:
        rows = self._connection.execute("SELECT key, body FROM records WHERE kind = ? ORDER BY key", (kind,))
        for key, body in rows:
            yield key, json.loads(body)

    def flush(self) -> None:
        """Commit what has changed since the last flush."""
        if not self._pending:
            return
        pending, self._pending = self._pending, {}
        self._connection.execute("BEGIN IMMEDIATE")
        for (kind, key), record in pending.items():
            if record is None:
                self._connection.execute(_DROP, (kind, key))
            else:
                self._connection.execute(_PUT, (kind, key, dumps(record)))
        self._connection.execute("COMMIT")

    def clear(self) -> None:
        self._pending.clear()
        self._connection.execute("DELETE FROM records")

    def close(self) -> None:
        self.flush()
        self._connection.close()
