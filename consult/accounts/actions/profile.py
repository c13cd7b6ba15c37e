"""What a person decides about their own account."""

from datetime import datetime

from consult.accounts import elsewhere
from consult.accounts.actions.links import make_notice
from consult.accounts.actions.staff import is_last_administrator
from consult.accounts.events import AccountDeleted, PasswordChanged, PreferencesChanged, PublicNameChanged
from consult.accounts.models import Account, Identity, LinkPurpose, MailLink, Role, Session, Staff
from consult.accounts.rules import DELETED_NAME, UNCONFIRMED, YOU_ARE_LAST, fresh_refusal, name_refusal
from consult.core.action import Action
from consult.core.errors import refuse
from consult.core.voice import Voice


async def change_name(voice: Voice, *, public_name: str) -> None:
    """Show another public name, on what was written before as well.

    Raises:
        Refused: it cannot be a public name.
    """
    assert voice.account_id is not None
    async with Action(voice) as action:
        refuse(name_refusal(public_name))
        await Account.filter(id=voice.account_id).update(public_name=public_name)
        action.record(PublicNameChanged(account_id=voice.account_id))


async def choose_language(voice: Voice, *, language: str) -> None:
    """Read the site, and its mails, in a language."""
    assert voice.account_id is not None
    async with Action(voice) as action:
        await Account.filter(id=voice.account_id).update(language=language)
        action.record(PreferencesChanged(account_id=voice.account_id))


async def choose_notifications(voice: Voice, *, replies: bool, amendments: bool) -> None:
    """Say which mails are wanted."""
    assert voice.account_id is not None
    async with Action(voice) as action:
        await Account.filter(id=voice.account_id).update(notify_replies=replies, notify_amendments=amendments)
        action.record(PreferencesChanged(account_id=voice.account_id))


async def set_password(voice: Voice, *, session_id: int | None, password_hash: str | None, proven: bool) -> None:
    """Choose a password, change it, or (None) do without; every other session ends.

    Args:
        proven: whether the present password was just given and right; else the session must be fresh.

    Raises:
        Refused: the address is not confirmed, or nothing shows that it is still the same person.
    """
    assert voice.account_id is not None
    async with Action(voice) as action:
        refuse(None if voice.confirmed else UNCONFIRMED)
        refuse(None if proven else fresh_refusal(await _began_at(session_id), action.at))
        changed = await Identity.filter(account_id=voice.account_id).update(
            password_hash=password_hash, password_changed_at=action.at
        )
        refuse(None if changed else UNCONFIRMED)
        await Session.filter(account_id=voice.account_id).exclude(id=session_id or 0).delete()
        action.record(PasswordChanged(account_id=voice.account_id))


async def delete_account(
    voice: Voice, *, session_id: int | None, proven: bool, territory_id: int | None = None
) -> None:
    """Unlink the person: identity, sessions, links, roles, memberships, drafts and texts still waiting are dropped.

    What was published stays readable under a neutral name, and votes stay counted. The address outlives the account
    by the one mail that says so (:func:`forget_notice`).

    Args:
        territory_id: whose mail that is.

    Raises:
        Refused: nothing shows that it is still the same person, or a territory would be left without administrator.
    """
    assert voice.account_id is not None
    async with Action(voice, territory_id=territory_id) as action:
        refuse(None if proven else fresh_refusal(await _began_at(session_id), action.at))
        for row in await Staff.filter(account_id=voice.account_id, role=Role.ADMINISTRATOR):
            territory_id = row.territory_id
            refuse(YOU_ARE_LAST if await is_last_administrator(territory_id, voice.account_id) else None)
        identity = await Identity.get_or_none(account_id=voice.account_id)
        if identity is not None:
            await MailLink.filter(email_key=identity.email_key).delete()
            await identity.delete()
        await MailLink.filter(account_id=voice.account_id).delete()
        await Session.filter(account_id=voice.account_id).delete()
        await Staff.filter(account_id=voice.account_id).delete()
        await elsewhere.forget(voice.account_id, identity.email_key if identity else "")
        await Account.filter(id=voice.account_id).update(
            public_name=DELETED_NAME,
            origin_key=None,
            notify_replies=False,
            notify_amendments=False,
            deleted_at=action.at,
        )
        notice = await make_notice(action, identity) if identity is not None and voice.confirmed else None
        action.record(
            AccountDeleted(
                territory_id=territory_id, account_id=voice.account_id, notice_id=notice.id if notice else None
            )
        )


async def forget_notice(notice_id: int) -> None:
    """Forget the address of somebody who has left, once their last mail is written (of the notice's reaction)."""
    await MailLink.filter(id=notice_id, purpose=LinkPurpose.NOTICE).delete()


async def _began_at(session_id: int | None) -> datetime | None:
    row = await Session.get_or_none(id=session_id) if session_id else None
    return row.created_at if row else None
