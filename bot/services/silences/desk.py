"""The silences' front desk: asks whether a person may, then runs one verb as one transaction."""

from collections.abc import Callable, Collection, Sequence
from datetime import timedelta
from typing import NamedTuple

from bot.errors import NotFound
from bot.failpoints import FailPoint, pass_by
from bot.services.answers import Answer
from bot.services.permissions import Permissions, Verb
from bot.services.silences import ask
from bot.services.silences.forms import Problems, SilenceForm, read_form
from bot.services.silences.preview import preview
from bot.settings import AlertDelivery
from bot.store import silences as store
from bot.store.database import Database, Transaction
from riskengine.response.matchers import Matcher
from riskengine.response.silences import Preview, Silence, SilenceDraft, SilenceRecord, SilenceStatus, begin

#: Silences in one listing.
LISTED = 200


class Drafted(NamedTuple):
    """A silence that its author looks at before it is made."""

    silence: Silence
    preview: Preview


class SilenceDesk:
    """Use cases on silences, for people in Slack and for programs."""

    def __init__(self, database: Database, permissions: Permissions, settings: AlertDelivery) -> None:
        self._database = database
        self._permissions = permissions
        self._settings = settings

    @property
    def longest(self) -> timedelta:
        """How long a silence may last."""
        return self._settings.silences.longest

    async def refusal(self, user_id: str) -> str | None:
        """Why this user may not silence alerts; None when they may."""
        return await self._permissions.refusal(user_id, Verb.SILENCE)

    async def draft(self, user_id: str, form: SilenceForm) -> Drafted | Problems:
        """Keep what was asked for and show what it would hide; or say what is wrong with it, field by field."""
        read = read_form(form, user_id, self._database.clock.now(), self._settings.silences)
        if not isinstance(read, Silence):
            return read
        shown = await self.preview(read.matchers)
        silence_id = await self._database.write(lambda tx: ask.draft(tx, read), urgent=True)
        return Drafted(read.model_copy(update={"id": silence_id}), shown)

    async def preview(self, matchers: Sequence[Matcher]) -> Preview:
        return await preview(self._database, matchers)

    async def confirm(self, user_id: str, silence_id: int) -> Answer:
        """Make a silence of a draft, by its author."""
        refusal = await self.refusal(user_id)
        if refusal:
            return Answer.unchanged(refusal)
        return await self._commit(lambda tx: ask.confirm(tx, silence_id, user_id, self._settings))

    async def end(self, user_id: str, silence_id: int, delivery_id: str) -> Answer:
        refusal = await self.refusal(user_id)
        if refusal:
            return Answer.unchanged(refusal)
        return await self._commit(lambda tx: ask.end(tx, silence_id, user_id, delivery_id, self._settings))

    async def make_by_program(
        self, draft: SilenceDraft, token_name: str, key: str | None
    ) -> tuple[SilenceRecord, bool]:
        """Make a silence in the name of an API token; False for the silence that an earlier request of the key made.

        Raises SilenceRefused where its times make no sense, KeyTaken when the key came with another silence.
        """

        def work(tx: Transaction) -> tuple[int, bool]:
            silence = begin(draft, by=f"token:{token_name}", now=tx.now, settings=self._settings.silences)
            return ask.make(tx, silence, key, self._settings)

        silence_id, is_new = await self._database.write(work)
        pass_by(FailPoint.PRESS_COMMITTED)
        return await self.one(silence_id), is_new

    async def end_by_program(self, silence_id: int, token_name: str, delivery_id: str) -> tuple[SilenceRecord, bool]:
        """End it in the name of a token, whose scope was checked; False when it was over. Raises NotFound."""
        by = f"token:{token_name}"
        answer = await self._database.write(lambda tx: ask.end(tx, silence_id, by, delivery_id, self._settings))
        pass_by(FailPoint.PRESS_COMMITTED)
        return await self.one(silence_id), answer.changed

    async def one(self, silence_id: int) -> SilenceRecord:
        """Raises NotFound when there is none of this id."""
        found = await self._by_ids([silence_id])
        if not found or found[0].state == SilenceStatus.DRAFT:
            raise NotFound(f"There is no silence {silence_id}.", hint="GET /v1/silences lists them.")
        return found[0]

    async def draft_of(self, user_id: str, silence_id: int) -> SilenceRecord | None:
        """The draft, for its author alone."""
        found = await self._by_ids([silence_id])
        return found[0] if found and found[0].created_by == user_id else None

    async def listed(self, states: Sequence[SilenceStatus], limit: int = LISTED) -> list[SilenceRecord]:
        """Those that end next come first."""
        return await self._database.read(lambda tx: store.by_state(tx, states, limit))

    async def _by_ids(self, silence_ids: Collection[int]) -> list[SilenceRecord]:
        return await self._database.read(lambda tx: store.by_ids(tx, silence_ids))

    async def _commit(self, work: Callable[[Transaction], Answer]) -> Answer:
        answer = await self._database.write(work, urgent=True)
        pass_by(FailPoint.PRESS_COMMITTED)
        return answer
