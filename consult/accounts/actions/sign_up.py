"""Signing up, and accounts made otherwise. Nothing here looks whether an address is known (ADR 0010)."""

from dataclasses import replace
from datetime import timedelta

from tortoise.exceptions import IntegrityError

from consult.accounts.actions.sessions import Browser, open_session
from consult.accounts.events import AccountAdded, AccountCreated, ConfirmationAsked, SignInLinkPrinted
from consult.accounts.models import Account, Identity, LinkPurpose, MailLink
from consult.accounts.rules import ALREADY_CONFIRMED, CONFIRM_LINK_LIFE, Address, name_refusal
from consult.core.action import Action
from consult.core.errors import NotFound, refuse
from consult.core.keys import new_key
from consult.core.voice import SYSTEM, Voice


async def make_link(
    action: Action,
    purpose: LinkPurpose,
    address: Address,
    life: timedelta,
    *,
    account_id: int | None = None,
    next_path: str = "",
) -> MailLink:
    """Write a link's row inside an action; earlier links of the same purpose and account no longer count."""
    if account_id is not None:
        await MailLink.filter(account_id=account_id, purpose=purpose, used_at__isnull=True).update(used_at=action.at)
    return await MailLink.create(
        id=new_key(),
        account_id=account_id,
        purpose=purpose,
        email=address.email,
        email_key=address.key,
        territory_id=action.territory_id,
        next_path=next_path,
        created_at=action.at,
        expires_at=action.at + life,
    )


async def sign_up(
    voice: Voice,
    *,
    territory_id: int,
    public_name: str,
    address: Address,
    language: str,
    browser: Browser,
    next_path: str = "",
    once: str | None = None,
) -> Account:
    """Make a pending account and open its session: the person may write at once, and what they write waits.

    The address is only claimed. It belongs to the account when the link sent there has been followed.

    Args:
        once: the key of the form: sent twice by the same browser, it makes one account.

    Raises:
        Refused: the name cannot be a public name.
    """
    try:
        return await _sign_up(voice, territory_id, public_name, address, language, browser, next_path, once)
    except IntegrityError:  # the same form came twice at once, and the other was first
        return await _sign_up(voice, territory_id, public_name, address, language, browser, next_path, once)


async def _sign_up(
    voice: Voice,
    territory_id: int,
    public_name: str,
    address: Address,
    language: str,
    browser: Browser,
    next_path: str,
    once: str | None,
) -> Account:
    own = replace(voice, account_id=new_key(), confirmed=False)
    async with Action(own, territory_id=territory_id) as action:
        refuse(name_refusal(public_name))
        again = await Account.get_or_none(origin="sign-up", origin_key=once, confirmed_at=None) if once else None
        if again is not None:
            action.voice = replace(own, account_id=again.id)
            await open_session(action, again.id, browser, by="sign_up")
            return again
        account = await Account.create(
            id=own.account_id,
            public_name=public_name,
            language=language,
            origin="sign-up",
            origin_key=once,
            signed_up_from=browser.place,
            created_at=action.at,
        )
        link = await make_link(
            action, LinkPurpose.CONFIRM, address, CONFIRM_LINK_LIFE, account_id=account.id, next_path=next_path
        )
        await open_session(action, account.id, browser, by="sign_up")
        action.record(AccountCreated(account_id=account.id, link_id=link.id))
    return account


async def ask_confirmation(voice: Voice, *, territory_id: int, address: Address) -> MailLink:
    """Send a pending account its link again, to the same address or to one written rightly this time.

    Raises:
        Refused: the account is confirmed already.
    """
    assert voice.account_id is not None
    async with Action(voice, territory_id=territory_id) as action:
        account = await Account.filter(id=voice.account_id).select_for_update().first()
        if account is None:
            raise NotFound
        refuse(ALREADY_CONFIRMED if account.confirmed_at else None)
        former = await MailLink.filter(account_id=account.id).order_by("-id").first()
        link = await make_link(
            action,
            LinkPurpose.CONFIRM,
            address,
            CONFIRM_LINK_LIFE,
            account_id=account.id,
            next_path=former.next_path if former else "",
        )
        action.record(ConfirmationAsked(account_id=account.id, link_id=link.id))
    return link


async def add_account(
    voice: Voice,
    *,
    address: Address | None,
    public_name: str,
    language: str = "fr",
    confirmed: bool = False,
    origin: str = "staff",
    origin_key: str | None = None,
    password_hash: str | None = None,
) -> Account:
    """Make an account without a sign-up: the command line, the demo.

    Args:
        address: the identity; None for a person known by name only.
        confirmed: whether the address is known to be theirs; else their first sign-in link confirms it.
    """
    async with Action(voice) as action:
        account = await Account.create(
            id=new_key(),
            public_name=public_name,
            language=language,
            origin=origin,
            origin_key=origin_key,
            confirmed_at=action.at if confirmed else None,
            created_at=action.at,
        )
        if address is not None:
            await Identity.create(
                id=new_key(),
                account_id=account.id,
                email=address.email,
                email_key=address.key,
                password_hash=password_hash,
            )
        action.record(AccountAdded(account_id=account.id))
    return account


async def make_sign_in_link(
    voice: Voice = SYSTEM, *, territory_id: int | None, address: Address, life: timedelta, next_path: str = ""
) -> MailLink:
    """A sign-in link to be printed rather than mailed (command line, demo): recorded, and no mail is asked for."""
    async with Action(voice, territory_id=territory_id) as action:
        link = await make_link(action, LinkPurpose.SIGN_IN, address, life, next_path=next_path)
        action.record(SignInLinkPrinted(link_id=link.id))
    return link
