"""`/sandbox/api/*`: what the page and tests do to the workspace."""

import json
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.sandbox.core import Sandbox
from bot.sandbox.errors import ControlRefusal, SlackRefusal
from bot.sandbox.fault_actions import apply_faults, faults_on
from bot.sandbox.interactions import change
from bot.sandbox.interactions.outcome import SETTLE_SECONDS
from bot.sandbox.interactions.press import press
from bot.sandbox.interactions.shortcut import run_shortcut
from bot.sandbox.interactions.slash import run_command
from bot.sandbox.interactions.submit import close_view, submit
from bot.sandbox.interactions.suggest import suggest
from bot.sandbox.interactions.talk import open_home, write
from bot.sandbox.page_socket import Pages
from bot.sandbox.wire import Json, dumps

_Interaction = Callable[[Sandbox, Json, float], Awaitable[Json]]
_INTERACTIONS: dict[str, _Interaction] = {
    "command": run_command,
    "press": press,
    "submit": submit,
    "close_view": close_view,
    "shortcut": run_shortcut,
    "suggest": suggest,
    "message": write,
    "open_home": open_home,
    "react": change.react,
    "edit": change.edit,
    "delete": change.delete,
    "invite": change.invite,
}


class Control:
    def __init__(self, sandbox: Sandbox, pages: Pages) -> None:
        self._sandbox = sandbox
        self._pages = pages

    def routes(self) -> list[Route]:
        reads = {"state": self._state, "calls": self._calls, "traffic": self._traffic, "clock": self._clock_now}
        reads |= {"faults": self._faults_on, "connections": self._connections}
        writes = {"clock": self._advance, "faults": self._set_faults, "reset": self._reset}
        writes |= {"delivery": self._set_delivery, "people": self._change_person}
        routes = [Route(f"/sandbox/api/{name}", self._guarded(do), methods=["GET"]) for name, do in reads.items()]
        for name, do in writes.items():
            routes.append(Route(f"/sandbox/api/{name}", self._guarded(do), methods=["POST"]))
        for name, interaction in _INTERACTIONS.items():
            routes.append(Route(f"/sandbox/api/{name}", self._guarded(self._interact(interaction)), methods=["POST"]))
        return routes

    def _guarded(self, action: Callable[[Request], Awaitable[object]]) -> Callable[[Request], Awaitable[Response]]:
        """Refusals as JSON errors; changes committed before the answer."""

        async def serve(request: Request) -> Response:
            try:
                answer = await action(request)
                status = 200
            except ControlRefusal as refusal:
                answer, status = {"error": refusal.message}, refusal.status
            except SlackRefusal as refusal:
                answer, status = {"error": f"Slack would refuse this: {refusal.error}"}, 400
            self._sandbox.store.flush()
            return Response(dumps(answer), status, media_type="application/json")

        return serve

    def _interact(self, interaction: _Interaction) -> Callable[[Request], Awaitable[Json]]:
        async def serve(request: Request) -> Json:
            body = await read_body(request)
            settle = body.get("settle_seconds", SETTLE_SECONDS)
            if not isinstance(settle, (int, float)):
                raise ControlRefusal("settle_seconds is a number of seconds.")
            return await interaction(self._sandbox, body, float(settle))

        return serve

    # --- reading ---

    async def _state(self, _request: Request) -> Json:
        return self._sandbox.workspace.to_state()

    async def _calls(self, request: Request) -> list[Json]:
        """Web API calls, oldest first; `?after=SEQ` leaves out earlier ones, `?body=1` adds what was sent."""
        entries = self._sandbox.journal.entries("call", after=_number(request, "after"))
        if request.query_params.get("body") in ("1", "true"):
            return entries
        return [{name: value for name, value in entry.items() if name not in ("body", "response")} for entry in entries]

    async def _traffic(self, request: Request) -> list[Json]:
        """Calls and envelopes with their bodies."""
        return self._sandbox.journal.entries(after=_number(request, "after"))

    async def _clock_now(self, _request: Request) -> Json:
        return self._pages.clock()

    async def _faults_on(self, _request: Request) -> Json:
        return faults_on(self._sandbox)

    async def _connections(self, _request: Request) -> Json:
        return {"count": self._sandbox.socket_mode.count}

    # --- changing ---

    async def _advance(self, request: Request) -> Json:
        seconds = (await read_body(request)).get("advance_seconds")
        if not isinstance(seconds, (int, float)) or seconds < 0:
            raise ControlRefusal("advance_seconds is a number of seconds, not below 0: the clock cannot go back.")
        self._sandbox.clock.advance(float(seconds))
        return self._pages.clock()

    async def _set_faults(self, request: Request) -> Json:
        return await apply_faults(self._sandbox, await read_body(request))

    async def _reset(self, _request: Request) -> Json:
        self._sandbox.reset()
        self._pages.restate()
        return {"ok": True}

    async def _set_delivery(self, request: Request) -> Json:
        """`request_url`: where signed HTTP goes, empty for Socket Mode; `verify` asks it first, as Slack does."""
        body = await read_body(request)
        url = str(body.get("request_url") or "")
        if url and not _is_on_this_machine(url):
            raise ControlRefusal(f"{url} is not on this machine; the sandbox delivers to 127.0.0.1 only.")
        if url and body.get("verify") and not await self._sandbox.http_delivery.verify(url):
            raise ControlRefusal(f"{url} did not give the challenge back.")
        self._sandbox.http_delivery.request_url = url
        return {"mode": "http" if url else "socket", "request_url": url}

    async def _change_person(self, request: Request) -> Json:
        """`user` and any of `deleted`, `is_restricted`, `is_admin`, `title`, `groups` (handles): what admins change."""
        body = await read_body(request)
        user = self._sandbox.workspace.user(body.get("user", ""))
        for name, kind in (("deleted", bool), ("is_restricted", bool), ("is_admin", bool), ("title", str)):
            if isinstance(body.get(name), kind):
                setattr(user, name, body[name])
        if body.get("deleted") is True:
            self._sandbox.workspace.leave_everything(user)
        if isinstance(body.get("groups"), list):
            self._sandbox.workspace.set_groups(user, [str(handle) for handle in body["groups"]])
        self._sandbox.workspace.user_changed(user)
        self._pages.restate()
        return user.to_state()


def _is_on_this_machine(url: str) -> bool:
    try:
        parts = urlsplit(url)
        # Reading the port is what finds out that it is none.
        scheme, host, port = parts.scheme, parts.hostname, parts.port
    except ValueError:
        return False
    return scheme == "http" and host in {"127.0.0.1", "localhost"} and port != 0


async def read_body(request: Request) -> Json:
    try:
        body = json.loads(await request.body() or b"{}")
    except ValueError:
        raise ControlRefusal("The body is not JSON.") from None
    if not isinstance(body, dict):
        raise ControlRefusal("The body is not a JSON object.")
    return body


def _number(request: Request, name: str) -> int:
    text = request.query_params.get(name, "0")
    if not text.isdigit():
        raise ControlRefusal(f"{name} is a number, not {text!r}.")
    return int(text)
