"""Which events somebody hears of by mail, who, and in which words.

Here: accounts, organisations, and one's own texts. Beside: what people follow, closings, moderation, receipts, files.
"""

from typing import Any

from consult.accounts import links
from consult.accounts.actions import forget_notice
from consult.accounts.events import (
    AccountCreated,
    AccountDeleted,
    ConfirmationAsked,
    EmailChangeAsked,
    EmailChanged,
    PasswordChanged,
    SignInLinkAsked,
    StaffInvited,
)
from consult.accounts.models import Role
from consult.accounts.queries import identity_of, link_view, staff_of
from consult.accounts.rules import read_address
from consult.arguments.events import ArgumentPublished
from consult.contributions.events import AmendmentAdopted, AmendmentDeclined, AmendmentProposed
from consult.core.events import Event, effect
from consult.notifications.effects import closing, exports, following, moderation, register
from consult.notifications.queries import (
    Reader,
    amendment_for_mail,
    argument_for_mail,
    left_reader,
    notice_address,
    reader_of,
)
from consult.notifications.writing import Letter, write
from consult.organisations import invitations
from consult.organisations.events import (
    MemberInvited,
    OrganisationChangeRefused,
    OrganisationCreated,
    OrganisationRefused,
    OrganisationVerified,
    VerificationAsked,
    VerificationTakenBack,
)
from consult.organisations.queries import invitation_view, organisation_in, owners_of

DECISIONS: dict[type[Event], str] = {
    OrganisationVerified: "organisation_verified",
    OrganisationRefused: "organisation_refused",
    OrganisationChangeRefused: "organisation_change_refused",
    VerificationTakenBack: "organisation_taken_back",
}

# ---------------------------------------------------------------- accounts


async def _link_mail(event: Any, outbox_id: int, known: str, unknown: str) -> None:
    """A link to whoever holds an address, in other words when the address has an account already."""
    link = await link_view(event.link_id)
    if link is None or not link.good:
        return
    letter = Letter(
        known if link.known_id else unknown,
        Reader(link.email, link.language, link.known_id, link.known_name),
        about=("link", link.id),
        values={"path": links.address(link.id), "link": link},
    )
    await write(letter, territory_id=link.territory_id, outbox_id=outbox_id)


@effect(AccountCreated, ConfirmationAsked)
async def mail_confirmation(event: Any, outbox_id: int) -> None:
    """The link that confirms the address of a sign-up."""
    await _link_mail(event, outbox_id, "known_address", "confirm_address")


@effect(SignInLinkAsked)
async def mail_sign_in_link(event: Any, outbox_id: int) -> None:
    """The link to sign in; somebody without an account is told that there is none."""
    await _link_mail(event, outbox_id, "sign_in", "sign_in_unknown")


@effect(EmailChangeAsked)
async def mail_new_address(event: Any, outbox_id: int) -> None:
    """The link that confirms another address, sent to that address."""
    await _link_mail(event, outbox_id, "new_address_taken", "new_address")


@effect(StaffInvited)
async def mail_staff_invitation(event: Any, outbox_id: int) -> None:
    """An invitation to join a territory's staff."""
    await _link_mail(event, outbox_id, "staff_invitation", "staff_invitation")


@effect(EmailChanged)
async def mail_address_changed(event: Any, outbox_id: int) -> None:
    """A word to the former address: whoever did not ask for this can still say so."""
    email, reader = await notice_address(event.notice_id), await reader_of(event.account_id)
    if email is not None:
        to = Reader(email, reader.language if reader else "", event.account_id, reader.name if reader else "")
        await write(Letter("address_changed", to), territory_id=event.territory_id, outbox_id=outbox_id)


@effect(AccountDeleted)
async def mail_account_deleted(event: Any, outbox_id: int) -> None:
    """To somebody who has left: what was erased, what stays. It is the last use that is made of their address."""
    to = await left_reader(event.account_id, event.notice_id) if event.notice_id else None
    if to is not None:
        await write(Letter("account_deleted", to), territory_id=event.territory_id, outbox_id=outbox_id)
        await forget_notice(event.notice_id)


@effect(PasswordChanged)
async def mail_password_changed(event: Any, outbox_id: int) -> None:
    """A word to the owner of an account whose password has changed."""
    reader = await reader_of(event.account_id)
    if reader is not None:
        await write(Letter("password_changed", reader), territory_id=event.territory_id, outbox_id=outbox_id)


# ---------------------------------------------------------------- organisations


@effect(MemberInvited)
async def mail_invitation(event: Any, outbox_id: int) -> None:
    """An invitation to speak for an organisation."""
    invitation = await invitation_view(event.invitation_id)
    if invitation is None or not invitation.good:
        return
    address = read_address(invitation.email, strict=False)
    known = await identity_of(address.key) if address else None
    letter = Letter(
        "organisation_invitation",
        Reader(invitation.email, str(known["language"]) if known else ""),
        about=("invitation", invitation.id),
        values={"path": invitations.address(invitation.id), "invitation": invitation},
    )
    await write(letter, territory_id=invitation.territory_id, outbox_id=outbox_id)


@effect(OrganisationVerified, OrganisationRefused, OrganisationChangeRefused, VerificationTakenBack)
async def mail_decision(event: Any, outbox_id: int) -> None:
    """To the people responsible for an organisation: what the territory decided, and why."""
    organisation = await organisation_in(event.territory_id, event.organisation_id)
    for account_id in await owners_of(event.organisation_id) if organisation else []:
        reader = await reader_of(account_id)
        if reader is not None:
            letter = Letter(DECISIONS[type(event)], reader, values={"organisation": organisation})
            await write(letter, territory_id=event.territory_id, outbox_id=outbox_id)


@effect(OrganisationCreated, VerificationAsked)
async def mail_to_verify(event: Any, outbox_id: int) -> None:
    """To a territory's administrators: an organisation waits for them."""
    organisation = await organisation_in(event.territory_id, event.organisation_id)
    for one in await staff_of(event.territory_id, Role.ADMINISTRATOR) if organisation else []:
        reader = await reader_of(one["account_id"])
        if reader is not None:
            letter = Letter("organisation_asked", reader, values={"organisation": organisation})
            await write(letter, territory_id=event.territory_id, outbox_id=outbox_id)


# ---------------------------------------------------------------- contributions and arguments


@effect(ArgumentPublished)
async def mail_argument(event: Any, outbox_id: int) -> None:
    """To the author of a contribution, or of an amendment: somebody argues for or against it."""
    item = await argument_for_mail(event.argument_id)
    if item is None:
        return
    to = item["proposed_by"] if item["amendment_id"] else item["written_by"]
    await _item_mail("argument", ("argument", event.argument_id), item, to, "notify_replies", outbox_id)


@effect(AmendmentProposed)
async def mail_amendment(event: Any, outbox_id: int) -> None:
    """To the author of a contribution: somebody proposes another wording."""
    item = await amendment_for_mail(event.amendment_id)
    if item is not None:
        about = ("amendment", event.amendment_id)
        await _item_mail("amendment_proposed", about, item, item["written_by"], "notify_amendments", outbox_id)


@effect(AmendmentAdopted, AmendmentDeclined)
async def mail_amendment_answer(event: Any, outbox_id: int) -> None:
    """To whoever proposed a wording: what the author of the contribution made of it."""
    item = await amendment_for_mail(event.amendment_id)
    if item is not None:
        about = ("amendment", event.amendment_id)
        template = "amendment_adopted" if isinstance(event, AmendmentAdopted) else "amendment_declined"
        await _item_mail(template, about, item, item["author_id"], "notify_amendments", outbox_id, answer=True)


async def _item_mail(
    template: str,
    about: tuple[str, int],
    item: dict[str, Any],
    account_id: int | None,
    choice: str,
    outbox_id: int,
    *,
    answer: bool = False,
) -> None:
    """A mail about an item, unless it is the reader's own act or they chose not to hear of such things."""
    by = item["written_by"] if answer else item["author_id"]
    reader = await reader_of(account_id, choice) if account_id != by else None
    if reader is not None:
        letter = Letter(
            template,
            reader,
            about=about,
            values={"item": item},
            event="" if answer else f"{about[0]}.{about[1]}",
            refusable=choice.removeprefix("notify_"),
        )
        await write(letter, territory_id=item["territory_id"], outbox_id=outbox_id)


__all__ = ["closing", "exports", "following", "moderation", "register"]
