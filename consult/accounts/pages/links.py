"""Where links sent by e-mail lead. Opening one shows what it would do; only the button on its page does it."""

import re
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from consult.accounts import actions, links, passwords, queries
from consult.accounts.actions.links import Confirmation
from consult.accounts.forms import ROLE_WORDS, ConfirmForm, InvitedForm, LinkForm
from consult.accounts.models import LinkPurpose, Role
from consult.accounts.pages.browsers import new_browser, open_browser, status_of
from consult.accounts.queries import LinkView
from consult.accounts.rules import password_refusal
from consult.core.errors import Refused, refuse
from consult.web.context import territory, visitor
from consult.web.forms import Form, empty_form, read_form
from consult.web.language import gettext
from consult.web.render import page, see_other

TEMPLATES = {
    LinkPurpose.CONFIRM: "accounts/link_confirm.html",
    LinkPurpose.INVITE: "accounts/link_confirm.html",
    LinkPurpose.SIGN_IN: "accounts/link_sign_in.html",
    LinkPurpose.CHANGE_EMAIL: "accounts/link_change_email.html",
}
# The end of an address where something is written: what is before it is where it can be read.
_WRITING = re.compile(r"(/(arguments|sources|amendments))?/new(\?.*)?$")


async def link_page(request: Request) -> Response:
    """``/links/{token}``: what the link is about to do."""
    link = await queries.link_view(links.key_of(request.path_params["token"]))
    if link is None or not _counts(link):
        return _over(request)
    return await _show(request, link, empty_form(_form_of(link)))


def _counts(link: LinkView) -> bool:
    return link.good and link.purpose in TEMPLATES and (link.purpose is not LinkPurpose.SIGN_IN or bool(link.known_id))


def _form_of(link: LinkView) -> type[Form]:
    if link.purpose is LinkPurpose.INVITE and link.known_id is None:
        return InvitedForm
    return ConfirmForm if link.purpose is LinkPurpose.CONFIRM else LinkForm


def _over(request: Request) -> Response:
    return _private(page(request, "accounts/link_over.html", status=410))


async def _show(request: Request, link: LinkView, form: Form, status: int = 200) -> Response:
    same = link.account_id is not None and visitor(request).account_id == link.account_id
    offered = await queries.roles_of(link.account_id) if link.account_id and link.purpose is LinkPurpose.INVITE else []
    roles = [gettext(ROLE_WORDS[Role(one["role"])]) for one in offered]
    return _private(
        page(request, TEMPLATES[link.purpose], form=form, link=link, same_browser=same, offered=roles, status=status)
    )


def _private(response: Response) -> Response:
    """The page's address is a key: no cache keeps it, no other site and no search engine hears of it."""
    response.headers.update({"cache-control": "no-store", "referrer-policy": "no-referrer", "x-robots-tag": "noindex"})
    return response


async def follow_link(request: Request) -> Response:
    """Press the button of a link's page."""
    link = await queries.link_view(links.key_of(request.path_params["token"]))
    if link is None or not _counts(link):
        return _over(request)
    form = await read_form(request, _form_of(link))
    if not form.valid():
        return await _show(request, link, form, 422)
    try:
        if link.purpose is LinkPurpose.CHANGE_EMAIL:
            return await _change_email(request, link)
        if link.purpose is LinkPurpose.SIGN_IN:
            return await _sign_in(request, link)
        return await _confirm(request, link, form)
    except Refused as error:
        if error.refusal.code == "link_over":
            return _over(request)
        form.refuse(error.refusal)
        return await _show(request, link, form, status_of(error.refusal))


async def _sign_in(request: Request, link: LinkView) -> Response:
    browser = new_browser(request)
    await actions.sign_in_by_link(
        visitor(request).voice(), link_id=link.id, territory_id=territory(request).id, browser=browser
    )
    return open_browser(browser, link.next_path)


async def _confirm(request: Request, link: LinkView, form: Form) -> Response:
    browser = new_browser(request)
    password = "" if link.known_id else (form.data.get("password") or "")
    if password:
        refuse(password_refusal(password, link.email, link.asker))
    said = Confirmation(
        keep=form.button != "without",
        public_name=form.data.get("public_name") or "",
        password_hash=await passwords.make_hash(password) if password else None,
    )
    await actions.confirm_address(
        visitor(request).voice(), link_id=link.id, territory_id=territory(request).id, browser=browser, said=said
    )
    if link.next_path and not (link.waiting and said.keep):
        return open_browser(browser, link.next_path)
    # Whoever has written meanwhile is told what becomes of it, and not shown the empty form again.
    back = _WRITING.sub("", link.next_path or "")
    onward = f"&{urlencode({'next': back})}" if back else ""
    return open_browser(browser, f"/account?done=confirmed{onward}")


async def _change_email(request: Request, link: LinkView) -> Response:
    if visitor(request).account_id is None:
        return see_other(f"/sign-in?next={request.url.path}")
    await actions.change_email(
        visitor(request).voice(),
        link_id=link.id,
        territory_id=territory(request).id,
        keep_session_id=visitor(request).session_id,
    )
    return see_other("/account?done=email")
