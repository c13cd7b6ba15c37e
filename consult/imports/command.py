"""``consult import``: the progress bar, and the account of what was done."""

import re
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from consult.core.errors import ConsultError
from consult.core.voice import SYSTEM
from consult.imports.actions import import_cap_collectif
from consult.imports.reading import Figures, count_lines
from consult.territories.queries import territory_named


async def import_with_progress(path: Path, slug: str, territory_slug: str | None, title: str | None) -> None:
    """Import with a progress bar, then print the figures.

    Raises:
        ConsultError: the address is none, or anything the import itself refuses.
    """
    if not re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", slug) or len(slug) > 80:
        raise ConsultError("--consultation takes lower-case letters, digits and hyphens, like republique-numerique")
    territory = await territory_named(territory_slug)
    console, total = Console(stderr=True), count_lines(path)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        stages = {name: progress.add_task(words, total=total) for name, words in STAGES.items()}
        consultation, figures, written = await import_cap_collectif(
            SYSTEM,
            territory_id=territory.id,
            slug=slug,
            title=title or slug.replace("-", " ").capitalize(),
            path=path,
            tell=lambda stage, done: progress.update(stages[stage], completed=done),
        )
    if not written:
        console.print(f"Nothing to do: this very file is in {consultation.slug} already.")
        return
    console.print(_table(figures))
    console.print(f"Imported into {territory.name}: /consultations/{consultation.slug}, closed.")


STAGES = {"check": "Checking", "write": "Writing "}


def _table(figures: Figures) -> Table:
    table = Table("figure", "count", title="What was in the file")
    for name, value in figures.as_stored().items():
        table.add_row(name, str(value))
    return table
