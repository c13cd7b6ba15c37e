"""``make bench``: load, measure, print each figure beside its floor, as a ratio. Nothing here passes or fails."""

import argparse
import asyncio
import contextlib
import gzip
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import asyncpg
from rich.console import Console
from rich.table import Table

from consult.core.database import database, migrate
from tests.bench import exports, package, register
from tests.bench.client import Measured, Request, fetch, get, measure, post
from tests.bench.loading import SLUG, Loaded, Size, load

HOST = "127.0.0.1"
SECRET = "banc-d-essai-" * 4
BASE = f"/consultations/{SLUG}/contributions"


@dataclass(frozen=True)
class Case:
    """One line of the table: what is measured, its floor, and the ratio to aim for."""

    name: str
    request: Request
    floor_name: str
    floor: Request
    aim: str
    connections: int = 8


def environment(url: str, port: int) -> dict[str, str]:
    """The settings of the server under measurement."""
    return os.environ | {
        "CONSULT_DATABASE_URL": url,
        "CONSULT_SECRET_KEY": SECRET,
        "CONSULT_BASE_URL": f"http://{HOST}:{port}",
        "CONSULT_RATE_LIMITS": "false",
        "CONSULT_WORKER_INSIDE": "false",
        "CONSULT_DEMO": "false",
    }


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as one:
        one.bind((HOST, 0))
        return int(one.getsockname()[1])


@contextlib.contextmanager
def serving(url: str) -> Iterator[int]:
    """The server in a process of its own, ended with the block."""
    port = free_port()
    process = subprocess.Popen([sys.executable, "-m", "tests.bench.server", str(port)], env=environment(url, port))
    try:
        for _ in range(200):
            with contextlib.suppress(OSError), socket.create_connection((HOST, port), 0.1):
                break
            time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait(20)


async def cases(port: int, loaded: Loaded) -> list[Case]:
    """Everything that is measured, its floors fed with the very bytes that Consult answers."""
    host, name = f"{HOST}:{port}", "consult"
    page, cookie = f"{BASE}/{loaded.crowded}", f"{name}={loaded.tokens[0]}"
    for kept, path in (("list", BASE), ("page", page)):
        status, head, body = await fetch(port, get(path, host))
        if status != 200:
            continue
        packed = body if b"gzip" in head else gzip.compress(body)
        sent = f"POST /floor/keep/{kept} HTTP/1.1\r\nHost: {host}\r\nContent-Length: {len(packed)}\r\n\r\n".encode()
        await fetch(port, sent + packed)

    def changed(path: str) -> Request:
        # a query that was never asked before is a page that is not in memory, as after a change
        return lambda place: get(f"{path}?x={place}-{time.perf_counter_ns()}", host)

    def always(request: bytes) -> Request:
        return lambda place: request

    guard = guards(loaded)
    return [
        Case("list, unchanged", always(get(BASE, host)), "bare route, same bytes",
             always(get("/floor/bare/list", host)), "≥ 0.6"),
        Case("contribution, unchanged", always(get(page, host)), "bare route, same bytes",
             always(get("/floor/bare/page", host)), "≥ 0.6"),
        Case("list, just changed", changed(BASE), "naive page", always(get(f"/floor/naive/{SLUG}", host)), "≥ 1.5"),
        Case("contribution, just changed", changed(page), "naive page",
             always(get(f"/floor/naive/{SLUG}/{loaded.crowded}", host)), "≥ 1.5"),
        Case("contribution, signed in", always(get(page, host, cookie)), "signed out, just changed",
             changed(page), "≥ 0.5"),
        Case("list, signed in", always(get(BASE, host, cookie)), "signed out, just changed", changed(BASE), "≥ 0.5"),
        Case("posting an argument", posting(loaded, guard, host), "bare insert and update",
             bare_posting(loaded, host), "≥ 0.4"),
        Case("voting", voting(loaded, guard, host), "bare insert and update", bare_voting(loaded, host), "≥ 0.4"),
    ]  # fmt: skip


def guards(loaded: Loaded) -> list[str]:
    """The forms' hidden token of each session, made as the pages make it."""
    os.environ |= environment("sqlite://:memory:", 8000)
    from starlette.requests import Request as HttpRequest

    from consult.web.csrf import make_csrf

    made = []
    for token in loaded.tokens:
        scope = {"type": "http", "headers": [(b"cookie", f"consult={token}".encode())], "state": {}}
        made.append(make_csrf(HttpRequest(scope)))
    return made


def posting(loaded: Loaded, guard: list[str], host: str) -> Request:
    """Arguments of many people under many contributions."""

    def request(place: int) -> bytes:
        who, under = place % len(loaded.tokens), loaded.numbers[place * 7 % len(loaded.numbers)]
        sent = urlencode(
            {"csrf": guard[who], "once": f"{place}-{time.perf_counter_ns()}", "side": "for", "body": f"{TEXT} {place}"}
        )
        return post(f"{BASE}/{under}/arguments/new?side=for", host, sent, f"consult={loaded.tokens[who]}")

    return request


def bare_posting(loaded: Loaded, host: str) -> Request:
    """The same rows without anything around them."""

    def request(place: int) -> bytes:
        who, under = place % len(loaded.accounts), loaded.keys[place * 7 % len(loaded.keys)]
        sent = urlencode(
            {
                "consultation": loaded.consultation_id,
                "contribution": under,
                "account": loaded.accounts[who],
                "body": TEXT,
            }
        )
        return post("/floor/argument", host, sent)

    return request


def voting(loaded: Loaded, guard: list[str], host: str) -> Request:
    """Votes of many people on many contributions, some of them changing their mind."""

    def request(place: int) -> bytes:
        who, under = place % len(loaded.tokens), loaded.numbers[place * 7 % len(loaded.numbers)]
        choice = ("agree", "mixed", "disagree")[place % 3]
        sent = urlencode({"csrf": guard[who], "once": str(place), "choice": choice})
        return post(f"{BASE}/{under}/vote", host, sent, f"consult={loaded.tokens[who]}")

    return request


def bare_voting(loaded: Loaded, host: str) -> Request:
    """The same rows without anything around them."""

    def request(place: int) -> bytes:
        who, under = place % len(loaded.accounts), loaded.keys[place * 7 % len(loaded.keys)]
        sent = urlencode(
            {
                "consultation": loaded.consultation_id,
                "contribution": under,
                "account": loaded.accounts[who],
                "choice": ("agree", "mixed", "disagree")[place % 3],
            }
        )
        return post("/floor/vote", host, sent)

    return request


TEXT = "Il faut des permanences le soir, pas seulement le mardi matin. On peut former des **bénévoles**."


async def run(engine: str, url: str, size: Size, seconds: float, rounds: int, only: str) -> Table:
    """Migrate, load and measure one engine. Each case and its floor are measured in turn, several times."""
    await migrate(url)
    start = time.perf_counter()
    async with database(url):
        loaded = await load(size)
    title = f"{engine}: {size.contributions} contributions, {size.arguments} arguments, {size.votes} votes"
    table = Table(title=f"{title} (loaded in {time.perf_counter() - start:.0f} s)")
    for column in ("case", "req/s", "p50 ms", "p99 ms", "floor", "floor req/s", "ratio", "aim"):
        table.add_column(column, justify="left" if column in {"case", "floor"} else "right")
    with serving(url) as port:
        for case in await cases(port, loaded):
            if only not in case.name:
                continue
            best, floor = await _in_turn(port, case, seconds, rounds)
            ratio = best.per_second / floor.per_second
            table.add_row(
                case.name, f"{best.per_second:.0f}", f"{best.p50:.1f}", f"{best.p99:.1f}", case.floor_name,
                f"{floor.per_second:.0f}", f"{ratio:.2f}", case.aim,
            )  # fmt: skip
    return table


async def _in_turn(port: int, case: Case, seconds: float, rounds: int) -> tuple[Measured, Measured]:
    mine, floors = [], []
    for _ in range(rounds):
        floors.append(await measure(port, case.floor, seconds=seconds, connections=case.connections))
        mine.append(await measure(port, case.request, seconds=seconds, connections=case.connections))
    for seen in (*mine, *floors):
        assert seen.statuses <= {200, 303}, (case.name, seen.statuses)
    return _middle(mine), _middle(floors)


def _middle(seen: list[Measured]) -> Measured:
    return sorted(seen, key=lambda one: one.per_second)[len(seen) // 2]


@contextlib.asynccontextmanager
async def postgres() -> AsyncIterator[str]:
    """A database of its own on the server that CONSULT_TEST_POSTGRES names."""
    server, name = os.environ["CONSULT_TEST_POSTGRES"], f"consult_bench_{os.getpid()}"
    dsn = server.replace("postgres://", "postgresql://")
    connection = await asyncpg.connect(dsn)
    await connection.execute(f"CREATE DATABASE {name}")
    try:
        yield f"{server.rsplit('/', 1)[0]}/{name}"
    finally:
        await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await connection.close()


@contextlib.asynccontextmanager
async def empty(engine: str) -> AsyncIterator[str]:
    """The address of an empty database, gone with the block."""
    if engine == "sqlite":
        with tempfile.TemporaryDirectory(prefix="consult-bench-") as folder:
            yield f"sqlite://{Path(folder) / 'bench.sqlite3'}"
    else:
        async with postgres() as url:
            yield url


# Benches with a database and a table of their own: (engine, address, small) to what is printed.
OTHERS: dict[str, Callable[[str, str, bool], Awaitable[Table]]] = {
    one.NAME: one.run for one in (exports, package, register)
}


async def main() -> None:
    """Read the options, run both engines, print the tables."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--engine", choices=["sqlite", "postgres"], action="append")
    parser.add_argument("--seconds", type=float, default=3.0, help="of each measure")
    parser.add_argument("--rounds", type=int, default=3, help="each case and its floor, in turn")
    parser.add_argument("--only", default="", help=f"the cases whose name holds this, or one of {', '.join(OTHERS)}")
    parser.add_argument("--small", action="store_true", help="a hundredth of the data, to see that it runs")
    asked = parser.parse_args()
    size = Size(50, 300, 1_000, 200) if asked.small else Size()
    console = Console(width=140)
    for engine in asked.engine or ["sqlite", "postgres"]:
        if asked.only not in OTHERS:
            async with empty(engine) as url:
                console.print(await run(engine, url, size, asked.seconds, asked.rounds, asked.only))
        for name, other in OTHERS.items():
            if asked.only in {"", name}:
                async with empty(engine) as url:
                    console.print(await other(engine, url, asked.small))


if __name__ == "__main__":
    asyncio.run(main())
