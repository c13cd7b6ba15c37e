"""Writing a package. The same data makes the same bytes, whoever asks for it and however often (docs/package.md).

What the tables say is read in one snapshot. Then the export is entered into the register (outside of the snapshot, once
for the same content), the head over it is signed, and the proof of everything goes into the same zip.
"""

import csv
import hashlib
import json
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from consult.analysis.queries.figures import About, public_figures
from consult.core.database import outside_snapshot, snapshot
from consult.core.errors import ConsultError
from consult.exports.formats import FORMATS, Written, file_name, write
from consult.exports.formats.files import Progress, aside, measured, never_half, nobody_asks, workshop
from consult.exports.package.archive import Writer
from consult.exports.package.description import description, titles
from consult.exports.package.evidence import Evidence, prove, read_entries
from consult.exports.package.words import licence, read_me
from consult.exports.tables import TABLES, Scope, Table, scope_of
from consult.exports.verifying import layout

Tables = dict[str, tuple[Table, Written]]


class ConsultationMoved(ConsultError):
    """The consultation has changed since the tables were written; the whole set is to be made again."""


@dataclass(frozen=True)
class _Content:
    """What the register answers for: the files that SHA256SUMS names, those of tables by their place on the disk."""

    texts: dict[str, bytes]
    tables: dict[str, Path]
    sums: bytes


async def write_package(
    path: Path, scope: Scope, folder: Path | None = None, *, progress: Progress = nobody_asks
) -> Written:
    """Write a consultation's package to ``path``, a temporary name: whoever calls gives the file its own.

    Reads in the snapshot that it is called in, or in one of its own. The export is entered into the register once for
    the same content, so that the same package made again adds nothing.

    Args:
        scope: of the same snapshot, where it is called inside of one.
        folder: where the CSV files of the same set are, if they are made; what is not there is written anew.
        progress: is told how many rows more were read.

    Raises:
        ConsultationMoved: the files in the folder are of another state of the consultation.
        OSError: the disk refuses, or is full. Then, as after any other error, nothing is left at ``path``.
    """
    with never_half(path), workshop(path) as draft:
        async with snapshot():
            scope = await _as_read_here(scope, folder)
            tables, places = await _tables(scope, folder, draft, progress)
            content = await _content(scope, tables, places)
            entries = await read_entries(scope, draft / "entries.jsonl")
            with outside_snapshot():
                evidence = await prove(scope, entries, hashlib.sha256(content.sums).hexdigest(), draft / "proof.txt")
        await aside(lambda: _zip(path, scope, content, evidence))
        return await aside(lambda: measured(path, sum(written.rows or 0 for _, written in tables.values())))


async def _as_read_here(scope: Scope, folder: Path | None) -> Scope:
    """The scope as this snapshot has it: it may have been read before."""
    here = await scope_of(scope.territory_id, scope.slug)
    if here is None:
        raise ConsultationMoved("the consultation is no longer published")
    if folder is not None and (here.changes, here.provisional) != (scope.changes, scope.provisional):
        raise ConsultationMoved("the consultation has changed since its files were made")
    return here


async def _tables(scope: Scope, folder: Path | None, draft: Path, progress: Progress) -> tuple[Tables, dict[str, Path]]:
    """Every table as CSV: those that are made already are taken as they are."""
    tables: Tables = {}
    places: dict[str, Path] = {}
    for table in TABLES.values():
        base = file_name(table.name, ".csv", scope.provisional)
        name, made = f"{layout.DATA}{base}", folder / base if folder else None
        if made is not None and made.is_file():
            places[name] = made
            tables[name] = table, await aside(partial(_as_it_is, made))
        else:
            places[name] = draft / base
            tables[name] = table, await write(FORMATS["csv"], places[name], table, scope, progress=progress)
    return tables, places


def _as_it_is(path: Path) -> Written:
    """A CSV file of ours that is there already."""
    return measured(path, _rows(path))


def _rows(path: Path) -> int:
    csv.field_size_limit(1 << 30)
    with path.open(newline="", encoding="utf-8") as file:
        return sum(1 for _ in csv.reader(file)) - 1


async def _content(scope: Scope, tables: Tables, places: dict[str, Path]) -> _Content:
    about = About(scope.consultation_id, scope.slug, scope.title, scope.zone, scope.cut_off, scope.provisional)
    figures = json.dumps(await public_figures(about), ensure_ascii=False, indent=1) + "\n"
    above = {
        layout.DESCRIPTION: description(scope, tables),
        layout.READ_ME_FR: read_me(scope, "fr", titles(tables, "fr")).encode(),
        layout.READ_ME_EN: read_me(scope, "en", titles(tables, "en")).encode(),
        layout.LICENCE: licence(scope).encode(),
        layout.FIGURES: figures.encode(),
    }
    digests = {name: hashlib.sha256(text).hexdigest() for name, text in above.items()}
    digests |= {name: written.sha256 for name, (_, written) in tables.items()}
    order = [name for name in above if name != layout.FIGURES] + [*tables, layout.FIGURES]
    sums = "".join(f"{digests[name]}  {name}\n" for name in order)
    return _Content(above, places, sums.encode())


def _zip(path: Path, scope: Scope, content: _Content, evidence: Evidence) -> None:
    texts = dict(content.texts)
    figures = texts.pop(layout.FIGURES)
    with Writer(path, scope.cut_off) as archive:
        for name, text in texts.items():
            archive.add(name, text)
        for name, place in content.tables.items():
            archive.copy(name, place)
        archive.add(layout.FIGURES, figures)
        archive.add(layout.SUMS, content.sums)
        archive.add(layout.HEAD, evidence.head.encode())
        archive.add(layout.KEYS, "".join(f"{key}\n" for key in evidence.keys).encode())
        archive.copy(layout.ENTRIES, evidence.entries)
        archive.copy(layout.PROOF, evidence.proof)
        archive.add(layout.EXPORTED, evidence.exported)
