"""Signed HTTP delivery: what an app without Socket Mode receives at its request URL."""

import asyncio
import hashlib
import hmac
import json
import secrets
import time
from urllib.parse import urlencode

import httpx

from bot.sandbox.clock import SandboxClock
from bot.sandbox.constants import ACK_DEADLINE_SECONDS, VERIFICATION_TOKEN
from bot.sandbox.delivery import Ack, EnvelopeKind, Failure, Retry
from bot.sandbox.journal import Journal
from bot.sandbox.wire import Json, dumps

#: Slack follows two redirects of a request URL.
_REDIRECTS = 2
_AGENT = {"User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)"}


class HttpDelivery:
    """Off until a request URL is set; then commands, interactions and events all go there."""

    by_http = True

    def __init__(self, clock: SandboxClock, journal: Journal, signing_secret: str) -> None:
        self._clock = clock
        self._journal = journal
        self._secret = signing_secret.encode()
        self._client: httpx.AsyncClient | None = None
        self.request_url = ""

    async def deliver(self, kind: EnvelopeKind, payload: Json, *, answerable: bool, retry: Retry | None = None) -> Ack:
        body, content_type = _encode(kind, payload)
        headers = self.sign(body) | {"Content-Type": content_type}
        if retry is not None and retry.attempt:
            headers |= {"X-Slack-Retry-Num": str(retry.attempt), "X-Slack-Retry-Reason": _reason(retry.reason)}
        started = time.perf_counter()
        # As it was sent: the messages in it go on changing.
        entry = self._journal.add("envelope", kind.value, self._clock.now(), body=json.loads(dumps(payload)))
        ack = await self._post(body, headers, started, answerable=answerable)
        self._journal.acknowledged(entry, ack)
        return ack

    async def verify(self, url: str) -> bool:
        """Slack's own check of a request URL: it must give a signed challenge back."""
        challenge = secrets.token_urlsafe(16)
        question = {"type": "url_verification", "token": VERIFICATION_TOKEN, "challenge": challenge}
        body = dumps(question).encode()
        try:
            async with httpx.AsyncClient(trust_env=False, timeout=ACK_DEADLINE_SECONDS) as client:
                headers = self.sign(body) | {"Content-Type": "application/json"}
                response = await client.post(url, content=body, headers=headers)
        except httpx.HTTPError:
            return False
        return response.is_success and challenge in response.text

    def sign(self, body: bytes) -> dict[str, str]:
        """Slack's v0 signature over the time and the raw body."""
        timestamp = str(int(self._clock.real_now()))
        digest = hmac.new(self._secret, b"v0:" + timestamp.encode() + b":" + body, hashlib.sha256).hexdigest()
        return {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": f"v0={digest}"}

    async def _post(self, body: bytes, headers: dict[str, str], started: float, *, answerable: bool) -> Ack:
        if self._client is None:
            timeout = httpx.Timeout(ACK_DEADLINE_SECONDS)
            self._client = httpx.AsyncClient(
                trust_env=False, timeout=timeout, follow_redirects=True, max_redirects=_REDIRECTS, headers=_AGENT
            )
        try:
            async with asyncio.timeout(ACK_DEADLINE_SECONDS):
                response = await self._client.post(self.request_url, content=body, headers=headers)
        except (TimeoutError, httpx.TimeoutException):
            return Ack(_ms_since(started), failure=Failure.TIMEOUT)
        except httpx.TooManyRedirects:
            return Ack(_ms_since(started), failure=Failure.UNREACHABLE, reason="too_many_redirects")
        except httpx.HTTPError:
            return Ack(_ms_since(started), failure=Failure.UNREACHABLE)
        if not response.is_success:
            # Only an app that says no is heard so; one that was too slow is asked again.
            final = response.headers.get("x-slack-no-retry") == "1"
            return Ack(_ms_since(started), failure=Failure.UNREACHABLE, reason="http_error", final=final)
        try:
            return Ack(_ms_since(started), payload=_answer(response) if answerable else None)
        except ValueError:
            return Ack(_ms_since(started), failure=Failure.UNREACHABLE, reason="unknown_error")

    async def close(self) -> None:
        if self._client is not None:
            await self._client.aclose()
            self._client = None


def _encode(kind: EnvelopeKind, payload: Json) -> tuple[bytes, str]:
    form = "application/x-www-form-urlencoded"
    if kind is EnvelopeKind.COMMAND:
        return urlencode(payload).encode(), form
    if kind is EnvelopeKind.INTERACTIVE:
        return urlencode({"payload": dumps(payload)}).encode(), form
    return dumps(payload).encode(), "application/json"


def _answer(response: httpx.Response) -> Json | None:
    if not response.content:
        return None
    if response.headers.get("content-type", "").startswith("application/json"):
        value = response.json()
        return value if isinstance(value, dict) and value else None
    return {"text": response.text}


def _reason(reason: str) -> str:
    return "http_timeout" if reason == "timeout" else reason


def _ms_since(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 1)
