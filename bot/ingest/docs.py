"""`/openapi.json` and `/docs`: Swagger UI from a package of ours, so that the page works offline."""

import json
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from starlette.responses import FileResponse, Response

from bot.ingest.endpoint import Call, Endpoint, Told, checked

TAG = "Documentation"
#: Scripts, styles and data of our own origin; Swagger UI sets styles on elements and draws its icons from data URLs.
POLICY = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'"
HEADERS = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}

PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>riskbot: HTTP API</title>
<link rel="stylesheet" href="/docs/swagger-ui.css">
<link rel="icon" type="image/png" href="/docs/favicon-32x32.png">
</head>
<body>
<div id="docs"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
"""

# The packaged Swagger UI draws OpenAPI 3.0 only and looks at nothing but this number; what 3.1 adds and our document
# uses (`const`, a null among several types) it shows well enough.
START = """fetch("/openapi.json").then((answer) => answer.json()).then((spec) => {
  SwaggerUIBundle({
    spec: { ...spec, openapi: "3.0.3" },
    dom_id: "#docs",
    deepLinking: true,
    validatorUrl: null,
    presets: [SwaggerUIBundle.presets.apis],
  });
});
"""


class Asset(StrEnum):
    """The files that the page loads."""

    STYLE = "swagger-ui.css"
    SCRIPT = "swagger-ui-bundle.js"
    ICON = "favicon-32x32.png"
    START = "start.js"


class AssetPath(BaseModel):
    name: Asset


class DocsApi:
    """Makes the document when somebody first asks for it."""

    def __init__(self, make: Callable[[], dict[str, Any]]) -> None:
        self._make = make
        self._document = b""

    async def openapi(self, _call: Call) -> Response:
        if not self._document:
            self._document = json.dumps(self._make(), ensure_ascii=False).encode()
        return Response(self._document, headers=HEADERS, media_type="application/json")

    async def page(self, _call: Call) -> Response:
        return Response(PAGE, headers={**HEADERS, "Content-Security-Policy": POLICY}, media_type="text/html")

    async def asset(self, call: Call) -> Response:
        name = checked(call.path, AssetPath).name
        headers = {**HEADERS, "Cache-Control": "max-age=86400"}
        if name == Asset.START:
            return Response(START, headers=headers, media_type="text/javascript")
        return FileResponse(_assets() / name, headers=headers)


def _assets() -> Path:
    # Its import costs 40 ms, which a start need not pay.
    from swagger_ui_bundle import swagger_ui_path

    return Path(str(swagger_ui_path))


def docs_endpoints(make: Callable[[], dict[str, Any]]) -> list[Endpoint]:
    api = DocsApi(make)
    return [
        Endpoint(
            method="GET",
            path="/openapi.json",
            scope=None,
            tag=TAG,
            summary="This document",
            description="OpenAPI 3.1.",
            handler=api.openapi,
            answers={200: Told("The document.", media_type="application/json")},
        ),
        Endpoint(
            method="GET",
            path="/docs",
            scope=None,
            tag=TAG,
            summary="This document as a page",
            description="Swagger UI; calls can be tried from it with a token.",
            handler=api.page,
            answers={200: Told("The page.", media_type="text/html")},
        ),
        Endpoint(
            method="GET",
            path="/docs/{name}",
            scope=None,
            tag=TAG,
            summary="A file of the page",
            description="Scripts, style and icon.",
            handler=api.asset,
            path_model=AssetPath,
            answers={200: Told("The file.", media_type="*/*")},
        ),
    ]
