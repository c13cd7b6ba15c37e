"""The wordings of items, as the register commits to them: read many at a time, with what became of the item since."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from consult.core.database import batches, execute, instant
from consult.register.contents import (
    Content,
    amendment_content,
    argument_content,
    contribution_content,
    source_content,
)

CONTRIBUTION, AMENDMENT, ARGUMENT, SOURCE = "contribution", "amendment", "argument", "source"
KINDS = (CONTRIBUTION, AMENDMENT, ARGUMENT, SOURCE)
GONE: Content = {"removed": True}
Row = dict[str, Any]

# Item and wording: number, texts and when they were written. A contribution's present wording is among its revisions;
# an argument's and a source's past ones alone are, so that the present one is added from the item.
_ITEM = (
    "i.id, i.consultation_id, i.author_id, i.state, i.sealed_at, i.revision AS present, i.published_at,"
    " c.number AS number, k.slug, k.territory_id"
)
_ABOVE = " JOIN consultation k ON k.id = i.consultation_id"
_UNDER = f" JOIN contribution c ON c.id = i.contribution_id{_ABOVE}"
_NOW = "i.revision AS revision, COALESCE(i.edited_at, i.created_at) AS written_at, i.author_id AS account_id"
_THEN = "r.number AS revision, r.created_at AS written_at, i.author_id AS account_id"
_REVISIONS = (
    f"SELECT {_ITEM}, r.number AS revision, r.created_at AS written_at,"
    " COALESCE(r.account_id, i.author_id) AS account_id, r.title, r.body FROM contribution i"
    f" JOIN contribution c ON c.id = i.id JOIN revision r ON r.contribution_id = i.id{_ABOVE}"
)
_AMENDMENTS = f"SELECT {_ITEM}, {_NOW}, i.title, i.body, i.reason FROM amendment i{_UNDER}"
_ARGUMENTS = f"SELECT {_ITEM}, {_NOW}, i.side, i.body FROM argument i{_UNDER}"
_PAST_ARGUMENTS = (
    f"SELECT {_ITEM}, {_THEN}, i.side, r.body FROM argument i JOIN argument_revision r ON r.argument_id = i.id{_UNDER}"
)
_SOURCES = f"SELECT {_ITEM}, {_NOW}, i.title, i.link, i.category, i.body FROM source i{_UNDER}"
_PAST_SOURCES = (
    f"SELECT {_ITEM}, {_THEN}, r.title, r.link, r.category, r.body FROM source i"
    f" JOIN source_revision r ON r.source_id = i.id{_UNDER}"
)
_QUERIES: dict[str, tuple[str, ...]] = {
    CONTRIBUTION: (_REVISIONS,),
    AMENDMENT: (_AMENDMENTS,),
    ARGUMENT: (_ARGUMENTS, _PAST_ARGUMENTS),
    SOURCE: (_SOURCES, _PAST_SOURCES),
}


@dataclass(frozen=True)
class Wording:
    """One wording of an item, and how the item stands now."""

    kind: str
    item_id: int
    revision: int
    written_at: datetime
    account_id: int | None
    row: Row

    @property
    def is_gone(self) -> bool:
        """Whether the text has left for good: withdrawn by its author, or under seal."""
        return self.row["state"] == "withdrawn" or self.row["sealed_at"] is not None

    @property
    def is_present(self) -> bool:
        """Whether it is the wording that the item has now."""
        return self.revision == int(self.row["present"])

    @property
    def details(self) -> Row:
        """What an entry says of it in public."""
        return {**named(self.kind, self.row), "revision": self.revision}

    def content(self, slug: str | None = None) -> Content:
        """What an entry commits to.

        Args:
            slug: the consultation's address as the entry has it, where it may have changed since.
        """
        row, slug = self.row, slug or self.row["slug"]
        if self.kind == CONTRIBUTION:
            return contribution_content(
                consultation=slug,
                number=row["number"],
                revision=self.revision,
                title=row["title"],
                body=row["body"],
            )
        common = {"consultation": slug, "contribution": row["number"], "key": self.item_id, "body": row["body"]}
        if self.kind == AMENDMENT:
            return amendment_content(**common, title=row["title"], reason=row["reason"])
        if self.kind == ARGUMENT:
            return argument_content(**common, revision=self.revision, side=row["side"])
        return source_content(
            **common, revision=self.revision, title=row["title"], link=row["link"], category=row["category"]
        )


def named(kind: str, row: Mapping[str, Any]) -> Row:
    """How an entry names an item: ``number`` is that of the contribution it is, or stands under."""
    return {"consultation": row["slug"], "item": kind, "id": str(row["id"]), "number": row["number"]}


async def wordings_of(kind: str, keys: Iterable[int]) -> dict[int, list[Wording]]:
    """All wordings of items of one kind, the oldest first, by item."""
    found: dict[int, list[Wording]] = {}
    for some in batches(sorted(set(keys))):
        for query in _QUERIES[kind]:
            for row in await execute(f"{query} WHERE i.id IN :keys", keys=some):
                written = instant(row["written_at"])
                assert written is not None
                wording = Wording(kind, row["id"], row["revision"], written, row["account_id"], row)
                found.setdefault(row["id"], []).append(wording)
    for wordings in found.values():
        wordings.sort(key=lambda one: one.revision)
    return found


def in_force(wordings: Sequence[Wording], at: datetime) -> Wording | None:
    """The wording that an item had at an instant: the last one written until then."""
    return next((one for one in reversed(wordings) if one.written_at <= at), wordings[0] if wordings else None)
