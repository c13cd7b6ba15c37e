"""A file is whole or not there, whatever happens to it; and its size is not felt in memory."""

import asyncio
import errno
import os
import subprocess
import sys
import tracemalloc
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from consult.exports.formats import FORMATS, ExtraMissing, write, write_whole
from consult.exports.tables.shape import Row, Scope
from tests.exports.plain_tables import DAY, INSTANT, SCOPE, make, of_batches, table

pytestmark = pytest.mark.engine_free
ROW: Row = ("1", 1, "Il faut des permanences le soir. " * 8, True, INSTANT, DAY)


def left_in(folder: Path) -> list[str]:
    return [one.name for one in folder.iterdir()]


class PowerCut(Exception):
    """Anything that may go wrong while rows are read."""


async def _failing(scope: Scope) -> AsyncIterator[Sequence[Row]]:
    yield [ROW] * 100
    raise PowerCut


@pytest.mark.parametrize("name", list(FORMATS))
def test_nothing_is_left_when_reading_fails(tmp_path: Path, name: str) -> None:
    with pytest.raises(PowerCut):
        make(tmp_path, name, of_batches(_failing))
    assert left_in(tmp_path) == []


def test_nothing_is_left_when_the_disk_is_full(tmp_path: Path) -> None:
    """Files are let grow to 64 KB only: to a program that is a disk with no more room."""
    code = """
import signal, sys
from pathlib import Path
from resource import RLIMIT_FSIZE, setrlimit
from consult.exports.formats import FORMATS
from tests.exports.plain_tables import make, table
from tests.exports.test_formats_disk import noise
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
setrlimit(RLIMIT_FSIZE, (65536, 65536))
for name in FORMATS:
    try:
        make(Path(sys.argv[1]), name, table(noise()))
    except OSError as error:
        print(name, error.errno)
"""
    made = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, timeout=60, check=False
    )
    told = dict(line.split() for line in made.stdout.splitlines())
    assert list(told) == list(FORMATS), made.stderr
    assert {int(number) for number in told.values()} <= {errno.EFBIG, errno.ENOSPC, errno.EIO}
    assert left_in(tmp_path) == []


def noise() -> list[Row]:
    """Rows that no compression makes small."""
    return [(str(place), place, os.urandom(300).hex(), None, None, None) for place in range(1_000)]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("name", ["csv", "tableur", "jsonl"])
def test_a_full_device_is_told_and_stays(name: str) -> None:
    device = Path("/dev/full")
    with pytest.raises(OSError) as raised:
        asyncio.run(write(FORMATS[name], device, table([ROW] * 1_000), SCOPE))
    assert raised.value.errno == errno.ENOSPC
    assert device.is_char_device()


@pytest.mark.parametrize("name", list(FORMATS))
def test_a_folder_that_is_not_there_is_told(tmp_path: Path, name: str) -> None:
    with pytest.raises(OSError) as raised:
        make(tmp_path / "nowhere", name, table([ROW]))
    assert raised.value.errno == errno.ENOENT


@pytest.mark.parametrize("name", list(FORMATS))
async def test_nothing_is_left_when_it_is_interrupted(tmp_path: Path, name: str) -> None:
    begun = asyncio.Event()

    async def endless(scope: Scope) -> AsyncIterator[Sequence[Row]]:
        while True:
            begun.set()
            yield [ROW] * 10
            await asyncio.sleep(0)

    kind, path, endlessly = FORMATS[name], tmp_path / "made", of_batches(endless)
    work = write_whole(kind, path, [endlessly], SCOPE) if kind.whole else write(kind, path, endlessly, SCOPE)
    task = asyncio.create_task(work)
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert left_in(tmp_path) == []


async def test_other_work_goes_on_meanwhile(tmp_path: Path) -> None:
    turns = 0

    async def other() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    task = asyncio.create_task(other())
    await write(FORMATS["csv"], tmp_path / "made.csv", table([ROW] * 2_000, batch=50), SCOPE)
    task.cancel()
    assert turns > 20


async def test_progress_tells_every_row_once(tmp_path: Path) -> None:
    told: list[int] = []
    written = await write(FORMATS["jsonl"], tmp_path / "made", table([ROW] * 20, batch=7), SCOPE, progress=told.append)
    assert told == [7, 7, 6]
    assert written.rows == sum(told)


@pytest.mark.parametrize(("name", "library"), [("parquet", "duckdb"), ("xlsx", "xlsxwriter")])
def test_a_missing_library_is_named_with_its_remedy(
    tmp_path: Path, name: str, library: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(ExtraMissing, match=r'pip install "consult\[results\]"'):
        make(tmp_path, name, table([ROW]))
    assert left_in(tmp_path) == []


@pytest.mark.parametrize("name", ["csv", "tableur", "jsonl", "xlsx", "ods"])
def test_memory_does_not_grow_with_the_rows(tmp_path: Path, name: str) -> None:
    """Ten times the rows, the same peak: what is kept is a batch or two."""
    peaks = []
    for count in (500, 5_000):
        tracemalloc.start()
        make(tmp_path, name, table((ROW for _ in range(count)), batch=100))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 500_000, peaks


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="this system does not say")
def test_duckdb_holds_no_more_of_a_large_table_than_of_a_small_one(tmp_path: Path) -> None:
    """DuckDB's memory is not Python's, so the system is asked; in a child, whose worst moment is its own."""
    code = f"""
import sys
from pathlib import Path
from tests.exports.plain_tables import make, table
from tests.exports.test_formats_disk import {noise.__name__}
rows = {noise.__name__}()
def peak(times):
    make(Path(sys.argv[1]), "parquet", table((row for _ in range(times) for row in rows), batch=1000))
    return int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0])
print(peak(20), peak(100))
"""
    made = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, timeout=60, check=True
    )
    small, large = map(int, made.stdout.split())
    assert large - small < 25_000, "KB, of 50,000 more of text"
