"""Silences in tests: asked for as programs and people do it, and what channels are told."""

from datetime import timedelta
from itertools import count

import sqlalchemy as sa

from bot.services.answers import Answer
from bot.services.silences import ask
from bot.services.silences.forms import SilenceForm, read_form
from bot.store import silences as store
from bot.store.messages import messages
from riskengine.response.silences import Silence, SilenceDraft, SilenceRecord, begin, parse_matchers

_deliveries = count(1)


class Silences:
    """The verbs of one replica."""

    def __init__(self, database, settings) -> None:
        self.database = database
        self.settings = settings

    async def make(self, text: str, *, minutes: float = 60, starts_in: float = 0, key: str | None = None) -> int:
        """As a program asks for it; returns its id."""
        [silence_id, _] = await self.make_with_key(text, minutes=minutes, starts_in=starts_in, key=key)
        return silence_id

    async def make_with_key(self, text: str, *, minutes: float = 60, starts_in: float = 0, key: str | None = None):
        def work(tx):
            starts_at = tx.now + timedelta(minutes=starts_in)
            draft = SilenceDraft(
                matchers=parse_matchers(text),
                starts_at=starts_at,
                ends_at=starts_at + timedelta(minutes=minutes),
                comment="upgrade",
            )
            return ask.make(
                tx, begin(draft, by="U0HANA", now=tx.now, settings=self.settings.silences), key, self.settings
            )

        return await self.database.write(work)

    async def draft(self, text: str, *, lasts: str = "1h", by: str = "U0HANA") -> int:
        def work(tx):
            read = read_form(SilenceForm(text, lasts, "upgrade"), by, tx.now, self.settings.silences)
            assert isinstance(read, Silence), read
            return ask.draft(tx, read)

        return await self.database.write(work)

    async def confirm(self, silence_id: int, by: str = "U0HANA") -> Answer:
        return await self.database.write(lambda tx: ask.confirm(tx, silence_id, by, self.settings))

    async def end(self, silence_id: int, by: str = "U0IVAN", delivery_id: str = "") -> Answer:
        delivery = delivery_id or f"end-{next(_deliveries)}"
        return await self.database.write(lambda tx: ask.end(tx, silence_id, by, delivery, self.settings))

    async def one(self, silence_id: int) -> SilenceRecord:
        [found] = await self.database.read(lambda tx: store.by_ids(tx, [silence_id]))
        return found

    async def told(self, template: str) -> list[dict]:
        """The payloads of notes of one template, oldest first."""
        mine = sa.select(messages.c.payload, messages.c.channel).where(messages.c.template == template)
        rows = await self.database.read(lambda tx: tx.execute(mine.order_by(messages.c.id)).all())
        return [{**row.payload, "channel": row.channel} for row in rows]
