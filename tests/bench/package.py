"""A package with everything in it, made and checked: seconds, and the memory that checking takes in its own process.

On the real consultation where it is at hand, and on an invented one with more of everything, votes included.
"""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from rich.table import Table as Printed

from consult.app import load_effects
from consult.core import clock
from consult.core.database import database, execute, migrate
from consult.core.voice import SYSTEM
from consult.exports.making.preparing import prepare
from consult.exports.package import write_package
from consult.exports.tables import scope_of
from consult.imports.actions import import_cap_collectif
from consult.register.appending import Fact, append
from consult.register.importing import imported
from tests.bench.loading import SLUG, Size, load
from tests.cast import a_territory
from tests.filled import REAL_DATA, REAL_SLUG

NAME = "package"
AIM = "< 5 s"
CHECK = """
import json, re, resource, sys, time
start = time.perf_counter()
from pathlib import Path
from consult.exports.verifying.command import verify
report = verify(Path(sys.argv[1]))
assert report.ok, list(report.lines())
try:  # of this program alone; the other one may tell of its parent
    memory = int(re.search("VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text()).group(1)) * 1024
except OSError:
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
print(json.dumps({"seconds": time.perf_counter() - start, "memory": memory}))
"""


async def run(engine: str, url: str, small: bool) -> Printed:
    """Load, make each package, check it in a child process, print what was seen."""
    load_effects()
    await migrate(url)
    size = Size(50, 300, 1_000, 200) if small else Size(696, 12_000, 60_000, 2_000)
    printed = Printed(title=f"{engine}: a package with everything")
    for column in ("case", "rows", "entries", "MB", "made in s", "checked in s", "memory MB", "aim"):
        printed.add_column(column, justify="left" if column == "case" else "right")
    async with database(url):
        wanted = [await _invented(size)] + ([await _real()] if REAL_DATA.is_dir() else [])
        with tempfile.TemporaryDirectory(prefix="consult-bench-") as folder:
            for name, territory_id, slug in wanted:
                printed.add_row(name, *await _measured(territory_id, slug, Path(folder) / "package.zip"), f"{AIM} each")
    return printed


async def _invented(size: Size) -> tuple[str, int, str]:
    loaded = await load(size)
    # the loader counts those too that were drawn twice and written once; the verifier would tell
    await execute("UPDATE consultation SET votes_count = (SELECT COUNT(*) FROM vote)")
    await execute("UPDATE round SET closes_at = :now WHERE closes_at > :now", now=clock.now())
    async for facts in imported(loaded.consultation_id, clock.now()):
        await append(loaded.territory_id, facts)
    for first in range(0, size.votes, 1_000):
        votes = [_vote(place, loaded.consultation_id) for place in range(first, min(size.votes, first + 1_000))]
        await append(loaded.territory_id, votes)
    name = f"{size.contributions} contributions, {size.arguments:,} arguments, {size.votes:,} votes"
    return name, loaded.territory_id, SLUG


def _vote(place: int, consultation_id: int) -> Fact:
    return Fact(
        at=clock.now(), kind="voted", once=f"bench:{place}", consultation_id=consultation_id, content={"n": place},
        details={"consultation": SLUG},
    )  # fmt: skip


async def _real() -> tuple[str, int, str]:
    territory = await a_territory()
    path = REAL_DATA / "opinions.jsonl.gz"
    await import_cap_collectif(
        SYSTEM, territory_id=territory.id, slug=REAL_SLUG, title="République numérique", path=path
    )
    return "the real consultation: 501 contributions", territory.id, REAL_SLUG


async def _measured(territory_id: int, slug: str, path: Path) -> list[str]:
    (row,) = await execute("SELECT id FROM consultation WHERE slug = :slug", slug=slug)
    await prepare(row["id"], provisional=False)
    scope = await scope_of(territory_id, slug)
    assert scope is not None
    start = time.perf_counter()
    written = await write_package(path, scope)
    made = time.perf_counter() - start
    again = await write_package(path, scope)
    assert again == written, "the same data makes the same bytes"
    entries = await execute(
        "SELECT COUNT(*) AS n FROM register_entry WHERE consultation_id = :consultation", consultation=row["id"]
    )
    seen = json.loads(await asyncio.to_thread(_checked, path))
    return [
        f"{written.rows:,}", f"{entries[0]['n']:,}", f"{written.size / 1e6:,.1f}", f"{made:.2f}",
        f"{seen['seconds']:.2f}", f"{seen['memory'] / 1e6:,.0f}",
    ]  # fmt: skip


def _checked(path: Path) -> str:
    known = {name: value for name, value in os.environ.items() if not name.startswith("CONSULT_")}
    done = subprocess.run(
        [sys.executable, "-c", CHECK, str(path)], env=known, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    return done.stdout
