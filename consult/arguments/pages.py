"""Writing, correcting and withdrawing arguments. Reading them is the reading room's."""

from starlette.requests import Request
from starlette.responses import Response

from consult.arguments.actions import correct_argument, publish_argument, withdraw_argument
from consult.arguments.forms import ArgumentForm, CorrectionForm
from consult.arguments.models import Argument, Side
from consult.arguments.queries import amendment_under, argument_under
from consult.arguments.rules import amendment_refusal, correction_refusal, withdrawal_refusal
from consult.consultations.models import Section
from consult.consultations.rules import Deed, deed_refusal
from consult.contributions.access import (
    ContributionAccess,
    Place,
    access_place,
    access_public_contribution,
    author_voice,
)
from consult.contributions.models import Amendment
from consult.contributions.pages.surroundings import show
from consult.contributions.rules import is_author, merged_refusal
from consult.core import clock
from consult.core.errors import Forbidden, NotFound, Refused
from consult.core.keys import parse_key
from consult.core.text.markdown import plain_excerpt
from consult.core.voice import Voice
from consult.organisations.voices import chosen_voice, offer_voices
from consult.web import limits
from consult.web.context import territory, visitor
from consult.web.forms import ConfirmForm, Form, empty_form, once_key, read_form
from consult.web.render import see_other
from consult.web.routing import path_key

EXCERPT = 300


async def _about(contribution_id: int, key: str | None) -> Amendment | None:
    """The amendment that an argument is about, None when it is about the contribution itself."""
    if not key:
        return None
    amendment = await amendment_under(contribution_id, parse_key(key) or 0)
    if amendment is None:
        raise NotFound
    return amendment


async def new_argument(request: Request) -> Response:
    """``GET …/arguments/new?side=for|against[&amendment=…]``: a page of its own, for those who come by a link."""
    access = await access_public_contribution(request)
    asked = request.query_params
    side = asked.get("side", "") if asked.get("side") in set(Side) else ""
    form = empty_form(ArgumentForm, {"side": side, "amendment": asked.get("amendment", "")})
    return await _form(request, access, form)


async def send_argument(request: Request) -> Response:
    """``POST …/arguments/new``, from its own page or from the contribution's."""
    place = await access_place(request)
    form = await read_form(request, ArgumentForm)
    about = await _about(place.contribution_id, form.amendment.data)
    if not form.valid():
        return await _form(request, await access_public_contribution(request), form)
    try:
        await limits.count(request, "post")
        voice = await chosen_voice(request, form.voice.data)
        argument = await publish_argument(
            voice,
            **place.keys,
            amendment_id=about.id if about else None,
            side=Side(form.side.data),
            body=form.body.data or "",
            once=once_key(voice.account_id, form),
        )
    except Refused as error:
        form.refuse(error.refusal)
        return await _form(request, await access_public_contribution(request), form)
    return see_other(_place(place, argument))


def _where(request: Request, access: ContributionAccess) -> dict[str, int]:
    return {"territory_id": territory(request).id, "consultation_id": access.view.row.id}


def _place(access: ContributionAccess | Place, argument: Argument) -> str:
    """Where an argument stands."""
    page = f"{access.path}/amendments/{argument.amendment_id}" if argument.amendment_id else access.path
    return f"{page}#argument-{argument.id}"


async def _form(request: Request, access: ContributionAccess, form: ArgumentForm) -> Response:
    about = await _about(access.row.id, form.amendment.data)
    section = await Section.get(id=access.row.section_id)
    refusal = deed_refusal(Deed.ARGUE, access.view.rounds, section, clock.now()) or merged_refusal(
        access.row.merged_into_id
    )
    return show(
        request,
        "arguments/new.html",
        access.view,
        refusal=refusal or (amendment_refusal(about.outcome) if about else None),
        form=form,
        status=form.status,
        c=access.row,
        path=access.path,
        about=about,
        excerpt=plain_excerpt(about.body_html if about else access.row.body_html, EXCERPT),
        has_voices=await offer_voices(request, form),
        confirmed=visitor(request).confirmed,
    )


async def _own(request: Request) -> tuple[ContributionAccess, Argument, Voice]:
    """The visitor's own argument that an address names, and the voice that it speaks with.

    Raises:
        NotFound: there is none.
        Forbidden: somebody else wrote it.
    """
    access = await access_public_contribution(request)
    argument = await argument_under(access.row.id, path_key(request))
    if argument is None:
        raise NotFound
    voice = await author_voice(request, argument)
    if not is_author(voice, argument):
        raise Forbidden
    return access, argument, voice


async def edit_argument(request: Request) -> Response:
    """``GET …/arguments/{id}/edit``: one's argument, to be corrected within fifteen minutes."""
    access, argument, voice = await _own(request)
    form = empty_form(CorrectionForm, {"body": argument.body})
    return _own_page(request, access, argument, voice, form, "arguments/edit.html")


async def send_correction(request: Request) -> Response:
    """``POST …/arguments/{id}/edit``."""
    access, argument, voice = await _own(request)
    form = await read_form(request, CorrectionForm)
    if not form.valid():
        return _own_page(request, access, argument, voice, form, "arguments/edit.html")
    try:
        await limits.count(request, "post")
        await correct_argument(voice, **_where(request, access), argument_id=argument.id, body=form.body.data or "")
    except Refused as error:
        form.refuse(error.refusal)
        return _own_page(request, access, argument, voice, form, "arguments/edit.html")
    return see_other(_place(access, argument))


async def ask_withdrawal(request: Request) -> Response:
    """``GET …/arguments/{id}/withdraw``: asks before one's argument is taken away."""
    access, argument, voice = await _own(request)
    return _own_page(request, access, argument, voice, empty_form(ConfirmForm), "arguments/withdraw.html")


async def send_withdrawal(request: Request) -> Response:
    """``POST …/arguments/{id}/withdraw``."""
    access, argument, voice = await _own(request)
    form = await read_form(request, ConfirmForm)
    if not form.valid():
        return _own_page(request, access, argument, voice, form, "arguments/withdraw.html")
    try:
        await withdraw_argument(voice, **_where(request, access), argument_id=argument.id)
    except Refused as error:
        form.refuse(error.refusal)
        return _own_page(request, access, argument, voice, form, "arguments/withdraw.html")
    return see_other(_place(access, argument))


def _own_page(
    request: Request, access: ContributionAccess, argument: Argument, voice: Voice, form: Form, template: str
) -> Response:
    judge = correction_refusal if isinstance(form, CorrectionForm) else withdrawal_refusal
    return show(
        request,
        template,
        access.view,
        adds=isinstance(form, CorrectionForm),
        refusal=judge(voice, argument, Deed.ARGUE, access.view.rounds, clock.now()),
        form=form,
        status=form.status,
        c=access.row,
        path=access.path,
        argument=argument,
        back=_place(access, argument),
    )
