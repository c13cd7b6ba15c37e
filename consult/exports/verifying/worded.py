"""The tables of texts: what their rows are rows of, and what the register committed to of each."""

from collections.abc import Callable
from dataclasses import dataclass

from consult.exports.verifying.rows import Row
from consult.exports.verifying.words import item
from consult.register.contents import (
    Content,
    amendment_content,
    argument_content,
    contribution_content,
    source_content,
)


def _contribution(slug: str, row: Row) -> Content:
    return contribution_content(
        consultation=slug, number=row.number("number"), revision=row.number("revision"),
        title=row.text("title"), body=row.text("body"),
    )  # fmt: skip


def _amendment(slug: str, row: Row) -> Content:
    return amendment_content(
        consultation=slug, contribution=row.number("contribution"), key=row.text("id"), title=row.text("title"),
        body=row.text("body"), reason=row.text("reason"),
    )  # fmt: skip


def _argument(slug: str, row: Row) -> Content:
    return argument_content(
        consultation=slug, contribution=row.number("contribution"), key=row.text("id"),
        revision=row.number("revision"), side=row.text("side"), body=row.text("body"),
    )  # fmt: skip


def _source(slug: str, row: Row) -> Content:
    return source_content(
        consultation=slug, contribution=row.number("contribution"), key=row.text("id"),
        revision=row.number("revision"), title=row.text("title"), link=row.text("link"),
        category=row.text("category"), body=row.text("body"),
    )  # fmt: skip


@dataclass(frozen=True)
class Worded:
    """A table of texts: what its rows are rows of, which columns they need, and what the register committed to.

    ``number`` is the column with the contribution's number, ``above`` that with what the item stands under besides.
    """

    table: str
    item: str
    number: str
    content: Callable[[str, Row], Content]
    columns: tuple[str, ...]
    above: str = ""

    def key(self, row: Row) -> str:
        """What the register knows the item by."""
        return str(row.number(self.number)) if self.item == "contribution" else row.text("id")

    def name(self, row: Row) -> str:
        """The item, for people."""
        return item(self.item, row.number(self.number), row.text("id") if self.item != "contribution" else "")


_EACH = ("state", "register_position", "register_salt")
WORDED = (
    Worded("contributions", "contribution", "number", _contribution, ("number", "revision", "title", "body", *_EACH)),
    Worded(
        "amendments", "amendment", "contribution", _amendment,
        ("id", "contribution", "title", "body", "reason", *_EACH),
    ),
    Worded(
        "arguments", "argument", "contribution", _argument,
        ("id", "contribution", "amendment_id", "revision", "side", "body", *_EACH), "amendment_id",
    ),
    Worded(
        "sources", "source", "contribution", _source,
        ("id", "contribution", "argument_id", "revision", "title", "link", "category", "body", *_EACH), "argument_id",
    ),
)  # fmt: skip
