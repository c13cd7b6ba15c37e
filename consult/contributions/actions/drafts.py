"""Drafts: private, so they neither take the consultation's lock nor move its counters."""

from consult.accounts.models import Account
from consult.consultations.models import Consultation, ConsultationState, Section
from consult.contributions.events import DraftDiscarded, DraftSaved
from consult.contributions.models import Draft
from consult.contributions.rules import LONG_BODY, LONG_TITLE, NO_BODY, draft_refusal, text_refusals
from consult.core.action import Action
from consult.core.errors import NotFound, refuse
from consult.core.keys import new_key
from consult.core.text.cleaning import clean_line, clean_text
from consult.core.voice import Voice


async def save_draft(
    voice: Voice,
    *,
    territory_id: int,
    consultation_id: int,
    section_id: int | None,
    title: str,
    body: str,
    draft_id: int | None = None,
    once: str | None = None,
) -> Draft:
    """Keep a text being written. It may be unfinished, and the round may be over: nobody else ever sees it.

    Args:
        draft_id: the draft that goes on; None, or one that is gone, makes a new one.
        once: the form's key: the same form saved again goes on with the draft that it made.

    Raises:
        NotFound: this territory has no such published consultation.
        Refused: too long, nothing written at all, or too many drafts.
    """
    title, body = clean_line(title), clean_text(body)
    refuse(next((one for one in text_refusals(title, body) if one in (LONG_TITLE, LONG_BODY)), None))
    refuse(NO_BODY if not title and not body else None)
    async with Action(voice, territory_id=territory_id) as action:
        # The account's row orders two sendings of one form.
        await Account.filter(id=voice.account_id).select_for_update().first()
        known = await Consultation.exists(
            id=consultation_id, territory_id=territory_id, state=ConsultationState.PUBLISHED
        )
        if not known:
            raise NotFound
        draft = await _going_on(voice.account_id, consultation_id, draft_id, once)
        if draft is None:
            refuse(draft_refusal(await Draft.filter(account_id=voice.account_id).count()))
            draft = Draft(id=new_key(), account_id=voice.account_id, consultation_id=consultation_id, once=once)
            draft.created_at = action.at
        in_section = section_id and await Section.exists(id=section_id, consultation_id=consultation_id)
        draft.section_id = section_id if in_section else None
        draft.organisation_id = voice.organisation_id
        draft.title, draft.body, draft.updated_at = title, body, action.at
        await draft.save()
        action.record(DraftSaved(territory_id=territory_id, consultation_id=consultation_id, draft_id=draft.id))
        return draft


async def _going_on(
    account_id: int | None, consultation_id: int, draft_id: int | None, once: str | None
) -> Draft | None:
    mine = Draft.filter(account_id=account_id, consultation_id=consultation_id)
    if draft_id is not None and (draft := await mine.get_or_none(id=draft_id)):
        return draft
    return await mine.get_or_none(once=once) if once else None


async def discard_draft(voice: Voice, *, territory_id: int, draft_id: int) -> None:
    """Throw a draft away. Thrown away already, nothing happens.

    Raises:
        NotFound: the draft is somebody else's, or of another territory's consultation.
    """
    async with Action(voice, territory_id=territory_id) as action:
        draft = await Draft.get_or_none(id=draft_id)
        if draft is None:
            action.nothing_to_do()
            return
        consultation_id = draft.consultation_id
        here = await Consultation.exists(id=consultation_id, territory_id=territory_id)
        if not here or draft.account_id != voice.account_id:
            raise NotFound
        await draft.delete()
        action.record(DraftDiscarded(territory_id=territory_id, consultation_id=consultation_id, draft_id=draft_id))
