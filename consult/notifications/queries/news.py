"""What is new, one line an item, for the mails of people who follow; only what is public at the moment of asking."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from consult.core.database import batches, execute, instant
from consult.core.text.sanitising import html_to_text

Named = tuple[str, int]
EXCERPT = 280

_PUBLIC = (
    " JOIN contribution c ON c.id = i.contribution_id AND c.state = 'published'"
    " JOIN consultation k ON k.id = c.consultation_id AND k.state = 'published'"
)
_AUTHOR = (
    " LEFT JOIN account author ON author.id = i.author_id LEFT JOIN organisation body ON body.id = i.organisation_id"
)
_WHERE_IT_IS = (
    "c.number, c.title, c.section_id, c.id AS contribution_id, k.id AS consultation_id, k.slug,"
    " k.title AS consultation, k.territory_id"
)
_WHO = "i.author_id, COALESCE(body.name, author.public_name, '') AS author"

# What is public of each kind: the columns, then where from. « at » is when it became so.
_KINDS: dict[str, tuple[str, str]] = {
    "contribution": (
        (
            f"i.id, i.published_at AS at, {_WHO}, i.number, i.title, i.section_id, i.id AS contribution_id,"
            " k.id AS consultation_id, k.slug, k.title AS consultation, k.territory_id, i.body_html AS text, '' AS said"
        ),
        (
            "contribution i JOIN consultation k ON k.id = i.consultation_id AND k.state = 'published'"
            f"{_AUTHOR} WHERE i.state = 'published'"
        ),
    ),
    "argument": (
        f"i.id, i.published_at AS at, {_WHO}, {_WHERE_IT_IS}, i.body_html AS text, i.side AS said",
        (
            f"argument i{_PUBLIC}{_AUTHOR} LEFT JOIN amendment m ON m.id = i.amendment_id"
            " WHERE i.state = 'published' AND (i.amendment_id IS NULL OR m.state = 'published')"
        ),
    ),
    "source": (
        f"i.id, i.published_at AS at, {_WHO}, {_WHERE_IT_IS}, '' AS text, i.title AS said",
        (
            f"source i{_PUBLIC}{_AUTHOR} LEFT JOIN argument g ON g.id = i.argument_id"
            " LEFT JOIN amendment m ON m.id = g.amendment_id WHERE i.state = 'published'"
            " AND (i.argument_id IS NULL OR g.state = 'published')"
            " AND (g.amendment_id IS NULL OR m.state = 'published')"
        ),
    ),
    "amendment": (
        f"i.id, i.published_at AS at, {_WHO}, {_WHERE_IT_IS}, '' AS text, i.reason AS said",
        f"amendment i{_PUBLIC}{_AUTHOR} WHERE i.state = 'published'",
    ),
    "revision": (
        f"i.id, i.created_at AS at, c.author_id, '' AS author, {_WHERE_IT_IS}, '' AS text, i.reason AS said",
        f"revision i{_PUBLIC} WHERE i.number > 1",
    ),
    "rule_change": (
        (
            "i.id, i.at, i.account_id AS author_id, '' AS author, 0 AS number, '' AS title, NULL AS section_id,"
            " NULL AS contribution_id, k.id AS consultation_id, k.slug, k.title AS consultation, k.territory_id,"
            " '' AS text, i.reason AS said"
        ),
        "rule_change i JOIN consultation k ON k.id = i.consultation_id AND k.state = 'published' WHERE 1 = 1",
    ),
}
BENEATH = ("revision", "amendment", "argument", "source")
"""What happens beneath a contribution that somebody follows."""
_WHEN = {"revision": "i.created_at", "rule_change": "i.at"}


@dataclass(frozen=True)
class Line:
    """Something new, as mails show it.

    Attributes:
        said: an argument's side, a source's title, the reason of an amendment, of a revision or of a change of rules.
        author_id: whose act it is: nobody hears of their own.
    """

    kind: str
    id: int
    at: datetime
    author_id: int | None
    author: str
    consultation_id: int
    consultation: str
    slug: str
    territory_id: int
    section_id: int | None
    contribution_id: int | None
    number: int
    title: str
    excerpt: str
    said: str

    @property
    def path(self) -> str:
        """Where it is read."""
        home = f"/consultations/{self.slug}"
        here = f"{home}/contributions/{self.number}"
        return {
            "contribution": here,
            "argument": f"{here}/arguments/{self.id}",
            "amendment": f"{here}/amendments/{self.id}",
            "source": f"{here}#source-{self.id}",
            "revision": f"{here}/history",
        }.get(self.kind, f"{home}#changes")

    @property
    def named(self) -> Named:
        """Its kind and its key."""
        return self.kind, self.id


async def lines_of(items: Sequence[Named]) -> list[Line]:
    """Those of these items that are public now, in the order given."""
    found: dict[Named, Line] = {}
    for kind in {kind for kind, _ in items} & set(_KINDS):
        keys = [key for one, key in items if one == kind]
        columns, source = _KINDS[kind]
        for some in batches(keys):
            rows = await execute(f"SELECT {columns} FROM {source} AND i.id IN :keys", keys=some)
            found |= {(kind, row["id"]): _line(kind, row) for row in rows}
    return [found[named] for named in items if named in found]


def _line(kind: str, row: dict[str, Any]) -> Line:
    text = html_to_text(row.pop("text")) if row["text"] else row.pop("text")
    excerpt = text if len(text) <= EXCERPT else text[:EXCERPT].rsplit(" ", 1)[0] + " …"
    return Line(**{**row, "kind": kind, "at": instant(row["at"]), "excerpt": excerpt, "number": row["number"] or 0})


async def new_beneath(
    kind: str, column: str, keys: Sequence[int], *, after: datetime, until: datetime, limit: int
) -> list[dict[str, Any]]:
    """What became public between two instants: id, at, author_id, and the key that it was found by.

    Args:
        kind: of what is asked for.
        column: ``consultation_id``, ``section_id`` or ``contribution_id``.
    """
    if not keys:
        return []
    place = {"rule_change": "k.id", "contribution": f"i.{column}"}.get(kind, "c.id")
    when = _WHEN.get(kind, "i.published_at")
    author = {"revision": "c.author_id", "rule_change": "i.account_id"}.get(kind, "i.author_id")
    found: list[dict[str, Any]] = []
    for some in batches(keys):
        found += await execute(
            f"SELECT i.id, {when} AS at, {author} AS author_id, {place} AS place FROM {_KINDS[kind][1]}"
            f" AND {place} IN :keys AND {when} > :after AND {when} <= :until ORDER BY {when}, i.id LIMIT :limit",
            keys=some,
            after=after,
            until=until,
            limit=limit,
        )
    return [{**row, "kind": kind, "at": instant(row["at"])} for row in found]
