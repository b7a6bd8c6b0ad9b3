"""Load from a process of its own: keep-alive connections that each send the next request once the last is answered.

Written on bare protocols, because a client that costs as much as the server would measure itself.
"""

import argparse
import asyncio
import itertools
import json
import sys
import time
from urllib.parse import urlsplit

SEVERITY = "high"


def alert(number: int, groups: int) -> dict[str, object]:
    """A condition of its own in one of `groups` groups."""
    labels = {"area": "performance", "model": f"model-{number % groups}", "run": str(number)}
    return {"alert": "HighErrorRate", "severity": SEVERITY, "status": "firing", "labels": labels}


class Connection(asyncio.Protocol):
    """One request at a time, until the time is up."""

    def __init__(self, load: "Load") -> None:
        self._load = load
        self._received = b""
        self._begun = 0.0
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: asyncio.Transport = transport  # type: ignore[assignment]
        self._send()

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, blank, body = self._received.partition(b"\r\n\r\n")
        if not blank or len(body) < self._length(head):
            return
        self._load.answered(int(head[9:12]), time.perf_counter() - self._begun)
        self._received = b""
        self._send()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_result(None)

    @staticmethod
    def _length(head: bytes) -> int:
        at = head.lower().index(b"content-length:") + 15
        return int(head[at:].split(b"\r\n", 1)[0])

    def _send(self) -> None:
        request = self._load.next_request()
        if request is None:
            self._transport.close()
        else:
            self._begun = time.perf_counter()
            self._transport.write(request)


class Load:
    def __init__(self, options: argparse.Namespace) -> None:
        self._options = options
        self._numbers = itertools.count(options.first)
        self._until = time.perf_counter() + options.seconds
        self._head = (
            f"POST /v1/alerts HTTP/1.1\r\nHost: riskbot\r\nAuthorization: Bearer {options.token}\r\n"
            "Content-Type: application/json\r\nContent-Length: "
        )
        self.seconds: list[float] = []
        self.statuses: dict[int, int] = {}

    def next_request(self) -> bytes | None:
        if time.perf_counter() > self._until:
            return None
        alerts = [alert(self._number(), self._options.groups) for _ in range(self._options.batch)]
        body = json.dumps(alerts if self._options.batch > 1 else alerts[0])
        return f"{self._head}{len(body)}\r\n\r\n{body}".encode()

    def _number(self) -> int:
        """Repeats go round over as many conditions as there are groups."""
        number = next(self._numbers)
        return number % self._options.groups if self._options.repeat else number

    def answered(self, status: int, seconds: float) -> None:
        self.seconds.append(seconds)
        self.statuses[status] = self.statuses.get(status, 0) + 1

    async def run(self) -> None:
        address = urlsplit(self._options.url)
        loop = asyncio.get_running_loop()
        begun = time.perf_counter()
        made = [
            await loop.create_connection(lambda: Connection(self), address.hostname, address.port)
            for _ in range(self._options.connections)
        ]
        await asyncio.gather(*(protocol.done for _, protocol in made))
        took = time.perf_counter() - begun
        json.dump({"took": took, "statuses": self.statuses, "seconds": self.seconds}, sys.stdout)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--url", required=True)
    parser.add_argument("--token", required=True)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--groups", type=int, default=50)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--repeat", action="store_true")
    parser.add_argument("--seconds", type=float, default=10)
    asyncio.run(Load(parser.parse_args()).run())


if __name__ == "__main__":
    main()
