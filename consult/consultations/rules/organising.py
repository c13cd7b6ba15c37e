"""The rules of those who organise: addresses, calendar, outline, publication, changes once people take part. Pure."""

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from consult.consultations.models import Consultation, Round, Section
from consult.consultations.rules import SECTION_FLAG, Dated, Deed, RoundLike, RoundState, elapsed, round_state
from consult.core.errors import Refusal
from consult.core.language import N_
from consult.core.voice import Voice

NOT_ADMINISTRATOR = Refusal("not_administrator", N_("Seules les personnes qui administrent ce territoire le peuvent."))
SLUG_SHAPE = Refusal(
    "slug_shape",
    N_("De 3 à 80 signes : lettres sans accent, chiffres, et tirets entre les mots. Exemple : plan-velo-2027"),
    field="slug",
)
SLUG_TAKEN = Refusal("slug_taken", N_("Une consultation a déjà cette adresse. Choisissez-en une autre."), field="slug")
SLUG_FIXED = Refusal(
    "slug_fixed",
    N_("L’adresse d’une consultation publiée ne change plus : des liens et des courriers y mènent."),
    field="slug",
)
CHANGED_MEANWHILE = Refusal(
    "changed_meanwhile",
    N_("Quelqu’un d’autre a changé cela entre-temps. Comparez avec la page actuelle, puis renvoyez si besoin."),
)
REASON_NEEDED = Refusal(
    "reason_needed",
    N_("La consultation a déjà été ouverte au public : donnez la raison de ce changement. Elle sera publiée."),
    field="reason",
)
ROUND_ENDS_FIRST = Refusal(
    "round_ends_first",
    N_("La fermeture doit venir après l’ouverture. Corrigez l’une des deux dates."),
    field="closes_on",
)
ROUND_OVERLAPS = Refusal(
    "round_overlaps",
    N_("Ces dates recouvrent la période « %(title)s ». Deux périodes peuvent se suivre, mais pas se chevaucher."),
    field="opens_on",
)
ROUND_ALLOWS_NOTHING = Refusal(
    "round_allows_nothing", N_("Cochez au moins une chose que l’on peut faire pendant cette période."), field="may"
)
ROUND_BEGUN = Refusal(
    "round_begun",
    N_("Cette période a déjà commencé : son ouverture ne change plus. Vous pouvez changer sa fermeture."),
    field="opens_on",
)
OPENS_IN_THE_PAST = Refusal(
    "opens_in_the_past",
    N_("Une période ne peut pas s’ouvrir dans le passé. Choisissez une date à venir."),
    field="opens_on",
)
CLOSES_IN_THE_PAST = Refusal(
    "closes_in_the_past",
    N_("Une période ne peut pas se fermer dans le passé. Pour la fermer au plus tôt, choisissez la prochaine minute."),
    field="closes_on",
)
ROUND_WAS_OPEN = Refusal(
    "round_was_open",
    N_("Cette période a déjà été ouverte : elle fait partie de l’histoire de la consultation et ne se supprime plus."),
)
HOUR_MISSING = Refusal(
    "hour_missing",
    N_("Cette nuit-là, l’heure %(hour)s n’existe pas : les horloges avancent d’une heure. Choisissez une autre heure."),
)
HOUR_TWICE = Refusal(
    "hour_twice",
    N_("Cette nuit-là, l’heure %(hour)s arrive deux fois : les horloges reculent. Choisissez-la avant ou après."),
)
SECTION_HOLDS_SECTIONS = Refusal(
    "section_holds_sections", N_("Cette rubrique en contient d’autres. Déplacez-les ou supprimez-les d’abord.")
)
SECTION_HOLDS_TEXTS = Refusal(
    "section_holds_texts", N_("Cette rubrique contient des contributions : elle ne se supprime pas.")
)
SECTION_IN_OPEN_ROUND = Refusal(
    "section_in_open_round",
    N_("Une période est ouverte : quelqu’un écrit peut-être en ce moment dans cette rubrique. Attendez la fermeture."),
)
SECTION_BELOW_ITSELF = Refusal(
    "section_below_itself", N_("Une rubrique ne peut pas être placée sous elle-même."), field="parent"
)
SECTION_TOO_DEEP = Refusal(
    "section_too_deep",
    N_("Quatre niveaux de rubriques au plus : au-delà, plus personne ne s’y retrouve."),
    field="parent",
)
NO_SUCH_PARENT = Refusal("no_such_parent", N_("Cette rubrique n’existe plus. Choisissez-en une autre."), field="parent")
NO_QUESTION = Refusal("no_question", N_("Écrivez la question posée au public."))
NO_PRESENTATION = Refusal(
    "no_presentation", N_("Écrivez la présentation : qui consulte, pourquoi, et ce qu’il en sera fait.")
)
NO_SECTION = Refusal("no_section", N_("Ajoutez au moins une rubrique."))
NO_ROUND = Refusal("no_round", N_("Ajoutez au moins une période, avec ses dates."))
ROUNDS_OVER = Refusal("rounds_over", N_("Toutes les périodes sont déjà terminées. Corrigez leurs dates."))
NOTHING_POSSIBLE = Refusal(
    "nothing_possible",
    N_("Aucune période ne permet ce que les rubriques acceptent : personne ne pourrait rien faire. Accordez-les."),
)

DEEPEST = 4
RESERVED_SLUGS = {"new"}
JUST_NOW = timedelta(minutes=15)
"""How far back an opening may be typed as « now »: it takes a moment to fill in a form."""
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_SMALL_WORDS = {
    *("a", "au", "aux", "d", "de", "des", "du", "en", "et", "l", "la", "le", "les", "par", "pour", "sur", "un", "une"),
}


class Titled(Dated, Protocol):
    """A round with its name."""

    title: str


def administrator_refusal(voice: Voice) -> Refusal | None:
    """Only an administrator of the territory where they act, or the system itself, changes consultations."""
    return None if voice.account_id is None or "administrator" in voice.roles else NOT_ADMINISTRATOR


def suggested_slug(title: str) -> str:
    """An address out of a title: « Le plan vélo » gives ``plan-velo``."""
    spread = unicodedata.normalize("NFKD", title.lower().replace("œ", "oe").replace("æ", "ae"))
    words = re.findall(r"[a-z0-9]+", "".join(char for char in spread if not unicodedata.combining(char)))
    slug = ""
    for word in [word for word in words if word not in _SMALL_WORDS] or words:
        if len(slug) + len(word) >= 60:
            break
        slug += f"-{word}" if slug else word
    return slug if slug_refusal(slug) is None else "consultation"


def slug_refusal(slug: str, present: str = "", *, is_published: bool = False) -> Refusal | None:
    """Whether an address may be given to a consultation (that it is free is asked of the database)."""
    if is_published and slug != present:
        return SLUG_FIXED
    if not 3 <= len(slug) <= 80 or not _SLUG.fullmatch(slug) or slug in RESERVED_SLUGS:
        return SLUG_SHAPE
    return None


def local_instant(
    day: date, hour: time, zone: ZoneInfo, *, field: str = "", present: datetime | None = None
) -> datetime | Refusal:
    """The instant of a date and an hour typed in a territory's time zone; a refusal where clocks change.

    In the night of spring an hour does not exist, in the night of autumn one comes twice. Guessing would open or close
    a round an hour away from what somebody read, so both are refused with the reason.

    Args:
        present: the instant that the form was filled in with: typed back unchanged, it is kept as it is.
    """
    typed = datetime.combine(day, hour)
    if present is not None and present.astimezone(zone).replace(tzinfo=None, second=0, microsecond=0) == typed:
        return present
    first = typed.replace(tzinfo=zone).astimezone(UTC)
    second = typed.replace(tzinfo=zone, fold=1).astimezone(UTC)
    if first == second:
        return first
    twice = first.astimezone(zone).replace(tzinfo=None) == typed
    return replace(HOUR_TWICE if twice else HOUR_MISSING, params={"hour": f"{hour:%H:%M}"}, field=field)


def fingerprint(values: Mapping[str, Any]) -> str:
    """A short mark of what a form was filled in with, so that nobody rewrites what they have not read."""
    told = json.dumps(values, sort_keys=True, ensure_ascii=False)
    return hashlib.blake2b(told.encode(), digest_size=9).hexdigest()


def changed_values(old: dict[str, Any], new: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Only what differs, on both sides."""
    names = [name for name in new if new[name] != old.get(name)]
    return {name: old[name] for name in names}, {name: new[name] for name in names}


def meanwhile_refusal(base: str, now: Mapping[str, Any]) -> Refusal | None:
    """Whether what somebody rewrites is still what they were shown.

    Args:
        base: the fingerprint of what they were shown, "" for callers who have just read it.
    """
    return CHANGED_MEANWHILE if base and base != fingerprint(now) else None


def rules_are_bound(is_published: bool, rounds: Sequence[Dated], at: datetime) -> bool:
    """Once people could take part, rules change only with a reason that is published; drafts change freely."""
    return is_published and any(one.opens_at <= at for one in rounds)


def calendar_refusal(opens_at: datetime, closes_at: datetime, others: Sequence[Titled]) -> Refusal | None:
    """Why a round may not have these dates: it must end after it begins, and share no instant with another.

    Rounds may touch: ``[a, b)`` and ``[b, c)`` share nothing. They may not overlap, so that at any instant there is one
    round to name, one sentence to say, and one answer to what may be done now.
    """
    if elapsed(opens_at, closes_at) <= timedelta(0):
        return ROUND_ENDS_FIRST
    for other in others:
        if opens_at < other.closes_at and other.opens_at < closes_at:
            return replace(ROUND_OVERLAPS, params={"title": other.title})
    return None


def past_refusal(present: Dated | None, opens_at: datetime, closes_at: datetime, at: datetime) -> Refusal | None:
    """Why a published consultation's round may not get these dates: what has been cannot be made otherwise.

    A round that has begun keeps its opening; nothing opens or closes in the past. A closed round may be given a closing
    ahead: that opens it again, with a reason.

    Args:
        present: the round as it stands, None for a new one.
    """
    if present is None or opens_at != present.opens_at:
        if present is not None and present.opens_at <= at:
            return ROUND_BEGUN
        if opens_at < at - JUST_NOW:
            return OPENS_IN_THE_PAST
    if (present is None or closes_at != present.closes_at) and closes_at <= at:
        return CLOSES_IN_THE_PAST
    return None


def publish_refusals(
    question: str,
    presentation: str,
    rounds: Sequence[RoundLike],
    sections: Sequence[object],
    at: datetime,
    legal: Refusal | None = None,
) -> list[Refusal]:
    """Everything that a draft lacks before the public may see it; the list of what is left to do.

    Args:
        legal: what its legal frame says of the calendar, were it published at that instant.
    """
    missing = []
    if not question.strip():
        missing.append(NO_QUESTION)
    if not presentation.strip():
        missing.append(NO_PRESENTATION)
    if not sections:
        missing.append(NO_SECTION)
    if not rounds:
        missing.append(NO_ROUND)
    elif all(round_state(one, at) is RoundState.CLOSED for one in rounds):
        missing.append(ROUNDS_OVER)
    elif legal:
        missing.append(legal)
    if sections and rounds and not _anything_possible(rounds, sections):
        missing.append(NOTHING_POSSIBLE)
    return missing


def _anything_possible(rounds: Sequence[RoundLike], sections: Sequence[object]) -> bool:
    return any(
        any(getattr(one, f"may_{deed}") for one in rounds) and any(getattr(one, flag) for one in sections)
        for deed, flag in SECTION_FLAG.items()
    )


# ---------------------------------------------------------------- rules as they are told, compared and kept


def told_round(title: str, opens_at: datetime, closes_at: datetime, may: frozenset[Deed]) -> dict[str, Any]:
    """A round's rules; instants in UTC."""
    return {
        "title": title,
        "opens_at": opens_at.astimezone(UTC).isoformat(),
        "closes_at": closes_at.astimezone(UTC).isoformat(),
        "may": [deed.value for deed in Deed if deed in may],
    }


def round_values(one: Round) -> dict[str, Any]:
    """The same of a row."""
    may = frozenset(deed for deed in Deed if getattr(one, f"may_{deed}"))
    return told_round(one.title, one.opens_at, one.closes_at, may)


def told_section(title: str, explanation: str, accepts: frozenset[str], parent: str) -> dict[str, Any]:
    """A section's rules; the section above by its title."""
    kept = [flag for flag in SECTION_FLAG.values() if flag in accepts]
    return {"title": title, "explanation": explanation, "accepts": kept, "parent": parent}


def section_values(section: Section, parent: str) -> dict[str, Any]:
    """The same of a row."""
    accepts = frozenset(flag for flag in SECTION_FLAG.values() if getattr(section, flag))
    return told_section(section.title, section.explanation, accepts, parent)


def presentation_values(row: Consultation) -> dict[str, Any]:
    """What a consultation says of itself."""
    return {name: getattr(row, name) for name in ("title", "slug", "question", "presentation", "legal_basis")}
