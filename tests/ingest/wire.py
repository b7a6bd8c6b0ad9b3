"""HTTP as it is written on a connection, for what no client would send, or not in these packets."""

import asyncio
import json

from tests.ingest.test_telemetry import CALL, PATH

JSON = {"Content-Type": "application/json"}


def written(path, body: bytes, token: str | None, headers=JSON, method="POST", version="1.1") -> bytes:
    told = {"Host": "riskbot", **headers, "Content-Length": str(len(body))}
    if token is not None:
        told["Authorization"] = f"Bearer {token}"
    lines = [f"{method} {path} HTTP/{version}", *(f"{name}: {value}" for name, value in told.items()), "", ""]
    return "\r\n".join(lines).encode() + body


def call(**values) -> bytes:
    return json.dumps({**CALL, **values}).encode()


class Wire:
    """One connection, of which a test says what goes in which packet."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    @classmethod
    async def to(cls, api) -> "Wire":
        host, port = api.base_url.removeprefix("http://").split(":")
        return cls(*await asyncio.open_connection(host, int(port)))

    async def send(self, *packets: bytes) -> None:
        for packet in packets:
            self.writer.write(packet)
            await self.writer.drain()
            await asyncio.sleep(0.02)

    async def answer(self) -> tuple[int, dict[str, str], bytes]:
        async with asyncio.timeout(20):
            head = (await self.reader.readuntil(b"\r\n\r\n")).decode()
            status, *fields = head.split("\r\n")[:-2]
            headers = dict(field.lower().split(": ", 1) for field in fields)
            body = await self.reader.readexactly(int(headers.get("content-length", 0)))
        return int(status.split()[1]), headers, body

    async def is_at_its_end(self) -> bool:
        async with asyncio.timeout(20):
            return await self.reader.read() == b""


async def known(api) -> Wire:
    """A connection behind a request whose token was proven."""
    wire = await Wire.to(api)
    await wire.send(written(PATH, call(id="known"), api.token))
    assert (await wire.answer())[0] == 200
    return wire
