"""What links sent by e-mail do when their page's button is pressed. Each serves once."""

from dataclasses import dataclass, replace

from tortoise.exceptions import IntegrityError

from consult.accounts import elsewhere
from consult.accounts.actions.sessions import Browser, open_session
from consult.accounts.actions.sign_up import make_link
from consult.accounts.events import (
    AccountConfirmed,
    AccountsMerged,
    EmailChangeAsked,
    EmailChanged,
    SignInLinkAsked,
)
from consult.accounts.models import Account, Identity, LinkPurpose, MailLink, Session, Staff
from consult.accounts.rules import (
    ADDRESS_TAKEN,
    CHANGE_LINK_LIFE,
    DELETED_NAME,
    LINK_OVER,
    SIGN_IN_LINK_LIFE,
    UNCONFIRMED,
    Address,
    fresh_refusal,
    name_refusal,
)
from consult.core.action import Action
from consult.core.database import execute
from consult.core.errors import Refused, refuse
from consult.core.keys import new_key
from consult.core.voice import Voice


async def _use(action: Action, link_id: int, *purposes: LinkPurpose) -> MailLink:
    """Take a link for this action: only one action ever gets it.

    Raises:
        Refused: it has served, its time is over, or it is good for something else.
    """
    taken = await execute(
        "UPDATE mail_link SET used_at = :now WHERE id = :key AND used_at IS NULL AND expires_at > :now"
        " AND purpose IN :purposes RETURNING id",
        now=action.at,
        key=link_id,
        purposes=[purpose.value for purpose in purposes],
    )
    if not taken:
        raise Refused(LINK_OVER)
    return await MailLink.get(id=link_id)


async def ask_sign_in_link(voice: Voice, *, territory_id: int, address: Address, next_path: str = "") -> None:
    """Leave a link for an address. Nobody looks here whether it has an account: the mail's writer does (ADR 0010)."""
    async with Action(voice, territory_id=territory_id) as action:
        link = await make_link(action, LinkPurpose.SIGN_IN, address, SIGN_IN_LINK_LIFE, next_path=next_path)
        action.record(SignInLinkAsked(link_id=link.id))


async def sign_in_by_link(voice: Voice, *, link_id: int, territory_id: int, browser: Browser) -> MailLink:
    """Open a session for the account of the link's address; the link having come by mail, it confirms the address too.

    Raises:
        Refused: the link no longer counts, or its address has no account.
    """
    async with Action(voice, territory_id=territory_id) as action:
        link = await _use(action, link_id, LinkPurpose.SIGN_IN)
        identity = await Identity.get_or_none(email_key=link.email_key)
        if identity is None:
            raise Refused(LINK_OVER)
        action.voice = Voice(account_id=identity.account_id)
        await open_session(action, identity.account_id, browser, by="link")
        if await Account.filter(id=identity.account_id, confirmed_at=None).update(confirmed_at=action.at):
            action.record(AccountConfirmed(account_id=identity.account_id))
    return link


@dataclass(frozen=True)
class Confirmation:
    """What the person says on the page of a confirmation link.

    Attributes:
        keep: whether what the pending account wrote is theirs.
        public_name: their name, for an invitation, which was made without one.
        password_hash: the password they chose there, if any. It is never set on an account that existed before.
    """

    keep: bool = True
    public_name: str = ""
    password_hash: str | None = None


async def confirm_address(
    voice: Voice, *, link_id: int, territory_id: int, browser: Browser, said: Confirmation
) -> MailLink:
    """Bind the address to the pending account that claimed it, or give what it holds to the address's account.

    Every other session of the pending account ends: the person is who holds the mail, not who typed the address.

    Raises:
        Refused: the link no longer counts, or the name cannot be a public name.
    """
    try:
        return await _confirm(voice, link_id, territory_id, browser, said)
    except IntegrityError:  # two sign-ups of one address confirmed at once: the second now finds the account
        return await _confirm(voice, link_id, territory_id, browser, said)


async def _confirm(voice: Voice, link_id: int, territory_id: int, browser: Browser, said: Confirmation) -> MailLink:
    async with Action(voice, territory_id=territory_id) as action:
        link = await _use(action, link_id, LinkPurpose.CONFIRM, LinkPurpose.INVITE)
        pending = await Account.filter(id=link.account_id).select_for_update().get()
        refuse(LINK_OVER if pending.confirmed_at or pending.deleted_at else None)
        if link.purpose is LinkPurpose.INVITE:
            said = replace(said, keep=True)
        await Session.filter(account_id=pending.id).delete()
        known = await Identity.get_or_none(email_key=link.email_key)
        target_id = known.account_id if known else await _settle(action, link, pending, said)
        await Account.filter(id=target_id, confirmed_at=None).update(confirmed_at=action.at)
        if target_id != pending.id:
            await _give(action, pending, target_id, keep=said.keep)
        action.voice = Voice(account_id=target_id)
        await open_session(action, target_id, browser, by="link")
        action.record(AccountConfirmed(account_id=target_id))
    return link


async def _settle(action: Action, link: MailLink, pending: Account, said: Confirmation) -> int:
    """Make the address somebody's: the pending account's, or, when its texts are not theirs, a new one's."""
    name = said.public_name or pending.public_name
    refuse(name_refusal(name))
    account_id: int = pending.id
    if said.keep:
        await Account.filter(id=pending.id).update(public_name=name, confirmed_at=action.at)
    else:
        account_id = new_key()
        await Account.create(
            id=account_id,
            public_name=name,
            language=pending.language,
            confirmed_at=action.at,
            created_at=action.at,
        )
    await Identity.create(
        id=new_key(),
        account_id=account_id,
        email=link.email,
        email_key=link.email_key,
        password_hash=said.password_hash,
        password_changed_at=action.at if said.password_hash else None,
    )
    return account_id


async def _give(action: Action, pending: Account, target_id: int, *, keep: bool) -> None:
    """Empty a pending account whose address is another account's, giving along what it held or dropping it."""
    if keep:
        await elsewhere.move(pending.id, target_id)
        has = {(row.territory_id, row.role) for row in await Staff.filter(account_id=target_id)}
        for row in await Staff.filter(account_id=pending.id):
            if (row.territory_id, row.role) not in has:
                await Staff.filter(id=row.id).update(account_id=target_id)
        action.record(AccountsMerged(account_id=target_id, from_account_id=pending.id))
    await Staff.filter(account_id=pending.id).delete()
    await elsewhere.forget(pending.id, "")
    await MailLink.filter(account_id=pending.id, used_at=None).update(used_at=action.at)
    await Account.filter(id=pending.id).update(public_name=DELETED_NAME, origin_key=None, deleted_at=action.at)


async def ask_email_change(voice: Voice, *, territory_id: int, session_id: int | None, address: Address) -> None:
    """Leave a link for the new address of a confirmed account; nothing changes before it is followed.

    Raises:
        Refused: the account is pending, or the session is not fresh.
    """
    assert voice.account_id is not None
    async with Action(voice, territory_id=territory_id) as action:
        refuse(None if voice.confirmed else UNCONFIRMED)
        session = await Session.get_or_none(id=session_id)
        refuse(fresh_refusal(session.created_at if session else None, action.at))
        link = await make_link(action, LinkPurpose.CHANGE_EMAIL, address, CHANGE_LINK_LIFE, account_id=voice.account_id)
        action.record(EmailChangeAsked(account_id=voice.account_id, link_id=link.id))


async def make_notice(action: Action, identity: Identity) -> MailLink:
    """Keep, inside an action, the address that a last mail goes to: it is no longer that of the account afterwards."""
    return await MailLink.create(
        id=new_key(),
        account_id=identity.account_id,
        purpose=LinkPurpose.NOTICE,
        email=identity.email,
        email_key=identity.email_key,
        territory_id=action.territory_id,
        created_at=action.at,
        expires_at=action.at,
        used_at=action.at,
    )


async def change_email(voice: Voice, *, link_id: int, territory_id: int, keep_session_id: int | None) -> None:
    """Move the account that asked to the address of the link; done by that account's own session, holding that mail.

    Raises:
        Refused: the link no longer counts or is somebody else's, or the address has another account by now.
    """
    try:
        await _change_email(voice, link_id, territory_id, keep_session_id)
    except IntegrityError as error:
        raise Refused(ADDRESS_TAKEN) from error


async def _change_email(voice: Voice, link_id: int, territory_id: int, keep_session_id: int | None) -> None:
    account_id = voice.account_id
    assert account_id is not None
    async with Action(voice, territory_id=territory_id) as action:
        link = await _use(action, link_id, LinkPurpose.CHANGE_EMAIL)
        refuse(LINK_OVER if link.account_id != voice.account_id else None)
        identity = await Identity.filter(account_id=account_id).select_for_update().get()
        taken = await Identity.filter(email_key=link.email_key).exclude(account_id=account_id).exists()
        refuse(ADDRESS_TAKEN if taken else None)
        notice = await make_notice(action, identity)
        await Identity.filter(id=identity.id).update(email=link.email, email_key=link.email_key)
        await Session.filter(account_id=account_id).exclude(id=keep_session_id or 0).delete()
        action.record(EmailChanged(account_id=account_id, notice_id=notice.id))
