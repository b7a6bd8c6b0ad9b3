"""Puts the HTTP API together: endpoints, the path that all share, and the answers where there is no endpoint."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from importlib.metadata import version

from prometheus_client import CollectorRegistry
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from bot.ingest import problems
from bot.ingest.alertmanager import alertmanager_endpoint
from bot.ingest.alerts import alert_endpoints
from bot.ingest.docs import docs_endpoints
from bot.ingest.endpoint import Endpoint
from bot.ingest.escalated import IsStronger, nobody_is_stronger
from bot.ingest.exchange import Gate, make_routes
from bot.ingest.fast_lane import FastLane, express_ways
from bot.ingest.health import Readiness, health_endpoints
from bot.ingest.intake import Intake
from bot.ingest.litellm import LitellmApi, litellm_endpoint
from bot.ingest.metrics import HttpMetrics
from bot.ingest.openapi import document
from bot.ingest.otlp.api import OtlpApi, otlp_endpoints
from bot.ingest.problems import MethodNotAllowed, NoSuchPath
from bot.ingest.rate_limits import RateLimits
from bot.ingest.telemetry import call_intake, task_intake, telemetry_endpoints
from bot.ingest.text import printable
from bot.ingest.tokens import Tokens
from bot.right_of_way import RightOfWay
from bot.services.alerts.desk import AlertDesk
from bot.services.telemetry.desk import TelemetryDesk
from bot.services.telemetry.meters import MeterDesk
from bot.settings import HttpSettings
from bot.store.database import Database


def build_app(
    desk: AlertDesk,
    telemetry: TelemetryDesk,
    database: Database,
    settings: HttpSettings,
    *,
    readiness: Readiness,
    metrics: CollectorRegistry,
    way: RightOfWay,
    is_stronger: IsStronger = nobody_is_stronger,
    endpoints: Sequence[Endpoint] = (),
    extra_routes: Sequence[BaseRoute] = (),
) -> FastLane:
    """The whole API. `endpoints` are further calls of ours; `extra_routes` are served as they are, undocumented.

    Its lifespan's end waits until everything that was taken is durable; run it with the server's lifespan on.
    """
    http_metrics = HttpMetrics(metrics)
    intake = Intake(desk, http_metrics, way)
    calls = call_intake(telemetry, http_metrics, database.clock, way)
    tasks = task_intake(telemetry, http_metrics, database.clock, way)
    litellm = LitellmApi(telemetry, is_stronger, metrics=http_metrics, clock=database.clock, way=way)
    spans_win_for = telemetry.settings.spans_win_for
    meters = MeterDesk(database, telemetry.book, telemetry.price, is_stronger, spans_win_for=spans_win_for)
    otlp = OtlpApi(telemetry, meters, is_stronger, metrics=http_metrics, clock=database.clock, way=way)
    http_metrics.watch_labels(telemetry.book.overflowed)
    every = [
        # The hot ones first: a router looks at its routes in order.
        *telemetry_endpoints(calls, tasks, telemetry.settings),
        litellm_endpoint(litellm, telemetry.settings.body_limit_bytes),
        *otlp_endpoints(otlp, telemetry.settings),
        *alert_endpoints(desk, intake, settings),
        alertmanager_endpoint(intake, settings),
        *endpoints,
        *health_endpoints(readiness, metrics),
    ]
    every += docs_endpoints(lambda: document(every, version("riskbot")))

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        yield
        for each in (calls, tasks, litellm, otlp, intake):
            await each.drain()

    gate = Gate(Tokens(database), RateLimits(settings), way)
    ours = make_routes(every, gate, http_metrics)
    app = Starlette(
        routes=[*ours, *extra_routes],
        lifespan=lifespan,
        exception_handlers={404: _nothing_here, 405: _wrong_method},
    )
    # A redirect would have the sender's POST arrive as a GET, or without its token.
    app.router.redirect_slashes = False
    return FastLane(app, ours, express_ways(every, gate, http_metrics))


async def _nothing_here(request: Request, _error: Exception) -> Response:
    missing = NoSuchPath(f"Nothing is served at {printable(request.url.path)}.")
    return problems.answer(missing, where=printable(request.method))


async def _wrong_method(request: Request, error: Exception) -> Response:
    """Only routes of others come here; ours know their methods themselves."""
    headers = getattr(error, "headers", None)
    wrong = MethodNotAllowed(f"{printable(request.url.path)} does not answer to this method.", headers=headers)
    return problems.answer(wrong, where=printable(request.method))
