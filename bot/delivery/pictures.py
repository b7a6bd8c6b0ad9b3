"""Pictures follow the text: drawn and uploaded when no message waits, then shown by an edit of the card.

An uploaded file is seen by nobody until a card shows it. So the steps before may be repeated after a kill, and the last
one is an edit in place, which may be repeated, too: no picture appears twice, and no card waits for one.
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import NamedTuple

from bot.clock import rest
from bot.errors import RiskbotError
from bot.failpoints import FailPoint, pass_by
from bot.settings import DeliverySettings
from bot.slack.client import SlackClient
from bot.slack.errors import Outcome, SlackError
from bot.store import alerts as groups
from bot.store import cards, claims, pictures, rates
from bot.store.claims import Action
from bot.store.database import Database, Transaction
from bot.store.pictures import Picture, PictureState
from bot.store.rates import MethodRate

logger = logging.getLogger(__name__)

KIND = "alert_group"
LOOK_SECONDS = 1.0
BURST = 2
#: Slack may call a file unknown for so long after it has taken it.
PROCESSING = timedelta(seconds=2)
LONGEST_BACKOFF_SECONDS = 60


class Drawn(NamedTuple):
    """A picture, and what it shows in words."""

    png: bytes
    alt_text: str


#: Draws the picture of a group as it is now; None when there is nothing to draw. Raises RiskbotError.
Draw = Callable[[int], Awaitable[Drawn | None]]


class PictureSender:
    """One per process; replicas share the work through claims."""

    def __init__(
        self,
        database: Database,
        client: SlackClient,
        draw: Draw,
        *,
        owner: str,
        settings: DeliverySettings,
        trouble: Callable[[], str],
    ) -> None:
        self._database = database
        self._client = client
        self._draw = draw
        self._owner = owner
        self._settings = settings
        self._trouble = trouble
        self._rates: dict[str, MethodRate] = {Action.UPLOAD: MethodRate(settings.uploads_per_minute, BURST)}
        self._stopping = asyncio.Event()
        self._said = ""

    def stop(self) -> None:
        """End `run` after what is under way."""
        self._stopping.set()

    async def run(self) -> None:
        try:
            await self._take_over()
        except RiskbotError as error:
            logger.warning("Leases are left to run out: %s", error, extra={"action": "leases_left"})
        while not self._stopping.is_set():
            if not await self._look():
                # No bell wakes it: a picture may wait a little longer.
                await rest(LOOK_SECONDS, self._stopping)

    async def _take_over(self) -> None:
        if self._database.dialect == "sqlite":
            await self._database.write(pictures.take_over)

    async def _look(self) -> bool:
        """Do one picture; False when there is nothing to do."""
        try:
            if self._trouble() or not await self._database.read(pictures.anything_ripe):
                return False
            picture = await self._database.write(self._claim)
            if picture is None:
                return False
            await self._send(picture)
        except Exception:
            # Whatever broke this look, the next one comes, and its picture's lease runs out.
            logger.exception("A look for pictures failed", extra={"action": "picture_look_failed"})
            return False
        return True

    def _claim(self, tx: Transaction) -> Picture | None:
        pictures.release_expired(tx)
        pictures.skip_hopeless(tx, self._settings.uploads_patience)
        _show(tx)
        if claims.queue(tx).waiting > self._settings.uploads_backlog:
            return None
        picture = pictures.claim(tx, self._owner, self._lease)
        if picture is None or rates.book(tx, {Action.UPLOAD: 1}, self._rates)[Action.UPLOAD]:
            return picture
        pause = tx.protocol_now + self._rates[Action.UPLOAD].interval
        back = {"not_before": pause, "attempts": picture.attempts - 1}
        pictures.settle(tx, picture, self._owner, PictureState.WAITING, **back)
        return None

    @property
    def _lease(self) -> timedelta:
        """Drawing and three calls, each with its own patience."""
        return self._settings.lease * 2

    async def _send(self, picture: Picture) -> None:
        try:
            if not await self._uploaded(picture):
                return
            pass_by(FailPoint.PICTURE_UPLOADED)
            await self._settled(picture, PictureState.UPLOADED, PROCESSING, last_error=None)
            self._said = ""
        except SlackError as error:
            await self._refused(picture, error)
        except RiskbotError as error:
            self._say(error.message)
            await self._settled(picture, PictureState.DEAD, last_error=error.message[:500])

    async def _uploaded(self, picture: Picture) -> bool:
        """Have Slack take the picture; False when there is none, or when somebody else has it by now."""
        if picture.file_id and await self._completed_before(picture.file_id):
            return True
        drawn = await self._draw(picture.subject_id)
        if drawn is None:
            await self._settled(picture, PictureState.SKIPPED, last_error="nothing to draw")
            return False
        name = f"alert-{picture.subject_id}-{picture.number}.png"
        told = await self._client.submit(Action.UPLOAD, filename=name, length=len(drawn.png), alt_txt=drawn.alt_text)
        file_id = str(told["file_id"])
        if not await self._database.write(
            lambda tx: pictures.note_file(tx, picture, self._owner, file_id, drawn.alt_text)
        ):
            return False
        pass_by(FailPoint.PICTURE_BEGUN)
        await self._client.upload(str(told["upload_url"]), drawn.png)
        await self._complete(file_id)
        return True

    async def _completed_before(self, file_id: str) -> bool:
        """Ask for the file of a try that was cut off: Slack completes it, or knows it no more and it begins anew."""
        try:
            await self._complete(file_id)
        except SlackError as error:
            if error.retry_after_seconds is not None or error.outcome in {Outcome.AMBIGUOUS, Outcome.UNREACHABLE}:
                raise
            return False
        return True

    async def _complete(self, file_id: str) -> None:
        # Without a channel: shared with one, it would be a message of its own.
        await self._client.submit("files.completeUploadExternal", files=json.dumps([{"id": file_id}]))

    async def _refused(self, picture: Picture, error: SlackError) -> None:
        """Try again later; what Slack will never take is given up, and said once."""
        if error.retry_after_seconds is not None:
            pause = timedelta(seconds=error.retry_after_seconds)
            await self._database.write(lambda tx: rates.hold(tx, Action.UPLOAD, pause, error.message))
            await self._settled(picture, PictureState.WAITING, pause, attempts=picture.attempts - 1)
        elif error.outcome == Outcome.CREDENTIALS or picture.attempts >= self._settings.max_attempts:
            self._say(f"{error.message}. {error.hint}".strip())
            await self._settled(picture, PictureState.DEAD, last_error=error.message)
        else:
            pause = timedelta(seconds=min(LONGEST_BACKOFF_SECONDS, 2**picture.attempts))
            await self._settled(picture, PictureState.WAITING, pause, last_error=error.message)

    async def _settled(
        self, picture: Picture, state: PictureState, pause: timedelta = timedelta(0), **values: object
    ) -> None:
        await self._database.write(
            lambda tx: pictures.settle(tx, picture, self._owner, state, not_before=tx.protocol_now + pause, **values)
        )

    def _say(self, reason: str) -> None:
        """Once, until a picture has come through or the reason is another one."""
        if reason != self._said:
            logger.warning("Alerts stand without pictures: %s", reason, extra={"action": "pictures_failed"})
        self._said = reason


def _show(tx: Transaction) -> None:
    """What Slack has had for long enough is shown from now on: the group's revision grows, its cards are edited."""
    mine = groups.lock_free_groups(tx, pictures.ripe_subjects(tx, KIND))
    if not mine:
        return
    pictures.mark_shown(tx, KIND, [group.id for group in mine])
    groups.update_groups(tx, [group.model_copy(update={"revision": group.revision + 1}) for group in mine])
    cards.bump(tx, KIND, {group.id: group.revision + 1 for group in mine})
