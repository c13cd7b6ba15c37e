"""Consultations whose files are made, for the tests of making, serving and the command."""

import hashlib
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from consult.consultations.models import Consultation, Round
from consult.core import changes, clock
from consult.core.database import execute
from consult.exports.making import maker
from consult.exports.making.files import set_folder
from consult.exports.models import ExportFile, ExportSet
from consult.territories.models import Territory
from tests.cast import Person, a_person
from tests.discussion import Discussion, a_discussion

PATH = "/consultations/plan-velo/exports"


@dataclass
class Results:
    """A small consultation with something of each kind, and its files."""

    discussion: Discussion
    luc: Person
    people: list[Person] = field(default_factory=list)

    @property
    def territory(self) -> Territory:
        return self.discussion.territory

    @property
    def consultation(self) -> Consultation:
        return self.discussion.consultation

    async def close(self) -> None:
        """It closed an hour ago."""
        await Round.filter(consultation_id=self.consultation.id).update(closes_at=clock.now() - timedelta(hours=1))

    async def reopen(self) -> None:
        """It is open for another week."""
        await Round.filter(consultation_id=self.consultation.id).update(closes_at=clock.now() + timedelta(days=7))

    async def touch(self) -> None:
        """Something has changed in it."""
        await execute("UPDATE consultation SET changes = changes + 1 WHERE id = :key", key=self.consultation.id)
        changes.forget_all()

    async def sets(self) -> list[ExportSet]:
        return await ExportSet.filter(consultation_id=self.consultation.id).order_by("id")

    async def only_set(self) -> ExportSet:
        (one,) = await self.sets()
        return one

    async def names(self) -> list[str]:
        one = (await self.sets())[-1]
        return [
            str(name) for name in await ExportFile.filter(set_id=one.id).order_by("id").values_list("name", flat=True)
        ]


async def some_results(*, closed: bool = True) -> Results:
    """Luc contributes, Awa argues, adds a source and votes; then it closes."""
    discussion = await a_discussion()
    awa = await a_person("Awa Diallo")
    await discussion.argue(awa)
    await discussion.source(awa)
    made = Results(discussion, discussion.luc, [awa])
    if closed:
        await made.close()
    return made


async def made(results: Results) -> ExportSet:
    """Its files, made as the worker makes them."""
    await maker.make_all_exports()
    return (await results.sets())[-1]


def digests(one: ExportSet) -> dict[str, str]:
    """What stands in the folder of a set under a name of its own."""
    files = sorted(set_folder(one.id).glob("[!.]*"))
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


async def files_are_whole(one: ExportSet) -> dict[str, Any]:
    """Every row has its file, as large as it says and with the digest it says, and every file its row."""
    rows = {row.name: row for row in await ExportFile.filter(set_id=one.id)}
    assert digests(one) == {name: row.sha256 for name, row in sorted(rows.items())}
    for name, row in rows.items():
        assert (set_folder(one.id) / name).stat().st_size == row.size
    return rows


def leftovers(folder: Path) -> list[str]:
    """What was begun and not finished."""
    with suppress(FileNotFoundError):
        return [one.name for one in folder.rglob(".*")]
    return []
