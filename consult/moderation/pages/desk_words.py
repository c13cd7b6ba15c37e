"""What the moderators' pages share: how an item is named in a line, what each effect is called, where one goes on."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request

from consult.core import clock
from consult.core.keys import parse_key
from consult.core.language import N_
from consult.core.text.markdown import plain_excerpt
from consult.moderation.models import CaseReason, Effect, Ground, Kind
from consult.moderation.queries.case import decision_in
from consult.moderation.queries.queue import Age, Consulted, WantedCases, consultations_watched, delays_of, known_kind
from consult.moderation.rules.words import CHARTER, EFFECTS, GROUNDS, KINDS, LAW, REASONS
from consult.web.context import territory, visitor
from consult.web.language import gettext, ngettext

QUEUE = "/moderation"
FILTERS = ("consultation", "kind", "ground", "age")
EXCERPT = 240
AGES = {
    Age.LATE: N_("Délai annoncé dépassé"),
    Age.DAY: N_("Plus d’un jour"),
    Age.WEEK: N_("Plus d’une semaine"),
}
DONE = {
    "taken": N_("Vous vous en occupez pendant une demi-heure. Personne d’autre ne décide pendant ce temps."),
    "released": N_("Vous ne vous en occupez plus. Quelqu’un d’autre peut décider."),
    "noted": N_("Votre note est enregistrée. Seule l’équipe de modération la lit."),
    "opened": N_("L’élément est dans la file. Vous pouvez décider."),
    "watch": N_("Vos réglages sont enregistrés. Ils valent pour ce qui sera écrit à partir de maintenant."),
    "heard": N_("Le recours est tranché. Son auteur reçoit votre réponse."),
}


# --- where one goes on


def kept_filters(request: Request) -> dict[str, str]:
    """The queue's filters that an address carries, as they came."""
    asked = request.query_params
    return {name: asked[name][:100] for name in FILTERS if asked.get(name)}


def with_query(path: str, *parts: Mapping[str, Any]) -> str:
    """An address with what is not empty in its query."""
    query = urlencode({name: value for part in parts for name, value in part.items() if value})
    return f"{path}?{query}" if query else path


def case_address(request: Request, case_id: int, rest: str = "", **more: Any) -> str:
    """Where a case is read, in the same filters."""
    return with_query(f"{QUEUE}/cases/{case_id}{rest}", kept_filters(request), more)


async def just_done(request: Request) -> dict[str, Any]:
    """What ``?done=`` says was just done: words for the layout's notice, or a decision that can be undone."""
    done = request.query_params.get("done", "")
    decision = await decision_in(territory(request).id, parse_key(done) or 0) if done.isdecimal() else None
    words = DONE.get(done)
    return {
        "flash": {"kind": "success", "text": gettext(words)} if words else None,
        "decided": {**decision, "words": effect_words(decision["effect"])} if decision else None,
    }


async def wanted_cases(request: Request, consultations: list[Consulted] | None = None) -> WantedCases:
    """What an address asks of the queue."""
    asked = request.query_params
    known = consultations if consultations is not None else await consultations_watched(territory(request).id)
    ground, age = asked.get("ground", ""), asked.get("age", "")
    return WantedCases(
        territory_id=territory(request).id,
        at=clock.now(),
        consultation=next((one for one in known if one.slug == asked.get("consultation")), None),
        kind=known_kind(asked.get("kind", "")),
        ground=ground if ground in set(Ground) else "",
        age=age if age in set(Age) else "",
        delays=delays_of(known),
        after=asked.get("after", ""),
    )


# --- an item in a line


def name_of(row: Mapping[str, Any]) -> str:
    """« Argument contre, sous la contribution n° 12 »; a contribution has its title beside it."""
    words, number = {"number": row["number"]}, row["number"]
    match row["kind"]:
        case Kind.CONTRIBUTION:
            return gettext("Contribution n° %(number)s") % words if number else gettext("Contribution à publier")
        case Kind.ARGUMENT if row["side"] == "for":
            return gettext("Argument pour, sous la contribution n° %(number)s") % words
        case Kind.ARGUMENT:
            return gettext("Argument contre, sous la contribution n° %(number)s") % words
        case Kind.AMENDMENT:
            return gettext("Proposition de modification de la contribution n° %(number)s") % words
        case Kind.SOURCE:
            return gettext("Source, sous la contribution n° %(number)s") % words
    return gettext("Compte")


def _text(row: Mapping[str, Any]) -> tuple[str, str]:
    """A title, if there is one, and the beginning of the text."""
    match row["kind"]:
        case Kind.CONTRIBUTION:
            return row["contribution_title"] or "", row["excerpt"] or ""
        case Kind.ARGUMENT:
            return "", plain_excerpt(row["argument_html"] or "", EXCERPT)
        case Kind.AMENDMENT:
            return row["amendment_title"] or "", plain_excerpt(row["amendment_html"] or "", EXCERPT)
        case Kind.SOURCE:
            return row["source_title"] or "", row["link"] or ""
    return row["person"] or "", ""


def reasons_in_words(reasons: Iterable[str], reports: int) -> list[str]:
    """Why an item waits; several reports are counted."""
    said = []
    for reason in reasons:
        if reason == CaseReason.REPORT and CaseReason.MANY_REPORTS in reasons:
            continue
        if reason in {CaseReason.REPORT, CaseReason.MANY_REPORTS} and reports > 1:
            said.append(ngettext("signalé %(num)s fois", "signalé %(num)s fois", reports) % {"num": reports})
        else:
            said.append(gettext(REASONS.get(CaseReason(reason), reason)))
    return said


def ground_words(ground: str) -> str:
    """A ground in words, "" where there is none."""
    return gettext(GROUNDS[Ground(ground)]) if ground in set(Ground) else ""


def effect_words(effect: str) -> str:
    """What a decision does, in words."""
    return gettext(EFFECTS[effect])


def kind_words(kind: str) -> str:
    """A kind of item in words."""
    return gettext(KINDS[kind])


def holder_of(row: Mapping[str, Any], me: int | None, at: datetime) -> dict[str, Any] | None:
    """Who has a case in hand now."""
    if row["assigned_to_id"] is None or row["assigned_until"] is None or row["assigned_until"] <= at:
        return None
    mine = row["assigned_to_id"] == me
    return {"name": row["holder"] or "", "until": row["assigned_until"], "mine": mine}


def case_line(request: Request, row: Mapping[str, Any]) -> dict[str, Any]:
    """A case as a line of the queue."""
    at = clock.now()
    title, excerpt = ("", "") if row["sealed_at"] else _text(row)
    return {
        "id": row["id"],
        "number": row["number"],
        "href": case_address(request, row["id"]),
        "name": name_of(row),
        "title": title,
        "excerpt": excerpt,
        "sealed": bool(row["sealed_at"]),
        "reasons": reasons_in_words(row["reasons"], row["reports_count"]),
        "ground": ground_words(row["ground"]),
        "consultation": row["consultation"],
        "since": row["opened_at"],
        "late": row["opened_at"] < at - timedelta(hours=row["moderation_hours"]),
        "holder": holder_of(row, visitor(request).account_id, at),
    }


def kind_choices() -> list[tuple[str, str]]:
    """The kinds of items, for a filter."""
    return [(kind.value, gettext(KINDS[kind]).capitalize()) for kind in Kind]


def ground_groups() -> list[tuple[str, list[tuple[str, str]]]]:
    """The grounds of a decision: what the charter asks, what the law forbids."""
    groups = ((N_("Contraire à la charte"), CHARTER), (N_("Contraire à la loi"), LAW))
    return [(gettext(words), [(one.value, gettext(GROUNDS[one])) for one in grounds]) for words, grounds in groups]


# --- what may be decided

_KEEP = {
    "waiting": (N_("Publier"), N_("Tout le monde peut le lire et y répondre.")),
    "hidden": (N_("Remettre en ligne"), N_("Tout le monde peut le lire de nouveau.")),
    "published": (N_("Laisser en ligne"), N_("Rien ne change pour le public.")),
    "withdrawn": (N_("Classer sans suite"), N_("Son auteur l’a retiré : le public ne lit déjà plus rien.")),
}
_OTHERS = {
    Effect.HIDE: (
        N_("Masquer"),
        N_("Le texte n’est plus lisible. Une mention reste à sa place, avec le motif."),
    ),
    Effect.CORRECT: (
        N_("Demander une correction"),
        N_("Son auteur reçoit votre explication et récrit son texte avant la date que vous fixez."),
    ),
    Effect.MERGE: (
        N_("Réunir avec une autre contribution"),
        N_("C’est un doublon : elle reste lisible, avec ses votes et ses arguments, et ne reçoit plus rien."),
    ),
    Effect.HIDE_ILLEGAL: (
        N_("Masquer et mettre sous scellés"),
        N_("Contenu illégal : plus personne ne lit le texte, vous non plus. Il est gardé pour la justice."),
    ),
}


def effect_choices(kind: str, state: str) -> list[dict[str, str]]:
    """What may be decided about an item in its state, the common cases first; each with its key on the keyboard."""
    words = {Effect.KEEP: _KEEP.get(state, _KEEP["published"]), **_OTHERS}
    if kind != Kind.CONTRIBUTION:
        words.pop(Effect.MERGE)
    if kind == Kind.AMENDMENT:
        words.pop(Effect.CORRECT)
    if state == "withdrawn":
        words = {effect: words[effect] for effect in (Effect.KEEP, Effect.HIDE_ILLEGAL)}
    return [
        {"value": effect.value, "words": gettext(said), "hint": gettext(hint), "key": str(place)}
        for place, (effect, (said, hint)) in enumerate(words.items(), 1)
    ]
