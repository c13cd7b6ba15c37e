"""``/admin``: where the people who work for a territory begin; and what all pages about one consultation share."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from consult.consultations.models import ConsultationState
from consult.consultations.pages.sentences import round_sentence
from consult.consultations.queries import ConsultationCard, ConsultationView, consultations_of
from consult.consultations.rules import RoundState
from consult.consultations.rules.organising import rules_are_bound
from consult.core import clock
from consult.core.language import N_
from consult.web.context import territory
from consult.web.language import gettext
from consult.web.render import page

DONE = {
    "created": N_("Le brouillon est créé. Il n’est vu que des personnes qui administrent ce territoire."),
    "saved": N_("Vos changements sont enregistrés."),
    "published": N_("La consultation est publiée. Tout le monde peut maintenant la lire."),
    "section-added": N_("La rubrique est ajoutée."),
    "section-removed": N_("La rubrique est supprimée."),
    "moved": N_("La rubrique est déplacée."),
    "round-added": N_("La période est ajoutée."),
    "extended": N_("La période est prolongée. La page de la consultation le dit, avec votre raison."),
    "shortened": N_("La fermeture est avancée. La page de la consultation le dit, avec votre raison."),
    "reopened": N_("La période est rouverte. La page de la consultation le dit, avec votre raison."),
    "round-removed": N_("La période est supprimée."),
}


def just_done(request: Request) -> dict[str, str] | None:
    """What ``?done=`` says was just done, for the layout's notice."""
    words = DONE.get(request.query_params.get("done", ""))
    return {"kind": "success", "text": gettext(words)} if words else None


async def desk(request: Request) -> Response:
    """``/admin``: what needs attention, and the way to everything else."""
    here, now = territory(request), clock.now()
    shelf = await consultations_of(here.id, now, drafts=True)
    return page(
        request,
        "consultations/desk.html",
        counts={"open": len(shelf.open), "coming": len(shelf.coming), "drafts": len(shelf.drafts)},
    )


async def consultation_list(request: Request) -> Response:
    """``/admin/consultations``: all of the territory's, drafts first."""
    here, now = territory(request), clock.now()
    shelf = await consultations_of(here.id, now, drafts=True)

    def rows(cards: list[ConsultationCard]) -> list[dict[str, Any]]:
        return [{"card": card, "sentence": round_sentence(card, now, here.zone).sentence} for card in cards]

    return page(
        request,
        "consultations/list.html",
        drafts=rows(shelf.drafts),
        public=rows([*shelf.open, *shelf.coming, *shelf.closed]),
    )


def address(view: ConsultationView, rest: str = "") -> str:
    """Where a consultation is administered."""
    return f"/admin/consultations/{view.row.slug}{rest}"


def frame(request: Request, view: ConsultationView, current: str) -> dict[str, Any]:
    """What the pages about one consultation share: its state, the way between them, whether rules are bound."""
    now = clock.now()
    published = view.row.state is ConsultationState.PUBLISHED
    parts = [
        ("", gettext("Où en est-on")),
        ("/presentation", gettext("Présentation")),
        ("/sections", gettext("Rubriques")),
        ("/rounds", gettext("Périodes")),
        ("/procedure", gettext("Cadre et rappels")),
        ("/moderation", gettext("Modération")),
    ]
    if not published:
        parts.append(("/publish", gettext("Publier")))
    else:
        parts.append(("/dashboard", gettext("Tableau de bord")))
    return {
        "consultation": view.row,
        "is_draft": not published,
        "said": round_sentence(view, now, territory(request).zone),
        "tabs": [(words, address(view, rest), rest == current) for rest, words in parts],
        "here": address(view),
        "bound": rules_are_bound(published, view.rounds, now),
        "is_open": published and view.state(now) is RoundState.OPEN,
        "flash": just_done(request),
    }
