"""``consult doctor``: is this instance well, and if not, what to do."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from tempfile import TemporaryFile

from rich.console import Console
from rich.markup import escape

from consult.core.database import database, execute, pending_migrations
from consult.core.logs import without_secrets
from consult.core.outbox import backlog
from consult.resources import resource_folder
from consult.settings import settings

Check = Callable[[], Awaitable[str]]


async def _files() -> str:
    for name in ("templates", "static"):
        if not any(resource_folder(name).iterdir()):
            raise RuntimeError(f"{name} is empty: install Consult again")
    return "templates and static files are here"


async def _address() -> str:
    if not settings().is_local and not settings().is_https:
        raise RuntimeError("CONSULT_BASE_URL begins with http://: whoever listens on the way reads people's sessions")
    return f"people come to {settings().base_url}"


async def _mail() -> str:
    if settings().smtp_url.get_secret_value():
        return "mail goes out by CONSULT_SMTP_URL"
    return "no CONSULT_SMTP_URL: mails are written down and not sent"


async def _database() -> str:
    pending = await pending_migrations(settings().database_url)
    if pending:
        raise RuntimeError(f"{len(pending)} migrations are waiting: run consult migrate")
    return "the database answers and is up to date"


async def _owed() -> str:
    async with database(settings().database_url):
        owed = await backlog()
    if owed["failed"]:
        raise RuntimeError(f"{owed['failed']} reactions were given up: see the column error of the table outbox")
    return f"{owed['due']} reactions are due"


async def _mails() -> str:
    async with database(settings().database_url):
        rows = await execute("SELECT state, COUNT(*) AS number FROM mail GROUP BY state")
    by_state = {row["state"]: row["number"] for row in rows}
    if by_state.get("failed"):
        raise RuntimeError(f"{by_state['failed']} mails were given up: see the column error of the table mail")
    return f"{by_state.get('waiting', 0)} mails wait, {by_state.get('sent', 0)} have been sent"


async def _folder() -> str:
    folder = settings().files.absolute()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=folder) as probe:
            probe.write(b"consult")
    except OSError as error:
        raise RuntimeError(f"CONSULT_FILES, {folder}, cannot be written to: {error.strerror}") from error
    return f"files of results go to {folder}"


async def _exports() -> str:
    async with database(settings().database_url):
        rows = await execute("SELECT COUNT(*) AS number FROM export_set WHERE state = 'failed'")
    if rows[0]["number"]:
        raise RuntimeError(
            f"{rows[0]['number']} sets of files were given up: see the column error of the table export_set"
        )
    return "no set of files was given up"


CHECKS: tuple[Check, ...] = (_files, _address, _mail, _folder)
OF_THE_DATABASE: tuple[Check, ...] = (_owed, _mails, _exports)


async def examine(*of_rooms: Check) -> int:
    """Run every check and print its outcome; returns the number of faults.

    Args:
        of_rooms: checks of rooms that this one does not know; the database is open for them.
    """
    console = Console()
    console.print(escape(f"Consult, in {Path.cwd()}, at {settings().base_url}"))
    faults = sum([not await _passes(check, console) for check in CHECKS])
    if not await _passes(_database, console):  # what else would be asked of it has no tables yet, or no answer
        return faults + 1
    faults += sum([not await _passes(check, console) for check in OF_THE_DATABASE])
    async with database(settings().database_url):
        return faults + sum([not await _passes(check, console) for check in of_rooms])


async def _passes(check: Check, console: Console) -> bool:
    try:
        console.print(f"[green]ok[/]    {escape(await check())}")
    except Exception as error:
        console.print(f"[red]fault[/] {escape(without_secrets(str(error)) or type(error).__name__)}")
        return False
    return True
