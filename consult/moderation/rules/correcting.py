"""Whether a correction says anything new. Pure: everything is handed in."""

from consult.contributions.models import Contribution
from consult.core.text.cleaning import clean_line, clean_text
from consult.moderation.rules.items import AnItem
from consult.sources.models import Source
from consult.sources.rules import web_address


def says_already(row: AnItem, *, title: str, body: str, link: str, category: str) -> bool:
    """Whether an item has this very wording: a form sent twice."""
    match row:
        case Contribution():
            return (row.title, row.body) == (clean_line(title), clean_text(body))
        case Source():
            said = (clean_line(title), web_address(clean_line(link)), clean_text(body), category or row.category.value)
            return said == (row.title, row.link, row.body, row.category.value)
        case _:
            return row.body == clean_text(body)
