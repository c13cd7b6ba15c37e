"""What was brought in from elsewhere is entered item by item, so that it can be checked like what was written here."""

import json
from pathlib import Path

from starlette.applications import Starlette

from consult.app import load_effects
from consult.contributions.models import Contribution
from consult.core.database import execute
from consult.core.outbox import drain_all
from consult.core.voice import SYSTEM
from consult.imports.actions import import_cap_collectif
from consult.register.appending import append
from consult.register.calendar import record_rounds
from consult.register.canonical import commitment
from consult.register.contents import contribution_content
from consult.register.importing import imported
from consult.register.queries import entry_of_item
from consult.register.wordings import KINDS, wordings_of
from tests.cast import NOON, a_territory
from tests.imports.answers import a_source, an_argument, an_opinion, write_lines
from tests.register.facts import entered

load_effects()


async def test_each_public_item_is_entered_once(db: str, tmp_path: Path) -> None:
    territory = await a_territory()
    answers = [
        an_opinion(61, arguments=[an_argument(5), an_argument(6, side=0)], sources=[a_source(8)]),
        an_opinion(7, is_trashed=True, arguments=[an_argument(9)]),
        an_opinion(12),
    ]
    path = write_lines(tmp_path / "x.jsonl", *answers)
    consultation, _, _ = await import_cap_collectif(
        SYSTEM, territory_id=territory.id, slug="ancienne", title="Ancienne", path=path
    )
    entries = await entered(territory.id)
    assert [(one["item"], one["number"]) for one in entries] == [
        ("contribution", 12), ("contribution", 61), ("argument", 61), ("argument", 61), ("source", 61),
    ]  # fmt: skip
    assert {one["kind"] for one in entries} == {"imported"}
    async for facts in imported(consultation.id, NOON):
        await append(territory.id, facts)
    assert len(await entered(territory.id)) == 5, "tried again, it adds nothing"
    row = await Contribution.get(number=61)
    entry = await entry_of_item(territory.id, "contribution", row.id, 1)
    assert entry is not None
    content = contribution_content(consultation="ancienne", number=61, revision=1, title=row.title, body=row.body)
    assert entry.salt is not None
    assert commitment(bytes(entry.salt), content) in entry.entry
    assert await record_rounds() == 3, "opened, closed, tallied"


async def test_the_demonstration_is_entered_word_for_word(demonstration: Starlette) -> None:
    await drain_all()
    await _says_what_the_pages_say(past_too=True)


async def test_the_real_consultation_is_entered_word_for_word(real_consultation: Starlette) -> None:
    await drain_all()
    await _says_what_the_pages_say(past_too=False)


async def _says_what_the_pages_say(*, past_too: bool) -> None:
    for kind in KINDS:
        under = " AND contribution_id IN (SELECT id FROM contribution WHERE state = 'published')"
        rows = await execute(
            f"SELECT id FROM {kind} WHERE state = 'published'{'' if kind == 'contribution' else under}"
        )
        entries = await execute(
            "SELECT item_id, revision, entry, salt FROM register_entry"
            " WHERE item_kind = :kind AND revision IS NOT NULL",
            kind=kind,
        )
        committed = {(row["item_id"], row["revision"]): row for row in entries}
        assert len(committed) == len(entries), "one entry a wording"
        found = await wordings_of(kind, [row["id"] for row in rows])
        assert len(found) == len(rows)
        for wording in [one for wordings in found.values() for one in (wordings if past_too else wordings[-1:])]:
            row = committed[wording.item_id, wording.revision]
            said = json.loads(row["entry"])
            assert said["content"] == commitment(bytes(row["salt"]), wording.content(said["consultation"]))
            assert (said["number"], said["id"]) == (wording.row["number"], str(wording.item_id))
    places = await execute("SELECT COUNT(*) AS n, MAX(position) AS last FROM register_entry GROUP BY territory_id")
    assert [row["n"] for row in places] == [row["last"] + 1 for row in places]
