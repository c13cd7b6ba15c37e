"""One's own account: what is set, and the pages that set it."""

from starlette.requests import Request
from starlette.responses import Response

from consult.accounts import actions, passwords, queries
from consult.accounts.forms import (
    ROLE_WORDS,
    DeleteForm,
    EmailForm,
    LanguageForm,
    NameForm,
    NotificationsForm,
    PasswordForm,
)
from consult.accounts.models import Role
from consult.accounts.pages.browsers import status_of
from consult.accounts.queries import Own
from consult.accounts.rules import UNCONFIRMED, WRONG_OWN_PASSWORD, fresh_refusal
from consult.core import clock
from consult.core.errors import Refused, refuse
from consult.core.language import N_
from consult.settings import settings
from consult.web import cookies, limits
from consult.web.context import language, territory, visitor
from consult.web.forms import Form, empty_form, read_form
from consult.web.language import LANGUAGES, gettext
from consult.web.render import page, safe_next, see_other

DONE = {
    "confirmed": N_("Votre adresse est confirmée. Ce qui attendait est publié si la période est encore ouverte."),
    "email": N_("Votre adresse e-mail est changée."),
    "email-asked": N_("Nous avons écrit à la nouvelle adresse. Elle remplacera l’ancienne quand vous suivrez le lien."),
    "name": N_("Votre nom public est changé."),
    "password": N_("Votre mot de passe est changé. Vos autres connexions sont fermées."),
    "no-password": N_("Votre compte n’a plus de mot de passe. Vous vous connecterez par un lien reçu par e-mail."),
    "notifications": N_("Vos choix d’e-mails sont gardés."),
    "language": N_("Votre langue est gardée."),
}


async def _own(request: Request) -> Own:
    return await queries.own_account(visitor(request).account_id or 0)


async def account_home(request: Request) -> Response:
    """``/account``: what is set, and where to change it."""
    own = await _own(request)
    roles = [
        gettext(ROLE_WORDS[Role(one["role"])])
        for one in await queries.roles_of(own.id)
        if one["territory_id"] == territory(request).id
    ]
    done = DONE.get(request.query_params.get("done", ""))
    return page(
        request,
        "accounts/home.html",
        own=own,
        roles=roles,
        sessions_count=len(await queries.sessions_of(own.id)),
        flash={"kind": "success", "text": gettext(done)} if done else None,
        back=safe_next(request.query_params.get("next", ""), ""),
    )


# --- public name


async def name_page(request: Request) -> Response:
    """``/account/name``."""
    return page(request, "accounts/name.html", form=empty_form(NameForm, public_name=visitor(request).public_name))


async def change_name(request: Request) -> Response:
    """Show another public name."""
    form = await read_form(request, NameForm)
    if not form.valid():
        return page(request, "accounts/name.html", form=form, status=422)
    await actions.change_name(visitor(request).voice(), public_name=str(form.public_name.data))
    return see_other("/account?done=name")


# --- address


async def email_page(request: Request) -> Response:
    """``/account/email``: a pending account goes to the page that puts its address right."""
    own = await _own(request)
    if not own.confirmed:
        return see_other("/sign-up/sent")
    return await _with_proof(request, "accounts/email.html", empty_form(EmailForm), own)


async def ask_email_change(request: Request) -> Response:
    """Write to the new address; nobody looks here whether it has an account (ADR 0010)."""
    own, form = await _own(request), await read_form(request, EmailForm)
    if not form.valid():
        return await _with_proof(request, "accounts/email.html", form, own, 422)
    try:
        await limits.count(request, "mail")
        await limits.count(request, "mail", f"address:{form.address.key}")
        await actions.ask_email_change(
            visitor(request).voice(),
            territory_id=territory(request).id,
            session_id=visitor(request).session_id,
            address=form.address,
        )
    except Refused as error:
        form.refuse(error.refusal)
        return await _with_proof(request, "accounts/email.html", form, own, status_of(error.refusal))
    return see_other("/account?done=email-asked")


# --- password


async def password_page(request: Request) -> Response:
    """``/account/password``."""
    return await _with_proof(request, "accounts/password.html", empty_form(PasswordForm), await _own(request))


async def set_password(request: Request) -> Response:
    """Choose, change or take away the password."""
    own, form = await _own(request), await read_form(request, PasswordForm)
    form.about = (own.email, own.public_name)
    without = form.button == "none"
    if not form.valid():
        return await _with_proof(request, "accounts/password.html", form, own, 422)
    try:
        refuse(None if own.confirmed else UNCONFIRMED)
        proven = await _proven(request, own, form.current_password.data)
        await actions.set_password(
            visitor(request).voice(),
            session_id=visitor(request).session_id,
            password_hash=None if without else await passwords.make_hash(form.password.data or ""),
            proven=proven,
        )
    except Refused as error:
        form.refuse(error.refusal)
        return await _with_proof(request, "accounts/password.html", form, own, status_of(error.refusal))
    return see_other("/account?done=no-password" if without else "/account?done=password")


async def _proven(request: Request, own: Own, password: str | None) -> bool:
    """Whether the present password was given, and right."""
    if not password:
        return False
    await limits.count(request, "sign-in-address", f"account:{own.id}")
    refuse(None if await passwords.is_right(own.password_hash, password) else WRONG_OWN_PASSWORD)
    return True


async def _with_proof(request: Request, template: str, form: Form, own: Own, status: int = 200) -> Response:
    """A page whose act asks for the present password, or for a new sign-in, unless the session is fresh."""
    began_at = await queries.session_began_at(visitor(request).session_id)
    stale = fresh_refusal(began_at, clock.now()) is not None
    return page(request, template, form=form, own=own, stale=stale, status=status)


# --- notifications, language


async def notifications_page(request: Request) -> Response:
    """``/account/notifications``."""
    own = await _own(request)
    form = empty_form(NotificationsForm, replies=own.notify_replies, amendments=own.notify_amendments)
    return page(request, "accounts/notifications.html", form=form)


async def choose_notifications(request: Request) -> Response:
    """Say which mails are wanted."""
    form = await read_form(request, NotificationsForm)
    if not form.valid():
        return page(request, "accounts/notifications.html", form=form, status=422)
    await actions.choose_notifications(
        visitor(request).voice(),
        replies=form.replies.data,
        amendments=form.amendments.data,
    )
    return see_other("/account?done=notifications")


async def language_page(request: Request) -> Response:
    """``/language``: for everybody, kept in a cookie, and in the account of whoever has one.

    Whoever wants another language may not read this one: the question is put in the language that is offered.
    """
    onward = safe_next(request.query_params.get("next", ""), "")
    chosen = request.query_params.get("to", language(request))
    if chosen in LANGUAGES:
        request.state.spoken = chosen
    return page(request, "accounts/language.html", form=empty_form(LanguageForm, language=chosen, next=onward))


async def choose_language(request: Request) -> Response:
    """Read the site in a language."""
    form = await read_form(request, LanguageForm)
    if not form.valid():
        return page(request, "accounts/language.html", form=form, status=422)
    chosen = str(form.language.data)
    if visitor(request).signed_in:
        await actions.choose_language(visitor(request).voice(), language=chosen)
    response = see_other(
        safe_next(form.next.data or "", "/account?done=language" if visitor(request).signed_in else "/")
    )
    response.set_cookie(
        "language", chosen, max_age=365 * 86_400, secure=settings().is_https, httponly=True, samesite="lax"
    )
    return response


# --- leaving


async def delete_page(request: Request) -> Response:
    """``/account/delete``: what goes, what stays."""
    return await _with_proof(request, "accounts/delete.html", empty_form(DeleteForm), await _own(request))


async def delete_account(request: Request) -> Response:
    """Unlink the person."""
    own, form = await _own(request), await read_form(request, DeleteForm)
    if not form.valid():
        return await _with_proof(request, "accounts/delete.html", form, own, 422)
    try:
        proven = await _proven(request, own, form.current_password.data)
        who, here = visitor(request), territory(request).id
        await actions.delete_account(who.voice(), session_id=who.session_id, proven=proven, territory_id=here)
    except Refused as error:
        form.refuse(error.refusal)
        return await _with_proof(request, "accounts/delete.html", form, own, status_of(error.refusal))
    response = see_other("/sign-in?done=deleted")
    cookies.drop_cookie(response)
    return response
