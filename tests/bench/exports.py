"""A million contributions to a file: rows a second, and the memory that takes, in a process that does nothing else.

The floor is the driver's own cursor over the same columns of the one table, to ``csv.writer``: nothing joined, nothing
said in other words, nothing summed.
"""

import asyncio
import csv
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from rich.table import Table as Printed

from consult.contributions.models import Contribution
from consult.core.database import database, dialect, execute, in_transaction, migrate, snapshot
from tests.bench.loading import SLUG, Size, load

NAME = "exports"
MANY = 1_000_000
MODELS = 1_000
CHUNK = 100_000
# What a format needs does not depend on the engine, and a workbook of a million rows takes minutes: it is made once.
FORMATS_OF = {"sqlite": ("csv", "jsonl", "parquet", "xlsx"), "postgres": ("csv", "parquet")}
AIMS = {"csv": "≥ 40,000 and < 100 MB"}
FLOOR_COLUMNS = (
    "id, number, state, section_id, title, body, revision, author_id, author_kind, organisation_id, published_at,"
    " edited_at, removed_at, votes_agree, votes_mixed, votes_disagree, earlier_agree, earlier_mixed, earlier_disagree,"
    " tally_agree, tally_mixed, tally_disagree, votes_total, arguments_for, arguments_against, arguments_count,"
    " sources_count, amendments_count, imported_versions"
)


async def fill(url: str, many: int) -> float:
    """A closed consultation with so many contributions, each with its entry in the register; made by the engine itself.

    Returns:
        the seconds that took.
    """
    start = time.perf_counter()
    await migrate(url)
    async with database(url):
        loaded = await load(Size(MODELS, 0, 0, 2_000))
        await _without_indexes()
        await execute("CREATE TABLE model AS SELECT * FROM contribution")
        await execute("CREATE UNIQUE INDEX model_number ON model (number)")
        for first in range(0, many, CHUNK):
            async with in_transaction():
                await _copy(loaded.consultation_id, loaded.territory_id, first, min(first + CHUNK, many))
        await execute("UPDATE consultation SET contributions_count = :many, last_number = :many", many=many)
        await execute("UPDATE round SET closes_at = opens_at")
    return time.perf_counter() - start


async def _without_indexes() -> None:
    """Indexes that lists are sorted by, and that no export reads: a million rows are many times quicker to load."""
    listed = (
        "SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = 'contribution' AND sql IS NOT NULL"
        if dialect() == "sqlite"
        else "SELECT indexname AS name FROM pg_indexes WHERE tablename = 'contribution' AND indexname LIKE 'idx_%'"
    )
    for row in await execute(listed):
        await execute(f'DROP INDEX "{row["name"]}"')


async def _copy(consultation_id: int, territory_id: int, first: int, last: int) -> None:
    """Contributions of these numbers after the models, each a model's text under a number and a key of its own."""
    made = {"id": "(SELECT MAX(id) FROM contribution) + i", "number": "i"}
    columns = [name for name in Contribution._meta.fields_db_projection.values() if name != "once"]
    into = ", ".join(f'"{name}"' for name in columns)
    values = ", ".join(made.get(name, f'model."{name}"') for name in columns)
    await execute(
        f"INSERT INTO contribution ({into}) WITH RECURSIVE numbers(i) AS"
        " (SELECT CAST(:first AS INTEGER) UNION ALL SELECT i + 1 FROM numbers WHERE i < :last)"
        f" SELECT {values} FROM numbers JOIN model ON model.number = 1 + i % {MODELS}",
        first=max(first, MODELS) + 1,
        last=last,
    )
    salt = "randomblob(32)" if dialect() == "sqlite" else "decode(md5(c.id::text) || md5(c.title), 'hex')"
    await execute(
        "INSERT INTO register_entry (id, territory_id, position, at, kind, consultation_id, item_kind, item_id,"
        " revision, entry, salt, once) SELECT c.id, :territory, c.number - 1, c.published_at, 'published',"
        f" c.consultation_id, 'contribution', c.id, c.revision, :entry, {salt}, 'bench:' || c.number"
        " FROM contribution c WHERE c.consultation_id = :consultation AND c.number > :first",
        territory=territory_id,
        consultation=consultation_id,
        first=first,
        entry='{"consultation":"banc-d-essai","content":"' + "0" * 64 + '","item":"contribution","kind":"published"}',
    )


async def run(engine: str, url: str, small: bool) -> Printed:
    """Fill the database, make each file in a child process, print what was seen."""
    many = MANY // 100 if small else MANY
    seconds = await fill(url, many)
    title = f"{engine}: {many:,} contributions to one file (loaded in {seconds:.0f} s)"
    printed = Printed(title=title)
    for column in ("case", "rows/s", "µs of CPU a row", "file MB", "memory MB more", "floor rows/s", "ratio", "aim"):
        printed.add_column(column, justify="left" if column == "case" else "right")
    with tempfile.TemporaryDirectory(prefix="consult-bench-") as folder:
        floor = await asyncio.to_thread(_in_a_child, url, "floor", Path(folder))
        for name in FORMATS_OF[engine]:
            seen = await asyncio.to_thread(_in_a_child, url, name, Path(folder))
            assert seen["rows"] == many, (name, seen)
            speed, bare = many / seen["seconds"], many / floor["seconds"]
            printed.add_row(
                f"contributions, {name}", f"{speed:,.0f}", f"{seen['cpu'] / many * 1e6:.0f}",
                f"{seen['size'] / 1e6:,.0f}", f"{seen['memory'] / 1e6:,.0f}",
                f"{bare:,.0f}", f"{speed / bare:.2f}", AIMS.get(name, "bounded"),
            )  # fmt: skip
    return printed


def _in_a_child(url: str, name: str, folder: Path) -> dict[str, Any]:
    path = folder / name
    command = [sys.executable, "-m", "tests.bench.exports", url, name, str(path)]
    made = subprocess.run(command, env=_environment(url), capture_output=True, text=True, check=False)
    if made.returncode:
        raise RuntimeError(made.stderr)
    path.unlink()
    found: dict[str, Any] = json.loads(made.stdout)
    return found


def _environment(url: str) -> dict[str, str]:
    return os.environ | {"CONSULT_DATABASE_URL": url, "CONSULT_SECRET_KEY": "banc-d-essai-" * 4}


async def _make(url: str, name: str, path: Path) -> dict[str, Any]:
    """In the child: write the file, and say how long it took and how much memory more at the worst moment."""
    from consult.exports.formats import FORMATS, write, write_whole
    from consult.exports.tables import TABLES, scope_of

    async with database(url):
        (row,) = await execute("SELECT territory_id FROM consultation WHERE slug = :slug", slug=SLUG)
        async with snapshot():
            scope = await scope_of(row["territory_id"], SLUG)
            assert scope is not None
            table, before = TABLES["contributions"], _memory()
            start, spent = time.perf_counter(), time.process_time()
            if FORMATS[name].whole:
                written = await write_whole(FORMATS[name], path, [table], scope)
            else:
                written = await write(FORMATS[name], path, table, scope)
        return _seen(start, spent, before) | {"rows": written.rows, "size": written.size}


async def _floor(url: str, path: Path) -> dict[str, Any]:
    sql = f"SELECT {FLOOR_COLUMNS} FROM contribution WHERE consultation_id = %s ORDER BY number"
    rows, before, start, spent = 0, _memory(), time.perf_counter(), time.process_time()
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        if url.startswith("sqlite"):
            import sqlite3

            driver = sqlite3.connect(url.removeprefix("sqlite://"))
            (key,) = driver.execute("SELECT id FROM consultation").fetchone()
            cursor = driver.execute(sql % "?", (key,))
            while batch := cursor.fetchmany(1_000):
                writer.writerows(batch)
                rows += len(batch)
        else:
            import asyncpg

            bare = await asyncpg.connect(url.replace("postgres://", "postgresql://"))
            key = await bare.fetchval("SELECT id FROM consultation")
            async with bare.transaction():
                records = await bare.cursor(sql % "$1", key)
                while batch := await records.fetch(1_000):
                    writer.writerows(batch)
                    rows += len(batch)
            await bare.close()
    return _seen(start, spent, before) | {"rows": rows, "size": _size(path)}


def _size(path: Path) -> int:
    return path.stat().st_size


def _memory(what: str = "VmRSS") -> int:
    """What this process has in memory now, or ("VmHWM") had at its worst moment."""
    status = Path("/proc/self/status").read_text()
    return int(status.split(f"{what}:")[1].split()[0]) * 1024


def _seen(start: float, spent: float, before: int) -> dict[str, Any]:
    return {
        "seconds": time.perf_counter() - start,
        "cpu": time.process_time() - spent,
        "memory": max(0, _memory("VmHWM") - before),
    }


if __name__ == "__main__":
    where, what, to = sys.argv[1:]
    print(json.dumps(asyncio.run(_floor(where, Path(to)) if what == "floor" else _make(where, what, Path(to)))))
