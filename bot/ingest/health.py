"""Alive, ready, and counted: what a supervisor, a load balancer and Prometheus ask; open to all who reach the port."""

from enum import StrEnum
from typing import Protocol

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from pydantic import BaseModel
from starlette.responses import Response

from bot.ingest.endpoint import Call, Endpoint, Reply, Told

TAG = "Health"


class Check(BaseModel):
    """One thing that riskbot needs to do its work."""

    name: str
    ok: bool
    detail: str


class Readiness(Protocol):
    """Knows how the things stand that riskbot needs: the database, the link to Slack, the last tick."""

    async def checks(self) -> list[Check]:
        """Answers within a second or two: supervisors do not wait long."""
        ...


class HealthStatus(StrEnum):
    OK = "ok"
    READY = "ready"
    NOT_READY = "not_ready"


class Alive(BaseModel):
    status: HealthStatus


class Ready(BaseModel):
    status: HealthStatus
    checks: list[Check]


class HealthApi:
    def __init__(self, readiness: Readiness, registry: CollectorRegistry) -> None:
        self._readiness = readiness
        self._registry = registry

    async def alive(self, _call: Call) -> Alive:
        return Alive(status=HealthStatus.OK)

    async def ready(self, _call: Call) -> Reply:
        checks = await self._readiness.checks()
        if all(check.ok for check in checks):
            return Reply(Ready(status=HealthStatus.READY, checks=checks))
        return Reply(Ready(status=HealthStatus.NOT_READY, checks=checks), 503, {"Retry-After": "5"})

    async def metrics(self, _call: Call) -> Response:
        return Response(generate_latest(self._registry), headers={"Content-Type": CONTENT_TYPE_LATEST})


def health_endpoints(readiness: Readiness, registry: CollectorRegistry) -> list[Endpoint]:
    api = HealthApi(readiness, registry)
    return [
        Endpoint(
            method="GET",
            path="/healthz",
            scope=None,
            tag=TAG,
            summary="Alive",
            description="Answers as long as the process runs.",
            handler=api.alive,
            answers={200: Told("It runs.", Alive)},
        ),
        Endpoint(
            method="GET",
            path="/readyz",
            scope=None,
            tag=TAG,
            summary="Ready",
            description="Whether everything that riskbot needs works, check by check.",
            handler=api.ready,
            answers={200: Told("Everything works.", Ready), 503: Told("Something does not work.", Ready)},
        ),
        Endpoint(
            method="GET",
            path="/metrics",
            scope=None,
            tag=TAG,
            summary="Metrics",
            description="Counters and durations in Prometheus' text format.",
            handler=api.metrics,
            answers={200: Told("The metrics.", media_type="text/plain")},
        ),
    ]
