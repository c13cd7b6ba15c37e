"""What several tests of this room begin with."""

from collections.abc import Awaitable
from datetime import timedelta
from typing import Any

import pytest

from consult.consultations.models import Consultation, Round, Section
from consult.contributions.actions import propose_amendment, publish_contribution
from consult.contributions.models import Amendment, Contribution
from consult.core.errors import Refused
from consult.core.voice import Voice
from consult.territories.models import Territory
from tests.cast import Person, a_consultation, a_person, a_territory

TITLE = "Une piste cyclable sur le boulevard"
BODY = "Le boulevard est **dangereux** pour les cyclistes.\n\nUne piste séparée les protégerait."


async def refused(work: Awaitable[Any]) -> str:
    """The code of the refusal that an action ends in."""
    with pytest.raises(Refused) as caught:
        await work
    return caught.value.refusal.code


class Place:
    """An open consultation of a territory, with somebody to write in it."""

    territory: Territory
    consultation: Consultation
    round: Round
    sections: list[Section]
    awa: Person

    @classmethod
    async def make(cls, slug: str = "vallon", *, slug_of_consultation: str = "plan-velo", **options: Any) -> "Place":
        """``Place.make("coteau")`` is the neighbour."""
        place = cls()
        place.territory = await a_territory(slug)
        made = await a_consultation(place.territory, slug_of_consultation, **options)
        place.consultation, place.round, place.sections = made
        place.awa = await a_person("Awa Diallo")
        return place

    @property
    def where(self) -> dict[str, int]:
        """What every action below the consultation is told."""
        return {"territory_id": self.territory.id, "consultation_id": self.consultation.id}

    async def publish(self, voice: Voice | None = None, **changed: Any) -> Contribution:
        """A contribution of Awa's, unless told otherwise."""
        values = {"section_id": self.sections[0].id, "title": TITLE, "body": BODY, **self.where, **changed}
        return await publish_contribution(voice or self.awa.voice(), **values)

    async def amend(self, voice: Voice, contribution: Contribution, **changed: Any) -> Amendment:
        """A proposed wording of a contribution."""
        values = {
            "contribution_id": contribution.id,
            "base_revision": contribution.revision,
            "title": contribution.title,
            "body": contribution.body + "\n\nEt des arceaux.",
            "reason": "Il faut aussi se garer.",
            **self.where,
            **changed,
        }
        return await propose_amendment(voice, **values)

    async def close(self) -> None:
        """End the round now, behind the back of whoever is writing."""
        self.round.closes_at = self.round.opens_at + timedelta(seconds=1)
        await self.round.save()
