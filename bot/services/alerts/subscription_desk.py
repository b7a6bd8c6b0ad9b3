"""The subscriptions' front desk: asks whether a person may, then runs one verb as one transaction."""

from collections.abc import Callable

from bot.failpoints import FailPoint, pass_by
from bot.services.alerts import subscriptions
from bot.services.alerts.subscriptions import Asking, Heard
from bot.services.permissions import Permissions, Verb
from bot.settings import AlertDelivery
from bot.store.database import Database, Transaction
from riskengine.response.hearing import Hearing
from riskengine.response.subscriptions import Subscription

Change = Callable[[Transaction, Asking, AlertDelivery], Heard]


class SubscriptionDesk:
    """Use cases on what channels hear, for people in Slack."""

    def __init__(self, database: Database, permissions: Permissions, settings: AlertDelivery) -> None:
        self._database = database
        self._permissions = permissions
        self._settings = settings

    async def refusal(self, user_id: str) -> str | None:
        """Why this person may not change what a channel hears; None when they may."""
        return await self._permissions.refusal(user_id, Verb.SUBSCRIBE)

    async def subscribe(self, asking: Asking) -> Heard | str:
        """Subscribe a channel; a text is the refusal."""
        return await self._change(asking, subscriptions.subscribe)

    async def unsubscribe(self, asking: Asking) -> Heard | str:
        """End one subscription of a channel, or all; a text is the refusal."""
        return await self._change(asking, subscriptions.unsubscribe)

    async def hearing(self, channel: str, channel_name: str) -> tuple[Hearing, list[Subscription]]:
        """What a channel hears, and what the others have subscribed to."""

        def look(tx: Transaction) -> tuple[Hearing, list[Subscription]]:
            mine = subscriptions.hearing(tx, channel, channel_name, self._settings)
            return mine, subscriptions.elsewhere(tx, channel)

        return await self._database.read(look)

    async def _change(self, asking: Asking, change: Change) -> Heard | str:
        refusal = await self.refusal(asking.user_id)
        if refusal:
            return refusal
        heard = await self._database.write(lambda tx: change(tx, asking, self._settings), urgent=True)
        pass_by(FailPoint.PRESS_COMMITTED)
        return heard
