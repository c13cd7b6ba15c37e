"""Reads of contributions, their history, amendments and drafts; always inside a consultation or a territory."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from consult.consultations.authors import AUTHOR_COLUMNS, AUTHOR_JOINS, author_of
from consult.consultations.items import TOMBSTONES, ItemState, to_be_corrected
from consult.contributions.models import Amendment, Contribution, Draft
from consult.contributions.search import match_clause, match_words
from consult.core import changes, clock
from consult.core.database import columns_of, dialect, execute, instances, instant
from consult.core.paging import Count, Page, cut, read_cursor, write_cursor
from consult.core.text.diff import Segment, is_changed, word_diff
from consult.core.text.markdown import plain_excerpt
from consult.core.text.sanitising import html_to_text
from consult.core.text.similar import key_terms, rank_similar
from consult.core.text.stems import stems

MOST_CANDIDATES = 200
KEY_TERMS = 16
HISTORY_PAGE = 20
LARGEST = (1 << 31) - 1
OWN_PAGE = 30


async def contribution_by_number(consultation_id: int, number: int) -> Contribution | None:
    """A consultation's contribution by its number: published, or a tombstone, from which the text has been taken.

    One that waits has no number, so it is never found here.
    """
    if not 0 < number <= LARGEST:
        return None
    found = await instances(
        Contribution,
        f"SELECT {columns_of(Contribution)} FROM contribution"
        " WHERE consultation_id = :consultation AND number = :number",
        consultation=consultation_id,
        number=number,
    )
    row = found[0] if found else None
    if row is not None and row.state in TOMBSTONES:
        row.title = row.body = row.body_html = row.excerpt = row.explanation_html = row.stems = ""
        row.annexes = []
    return row


async def public_place(territory_id: int, slug: str, number: int) -> tuple[int, int] | None:
    """The keys of a published consultation and of a public contribution in it; one small query, for what is sent."""
    if not 0 < number <= LARGEST:
        return None
    rows = await execute(
        "SELECT c.id AS consultation_id, i.id FROM consultation c JOIN contribution i ON i.consultation_id = c.id"
        " WHERE c.territory_id = :territory AND c.slug = :slug AND c.state = 'published' AND i.number = :number"
        " AND i.state = 'published'",
        territory=territory_id,
        slug=slug,
        number=number,
    )
    return (rows[0]["consultation_id"], rows[0]["id"]) if rows else None


@dataclass(frozen=True)
class Similar:
    """A published contribution that says something close to a text being written."""

    number: int
    title: str
    excerpt: str
    author: dict[str, Any]
    score: float


async def similar_contributions(
    consultation_id: int, title: str, body: str, *, limit: int = 5, besides: int | None = None
) -> list[Similar]:
    """The published contributions closest to a text, best first; three queries, however many there are.

    The index gives at most :data:`MOST_CANDIDATES` that share one of the text's rarest words; those are ranked by all
    words, and by titles alone, because what is being written is often short yet.

    Args:
        besides: a contribution not to be compared with (the one being reworded).
    """
    title_stems, draft = stems(title), stems(f"{title}\n{body}")
    terms = await _rarest(key_terms(draft, KEY_TERMS))
    if not terms:
        return []
    found = await execute(
        "SELECT c.id, c.title, c.stems FROM contribution c WHERE c.consultation_id = :consultation"
        " AND c.state = 'published' AND c.merged_into_id IS NULL AND c.id <> :besides"
        f" AND {match_clause()} ORDER BY c.id DESC LIMIT :most",
        consultation=consultation_id,
        besides=besides or 0,
        match=match_words(terms, every=False),
        most=MOST_CANDIDATES,
    )
    scores = dict(rank_similar(draft, {row["id"]: row["stems"] for row in found}, most=limit))
    by_title = rank_similar(title_stems, {row["id"]: stems(row["title"]) for row in found}, threshold=0.5, most=limit)
    for key, score in by_title:
        scores[key] = max(score, scores.get(key, 0.0))
    best = sorted(scores, key=lambda key: (-scores[key], key))[:limit]
    return await _described(best, scores) if best else []


async def _rarest(terms: list[str]) -> list[str]:
    """Of a text's telling words those found least often, as many as together give enough candidates."""
    if not terms:
        return []
    one = "(SELECT COUNT(*) FROM contribution_search WHERE contribution_search MATCH :t{0}) AS t{0}"
    if dialect() == "postgres":
        one = "(SELECT COUNT(*) FROM contribution WHERE search @@ to_tsquery('simple', :t{0})) AS t{0}"
    counts = await execute(
        "SELECT " + ", ".join(one.format(place) for place in range(len(terms))),
        {f"t{place}": match_words([term]) for place, term in enumerate(terms)},
    )
    known = sorted((count, term) for place, term in enumerate(terms) if (count := counts[0][f"t{place}"]))
    chosen: list[str] = []
    total = 0
    for count, term in known:
        if chosen and total + count > MOST_CANDIDATES:
            break
        chosen.append(term)
        total += count
    return chosen


async def _described(keys: list[int], scores: Mapping[int, float]) -> list[Similar]:
    rows = await execute(
        f"SELECT i.id, i.number, i.title, i.body_html, {AUTHOR_COLUMNS} FROM contribution i{AUTHOR_JOINS}"
        " WHERE i.id IN :keys AND i.state = 'published'",
        keys=keys,
    )
    by_key = {row["id"]: row for row in rows}
    return [
        Similar(
            number=row["number"],
            title=row["title"],
            excerpt=plain_excerpt(row["body_html"], 160),
            author=author_of(row),
            score=scores[row["id"]],
        )
        for row in (by_key[key] for key in keys if key in by_key)
    ]


@dataclass(frozen=True)
class Wording:
    """One wording in a contribution's history, with its difference from the one before.

    Attributes:
        by: the name of who wrote it ("" for a deleted account).
        amendment: the amendment that it came from: its ``id`` ("" when it is no longer public) and its ``name``.
        withheld: a moderator had it corrected: nothing of it is there any more.
        whole: shown by itself (``body_html``): the first wording, and one that follows a withheld one.
        title_parts, parts: the difference, empty for what is shown whole.
    """

    number: int
    at: datetime
    by: str
    reason: str
    title: str
    body_html: str
    amendment: dict[str, Any] | None
    withheld: bool
    whole: bool
    title_parts: list[Segment]
    parts: list[Segment]

    @property
    def body_changed(self) -> bool:
        """Whether the text differs from the one before, rather than the title alone."""
        return is_changed(self.parts)


_TO_BE_CORRECTED = to_be_corrected("contribution", "c", "r")


async def history(contribution_id: int, *, after: str = "") -> Page[Wording]:
    """A published contribution's wordings, the latest first; nothing at all of a tombstone or of one that waits."""
    cursor = read_cursor(after, Count)
    rows = await execute(
        "SELECT r.number, r.title, r.body, r.body_html, r.reason, r.created_at, c.origin, r.amendment_id,"
        " writer.public_name AS writer_name, body.name AS organisation_name, m.state AS amendment_state,"
        " proposer.public_name AS proposer_name, proposing.name AS proposing_name,"
        f" r.number < c.revision AND {_TO_BE_CORRECTED} AS withheld"
        " FROM revision r JOIN contribution c ON c.id = r.contribution_id"
        " LEFT JOIN account writer ON writer.id = r.account_id LEFT JOIN organisation body ON body.id ="
        " c.organisation_id LEFT JOIN amendment m ON m.id = r.amendment_id LEFT JOIN account proposer ON"
        " proposer.id = m.author_id LEFT JOIN organisation proposing ON proposing.id = m.organisation_id"
        " WHERE r.contribution_id = :contribution AND c.state = 'published' AND r.number < :below"
        " ORDER BY r.number DESC LIMIT :most",
        contribution=contribution_id,
        below=cursor[0] if cursor else LARGEST,
        most=HISTORY_PAGE + 2,
    )
    wordings = [
        _wording(row, rows[place + 1] if place + 1 < len(rows) else None)
        for place, row in enumerate(rows[: HISTORY_PAGE + 1])
    ]
    return cut(wordings, HISTORY_PAGE, lambda last: write_cursor(last.number), is_first=cursor is None)


def _wording(row: dict[str, Any], before: dict[str, Any] | None) -> Wording:
    amendment = None
    if row["amendment_id"] is not None:
        public = row["amendment_state"] == ItemState.PUBLISHED
        name = row["proposing_name"] or row["proposer_name"] or ""
        amendment = {"id": row["amendment_id"] if public else "", "name": name}
    withheld = bool(row["withheld"])
    known = before if before and not before["withheld"] and not withheld else None
    return Wording(
        number=row["number"],
        at=instant(row["created_at"]) or clock.now(),
        by=row["organisation_name"] or row["writer_name"] or "",
        reason="" if withheld else row["reason"],
        title="" if withheld else row["title"],
        body_html="" if withheld else row["body_html"],
        amendment=amendment,
        withheld=withheld,
        whole=known is None and not withheld,
        title_parts=changed_parts(known["title"], row["title"]) if known else [],
        parts=word_diff(words_of(known), words_of(row)) if known else [],
    )


def words_of(row: Mapping[str, Any]) -> str:
    """A wording as it is compared: as it was typed; an imported one, which is HTML, as plain text."""
    return html_to_text(row["body_html"]) if row["origin"] else str(row["body"])


def changed_parts(old: str, new: str) -> list[Segment]:
    """The difference between two titles; empty when there is none."""
    parts = word_diff(old, new)
    return parts if is_changed(parts) else []


async def amendments_of(contribution_id: int) -> list[dict[str, Any]]:
    """The amendments of a published contribution, the latest first, as ``components/amendment.html`` takes them.

    Beside that: ``id``, ``revision`` (the wording it was written for), ``title_parts``, the votes on it and
    ``is_stale``. Those withdrawn or hidden come without text. One query.
    """
    rows = await execute(f"{_AMENDMENTS} ORDER BY i.id DESC", contribution=contribution_id)
    return [_amendment(row) for row in rows]


async def amendment_by_id(contribution_id: int, amendment_id: int) -> dict[str, Any] | None:
    """One amendment of a published contribution, as in :func:`amendments_of`."""
    rows = await execute(f"{_AMENDMENTS} AND i.id = :key", contribution=contribution_id, key=amendment_id)
    return _amendment(rows[0]) if rows else None


_AMENDMENTS = (
    "SELECT i.id, i.state, i.title, i.body, i.body_html, i.reason, i.outcome, i.outcome_at, i.outcome_reason,"
    " i.published_at, i.removed_at, i.removed_ground, i.base_revision, i.votes_agree, i.votes_mixed, i.votes_disagree,"
    f" c.revision, c.origin, r.title AS base_title, r.body AS base_body, r.body_html AS base_html, {AUTHOR_COLUMNS}"
    " FROM amendment i JOIN contribution c ON c.id = i.contribution_id LEFT JOIN revision r ON"
    " r.contribution_id = i.contribution_id AND r.number = i.base_revision"
    f" AND (r.number = c.revision OR NOT {_TO_BE_CORRECTED}){AUTHOR_JOINS}"
    " WHERE i.contribution_id = :contribution AND c.state = 'published' AND i.state <> 'waiting'"
    " AND i.published_at IS NOT NULL"
)


def _amendment(row: dict[str, Any]) -> dict[str, Any]:
    shown = row["state"] == ItemState.PUBLISHED
    removed_at = instant(row["removed_at"])
    common = {
        "id": row["id"],
        "key": row["id"],
        "state": row["state"],
        "at": instant(row["published_at"]) if shown or removed_at is None else removed_at,
        "ground": row["removed_ground"],
        "base_revision": row["base_revision"],
        "is_stale": row["base_revision"] != row["revision"],
    }
    if not shown:
        return common
    base = {"body": row["base_body"] or "", "body_html": row["base_html"] or "", "origin": row["origin"]}
    answered = row["outcome"] if row["outcome"] != "pending" else ""
    return common | {
        "author": author_of(row),
        "author_id": row["author_id"],
        "organisation_id": row["organisation_id"],
        "title": row["title"],
        "body": row["body"],
        "reason": row["reason"],
        "outcome": answered,
        "outcome_at": instant(row["outcome_at"]),
        "outcome_note": row["outcome_reason"],
        "title_parts": changed_parts(row["base_title"] or "", row["title"]),
        "parts": word_diff(words_of(base), row["body"]),
        "votes_agree": row["votes_agree"],
        "votes_mixed": row["votes_mixed"],
        "votes_disagree": row["votes_disagree"],
    }


async def own_contributions(account_id: int, territory_id: int, *, after: str = "") -> Page[dict[str, Any]]:
    """What an account wrote in a territory, the latest first, those that wait and those withdrawn included."""
    cursor = read_cursor(after, int)
    rows = await execute(
        "SELECT i.id, i.number, i.title, i.state, i.created_at, i.published_at, i.removed_at, i.removed_ground,"
        " i.votes_total, i.arguments_count, i.awaits_moderator, i.organisation_id, body.name AS organisation_name,"
        " c.id AS consultation_id, c.slug, c.title AS consultation_title, c.moderation_hours, s.title AS section_title"
        " FROM contribution i JOIN consultation c ON c.id = i.consultation_id JOIN section s ON s.id = i.section_id"
        " LEFT JOIN organisation body ON body.id = i.organisation_id WHERE i.author_id = :account"
        " AND c.territory_id = :territory AND i.id < :below ORDER BY i.id DESC LIMIT :most",
        account=account_id,
        territory=territory_id,
        below=cursor[0] if cursor else (1 << 63) - 1,
        most=OWN_PAGE + 1,
    )
    for row in rows:
        row["at"] = instant(row["published_at"] or row["created_at"])
        row["removed_at"] = instant(row["removed_at"])
    return cut(rows, OWN_PAGE, lambda last: write_cursor(last["id"]), is_first=cursor is None)


async def own_waiting(account_id: int, territory_id: int, contribution_id: int) -> Contribution | None:
    """A text of one's own that waits, in a territory."""
    return await Contribution.get_or_none(
        id=contribution_id, author_id=account_id, state=ItemState.WAITING, consultation__territory_id=territory_id
    )


async def own_waiting_amendment(account_id: int, territory_id: int, amendment_id: int) -> Amendment | None:
    """An amendment of one's own that waits, in a territory."""
    return await Amendment.get_or_none(
        id=amendment_id, author_id=account_id, state=ItemState.WAITING, consultation__territory_id=territory_id
    )


# What stands beneath contributions; the rooms above may not be imported, so their tables are named here.
_BENEATH = " UNION ALL ".join(
    f"SELECT '{table}' AS kind, i.id, i.contribution_id, i.awaits_moderator, i.created_at, {word} AS word,"
    f" SUBSTR({text}, 1, 400) AS text FROM {table} i WHERE i.author_id = :account AND i.state = 'waiting'"
    for table, word, text in (
        ("amendment", "''", "i.reason"),
        ("argument", "i.side", "i.body"),
        ("source", "i.category", "i.title"),
    )
)


async def waiting_beneath(account_id: int, territory_id: int) -> list[dict[str, Any]]:
    """The amendments, arguments and sources of an account that wait, for its address or for a moderator; one query."""
    rows = await execute(
        "SELECT w.*, c.slug, c.title AS consultation_title, c.moderation_hours, n.number,"
        " CASE WHEN n.state = 'published' THEN n.title ELSE '' END AS title"
        f" FROM ({_BENEATH}) w JOIN contribution n ON n.id = w.contribution_id JOIN consultation c ON"
        " c.id = n.consultation_id WHERE c.territory_id = :territory ORDER BY w.id DESC LIMIT 100",
        account=account_id,
        territory=territory_id,
    )
    for row in rows:
        row["at"] = instant(row["created_at"])
        row["text"] = plain_excerpt(row["text"], 200)
    return rows


async def drafts_of(account_id: int, territory_id: int) -> list[dict[str, Any]]:
    """An account's drafts in a territory, the last touched first (there are fifty at most)."""
    rows = await execute(
        "SELECT d.id, d.title, d.body, d.updated_at, c.id AS consultation_id, c.slug, c.title AS consultation_title,"
        " s.title AS section_title FROM draft d JOIN consultation c ON c.id = d.consultation_id"
        " LEFT JOIN section s ON s.id = d.section_id WHERE d.account_id = :account AND c.territory_id = :territory"
        " ORDER BY d.updated_at DESC, d.id DESC LIMIT 100",
        account=account_id,
        territory=territory_id,
    )
    for row in rows:
        row["at"] = instant(row["updated_at"])
        row["excerpt"] = plain_excerpt(row.pop("body"), 200)
    return rows


async def draft_of(account_id: int, consultation_id: int, draft_id: int) -> Draft | None:
    """One of an account's own drafts in a consultation."""
    return await Draft.get_or_none(id=draft_id, account_id=account_id, consultation_id=consultation_id)


async def _changes(key: int) -> int | None:
    rows = await execute("SELECT changes FROM contribution WHERE id = :key", key=key)
    return rows[0]["changes"] if rows else None


changes.counted("contribution", _changes)
