"""What our token was granted, which Slack says only in a header of its answers."""

import aiohttp
from slack_sdk.errors import SlackApiError

from bot.slack.client import SlackClient
from bot.slack.errors import Outcome, SlackError, outcome_of

HEADER = "x-oauth-scopes"


async def granted_scopes(client: SlackClient) -> list[str]:
    """The scopes of the client's token. Raises SlackError."""
    try:
        response = await client.sdk.api_call("auth.test")
    except SlackApiError as error:
        word = str(error.response.get("error"))
        raise SlackError("auth.test", word, outcome_of(word)) from error
    except (TimeoutError, aiohttp.ClientError, OSError) as error:
        raise SlackError("auth.test", f"no answer ({error})", Outcome.UNREACHABLE) from error
    return [scope.strip() for scope in response.headers.get(HEADER, "").split(",") if scope.strip()]
