"""What a source is made of. Who may correct and withdraw it, and when, is as for arguments."""

from consult.core.errors import Refusal
from consult.core.language import N_
from consult.core.text.cleaning import visible_length
from consult.core.text.links import LONGEST_ADDRESS, safe_address
from consult.sources.models import SourceCategory

LONGEST_TITLE = 240
LONGEST_NOTE = 1_000
# In code points: a character that a person sees may be made of several. The title's column holds 240 of them.
_NOTE_COLUMN = 5_000

NO_TITLE = Refusal("no_title", N_("Donnez le titre du document"), field="title")
LONG_TITLE = Refusal("long_title", N_("Le titre est trop long : 240 signes au plus"), field="title")
NO_LINK = Refusal("no_link", N_("Donnez l’adresse du document"), field="link")
LONG_LINK = Refusal("long_link", N_("L’adresse est trop longue : 2 000 signes au plus"), field="link")
BAD_LINK = Refusal(
    "bad_link",
    N_("Cette adresse n’est pas celle d’une page : elle doit commencer par http:// ou https://"),
    field="link",
)
NO_CATEGORY = Refusal("no_category", N_("Choisissez ce qu’est ce document"), field="category")
LONG_NOTE = Refusal("long_note", N_("La note est trop longue : 1 000 signes au plus"), field="body")

CATEGORIES = {
    SourceCategory.WEBSITE: N_("Site internet"),
    SourceCategory.PRESS: N_("Article de presse"),
    SourceCategory.LAW: N_("Loi ou règlement"),
    SourceCategory.REPORT: N_("Rapport ou étude"),
    SourceCategory.SCIENTIFIC_ARTICLE: N_("Article scientifique"),
    SourceCategory.GUIDE: N_("Guide ou manuel"),
    SourceCategory.BLOG: N_("Billet de blog"),
    SourceCategory.AUDIOVISUAL: N_("Document audiovisuel"),
    SourceCategory.MAP: N_("Carte"),
    SourceCategory.THESIS: N_("Thèse ou mémoire"),
    SourceCategory.OTHER: N_("Autre"),
}
"""The categories in words, in the order in which they are offered."""


def web_address(link: str) -> str | None:
    """The address if it is one of the web that we are ready to put behind a title, else None."""
    address = safe_address(link)
    return address if address is not None and not address.startswith("mailto:") else None


def source_refusals(title: str, link: str, category: str, note: str) -> list[Refusal]:
    """A source has a title, an http or https address, a category, and perhaps a note. All that is wrong, in the order
    of the form.
    """
    wrong = []
    if not 0 < len(title) <= LONGEST_TITLE:
        wrong.append(LONG_TITLE if title else NO_TITLE)
    if not link:
        wrong.append(NO_LINK)
    elif len(link) > LONGEST_ADDRESS:
        wrong.append(LONG_LINK)
    elif web_address(link) is None:
        wrong.append(BAD_LINK)
    if category not in set(SourceCategory):
        wrong.append(NO_CATEGORY)
    if len(note) > _NOTE_COLUMN or visible_length(note) > LONGEST_NOTE:
        wrong.append(LONG_NOTE)
    return wrong
