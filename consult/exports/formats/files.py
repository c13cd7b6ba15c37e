"""Files that are whole or not there, filled while the next rows are already being read."""

import asyncio
import hashlib
import os
import shutil
import tempfile
import zipfile
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar

from consult.exports.formats.known import Written

if TYPE_CHECKING:
    from consult.exports.tables import Scope, Table

Rows = Sequence[tuple[Any, ...]]
Progress = Callable[[int], None]
_T = TypeVar("_T")
_FIRST_DAY, _LAST_YEAR = (1980, 1, 1, 0, 0, 0), 2107
_UNIX, _PERMISSIONS = 3, 0o100644 << 16


def nobody_asks(rows: int) -> None:
    """The progress of what nobody waits for."""


@contextmanager
def never_half(path: Path) -> Iterator[None]:
    """Leave no half a file behind: whatever goes wrong inside the block, cancellation included, the file goes."""
    try:
        yield
    except BaseException:
        if path.is_file() and not path.is_symlink():  # never a device, such as /dev/full
            path.unlink(missing_ok=True)
        raise


@contextmanager
def workshop(path: Path) -> Iterator[Path]:
    """A folder beside the file, on the same disk, for what is needed while it is made; removed with the block.

    Its name begins like the file's, so that whoever clears away what a killed worker left finds both.
    """
    folder = Path(tempfile.mkdtemp(prefix=f"{path.name}.", dir=path.parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def member(name: str, dated: datetime, kind: int = zipfile.ZIP_DEFLATED) -> zipfile.ZipInfo:
    """What a file in a zip says of itself: the date that is given, no owner, no machine. Same files, same bytes.

    A zip knows the years from 1980 to 2107; any other date is told as the first day of these.
    """
    at = dated.astimezone(UTC).timetuple()[:6]
    info = zipfile.ZipInfo(name, at if _FIRST_DAY[0] <= at[0] <= _LAST_YEAR else _FIRST_DAY)
    info.compress_type, info.create_system, info.external_attr = kind, _UNIX, _PERMISSIONS
    return info


class Output:
    """A file being written, whose digest is known when the last byte is."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._digest = hashlib.sha256()
        self._size = 0

    def add(self, data: bytes) -> None:
        """Write some more."""
        self._digest.update(data)
        self._file.write(data)
        self._size += len(data)

    def written(self, rows: int) -> Written:
        """What was written, once nothing waits in memory any more: a disk that was full would tell."""
        self._file.flush()
        return Written(rows=rows, size=self._size, sha256=self._digest.hexdigest())


def measured(path: Path, rows: int | None) -> Written:
    """What stands whole under this name; ``rows`` is None for what has none."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return Written(rows=rows, size=os.fstat(file.fileno()).st_size, sha256=digest)


async def aside(work: Callable[[], _T]) -> _T:
    """Do something heavy in a thread; when cancelled, its end is waited for, since it holds the files."""
    future = asyncio.get_running_loop().run_in_executor(None, work)
    try:
        return await asyncio.shield(future)
    except asyncio.CancelledError:
        await asyncio.wait([future])
        raise


async def feed(
    table: "Table", scope: "Scope", take: Callable[[Rows], None], progress: Progress, *, quick: bool = False
) -> int:
    """Hand over every batch of a table's rows, in a thread, so that the event loop stays free.

    Where the database is a process of its own, it makes the next batch meanwhile; at most two are in memory. SQLite
    works in this process, where a thread that reads and one that writes would only wait for each other; what is
    ``quick``, a few milliseconds a batch, is then done on the spot, which spares two changes of thread.

    Returns:
        how many rows there were.
    """
    loop = asyncio.get_running_loop()
    total = 0
    taking: asyncio.Future[None] | None = None
    batches = table.rows(scope)
    try:
        async for batch in batches:
            if taking is not None:
                await asyncio.shield(taking)
            if quick and scope.engine == "sqlite":
                take(batch)
                await asyncio.sleep(0)
            else:
                taking = loop.run_in_executor(None, take, batch)
                if scope.engine == "sqlite":
                    await asyncio.shield(taking)
            total += len(batch)
            progress(len(batch))
        if taking is not None:
            await asyncio.shield(taking)
    finally:
        if taking is not None and not taking.done():
            await asyncio.wait([taking])
        if isinstance(batches, AsyncGenerator):
            await batches.aclose()
    return total
