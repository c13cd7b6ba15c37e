"""The application: the one place that knows everyone."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import partial
from importlib import import_module
from importlib.util import find_spec

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware

from consult.accounts.actions import sweep as sweep_accounts
from consult.accounts.queries import visitor_row
from consult.analysis.keeping import keep_all_figures, keep_figures
from consult.core import outbox, wake
from consult.core.database import database
from consult.exports.making.maker import make_all_exports, make_exports
from consult.exports.making.sweeping import sweep_files
from consult.exports.voters import freeze_closed
from consult.moderation.actions.correcting import reopen_overdue
from consult.moderation.actions.sealing import drop_sealed, forget_reporters
from consult.notifications.sending import send_all, send_bulk, send_waiting, sweep_mails
from consult.notifications.writing.digests import write_digests
from consult.notifications.writing.mailings import write_all, write_mailings
from consult.notifications.writing.queue import write_queue_notices
from consult.notifications.writing.reminders import write_reminders
from consult.register.calendar import record_rounds
from consult.register.heads import sign_heads
from consult.register.taking_over import take_over
from consult.settings import settings
from consult.territories.queries import territory_row_by_host
from consult.web.body_limit import BodyLimit
from consult.web.context import TerritoryView, Visitor
from consult.web.error_pages import HANDLERS
from consult.web.headers import SecurityHeaders
from consult.web.page_cache import PageCache

PATIENCE_SECONDS = 10.0
ROOMS = (
    "territories", "accounts", "organisations", "consultations", "contributions", "arguments", "sources", "votes",
    "moderation", "imports", "notifications", "register", "exports", "reports", "demo",
)  # fmt: skip


def load_effects() -> None:
    """Import every room's effects, so that actions know which reactions their events call for."""
    for room in ROOMS:
        for part in ("events", "effects"):
            if find_spec(f"consult.{room}.{part}"):
                import_module(f"consult.{room}.{part}")


async def find_territory(host: str) -> TerritoryView | None:
    """The territory of a request, for the web layer."""
    row = await territory_row_by_host(host)
    return TerritoryView(**row) if row else None  # type: ignore[arg-type]


async def find_visitor(token: str, territory_id: int) -> Visitor | None:
    """The visitor of a request, for the web layer."""
    row = await visitor_row(token, territory_id)
    if row is None:
        return None
    return Visitor(
        account_id=row["account_id"],
        public_name=row["public_name"],
        confirmed=row["confirmed_at"] is not None,
        language=row["language"],
        session_id=row["session_id"],
        roles=row["roles"],
        restricted_until=row["restricted_until"],
    )


async def work(stop: asyncio.Event | None = None) -> None:
    """All that the worker does, until it is told to stop."""
    posts = [partial(send_waiting, stop=stop), partial(send_bulk, stop=stop)]
    await outbox.work(
        stop,
        chores=[*posts, write_mailings, keep_figures, partial(make_exports, stop=stop)],
        minutes=[
            *(write_digests, write_reminders, write_queue_notices),
            *(reopen_overdue, freeze_closed, take_over, record_rounds, sign_heads),
        ],
        sweeps=[sweep_accounts, sweep_mails, drop_sealed, forget_reporters, sweep_files],
    )


async def work_once() -> str:
    """What is due now, and no more (``consult worker --once``); says how much it was."""
    done = await outbox.drain_all()
    await reopen_overdue()
    await write_reminders()
    await write_queue_notices()
    await freeze_closed()
    while await write_digests():
        pass
    written = await write_all()
    await keep_all_figures()
    while await take_over():
        pass
    await record_rounds()
    await sign_heads()
    await make_all_exports()
    done += await outbox.drain_all()  # those who wait for files that were just made hear of it in this turn
    return f"{done} reactions done, {written} mails written to many, {await send_all()} mails sent"


async def work_until_told() -> None:
    """Work (``consult worker``) until SIGTERM or SIGINT, which let what is being done come to its end."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, _end, stop)
    await work(stop)


def _end(stop: asyncio.Event) -> None:
    stop.set()
    wake.worker()


@asynccontextmanager
async def _lifespan(app: Starlette) -> AsyncIterator[None]:
    async with database(settings().database_url):
        if not settings().worker_inside:
            yield
            return
        stop = asyncio.Event()
        worker = asyncio.create_task(work(stop))
        try:
            yield
        finally:
            _end(stop)
            with suppress(TimeoutError, asyncio.CancelledError):
                await asyncio.wait_for(worker, PATIENCE_SECONDS)


def create_app(*, open_database: bool = True) -> Starlette:
    """Put the application together.

    Args:
        open_database: False when the caller has opened the database already (tests).
    """
    from consult.routes import ROUTES  # routes import every room's pages: after the settings have been accepted

    load_effects()
    app = Starlette(
        routes=ROUTES,
        exception_handlers=HANDLERS,
        lifespan=_lifespan if open_database else None,
        middleware=[
            Middleware(PageCache),
            Middleware(SecurityHeaders),
            Middleware(GZipMiddleware, minimum_size=600, compresslevel=5),
            Middleware(BodyLimit),
        ],
    )
    app.state.find_territory = find_territory
    app.state.find_visitor = find_visitor
    return app
