"""How the verifier speaks: French first, English from the catalogue; numbers and instants as each language writes them.

The only page of the verifier that knows the catalogue. French takes none, and so nothing but the standard library.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from consult.core.language import N_
from consult.web import language as spoken

_LONGEST_WORDS = 300
_NARROW, _NBSP = "\N{NARROW NO-BREAK SPACE}", "\N{NO-BREAK SPACE}"
_MONTHS = {
    "fr": [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ],
    "en": [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
}  # fmt: skip
# What stands in the column « ground » of a decision, in the words of the pages (consult/moderation/rules/words.py).
GROUNDS: dict[str, str] = {
    "off_topic": N_("hors sujet"),
    "insult": N_("propos insultants"),
    "personal_data": N_("données personnelles"),
    "advertising": N_("publicité"),
    "duplicate": N_("doublon"),
    "hatred": N_("incitation à la haine"),
    "threat": N_("menace"),
    "defamation": N_("diffamation"),
    "discrimination": N_("discrimination"),
    "child_abuse": N_("atteinte à l’enfance"),
    "copyright": N_("droit d’auteur"),
    "other": N_("autre contenu contraire à la loi"),
    "automatic": N_("plusieurs signalements, en attente d’une décision"),
}
_ITEMS: dict[str, str] = {
    "contribution": N_("la contribution n° %(number)s"),
    "amendment": N_("la proposition de modification %(key)s sous la contribution n° %(number)s"),
    "argument": N_("l’argument %(key)s sous la contribution n° %(number)s"),
    "source": N_("la source %(key)s sous la contribution n° %(number)s"),
}
_DONE: dict[str, str] = {
    "published": N_("publication de %(item)s"),
    "revised": N_("nouvelle version de %(item)s"),
    "imported": N_("reprise de %(item)s depuis une autre plateforme"),
    "withdrawn": N_("retrait de %(item)s"),
    "decided": N_("décision de modération sur %(item)s"),
    "voted": N_("vote sur %(item)s"),
    "vote_withdrawn": N_("vote retiré sur %(item)s"),
    "supported": N_("soutien à %(item)s"),
    "support_withdrawn": N_("soutien retiré à %(item)s"),
    "tallied": N_("décompte de votes sur %(item)s"),
}


def language_of(asked: str | None, environment: Mapping[str, str]) -> str:
    """The language to speak: the one that was asked for, else the environment's, else French."""
    if asked:
        return asked
    told = next((environment[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(name)), "")
    return "en" if told.lower().startswith("en") else "fr"


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Speak a language for a while."""
    before = spoken.current()
    spoken.use(language)
    try:
        yield
    finally:
        spoken.use(before)


def current() -> str:
    """The language being spoken."""
    return spoken.current()


def gettext(text: str, /, **params: Any) -> str:
    """A sentence in the language being spoken; whole numbers and instants among its values are written as it does."""
    return _filled(spoken.gettext(text), params)


def ngettext(one: str, many: str, number: int, /, **params: Any) -> str:
    """A sentence that agrees with a number, which is ``%(num)s`` in it."""
    return _filled(spoken.ngettext(one, many, number), {"num": number, **params})


def translated(error: Any) -> str:
    """The words of what carries a source sentence (``text``) and its values (``params``)."""
    return gettext(error.text, **error.params)


def plain(text: object, longest: int = _LONGEST_WORDS) -> str:
    """What stands in a file, fit for a terminal: no control signs, not endless."""
    if type(text) is int or (type(text) is str and text.isascii() and text.isalnum()):
        words = str(text)  # numbers and keys, of which there is one a row
        return words if len(words) <= longest else words[:longest] + "…"
    words = "".join(
        "�" if unicodedata.category(sign) in {"Cc", "Cf", "Cs"} else sign for sign in str(text)[: longest + 1]
    )
    return words if len(words) <= longest else words[:longest] + "…"


def figure(value: int) -> str:
    """« 12 338 », “12,338”."""
    return f"{value:,}".replace(",", _NARROW if spoken.current() == "fr" else ",")


def value(found: object, longest: int = 80) -> str:
    """What stands in a JSON file where something else was expected."""
    if found is None:
        return gettext("rien du tout")
    if isinstance(found, bool):
        return str(found).lower()
    return plain(figure(found) if isinstance(found, int) else found, longest)


def instant(at: object) -> str:
    """« 18 octobre 2015 à 21 h 58 (UTC) » for an instant as files write it; what is none stays as it is."""
    if isinstance(at, datetime):
        return _instant(at)
    text = str(at)
    try:
        return _instant(datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        return plain(text, 40)


def instants(one: object, other: object) -> tuple[str, str]:
    """Two instants that differ: as files write them where the difference is one of seconds."""
    words = instant(one), instant(other)
    return words if words[0] != words[1] else (plain(one, 40), plain(other, 40))


def at_line(file: str, line: int) -> str:
    """« data/votes.csv, ligne 12 »: a place, which people look for as it is written."""
    return gettext("%(file)s, ligne %(line)s", file=file, line=str(line))


def item(kind: str, number: object, key: str) -> str:
    """« la contribution n° 5 », « l’argument 33 sous la contribution n° 5 »: what a row or an entry is of."""
    said = {"number": plain(number, 20), "key": plain(key, 40)}
    if kind in _ITEMS:
        return gettext(_ITEMS[kind], **said)
    return gettext("l’élément « %(kind)s » %(key)s sous la contribution n° %(number)s", kind=plain(kind, 20), **said)


def recorded(kind: str, of: str) -> str:
    """« publication de la contribution n° 5 »: what an entry records.

    Args:
        of: the item in words; "" where the entry is of none.
    """
    if of and kind in _DONE:
        return gettext(_DONE[kind], item=of)
    return gettext("une inscription de nature « %(kind)s »", kind=plain(kind, 40))


def ground(code: str) -> str:
    """The ground of a decision."""
    return gettext(GROUNDS[code]) if code in GROUNDS else plain(code, 60)


def listed(parts: Iterable[str]) -> str:
    """Parts of a sentence, one after the other."""
    return (" ; " if spoken.current() == "fr" else "; ").join(parts)


def for_terminal(line: str, encoding: str | None) -> str:
    """A line for a terminal that may not know every sign: the words alone say it all."""
    known = encoding or "utf-8"
    simple = line.replace("✓ ", "").replace("✗ ", "").replace(_NARROW, _NBSP)
    bare = "".join(_BARE.get(sign, sign) for sign in unicodedata.normalize("NFKD", simple))
    bare = "".join(sign for sign in bare if not unicodedata.combining(sign))
    for words in (line, simple):
        try:
            words.encode(known)
        except (UnicodeError, LookupError):
            continue
        return words
    return bare.encode("ascii", "replace").decode()


_BARE = {"«": '"', "»": '"', "’": "'", "·": "-", "œ": "oe", "–": "-", "—": "-", "°": "o"}


def _filled(text: str, params: Mapping[str, Any]) -> str:
    if not params:
        return text
    return text % {name: _written(one) for name, one in params.items()}


def _written(one: Any) -> Any:
    if isinstance(one, datetime):
        return _instant(one)
    return figure(one) if isinstance(one, int) and not isinstance(one, bool) else one


def _instant(at: datetime) -> str:
    at = (at.replace(tzinfo=UTC) if at.tzinfo is None else at).astimezone(UTC)
    month = _MONTHS[spoken.current()][at.month - 1]
    if spoken.current() == "fr":
        first = "1er" if at.day == 1 else at.day
        minutes = f"{_NBSP}{at.minute:02}" if at.minute else ""
        return f"{first} {month} {at.year} à {at.hour}{_NBSP}h{minutes} (UTC)"
    return f"{at.day} {month} {at.year} at {at.hour:02}:{at.minute:02} (UTC)"
