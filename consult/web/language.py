"""Translations at the moment of showing. French is the source; English comes from ``locale/en``.

The catalogues are read from their ``.po`` files when the process starts (Babel): there is no compiled file to forget.
"""

from contextvars import ContextVar
from functools import cache
from io import BytesIO

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

from consult.core.errors import Refusal
from consult.resources import resource_folder

LANGUAGES = {"fr": "Français", "en": "English"}
_current: ContextVar[str] = ContextVar("language", default="fr")


def use(language: str) -> None:
    """Speak this language until the end of the request (each request runs in a context of its own)."""
    _current.set(language if language in LANGUAGES else "fr")


def current() -> str:
    """The language being spoken."""
    return _current.get()


@cache
def catalogue(language: str) -> NullTranslations:
    """The words of a language; French needs none."""
    path = resource_folder("locale") / language / "LC_MESSAGES" / "consult.po"
    if language == "fr" or not path.exists():
        return NullTranslations()
    with path.open("rb") as source:
        messages = read_po(source, locale=language)
    compiled = BytesIO()
    write_mo(compiled, messages)
    compiled.seek(0)
    return Translations(compiled, domain="messages")


def gettext(text: str) -> str:
    """The text in the language being spoken."""
    return catalogue(current()).ugettext(text)


def ngettext(one: str, many: str, number: int) -> str:
    """The text in the right number. In French 0 is singular."""
    if current() == "fr":
        return one if abs(number) < 2 else many
    return catalogue(current()).ungettext(one, many, number)


def translate(refusal: Refusal) -> str:
    """A refusal in words."""
    text = gettext(refusal.text)
    return text % refusal.params if refusal.params else text
