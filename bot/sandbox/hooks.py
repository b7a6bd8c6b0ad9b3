"""The addresses an app posts to outside the Web API: response URLs and uploads."""

import base64
import json

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from bot.sandbox.constants import BOT_TOKEN
from bot.sandbox.core import Sandbox
from bot.sandbox.errors import SlackRefusal
from bot.sandbox.methods.files import take_upload
from bot.sandbox.shared_files import kind_of
from bot.sandbox.wire import Json, dumps


class Hooks:
    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def routes(self) -> list[Route]:
        return [
            Route("/commands/{rest:path}", self._respond, methods=["POST"]),
            Route("/actions/{rest:path}", self._respond, methods=["POST"]),
            Route("/upload/{file_id}", self._upload, methods=["POST"]),
            Route("/files/{file_id}/{name:path}", self._private_file, methods=["GET"]),
            Route("/sandbox/files/{file_id}", self._file, methods=["GET"]),
        ]

    async def _respond(self, request: Request) -> Response:
        path = request.url.path.removeprefix("/")
        error = body = None
        try:
            body = await _json_or_form(request)
            self._sandbox.response_urls.take(path, body)
            answer: Response = PlainTextResponse("ok")
        except SlackRefusal as refusal:
            error = refusal.error
            answer = Response(dumps(refusal.answer()), refusal.status, media_type="application/json")
        self._sandbox.store.flush()
        self._sandbox.journal.add(
            "hook", "response_url", self._sandbox.clock.now(), ok=error is None, error=error, body=body
        )
        return answer

    async def _upload(self, request: Request) -> Response:
        workspace = self._sandbox.workspace
        file_id = request.path_params["file_id"]
        try:
            record = take_upload(workspace.files, file_id, await _upload_bytes(request))
        except SlackRefusal as refusal:
            return PlainTextResponse(refusal.error, refusal.status)
        workspace.put_file(file_id, record)
        self._sandbox.store.flush()
        return PlainTextResponse(f"OK - {record['length']}")

    async def _private_file(self, request: Request) -> Response:
        """An app shows its token and needs files:read; anybody else is sent to the door."""
        allowed = self._sandbox.manifest.grants("files:read")
        if request.headers.get("authorization") != f"Bearer {BOT_TOKEN}" or not allowed:
            return RedirectResponse("/", 302)
        return await self._file(request)

    async def _file(self, request: Request) -> Response:
        record = self._sandbox.workspace.files.get(request.path_params["file_id"])
        if record is None or record["content"] is None:
            return PlainTextResponse("file_not_found", 404)
        # As a download: what an app uploaded never runs in the page's origin.
        headers = {"Content-Disposition": "attachment", "X-Content-Type-Options": "nosniff"}
        headers |= {"Content-Security-Policy": "sandbox"}
        return Response(base64.b64decode(record["content"]), media_type=kind_of(record), headers=headers)


async def _json_or_form(request: Request) -> Json:
    """An answer comes as JSON, or in a form's `payload` field as older clients send it."""
    body: str | bytes = await request.body()
    if request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        async with request.form() as form:
            body = str(form.get("payload", "{}"))
    try:
        value = json.loads(body)
    except ValueError:
        raise SlackRefusal("invalid_payload", status=400) from None
    if not isinstance(value, dict):
        raise SlackRefusal("invalid_payload", status=400)
    return value


async def _upload_bytes(request: Request) -> bytes:
    if request.headers.get("content-type", "").startswith("multipart/form-data"):
        async with request.form() as form:
            for value in form.values():
                if not isinstance(value, str):
                    return await value.read()
    return await request.body()
