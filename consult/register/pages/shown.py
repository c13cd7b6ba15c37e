"""Entries as templates take them."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from consult.register.models import RegisterHead
from consult.register.notes import groups
from consult.register.rules import INSTANTS, VOTES, details_of, numbers_of, sentence_of
from consult.web.language import gettext

Row = dict[str, Any]
# At the ends of the calendar another zone has no such day.
_FIRST_YEAR, _LAST_YEAR = 1, 9999


def parsed(entry: str) -> dict[str, Any]:
    """An entry's fields; the register wrote it, so it is an object."""
    found: dict[str, Any] = json.loads(entry)
    return found


def said(entry: Mapping[str, Any]) -> str:
    """An entry in words, in the reader's language."""
    words, values = sentence_of(entry)
    return gettext(words) % values


def entry_shown(position: int, at: datetime, entry: str, titles: Mapping[str, str]) -> Row:
    """One entry of a list.

    Args:
        titles: of the public consultations, by address; no other is named.
    """
    fields = parsed(entry)
    slug = str(fields.get("consultation", ""))
    count = fields.get("count")
    return {
        "position": position,
        "href": f"/register/entries/{position}",
        "at": at,
        "kind": fields.get("kind", ""),
        "item": fields.get("item", ""),
        "words": said(fields),
        "details": [(gettext(term), gettext(words)) for term, words in details_of(fields)],
        "instants": _instants(fields),
        "numbers": [(gettext(term), number) for term, number in numbers_of(fields)],
        "count": count if isinstance(count, int) else 0,
        "slug": slug if slug in titles else "",
        "consultation": titles.get(slug, ""),
        "digest": groups(str(fields.get("content", ""))),
        "is_vote": fields.get("kind") in VOTES,
        "sha256": groups(str(fields.get("sha256", ""))),
        "is_past": fields.get("kind") == "imported",
    }


def _instants(fields: Mapping[str, Any]) -> list[tuple[str, datetime]]:
    found = [(gettext(term), instant_of(str(fields.get(name, "")))) for name, term in INSTANTS.items()]
    return [(term, at) for term, at in found if at is not None]


def head_shown(head: RegisterHead) -> Row:
    """A signed head."""
    return {"size": head.size, "root": groups(head.root), "at": head.at, "note": head.note}


def instant_of(text: str) -> datetime | None:
    """An instant as an entry has it; None when it is none."""
    try:
        at = datetime.fromisoformat(text)
        if not at.tzinfo or not _FIRST_YEAR < at.year < _LAST_YEAR:
            return None
        return at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
