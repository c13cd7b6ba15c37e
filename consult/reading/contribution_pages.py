"""The page of a contribution, and those of one argument and of one amendment."""

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from consult.accounts.access import restriction_of
from consult.arguments.forms import ArgumentForm
from consult.arguments.rules import CORRECTION, amendment_refusal
from consult.consultations.access import access_consultation
from consult.consultations.authors import author_of
from consult.consultations.items import ItemState
from consult.consultations.pages.sentences import round_sentence
from consult.consultations.rules import UNCONFIRMED, Deed
from consult.contributions.access import contribution_path
from consult.contributions.queries import amendment_by_id
from consult.core import clock
from consult.core.errors import NotFound
from consult.core.language import N_
from consult.core.paging import Page
from consult.reading import contribution_queries as reads
from consult.reading.contribution_queries import SIDES, Beneath, Row
from consult.reading.shown import (
    Scene,
    amendment_listed,
    argument_shown,
    board_shown,
    judgement,
    source_shown,
    supports_from_elsewhere,
    votes_shown,
)
from consult.web.context import territory, visitor
from consult.web.dates import date_words
from consult.web.forms import choices, empty_form
from consult.web.language import gettext, translate
from consult.web.page_cache import keep
from consult.web.render import page
from consult.web.routing import path_key

CURSORS = (*SIDES, "sources", "amendments")
DEEDS = {"vote": Deed.VOTE, "argue": Deed.ARGUE, "source": Deed.SOURCE, "amend": Deed.AMEND}
TOO_LATE = N_("La période était terminée, ou ne le permettait plus, quand vous avez confirmé votre adresse")


async def contribution(request: Request) -> Response:
    """``…/contributions/{n}``: the text, its votes, arguments, sources and proposed wordings."""
    scene = await _scene(request)
    if scene.frame["state"] != ItemState.PUBLISHED:
        return await _tombstone(request, scene)
    key, after = scene.frame["id"], _cursors(request)
    said = await reads.beneath(key, after)
    amendments = await reads.amendment_page(key, after=after["amendments"])
    tallies = await reads.tallies_shown(key, said.argument_ids, said.source_ids)
    scene = await _marked(request, scene, argument_ids=said.argument_ids, source_ids=said.source_ids)
    return page(
        request,
        "reading/contribution.html",
        **await _around(request, scene, said),
        **_board(request, scene, said, {side: scene.frame[f"arguments_{side}"] for side in SIDES}),
        around=await reads.neighbours(scene.view.row.id, scene.frame["section_id"], scene.frame["number"]),
        sources=[source_shown(scene, row) for row in said.sources.items],
        more_sources=_further(request, "sources", said.sources),
        amendments=[amendment_listed(scene, row) for row in amendments.items],
        more_amendments=_further(request, "amendments", amendments),
        votes=votes_shown(scene.frame, tallies),
        from_elsewhere=supports_from_elsewhere(tallies),
        merged=await reads.merged_into(key) if scene.frame["merged_count"] else [],
        flash=_just_done(scene),
        **judgement(scene, "contribution", scene.frame),
    )


def _just_done(scene: Scene) -> dict[str, str] | None:
    """What its author did to a contribution a moment ago; what is beneath says it in its own place."""
    frame, done = scene.frame, scene.just_done(scene.frame)
    if not done:
        return None
    receipt = {"href": f"/register/items/contribution/{frame['id']}", "link": gettext(N_("Voir le reçu"))}
    if done == "corrected":
        return {"kind": "success", "text": gettext(N_("Votre modification est publiée.")), **receipt}
    words = gettext(N_("Votre contribution est publiée. Elle porte le n° %(number)s."))
    return {"kind": "success", "text": words % {"number": frame["number"]}, **receipt}


async def argument(request: Request) -> Response:
    """``…/arguments/{id}``: one argument with all its sources and its earlier wordings."""
    scene = await _scene(request)
    row = await reads.argument_row(scene.frame["id"], path_key(request))
    if row is None or not _is_shown(scene) or row["amendment_state"] not in {None, "published"}:
        raise NotFound
    _, beside = await reads.source_page(scene.frame["id"], [row["id"]])
    sources = [one["id"] for one in beside.get(row["id"], [])]
    scene = replace(scene, settled=amendment_refusal(row["outcome"]) if row["outcome"] else None)
    scene = await _marked(request, scene, argument_ids=[row["id"]], source_ids=sources)
    return page(
        request,
        "reading/argument.html",
        **await _around(request, scene),
        a=argument_shown(scene, row, beside.get(row["id"], [])),
        about=row["amendment_id"],
        wordings=await reads.argument_wordings(row["id"]),
        from_elsewhere=supports_from_elsewhere(await reads.tallies_shown(0, [row["id"]], sources)),
    )


async def amendment(request: Request) -> Response:
    """``…/amendments/{id}``: one proposed wording, what changes and why, votes on it and arguments about it."""
    scene = await _scene(request)
    key = path_key(request)
    found = await amendment_by_id(scene.frame["id"], key) if _is_shown(scene) else None
    if found is None:
        raise NotFound
    if found["state"] != ItemState.PUBLISHED:
        return page(request, "reading/amendment_gone.html", **await _around(request, scene), a=found)
    said = await reads.beneath(scene.frame["id"], _cursors(request), amendment_id=key)
    scene = replace(scene, settled=amendment_refusal(found["outcome"] or "pending"))
    scene = await _marked(request, scene, amendment_id=key, argument_ids=said.argument_ids, source_ids=said.source_ids)
    return page(
        request,
        "reading/amendment.html",
        **await _around(request, scene, said, about=key),
        **_board(request, scene, said, await reads.sides_counted(scene.frame["id"], key), about=key),
        a=found,
        is_proposer=scene.marks.wrote(found, scene.account_id) and scene.round_allows(Deed.AMEND),
        **judgement(scene, "amendment", found),
    )


def _is_shown(scene: Scene) -> bool:
    return bool(scene.frame["state"] == ItemState.PUBLISHED)


async def _scene(request: Request) -> Scene:
    """The contribution that an address names, as anybody may see it; its page may be kept for those signed out.

    Raises:
        NotFound: there is no such consultation for this visitor, or no such number in it.
    """
    view, at, here = await access_consultation(request), clock.now(), territory(request)
    frame = await reads.contribution_frame(view.row.id, int(request.path_params["n"]))
    if frame is None:
        raise NotFound
    keep(
        request,
        ("contribution", frame["id"], frame["changes"]),
        ("rules", view.row.id, view.row.rules_changes),
        ("territory", here.id, here.changes),
        until=view.fresh_until(at, here.zone),
        reads=[f"{name}_after" for name in CURSORS],
    )
    return Scene(
        view,
        frame,
        contribution_path(view.row.slug, frame["number"]),
        at,
        cursors=_query(_cursors(request)),
        barred=restriction_of(request, short=True),
        moderates=visitor(request).has_role("moderator"),
    )


async def _marked(request: Request, scene: Scene, **shown: Any) -> Scene:
    """The same for somebody signed in, with what they have done here already."""
    who = visitor(request)
    if who.account_id is None:
        return scene
    marks = await reads.marks_of(who.account_id, territory(request).id, contribution_id=scene.frame["id"], **shown)
    return replace(scene, account_id=who.account_id, confirmed=who.confirmed, marks=marks)


async def _tombstone(request: Request, scene: Scene) -> Response:
    """What stays of a contribution that is no longer public: number, date, ground. The address goes on answering 200:
    links and citations lead to a page that says what happened.
    """
    around = await reads.neighbours(scene.view.row.id, scene.frame["section_id"], scene.frame["number"])
    return page(request, "reading/contribution_gone.html", **await _around(request, scene), around=around)


async def _around(
    request: Request, scene: Scene, said: Beneath | None = None, *, about: int | None = None
) -> dict[str, Any]:
    """What the pages of a contribution, of an argument and of an amendment have in common.

    Args:
        said: what the page shows of what people said.
        about: the amendment that the page is about.
    """
    frame, account = scene.frame, scene.account_id
    refused = {name: scene.refusal(deed) for name, deed in DEEDS.items()}
    own = await reads.own_beneath(account, frame["id"], scene.at - CORRECTION) if account is not None else []
    return {
        **_held_back(request, scene, own),
        "consultation": scene.view.row,
        "said": round_sentence(scene.view, scene.at, territory(request).zone),
        "c": frame,
        "path": scene.path,
        "author": author_of(frame),
        "address": _address(request, scene),
        "citation": _citation(request, scene),
        "refused": {name: translate(refusal) if refusal else "" for name, refusal in refused.items()},
        "unconfirmed": translate(UNCONFIRMED) if account is not None and not scene.confirmed else "",
        "sign_in": f"/sign-in?{urlencode({'next': request.url.path})}",
        "marks": scene.marks,
        "is_mine": scene.marks.wrote(frame, account),
        "may_revise": scene.round_allows(Deed.CONTRIBUTE),
        "acts": "act" if account is not None and scene.confirmed and refused["vote"] is None else None,
        "further_on": _further_on(own, said, about) if said is not None else [],
    }


def _held_back(request: Request, scene: Scene, own: list[Row]) -> dict[str, Any]:
    """What of one's own nobody else sees yet, and why one may not write here, if there is a reason."""
    barred = restriction_of(request, short=True)
    unseen = [row for row in own if row["state"] == ItemState.WAITING]
    return {
        "barred": translate(barred) if barred else "",
        "waiting": [row for row in unseen if not row["awaits_moderator"]],
        "held": [row for row in unseen if row["awaits_moderator"]],
        "why_waiting": gettext(TOO_LATE) if scene.confirmed else translate(UNCONFIRMED),
    }


def _further_on(own: list[Row], said: Beneath, about: int | None) -> list[Row]:
    """What one has just published here and does not find on this page: the most supported come first."""
    shown = {*said.argument_ids, *said.source_ids}
    return [
        row for row in own if row["state"] == ItemState.PUBLISHED and row["about"] == about and row["id"] not in shown
    ]


def _address(request: Request, scene: Scene) -> str:
    """The permanent address in full; not at the host that this request names, for the page may be kept for others."""
    return f"{territory(request).address}{scene.path}"


def _citation(request: Request, scene: Scene) -> str:
    """« Contribution n° 2906, FNCCR, 23 janvier 2015, « Titre », consultation, adresse »."""
    frame, zone = scene.frame, territory(request).zone
    parts = [
        gettext("Contribution n° %(number)s") % {"number": frame["number"]},
        author_of(frame)["name"] or gettext("Compte supprimé"),
        date_words(frame["published_at"], zone),
        gettext("« %(title)s »") % {"title": frame["title"]},
        scene.view.row.title,
        _address(request, scene),
    ]
    return ", ".join(parts)


def _board(
    request: Request, scene: Scene, said: Beneath, counts: dict[str, int], *, about: int | None = None
) -> dict[str, Any]:
    """The board of arguments with its forms, for those who may write in them."""
    board = board_shown(scene, said)
    may_write = scene.account_id is not None and scene.refusal(Deed.ARGUE) is None
    return {
        "board": board,
        "counts": counts,
        "more": {side: _further(request, side, said.arguments[side], f"side-{side}") for side in SIDES},
        "is_further": any(not found.is_first for found in (*said.arguments.values(), said.sources)),
        "forms": {side: _argument_form(request, scene, side) for side in SIDES} if may_write else {},
        "about": about,
    }


def _argument_form(request: Request, scene: Scene, side: str) -> ArgumentForm:
    """The form of one side, with identifiers of its own: the page has two of them."""
    form = empty_form(ArgumentForm, {"side": side})
    form.body.id, form.voice.id = f"body-{side}", f"voice-{side}"
    form.voice.choices = choices([("", visitor(request).public_name), *scene.marks.voices])
    return form


def _cursors(request: Request) -> dict[str, str]:
    asked = request.query_params
    return {name: asked.get(f"{name}_after", "") for name in CURSORS}


def _further(request: Request, name: str, found: Page[Row], anchor: str = "") -> str:
    """The address of what follows in one list of the page, the others staying where they are; "" at its end."""
    if not found.after:
        return ""
    query = _query(_cursors(request) | {name: found.after})
    return f"{request.url.path}?{query}#{anchor or name}"


def _query(cursors: dict[str, str]) -> str:
    return urlencode({f"{name}_after": value for name, value in cursors.items() if value})
