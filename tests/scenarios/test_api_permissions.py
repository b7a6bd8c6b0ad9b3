"""Every call of the HTTP API is tried without a token, with a wrong one, and with a token of every single scope."""

from datetime import timedelta

import httpx
import pytest

from bot.ingest.tokens import Scope, create_token
from bot.store import tokens
from tests.scenarios.driver import Bot, Workspace
from tests.scenarios.wire import statuses

# What a token may do is decided before any database is asked for more than the token.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

#: What each call takes; None: no token at all. A new call must be entered here.
TAKES = {
    "POST /v1/alerts": Scope.INGEST,
    "GET /v1/alerts": Scope.READ,
    "POST /v1/alerts/{id}/acknowledge": Scope.RESPOND,
    "POST /v1/alerts/{id}/resolve": Scope.RESPOND,
    "GET /v1/silences": Scope.READ,
    "POST /v1/silences": Scope.RESPOND,
    "DELETE /v1/silences/{id}": Scope.RESPOND,
    "POST /v1/escalations/decide": Scope.ESCALATE,
    "GET /v1/escalations": Scope.ESCALATE,
    "POST /v1/escalations": Scope.ESCALATE,
    "GET /v1/escalations/{id}": Scope.ESCALATE,
    "POST /v1/escalations/{id}/withdraw": Scope.ESCALATE,
    "POST /v1/escalations/{id}/edit": Scope.ESCALATE,
    "POST /v1/escalations/{id}/execute": Scope.ESCALATE,
    "POST /v1/escalations/{id}/execution": Scope.ESCALATE,
    "GET /v1/costs": Scope.READ,
    "GET /v1/controls": Scope.READ,
    "GET /v1/callbacks": Scope.ESCALATE,
    "POST /v1/callbacks/{id}/retry": Scope.ESCALATE,
    "POST /v1/hooks/alertmanager": Scope.INGEST,
    "POST /v1/hooks/litellm": Scope.INGEST,
    "POST /otlp/v1/traces": Scope.INGEST,
    "POST /otlp/v1/metrics": Scope.INGEST,
    "POST /v1/telemetry/calls": Scope.INGEST,
    "POST /v1/telemetry/tasks": Scope.INGEST,
    "GET /healthz": None,
    "GET /readyz": None,
    "GET /metrics": None,
    "GET /openapi.json": None,
    "GET /docs": None,
    "GET /docs/{name}": None,
}
REFUSED = (401, 403)


async def operations(bot: Bot) -> set[str]:
    document = (await bot.api.get("/openapi.json")).json()
    return {f"{method.upper()} {path}" for path, methods in document["paths"].items() for method in methods}


async def call(bot: Bot, operation: str, token: str | None) -> httpx.Response:
    method, path = operation.replace("{id}", "1").replace("{name}", "swagger-ui.css").split()
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with httpx.AsyncClient(base_url=bot.api.base_url, headers=headers, trust_env=False) as http:
        body = {"json": []} if method == "POST" else {}
        return await http.request(method, path, **body)


@pytest.fixture
async def served(bot: Bot, workspace: Workspace) -> Bot:
    await bot.fire()
    return bot


async def test_every_call_is_known(served: Bot) -> None:
    assert await operations(served) == set(TAKES)


@pytest.mark.parametrize("operation", [name for name, scope in TAKES.items() if scope])
async def test_only_the_right_scope_opens_a_call(served: Bot, operation: str) -> None:
    before = await statuses(served)
    revoked = (await create_token(served.database, name="revoked", scopes=list(Scope))).text
    await served.database.write(lambda tx: tokens.revoke(tx, "revoked"))
    expired = (
        await create_token(served.database, name="expired", scopes=list(Scope), expires_in=timedelta(seconds=-1))
    ).text
    for token in (None, "rb_wrong.token", revoked, expired):
        answer = await call(served, operation, token)
        assert answer.status_code == 401, (operation, token, answer.text)
        assert answer.json()["error"]["hint"]
    for scope in Scope:
        if scope != TAKES[operation]:
            token = (await create_token(served.database, name=f"only-{scope}", scopes=[scope])).text
            answer = await call(served, operation, token)
            assert answer.status_code == 403, (operation, scope)
    assert await statuses(served) == before
    right = (await create_token(served.database, name="right", scopes=[TAKES[operation]])).text
    assert (await call(served, operation, right)).status_code not in REFUSED


@pytest.mark.parametrize("operation", [name for name, scope in TAKES.items() if not scope])
async def test_what_takes_no_token_tells_nothing_of_alerts(served: Bot, operation: str) -> None:
    answer = await call(served, operation, None)
    assert answer.status_code in {200, 503}
    assert "glm-4.5" not in answer.text or operation == "GET /openapi.json"
