"""What closing has to show: a round that waits to be closed with things left undone, one that was closed, a frame."""

from datetime import date, timedelta
from typing import TYPE_CHECKING

from consult.consultations.models import Consultation, Procedure, Round
from consult.contributions.actions import publish_contribution
from consult.core import clock
from consult.moderation.actions.closing import close_period
from tests.cast import Person, a_consultation

if TYPE_CHECKING:
    from tests.journeys.furnished import Furnished


async def closed_periods(made: "Furnished", awa: Person, marie: Person, newcomer: Person) -> None:
    """« close » was closed by Marie; « terminee » waits for it, with a text that was never confirmed."""
    territory = made.place.territory
    done, its_round, (section,) = await a_consultation(territory, "close")
    where = {"territory_id": territory.id, "consultation_id": done.id}
    await publish_contribution(awa.voice(), **where, section_id=section.id, title="Des arbres", body="De l’ombre.")
    await Round.filter(id=its_round.id).update(closes_at=clock.now() - timedelta(days=2))
    await Consultation.filter(id=done.id).update(procedure=Procedure.ENVIRONMENT_L123_19_1)
    await close_period(
        marie.voice("moderator"), **where, round_id=its_round.id, name="Printemps", sequel="La synthèse sera publiée.",
        sequel_on=date(2099, 1, 15),
    )  # fmt: skip
    over = await Consultation.get(territory_id=territory.id, slug="terminee")
    waits = await Round.get(consultation_id=over.id)
    section_id = (await over.sections.all())[0].id
    closes_at = waits.closes_at
    await Round.filter(id=waits.id).update(closes_at=clock.now() + timedelta(hours=1))
    await publish_contribution(
        newcomer.voice(), territory_id=territory.id, consultation_id=over.id, section_id=section_id,
        title="Jamais confirmé", body="Et pourtant.",
    )  # fmt: skip
    await Round.filter(id=waits.id).update(closes_at=closes_at)
    made.here["over_round"] = waits.id
