"""Signing up, signing in, signing out."""

from starlette.requests import Request
from starlette.responses import Response

from consult.accounts import actions, passwords, queries
from consult.accounts.forms import EmailForm, LinkForm, SignInForm, SignUpForm
from consult.accounts.pages.browsers import form_key, new_browser, open_browser, status_of
from consult.accounts.rules import WRONG_PASSWORD
from consult.core.errors import Refusal, Refused
from consult.core.language import N_
from consult.web import cookies, limits
from consult.web.context import language, territory, visitor
from consult.web.forms import empty_form, read_form
from consult.web.language import gettext
from consult.web.render import page, safe_next, see_other

DONE = {
    "out": N_("Vous êtes déconnecté."),
    "deleted": N_("Votre compte est supprimé. Vos textes publiés restent lisibles, sans votre nom."),
}


async def sign_up_page(request: Request) -> Response:
    """``/sign-up``: open an account."""
    form = empty_form(SignUpForm, next=safe_next(request.query_params.get("next", ""), ""))
    return page(request, "accounts/sign_up.html", form=form)


async def sign_up(request: Request) -> Response:
    """Open a pending account; the same answer whether the address is known or not (ADR 0010)."""
    form = await read_form(request, SignUpForm)
    if not form.valid():
        return page(request, "accounts/sign_up.html", form=form, status=422)
    if form.website.data:
        return see_other("/sign-up/sent")
    browser = new_browser(request)
    try:
        await limits.count(request, "sign-up")
        await limits.count(request, "mail", f"address:{form.address.key}")
        await actions.sign_up(
            visitor(request).voice(),
            territory_id=territory(request).id,
            public_name=str(form.public_name.data),
            address=form.address,
            language=language(request),
            browser=browser,
            next_path=safe_next(form.next.data or "", ""),
            once=form_key(request, form),
        )
    except Refused as error:
        form.refuse(error.refusal)
        return page(request, "accounts/sign_up.html", form=form, status=status_of(error.refusal))
    return open_browser(browser, "/sign-up/sent")


async def sign_up_sent(request: Request) -> Response:
    """``/sign-up/sent``: look at your mails; meanwhile you may write."""
    return await _sent(request, None)


async def _sent(request: Request, form: EmailForm | None, status: int = 200) -> Response:
    account_id = visitor(request).account_id or 0
    claim = await queries.claim_of(account_id)
    if visitor(request).confirmed or claim is None:
        return see_other("/account")
    return page(
        request,
        "accounts/sign_up_sent.html",
        form=form or empty_form(EmailForm, email=claim.email),
        email=claim.email,
        again=request.query_params.get("again") == "1",
        next_path=claim.next_path,
        status=status,
    )


async def send_again(request: Request) -> Response:
    """Send a pending account its link again, to an address that may have been put right."""
    form = await read_form(request, EmailForm)
    if not form.valid():
        return await _sent(request, form, 422)
    try:
        await limits.count(request, "mail")
        await limits.count(request, "mail", f"address:{form.address.key}")
        await actions.ask_confirmation(
            visitor(request).voice(), territory_id=territory(request).id, address=form.address
        )
    except Refused as error:
        form.refuse(error.refusal)
        return await _sent(request, form, status_of(error.refusal))
    return see_other("/sign-up/sent?again=1")


async def sign_in_page(request: Request) -> Response:
    """``/sign-in``: by password or by link. A pending account may sign in to the one that it has forgotten."""
    onward = safe_next(request.query_params.get("next", ""), "")
    if visitor(request).confirmed:
        return see_other(onward or "/account")
    done = DONE.get(request.query_params.get("done", ""))
    flash = {"kind": "success", "text": gettext(done)} if done else None
    return page(request, "accounts/sign_in.html", form=empty_form(SignInForm, next=onward), flash=flash)


async def sign_in(request: Request) -> Response:
    """Open a session by password; without one, or at the other button, send a link."""
    form = await read_form(request, SignInForm)
    if not form.valid():
        return page(request, "accounts/sign_in.html", form=form, status=422)
    onward = safe_next(form.next.data or "", "/account")
    try:
        if form.asks_link:
            return await _send_link(request, form, onward)
        browser = new_browser(request)
        await limits.count(request, "sign-in", _network(request))
        await limits.count(request, "sign-in-address", f"address:{form.address.key}")
        account_id, outdated = await _whose(form)
        new_hash = await passwords.make_hash(form.password.data or "") if outdated else None
        await actions.sign_in(
            visitor(request).voice(),
            territory_id=territory(request).id,
            account_id=account_id,
            browser=browser,
            new_hash=new_hash,
        )
    except Refused as error:
        return _refused(request, form, error.refusal)
    return open_browser(browser, onward)


async def _whose(form: SignInForm) -> tuple[int, bool]:
    """The account, and whether its hash is outdated. Unknown address or wrong password: as slow, the same words."""
    known = await queries.identity_of(form.address.key)
    stored = known["password_hash"] if known else None
    if not await passwords.is_right(stored, form.password.data or "") or known is None:
        raise Refused(WRONG_PASSWORD)
    return known["account_id"], passwords.is_outdated(str(stored))


async def _send_link(request: Request, form: SignInForm, onward: str) -> Response:
    await limits.count(request, "sign-in", _network(request))
    await limits.count(request, "mail", f"address:{form.address.key}")
    await actions.ask_sign_in_link(
        visitor(request).voice(), territory_id=territory(request).id, address=form.address, next_path=onward
    )
    return see_other("/sign-in/sent")


def _refused(request: Request, form: SignInForm, refusal: Refusal) -> Response:
    form.refuse(refusal)
    return page(request, "accounts/sign_in.html", form=form, status=status_of(refusal))


def _network(request: Request) -> str:
    return f"net:{limits.network_of(request)}"


async def sign_in_sent(request: Request) -> Response:
    """``/sign-in/sent``: look at your mails."""
    return page(request, "accounts/sign_in_sent.html")


async def sign_out(request: Request) -> Response:
    """Close this browser's session."""
    form = await read_form(request, LinkForm)
    session_id = visitor(request).session_id
    if form.valid() and session_id is not None:
        await actions.sign_out(visitor(request).voice(), session_id=session_id)
        response = see_other("/sign-in?done=out")
        cookies.drop_cookie(response)
        return response
    return see_other("/account")
