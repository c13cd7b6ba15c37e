"""``/admin/journal``: who did what, for those who answer for the territory and for the guarantor."""

from dataclasses import replace
from datetime import date
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

import orjson
from starlette.requests import Request
from starlette.responses import Response

from consult.accounts.forms import ROLE_WORDS
from consult.accounts.models import Role
from consult.analysis.queries.journal import Asked, Names, journal_page, names_in
from consult.analysis.rules import CHAPTERS, JOURNAL, events_asked_for, is_automatic, names_nobody, told
from consult.consultations.queries import consultations_of
from consult.core import clock
from consult.core.language import N_
from consult.moderation.rules.words import EFFECTS, KINDS
from consult.web.context import territory, visitor
from consult.web.language import gettext
from consult.web.render import page

PATH = "/admin/journal"
OUTCOMES = {"upheld": N_("décision maintenue"), "reversed": N_("décision annulée")}


async def journal(request: Request) -> Response:
    """A page of it, the latest first, by kind of event, consultation and day."""
    here = territory(request)
    shelf = await consultations_of(here.id, clock.now(), drafts=visitor(request).has_role("administrator"))
    slugs = {card.slug: card for card in shelf.all()}
    params = request.query_params
    kind, slug = params.get("kind", ""), params.get("consultation", "")
    day = _day(params.get("day", ""))
    card = slugs.get(slug)
    found = await journal_page(
        Asked(here.id, here.zone, events_asked_for(kind), card.id if card else 0, day, params.get("after", ""))
    )
    lines = await _lines(here.id, list(found.items), {one.id for one in slugs.values()})
    kept = {"kind": kind, "consultation": card.slug if card else "", "day": day.isoformat() if day else ""}
    return page(
        request,
        "analysis/journal.html",
        days=[(day, list(lines)) for day, lines in groupby(lines, lambda one: one["at"].astimezone(here.zone).date())],
        kept=kept,
        chapters=[(name, gettext(words), _events(name)) for name, words in CHAPTERS.items()],
        consultations=[(one.slug, one.title) for one in slugs.values()],
        next_href=_href(kept, after=found.after) if found.after else None,
        first_href=None if found.is_first else _href(kept),
        reset_href=PATH if any(kept.values()) else None,
    )


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 1970 <= found.year < 9000 else None


def _events(chapter: str) -> list[tuple[str, str]]:
    return [(event, gettext(one.words)) for event, one in JOURNAL[chapter].items()]


def _href(kept: dict[str, str], **more: str) -> str:
    asked = {name: value for name, value in {**kept, **more}.items() if value}
    return f"{PATH}?{urlencode(asked)}" if asked else PATH


async def _lines(territory_id: int, rows: list[dict[str, Any]], visible: set[int]) -> list[dict[str, Any]]:
    """A draft has no name for whoever may not read it."""
    details = [_details(row) for row in rows]
    names = await names_in(territory_id, rows, details)
    names = replace(names, consultations={key: row for key, row in names.consultations.items() if key in visible})
    return [_line(row, one, names) for row, one in zip(rows, details, strict=True)]


def _details(row: dict[str, Any]) -> dict[str, Any]:
    """SQLite gives JSON as text."""
    found = row["details"]
    return dict(orjson.loads(found)) if isinstance(found, str | bytes) else dict(found)


def _line(row: dict[str, Any], details: dict[str, Any], names: Names) -> dict[str, Any]:
    event = row["event"]
    unnamed = names_nobody(event, details)
    nobody = unnamed or is_automatic(event, details)
    return {
        "at": row["at"],
        "who": gettext("Une personne") if unnamed else gettext("Le système") if nobody else _who(row, names),
        "roles": [] if nobody else [_role(role) for role in names.roles.get(row["account_id"], [])],
        "body": None if nobody else names.organisations.get(row["organisation_id"]),
        "words": gettext(told(event).words),
        "more": _more(event, details, names),
        "link": _link(details, names),
        "consultation": names.consultations.get(details.get("consultation_id") or 0),
    }


def _who(row: dict[str, Any], names: Names) -> str:
    if row["account_id"] is None:
        return gettext("Le système")
    return names.people.get(row["account_id"]) or gettext("Un compte supprimé")


def _more(event: str, details: dict[str, Any], names: Names) -> str:
    """What the declared fields add, in words: no text of people is among them."""
    said = []
    if event in {"role_given", "role_taken", "staff_invited"}:
        said = [names.people.get(details.get("account_id") or 0, ""), _role(details.get("role", ""))]
    elif event == "decision_made":
        said = [gettext(KINDS.get(details["kind"], details["kind"])), gettext(EFFECTS.get(details["effect"], ""))]
    elif event == "appeal_heard":
        said = [gettext(OUTCOMES.get(details["outcome"], ""))]
    elif event.startswith(("organisation_", "member_", "verification_", "invitation_")):
        said = [names.organisations.get(details.get("organisation_id") or 0, "")]
    return ", ".join(one for one in said if one)


def _role(role: str) -> str:
    return gettext(ROLE_WORDS[Role(role)]) if role in set(Role) else ""


def _link(details: dict[str, Any], names: Names) -> tuple[str, str] | None:
    """Where one reads on: a page that these readers may open."""
    decision = names.decisions.get(details.get("decision_id") or 0, {})
    if "appeal_id" in details:
        return decision.get("reference", gettext("le recours")), f"/moderation/appeals/{details['appeal_id']}"
    if case := details.get("case_id") or decision.get("case_id"):
        return decision.get("reference", gettext("le cas")), f"/moderation/cases/{case}"
    place = names.consultations.get(details.get("consultation_id") or 0)
    number = names.numbers.get(details.get("contribution_id") or 0)
    if place and number:
        words = gettext("contribution n° %(number)s") % {"number": number}
        return words, f"/consultations/{place['slug']}/contributions/{number}"
    return None
