"""The entries of a package, found again by place and by item, in a private file that grows instead of the memory."""

import hashlib
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from consult.register.contents import WORDINGS

ITEMS = ("contribution", "amendment", "argument", "source")
_HIDING = frozenset({"hide", "hide_illegal"})
_TAKEN_BACK = {"vote_withdrawn": "voted", "support_withdrawn": "supported"}
_BATCH = 2_000
_SCHEMA = """
CREATE TABLE entry (position INTEGER PRIMARY KEY, kind TEXT, item TEXT, key TEXT, revision INTEGER, content TEXT,
    at TEXT, entry TEXT);
CREATE TABLE item (item TEXT, key TEXT, number INTEGER, state TEXT, revision INTEGER, worded INTEGER, changed INTEGER,
    at TEXT, ground TEXT, first INTEGER, late INTEGER, judged INTEGER, PRIMARY KEY (item, key)) WITHOUT ROWID;
CREATE TABLE shown (item TEXT, key TEXT, number INTEGER, state TEXT, position INTEGER, place TEXT, side TEXT,
    PRIMARY KEY (item, key)) WITHOUT ROWID;
CREATE TABLE said (of_what TEXT, what TEXT, many INTEGER, place TEXT, PRIMARY KEY (of_what, what)) WITHOUT ROWID;
CREATE TABLE added (of_what TEXT, what TEXT, many INTEGER, PRIMARY KEY (of_what, what)) WITHOUT ROWID;
CREATE TABLE ballot (of_what TEXT, voter TEXT, PRIMARY KEY (of_what, voter)) WITHOUT ROWID;
CREATE TABLE past (item TEXT, key TEXT, revision INTEGER, PRIMARY KEY (item, key, revision)) WITHOUT ROWID;
"""


class Item(NamedTuple):
    """What the entries say of an item.

    Attributes:
        worded: the place of its last wording; None where none was recorded.
        revision: the number of that wording; ``first`` is that of the first one that was recorded.
        number: that of the contribution that it is, or stands under.
        late: whether a wording was entered after the fact: brought in from elsewhere, or older than the register.
        judged: whether it was ever decided on, or withdrawn.
    """

    state: str
    at: str
    ground: str
    worded: int | None
    revision: int | None
    number: int | None
    first: int | None
    late: int
    judged: int


class Index:
    """What the entries say, entry by entry and item by item.

    ``count`` entries were taken, the ``last`` one is (position, entry); ``digest`` is the SHA-256 of the lines of all
    the others; ``cast`` tells how many votes and supports were recorded and not taken back, ``tally`` what was counted
    when the last round was over, ``decided`` how many decisions of which effect, ``closings`` when each round closes.
    An item's state is what the entries make of it: published, withdrawn by its author, hidden by a decision.
    """

    def __init__(self) -> None:
        # a nameless database is a private temporary file, gone when it is closed
        self._db = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._db.execute("PRAGMA journal_mode = OFF")
        self._db.execute("PRAGMA synchronous = OFF")
        self._db.execute("PRAGMA cache_size = -32000")
        self._db.executescript(_SCHEMA)
        self._db.execute("BEGIN")
        self._waiting: list[tuple[Any, ...]] = []
        self._added: Counter[tuple[str, str]] = Counter()
        self._ballots: list[tuple[str, str]] = []
        self._cast = self._once = 0
        self._digest = hashlib.sha256()
        self._last_line = ""
        self.count = 0
        self.last: tuple[int, dict[str, Any]] | None = None
        self.tally: dict[str, Any] | None = None
        self.decided: Counter[str] = Counter()
        self.closings: dict[str, str] = {}
        self.cast = {"voted": 0, "supported": 0, "in bulk": 0}

    def close(self) -> None:
        """Drop it all."""
        self._db.close()

    @property
    def digest(self) -> str:
        """The SHA-256 of all lines but the last."""
        return self._digest.hexdigest()

    def take(self, position: int, text: str, entry: dict[str, Any], line: str) -> None:
        """Take the next entry."""
        self._digest.update(self._last_line.encode())
        self._last_line = line
        self.count += 1
        self.last = position, entry
        kind, at = _text(entry, "kind"), _text(entry, "at")
        item, key, revision, content = "", "", None, ""
        if "item" in entry:  # most entries are of votes, and name none
            item, key, revision = _text(entry, "item"), key_of(entry), _number(entry, "revision")
            content = _text(entry, "content")
        self._waiting.append((position, kind, item, key, revision, content, at, text))
        if len(self._waiting) >= _BATCH:
            self.finish()
        if kind == "tallied" and isinstance(entry.get("figures"), dict):
            self.tally = {**entry["figures"], "at": at}
        if (
            "round" in entry
            and "closes_at" in entry
            and (entry["round"] in self.closings or len(self.closings) < _BATCH)
        ):
            self.closings[_text(entry, "round")] = _text(entry, "closes_at")
        if kind == "decided":
            self.decided[_text(entry, "effect")[:40]] += 1
        if item in ITEMS:
            self._of_item(position, entry, item, key, kind, at, revision)
        if kind in {"voted", "supported"} and entry.get("again") is not True:
            many = _number(entry, "count")
            self.cast[kind if many is None else "in bulk"] += 1 if many is None else many
        elif kind in _TAKEN_BACK:
            self.cast[_TAKEN_BACK[kind]] -= 1

    def _of_item(
        self, position: int, entry: dict[str, Any], item: str, key: str, kind: str, at: str, revision: int | None
    ) -> None:
        if kind in WORDINGS:
            late = kind == "imported" or entry.get("entered_late") is True
            self._db.execute(
                "INSERT INTO item VALUES (?, ?, ?, 'published', ?, ?, ?, ?, '', ?, ?, 0) ON CONFLICT DO UPDATE SET"
                " worded = CASE WHEN worded IS NULL OR excluded.revision > COALESCE(revision, 0)"
                " THEN excluded.worded ELSE worded END,"
                " revision = MAX(excluded.revision, COALESCE(revision, 0)),"
                " first = MIN(excluded.first, COALESCE(first, excluded.first)), late = MAX(excluded.late, late),"
                " state = CASE WHEN ? = 'revised' THEN state ELSE 'published' END",
                (item, key, _number(entry, "number"), revision or 0, position, position, at, revision or 0, late, kind),
            )
            return
        state = _state_after(kind, entry)
        if state:
            self._db.execute(
                "INSERT INTO item VALUES (?, ?, ?, ?, NULL, NULL, ?, ?, ?, NULL, 0, 1) ON CONFLICT DO UPDATE SET"
                " state = CASE WHEN state = 'withdrawn' THEN state ELSE excluded.state END,"
                " changed = excluded.changed, at = excluded.at, ground = excluded.ground, judged = 1",
                (item, key, _number(entry, "number"), state, position, at, _text(entry, "ground")),
            )

    def finish(self) -> None:
        """Put down what is still held."""
        self._db.executemany("INSERT OR IGNORE INTO entry VALUES (?, ?, ?, ?, ?, ?, ?, ?)", self._waiting)
        self._waiting.clear()

    def entry(self, position: int) -> tuple[str, str, str, int | None, str] | None:
        """Kind, item, key, revision and commitment of the entry at a place."""
        found = self._db.execute(
            "SELECT kind, item, key, revision, content FROM entry WHERE position = ?", (position,)
        ).fetchone()
        return found if found is None else tuple(found)

    def text(self, position: int) -> str | None:
        """The entry at a place, as it stands in the register."""
        found = self._db.execute("SELECT entry FROM entry WHERE position = ?", (position,)).fetchone()
        return None if found is None else str(found[0])

    def show(
        self, item: str, key: str, number: int, state: str, position: int | None, place: str, side: str = ""
    ) -> bool:
        """Note that an item has a row; False when it has one already."""
        found = self._db.execute(
            "INSERT OR IGNORE INTO shown VALUES (?, ?, ?, ?, ?, ?, ?)",
            (item, key, number, state, position, place, side),
        )
        return found.rowcount == 1

    def item(self, item: str, key: str) -> "Item | None":
        """What the entries say of an item."""
        found = self._db.execute(
            "SELECT state, at, ground, worded, revision, number, first, late, judged FROM item"
            " WHERE item = ? AND key = ?",
            (item, key),
        ).fetchone()
        return found if found is None else Item(*found)

    def past(self, item: str, key: str, revision: int) -> bool:
        """Note that a wording has a row among the revisions; False when it has one already."""
        found = self._db.execute("INSERT OR IGNORE INTO past VALUES (?, ?, ?)", (item, key, revision))
        return found.rowcount == 1

    def shown(self, item: str, key: str) -> tuple[str, int | None, str, str] | None:
        """State, place in the register, place in the files and side of an item's row."""
        found = self._db.execute(
            "SELECT state, position, place, side FROM shown WHERE item = ? AND key = ?", (item, key)
        ).fetchone()
        return found if found is None else tuple(found)

    def says(self, of_what: str, counters: Mapping[str, int], place: str) -> None:
        """Note the counters that a row has of itself."""
        self._db.executemany(
            "INSERT OR IGNORE INTO said VALUES (?, ?, ?, ?)",
            [(of_what, what, many, place) for what, many in counters.items()],
        )

    def adds(self, of_what: str, what: str, many: int) -> None:
        """Note what another table holds for it; that comes contribution by contribution."""
        self._added[of_what, what] += many
        if len(self._added) >= _BATCH:
            self._add()

    def votes(self, of_what: str, voter: str) -> None:
        """Note who has voted on what."""
        self._ballots.append((of_what, voter))
        if len(self._ballots) >= _BATCH:
            self._put_ballots()

    def voted_twice(self) -> int:
        """How many votes are not the first one of their voter on the same item."""
        self._put_ballots()
        return self._cast - self._once

    def voters(self) -> int:
        """How many different voters there are."""
        self._put_ballots()
        return int(self._db.execute("SELECT COUNT(DISTINCT voter) FROM ballot").fetchone()[0])

    def _put_ballots(self) -> None:
        self._cast += len(self._ballots)
        found = self._db.executemany("INSERT OR IGNORE INTO ballot VALUES (?, ?)", self._ballots)
        self._once += max(0, found.rowcount)
        self._ballots.clear()

    def _add(self) -> None:
        self._db.executemany(
            "INSERT INTO added VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET many = many + excluded.many",
            [(of_what, what, many) for (of_what, what), many in self._added.items() if many],
        )
        self._added.clear()

    def disagreeing(self) -> Iterator[tuple[Any, ...]]:
        """Of what, its place, which counter, what it says, what was added up: wherever the two differ."""
        self._add()
        yield from self._db.execute(
            "SELECT s.of_what, s.place, s.what, s.many, COALESCE(a.many, 0) FROM said s LEFT JOIN added a"
            " USING (of_what, what) WHERE s.many <> COALESCE(a.many, 0) UNION ALL"
            " SELECT a.of_what, NULL, a.what, 0, a.many FROM added a LEFT JOIN said s USING (of_what, what)"
            " WHERE s.of_what IS NULL ORDER BY 1, 3"
        )

    def rows(self, sql: str, *values: Any) -> Iterator[tuple[Any, ...]]:
        """Ask anything of the tables above."""
        yield from self._db.execute(sql, values)


def key_of(entry: dict[str, Any]) -> str:
    """What an item is known by: a contribution by its number, the others by their id."""
    if entry.get("item") == "contribution":
        number = _number(entry, "number")
        return "" if number is None else str(number)
    return _text(entry, "id")


def _state_after(kind: str, entry: dict[str, Any]) -> str:
    """What becomes of an item by an entry that is not about its wording; "" for nothing."""
    if kind == "withdrawn":
        return "withdrawn"
    if kind != "decided":
        return ""
    return "hidden" if entry.get("effect") in _HIDING or entry.get("hidden") is True else "published"


def _text(entry: dict[str, Any], name: str) -> str:
    value = entry.get(name, "")
    return str(value)[:1000] if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _number(entry: dict[str, Any], name: str) -> int | None:
    value = entry.get(name)
    known = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 53
    return value if known else None


__all__ = ["ITEMS", "Index", "Item", "key_of"]
