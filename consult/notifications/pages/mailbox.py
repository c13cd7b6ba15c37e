"""The demo's mailbox: what Consult has written to people, for whoever tries it out. It exists in the demo only."""

import re

from starlette.requests import Request
from starlette.responses import Response

from consult.core.errors import NotFound
from consult.core.keys import parse_key
from consult.core.language import N_
from consult.core.text.sanitising import sanitise_html
from consult.notifications.models import MailState
from consult.notifications.queries import mail_of, mails_of
from consult.settings import settings
from consult.web.context import territory
from consult.web.render import markup, page

PAGE_SIZE = 20
THIS_MACHINE = re.compile(r"http://(?:127\.0\.0\.1|localhost)(?::\d+)?(?=/)")
STATES = {
    MailState.WAITING: N_("en attente d’envoi"),
    MailState.SENT: N_("envoyé"),
    MailState.FAILED: N_("refusé par le serveur"),
    MailState.DROPPED: N_("non envoyé : devenu sans objet"),
}


async def mailbox(request: Request) -> Response:
    """``/mailbox``: every mail of the territory, the newest first."""
    before = parse_key(request.query_params.get("after", ""))
    found = await mails_of(territory(request).id, before=before, limit=PAGE_SIZE + 1)
    more = len(found) > PAGE_SIZE
    return page(
        request,
        "notifications/mailbox.html",
        mails=found[:PAGE_SIZE],
        next_href=f"/mailbox?after={found[PAGE_SIZE - 1].id}" if more else None,
        is_first=before is None,
        sends=sends_mail(),
        states=STATES,
    )


async def mailbox_mail(request: Request) -> Response:
    """``/mailbox/{id}``: a mail, its text and its HTML brought down to what our own pages know."""
    mail = await mail_of(territory(request).id, int(request.path_params["id"]))
    if mail is None:
        raise NotFound
    text, (_, _, body) = _served_here(mail.text), _served_here(mail.html).partition("<body")
    return page(
        request,
        "notifications/mail.html",
        mail=mail,
        shown={"subject": mail.subject, "to": mail.recipient, "at": mail.created_at, "text": text},
        body=markup(sanitise_html("<body" + body)),
        state=STATES[MailState(mail.state)] if sends_mail() or mail.state != MailState.WAITING else "",
    )


def sends_mail() -> bool:
    """Whether a mail server is set; without one mails stay where they are."""
    return bool(settings().smtp_url.get_secret_value())


def _served_here(text: str) -> str:
    """The demo may listen on another port than on the day of the mail: its own links lead to where it is now."""
    return THIS_MACHINE.sub(settings().base_url, text)
