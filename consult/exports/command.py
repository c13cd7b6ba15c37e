"""``consult export``: the same bytes as the page serves, with a progress bar, whole or not at all."""

import os
import shutil
import stat
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from consult.core.database import snapshot
from consult.core.errors import ConsultError
from consult.exports.making.files import CannotWrite, cannot_write
from consult.exports.making.maker import write_product
from consult.exports.making.preparing import prepare
from consult.exports.making.products import Product, WrittenLike, products_of, words
from consult.exports.tables import TABLES, Scope, scope_of
from consult.territories.queries import territory_named

STANDARD_OUTPUT = "-"
# What people call the formats, beside their own words.
ALSO = {"json": "jsonl", "spreadsheet": "tableur", "zip": "package", "excel": "xlsx"}


class CannotExport(ConsultError):
    """What was asked for cannot be given; the message says what may be asked for."""


async def export_with_progress(
    slug: str, *, format_name: str, out: str, table: str | None, territory_slug: str | None
) -> None:
    """Write the files of a consultation, telling the progress on standard error.

    Raises:
        ConsultError: there is no such consultation, format or table, or the files cannot be written.
    """
    asked = _asked(format_name, table)
    target = _target(out, asked, table)
    territory = await territory_named(territory_slug)
    known = await scope_of(territory.id, slug)
    if known is None:
        raise CannotExport(f"no published consultation of {territory.name} is called {slug}")
    await prepare(known.consultation_id, provisional=known.provisional)
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        async with snapshot():
            scope = await scope_of(territory.id, slug)
            if scope is None:
                raise CannotExport(f"no published consultation of {territory.name} is called {slug}")
            said = await _write_all(asked, target, scope, progress)
    for line in said:
        console.print(line, soft_wrap=True, highlight=False, markup=False)
    if scope.provisional:
        console.print("Provisional: the consultation is not over, and its results may change.")


def _asked(format_name: str, table: str | None) -> list[Product]:
    """The files that a format means.

    Raises:
        CannotExport: there is no such format, or no such table.
    """
    word = ALSO.get(format_name, format_name)
    if not products_of(word):
        raise CannotExport(f"unknown format {format_name}: choose one of {', '.join(_formats())}")
    if table is None:
        return products_of(word)
    if table not in TABLES:
        raise CannotExport(f"unknown table {table}: choose one of {', '.join(TABLES)}")
    found = products_of(word, table)
    if not found:
        raise CannotExport(f"{format_name} holds all tables in one file: leave --table out")
    return found


def _formats() -> list[str]:
    return ["json" if word == "jsonl" else word for word in words()]


def _target(out: str, asked: Sequence[Product], table: str | None) -> Path | None:
    """Where to write: a file, a folder, or None for standard output.

    Raises:
        CannotExport: several files were asked for where one is expected.
    """
    if out != STANDARD_OUTPUT:
        return Path(out)
    if len(asked) > 1:
        raise CannotExport("standard output takes one file: name a table with --table, or a folder with --out")
    if sys.stdout.isatty() and asked[0].word not in {"csv", "tableur", "jsonl", "html"}:
        raise CannotExport(
            "this is a terminal, and that file is no text: send it on (> or |), or name a file with --out"
        )
    return None


async def _write_all(asked: Sequence[Product], target: Path | None, scope: Scope, progress: Progress) -> list[str]:
    if target is None or (len(asked) == 1 and not _is_folder(target)):
        return [await _write_one(asked[0], target, scope, progress)]
    made_here = _open(target)
    said: list[str] = []
    done: list[Path] = []
    try:
        for one in asked:
            place = target / one.file_name(provisional=scope.provisional)
            fresh = not place.exists()
            said.append(await _write_one(one, place, scope, progress))
            if fresh:
                done.append(place)
    except BaseException:
        _take_back(done, target if made_here else None)
        raise
    return said


def _is_folder(path: Path) -> bool:
    return os.path.isdir(path)  # which says no, where Path raises, of a name that no system takes


def _open(folder: Path) -> bool:
    """Make the folder, if need be; whether it had to be made.

    Raises:
        CannotWrite: it cannot be.
    """
    made_here = not folder.exists()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(folder, error) from error
    return made_here


def _take_back(done: Sequence[Path], folder: Path | None) -> None:
    """All the files or none: some tables without the others are no export."""
    for path in done:
        path.unlink(missing_ok=True)
    if folder is not None:
        shutil.rmtree(folder, ignore_errors=True)


async def _write_one(product: Product, target: Path | None, scope: Scope, progress: Progress) -> str:
    task = progress.add_task(product.file_name(provisional=scope.provisional), total=None)

    def tell(rows: int) -> None:
        progress.advance(task, rows)

    if target is not None and not _is_device(target):
        _check(target)
        written = await write_product(product, target, scope, tell)
        place = str(target)
    else:
        written = await _pass_on(product, target, scope, tell)
        place = "standard output" if target is None else str(target)
    progress.update(task, total=written.rows, completed=written.rows or 0)
    rows = f"{written.rows:,} rows, " if written.rows is not None else ""
    return f"{place}: {rows}{written.size:,} bytes, sha256 {written.sha256}"


def _is_device(target: Path) -> bool:
    """Whether it is no file of its own, such as a pipe or ``/dev/full``: nothing can be put in its place."""
    try:
        mode = target.stat().st_mode
    except OSError:
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def _check(target: Path) -> None:
    """Say what is wrong with a place before minutes are spent.

    Raises:
        CannotWrite: the folder is not there, or may not be written to.
    """
    folder = target.absolute().parent
    if not folder.is_dir():
        raise CannotWrite(f"cannot write {target}: there is no folder {folder}; nothing was left behind")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise CannotWrite(f"cannot write {target}: permission denied; nothing was left behind")


async def _pass_on(product: Product, target: Path | None, scope: Scope, tell: Callable[[int], None]) -> WrittenLike:
    """Make the file whole somewhere else first: a pipe gets all of it or nothing."""
    with tempfile.TemporaryDirectory(prefix="consult-export-") as folder:
        made = Path(folder) / product.file_name(provisional=scope.provisional)
        written = await write_product(product, made, scope, tell)
        try:
            with made.open("rb") as source:
                if target is None:
                    shutil.copyfileobj(source, sys.stdout.buffer)
                    sys.stdout.buffer.flush()
                else:
                    with target.open("wb") as sink:
                        shutil.copyfileobj(source, sink)
        except OSError as error:
            raise cannot_write(target or "standard output", error) from error
    return written
