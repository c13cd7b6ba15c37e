"""Health and metrics. These answer without a territory; the reverse proxy keeps /metrics to itself (README)."""

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from consult.core.database import execute
from consult.core.outbox import backlog
from consult.web.gate import anyone


async def alive(request: Request) -> Response:
    """The process answers."""
    return PlainTextResponse("ok\n")


async def ready(request: Request) -> Response:
    """The database answers too."""
    await execute("SELECT 1 AS one")
    return PlainTextResponse("ready\n")


async def metrics(request: Request) -> Response:
    """What is owed by the outbox, for Prometheus. Only this machine may ask."""
    if request.client is None or request.client.host not in {"127.0.0.1", "::1", "testclient"}:
        return PlainTextResponse("403\n", status_code=403)
    registry = CollectorRegistry()
    owed = await backlog()
    for name, value in owed.items():
        Gauge(f"consult_outbox_{name}", f"Reactions {name} in the outbox", registry=registry).set(value)
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


for _open in (alive, ready, metrics):
    _open.gate = anyone  # type: ignore[attr-defined]
