"""Translations at the moment of showing. French is the source; English comes from ``locale/en``.

The catalogues are read from their ``.po`` files when the process starts (Babel): there is no compiled file to forget.
Babel is loaded with the first of them: ``consult verify`` speaks French without it.
"""

import re
from contextvars import ContextVar
from datetime import date
from functools import cache, lru_cache
from io import BytesIO
from typing import TYPE_CHECKING

from consult.core.errors import Refusal
from consult.resources import resource_folder

if TYPE_CHECKING:
    from babel.support import NullTranslations

LANGUAGES = {"fr": "Français", "en": "English"}
# A sign that must not begin a line, nor be left alone at the end of one. A label's last colon stays as it is.
_BEFORE = re.compile(r" (?=(?:[;?!»%](?!\()|: ))")
_AFTER = re.compile(r"(?<=«) ")
_current: ContextVar[str] = ContextVar("language", default="fr")


def use(language: str) -> None:
    """Speak this language until the end of the request (each request runs in a context of its own)."""
    _current.set(language if language in LANGUAGES else "fr")


def current() -> str:
    """The language being spoken."""
    return _current.get()


@cache
def catalogue(language: str) -> "NullTranslations":
    """The words of a language; French needs none."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po
    from babel.support import NullTranslations, Translations

    path = resource_folder("locale") / language / "LC_MESSAGES" / "consult.po"
    if language == "fr" or not path.exists():
        return NullTranslations()
    with path.open("rb") as source:
        messages = read_po(source, locale=language)
    compiled = BytesIO()
    write_mo(compiled, messages)
    compiled.seek(0)
    return Translations(compiled, domain="messages")


@lru_cache(maxsize=8192)
def set_in_type(text: str) -> str:
    """French words as a printer sets them: no line begins with « : » or « ? »."""
    return _AFTER.sub("\u00a0", _BEFORE.sub("\u00a0", text))


def words_of(language: str, text: str) -> str:
    """The text in a language."""
    return set_in_type(text) if language == "fr" else catalogue(language).ugettext(text)


def gettext(text: str) -> str:
    """The text in the language being spoken."""
    return words_of(current(), text)


def ngettext(one: str, many: str, number: int) -> str:
    """The text in the right number. In French 0 is singular."""
    if current() == "fr":
        return set_in_type(one if abs(number) < 2 else many)
    return catalogue(current()).ungettext(one, many, number)


def translate(refusal: Refusal) -> str:
    """A refusal in words; a day among its values is said in the language being spoken."""
    from consult.web.dates import day_in_words  # the words of dates know the language, and not the other way round

    params = {name: day_in_words(one) if isinstance(one, date) else one for name, one in refusal.params.items()}
    text = gettext(refusal.text)
    return text % params if params else text
