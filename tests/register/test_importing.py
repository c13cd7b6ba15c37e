"""What was brought in from elsewhere is entered item by item, so that it can be checked like what was written here."""

from pathlib import Path

from starlette.applications import Starlette

from consult.app import load_effects
from consult.arguments.models import Argument
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
from consult.register.models import RegisterEntry
from consult.register.queries import entry_of_item
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


async def test_the_real_consultation_is_entered_whole(real_consultation: Starlette) -> None:
    await drain_all()
    rows = await execute("SELECT item_kind, COUNT(*) AS n FROM register_entry GROUP BY item_kind")
    counted = {row["item_kind"]: row["n"] for row in rows}
    assert counted["contribution"] == await Contribution.filter(state="published").count()
    assert counted["argument"] == await Argument.filter(state="published", contribution__state="published").count()
    assert await RegisterEntry.filter(salt__isnull=True).count() == 0
