"""The search index of contributions: one interface, FTS5 on SQLite, tsvector on PostgreSQL.

Both engines index the same stemmed, folded words (``contribution.stems``, made by :mod:`consult.core.text.stems`), so
both find the same things. On PostgreSQL the index follows the column by itself (a generated column); on SQLite the row
beside is written here, in the same transaction as the contribution. See ADR 0006.
"""

from collections.abc import Sequence

from consult.core.database import dialect, execute


async def index_contribution(contribution_id: int, stems: str) -> None:
    """Make a published contribution findable by these words, in place of any earlier ones."""
    if dialect() == "sqlite":
        await execute(
            "INSERT OR REPLACE INTO contribution_search (rowid, stems) VALUES (:key, :stems)",
            key=contribution_id,
            stems=stems,
        )


async def forget_contribution(contribution_id: int) -> None:
    """Make a withdrawn or hidden contribution unfindable; its ``stems`` are emptied too."""
    await execute("UPDATE contribution SET stems = '' WHERE id = :key", key=contribution_id)
    if dialect() == "sqlite":
        await execute("DELETE FROM contribution_search WHERE rowid = :key", key=contribution_id)


def match_clause(alias: str = "c") -> str:
    """A condition for the WHERE of a query over contributions; its parameter is ``:match`` (:func:`match_words`)."""
    if dialect() == "sqlite":
        return f"{alias}.id IN (SELECT rowid FROM contribution_search WHERE contribution_search MATCH :match)"
    return f"{alias}.search @@ to_tsquery('simple', :match)"


def match_words(stems: Sequence[str], *, every: bool = True) -> str:
    """The value of ``:match`` for stems from ``query_stems``; one ending in ``*`` is a prefix.

    Args:
        every: all of the words must be there, or (False) at least one.
    """
    if dialect() == "sqlite":
        quoted = ['"' + one.rstrip("*") + '"' + ("*" if one.endswith("*") else "") for one in stems]
        return (" AND " if every else " OR ").join(quoted)
    quoted = ["'" + one.rstrip("*") + "'" + (":*" if one.endswith("*") else "") for one in stems]
    return (" & " if every else " | ").join(quoted)
