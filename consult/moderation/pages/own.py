"""One's own reports, and the decisions addressed to oneself: each a statement of reasons, with its remedies."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from consult.core import clock
from consult.core.errors import NotFound
from consult.core.language import N_
from consult.moderation.models import Effect, Kind
from consult.moderation.pages.record import APPEALS
from consult.moderation.queries.own import decision_to, decisions_to, reports_of, text_judged
from consult.moderation.rules.appealing import appeal_refusal, sending_refusal
from consult.moderation.rules.statement import ARTICLES, BY_NOBODY, BY_PERSON, FOUND, scope_of, title_of
from consult.moderation.rules.words import CHARTER, EFFECTS, GROUNDS, KINDS
from consult.web.context import territory, visitor
from consult.web.language import gettext, translate
from consult.web.render import page
from consult.web.routing import path_key

DONE = {
    "appealed": N_("Votre recours est enregistré. Une autre personne que celle qui a décidé va l’examiner."),
    "corrected": N_("Votre correction est envoyée. L’équipe de modération va la relire."),
}
OUTCOMES: dict[str, str] = {
    Effect.KEEP: N_("Après lecture, le texte reste publié."),
    Effect.CORRECT: N_("Une correction a été demandée à son auteur."),
    Effect.MERGE: N_("La contribution a été réunie avec une autre."),
    Effect.HIDE: N_("Le texte a été masqué."),
    Effect.HIDE_ILLEGAL: N_("Le texte a été masqué, et gardé pour la justice."),
    Effect.RESTRICT: N_("Le compte a été suspendu pour un temps."),
}


async def own_reports(request: Request) -> Response:
    """``/account/reports``: what one reported, and what became of it."""
    found = await reports_of(visitor(request).account_id or 0, territory(request).id, after=_after(request))
    return page(
        request,
        "moderation_public/own_reports.html",
        rows=[_report(row) for row in found.items],
        next_href=f"/account/reports?after={found.after}" if found.after else None,
        first_href=None if found.is_first else "/account/reports",
    )


def _report(row: dict[str, Any]) -> dict[str, Any]:
    return {
        **row,
        "kind_words": KINDS[row["kind"]],
        "ground_words": GROUNDS[row["ground"]],
        "outcome": OUTCOMES[row["effect"]] if row["effect"] else "",
    }


async def own_decisions(request: Request) -> Response:
    """``/account/decisions``: what was decided about what one wrote, or one's organisations."""
    found = await decisions_to(visitor(request).account_id or 0, territory(request).id, after=_after(request))
    return page(
        request,
        "moderation_public/own_decisions.html",
        rows=[shown(row) for row in found.items],
        next_href=f"/account/decisions?after={found.after}" if found.after else None,
        first_href=None if found.is_first else "/account/decisions",
    )


async def own_decision(request: Request) -> Response:
    """``/account/decisions/{id}``: the statement of reasons; its author finds their text here, and nowhere else."""
    found = await access_decision(request)
    done = DONE.get(request.query_params.get("done", ""))
    return page(
        request,
        "moderation_public/statement.html",
        d=shown(found),
        item=await text_judged(found),
        may_appeal=appeal_refused(request, found) is None,
        may_correct=correction_refused(request, found) is None,
        no_appeal=_reason(appeal_refused(request, found)),
        address=f"{territory(request).address}/account/decisions/{found['id']}",
        flash={"kind": "success", "text": gettext(done)} if done else None,
    )


def _reason(refusal: Any) -> str:
    return translate(refusal) if refusal else ""


async def access_decision(request: Request) -> dict[str, Any]:
    """The decision that an address names, if it is addressed to the visitor.

    Raises:
        NotFound: there is none in this territory, or it is somebody else's.
    """
    found = await decision_to(visitor(request).account_id or 0, territory(request).id, path_key(request))
    if found is None:
        raise NotFound
    return found


class _Judged:
    """A decision as the rules take it; that it is addressed to whoever asks was part of finding it."""

    def __init__(self, row: dict[str, Any]) -> None:
        self.effect = Effect(row["effect"])
        self.account_id: int | None = row["account_id"]
        self.organisation_id: int | None = row["organisation_id"]
        self.decided_at, self.until = row["decided_at"], row["until"]


def appeal_refused(request: Request, row: dict[str, Any]) -> Any:
    """Why there is no appeal to make, None when there is."""
    return appeal_refusal(
        visitor(request).voice(),
        _Judged(row),
        clock.now(),
        member=True,
        appealed=row["made_at"] is not None,
        replaced=row["replaced_by"] is not None,
    )


def correction_refused(request: Request, row: dict[str, Any]) -> Any:
    """Why there is no correction to send, None when there is."""
    return sending_refusal(
        visitor(request).voice(),
        _Judged(row),
        clock.now(),
        member=True,
        replaced=row["replaced_by"] is not None,
        corrected=row["corrected"],
    )


def shown(row: dict[str, Any]) -> dict[str, Any]:
    """A decision in words."""
    is_charter = row["ground"] in CHARTER
    return {
        **row,
        "heading": title_of(row["effect"], row["kind"], undoes=row["replaces_id"] is not None),
        "scope": scope_of(row["effect"], hidden_meanwhile=row["hidden_meanwhile"]),
        "ground_words": GROUNDS.get(row["ground"], ""),
        "is_charter": is_charter,
        "is_law": bool(row["ground"]) and not is_charter and not row["automated"],
        "article": ARTICLES.get(row["ground"], ""),
        "effect_words": EFFECTS[row["effect"]],
        "found": FOUND.get(row["found_by"], FOUND[""]),
        "by": BY_NOBODY if row["automated"] else BY_PERSON,
        "is_account": row["kind"] == Kind.ACCOUNT,
        "appeal": APPEALS[row["outcome"] or ""] if row["made_at"] else "",
        "is_restricting": row["effect"] != Effect.KEEP,
    }


def _after(request: Request) -> str:
    return request.query_params.get("after", "")
