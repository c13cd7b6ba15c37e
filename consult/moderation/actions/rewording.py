"""The new wording that an author sends because a moderator asked for it: a revision like any other."""

from consult.arguments.models import Argument, ArgumentRevision
from consult.arguments.rules import text_refusal
from consult.consultations.items import ItemState
from consult.contributions.actions.rows import Wording, count_change, reword
from consult.contributions.events import ContributionRevised
from consult.contributions.models import Contribution
from consult.contributions.search import forget_contribution
from consult.core.action import Action
from consult.core.errors import Refused, refuse
from consult.core.keys import new_key
from consult.core.language import N_
from consult.core.text.cleaning import clean_line, clean_text
from consult.core.text.markdown import render_markdown
from consult.core.text.sanitising import plain_to_html
from consult.moderation.rules.appealing import UNCHANGED
from consult.moderation.rules.deciding import AMENDMENT_STANDS
from consult.moderation.rules.items import AnItem
from consult.sources.models import Source, SourceRevision
from consult.sources.rules import source_refusals, web_address

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
            await _reword_source(action, row, clean_line(title), clean_line(link), category, clean_text(body))
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
    await ArgumentRevision.create(
        id=new_key(),
        argument_id=row.id,
        number=row.revision,
        body=row.body,
        created_at=row.edited_at or row.created_at,
    )
    row.body, row.body_html, row.edited_at, row.revision = body, render_markdown(body), action.at, row.revision + 1
    await row.save(update_fields=["body", "body_html", "edited_at", "revision"])
    await count_change(action, row.contribution_id)


async def _reword_source(action: Action, row: Source, title: str, link: str, category: str, note: str) -> None:
    category = category or row.category.value
    refuse(next(iter(source_refusals(title, link, category, note)), None))
    said = (title, web_address(link) or "", category, note)
    refuse(UNCHANGED if said == (row.title, row.link, row.category.value, row.body) else None)
    await SourceRevision.create(
        id=new_key(),
        source_id=row.id,
        number=row.revision,
        title=row.title,
        link=row.link,
        category=row.category,
        body=row.body,
        created_at=row.edited_at or row.created_at,
    )
    row.title, row.link, row.body = title, said[1], note
    row.category = type(row.category)(category)
    row.body_html, row.edited_at, row.revision = plain_to_html(note), action.at, row.revision + 1
    columns = ["title", "link", "category", "body", "body_html", "edited_at", "revision"]
    await row.save(update_fields=columns)
    await count_change(action, row.contribution_id)
