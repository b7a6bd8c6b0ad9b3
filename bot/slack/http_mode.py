"""HTTP mode: Slack calls us; Bolt checks the signature, this checks what Bolt does not."""

from collections import OrderedDict
from http import HTTPStatus

from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_bolt.app.async_app import AsyncApp
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
        """Whether it was seen before; from now on it was."""
        now = monotonic_seconds()
        while self._seen and (len(self._seen) > REMEMBERED or now - self._oldest() > 2 * WINDOW_SECONDS):
            self._seen.popitem(last=False)
        return self._seen.setdefault(signature, now) != now

    def forget(self, signature: str) -> None:
        """It was no signature of Slack's; strangers must not fill the memory."""
        self._seen.pop(signature, None)

    def _oldest(self) -> float:
        return next(iter(self._seen.values()))


class SlackDoor:
    """The one address for commands, presses and events; shut until Slack has told us who we are."""

    def __init__(self) -> None:
        self._guard = ReplayGuard()
        self._handler: AsyncSlackRequestHandler | None = None

    def open(self, app: AsyncApp) -> None:
        self._handler = AsyncSlackRequestHandler(app)

    def route(self) -> Route:
        return Route(EVENTS_PATH, self._receive, methods=["POST"])

    async def _receive(self, request: Request) -> Response:
        if self._handler is None:
            return PlainTextResponse("not connected to Slack yet", HTTPStatus.SERVICE_UNAVAILABLE)
        refused = _refusal(request)
        if refused is not None:
            return refused
        signature = request.headers.get("x-slack-signature", "")
        if self._guard.is_replay(signature):
            return PlainTextResponse("this request was received before", HTTPStatus.UNAUTHORIZED)
        answer: Response = await self._handler.handle(request)
        if answer.status_code == HTTPStatus.UNAUTHORIZED:
            self._guard.forget(signature)
        return answer


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
