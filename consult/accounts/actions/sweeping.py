"""Nothing private is kept longer than it serves."""

from consult.accounts import elsewhere
from consult.accounts.events import ClaimsSwept
from consult.accounts.models import Account, MailLink, Session
from consult.accounts.rules import DELETED_NAME, KEEP_CLAIMS, KEEP_LINKS, KEEP_PLACES
from consult.core.action import Action
from consult.core.voice import SYSTEM

_AT_ONCE = 200


async def sweep() -> int:
    """Drop expired sessions, old links, where accounts were made from, and pending accounts that nobody ever confirmed.

    Returns how many of the last.
    """
    async with Action(SYSTEM) as action:
        dropped = await Session.filter(expires_at__lte=action.at).delete()
        abandoned = await Account.filter(
            origin__in=["sign-up", "invitation"],
            confirmed_at=None,
            deleted_at=None,
            created_at__lte=action.at - KEEP_CLAIMS,
            identity__isnull=True,
        ).limit(_AT_ONCE)
        for account in abandoned:
            await Session.filter(account_id=account.id).delete()
            await MailLink.filter(account_id=account.id).delete()
            await elsewhere.forget(account.id, "")
            await Account.filter(id=account.id).update(public_name=DELETED_NAME, origin_key=None, deleted_at=action.at)
        dropped += await MailLink.filter(
            expires_at__lte=action.at - KEEP_LINKS, account__confirmed_at__isnull=False
        ).delete()
        dropped += await MailLink.filter(expires_at__lte=action.at - KEEP_LINKS, account_id=None).delete()
        dropped += (
            await Account.filter(created_at__lte=action.at - KEEP_PLACES)
            .exclude(signed_up_from="")
            .update(signed_up_from="")
        )
        if abandoned or dropped:
            action.record(ClaimsSwept(count=len(abandoned)))
        else:
            action.nothing_to_do()
    return len(abandoned)
