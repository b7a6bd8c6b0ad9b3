"""A picture behind a private answer: the text was told at once, the picture follows where it was asked for.

A private answer cannot be edited later, so the picture is a private message of its own, sent by the address that Slack
gave with the command. One that is lost with the process is missed by nobody: the text stands, and says the same.
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import aiohttp

from bot.delivery.pictures import BURST, PROCESSING, Drawn
from bot.errors import RiskbotError
from bot.settings import DeliverySettings
from bot.slack.client import SlackClient
from bot.slack.errors import Outcome, SlackError
from bot.slack.render import render
from bot.store import rates
from bot.store.claims import Action
from bot.store.database import Database, Transaction
from bot.store.rates import MethodRate

logger = logging.getLogger(__name__)

#: People who wait for a picture at one time; whoever asks beyond has the text.
WAITING = 50
#: A picture that is no older, in business time, serves whoever asks next.
FRESH_FOR = timedelta(minutes=1)
#: Looks at the budget of uploads, before the picture is left out.
TRIES = 5
OK = 200


#: Answers a command in private, by the address that came with it.
Respond = Callable[..., Awaitable[Any]]


class _Uploaded(NamedTuple):
    file_id: str
    shows: str
    at: datetime


class PrivatePictures:
    """Draws one kind of picture for whoever asks; one a process."""

    def __init__(
        self,
        database: Database,
        client: SlackClient,
        draw: Callable[[], Awaitable[Drawn]],
        template: str,
        settings: DeliverySettings,
    ) -> None:
        self._database = database
        self._client = client
        self._draw = draw
        self._template = template
        self._rate = MethodRate(settings.uploads_per_minute, BURST)
        self._asked: asyncio.Queue[Respond] = asyncio.Queue(WAITING)
        self._newest: _Uploaded | None = None
        self._said = ""

    def follow(self, respond: Respond) -> None:
        """Have the picture follow; returns at once."""
        if not self._asked.full():
            self._asked.put_nowait(respond)

    async def run(self) -> None:
        """Serve one after the other, until cancelled."""
        while True:
            respond = await self._asked.get()
            try:
                await self._serve(respond)
                self._said = ""
            except (RiskbotError, aiohttp.ClientError, TimeoutError, OSError) as error:
                self._say(str(error) or type(error).__name__)
            except Exception:
                # Whatever is wrong with this picture, the next person may have theirs.
                logger.exception("A private picture failed", extra={"action": "private_picture_failed"})

    async def _serve(self, respond: Respond) -> None:
        uploaded = await self._uploaded()
        if uploaded is None:
            return
        message = render(self._template, {"file_id": uploaded.file_id, "shows": uploaded.shows})
        for _ in range(2):
            answer = await respond(**message, response_type="ephemeral", replace_original=False)
            if getattr(answer, "status_code", OK) == OK:
                return
            # Slack still looks at the file.
            await asyncio.sleep(PROCESSING.total_seconds())
        self._newest = None
        raise SlackError("response_url", "the picture was refused", Outcome.RETRY)

    async def _uploaded(self) -> _Uploaded | None:
        """The newest picture, or a new one; None while no more may be uploaded."""
        now = self._database.clock.now()
        if self._newest and now - self._newest.at < FRESH_FOR:
            return self._newest
        if not await self._may_upload():
            return None
        drawn = await self._draw()
        told = await self._client.submit(
            Action.UPLOAD, filename="cost.png", length=len(drawn.png), alt_txt=drawn.alt_text
        )
        await self._client.upload(str(told["upload_url"]), drawn.png)
        # Without a channel: shared with one, everybody there would see it.
        await self._client.submit("files.completeUploadExternal", files=json.dumps([{"id": told["file_id"]}]))
        await asyncio.sleep(PROCESSING.total_seconds())
        self._newest = _Uploaded(str(told["file_id"]), drawn.alt_text, now)
        return self._newest

    async def _may_upload(self) -> bool:
        """Book one of the uploads that cards have, too."""

        def book(tx: Transaction) -> int:
            return rates.book(tx, {Action.UPLOAD: 1}, {Action.UPLOAD: self._rate})[Action.UPLOAD]

        for _ in range(TRIES):
            if await self._database.write(book):
                return True
            await asyncio.sleep(self._rate.interval.total_seconds())
        return False

    def _say(self, reason: str) -> None:
        """Once, until a picture has come through or the reason is another one."""
        if reason != self._said:
            logger.warning("Answers stand without pictures: %s", reason, extra={"action": "private_pictures_failed"})
        self._said = reason
