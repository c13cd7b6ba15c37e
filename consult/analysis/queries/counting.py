"""Counting a consultation from its rows, in one statement: everything in it is of the same instant, and agrees.

What is public is defined as the counters define it: a text is, when it and all that it stands under are. Each part
begins with the consultation's own contributions and goes on by their indexes: other consultations are not read.
"""

from collections import defaultdict
from collections.abc import Iterable
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from consult.core.database import dialect, stream_rows

SLOT_SECONDS = 900  # every zone's offset from UTC is a whole number of quarters of an hour
SERIES = ("contributions", "arguments", "votes")
COUNTERS = ("contributions", "arguments", "sources", "votes", "amendments")

CONTRIBUTIONS = "FROM contribution i WHERE i.consultation_id = :consultation AND i.state = 'published'"
BELOW = "c.consultation_id = :consultation AND c.state = 'published'"
ARGUMENTS = (
    "FROM contribution c JOIN argument i ON i.contribution_id = c.id LEFT JOIN amendment a ON a.id = i.amendment_id"
    f" WHERE {BELOW} AND i.state = 'published' AND (i.amendment_id IS NULL OR a.state = 'published')"
)
SOURCES = (
    "FROM contribution c JOIN source i ON i.contribution_id = c.id LEFT JOIN argument g ON g.id = i.argument_id"
    f" LEFT JOIN amendment a ON a.id = g.amendment_id WHERE {BELOW} AND i.state = 'published'"
    " AND (i.argument_id IS NULL OR g.state = 'published') AND (g.amendment_id IS NULL OR a.state = 'published')"
)
AMENDMENTS = f"FROM contribution c JOIN amendment i ON i.contribution_id = c.id WHERE {BELOW} AND i.state = 'published'"
VOTES = f"FROM contribution c JOIN vote i ON i.contribution_id = c.id WHERE {BELOW}"
_TEXTS = (CONTRIBUTIONS, ARGUMENTS, SOURCES, AMENDMENTS)
_AUTHORS = " UNION ".join(f"SELECT i.author_id AS account {texts}" for texts in _TEXTS)
_NAMES = " UNION ".join(
    f"SELECT i.author_kind AS word, COALESCE(i.organisation_id, i.author_id) AS author {texts}" for texts in _TEXTS
)
_VOTERS = " UNION ".join(
    (
        f"SELECT i.account_id AS account {VOTES}",
        f"SELECT v.account_id {AMENDMENTS.replace(' WHERE', ' JOIN vote v ON v.amendment_id = i.id WHERE')}",
        f"SELECT s.account_id {ARGUMENTS.replace(' WHERE', ' JOIN support s ON s.argument_id = i.id WHERE')}",
        f"SELECT s.account_id {SOURCES.replace(' WHERE', ' JOIN support s ON s.source_id = i.id WHERE')}",
    )
)


@dataclass
class Figures:
    """What was counted.

    Attributes:
        changes: the consultation's counter of changes in the same snapshot.
        totals: the consultation's counters, ``authors``, ``voters``, ``participants``, ``tallied`` votes (those without
            voters), ``appeals`` and ``appeals_waiting``.
        days: for each local day on which something happened, as many numbers as :data:`SERIES`.
        kinds: for each kind of author, how many of them there are and how many contributions and arguments they wrote.
        decisions: how many by effect; ``automated`` counts those that a threshold took.
    """

    changes: int = 0
    totals: dict[str, int] = field(default_factory=dict)
    days: dict[date, list[int]] = field(default_factory=dict)
    kinds: dict[str, list[int]] = field(default_factory=dict)
    decisions: dict[str, int] = field(default_factory=dict)


async def count_consultation(consultation_id: int, zone: ZoneInfo) -> Figures | None:
    """Count everything; one statement, on a connection of its own. None when there is no such consultation."""
    counted: dict[str, list[tuple[str, int, int]]] = defaultdict(list)
    async with aclosing(stream_rows(_statement(), consultation=consultation_id)) as rows:
        async for row in rows:
            counted[row["what"]].append((row["word"] or "", int(row["slot"]), int(row["number"])))
    if "counter" not in counted:
        return None
    totals = {word: number for word, _, number in [*counted["counter"], *counted["total"]]}
    return Figures(
        changes=totals.pop("changes"),
        totals=totals,
        days=_by_day({name: counted[name] for name in SERIES}, zone),
        kinds=_by_kind(counted),
        decisions={word: number for word, _, number in counted["decision"]},
    )


def _statement() -> str:
    counters = [
        f"SELECT 'counter' AS what, '{name}' AS word, 0 AS slot, CAST({column} AS BIGINT) AS number"
        " FROM consultation WHERE id = :consultation"
        for name, column in [("changes", "changes"), *((name, f"{name}_count") for name in COUNTERS)]
    ]
    return " UNION ALL ".join(
        [
            *counters,
            _by_slot("contributions", "COALESCE(i.published_at, i.created_at)", CONTRIBUTIONS),
            _by_slot("arguments", "COALESCE(i.published_at, i.created_at)", ARGUMENTS),
            _by_slot("votes", "i.created_at", VOTES),
            _total("authors", f"SELECT COUNT(account) FROM ({_AUTHORS}) AS everyone"),
            _total("voters", f"SELECT COUNT(account) FROM ({_VOTERS}) AS everyone"),
            _total("participants", f"SELECT COUNT(account) FROM ({_AUTHORS} UNION {_VOTERS}) AS everyone"),
            _total("tallied", _TALLIED),
            _total("appeals", _APPEALS),
            _total("appeals_waiting", f"{_APPEALS} AND p.heard_at IS NULL"),
            f"SELECT 'kind', word, 0, COUNT(author) FROM ({_NAMES}) AS names GROUP BY word",
            f"SELECT 'kind_contributions', i.author_kind, 0, COUNT(*) {CONTRIBUTIONS} GROUP BY i.author_kind",
            f"SELECT 'kind_arguments', i.author_kind, 0, COUNT(*) {ARGUMENTS} GROUP BY i.author_kind",
            f"SELECT 'decision', d.effect, 0, COUNT(*) {_DECISIONS} GROUP BY d.effect",
            f"SELECT 'decision', 'automated', 0, COUNT(*) {_DECISIONS} AND d.automated",
        ]
    )


_TALLIED = (
    "SELECT COALESCE(SUM(t.agree + t.mixed + t.disagree), 0) FROM contribution c"
    f" JOIN tally t ON t.contribution_id = c.id WHERE {BELOW}"
)
# by the territory, whose decisions have an index; the consultation's alone have none
_DECISIONS = (
    "FROM decision d WHERE d.territory_id = (SELECT territory_id FROM consultation WHERE id = :consultation)"
    " AND d.consultation_id = :consultation"
)
_APPEALS = f"SELECT COUNT(*) {_DECISIONS.replace(' WHERE', ' JOIN appeal p ON p.decision_id = d.id WHERE', 1)}"


def _by_slot(what: str, instant: str, rows: str) -> str:
    slot = f"{seconds_of(instant)} / {SLOT_SECONDS}"
    return f"SELECT '{what}', '', {slot}, COUNT(*) {rows} GROUP BY {slot}"


def seconds_of(instant: str) -> str:
    """An SQL expression for the whole seconds from 1970 to an instant."""
    # SQLite's texts are in UTC; their microseconds are cut, because it would round them up to the next second
    seconds = (
        f"strftime('%s', SUBSTR({instant}, 1, 19))"
        if dialect() == "sqlite"
        else f"FLOOR(EXTRACT(EPOCH FROM {instant}))"
    )
    return f"CAST({seconds} AS BIGINT)"


def _total(name: str, number: str) -> str:
    return f"SELECT 'total', '{name}', 0, ({number})"


def _by_day(series: dict[str, list[tuple[str, int, int]]], zone: ZoneInfo) -> dict[date, list[int]]:
    days: dict[date, list[int]] = defaultdict(lambda: [0] * len(SERIES))
    for place, name in enumerate(SERIES):
        for _, slot, number in series[name]:
            days[local_day(slot, zone)][place] += number
    return dict(sorted(days.items()))


def local_day(slot: int, zone: ZoneInfo) -> date:
    """The day, in a territory's zone, of a quarter of an hour counted from 1970 in UTC."""
    return datetime.fromtimestamp(slot * SLOT_SECONDS, UTC).astimezone(zone).date()


def _by_kind(counted: dict[str, list[tuple[str, int, int]]]) -> dict[str, list[int]]:
    parts = [_of(counted["kind"]), _of(counted["kind_contributions"]), _of(counted["kind_arguments"])]
    return {kind: [part.get(kind, 0) for part in parts] for kind in sorted(parts[0])}


def _of(rows: Iterable[tuple[str, int, int]]) -> dict[str, int]:
    return {word: number for word, _, number in rows}
