"""Giving, correcting and withdrawing sources. Reading them is the reading room's."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from consult.arguments.models import Argument
from consult.arguments.queries import argument_under
from consult.arguments.rules import correction_refusal, withdrawal_refusal
from consult.consultations.items import ItemState
from consult.consultations.models import Section
from consult.consultations.rules import Deed, deed_refusal
from consult.contributions.access import ContributionAccess, access_public_contribution, author_voice
from consult.contributions.pages.surroundings import show
from consult.contributions.rules import is_author, merged_refusal
from consult.core import clock
from consult.core.errors import Forbidden, NotFound, Refused
from consult.core.keys import parse_key
from consult.core.text.markdown import plain_excerpt
from consult.core.voice import Voice
from consult.organisations.voices import chosen_voice, offer_voices
from consult.sources.actions import correct_source, publish_source, withdraw_source
from consult.sources.forms import CorrectionForm, SourceFields, SourceForm
from consult.sources.models import Source
from consult.sources.queries import source_under
from consult.web import limits
from consult.web.context import territory, visitor
from consult.web.forms import ConfirmForm, Form, empty_form, once_key, read_form
from consult.web.render import see_other
from consult.web.routing import path_key

EXCERPT = 300


async def _under(access: ContributionAccess, key: str | None) -> Argument | None:
    """The public argument that a source stands under, None when it stands under the contribution itself."""
    if not key:
        return None
    argument = await argument_under(access.row.id, parse_key(key) or 0)
    if argument is None or argument.state is not ItemState.PUBLISHED:
        raise NotFound
    return argument


async def new_source(request: Request) -> Response:
    """``GET …/sources/new[?argument=…]``."""
    access = await access_public_contribution(request)
    form = empty_form(SourceForm, {"argument": request.query_params.get("argument", "")})
    return await _form(request, access, form)


async def send_source(request: Request) -> Response:
    """``POST …/sources/new``."""
    access = await access_public_contribution(request)
    form = await read_form(request, SourceForm)
    under = await _under(access, form.argument.data)
    if not form.valid():
        return await _form(request, access, form)
    try:
        await limits.count(request, "post")
        voice = await chosen_voice(request, form.voice.data)
        source = await publish_source(
            voice,
            **_where(request, access),
            contribution_id=access.row.id,
            argument_id=under.id if under else None,
            **_typed(form),
            once=once_key(voice.account_id, form),
        )
    except Refused as error:
        form.refuse(error.refusal)
        return await _form(request, access, form)
    return see_other(_place(access, source))


def _typed(form: SourceFields) -> dict[str, Any]:
    return {
        "title": form.title.data or "",
        "link": form.link.data or "",
        "category": form.category.data or "",
        "note": form.body.data or "",
    }


def _where(request: Request, access: ContributionAccess) -> dict[str, Any]:
    return {"territory_id": territory(request).id, "consultation_id": access.view.row.id}


def _place(access: ContributionAccess, source: Source) -> str:
    """Where a source stands: on the contribution's page, or on that of its argument."""
    page = f"{access.path}/arguments/{source.argument_id}" if source.argument_id else access.path
    return f"{page}#source-{source.id}"


async def _form(request: Request, access: ContributionAccess, form: SourceForm) -> Response:
    under = await _under(access, form.argument.data)
    section = await Section.get(id=access.row.section_id)
    return show(
        request,
        "sources/new.html",
        access.view,
        refusal=deed_refusal(Deed.SOURCE, access.view.rounds, section, clock.now())
        or merged_refusal(access.row.merged_into_id),
        form=form,
        status=form.status,
        c=access.row,
        path=access.path,
        under=under,
        excerpt=plain_excerpt(under.body_html if under else access.row.body_html, EXCERPT),
        has_voices=await offer_voices(request, form),
        confirmed=visitor(request).confirmed,
    )


async def _own(request: Request) -> tuple[ContributionAccess, Source, Voice]:
    """The visitor's own source that an address names, and the voice that it speaks with.

    Raises:
        NotFound: there is none.
        Forbidden: somebody else gave it.
    """
    access = await access_public_contribution(request)
    source = await source_under(access.row.id, path_key(request))
    if source is None:
        raise NotFound
    voice = await author_voice(request, source)
    if not is_author(voice, source):
        raise Forbidden
    return access, source, voice


async def edit_source(request: Request) -> Response:
    """``GET …/sources/{id}/edit``: one's source, to be corrected within fifteen minutes."""
    access, source, voice = await _own(request)
    values = {"title": source.title, "link": source.link, "category": source.category.value, "body": source.body}
    return _own_page(request, access, source, voice, empty_form(CorrectionForm, values), "sources/edit.html")


async def send_correction(request: Request) -> Response:
    """``POST …/sources/{id}/edit``."""
    access, source, voice = await _own(request)
    form = await read_form(request, CorrectionForm)
    if not form.valid():
        return _own_page(request, access, source, voice, form, "sources/edit.html")
    try:
        await limits.count(request, "post")
        await correct_source(voice, **_where(request, access), source_id=source.id, **_typed(form))
    except Refused as error:
        form.refuse(error.refusal)
        return _own_page(request, access, source, voice, form, "sources/edit.html")
    return see_other(_place(access, source))


async def ask_withdrawal(request: Request) -> Response:
    """``GET …/sources/{id}/withdraw``: asks before one's source is taken away."""
    access, source, voice = await _own(request)
    return _own_page(request, access, source, voice, empty_form(ConfirmForm), "sources/withdraw.html")


async def send_withdrawal(request: Request) -> Response:
    """``POST …/sources/{id}/withdraw``."""
    access, source, voice = await _own(request)
    form = await read_form(request, ConfirmForm)
    if not form.valid():
        return _own_page(request, access, source, voice, form, "sources/withdraw.html")
    try:
        await withdraw_source(voice, **_where(request, access), source_id=source.id)
    except Refused as error:
        form.refuse(error.refusal)
        return _own_page(request, access, source, voice, form, "sources/withdraw.html")
    return see_other(_place(access, source))


def _own_page(
    request: Request, access: ContributionAccess, source: Source, voice: Voice, form: Form, template: str
) -> Response:
    judge = correction_refusal if isinstance(form, CorrectionForm) else withdrawal_refusal
    return show(
        request,
        template,
        access.view,
        adds=isinstance(form, CorrectionForm),
        refusal=judge(voice, source, Deed.SOURCE, access.view.rounds, clock.now()),
        form=form,
        status=form.status,
        c=access.row,
        path=access.path,
        source=source,
        back=_place(access, source),
    )
