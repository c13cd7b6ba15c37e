"""A consultation with something in it, for the pages of analysis."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from starlette.applications import Starlette

from consult.analysis.keeping import keep_figures_of
from consult.arguments.actions import publish_argument
from consult.arguments.models import Side
from consult.consultations.models import Consultation, Section
from consult.contributions.actions import publish_contribution
from consult.contributions.models import Contribution
from consult.territories.models import Territory
from consult.votes.actions import cast_vote
from tests.browsing import Visitor
from tests.cast import Person, a_consultation, a_person, a_territory

ROLES = ("administrator", "moderator", "rapporteur", "mediator", "decision_maker", "guarantor")


@dataclass
class Scene:
    """A territory with its staff, one contribution, one argument and one vote."""

    app: Starlette
    here: Territory
    consultation: Consultation
    sections: list[Section]
    contribution: Contribution
    awa: Person
    luc: Person
    staff: dict[str, Person]

    def as_(self, role: str) -> Visitor:
        """Somebody of the territory's staff at a browser."""
        return signed_in(self.app, self.staff[role])

    async def count(self) -> None:
        """What the worker does."""
        await keep_figures_of(self.consultation.id, ZoneInfo("Europe/Paris"))


def signed_in(app: Starlette, person: Person, host: str = "vallon.test") -> Visitor:
    """Somebody at a browser."""
    visitor = Visitor(app, host)
    visitor.sign_in(person)
    return visitor


async def a_scene(app: Starlette, *, sections: int = 2) -> Scene:
    """Make it, through the actions."""
    here, awa, luc = await a_territory(), await a_person(), await a_person("Luc Perrin")
    staff = {role: await a_person(f"Staff {role}", **{role: here}) for role in ROLES}
    consultation, _, made = await a_consultation(here, sections=sections)
    below = {"territory_id": here.id, "consultation_id": consultation.id}
    contribution = await publish_contribution(
        awa.voice(), **below, section_id=made[0].id, title="Une piste", body="Une piste en site propre.", once=None
    )
    await publish_argument(
        luc.voice(),
        **below,
        contribution_id=contribution.id,
        side=Side.FOR,
        body="Elle sera utile.",
        amendment_id=None,
        once=None,
    )
    await cast_vote(luc.voice(), **below, contribution_id=contribution.id, choice="disagree")
    return Scene(app, here, consultation, made, contribution, awa, luc, staff)
