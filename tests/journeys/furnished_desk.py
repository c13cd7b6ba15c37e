"""What the moderators' desk has to show: a case of each kind, one of Marie's own, one decided, an appeal."""

from typing import TYPE_CHECKING

from consult.consultations.models import Consultation
from consult.contributions.models import Contribution
from consult.moderation.actions.cases import open_case, write_note
from consult.moderation.actions.reports import report_item
from consult.moderation.models import Appeal, Case, CaseReason, Decision, Kind
from tests.cast import Person

if TYPE_CHECKING:
    from tests.journeys.furnished import Furnished


async def the_desk(made: "Furnished", luc: Person, marie: Person) -> None:
    """Luc reports Awa's things and one of Marie's; Marie moderates, and Luc hears the appeal that she may not."""
    territory = {"territory_id": made.place.territory.id}
    consultation = await Consultation.get(territory_id=made.place.territory.id, slug="plan-velo")
    mine = await Contribution.get(consultation_id=consultation.id, number=made.here["n"])
    about = {
        "contribution": (Kind.CONTRIBUTION, mine.id),
        "argument": (Kind.ARGUMENT, made.here["argument"]),
        "amendment": (Kind.AMENDMENT, made.here["own_amendment"]),
        "source": (Kind.SOURCE, made.here["source"]),
        "own": (Kind.ARGUMENT, made.here["theirs"]),
    }
    for name, (kind, item_id) in about.items():
        await report_item(
            luc.voice(), **territory, kind=kind, item_id=int(str(item_id)), ground="insult", text="Un ton méprisant."
        )
        case = await Case.get(kind=kind, item_id=item_id, is_open=True)
        made.here[f"case_{name}"] = case.id
    found = {"words": ["guichet"], "links": 7, "similar": [made.here["other"]], "new_accounts": 3}
    reasons = [CaseReason.WORDS, CaseReason.LINKS, CaseReason.SIMILAR, CaseReason.NEW_ACCOUNTS]
    voice = marie.voice("moderator")
    await open_case(voice, **territory, kind=Kind.CONTRIBUTION, item_id=mine.id, reasons=reasons, details=found)
    await write_note(voice, **territory, case_id=int(str(made.here["case_contribution"])), body="À voir à deux.")
    decided = await Decision.get(id=made.here["masked"])
    appeal = await Appeal.get(decision_id=decided.id)
    made.here |= {"case_decided": decided.case_id, "judged": decided.item_id, "appeal_made": appeal.id}
