"""Callbacks over real HTTP: signed, the same delivery on every try, given up after a day, never into the house."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from aiohttp import web
from prometheus_client import CollectorRegistry
from sqlalchemy import select, update

from bot.connectors.callbacks import CallbackFailed, CallbackPoster
from bot.delivery.callbacks import CallbackWorker
from bot.errors import Conflict
from bot.services.callbacks.desk import CallbackDesk
from bot.settings_callbacks import CallbackSettings
from bot.store import callbacks as store
from bot.store.callbacks import Wish, callbacks
from bot.store.messages import messages
from riskengine.signatures import DELIVERY_HEADER, SIGNATURE_HEADER, WrongSignature, verify
from tests.scenarios.driver import until

SECRET = "a secret of the test's own"
SETTINGS = CallbackSettings(
    secret=SECRET,
    allow_loopback=True,
    allowed_hosts=("hooks.example.com",),
    timeout="1s",
    first_pause="1ms",
    longest_pause="2ms",
)


class Receiver:
    """A program that is told; `answers` are the statuses of its answers, the last one for ever."""

    def __init__(self) -> None:
        self.answers = [200]
        self.heard: list[tuple[dict[str, str], bytes]] = []
        self.url = ""

    async def hear(self, request: web.Request) -> web.Response:
        self.heard.append((dict(request.headers), await request.read()))
        status = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return web.Response(status=status, headers={"Location": self.url} if status == 302 else {})


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    made = Receiver()
    app = web.Application()
    app.router.add_post("/told", made.hear)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}/told?key=private"
    yield made
    await runner.cleanup()


@pytest.fixture
async def worker(database) -> AsyncIterator[CallbackWorker]:
    poster = CallbackPoster(SETTINGS)
    made = CallbackWorker(
        database, poster, owner="me", settings=SETTINGS, trouble_channel="#ops", registry=CollectorRegistry()
    )
    task = asyncio.create_task(made.run())
    yield made
    made.stop()
    await task
    await poster.close()


async def tell(database, url: str, key: str = "k1") -> None:
    wish = Wish(key, "escalation", 7, "approved", url, {"id": 7, "status": "approved"})
    await database.write(lambda tx: store.enqueue(tx, [wish]))


async def rows(database) -> list:
    return await database.read(lambda tx: list(tx.execute(select(callbacks).order_by(callbacks.c.id))))


async def in_state(database, state: str):
    async def look():
        [row] = await rows(database)
        return row if row.state == state else None

    return await until(look, what=f"the callback is {state}")


async def test_told_once_and_signed(database, worker, receiver):
    await tell(database, receiver.url)
    await tell(database, receiver.url)
    row = await in_state(database, "delivered")
    [(headers, body)] = receiver.heard
    assert headers[DELIVERY_HEADER] == row.delivery_id
    assert body == b'{"event": "approved", "id": 7, "status": "approved"}'
    now = database.clock.protocol_now()
    assert verify([SECRET], headers[SIGNATURE_HEADER], body, now) <= now
    for wrong in (
        (["another one of those"], body, now),
        ([SECRET], body + b" ", now),
        ([SECRET], body, now + timedelta(minutes=6)),
    ):
        with pytest.raises(WrongSignature):
            verify(wrong[0], headers[SIGNATURE_HEADER], wrong[1], wrong[2])


@pytest.mark.parametrize("status", [302, 500, 404])
async def test_tried_again_under_the_same_id(database, worker, receiver, status):
    receiver.answers = [status, status, 204]
    await tell(database, receiver.url)
    row = await in_state(database, "delivered")
    assert row.attempts == 3
    assert {(headers[DELIVERY_HEADER], body) for headers, body in receiver.heard} == {
        (row.delivery_id, row.body.encode())
    }


async def test_after_a_day_it_is_given_up_said_and_may_be_sent_again(database, worker, receiver):
    receiver.answers = [503]
    await tell(database, receiver.url)
    await until(lambda: _tries(database, 5))
    day_ago = database.clock.protocol_now() - timedelta(hours=27)
    await database.write(lambda tx: tx.execute(update(callbacks).values(tried_since=day_ago)))
    dead = await in_state(database, "dead")
    assert "answered 503" in dead.last_error
    assert "private" not in dead.last_error
    [note] = await database.read(lambda tx: list(tx.execute(select(messages.c.template, messages.c.channel))))
    assert tuple(note) == ("callbacks/given_up", "#ops")
    figures = await database.read(store.figures)
    assert (figures.waiting, figures.dead, figures.given_up[0].host) == (0, 1, "127.0.0.1")
    receiver.answers = [200]
    desk = CallbackDesk(database, SETTINGS)
    await desk.retry(dead.id, "ci")
    again = await in_state(database, "delivered")
    assert again.delivery_id == dead.delivery_id
    with pytest.raises(Conflict):
        await desk.retry(dead.id, "ci")


async def _tries(database, number: int) -> bool:
    [row] = await rows(database)
    return row.attempts >= number


async def test_two_replicas_never_send_the_same(database):
    lease = timedelta(seconds=30)
    await tell(database, "https://a.example.com/x", "a")
    await tell(database, "https://a.example.com/y", "b")
    await tell(database, "https://b.example.com/x", "c")
    claimed = [
        await database.write(lambda tx, owner=owner: store.claim(tx, owner, lease)) for owner in ("me", "rival", "me")
    ]
    assert [each and each.host for each in claimed] == ["a.example.com", "b.example.com", None]
    assert not await database.write(lambda tx: store.settle_delivered(tx, claimed[0], "rival"))


@pytest.mark.parametrize(
    "address",
    [
        "10.0.0.1",
        "127.0.0.1",
        "169.254.169.254",
        "::1",
        "64:ff9b::a00:1",
        "2002:a00:1::",
        "224.0.0.1",
        "::ffff:10.0.0.1",
    ],
)
async def test_a_name_that_leads_inside_is_never_called(address):
    async def inside(host: str, port: int) -> list[str]:
        return ["8.8.8.8", address]

    poster = CallbackPoster(SETTINGS, look_up=inside)
    with pytest.raises(CallbackFailed, match="inside a network"):
        await poster.post("https://hooks.example.com/x", b"{}", {})
    await poster.close()
