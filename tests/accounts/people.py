"""What tests of accounts do again and again: the links of mails, a sign-up, a password, a page less what differs."""

import re

from starlette.applications import Starlette

from consult.accounts import links, passwords
from consult.accounts.models import Identity, LinkPurpose, MailLink
from tests.browsing import Answer, Visitor
from tests.cast import Person

PASSWORD = "les pistes du vallon sont belles"
AWA = {"public_name": "Awa Diallo", "email": "awa@exemple.fr", "charter": "y"}


async def last_link(email: str, *purposes: LinkPurpose) -> MailLink:
    """The last link that goes to an address."""
    found = MailLink.filter(email_key=email.lower(), **({"purpose__in": purposes} if purposes else {}))
    link = await found.order_by("-id").first()
    assert link is not None, f"nothing was sent to {email}"
    return link


async def last_address(email: str, *purposes: LinkPurpose) -> str:
    """Where the last link sent to an address leads."""
    return links.address((await last_link(email, *purposes)).id)


async def signed_up(app: Starlette, **changes: str) -> Visitor:
    """Somebody who has just sent the sign-up form."""
    visitor = Visitor(app)
    answer = await visitor.post("/sign-up", {**AWA, **changes}, page="")
    assert (answer.status, answer.location) == (303, "/sign-up/sent")
    return visitor


async def with_password(person: Person, password: str = PASSWORD) -> Person:
    """The same person, who has chosen a password."""
    await Identity.filter(account_id=person.id).update(password_hash=await passwords.make_hash(password))
    return person


def bare(answer: Answer, *different: str) -> str:
    """A page without its guards, and without the words that are meant to differ."""
    text = re.sub(r'name="(csrf|once)" value="[^"]*"', r'name="\1"', answer.text)
    for words in different:
        text = text.replace(words, "…")
    return text
