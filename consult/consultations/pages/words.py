"""Rounds, sections and changed rules as templates take them: words, and nothing left to compute."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from consult.consultations.models import ModerationTime, Procedure, Round
from consult.consultations.rules import SECTION_FLAG, Deed, round_state
from consult.consultations.rules.closing import ClosingMove, closing_move
from consult.consultations.rules.moderating import TIMES
from consult.consultations.rules.procedures import PROCEDURES
from consult.core.language import N_
from consult.core.text.diff import Segment, word_diff
from consult.web import dates
from consult.web.language import gettext

DEED_WORDS = {
    Deed.CONTRIBUTE: N_("contribuer"),
    Deed.ARGUE: N_("donner des arguments"),
    Deed.SOURCE: N_("ajouter des sources"),
    Deed.VOTE: N_("voter"),
    Deed.AMEND: N_("proposer des modifications"),
}
ACCEPTED_WORDS = {
    "accepts_contributions": N_("des contributions"),
    "accepts_arguments": N_("des arguments"),
    "accepts_sources": N_("des sources"),
    "accepts_votes": N_("des votes"),
    "accepts_amendments": N_("des propositions de modification"),
}
FIELD_WORDS = {
    "title": N_("Titre"),
    "question": N_("Question"),
    "legal_basis": N_("Cadre juridique"),
    "opens_at": N_("Ouverture"),
    "closes_at": N_("Fermeture"),
    "may": N_("Ce que l’on peut y faire"),
    "accepts": N_("Ce que la rubrique accepte"),
    "parent": N_("Rubrique au-dessus"),
    "explanation": N_("Texte d’explication"),
    "procedure": N_("Cadre de la consultation"),
    "moderation": N_("Quand la modération lit les textes"),
}
LONG_TEXTS = {"question", "legal_basis", "explanation", "title"}


def listing(words: Sequence[str]) -> str:
    """« contribuer, voter », or a word for nothing."""
    return ", ".join(gettext(word) for word in words) or gettext("rien")


def deeds_of(one: Round) -> list[Deed]:
    """What a round lets people do."""
    return [deed for deed in Deed if getattr(one, f"may_{deed}")]


def accepted_words(accepts: dict[str, bool]) -> list[str]:
    """What a section accepts, translated."""
    return [gettext(ACCEPTED_WORDS[flag]) for flag in SECTION_FLAG.values() if accepts[flag]]


def timeline(rounds: Sequence[Round], at: datetime) -> list[dict[str, Any]]:
    """Rounds for the component of the same name."""
    return [
        {
            "name": one.title,
            "state": round_state(one, at),
            "opens_at": one.opens_at,
            "closes_at": one.closes_at,
            "allows": [gettext(DEED_WORDS[deed]) for deed in deeds_of(one)],
        }
        for one in rounds
    ]


def shown_frame(procedure: Procedure) -> dict[str, Any]:
    """A legal frame as pages tell it: its name, its article, how long it lasts, what will be published."""
    frame = PROCEDURES[procedure]
    return {
        "label": gettext(frame.label),
        "article": frame.article,
        "gist": gettext(frame.gist),
        "shortest_days": frame.shortest_days,
        "longest_months": frame.longest_months,
        "duties": [{"text": gettext(duty.text), "months": duty.months} for duty in frame.duties],
    }


FIGURE_WORDS = {
    "participants": N_("Participants"),
    "contributions": N_("Contributions"),
    "arguments": N_("Arguments"),
    "sources": N_("Sources"),
    "votes": N_("Votes"),
    "amendments": N_("Propositions de modification"),
}


def figure_rows(figures: dict[str, int]) -> list[tuple[str, int]]:
    """The figures of a consultation as rows of a table, in one order everywhere."""
    return [(gettext(words), figures.get(name, 0)) for name, words in FIGURE_WORDS.items()]


def shown_snapshot(row: dict[str, Any]) -> dict[str, Any]:
    """A row of ``snapshots_of`` for the public: when the round closed, what was counted, what comes next."""
    return {**row, "rows": figure_rows(row["figures"])}


@dataclass(frozen=True)
class ChangedField:
    """One thing that was changed: its two values, or the way from one wording to the other."""

    label: str
    before: str
    after: str
    diff: list[Segment]


@dataclass(frozen=True)
class ShownChange:
    """A change of rules for the public: what, when, by whom, why."""

    at: datetime
    by: str
    reason: str
    heading: str
    fields: list[ChangedField]


def shown_change(row: dict[str, Any], zone: ZoneInfo) -> ShownChange:
    """A row of ``rule_changes_of`` in words."""
    before, after = row["before"], row["after"]
    fields = [] if not (before and after) else [_field(name, before, after, zone) for name in after["values"]]
    return ShownChange(
        at=row["at"],
        by=row["by"] or "",
        reason=row["reason"],
        heading=_heading(before, after, row["at"]) % {"name": (before or after)["name"]},
        fields=fields or [_field(name, before, after, zone) for name in (after or before)["values"]],
    )


MOVED_WORDS = {
    ClosingMove.EXTEND: N_("Période « %(name)s » prolongée"),
    ClosingMove.SHORTEN: N_("Période « %(name)s » : fermeture avancée"),
    ClosingMove.REOPEN: N_("Période « %(name)s » rouverte"),
}


def _move(before: dict[str, Any], after: dict[str, Any], at: datetime) -> ClosingMove | None:
    """Whether a change moved the closing of a round, and which way."""
    old, new = (one.get("values", {}).get("closes_at") for one in (before, after))
    return closing_move(datetime.fromisoformat(old), datetime.fromisoformat(new), at) if old and new else None


def _heading(before: dict[str, Any], after: dict[str, Any], at: datetime) -> str:
    move = _move(before, after, at)
    if move is not None:
        return gettext(MOVED_WORDS[move])
    match (before or after)["kind"], bool(before), bool(after):
        case "round", True, True:
            return gettext("Période « %(name)s » modifiée")
        case "round", False, _:
            return gettext("Période « %(name)s » ajoutée")
        case "round", _, _:
            return gettext("Période « %(name)s » supprimée")
        case "section", True, True:
            return gettext("Rubrique « %(name)s » modifiée")
        case "section", False, _:
            return gettext("Rubrique « %(name)s » ajoutée")
        case "section", _, _:
            return gettext("Rubrique « %(name)s » supprimée")
    if set((after or before)["values"]) == {"procedure"}:
        return gettext("Cadre de la consultation modifié")
    if set((after or before)["values"]) == {"moderation"}:
        return gettext("Modération de la consultation modifiée")
    return gettext("Présentation de la consultation modifiée")


def _field(name: str, before: dict[str, Any], after: dict[str, Any], zone: ZoneInfo) -> ChangedField:
    old, new = before.get("values", {}).get(name), after.get("values", {}).get(name)
    both = old is not None and new is not None
    return ChangedField(
        label=gettext(FIELD_WORDS[name]),
        before=_value(name, old, zone),
        after=_value(name, new, zone),
        diff=word_diff(old, new) if both and name in LONG_TEXTS else [],
    )


def _value(name: str, value: Any, zone: ZoneInfo) -> str:
    if value is None:
        return ""
    if name == "opens_at":
        return dates.datetime_words(datetime.fromisoformat(value), zone)
    if name == "closes_at":
        return dates.closing_words(datetime.fromisoformat(value), zone)
    if name == "procedure":
        return gettext(PROCEDURES[Procedure(value)].label)
    if name == "moderation":
        return gettext(TIMES[ModerationTime(value)])
    if name == "may":
        return listing([DEED_WORDS[Deed(one)] for one in value])
    if name == "accepts":
        return listing([ACCEPTED_WORDS[one] for one in value])
    return str(value) or gettext("rien")
