"""Who works for a territory, and as what."""

from consult.accounts.actions.sign_up import make_link
from consult.accounts.events import RoleGiven, RoleTaken, StaffInvited
from consult.accounts.models import Account, LinkPurpose, MailLink, Role, Staff
from consult.accounts.rules import CONFIRM_LINK_LIFE, LAST_ADMINISTRATOR, Address, staff_refusal
from consult.core.action import Action
from consult.core.errors import NotFound, refuse
from consult.core.keys import new_key
from consult.core.voice import Voice
from consult.territories.models import Territory


async def is_last_administrator(territory_id: int, account_id: int) -> bool:
    """Whether nobody else administers a territory. The territory's row is locked: two cannot leave at once."""
    await Territory.filter(id=territory_id).select_for_update().first()
    others = (
        Staff.filter(territory_id=territory_id, role=Role.ADMINISTRATOR, account__confirmed_at__isnull=False)
        .exclude(account_id=account_id)
        .exists()
    )
    return not await others


async def give_role(voice: Voice, *, territory_id: int, account_id: int, role: Role) -> None:
    """Put an account on a territory's staff; given twice, it is held once.

    Raises:
        Refused: the voice does not administer the territory.
    """
    async with Action(voice, territory_id=territory_id) as action:
        refuse(staff_refusal(voice))
        if await Staff.exists(territory_id=territory_id, account_id=account_id, role=role):
            action.nothing_to_do()
            return
        await Staff.create(
            id=new_key(), territory_id=territory_id, account_id=account_id, role=role, created_at=action.at
        )
        action.record(RoleGiven(territory_id=territory_id, account_id=account_id, role=role.value))


async def take_role(voice: Voice, *, territory_id: int, staff_id: int) -> None:
    """Take a role away, or an invitation back.

    Raises:
        Refused: the voice does not administer the territory, or nobody would.
        NotFound: no such role in this territory.
    """
    async with Action(voice, territory_id=territory_id) as action:
        refuse(staff_refusal(voice))
        row = await Staff.get_or_none(id=staff_id, territory_id=territory_id).prefetch_related("account")
        if row is None:
            raise NotFound
        if row.role is Role.ADMINISTRATOR and row.account.confirmed_at is not None:
            last = await is_last_administrator(territory_id, row.account.id)
            refuse(LAST_ADMINISTRATOR if last else None)
        await row.delete()
        if row.account.confirmed_at is None:
            await MailLink.filter(account_id=row.account.id, used_at=None).update(used_at=action.at)
        action.record(RoleTaken(territory_id=territory_id, account_id=row.account.id, role=row.role.value))


async def invite_to_staff(voice: Voice, *, territory_id: int, address: Address, role: Role) -> None:
    """Offer a role to whoever holds an address. It is theirs when they follow the link, with an account or without.

    The role waits on a pending account made for it, so that nobody learns whether the address has an account.

    Raises:
        Refused: the voice does not administer the territory.
    """
    async with Action(voice, territory_id=territory_id) as action:
        refuse(staff_refusal(voice))
        waiting = await MailLink.filter(
            purpose=LinkPurpose.INVITE, email_key=address.key, territory_id=territory_id, account__confirmed_at=None,
            account__staff__role=role, account__staff__territory_id=territory_id,
        ).first()  # fmt: skip
        pending_id = waiting.account_id if waiting and waiting.account_id else new_key()
        if waiting is None:
            await Account.create(id=pending_id, public_name="", origin="invitation", created_at=action.at)
            await Staff.create(
                id=new_key(), territory_id=territory_id, account_id=pending_id, role=role, created_at=action.at
            )
        link = await make_link(
            action, LinkPurpose.INVITE, address, CONFIRM_LINK_LIFE, account_id=pending_id, next_path="/account"
        )
        action.record(StaffInvited(territory_id=territory_id, account_id=pending_id, role=role.value, link_id=link.id))
