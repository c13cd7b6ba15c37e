"""Tables made of given rows, and the texts that files must survive, for tests that need no database."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from consult.exports.formats import FORMATS, Written, write, write_whole
from consult.exports.tables.shape import Batches, Column, Row, Scope, Table

SCOPE = Scope(
    territory_id=1,
    territory_slug="vallee",
    territory_name="Communauté de la Vallée",
    timezone="Europe/Paris",
    address="https://vallee.example",
    consultation_id=2,
    slug="mobilites",
    title="Les mobilités de demain : où en êtes-vous ?",
    question="Comment irez-vous au marché ?",
    opens_at=datetime(2026, 1, 5, 8, tzinfo=UTC),
    closes_at=datetime(2026, 3, 10, 12, tzinfo=UTC),
    cut_off=datetime(2026, 3, 10, 12, tzinfo=UTC),
    provisional=False,
    changes=42,
    contributions=3,
    engine="sqlite",
)
COLUMNS = (
    Column("id", "string", "Identifiant", "Ce qui désigne la ligne, toujours."),
    Column("number", "integer", "Numéro", "Le numéro public."),
    Column("text", "string", "Texte", "Ce qui a été écrit."),
    Column("open", "boolean", "Ouvert", "Vrai ou faux."),
    Column("published_at", "datetime", "Publié le", "L’instant de la publication."),
    Column("on", "date", "Jour", "Le jour."),
)
INSTANT, DAY = "2026-02-03T17:00:00Z", "2026-02-03"
HOSTILE = (
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("https://mal.example","cliquez")',
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "  =1+1",
    "＝1+1",
    "a\tb",
    "a\rb",
    "a\r\nb",
    "deux\nlignes\n\nquatre",
    'des "guillemets", et des ‘’“”',
    '"',
    "virgule, point-virgule; barre|",
    "séparateurs \u2028 \u2029 \x85 de lignes",
    "été, Œuvre, ÇA, ﬁn, e\u0301",
    "émoji 👩‍🚀 🏳️‍🌈 𝕏",
    "عربى עברית 漢字",
    "nul\x00ici",
    "contrôle\x07\x1b[31m",
    "\ufffe non-caractère \uffff",
    "\ufeffBOM",
    "007",
    "1234567890123456789",
    "12345678901234567890123456789",
    "1e5",
    "123e45",
    "3/4",
    "TRUE",
    "NULL",
    "\\N",
    "None",
    "_x0041_ reste",
    "<r>pas un balisage</r>",
    "<r><t>injecté</t></r><c><f>1+1</f></c><r></r>",
    "]]> & <b>gras</b> &amp; &#0;",
    "  espaces   gardées  ",
    "'apostrophe",
    "https://vallee.example/?a=1&b=2",
    "internal:Feuille!A1",
    "{=SUM(A1)}",
    "x" * 40_000,
    "👩" * 20_000,
)


def table(rows: Iterable[Row], columns: Sequence[Column] = COLUMNS, *, name: str = "items", batch: int = 7) -> Table:
    """A table of these rows."""

    async def batches(scope: Scope) -> AsyncIterator[Sequence[Row]]:
        waiting: list[Row] = []
        for row in rows:
            waiting.append(row)
            if len(waiting) == batch:
                yield waiting
                waiting = []
        if waiting:
            yield waiting

    return of_batches(batches, columns, name=name)


def of_batches(
    batches: Callable[[Scope], Batches], columns: Sequence[Column] = COLUMNS, *, name: str = "items"
) -> Table:
    """A table of these batches."""
    return Table(name, "Les éléments", "Tout ce qui a été écrit.", tuple(columns), ("id",), batches)


def hostile_rows() -> list[Row]:
    """A row for each hostile text, and rows where things are missing."""
    rows: list[Row] = [
        (str(1 << 62 | place), place, text, place % 2 == 0, INSTANT, DAY) for place, text in enumerate(HOSTILE)
    ]
    return [*rows, ("0", None, None, None, None, None), ("00", -(10**17), "", False, INSTANT, DAY)]


def make(folder: Path, name: str, *tables: Table, scope: Scope = SCOPE, **options: Any) -> tuple[Path, Written]:
    """The file of a format, written beside nothing else."""
    kind = FORMATS[name]
    path = folder / f"made{kind.suffix}"
    if kind.whole:
        return path, asyncio.run(write_whole(kind, path, tables, scope, **options))
    return path, asyncio.run(write(kind, path, *tables, scope, **options))
