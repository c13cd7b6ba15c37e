"""What an entry says, in words: the same on pages, in receipts that are checked, and in mails."""

from collections.abc import Mapping
from typing import Any

from consult.core.language import N_
from consult.moderation.rules.words import EFFECTS, GROUNDS

Entry = Mapping[str, Any]

TOGETHER = N_("Votes enregistrés ensemble")
KINDS: dict[str, str] = {
    "voted": N_("Vote enregistré"),
    "vote_withdrawn": N_("Vote retiré"),
    "supported": N_("Soutien enregistré"),
    "support_withdrawn": N_("Soutien retiré"),
    "consultation_published": N_("Consultation publiée"),
    "opened": N_("Période ouverte : %(title)s"),
    "closed": N_("Période close : %(title)s"),
    "extended": N_("Période prolongée : %(title)s"),
    "shortened": N_("Période raccourcie : %(title)s"),
    "reopened": N_("Période rouverte : %(title)s"),
    "rules_changed": N_("Règles de la consultation modifiées"),
    "tallied": N_("Décompte inscrit"),
    "decided": N_("Décision de modération"),
    "appeal_heard": N_("Recours examiné"),
    "exported": N_("Fichiers des résultats établis"),
    "key_changed": N_("Clé du registre remplacée"),
    "synthesis_published": N_("Synthèse publiée"),
}
_OF_ITEMS: dict[str, dict[str, str]] = {
    "published": {
        "contribution": N_("Contribution n° %(number)s publiée"),
        "amendment": N_("Proposition de modification de la contribution n° %(number)s publiée"),
        "argument": N_("Argument publié sous la contribution n° %(number)s"),
        "source": N_("Source publiée sous la contribution n° %(number)s"),
    },
    "revised": {
        "contribution": N_("Contribution n° %(number)s modifiée : version %(revision)s"),
        "amendment": N_("Proposition de modification de la contribution n° %(number)s corrigée"),
        "argument": N_("Argument corrigé sous la contribution n° %(number)s"),
        "source": N_("Source corrigée sous la contribution n° %(number)s"),
    },
    "withdrawn": {
        "contribution": N_("Contribution n° %(number)s retirée par son auteur"),
        "amendment": N_("Proposition de modification de la contribution n° %(number)s retirée par son auteur"),
        "argument": N_("Argument retiré par son auteur sous la contribution n° %(number)s"),
        "source": N_("Source retirée par son auteur sous la contribution n° %(number)s"),
    },
    "imported": {
        "contribution": N_("Contribution n° %(number)s reprise d’une autre plateforme"),
        "amendment": N_("Proposition de modification de la contribution n° %(number)s reprise d’une autre plateforme"),
        "argument": N_("Argument repris d’une autre plateforme sous la contribution n° %(number)s"),
        "source": N_("Source reprise d’une autre plateforme sous la contribution n° %(number)s"),
    },
    "voted": {
        "contribution": N_("Vote sur la contribution n° %(number)s"),
        "amendment": N_("Vote sur une proposition de modification de la contribution n° %(number)s"),
    },
    "vote_withdrawn": {
        "contribution": N_("Vote retiré sur la contribution n° %(number)s"),
        "amendment": N_("Vote retiré sur une proposition de modification de la contribution n° %(number)s"),
    },
    "supported": {
        "argument": N_("Soutien à un argument sous la contribution n° %(number)s"),
        "source": N_("Soutien à une source sous la contribution n° %(number)s"),
    },
    "support_withdrawn": {
        "argument": N_("Soutien retiré à un argument sous la contribution n° %(number)s"),
        "source": N_("Soutien retiré à une source sous la contribution n° %(number)s"),
    },
    "tallied": {
        "contribution": N_("Décompte de votes ajouté à la contribution n° %(number)s"),
        "amendment": N_("Décompte de votes ajouté à une proposition de modification de la contribution n° %(number)s"),
        "argument": N_("Décompte de soutiens ajouté à un argument sous la contribution n° %(number)s"),
        "source": N_("Décompte de soutiens ajouté à une source sous la contribution n° %(number)s"),
    },
    "decided": {
        "contribution": N_("Décision de modération sur la contribution n° %(number)s"),
        "amendment": N_("Décision de modération sur une proposition de modification de la contribution n° %(number)s"),
        "argument": N_("Décision de modération sur un argument sous la contribution n° %(number)s"),
        "source": N_("Décision de modération sur une source sous la contribution n° %(number)s"),
    },
}
UNKNOWN = N_("Inscription d’une autre nature")
VOTES = frozenset({"voted", "vote_withdrawn", "supported", "support_withdrawn"})
"""Kinds whose receipt says that something was counted, and never what was chosen."""
OUTCOMES: dict[str, str] = {
    "upheld": N_("recours rejeté, décision maintenue"),
    "reversed": N_("recours accepté, décision annulée"),
}


INSTANTS: dict[str, str] = {
    "opens_at": N_("Ouverture"),
    "closed_at": N_("Fin prévue auparavant"),
    "closes_at": N_("Fin"),
    "cut_off": N_("Données arrêtées"),
}
"""Instants that an entry may hold beside its own."""


NUMBERS: dict[str, str] = {
    "contributions": N_("Contributions"),
    "amendments": N_("Propositions de modification"),
    "arguments": N_("Arguments"),
    "sources": N_("Sources"),
    "votes": N_("Votes"),
    "agree": N_("D’accord"),
    "mixed": N_("Mitigé"),
    "disagree": N_("Pas d’accord"),
    "supports": N_("Soutiens"),
}
"""Numbers that an entry may hold: what was counted at a closing, or brought in without voters."""


def sentence_of(entry: Entry) -> tuple[str, dict[str, str]]:
    """A French source string and the values of its placeholders, to be translated where it is shown.

    Takes whatever an entry may hold: receipts that strangers send are said in words too.
    """
    kind, item = _text(entry, "kind"), _text(entry, "item")
    words = _OF_ITEMS.get(kind, {}).get(item) or KINDS.get(kind, UNKNOWN)
    if kind == "voted" and "count" in entry:
        words = TOGETHER
    values = {name: _text(entry, name) for name in ("number", "revision", "title")}
    if any(f"%({name})s" in words and not value for name, value in values.items()):
        return UNKNOWN, values
    return words, values


def details_of(entry: Entry) -> list[tuple[str, str]]:
    """What else an entry says in words of ours: pairs of source strings (effect, ground, outcome of an appeal)."""
    found = [
        (N_("Issue"), EFFECTS.get(_text(entry, "effect"), "")),
        (N_("Motif"), GROUNDS.get(_text(entry, "ground"), "")),
        (N_("Recours"), OUTCOMES.get(_text(entry, "outcome"), "")),
    ]
    return [(term, words) for term, words in found if words]


def numbers_of(entry: Entry) -> list[tuple[str, int]]:
    """What was counted, if an entry says so: pairs of a source string and a number."""
    figures = entry.get("figures")
    held = {**entry, **figures} if isinstance(figures, Mapping) else entry
    return [(term, held[name]) for name, term in NUMBERS.items() if type(held.get(name)) is int]


def _text(entry: Entry, name: str) -> str:
    value = entry.get(name, "")
    return str(value)[:200] if isinstance(value, str | int) and not isinstance(value, bool) else ""
