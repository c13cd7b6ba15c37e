"""Inviting into an organisation. Nothing here looks whether an address is known (ADR 0010)."""

from typing import Any

from consult.accounts.rules import Address
from consult.core.action import Action
from consult.core.database import execute
from consult.core.errors import NotFound, Refused, refuse
from consult.core.keys import new_key
from consult.core.voice import Voice
from consult.organisations.actions.standing import lock_organisation
from consult.organisations.events import InvitationTakenBack, MemberInvited, MemberJoined
from consult.organisations.models import Invitation, Member, MemberRole
from consult.organisations.rules import INVITATION_LIFE, INVITATION_OVER, founding_refusal, people_refusal


async def _lock_people(action: Action, organisation_id: int) -> None:
    _, standing = await lock_organisation(action, organisation_id)
    refusal = people_refusal(action.voice, standing)
    if refusal is not None and standing.role is None:
        raise NotFound
    refuse(refusal)
    refuse(founding_refusal(action.voice))


async def invite_member(
    voice: Voice,
    *,
    territory_id: int,
    organisation_id: int,
    address: Address,
    role: MemberRole = MemberRole.MEMBER,
    once: str | None = None,
) -> Invitation:
    """Invite whoever holds an address. Invited again, an address gets another mail with the same link.

    Raises:
        NotFound: no such organisation here.
        Refused: not by an owner, or the owner's address is not confirmed.
    """
    assert voice.account_id is not None
    async with Action(voice, territory_id=territory_id) as action:
        await _lock_people(action, organisation_id)
        sent = await Invitation.get_or_none(once=once, organisation_id=organisation_id) if once else None
        if sent is not None:
            action.nothing_to_do()
            return sent
        values: dict[str, Any] = {
            "email": address.email,
            "role": role,
            "invited_by_id": voice.account_id,
            "expires_at": action.at + INVITATION_LIFE,
            "once": once,
        }
        row = await _open_invitation(action, organisation_id, address)
        if row is None:
            row = await Invitation.create(id=new_key(), organisation_id=organisation_id, created_at=action.at, **values)
        else:
            await row.update_from_dict(values).save()
        action.record(
            MemberInvited(
                territory_id=territory_id, organisation_id=organisation_id, invitation_id=row.id, role=role.value
            )
        )
        return row


async def _open_invitation(action: Action, organisation_id: int, address: Address) -> Invitation | None:
    waiting = await Invitation.filter(
        organisation_id=organisation_id, accepted_at=None, expires_at__gt=action.at
    ).order_by("id")
    return next((one for one in waiting if one.email.casefold() == address.email.casefold()), None)


async def take_back_invitation(voice: Voice, *, territory_id: int, organisation_id: int, invitation_id: int) -> None:
    """Make an open invitation count no longer.

    Raises:
        NotFound: no such invitation here.
        Refused: not by an owner.
    """
    async with Action(voice, territory_id=territory_id) as action:
        await _lock_people(action, organisation_id)
        row = await Invitation.get_or_none(id=invitation_id, organisation_id=organisation_id)
        if row is None:
            raise NotFound
        if row.accepted_at is not None or row.expires_at <= action.at:
            action.nothing_to_do()
            return
        await Invitation.filter(id=row.id).update(expires_at=action.at)
        action.record(
            InvitationTakenBack(territory_id=territory_id, organisation_id=organisation_id, invitation_id=row.id)
        )


async def accept_invitation(voice: Voice, *, territory_id: int, invitation_id: int) -> Member:
    """Join an organisation, holding the link of an invitation; it serves once.

    A member invited as an owner becomes one. An account whose address is not confirmed may join: what it writes waits.

    Raises:
        NotFound: this territory has no such invitation.
        Refused: it has served, was taken back, or its time is over.
    """
    assert voice.account_id is not None
    async with Action(voice, territory_id=territory_id) as action:
        row = await Invitation.get_or_none(id=invitation_id, organisation__territory_id=territory_id)
        if row is None:
            raise NotFound
        await lock_organisation(action, row.organisation_id)
        member = await Member.get_or_none(organisation_id=row.organisation_id, account_id=voice.account_id)
        taken = await execute(
            "UPDATE invitation SET accepted_at = :now WHERE id = :key AND accepted_at IS NULL AND expires_at > :now"
            " RETURNING id",
            now=action.at,
            key=row.id,
        )
        if not taken:
            if member is None or row.accepted_at is None:
                raise Refused(INVITATION_OVER)
            action.nothing_to_do()  # the form was sent twice
            return member
        if member is None:
            member = await Member.create(
                id=new_key(),
                organisation_id=row.organisation_id,
                account_id=voice.account_id,
                role=row.role,
                created_at=action.at,
            )
        elif row.role is MemberRole.OWNER:
            member.role = row.role
            await member.save(update_fields=["role"])
        action.record(
            MemberJoined(
                territory_id=territory_id,
                organisation_id=row.organisation_id,
                account_id=voice.account_id,
                role=member.role.value,
            )
        )
        return member
