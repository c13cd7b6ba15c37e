"""What a territory decides about an organisation."""

from typing import Any

from tortoise.exceptions import IntegrityError

from consult.core.action import Action
from consult.core.errors import Refused, refuse
from consult.core.events import Event
from consult.core.text.cleaning import clean_text
from consult.core.voice import Voice
from consult.organisations.actions.standing import lock_organisation
from consult.organisations.events import (
    OrganisationChanged,
    OrganisationChangeRefused,
    OrganisationRefused,
    OrganisationVerified,
    VerificationTakenBack,
)
from consult.organisations.models import Organisation, OrganisationState
from consult.organisations.rules import (
    NOTHING_ASKED,
    NUMBER_KNOWN,
    STALE_ORGANISATION,
    decision_refusal,
    reason_refusal,
)


async def verify_organisation(
    voice: Voice, *, territory_id: int, organisation_id: int, revision: int | None = None
) -> Organisation:
    """Hold an organisation for what it says it is, or let a verified one change its name, kind or number.

    Args:
        revision: of what was read before deciding; None for whatever it says now.

    Raises:
        NotFound: this territory has no such organisation.
        Refused: not by an administrator, the organisation asks for something else by now, or its number is known.
    """
    try:
        return await _verify(voice, territory_id, organisation_id, revision)
    except IntegrityError as error:
        raise Refused(NUMBER_KNOWN) from error


async def _verify(voice: Voice, territory_id: int, organisation_id: int, revision: int | None) -> Organisation:
    async with Action(voice, territory_id=territory_id) as action:
        row = await _read(action, organisation_id, revision)
        if row.state is OrganisationState.VERIFIED and row.asked is None:
            action.nothing_to_do()
            return row
        changed = row.asked or {}
        await _decide(action, row, state=OrganisationState.VERIFIED, verified_at=action.at, **changed)
        action.record(OrganisationVerified(territory_id=territory_id, organisation_id=row.id))
        if changed:
            action.record(OrganisationChanged(territory_id=territory_id, organisation_id=row.id))
        return row


async def refuse_organisation(
    voice: Voice, *, territory_id: int, organisation_id: int, reason: str, revision: int | None = None
) -> Organisation:
    """Refuse an organisation, or what a verified one asks to change; its members read the reason.

    Raises:
        NotFound: this territory has no such organisation.
        Refused: not by an administrator, without a reason, or the organisation asks for something else by now.
    """
    reason = clean_text(reason)
    refuse(reason_refusal(reason))
    async with Action(voice, territory_id=territory_id) as action:
        row = await _read(action, organisation_id, revision)
        if row.state is OrganisationState.REFUSED:
            action.nothing_to_do()
            return row
        refuse(NOTHING_ASKED if row.state is OrganisationState.VERIFIED and row.asked is None else None)
        event: Event
        if row.state is OrganisationState.WAITING:
            await _decide(action, row, state=OrganisationState.REFUSED, decision_reason=reason)
            event = OrganisationRefused(territory_id=territory_id, organisation_id=organisation_id)
        else:
            await _decide(action, row, decision_reason=reason)
            event = OrganisationChangeRefused(territory_id=territory_id, organisation_id=organisation_id)
        action.record(event)
        return row


async def take_back_verification(voice: Voice, *, territory_id: int, organisation_id: int, reason: str) -> Organisation:
    """Hold an organisation for verified no longer. Nobody speaks for it from now on; what it said stays.

    Raises:
        NotFound: this territory has no such organisation.
        Refused: not by an administrator, or without a reason.
    """
    reason = clean_text(reason)
    refuse(reason_refusal(reason))
    async with Action(voice, territory_id=territory_id) as action:
        row = await _read(action, organisation_id, None)
        if row.state is OrganisationState.REFUSED:
            action.nothing_to_do()
            return row
        refuse(NOTHING_ASKED if row.state is OrganisationState.WAITING else None)
        await _decide(action, row, state=OrganisationState.REFUSED, decision_reason=reason)
        action.record(VerificationTakenBack(territory_id=territory_id, organisation_id=row.id))
        return row


async def _read(action: Action, organisation_id: int, revision: int | None) -> Organisation:
    row, _ = await lock_organisation(action, organisation_id)
    refuse(decision_refusal(action.voice))
    refuse(STALE_ORGANISATION if revision is not None and revision != row.revision else None)
    return row


async def _decide(action: Action, row: Organisation, **changes: Any) -> None:
    decided = {
        "asked": None,
        "asked_at": None,
        "decided_at": action.at,
        "decided_by_id": action.voice.account_id,
        "decision_reason": "",
    }
    await Organisation.filter(id=row.id).update(**(decided | changes))
    await row.refresh_from_db()
