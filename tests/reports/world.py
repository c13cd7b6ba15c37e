"""A small closed consultation with one of everything in it, and its documents."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from consult.arguments.actions import withdraw_argument
from consult.arguments.models import Side
from consult.consultations.models import Round
from consult.contributions.actions import publish_contribution
from consult.contributions.models import Contribution
from consult.core import clock
from consult.core.database import execute, snapshot
from consult.exports.formats import Written
from consult.exports.tables import Scope, scope_of
from consult.reports.making import PRODUCTS
from tests.cast import a_person, an_organisation
from tests.discussion import Discussion, a_discussion

HIDDEN = ("Zanzibar", "Ouagadougou", "Vladivostok", "Reykjavik", "Tegucigalpa")
"""Words of texts that are not public: they stand nowhere."""

HOSTILE = (
    "#set text(red) $x^2$ *gras* _em_ `code` @ref <label> \\u{41} #{panic()} // rien /* ni ceci */ = Titre\n\n"
    "</p></body><script>alert(1)</script> & \" ' ]]> {{ 7*7 }} {% x %} w:t\n\n"
    "Pneumono" + "ultramicroscopic" * 12 + " fin du mot"
)
SIGNS = "Vélo 🚲 et famille 👩‍👩‍👧, שלום, العربية, Привет, Ελληνικά, ∑ → ✓ ☎, e\u0301 ệ"
UNDRAWN = "中文 ไทย"


@dataclass
class World:
    """The consultation, and where its documents are made."""

    discussion: Discussion
    folder: Path

    async def scope(self) -> Scope:
        scope = await scope_of(self.discussion.territory.id, "plan-velo")
        assert scope is not None
        return scope

    async def make(self, suffix: str, name: str = "rapport") -> tuple[Path, Written, int]:
        """The file, what was told of it, and how many contributions were told on the way."""
        (make,) = [make for known, _, _, make in PRODUCTS if known == suffix]
        path, told = self.folder / f"{name}{suffix}", []
        async with snapshot():
            written = await make(path, await self.scope(), progress=told.append)
        return path, written, sum(told)  # type: ignore[return-value]

    async def add(self, title: str, body: str, *, published: bool = True) -> Contribution:
        d = self.discussion
        one = await publish_contribution(d.luc.voice(), **d.place, section_id=d.section.id, title=title, body=body)
        if not published:
            await execute("UPDATE contribution SET state = 'waiting', number = NULL WHERE id = :key", key=one.id)
        return one

    async def close(self) -> None:
        """It closed an hour ago."""
        closes_at = clock.now() - timedelta(hours=1)
        await Round.filter(consultation_id=self.discussion.consultation.id).update(closes_at=closes_at)


async def a_world(folder: Path, *, closed: bool = True) -> World:
    """Arguments on both sides, sources, votes, a proposed wording; and one hidden or withdrawn text of each kind."""
    d = await a_discussion()
    world = World(d, folder)
    awa, nora = await a_person("Awa Diallo"), await a_person("Nora Petit")
    club = await an_organisation(d.territory, nora)
    pro = await d.argue(awa, Side.FOR, "Les **enfants** iront seuls :\n\n1. au lycée\n2. à la piscine")
    await d.argue(nora.voice(organisation=club), Side.AGAINST, "Le quai est trop étroit.\n\n> On ne s’y croise pas.")
    gone = await d.argue(nora, Side.AGAINST, f"Cela gêne {HIDDEN[0]}.")
    await withdraw_argument(nora.voice(), **d.place, argument_id=gone.id)
    await d.source(awa, title="Baromètre du vélo")
    await d.source(awa, pro, title="Enquête des écoles")
    source = await d.source(nora, title=f"Le rapport {HIDDEN[1]}", link=f"https://example.org/{HIDDEN[1]}")
    await _hide("source", source.id)
    await d.support(d.luc, pro)
    await d.vote(awa, "agree")
    await d.vote(nora, "disagree")
    await d.amend(awa)
    hidden = await d.amend(nora, body=f"Une piste jusqu’à {HIDDEN[2]}.")
    await _hide("amendment", hidden.id)
    other = await world.add(f"Le port de {HIDDEN[3]}", f"Un port à {HIDDEN[3]}.")
    await _hide("contribution", other.id)
    await world.add(f"Une gare à {HIDDEN[4]}", f"Une gare à {HIDDEN[4]}.", published=False)
    if closed:
        await world.close()
    return world


async def _hide(table: str, key: int) -> None:
    await execute(
        f"UPDATE {table} SET state = 'hidden', removed_at = :now, removed_ground = 'hors sujet' WHERE id = :key",
        now=clock.now(),
        key=key,
    )
