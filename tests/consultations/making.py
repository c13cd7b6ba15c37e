"""What the tests of this room begin with: an administrator at the browser, and forms filled in as a person would."""

from typing import Any

from starlette.applications import Starlette

from consult.consultations.models import Consultation, ConsultationState
from consult.territories.models import Territory
from tests.browsing import Visitor
from tests.cast import Person, a_consultation, a_person, a_territory

ADMIN = "/admin/consultations/plan-velo"
A_ROUND = {
    "title": "Votes",
    "opens_on": "2026-05-04",
    "opens_hour": "09:00",
    "closes_on": "2026-05-18",
    "closes_hour": "18:00",
    "may": ["vote"],
}
A_SECTION = {"title": "Stationnement", "parent": "", "explanation": "Où **garer** un vélo ?", "accepts": []}
A_PRESENTATION = {
    "title": "Le plan vélo",
    "slug": "plan-velo",
    "question": "Où faut-il des pistes ?",
    "presentation": "Nous préparons le plan vélo.",
    "legal_basis": "",
}


class Office:
    """A territory with a consultation, and its administrator signed in."""

    here: Territory
    luc: Person
    visitor: Visitor
    consultation: Consultation

    @classmethod
    async def make(cls, app: Starlette, **options: Any) -> "Office":
        """Published and open, unless told otherwise."""
        office = cls()
        office.here = await a_territory("vallon")
        office.luc = await a_person("Luc Martin", administrator=office.here)
        office.visitor = Visitor(app, person=office.luc)
        office.consultation, office.round, office.sections = await a_consultation(office.here, **options)
        return office

    @classmethod
    async def draft(cls, app: Starlette, **options: Any) -> "Office":
        """The same, not published yet."""
        return await cls.make(app, state=ConsultationState.DRAFT, **options)

    async def again(self) -> Consultation:
        """The consultation as it stands now."""
        return await Consultation.get(id=self.consultation.id)
