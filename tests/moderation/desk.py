"""A territory with its moderators and something in their queue: what the tests of the desk start from."""

from dataclasses import dataclass, field

from starlette.applications import Starlette

from consult.arguments.models import Argument, Side
from consult.consultations.models import Consultation, ModerationTime
from consult.moderation.actions.cases import open_case
from consult.moderation.actions.reports import report_item
from consult.moderation.models import Case, CaseReason, Kind
from tests.browsing import Visitor
from tests.cast import Person, a_person
from tests.discussion import Discussion, a_discussion

REASON = "Ce texte s’en prend à une personne."


@dataclass
class Desk:
    """A discussion, two moderators, and the verbs to fill the queue."""

    app: Starlette
    talk: Discussion
    maud: Person
    marc: Person
    awa: Person
    reporters: list[Person] = field(default_factory=list)

    def window(self, person: Person | None, host: str = "vallon.test") -> Visitor:
        """Somebody's browser."""
        return Visitor(self.app, host, person)

    @property
    def where(self) -> dict[str, int]:
        """The territory, as actions take it."""
        return {"territory_id": self.talk.territory.id}

    async def report(self, kind: Kind, item_id: int, ground: str = "insult", text: str = "") -> Case:
        """One more person reports an item."""
        person = await a_person(f"Lanceuse {len(self.reporters)}")
        self.reporters.append(person)
        await report_item(person.voice(), **self.where, kind=kind, item_id=item_id, ground=ground, text=text, once=None)
        return await Case.get(kind=kind, item_id=item_id, is_open=True)

    async def reported_argument(self, body: str = "Vous êtes tous des incapables.") -> tuple[Argument, Case]:
        """An argument of Awa's that somebody has reported."""
        argument = await self.talk.argue(self.awa, Side.AGAINST, body)
        return argument, await self.report(Kind.ARGUMENT, argument.id, text="C’est insultant.")

    async def held_argument(self, body: str = "Les enfants iraient seuls à l’école.") -> tuple[Argument, Case]:
        """An argument of Awa's that waits to be read before it is published."""
        await Consultation.filter(id=self.talk.consultation.id).update(moderation=ModerationTime.BEFORE)
        argument = await self.talk.argue(self.awa, Side.FOR, body)
        return argument, await self.seen(Kind.ARGUMENT, argument.id, CaseReason.BEFORE)

    async def seen(self, kind: Kind, item_id: int, *reasons: CaseReason) -> Case:
        """A moderator has seen an item themselves."""
        return await open_case(self.maud.voice("moderator"), **self.where, kind=kind, item_id=item_id, reasons=reasons)


async def a_desk(app: Starlette) -> Desk:
    """Vallon with its discussion, and two moderators."""
    talk = await a_discussion()
    maud = await a_person("Maud Petit", moderator=talk.territory)
    marc = await a_person("Marc Roy", moderator=talk.territory)
    return Desk(app, talk, maud, marc, await a_person("Awa Diallo"))
