"""A database for each test, on the engine that the environment names, quick enough to have one for every test.

``CONSULT_TEST_DATABASE`` is ``sqlite`` (as when it is not set) or ``postgres``. On SQLite a file is migrated once, kept
for the next runs as long as all that makes its tables stays what it is, and copied for each test; on PostgreSQL a
database is migrated once a worker and emptied after each test, on the server that ``CONSULT_TEST_POSTGRES`` names, or
on a private one for the time of the run.

Fixtures: ``database_url`` is a fresh migrated database; ``db`` is the same, open; ``empty_database_url`` has no tables.
What takes long to fill is filled once a run for all workers, and cloned: ``filled()`` of the makers (tests/filled.py).
"""

import asyncio
import fcntl
import hashlib
import os
import secrets
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest

from consult.core.database import database, migrate, tortoise_config
from consult.resources import resource_folder

T = TypeVar("T")
ENGINE = os.environ.get("CONSULT_TEST_DATABASE", "sqlite")
_HOLD_SERVER = "import os, sys; print(os.environ['CONSULT_TEST_POSTGRES'], flush=True); sys.stdin.read()"
_server: subprocess.Popen[str] | None = None
Fill = Callable[[], Coroutine[Any, Any, object]]


# ---------------------------------------------------------------- the server, for the time of the run


def pytest_configure(config: pytest.Config) -> None:
    """Start a private PostgreSQL when one is needed and none is named; xdist's workers inherit its address."""
    global _server
    os.environ.setdefault("CONSULT_TEST_RUN", f"{ENGINE}-{os.getpid()}")
    if ENGINE not in {"sqlite", "postgres"}:
        raise pytest.UsageError(f"CONSULT_TEST_DATABASE is {ENGINE!r}: it must be sqlite or postgres")
    if ENGINE != "postgres" or os.environ.get("CONSULT_TEST_POSTGRES") or hasattr(config, "workerinput"):
        return
    command = [str(Path(__file__).parents[1] / "scripts" / "with-postgres"), sys.executable, "-c", _HOLD_SERVER]
    _server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    address = _server.stdout.readline().strip() if _server.stdout else ""
    if not address:
        raise pytest.UsageError("no PostgreSQL could be started: set CONSULT_TEST_POSTGRES to a server's address")
    os.environ["CONSULT_TEST_POSTGRES"] = address


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the private PostgreSQL; it also stops by itself when this process dies."""
    global _server
    if not hasattr(config, "workerinput"):
        shutil.rmtree(Path(tempfile.gettempdir()) / f"consult-filled-{_run_name()}", ignore_errors=True)
        os.environ.pop("CONSULT_TEST_RUN", None)
    if _server is not None and _server.stdin:
        _server.stdin.close()
        _server.wait(timeout=30)
        _server = None
        os.environ.pop("CONSULT_TEST_POSTGRES", None)


# ---------------------------------------------------------------- asynchronous work from plain fixtures


class _Aside:
    """A loop in a thread of its own: a plain fixture may be set up while the test's loop, or a browser's, runs."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(timeout=120)

    def close(self) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()


async def make_tables(url: str) -> None:
    """Migrate; or, while there are no migrations yet, make the tables straight from the models."""
    if any(resource_folder("migrations").glob("[0-9]*.py")):
        await migrate(url)
        return
    async with database(url, config=tortoise_config(url), everywhere=False) as context:
        await context.generate_schemas()


# ---------------------------------------------------------------- filled once a run


def _run_name() -> str:
    """A name that all workers of this run share, and no other run."""
    return os.environ.get("CONSULT_TEST_RUN", "")


@contextmanager
def _one_worker_at_a_time(name: str) -> Iterator[Path]:
    """The folder that the workers of this run share, while no other of them fills this database."""
    folder = Path(tempfile.gettempdir()) / f"consult-filled-{_run_name()}"
    folder.mkdir(exist_ok=True)
    with (folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder


async def _fill(url: str, fill: Fill) -> None:
    async with database(url, everywhere=False):
        await fill()


# ---------------------------------------------------------------- one maker of databases an engine


def _kept_template() -> Path:
    """Where a migrated file is kept: found by all that its tables are made of, so that a change makes another one.

    Migrating takes longer than most of the files of tests that begin with it.
    """
    root = resource_folder("migrations").parent
    made_of = hashlib.sha256(f"{version('tortoise-orm')} {sqlite3.sqlite_version}".encode())
    for folder, files in (("migrations", "*.py"), ("consult/core", "**/*.py"), ("consult", "**/models.py")):
        for path in sorted((root / folder).glob(files)):
            made_of.update(path.as_posix().encode() + path.read_bytes())
    return root / ".pytest_cache" / "migrated" / f"{made_of.hexdigest()[:24]}.sqlite3"


def _keep_template(made: Path, kept: Path) -> None:
    """Keep it for the next runs, and drop those that nobody has made for a day; another worker may do the same."""
    kept.parent.mkdir(parents=True, exist_ok=True)
    coming = kept.with_suffix(f".{os.getpid()}")
    shutil.copyfile(made, coming)
    coming.replace(kept)
    for other in kept.parent.iterdir():
        if other != kept and time.time() - other.stat().st_mtime > 86_400:
            other.unlink(missing_ok=True)


class SqliteDatabases:
    """Files in memory where the system has such a place: the tests wait for no disk."""

    def __init__(self, aside: _Aside) -> None:
        memory = Path("/dev/shm")
        self.folder = Path(
            tempfile.mkdtemp(prefix="consult-tests-", dir=memory if os.access(memory, os.W_OK) else None)
        )
        self.aside = aside
        self.template: Path | None = None
        self.count = 0

    def _new(self) -> Path:
        self.count += 1
        return self.folder / f"test{self.count}.sqlite3"

    def empty(self) -> str:
        return f"sqlite://{self._new()}"

    def migrated(self) -> str:
        if self.template is None:
            kept = _kept_template()
            self.template = self.folder / "template.sqlite3"
            if kept.exists():
                shutil.copyfile(kept, self.template)
            else:
                self.aside.run(make_tables(f"sqlite://{self.template}"))
                if _kept_template() == kept:  # nobody has changed a migration meanwhile
                    _keep_template(self.template, kept)
        path = self._new()
        shutil.copyfile(self.template, path)
        return f"sqlite://{path}"

    def filled(self, name: str, fill: Fill) -> str:
        """A clone of the database that ``fill`` has filled, once a run."""
        with _one_worker_at_a_time(name) as folder:
            kept = folder / f"{name}.sqlite3"
            if not kept.exists():
                url = self.migrated()
                self.aside.run(_fill(url, fill))
                shutil.move(url.removeprefix("sqlite://"), kept)
        path = self._new()
        shutil.copyfile(kept, path)
        return f"sqlite://{path}"

    def drop(self, url: str) -> None:
        path = Path(url.removeprefix("sqlite://"))
        for leftover in path.parent.glob(path.name + "*"):
            leftover.unlink(missing_ok=True)

    def close(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)


# A table that has grown is truncated; a few rows are deleted, which is many times quicker than giving the table and
# each of its indexes a new file. Without foreign keys' triggers their order does not matter: only a superuser may.
CLEAN = """
DO $$
DECLARE full_ones text; one regclass; filled boolean; may_delete boolean;
BEGIN
    may_delete := current_setting('is_superuser') = 'on';
    IF may_delete THEN SET LOCAL session_replication_role = replica; END IF;
    PERFORM pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid();
    FOR one IN SELECT oid FROM pg_class
        WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> 'tortoise_migrations'
    LOOP
        EXECUTE 'SELECT EXISTS (SELECT FROM ' || one || ')' INTO filled;
        IF filled AND may_delete AND pg_relation_size(one) <= 400000 THEN
            EXECUTE 'DELETE FROM ' || one;
        ELSIF filled THEN
            full_ones := concat_ws(', ', full_ones, one::text);
        END IF;
    END LOOP;
    IF full_ones IS NOT NULL THEN EXECUTE 'TRUNCATE ' || full_ones || ' CASCADE'; END IF;
END $$
"""
# Whatever a test makes or changes in the schema leaves its mark here; a truncated table keeps its number.
SCHEMA = "SELECT COUNT(*) || ' ' || MAX(oid) FROM pg_class WHERE relnamespace = 'public'::regnamespace"


async def _has_rows(connection: Any) -> bool:
    tables = await connection.fetch(
        "SELECT oid::regclass::text AS name FROM pg_class WHERE relkind = 'r' AND relname <> 'tortoise_migrations'"
        " AND relnamespace = 'public'::regnamespace"
    )
    return any([await connection.fetchval(f"SELECT EXISTS (SELECT FROM {table['name']})") for table in tables])


class PostgresDatabases:
    """A database a worker, emptied after each test; cloned anew when a test has two, or has changed the schema."""

    def __init__(self, aside: _Aside) -> None:
        self.server = urlsplit(os.environ["CONSULT_TEST_POSTGRES"])
        self.prefix = f"consult_test_{secrets.token_hex(4)}"
        self.aside = aside
        self.template = ""
        self.count = 0
        self.admin = aside.run(asyncpg.connect(urlunsplit(self.server)))
        self.clean: list[str] = []
        self.cleaners: dict[str, tuple[Any, str]] = {}

    def _url(self, name: str) -> str:
        return urlunsplit(self.server._replace(path=f"/{name}"))

    def _create(self, name: str, template: str) -> str:
        self.aside.run(self.admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'))
        return self._url(name)

    def _new(self) -> str:
        self.count += 1
        return f"{self.prefix}_{self.count}"

    def empty(self) -> str:
        return self._create(self._new(), "template0")

    def migrated(self) -> str:
        if self.clean:
            return self.clean.pop()
        if not self.template:
            self.template = f"{self.prefix}_template"
            self.aside.run(make_tables(self._create(self.template, "template0")))
        url = self._create(self._new(), self.template)
        cleaner = self.aside.run(asyncpg.connect(url))
        if self.aside.run(_has_rows(cleaner)):
            # what migrations have written must be there for every test: such a database is not emptied but made anew
            self.aside.run(cleaner.close())
        else:
            self.cleaners[url] = (cleaner, self.aside.run(cleaner.fetchval(SCHEMA)))
        return url

    def filled(self, name: str, fill: Fill) -> str:
        """A clone of the database that ``fill`` has filled, once a run; it goes with the run's private server."""
        kept = f"consult_filled_{_run_name()}_{name}"
        with _one_worker_at_a_time(name):
            if not self.aside.run(self.admin.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", kept)):
                coming = self.empty()
                self.aside.run(make_tables(coming))
                self.aside.run(_fill(coming, fill))
                made = urlsplit(coming).path.lstrip("/")
                self.aside.run(self.admin.execute(f'ALTER DATABASE "{made}" RENAME TO "{kept}"'))
        return self._create(self._new(), kept)

    def drop(self, url: str) -> None:
        if url in self.cleaners:
            cleaner, schema = self.cleaners[url]
            try:
                self.aside.run(cleaner.execute(CLEAN))
                if self.aside.run(cleaner.fetchval(SCHEMA)) == schema:
                    self.clean.append(url)
                    return
            except asyncpg.PostgresError:
                pass
            del self.cleaners[url]
            self.aside.run(cleaner.close())
        name = urlsplit(url).path.lstrip("/")
        self.aside.run(self.admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))

    def close(self) -> None:
        left, self.cleaners = list(self.cleaners.items()), {}
        for url, (cleaner, _) in left:
            self.aside.run(cleaner.close())
            self.drop(url)
        if self.template:
            self.drop(self._url(self.template))
        self.aside.run(self.admin.close())


# ---------------------------------------------------------------- fixtures


@pytest.fixture(scope="session")
def databases() -> Iterator[SqliteDatabases | PostgresDatabases]:
    """What makes databases for the tests of this worker."""
    aside = _Aside()
    maker = PostgresDatabases(aside) if ENGINE == "postgres" else SqliteDatabases(aside)
    yield maker
    maker.close()
    aside.close()


@pytest.fixture
def database_url(databases: SqliteDatabases | PostgresDatabases) -> Iterator[str]:
    """The address of a fresh database with all tables, for this test alone."""
    url = databases.migrated()
    yield url
    databases.drop(url)


@pytest.fixture
def empty_database_url(databases: SqliteDatabases | PostgresDatabases) -> Iterator[str]:
    """The address of a database without tables, for this test alone."""
    url = databases.empty()
    yield url
    databases.drop(url)


@pytest.fixture
async def db(database_url: str) -> AsyncIterator[str]:
    """A fresh database with all tables, open for the time of the test; its address."""
    async with database(database_url):
        yield database_url
