"""A contribution under discussion: what the tests of arguments, sources, votes and of its page start from."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from consult.arguments.actions import publish_argument
from consult.arguments.models import Argument, Side
from consult.consultations.models import Consultation, Round, Section
from consult.contributions.actions import propose_amendment, publish_contribution
from consult.contributions.models import Amendment, Contribution
from consult.core.voice import Voice
from consult.sources.actions import publish_source
from consult.sources.models import Source
from consult.territories.models import Territory
from consult.votes.actions import cast_vote, give_support
from tests.cast import Person, a_consultation, a_person, a_territory


@dataclass
class Discussion:
    """One public contribution of Luc's in an open consultation, and the verbs to say something beneath it."""

    territory: Territory
    consultation: Consultation
    round: Round
    section: Section
    luc: Person
    contribution: Contribution

    @property
    def path(self) -> str:
        """The address of the contribution's page."""
        return f"/consultations/{self.consultation.slug}/contributions/{self.contribution.number}"

    @property
    def place(self) -> dict[str, int]:
        """Where it is, as every action takes it."""
        return {"territory_id": self.territory.id, "consultation_id": self.consultation.id}

    async def argue(
        self,
        person: Person | Voice,
        side: Side = Side.FOR,
        body: str = "C’est plus sûr pour les enfants.",
        amendment: Amendment | None = None,
        **more: Any,
    ) -> Argument:
        """Somebody says something for or against it."""
        return await publish_argument(
            voice_of(person),
            **self.place,
            contribution_id=self.contribution.id,
            side=side,
            body=body,
            amendment_id=amendment.id if amendment else None,
            **more,
        )

    async def source(self, person: Person | Voice, argument: Argument | None = None, **more: Any) -> Source:
        """Somebody gives a source."""
        values = {"title": "Baromètre du vélo", "link": "https://example.org/barometre", "category": "report"}
        return await publish_source(
            voice_of(person),
            **self.place,
            contribution_id=self.contribution.id,
            argument_id=argument.id if argument else None,
            **(values | more),
        )

    async def vote(
        self, person: Person | Voice, choice: str = "agree", amendment: Amendment | None = None, **more: Any
    ) -> None:
        """Somebody votes."""
        await cast_vote(
            voice_of(person),
            **self.place,
            contribution_id=self.contribution.id,
            choice=choice,
            amendment_id=amendment.id if amendment else None,
            **more,
        )

    async def support(self, person: Person | Voice, item: Argument | Source) -> None:
        """Somebody supports an argument or a source."""
        name = "argument_id" if isinstance(item, Argument) else "source_id"
        await give_support(voice_of(person), **self.place, **{name: item.id})

    async def amend(self, person: Person | Voice, body: str = "Une piste **large** le long du canal.") -> Amendment:
        """Somebody proposes another wording."""
        return await propose_amendment(
            voice_of(person),
            **self.place,
            contribution_id=self.contribution.id,
            base_revision=self.contribution.revision,
            title=self.contribution.title,
            body=body,
            reason="On doit pouvoir s’y croiser.",
        )

    async def close(self) -> None:
        """The round is over since a minute."""
        self.round.closes_at = self.round.opens_at + timedelta(minutes=1)
        await self.round.save()

    async def hide(self) -> None:
        """What moderation will do: the contribution is hidden by a decision."""
        self.contribution.state = "hidden"  # type: ignore[assignment]
        self.contribution.removed_at = self.contribution.published_at
        self.contribution.removed_ground = "contraire à la charte"
        self.contribution.changes += 1
        await self.contribution.save()


def voice_of(person: Person | Voice) -> Voice:
    """The person speaking for themselves, or the voice that was given."""
    return person if isinstance(person, Voice) else person.voice()


async def a_discussion(
    territory: Territory | None = None, *, slug: str = "plan-velo", author: Voice | None = None, **round_options: Any
) -> Discussion:
    """An open consultation with one public contribution, by Luc unless another voice is given."""
    territory = territory or await a_territory()
    consultation, one_round, sections = await a_consultation(territory, slug, **round_options)
    luc = await a_person("Luc Martin")
    contribution = await publish_contribution(
        author or luc.voice(),
        territory_id=territory.id,
        consultation_id=consultation.id,
        section_id=sections[0].id,
        title="Une piste le long du canal",
        body="Une piste le long du canal.\n\nElle relierait la gare au lycée.",
    )
    return Discussion(territory, consultation, one_round, sections[0], luc, contribution)


async def a_lively_discussion(people: int) -> Discussion:
    """As many arguments a side, sources, amendments and voters as asked for."""
    d = await a_discussion()
    for n in range(people):
        person = await a_person(f"Voisine {n}")
        pro = await d.argue(person, Side.FOR, f"Raison {n} d’être pour.")
        await d.argue(person, Side.AGAINST, f"Raison {n} d’être contre.")
        await d.source(person, title=f"Rapport {n}")
        await d.source(person, pro, title=f"Enquête {n}")
        await d.amend(person, body=f"Une piste large de {n} mètres le long du canal.")
        await d.vote(person, ("agree", "mixed", "disagree")[n % 3])
        await d.support(d.luc, pro)
    return d
