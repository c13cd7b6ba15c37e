"""A territory where everything has happened once, told in words of no language: what else stands on a page is ours."""

import re
from datetime import timedelta

from consult.arguments.actions import publish_argument, withdraw_argument
from consult.arguments.models import Side
from consult.consultations.actions import edit_consultation
from consult.consultations.models import Consultation, ConsultationState, Round, Section
from consult.contributions.actions import (
    adopt_amendment,
    decline_amendment,
    propose_amendment,
    publish_contribution,
    revise_contribution,
    save_draft,
    withdraw_contribution,
)
from consult.contributions.models import Contribution
from consult.organisations.models import OrganisationState
from consult.sources.actions import publish_source
from consult.territories.models import Territory
from consult.territories.queries import forget_territories
from consult.votes.actions import cast_vote, record_tally
from tests.cast import Person, a_consultation, a_person, a_territory, an_organisation

LOREM = "Lorem ipsum dolor sit amet"
# What people wrote, and the names of the cast: the only words that may stand on a page in another tongue.
CONTENT = set(re.findall(r"\w+", "lorem ipsum dolor sit amet vallon awa diallo luc martin nour haddad zoé"))


class Busy:
    """One of everything, said in words of no language."""

    territory: Territory
    admin: Person
    luc: Person
    awa: Person
    nour: Person
    path: str

    @classmethod
    async def make(cls) -> "Busy":
        busy = cls()
        busy.territory = await a_territory()
        await Territory.filter(id=busy.territory.id).update(
            name="Vallon", presentation_html=f"<p>{LOREM}</p>", contact_email="vallon@example.org", changes=2
        )
        forget_territories()
        busy.admin = await a_person("Zoé Martin", administrator=busy.territory)
        busy.luc, busy.awa = await a_person("Luc Martin"), await a_person("Awa Diallo")
        busy.nour = await a_person("Nour Haddad", confirmed=False)
        await busy._consultations()
        await busy._organisations()
        return busy

    async def _consultations(self) -> None:
        open_one, _, sections = await a_consultation(self.territory, "lorem", sections=2)
        days = timedelta(days=3)
        await a_consultation(self.territory, "ipsum", opens_in=days, closes_in=2 * days)
        await a_consultation(self.territory, "dolor", opens_in=-2 * days, closes_in=-days)
        await a_consultation(self.territory, "amet", state=ConsultationState.DRAFT)
        await Consultation.all().update(title=LOREM, question=LOREM, presentation=LOREM, legal_basis=LOREM)
        await Round.all().update(title="Lorem")
        await Section.all().update(title="Ipsum", explanation=LOREM)
        self.here = {"territory_id": self.territory.id, "consultation_id": open_one.id}
        self.section = sections[0].id
        await self._discussion()
        await edit_consultation(
            self.admin.voice("administrator"),
            **self.here,
            title=f"{LOREM} dolor",
            slug="lorem",
            question=LOREM,
            presentation=LOREM,
            legal_basis="",
            reason=LOREM,
        )

    async def _write(self, person: Person, title: str = LOREM) -> Contribution:
        return await publish_contribution(
            person.voice(), **self.here, section_id=self.section, title=title, body=f"{LOREM}.\n\n{LOREM}."
        )

    async def _discussion(self) -> None:
        one, gone, below = await self._write(self.luc), await self._write(self.luc, "Amet"), {**self.here}
        below["contribution_id"] = one.id
        self.path = f"/consultations/lorem/contributions/{one.number}"
        for number in (1, 2, 3):
            proposed = await propose_amendment(
                self.awa.voice(), **below, base_revision=1, title=LOREM, body=f"{LOREM} {number}", reason=LOREM
            )
            if number == 2:
                await decline_amendment(self.luc.voice(), **below, amendment_id=proposed.id, reason=LOREM)
            if number == 3:
                await cast_vote(self.awa.voice(), **below, choice="mixed")
                await adopt_amendment(self.luc.voice(), **below, amendment_id=proposed.id)
        for side in Side:
            said = await publish_argument(self.awa.voice(), **below, side=side, body=LOREM)
            await publish_source(
                self.luc.voice(), **below, title=LOREM, link="https://example.org/", category="report", note=LOREM,
                argument_id=said.id,
            )  # fmt: skip
        dropped = await publish_argument(self.awa.voice(), **below, side=Side.FOR, body=f"{LOREM} {LOREM}")
        await withdraw_argument(self.awa.voice(), **self.here, argument_id=dropped.id)
        await publish_argument(self.nour.voice(), **below, side=Side.FOR, body=f"{LOREM} sit")
        await publish_source(self.awa.voice(), **below, title=LOREM, link="https://example.org/a", category="law")
        await record_tally(
            self.admin.voice("administrator"), **below, origin="import", origin_label="Lorem", agree=3, mixed=1
        )
        await revise_contribution(
            self.luc.voice(), **below, base_revision=2, title="Lorem", body=f"{LOREM}. Ipsum.", reason=LOREM
        )
        await cast_vote(self.awa.voice(), **below, choice="agree")
        await withdraw_contribution(self.luc.voice(), **self.here, contribution_id=gone.id)
        await self._write(self.awa)
        await self._write(self.nour)
        await save_draft(self.luc.voice(), **self.here, section_id=self.section, title="Lorem", body=LOREM)

    async def _organisations(self) -> None:
        body = await an_organisation(self.territory, self.luc, self.awa, name="Lorem", shows_members=True)
        for state in (OrganisationState.WAITING, OrganisationState.REFUSED):
            await an_organisation(self.territory, self.luc, name="Ipsum", state=state)
        await publish_contribution(
            self.luc.voice(organisation=body), **self.here, section_id=self.section, title="Dolor", body=LOREM
        )

    def people(self) -> dict[str, Person | None]:
        """Everybody who may look."""
        return {"nobody": None, "Luc": self.luc, "Awa": self.awa, "Nour": self.nour, "Zoé": self.admin}
