"""The new wording that an author sends because a moderator asked for it: a revision like any other."""

from consult.arguments.actions import reword_argument
from consult.arguments.models import Argument
from consult.arguments.rules import text_refusal
from consult.consultations.items import ItemState
from consult.contributions.actions.rows import Wording, count_change, reword
from consult.contributions.events import ContributionRevised
from consult.contributions.models import Contribution
from consult.contributions.search import forget_contribution
from consult.core.action import Action
from consult.core.errors import Refused, refuse
from consult.core.language import N_
from consult.core.text.cleaning import clean_text
from consult.core.text.markdown import render_markdown
from consult.moderation.rules.appealing import UNCHANGED
from consult.moderation.rules.deciding import AMENDMENT_STANDS
from consult.moderation.rules.items import AnItem
from consult.sources.actions import SourceWording, reword_source
from consult.sources.models import Source

WHY = N_("Correction demandée par la modération")


async def reword_item(action: Action, row: AnItem, *, title: str, body: str, link: str, category: str) -> None:
    """Give an item its corrected wording, wherever it stands: out of sight, it stays so. The lock is held.

    Raises:
        Refused: empty, too long, the same as before, or an amendment, which is voted on as it stands.
    """
    match row:
        case Contribution():
            await _reword_contribution(action, row, Wording.of(title, body))
        case Argument():
            await _reword_argument(action, row, clean_text(body))
        case Source():
            await _reword_source(action, row, SourceWording.of(title, link, category or row.category.value, body))
        case _:
            raise Refused(AMENDMENT_STANDS)


async def _reword_contribution(action: Action, row: Contribution, wording: Wording) -> None:
    refuse(UNCHANGED if wording.same_as(row) else None)
    await reword(action, row, wording, reason=WHY)
    if row.state is not ItemState.PUBLISHED:
        await forget_contribution(row.id)  # what is out of sight is found by nobody
        return
    action.record(
        ContributionRevised(
            territory_id=action.territory_id,
            consultation_id=row.consultation_id,
            contribution_id=row.id,
            number=row.number or 0,
            revision=row.revision,
        )
    )


async def _reword_argument(action: Action, row: Argument, body: str) -> None:
    refuse(text_refusal(body) or (UNCHANGED if body == row.body else None))
    await reword_argument(action, row, body, render_markdown(body))
    await count_change(action, row.contribution_id)


async def _reword_source(action: Action, row: Source, wording: SourceWording) -> None:
    refuse(UNCHANGED if wording.same_as(row) else None)
    await reword_source(action, row, wording)
    await count_change(action, row.contribution_id)
