"""Writing a contribution: the form, its preview, its draft, its publication."""

from starlette.requests import Request
from starlette.responses import Response

from consult.consultations.access import access_consultation
from consult.consultations.items import ItemState
from consult.consultations.queries import ConsultationView, outline
from consult.contributions.access import contribution_path
from consult.contributions.actions import publish_contribution, save_draft
from consult.contributions.forms import ContributionForm
from consult.contributions.models import Contribution, Draft
from consult.contributions.pages.surroundings import show, typed_html, waiting_place
from consult.contributions.queries import draft_of, similar_contributions
from consult.contributions.rules import contribution_refusal
from consult.core import clock
from consult.core.errors import Refusal, Refused
from consult.core.keys import parse_key
from consult.core.voice import Voice
from consult.organisations.voices import chosen_voice, offer_voices
from consult.web import limits
from consult.web.context import territory, visitor
from consult.web.forms import choices, empty_form, once_key, read_form
from consult.web.language import gettext
from consult.web.render import page, see_other

# What closed under the writer's hands: the text is then kept as a draft.
LATE = {"round_closed", "round_coming", "not_in_this_round", "not_in_this_section"}


async def new_contribution(request: Request) -> Response:
    """``GET …/contributions/new``: the form, empty or with the draft that goes on (``?draft=``)."""
    view = await access_consultation(request)
    asked = request.query_params
    draft_key = parse_key(asked.get("draft", ""))
    draft = await draft_of(visitor(request).account_id or 0, view.row.id, draft_key) if draft_key else None
    values = {"section": asked.get("section", "")}
    if draft is not None:
        values = {
            "title": draft.title,
            "body": draft.body,
            "section": str(draft.section_id or ""),
            "voice": str(draft.organisation_id or ""),
            "draft": str(draft.id),
        }
    return await _form(request, view, empty_form(ContributionForm, values))


async def send_contribution(request: Request) -> Response:
    """``POST …/contributions/new``: look at it, keep it as a draft, or publish it, by the button that was pressed."""
    view = await access_consultation(request)
    form = await read_form(request, ContributionForm)
    if not form.valid() or form.button not in {"draft", "publish"}:
        return await _form(request, view, form)
    try:
        await limits.count(request, "post")
        voice = await chosen_voice(request, form.voice.data)
        if form.button == "draft":
            await _save(request, view, form, voice)
            return see_other("/account/drafts?done=saved")
        made = await _publish(request, view, form, voice)
    except Refused as error:
        return await _refused(request, view, form, error.refusal)
    if made.state is ItemState.WAITING:
        return see_other(waiting_place(made))
    return see_other(contribution_path(view.row.slug, made.number))


async def similar(request: Request) -> Response:
    """``GET …/contributions/similar?title=&body=``: what resembles a text being written, for the script of the form."""
    view = await access_consultation(request)
    asked = request.query_params
    found = await similar_contributions(view.row.id, asked.get("title", "")[:300], asked.get("body", "")[:3000])
    return page(request, "contributions/similar.html", consultation=view.row, similar=found)


async def _publish(request: Request, view: ConsultationView, form: ContributionForm, voice: Voice) -> Contribution:
    return await publish_contribution(
        voice,
        territory_id=territory(request).id,
        consultation_id=view.row.id,
        section_id=parse_key(form.section.data or "") or 0,
        title=form.title.data or "",
        body=form.body.data or "",
        once=once_key(voice.account_id, form),
        draft_id=parse_key(form.draft.data or ""),
    )


async def _save(request: Request, view: ConsultationView, form: ContributionForm, voice: Voice) -> Draft:
    return await save_draft(
        voice,
        territory_id=territory(request).id,
        consultation_id=view.row.id,
        section_id=parse_key(form.section.data or ""),
        title=form.title.data or "",
        body=form.body.data or "",
        draft_id=parse_key(form.draft.data or ""),
        once=once_key(voice.account_id, form),
    )


async def _refused(request: Request, view: ConsultationView, form: ContributionForm, refusal: Refusal) -> Response:
    """Say no, with the text still there; one that comes too late is kept as a draft as well."""
    form.refuse(refusal)
    kept = False
    if refusal.code in LATE:
        try:
            voice = await chosen_voice(request, form.voice.data)
            form.draft.data = str((await _save(request, view, form, voice)).id)
            kept = True
        except Refused:
            kept = False  # too many drafts: the text is on the page in any case
    return await _form(request, view, form, kept=kept)


async def _form(request: Request, view: ConsultationView, form: ContributionForm, *, kept: bool = False) -> Response:
    nodes = [node for root in await outline(view.row.id) for node in root.walk()]
    open_to_all = [node for node in nodes if node.accepts["accepts_contributions"]]
    unchosen = [("", gettext("Choisissez une rubrique"))] if len(open_to_all) != 1 else []
    form.section.choices = choices(unchosen + [(str(node.id), f"{node.number} {node.title}") for node in open_to_all])
    refusal = _why_not(view, form, {str(node.id): node.accepts for node in nodes})
    previewed = form.sent and form.button == "preview" and bool(form.title.data or form.body.data)
    title, body = form.title.data or "", form.body.data or ""
    return show(
        request,
        "contributions/new.html",
        view,
        refusal=refusal,
        form=form,
        status=form.status,
        kept=kept,
        has_voices=await offer_voices(request, form),
        only_section=open_to_all[0] if len(open_to_all) == 1 else None,
        preview=typed_html(body) if previewed else None,
        similar=await similar_contributions(view.row.id, title, body) if previewed else [],
    )


def _why_not(view: ConsultationView, form: ContributionForm, accepts: dict[str, dict[str, bool]]) -> Refusal | None:
    """The rule's own refusal, for the section that was chosen, or that must be."""
    chosen = accepts.get(form.section.data or "")
    section = type("Chosen", (), chosen) if chosen else None
    return contribution_refusal(view.row, view.rounds, section, clock.now())
