"""Publishing a contribution, at once or when its author's address is confirmed."""

import secrets
from collections.abc import Sequence

from consult.consultations.items import ItemState
from consult.consultations.models import Consultation, Round, Section
from consult.contributions.actions.rows import (
    Wording,
    lock_below,
    made_by_form,
    said_already,
    write_revision,
)
from consult.contributions.actions.waiting import hold, publish_waiting
from consult.contributions.events import ContributionHeld, ContributionLeftWaiting, ContributionPublished
from consult.contributions.models import Contribution, Draft, search_stems
from consult.contributions.rules import NO_SECTION, contribution_refusal, reads_first
from consult.contributions.search import index_contribution
from consult.core.action import Action
from consult.core.database import execute
from consult.core.errors import refuse
from consult.core.keys import new_key
from consult.core.voice import Voice


async def publish_contribution(
    voice: Voice,
    *,
    territory_id: int,
    consultation_id: int,
    section_id: int,
    title: str,
    body: str,
    once: str | None = None,
    draft_id: int | None = None,
) -> Contribution:
    """Publish a contribution under the consultation's next number; that of an unconfirmed account waits without one.

    Where texts are read first, it waits for a moderator, without a number either.

    The draft that it was written in, if any, is done with and goes. The same words sent again (from a page that the
    browser went back to, whose form has another key) are the contribution that stands there already.

    Raises:
        NotFound: this territory has no such published consultation.
        Refused: the text is empty or too long, there is no such section, or the rounds or the section do not allow it.
    """
    wording = Wording.of(title, body)
    async with Action(voice, territory_id=territory_id) as action:
        consultation, rounds = await lock_below(action, territory_id, consultation_id)
        made = await made_by_form(Contribution, once)
        if made is not None:
            action.nothing_to_do()
            return made
        section = await Section.get_or_none(id=section_id, consultation_id=consultation_id)
        refuse(NO_SECTION if section is None else None)
        refuse(contribution_refusal(consultation, rounds, section, action.at))
        made = await said_already(
            Contribution,
            voice,
            consultation_id=consultation_id,
            section_id=section_id,
            title=wording.title,
            body=wording.body,
        )
        if made is not None:
            action.nothing_to_do()
            return made
        held = voice.confirmed and reads_first(consultation)
        row = await Contribution.create(
            id=new_key(),
            consultation_id=consultation_id,
            section_id=section_id,
            author_id=voice.account_id,
            organisation_id=voice.organisation_id,
            author_kind=voice.kind,
            state=ItemState.WAITING,
            awaits_moderator=held,
            title=wording.title,
            body=wording.body,
            body_html=wording.body_html,
            excerpt=wording.excerpt,
            created_at=action.at,
            once=once,
            shuffle=secrets.randbelow(1 << 31),
        )
        await write_revision(action, row, wording)
        if held:
            action.record(_held(row, territory_id))
        elif voice.confirmed:
            await make_public(action, row, wording.stems)
        else:
            action.record(
                ContributionLeftWaiting(
                    territory_id=territory_id, consultation_id=consultation_id, contribution_id=row.id
                )
            )
        if draft_id is not None:
            await Draft.filter(id=draft_id, account_id=voice.account_id).delete()
        return row


async def publish_waiting_contributions(account_id: int) -> int:
    """Publish what an account wrote before its address was confirmed (see ``publish_waiting``); returns how many."""
    return await publish_waiting(Contribution, account_id, _publish_waiting)


async def _publish_waiting(
    action: Action, row: Contribution, consultation: Consultation, rounds: Sequence[Round]
) -> None:
    section = await Section.get(id=row.section_id)
    refuse(contribution_refusal(consultation, rounds, section, action.at))
    if reads_first(consultation):
        await hold(row)
        action.record(_held(row, consultation.territory_id))
    else:
        await make_public(action, row, search_stems(row.title, row.body_html))


def _held(row: Contribution, territory_id: int) -> ContributionHeld:
    return ContributionHeld(territory_id=territory_id, consultation_id=row.consultation_id, contribution_id=row.id)


async def make_public(action: Action, row: Contribution, stems: str) -> None:
    """Give a contribution that waited the next number, move the counters, write the search row."""
    given = await execute(
        "UPDATE consultation SET last_number = last_number + 1, contributions_count = contributions_count + 1"
        " WHERE id = :key RETURNING last_number",
        key=row.consultation_id,
    )
    await execute(
        "UPDATE section SET contributions_count = contributions_count + 1 WHERE id = :key",
        key=row.section_id,
    )
    row.number, row.state, row.published_at = given[0]["last_number"], ItemState.PUBLISHED, action.at
    row.stems, row.awaits_moderator = stems, False
    await row.save(update_fields=["number", "state", "published_at", "stems", "awaits_moderator"])
    await index_contribution(row.id, stems)
    action.changed("contribution", row.id)
    action.record(
        ContributionPublished(
            territory_id=action.territory_id,
            consultation_id=row.consultation_id,
            contribution_id=row.id,
            section_id=row.section_id,
            number=given[0]["last_number"],
            author_kind=row.author_kind,
        )
    )
