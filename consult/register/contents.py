"""What an entry commits to, kind by kind. Pure: the effects build it from rows, a verifier from the exported columns.

``consultation`` is the address that the entry names, ``contribution`` a contribution's number. The texts are those
that people typed (the ``body`` column), not the HTML made of them.
"""

from typing import Any

Content = dict[str, Any]
SUPERSEDED: Content = {"superseded": True}
WORDINGS = ("published", "revised", "imported")
"""The kinds of entries that commit to a wording of an item: those that pages, files and verifiers look for."""


def contribution_content(*, consultation: str, number: int, revision: int, title: str, body: str) -> Content:
    """A wording of a contribution."""
    return {
        "item": "contribution",
        "consultation": consultation,
        "number": int(number),
        "revision": int(revision),
        "title": title,
        "body": body,
    }


def amendment_content(
    *, consultation: str, contribution: int, key: int | str, title: str, body: str, reason: str
) -> Content:
    """A wording proposed for a contribution, with its reason."""
    return {
        "item": "amendment",
        "consultation": consultation,
        "contribution": int(contribution),
        "id": str(key),
        "title": title,
        "body": body,
        "reason": reason,
    }


def argument_content(
    *, consultation: str, contribution: int, key: int | str, revision: int, side: str, body: str
) -> Content:
    """A wording of an argument; ``side`` is ``for`` or ``against``."""
    return {
        "item": "argument",
        "consultation": consultation,
        "contribution": int(contribution),
        "id": str(key),
        "revision": int(revision),
        "side": str(side),
        "body": body,
    }


def source_content(
    *,
    consultation: str,
    contribution: int,
    key: int | str,
    revision: int,
    title: str,
    link: str,
    category: str,
    body: str,
) -> Content:
    """A wording of a source."""
    return {
        "item": "source",
        "consultation": consultation,
        "contribution": int(contribution),
        "id": str(key),
        "revision": int(revision),
        "title": title,
        "link": link,
        "category": str(category),
        "body": body,
    }


def vote_content(*, key: int | str, choice: str, kind: str, item: int | str, revision: int | None = None) -> Content:
    """A vote on a contribution or an amendment, or a support (``choice`` is then ``support``). Its salt never leaves
    the database: three guesses would find a choice out.
    """
    content: Content = {"item": "vote", "id": str(key), "choice": str(choice), "on": f"{kind} {item}"}
    return content if revision is None else {**content, "revision": int(revision)}
