"""Publishing a contribution, at once or when its author's address is confirmed."""

import secrets

from consult.accounts.models import Account
from consult.consultations.items import ItemState
from consult.consultations.models import Section
from consult.contributions.actions.rows import (
    Wording,
    contribution_inside,
    lock_below,
    write_revision,
)
from consult.contributions.events import ContributionLeftWaiting, ContributionPublished
from consult.contributions.models import Contribution, Draft, search_stems
from consult.contributions.rules import NO_SECTION, contribution_refusal
from consult.contributions.search import index_contribution
from consult.core.action import Action
from consult.core.database import execute
from consult.core.errors import Refused, refuse
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

    The draft that it was written in, if any, is done with and goes. The same words sent again (from a page that the
    browser went back to, whose form has another key) are the contribution that stands there already.

    Raises:
        NotFound: this territory has no such published consultation.
        Refused: the text is empty or too long, there is no such section, or the rounds or the section do not allow it.
    """
    wording = Wording.of(title, body)
    async with Action(voice, territory_id=territory_id) as action:
        consultation, rounds = await lock_below(action, territory_id, consultation_id)
        made = await Contribution.get_or_none(once=once) if once else None
        if made is not None:
            action.nothing_to_do()
            return made
        section = await Section.get_or_none(id=section_id, consultation_id=consultation_id)
        refuse(NO_SECTION if section is None else None)
        refuse(contribution_refusal(consultation, rounds, section, action.at))
        made = await _said_already(voice, consultation_id, section_id, wording)
        if made is not None:
            action.nothing_to_do()
            return made
        row = await Contribution.create(
            id=new_key(),
            consultation_id=consultation_id,
            section_id=section_id,
            author_id=voice.account_id,
            organisation_id=voice.organisation_id,
            author_kind=voice.kind,
            state=ItemState.WAITING,
            title=wording.title,
            body=wording.body,
            body_html=wording.body_html,
            excerpt=wording.excerpt,
            created_at=action.at,
            once=once,
            shuffle=secrets.randbelow(1 << 31),
        )
        await write_revision(action, row, wording)
        if voice.confirmed:
            await _make_public(action, row, wording.stems)
        else:
            action.record(
                ContributionLeftWaiting(
                    territory_id=territory_id, consultation_id=consultation_id, contribution_id=row.id
                )
            )
        if draft_id is not None:
            await Draft.filter(id=draft_id, account_id=voice.account_id).delete()
        return row


async def _said_already(voice: Voice, consultation_id: int, section_id: int, wording: Wording) -> Contribution | None:
    """What this voice has said in this section in the very same words, unless it was withdrawn or hidden."""
    return await Contribution.filter(
        author_id=voice.account_id,
        organisation_id=voice.organisation_id,
        consultation_id=consultation_id,
        section_id=section_id,
        title=wording.title,
        body=wording.body,
        state__in=[ItemState.PUBLISHED, ItemState.WAITING],
    ).first()


async def publish_waiting_contributions(account_id: int) -> int:
    """Publish what an account wrote before its address was confirmed, in the order of writing; returns how many.

    What is too late, or written for an organisation that may not speak, goes on waiting; its author sees why.
    """
    if not await Account.exists(id=account_id, confirmed_at__isnull=False, deleted_at__isnull=True):
        return 0
    waiting = await execute(
        "SELECT i.id, i.consultation_id, c.territory_id, i.organisation_id, i.author_kind FROM contribution i"
        " JOIN consultation c ON c.id = i.consultation_id"
        " WHERE i.author_id = :account AND i.state = 'waiting' ORDER BY i.id",
        account=account_id,
    )
    published = 0
    for one in waiting:
        voice = Voice(account_id=account_id, organisation_id=one["organisation_id"], kind=one["author_kind"])
        try:
            published += await _publish_waiting(voice, one["territory_id"], one["consultation_id"], one["id"])
        except Refused:
            continue
    return published


async def _publish_waiting(voice: Voice, territory_id: int, consultation_id: int, contribution_id: int) -> int:
    async with Action(voice, territory_id=territory_id) as action:
        consultation, rounds = await lock_below(action, territory_id, consultation_id)
        row = await contribution_inside(consultation_id, contribution_id)
        if row.state is not ItemState.WAITING:
            action.nothing_to_do()
            return 0
        section = await Section.get(id=row.section_id)
        refuse(contribution_refusal(consultation, rounds, section, action.at))
        await _make_public(action, row, search_stems(row.title, row.body_html))
        return 1


async def _make_public(action: Action, row: Contribution, stems: str) -> None:
    """Give the next number, move the counters, write the search row."""
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
    row.stems = stems
    await row.save(update_fields=["number", "state", "published_at", "stems"])
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
