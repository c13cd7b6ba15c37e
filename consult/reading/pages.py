"""The territory's first page, and the page of a consultation."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response

from consult.consultations.access import access_consultation
from consult.consultations.models import ConsultationState
from consult.consultations.pages.sentences import round_sentence
from consult.consultations.pages.words import shown_change, shown_frame, shown_snapshot, timeline
from consult.consultations.queries import (
    ConsultationCard,
    ConsultationView,
    SectionNode,
    consultations_of,
    outline,
    rule_changes_of,
    snapshots_of,
)
from consult.consultations.rules import Deed, deed_refusal
from consult.core import clock
from consult.web.context import territory, visitor
from consult.web.dates import zone_words
from consult.web.page_cache import keep
from consult.web.render import markup, page


async def home(request: Request) -> Response:
    """``/``: what the territory asks its people: open, coming, closed."""
    here, now = territory(request), clock.now()
    drafts = visitor(request).has_role("administrator")
    shelf = await consultations_of(here.id, now, drafts=drafts)
    keep(
        request,
        ("territory", here.id, here.changes),
        ("consultations", here.id, shelf.changes),
        until=shelf.fresh_until(now, here.zone),
    )
    return page(
        request,
        "reading/home.html",
        presentation=markup(here.presentation_html),
        open_cards=[_card(card, now, here.zone) for card in shelf.open],
        coming_cards=[_card(card, now, here.zone) for card in shelf.coming],
        closed_cards=[_card(card, now, here.zone) for card in shelf.closed],
        drafts=shelf.drafts,
    )


def _card(card: ConsultationCard, now: datetime, zone: ZoneInfo) -> dict[str, object]:
    said = round_sentence(card, now, zone)
    shown: dict[str, object] = {
        "title": card.title,
        "href": f"/consultations/{card.slug}",
        "question": card.question,
        "state": said.state,
        "sentence": said.sentence,
    }
    if card.contributions:
        shown |= {"contributions": card.contributions, "arguments": card.arguments, "votes": card.votes}
    return shown


async def consultation(request: Request) -> Response:
    """``/consultations/{slug}``: what is asked, until when, under which rules, and where to begin."""
    view, here, now = await access_consultation(request), territory(request), clock.now()
    sections, rule_changes = await outline(view.row.id), await rule_changes_of(view.row.id)
    keep(
        request,
        ("consultation", view.row.id, view.row.changes),
        ("territory", here.id, here.changes),
        until=view.fresh_until(now, here.zone),
    )
    return page(
        request,
        "reading/consultation.html",
        consultation=view.row,
        is_draft=view.row.state is ConsultationState.DRAFT,
        presentation=markup(view.row.presentation_html),
        said=round_sentence(view, now, here.zone),
        rounds=timeline(view.rounds, now),
        zone=zone_words(here.zone),
        sections=sections,
        rule_changes=[shown_change(row, here.zone) for row in rule_changes],
        way_in=way_in(view, sections, now),
        may_administer=visitor(request).has_role("administrator"),
        procedure=shown_frame(view.row.procedure),
        closed_periods=[shown_snapshot(row) for row in await snapshots_of(view.row.id)],
    )


@dataclass(frozen=True)
class WayIn:
    """What to do first on a consultation's page.

    Attributes:
        deed: ``contribute``, ``read``, or "" when there is nothing to do yet.
        may_read: whether reading is offered beside it.
    """

    deed: str
    may_read: bool


def way_in(view: ConsultationView, sections: list[SectionNode], at: datetime) -> WayIn:
    """Write where one may, else read where there is something to read."""
    welcome = any(node.accepts["accepts_contributions"] for root in sections for node in root.walk())
    if welcome and deed_refusal(Deed.CONTRIBUTE, view.rounds, None, at) is None:
        return WayIn("contribute", view.row.contributions_count > 0)
    return WayIn("read", True) if view.row.contributions_count else WayIn("", False)
