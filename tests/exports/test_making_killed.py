"""A worker killed at any moment leaves no half a file, and the next one finishes what it began."""

import signal
import subprocess
import time
from datetime import timedelta
from pathlib import Path

import pytest

from consult.core import clock
from consult.exports.making import maker
from consult.exports.making.files import set_folder, sets_folder
from consult.exports.making.holding import LEASE
from consult.exports.models import ExportFile, ExportSet, MakingState
from consult.settings import settings
from tests.exports.sets import digests, files_are_whole, leftovers, made, some_results
from tests.running.test_serve import CONSULT, environment


def killed_when(database_url: str, files: Path, there: int) -> None:
    """A real worker, killed when it has made so many files."""
    env = environment(database_url=database_url, secret_key=settings().secret_key.get_secret_value(), files=str(files))
    worker = subprocess.Popen([CONSULT, "worker"], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 60
        while time.monotonic() < until and worker.poll() is None:
            if len(list(sets_folder().glob("*/[!.]*"))) >= there:
                break
            time.sleep(0.002)
    finally:
        worker.send_signal(signal.SIGKILL)
        worker.wait()


@pytest.mark.parametrize("there", [1, 36])
async def test_a_killed_worker_leaves_whole_files_and_another_goes_on(db: str, own_files: Path, there: int) -> None:
    results = await some_results()
    killed_when(db, own_files, there)
    one = await results.only_set()
    assert one.state is MakingState.MAKING, "it was killed in the middle"
    rows = {row.name: row.sha256 for row in await ExportFile.filter(set_id=one.id)}
    on_disk = digests(one)
    assert rows.items() <= on_disk.items(), "every row has its whole file"
    assert len(on_disk) - len(rows) <= 1, "and of the files without a row there is the last one at most"
    marks = {name: (set_folder(one.id) / name).stat().st_mtime_ns for name in rows}
    assert await maker.make_all_exports() == 0, "it is held until its lease is over"
    with clock.frozen(clock.now() + LEASE + timedelta(seconds=1), everywhere=True):
        again = await made(results)
    assert (again.id, again.state) == (one.id, MakingState.READY)
    whole = await files_are_whole(again)
    assert leftovers(own_files) == []
    assert {name: (set_folder(one.id) / name).stat().st_mtime_ns for name in rows} == marks, "these were not made again"
    before = {name: row.sha256 for name, row in whole.items()}
    await ExportSet.all().delete()
    undisturbed = await made(results)
    assert digests(undisturbed) == before, "nobody can tell that a worker was killed"
