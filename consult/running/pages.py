"""Health and metrics. These answer without a territory; the reverse proxy keeps /metrics to itself (README)."""

import asyncio

import structlog
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from consult.core.database import execute
from consult.core.outbox import backlog
from consult.web.gate import anyone

log = structlog.get_logger()
_BY_A_PROXY = ("forwarded", "x-forwarded-for", "x-real-ip", "via")


async def alive(request: Request) -> Response:
    """The process answers."""
    return PlainTextResponse("ok\n")


async def ready(request: Request) -> Response:
    """The database answers too; 503 while it does not, so that a balancer sends nobody here."""
    try:
        async with asyncio.timeout(5):
            await execute("SELECT 1 AS one")
    except Exception as error:
        log.warning("not_ready", error=type(error).__name__)
        return PlainTextResponse("the database does not answer\n", status_code=503)
    return PlainTextResponse("ready\n")


async def metrics(request: Request) -> Response:
    """What is owed by the outbox, for Prometheus. Only this machine may ask, and not by way of a reverse proxy."""
    here = request.client is not None and request.client.host in {"127.0.0.1", "::1"}
    if not here or any(name in request.headers for name in _BY_A_PROXY):
        return PlainTextResponse("403\n", status_code=403)
    registry = CollectorRegistry()
    owed = await backlog()
    for name, value in owed.items():
        Gauge(f"consult_outbox_{name}", f"Reactions {name} in the outbox", registry=registry).set(value)
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


for _open in (alive, ready, metrics):
    _open.gate = anyone  # type: ignore[attr-defined]
