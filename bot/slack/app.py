"""Bolt's app: who we are, who may speak to us, and how errors are answered."""

import logging
from collections.abc import Awaitable, Callable
from secrets import token_hex
from typing import Any, NamedTuple

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.async_app import AsyncAck, AsyncRespond
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot.errors import RiskbotError
from bot.settings import SlackSettings
from bot.slack.client import SlackClient
from bot.slack.errors import Outcome, SlackError

logger = logging.getLogger(__name__)


class Identity(NamedTuple):
    """Who the bot is, as auth.test says."""

    team_id: str
    bot_id: str
    bot_user_id: str
    app_id: str
    team_url: str


async def identify(client: SlackClient) -> Identity:
    """Ask Slack who we are; raises SlackError, at start, for a token that is not accepted."""
    answer = await client.call("auth.test")
    if not answer.get("bot_id"):
        # A person's token passes auth.test; what it posted would stand in that person's name.
        raise SlackError("auth.test", "not_allowed_token_type", Outcome.CREDENTIALS)
    bot = await client.query("bots.info", bot=answer["bot_id"])
    return Identity(
        team_id=answer["team_id"],
        bot_id=answer["bot_id"],
        bot_user_id=answer["user_id"],
        app_id=bot["bot"].get("app_id", ""),
        team_url=answer.get("url", ""),
    )


def build_app(client: SlackClient, settings: SlackSettings, identity: Identity) -> AsyncApp:
    """An app without listeners; wiring registers them."""

    async def authorize(**_: Any) -> AuthorizeResult:
        # Known since the start: asking Slack here would eat into the three seconds of every press.
        return AuthorizeResult(
            enterprise_id=None,
            team_id=identity.team_id,
            bot_id=identity.bot_id,
            bot_user_id=identity.bot_user_id,
            bot_token=settings.bot_token.get_secret_value(),
        )

    app = AsyncApp(
        # Bolt warns at each start when its client has a token beside an `authorize`; it gets the token from there.
        client=client.without_token(),
        authorize=authorize,
        signing_secret=settings.signing_secret.get_secret_value() or "unused in Socket Mode",
        request_verification_enabled=settings.mode == "http",
        ignoring_self_events_enabled=True,
    )
    app.use(_only_our_workspace(identity))
    app.error(_answer_error)
    return app


def _only_our_workspace(identity: Identity) -> Callable[..., Awaitable[BoltResponse | None]]:
    async def only_our_workspace(
        body: dict[str, Any],
        ack: AsyncAck,
        next: Callable[[], Awaitable[BoltResponse]],  # noqa: A002 - Bolt's name
    ) -> BoltResponse | None:
        """Socket Mode is unsigned, and shared channels bring presses from other workspaces: both ids are checked."""
        team = body.get("team_id") or (body.get("team") or {}).get("id")
        user_team = (body.get("user") or {}).get("team_id", team) if isinstance(body.get("user"), dict) else team
        app_id = body.get("api_app_id", identity.app_id)
        if team == identity.team_id and user_team == identity.team_id and app_id in {identity.app_id, ""}:
            return await next()
        logger.warning("Ignored a request of another workspace", extra={"action": "foreign_request", "team": team})
        return await ack("This app serves another workspace. Nothing was changed.")

    return only_our_workspace


async def _answer_error(
    error: Exception, ack: AsyncAck, respond: AsyncRespond, request: AsyncBoltRequest
) -> BoltResponse | None:
    """Help for what we know; a reference for what we do not. Nobody ever sees a traceback."""
    reference = token_hex(4)
    if isinstance(error, RiskbotError):
        text = f"{error.message} {error.hint}".strip()
        logger.warning("%s", text, extra={"action": "request_refused", "reference": reference})
    else:
        # It may have failed after its commit, so nothing is said of that; the card tells.
        text = f"Something went wrong on my side. If the card does not change, try again. Reference: `{reference}`"
        logger.error("A listener failed", exc_info=error, extra={"action": "listener_failed", "reference": reference})
    if request.body.get("response_url"):
        await respond(text, response_type="ephemeral", replace_original=False)
    # Bolt fails on a second answer to what was acknowledged, as events always are.
    return BoltResponse(status=200, body="") if ack.response is None else None
