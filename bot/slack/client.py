"""Our calls of Slack's Web API: no hidden retries, no proxy to loopback, every failure a SlackError with an outcome.

The SDK repeats a POST whose answer was lost and thereby posts twice; here a lost answer is an outcome of its own.
"""

import json
import math
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.clock import Clock
from bot.errors import WrongUse
from bot.slack.errors import Outcome, SlackError, outcome_of

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


def web_client(token: str, api_url: str, *, timeout: timedelta, session: aiohttp.ClientSession) -> AsyncWebClient:
    """A client whose shared session halves the time of a call."""
    client = AsyncWebClient(
        token=token,
        base_url=api_url,
        # Whole seconds, and never 0, which would mean for ever.
        timeout=max(1, math.ceil(timeout.total_seconds())),
        session=session,
        retry_handlers=[],
    )
    if any(host in api_url for host in LOOPBACK):
        # The SDK takes a proxy from the environment and does not know NO_PROXY.
        client.proxy = None
    return client


class SlackClient:
    """Calls methods and turns every way of failing into a SlackError."""

    def __init__(self, client: AsyncWebClient, clock: Clock | None = None) -> None:
        self._client = client
        self._clock = clock or Clock()
        #: How far our clock was ever seen ahead of Slack's, which dates each of its answers.
        self.ahead = timedelta(0)

    @property
    def sdk(self) -> AsyncWebClient:
        return self._client

    def without_token(self) -> AsyncWebClient:
        """The same way to Slack for somebody who brings a token of their own."""
        known = self._client
        other = AsyncWebClient(base_url=known.base_url, timeout=known.timeout, session=known.session, retry_handlers=[])
        other.proxy = known.proxy
        return other

    async def call(self, method: str, **arguments: Any) -> dict[str, Any]:
        """Call a method and return Slack's answer.

        Raises SlackError; its outcome is AMBIGUOUS when the request may have been taken although no answer came.
        """
        return await self._answered(method, json=arguments)

    async def _answered(self, method: str, **body: Any) -> dict[str, Any]:
        try:
            response = await self._client.api_call(method, **body)
            self._compare_clocks(response)
        except SlackApiError as error:
            raise _refused(method, error) from error
        except aiohttp.ClientConnectorError as error:
            raise SlackError(method, f"Slack cannot be reached ({error.os_error})", Outcome.UNREACHABLE) from error
        except (TimeoutError, aiohttp.ClientError, OSError, json.JSONDecodeError) as error:
            reason = str(error) or type(error).__name__
            raise SlackError(method, f"no answer ({reason})", Outcome.AMBIGUOUS) from error
        return _as_dict(response.data)

    async def submit(self, method: str, **arguments: Any) -> dict[str, Any]:
        """Call a method that takes a form and no JSON, as those for files do. Raises SlackError as `call` does."""
        return await self._answered(method, data=arguments)

    async def upload(self, url: str, content: bytes) -> None:
        """Send a file's bytes where Slack told us to; nobody sees it before it is completed. Raises SlackError."""
        method = "the upload of a file"
        timeout = aiohttp.ClientTimeout(total=self._client.timeout)
        try:
            async with self._session.post(url, data=content, proxy=self._client.proxy, timeout=timeout) as answer:
                status = answer.status
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise SlackError(method, f"no answer ({error or type(error).__name__})", Outcome.AMBIGUOUS) from error
        if status != 200:  # noqa: PLR2004 - the only answer that means taken
            raise SlackError(method, f"HTTP {status}", Outcome.RETRY)

    @property
    def _session(self) -> aiohttp.ClientSession:
        session = self._client.session
        if session is None:
            raise WrongUse("A client without a session cannot upload.", hint="Make it with web_client.")
        return session

    async def query(self, method: str, **arguments: Any) -> dict[str, Any]:
        """Call a method that reads and takes its arguments in the address."""
        try:
            response = await self._client.api_call(method, http_verb="GET", params=arguments)
            self._compare_clocks(response)
        except SlackApiError as error:
            raise _refused(method, error) from error
        except (TimeoutError, aiohttp.ClientError, OSError, json.JSONDecodeError) as error:
            # Reading twice harms nobody, so it does not matter whether Slack got it.
            raise SlackError(method, f"no answer ({error or type(error).__name__})", Outcome.UNREACHABLE) from error
        return _as_dict(response.data)

    def _compare_clocks(self, response: AsyncSlackResponse) -> None:
        # Whole seconds, cut off: at most one too many, and a slow answer adds its time; both only widen a search.
        try:
            slacks = parsedate_to_datetime(str(_header(response.headers, "Date")))
        except ValueError:
            return
        if slacks.tzinfo is not None:
            self.ahead = max(self.ahead, self._clock.protocol_now() - slacks)


def _header(headers: Any, name: str) -> object:
    """By whatever spelling: HTTP's names know no capitals."""
    return next((value for key, value in headers.items() if key.lower() == name.lower()), "")


def _as_dict(data: object) -> dict[str, Any]:
    return data if isinstance(data, dict) else {}


def _refused(method: str, error: SlackApiError) -> SlackError:
    response = error.response
    status = int(getattr(response, "status_code", 200))
    if status == 429:  # noqa: PLR2004 - Too Many Requests
        wait = _retry_after(getattr(response, "headers", {}))
        return SlackError(method, "ratelimited", Outcome.RETRY, retry_after_seconds=wait)
    body = getattr(response, "data", None)
    word = body.get("error") if isinstance(body, dict) else None
    if not word or status >= 500:  # noqa: PLR2004 - the server failed, perhaps after it had taken the message
        return SlackError(method, word or f"HTTP {status}", Outcome.AMBIGUOUS)
    return SlackError(method, word, outcome_of(word))


def _retry_after(headers: Any) -> float:
    """Seconds to wait, as Slack says; one minute, its window, when it says nothing readable."""
    try:
        return max(1.0, float(headers.get("Retry-After") or headers.get("retry-after")))
    except (TypeError, ValueError):
        return 60.0
