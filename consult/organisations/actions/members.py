"""Who belongs to an organisation. Whoever no longer does speaks for it no more, from the next action on."""

from consult.core.action import Action
from consult.core.errors import NotFound, refuse
from consult.core.voice import Voice
from consult.organisations.actions.standing import lock_organisation
from consult.organisations.events import MemberLeft, MemberRemoved, MemberRoleChanged
from consult.organisations.models import Invitation, Member, MemberRole
from consult.organisations.rules import LAST_OWNER, YOU_ARE_LAST_OWNER, people_refusal


async def _is_last_owner(member: Member) -> bool:
    """Whether nobody else is responsible; asked under the organisation's lock, so that two cannot leave at once."""
    if member.role is not MemberRole.OWNER:
        return False
    owners = Member.filter(organisation_id=member.organisation_id, role=MemberRole.OWNER)
    return not await owners.exclude(id=member.id).exists()


async def _member_inside(action: Action, organisation_id: int, member_id: int) -> Member:
    """A member of the organisation whose people the voice manages.

    Raises:
        NotFound: no such organisation here, or no such member in it, or the voice has nothing to do with it.
        Refused: the voice does not manage its people.
    """
    _, standing = await lock_organisation(action, organisation_id)
    refusal = people_refusal(action.voice, standing)
    member = await Member.get_or_none(id=member_id, organisation_id=organisation_id)
    if member is None or (refusal is not None and standing.role is None):
        raise NotFound
    refuse(refusal)
    return member


async def change_role(
    voice: Voice, *, territory_id: int, organisation_id: int, member_id: int, role: MemberRole
) -> Member:
    """Make a member responsible for the organisation, or no longer.

    Raises:
        NotFound: no such member here.
        Refused: not by an owner, or nobody would be responsible.
    """
    async with Action(voice, territory_id=territory_id) as action:
        member = await _member_inside(action, organisation_id, member_id)
        if member.role is role:
            action.nothing_to_do()
            return member
        refuse(LAST_OWNER if await _is_last_owner(member) else None)
        member.role = role
        await member.save(update_fields=["role"])
        action.record(
            MemberRoleChanged(
                territory_id=territory_id,
                organisation_id=organisation_id,
                account_id=member.account_id,
                role=role.value,
            )
        )
        return member


async def remove_member(voice: Voice, *, territory_id: int, organisation_id: int, member_id: int) -> None:
    """Remove a member, who no longer speaks for the organisation; what they invited and is still open is taken back.

    Raises:
        NotFound: no such member here.
        Refused: not by an owner, or nobody would be responsible.
    """
    async with Action(voice, territory_id=territory_id) as action:
        member = await _member_inside(action, organisation_id, member_id)
        refuse(LAST_OWNER if await _is_last_owner(member) else None)
        await member.delete()
        await Invitation.filter(
            organisation_id=organisation_id,
            invited_by_id=member.account_id,
            accepted_at=None,
            expires_at__gt=action.at,
        ).update(expires_at=action.at)
        action.record(
            MemberRemoved(territory_id=territory_id, organisation_id=organisation_id, account_id=member.account_id)
        )


async def leave_organisation(voice: Voice, *, territory_id: int, organisation_id: int) -> None:
    """Leave an organisation.

    Raises:
        NotFound: the account is no member of such an organisation here.
        Refused: nobody would be responsible.
    """
    async with Action(voice, territory_id=territory_id) as action:
        await lock_organisation(action, organisation_id)
        member = await Member.get_or_none(organisation_id=organisation_id, account_id=voice.account_id or 0)
        if member is None:
            raise NotFound
        refuse(YOU_ARE_LAST_OWNER if await _is_last_owner(member) else None)
        await member.delete()
        action.record(
            MemberLeft(territory_id=territory_id, organisation_id=organisation_id, account_id=member.account_id)
        )
