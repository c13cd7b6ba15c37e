"""The postman: what the mail's writer would put in the mails that are owed, read from the events and their links."""

from consult.accounts import links
from consult.accounts.models import LinkPurpose, MailLink


async def last_link(email: str, *purposes: LinkPurpose) -> MailLink:
    """The last link that goes to an address."""
    found = MailLink.filter(email_key=email.lower(), **({"purpose__in": purposes} if purposes else {}))
    link = await found.order_by("-id").first()
    assert link is not None, f"nothing was sent to {email}"
    return link


async def last_address(email: str, *purposes: LinkPurpose) -> str:
    """Where the last link sent to an address leads."""
    return links.address((await last_link(email, *purposes)).id)
