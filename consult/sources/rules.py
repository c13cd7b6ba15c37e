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


def web_address(link: str) -> str | None:
    """The address if it is one of the web that we are ready to put behind a title, else None."""
    address = safe_address(link)
    return address if address is not None and not address.startswith("mailto:") else None


def source_refusal(title: str, link: str, category: str, note: str) -> Refusal | None:
    """A source has a title, an http or https address, a category, and perhaps a note."""
    if not title:
        return NO_TITLE
    if len(title) > LONGEST_TITLE:
        return LONG_TITLE
    if not link:
        return NO_LINK
    if len(link) > LONGEST_ADDRESS:
        return LONG_LINK
    if web_address(link) is None:
        return BAD_LINK
    if category not in set(SourceCategory):
        return NO_CATEGORY
    return LONG_NOTE if len(note) > _NOTE_COLUMN or visible_length(note) > LONGEST_NOTE else None
