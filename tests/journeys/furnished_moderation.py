"""What moderation has to show: a report, decisions addressed to Awa, an appeal of hers, a correction that she owes."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from consult.arguments.actions import publish_argument
from consult.arguments.models import Side
from consult.contributions.actions import publish_contribution
from consult.core import clock
from consult.moderation.actions.appealing import appeal
from consult.moderation.actions.cases import open_case
from consult.moderation.actions.deciding import decide
from consult.moderation.actions.reports import report_item
from consult.moderation.models import Kind
from consult.moderation.pages.reporting import RECEIPT
from consult.sources.actions import publish_source
from tests.cast import Person, a_consultation

if TYPE_CHECKING:
    from tests.journeys.furnished import Furnished

REASON = "Ce passage vise une personne.\n\nVous pouvez le dire autrement."


async def moderated(made: "Furnished", awa: Person, marie: Person, server_token: Any) -> None:
    """A consultation of its own, so that the other pages count what they counted; Marie moderates."""
    territory = {"territory_id": made.place.territory.id}
    consultation, _, (section,) = await a_consultation(made.place.territory, "moderee")
    where = {**territory, "consultation_id": consultation.id}
    mine = await publish_contribution(
        awa.voice(), **where, section_id=section.id, title="Des bancs à l’ombre", body="Un banc tous les cent mètres."
    )
    theirs = await publish_contribution(
        marie.voice(), **where, section_id=section.id, title="Des fontaines", body="Une fontaine par quartier."
    )
    under = {**where, "contribution_id": theirs.id}
    insult = await publish_argument(awa.voice(), **under, side=Side.AGAINST, body="Encore une idée de ces gens-là.")
    seal = await publish_source(
        awa.voice(), **under, title="Un tract", link="https://example.org/tract", category="other"
    )
    reported = await publish_argument(marie.voice(), **under, side=Side.FOR, body="Par grande chaleur, c’est vital.")
    report = await report_item(
        awa.voice(), **territory, kind=Kind.ARGUMENT, item_id=reported.id, ground="off_topic", text="Hors sujet."
    )

    async def decided(item: Any, kind: Kind, effect: str, ground: str, **more: Any) -> Any:
        voice = marie.voice("moderator")
        case = await open_case(voice, **territory, kind=kind, item_id=item.id, reasons=[])
        return await decide(voice, **territory, case_id=case.id, effect=effect, ground=ground, reason=REASON, **more)

    asked = await decided(mine, Kind.CONTRIBUTION, "correct", "insult", until=clock.now() + timedelta(days=20))
    hidden = await decided(insult, Kind.ARGUMENT, "hide", "insult")
    sealed = await decided(seal, Kind.SOURCE, "hide_illegal", "hatred")
    await appeal(awa.voice(), **territory, decision_id=hidden.id, text="Je parlais de l’idée, pas des personnes.")
    made.here |= {
        "reported": reported.id, "moderated": theirs.id, "receipt": server_token(RECEIPT, report.id),
        "asked": asked.id, "masked": hidden.id, "sealed": sealed.id,
    }  # fmt: skip
