"""`/api/<method>`: from request to answer, through faults, authentication, scopes and rate limits."""

import asyncio
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import Response

from bot.sandbox.constants import APP_TOKEN, BOT_TOKEN
from bot.sandbox.core import Sandbox
from bot.sandbox.errors import SlackRefusal
from bot.sandbox.methods import METHODS, Call, Method
from bot.sandbox.parsing import Arguments, read_arguments
from bot.sandbox.wire import Json, dumps

_JSON = "application/json; charset=utf-8"
_CONNECT = "apps.connections.open"
_OPEN_TO_ALL = "api.test"
#: Characters of an answer that the journal keeps.
_RESPONSE_KEPT = 4_000


@dataclass(slots=True)
class Exchange:
    """One call on its way: what the journal will say of it."""

    method: str
    at: float
    arguments: Arguments = field(default_factory=lambda: Arguments({}))
    #: It went over a rate limit, whether or not limits are enforced.
    over_limit: bool = False


class WebApi:
    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    async def serve(self, request: Request) -> Response:
        faults = self._sandbox.faults
        exchange = Exchange(request.path_params["method"], self._sandbox.clock.now())
        if faults.delay_seconds and faults.concerns(exchange.method):
            await asyncio.sleep(faults.delay_seconds)
        try:
            method = METHODS.get(exchange.method)
            exchange.arguments = await read_arguments(request, takes_json=method is None or method.takes_json)
            answer = _warned(request, {"ok": True, **self._perform(request, exchange)})
            response = self._respond(exchange, answer)
            self._sandbox.store.flush()
        except SlackRefusal as refusal:
            return self._refuse(exchange, refusal)
        if faults.drops(exchange.method):
            # The change stands, the caller never learns of it: the connection dies before the answer's first byte.
            request.state.abort()
        return response

    def _perform(self, request: Request, exchange: Exchange) -> Json:
        self._fail(exchange)
        method = METHODS.get(exchange.method)
        if method is None:
            raise SlackRefusal("unknown_method", fields={"req_method": exchange.method})
        call = Call(self._sandbox, exchange.arguments)
        if exchange.method != _OPEN_TO_ALL:
            self._authenticate(request, exchange)
            self._authorise(method)
        self._limit(exchange, method, call)
        return method.handler(call)

    def _fail(self, exchange: Exchange) -> None:
        """The refusals that a test has ordered."""
        faults = self._sandbox.faults
        if faults.rate_limits(exchange.method):
            raise _rate_limited(faults.retry_after_seconds)
        if faults.fails(exchange.method):
            raise SlackRefusal(faults.error, status=faults.status or 200)

    def _authenticate(self, request: Request, exchange: Exchange) -> None:
        header = request.headers.get("authorization", "")
        in_header = header[7:].strip() if header[:7].lower() == "bearer " else ""
        if exchange.method == _CONNECT:
            if request.method != "POST":
                raise SlackRefusal("insecure_request")
            token, wanted = in_header, APP_TOKEN
        else:
            token, wanted = in_header or exchange.arguments.text("token"), BOT_TOKEN
        if not token:
            raise SlackRefusal("not_authed")
        if token not in (APP_TOKEN, BOT_TOKEN):
            raise SlackRefusal("invalid_auth")
        if self._sandbox.faults.revoke_token:
            raise SlackRefusal("token_revoked")
        if token != wanted:
            raise SlackRefusal("not_allowed_token_type")

    def _authorise(self, method: Method) -> None:
        manifest = self._sandbox.manifest
        if method.scopes and not any(manifest.grants(scope) for scope in method.scopes):
            fields = {"needed": method.scopes[0], "provided": ",".join(manifest.scopes)}
            raise SlackRefusal("missing_scope", fields=fields)

    def _limit(self, exchange: Exchange, method: Method, call: Call) -> None:
        limits = self._sandbox.limits
        retry_after = limits.check(exchange.method, method.tier)
        if exchange.method == "chat.postMessage":
            retry_after = max(retry_after, limits.check_post(_posted_in(call)))
        exchange.over_limit = retry_after > 0
        if exchange.over_limit and limits.enforced:
            raise _rate_limited(retry_after)

    # --- answers ---

    def _respond(self, exchange: Exchange, answer: Json) -> Response:
        text = dumps(answer)
        self._note(exchange, answer, text)
        return Response(text, media_type=_JSON, headers=self._headers())

    def _refuse(self, exchange: Exchange, refusal: SlackRefusal) -> Response:
        answer = refusal.answer()
        retry_after = refusal.headers.get("Retry-After")
        text = dumps(answer)
        self._note(exchange, answer, text, retry_after_seconds=int(retry_after) if retry_after else None)
        headers = self._headers() | refusal.headers
        if refusal.status >= 500:  # noqa: PLR2004 - Slack's front answers those, in HTML
            page = f"<html><body>Server Error: {refusal.error}</body></html>"
            return Response(page, refusal.status, headers, media_type="text/html")
        return Response(text, refusal.status, headers, media_type=_JSON)

    def _headers(self) -> dict[str, str]:
        return {"x-oauth-scopes": ",".join(self._sandbox.manifest.scopes), "x-slack-req-id": "sandbox"}

    def _note(self, exchange: Exchange, answer: Json, text: str, *, retry_after_seconds: int | None = None) -> None:
        body = {name: value for name, value in exchange.arguments.values.items() if name != "token"}
        channel = answer.get("channel") or body.get("channel") or body.get("channel_id")
        self._sandbox.journal.add(
            "call",
            exchange.method,
            exchange.at,
            channel=channel if isinstance(channel, str) else None,
            ok=answer["ok"],
            error=answer.get("error"),
            rate_limit_violation=exchange.over_limit,
            retry_after_seconds=retry_after_seconds,
            body=body,
            # As text: messages go on changing, and a long history read often would fill the memory.
            response=text[:_RESPONSE_KEPT],
        )


def _warned(request: Request, answer: Json) -> Json:
    """Slack takes JSON of an unnamed character set, and says that it should be named."""
    kind = request.headers.get("content-type", "").lower()
    if not kind.startswith("application/json") or "charset" in kind:
        return answer
    metadata = answer.get("response_metadata", {}) | {"warnings": ["missing_charset"]}
    return answer | {"warning": "missing_charset", "response_metadata": metadata}


def _rate_limited(retry_after_seconds: int) -> SlackRefusal:
    return SlackRefusal("ratelimited", status=429, headers={"Retry-After": str(retry_after_seconds)})


def _posted_in(call: Call) -> str:
    """The id of the channel a post is meant for, however it is named."""
    reference = call.arguments.text("channel")
    user = call.workspace.users.get(reference)
    if user is not None:
        return "D" + user.id[1:]
    found = call.workspace.find_channel(reference)
    return found.id if found else reference
