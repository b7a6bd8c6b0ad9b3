"""HTTP mode: Slack calls us; the signature is checked before anything is read, and each counts once."""

from collections import OrderedDict
from http import HTTPStatus

from slack_bolt.adapter.starlette.async_handler import to_async_bolt_request, to_starlette_response
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.signature import SignatureVerifier
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.clock import monotonic_seconds
from bot.slack.manifest import EVENTS_PATH

#: Slack's own window for a request's age; a signature is remembered for that long on both sides of now.
WINDOW_SECONDS = 300.0
REMEMBERED = 50_000
BODY_LIMIT_BYTES = 1_048_576
LONGEST_TIMESTAMP = 16
LONGEST_LENGTH = 16


class ReplayGuard:
    """Remembers the signatures of the window: the same signed request counts once."""

    def __init__(self) -> None:
        self._seen: OrderedDict[str, float] = OrderedDict()

    def is_replay(self, signature: str) -> bool:
        """Whether it was seen before; from now on it was. Ask for verified ones alone: strangers must not fill it."""
        now = monotonic_seconds()
        while self._seen and (len(self._seen) > REMEMBERED or now - self._oldest() > 2 * WINDOW_SECONDS):
            self._seen.popitem(last=False)
        return self._seen.setdefault(signature, now) != now

    def _oldest(self) -> float:
        return next(iter(self._seen.values()))


class SlackDoor:
    """The one address for commands, presses and events; shut until Slack has told us who we are."""

    def __init__(self) -> None:
        self._guard = ReplayGuard()
        self._app: AsyncApp | None = None
        self._verifier: SignatureVerifier | None = None

    def open(self, app: AsyncApp, signing_secret: str) -> None:
        self._verifier = SignatureVerifier(signing_secret)
        self._app = app

    def route(self) -> Route:
        return Route(EVENTS_PATH, self._receive, methods=["POST"])

    async def _receive(self, request: Request) -> Response:
        if self._app is None or self._verifier is None:
            return PlainTextResponse("not connected to Slack yet", HTTPStatus.SERVICE_UNAVAILABLE)
        refused = _refusal(request)
        if refused is not None:
            return refused
        body = await request.body()
        # Bolt reads the body before it looks at the signature; a stranger's body is not even read here.
        if not _is_slacks(self._verifier, request, body):
            return PlainTextResponse("not signed by Slack", HTTPStatus.UNAUTHORIZED)
        if self._guard.is_replay(request.headers["x-slack-signature"]):
            return PlainTextResponse("this request was received before", HTTPStatus.UNAUTHORIZED)
        try:
            understood = to_async_bolt_request(request, body)
        except (ValueError, AttributeError, RecursionError):
            return PlainTextResponse("signed by Slack, but nothing that riskbot can read", HTTPStatus.BAD_REQUEST)
        return to_starlette_response(await self._app.async_dispatch(understood))


def _is_slacks(verifier: SignatureVerifier, request: Request, body: bytes) -> bool:
    signature = request.headers.get("x-slack-signature", "")
    # The SDK raises TypeError for a signature outside ASCII, and reads the body as text.
    try:
        return signature.isascii() and verifier.is_valid(body, request.headers["x-slack-request-timestamp"], signature)
    except UnicodeDecodeError:
        return False


def _refusal(request: Request) -> Response | None:
    """What need not even be verified."""
    timestamp = request.headers.get("x-slack-request-timestamp", "")
    # The SDK's verifier raises ValueError for a timestamp that is no number.
    if not timestamp.isdecimal() or len(timestamp) > LONGEST_TIMESTAMP:
        return PlainTextResponse("not signed by Slack", HTTPStatus.UNAUTHORIZED)
    length = request.headers.get("content-length", "")
    # Python refuses to read a number of thousands of digits.
    if not length.isdecimal() or len(length) > LONGEST_LENGTH or int(length) > BODY_LIMIT_BYTES:
        return PlainTextResponse("too large, or of unknown length", HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    return None
