"""Every wording against the entry that recorded it, every entry against the rows: nothing changed, nothing missing."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from consult.exports.verifying.archive import Archive
from consult.exports.verifying.checks import Check, Report, Unreadable, day, plain
from consult.exports.verifying.index import Index, Item
from consult.exports.verifying.rows import Row, file_of, rows_of
from consult.register.canonical import SALT_BYTES, commitment
from consult.register.contents import (
    WORDINGS,
    Content,
    amendment_content,
    argument_content,
    contribution_content,
    source_content,
)

REMOVED = {"hidden": "hidden by a moderation decision", "withdrawn": "withdrawn by its author"}
ABOVE = "above_removed"
_STATES = {"published", ABOVE, *REMOVED}


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
        return _name(self.item, self.key(row), row.number(self.number))


def _name(item: str, key: str, number: int | None) -> str:
    return f"contribution {key}" if item == "contribution" else f"{item} {key} under contribution {number}"


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
_PAST = "revisions"
_SECONDS = len("2026-11-22T13:00:00")
_REVISED = ("contribution", "argument", "source")
_PAST_COLUMNS = (
    "kind", "contribution", "item_id", "revision", "present", "withheld", "title", "body", "link", "category",
    "register_position", "register_salt",
)  # fmt: skip
_ABOVE_ITEM = {"amendment_id": "amendment", "argument_id": "argument"}


@dataclass
class Counts:
    """What was found while reading."""

    provisional: bool
    checked: int = 0
    past: int = 0
    waiting: int = 0
    elsewhere: int = 0


def check_wordings(archive: Archive, report: Report, index: Index, slug: str, *, provisional: bool) -> None:
    """Every public wording is the one that was recorded, and every removal is recorded too.

    Args:
        provisional: what was written in the last seconds may not have been recorded yet.
    """
    check, counts = report.add("wordings"), Counts(provisional)
    for worded in WORDED:
        for row in _readable(archive, check, worded.table, worded.columns):
            with _told(check):
                _check_row(worded, row, check, index, slug, counts)
    for row in _readable(archive, check, _PAST, _PAST_COLUMNS):
        with _told(check):
            _check_past(row, check, index, slug, counts)
    check.words = f"{counts.checked:,} texts are word for word what the register recorded"
    if counts.past:
        check.words += f", and so are {counts.past:,} earlier wordings"
    if counts.elsewhere:
        report.notes.append(
            f"{counts.elsewhere} of the removed texts had been removed where they were imported from: the register"
            " never had them."
        )
    if counts.waiting:
        report.unchecked.append(
            f"{counts.waiting} texts that the register has no record of: too new when this package was made, or written"
            " before it began."
        )


def _readable(archive: Archive, check: Check, table: str, columns: tuple[str, ...]) -> Iterator[Row]:
    """The rows of a table as far as they can be read."""
    with _told(check):
        yield from rows_of(archive, file_of(archive, table), columns)


@contextmanager
def _told(check: Check) -> Iterator[None]:
    try:
        yield
    except Unreadable as error:
        check.fault(str(error))


def _check_past(row: Row, check: Check, index: Index, slug: str, counts: Counts) -> None:
    """A wording among the revisions: of a contribution, an argument or a source that is public."""
    position, number, kind = row.maybe("register_position"), row.number("contribution"), row.text("kind")
    key, revision = str(number) if kind == "contribution" else row.text("item_id"), row.number("revision")
    name = _name(kind, key, number) + f", version {revision}"
    if kind not in _REVISED or not index.past(kind, key, revision):
        check.fault(f"{row.place}: {name} is there twice, or is the wording of nothing that there is.")
        return
    if row.truth("withheld"):
        return
    if position is None and not row.text("register_salt"):
        known = index.item(kind, key)
        if known and known.first and not (counts.provisional or known.late or known.judged or revision < known.first):
            check.fault(f"{row.place}: {name} was never recorded in the register: it was added.")
        counts.waiting += 1
        return
    shown = index.shown(kind, key)
    if shown is None or shown[0] != "published":
        check.fault(f"{row.place}: {name} is a wording of what is not shown.")
        return
    content: Content
    if kind == "contribution":
        content = contribution_content(
            consultation=slug, number=number, revision=row.number("revision"), title=row.text("title"),
            body=row.text("body"),
        )  # fmt: skip
    elif kind == "argument":
        content = argument_content(
            consultation=slug, contribution=number, key=key, revision=row.number("revision"), side=shown[3],
            body=row.text("body"),
        )  # fmt: skip
    else:
        content = source_content(
            consultation=slug, contribution=number, key=key, revision=row.number("revision"), title=row.text("title"),
            link=row.text("link"), category=row.text("category"), body=row.text("body"),
        )  # fmt: skip
    if _matches(row, name, (kind, key), content, check, index) and not row.truth("present"):
        counts.past += 1


def _check_row(worded: Worded, row: Row, check: Check, index: Index, slug: str, counts: Counts) -> None:
    position = row.maybe("register_position")
    key, state, name = worded.key(row), row.text("state"), worded.name(row)
    if state not in _STATES or (state == ABOVE and worded.item == "contribution"):
        check.fault(f"{row.place}: {name} is in no state that there is: {plain(state, 40)!r}.")
        return
    side = row.text("side") if worded.item == "argument" else ""
    if not index.show(worded.item, key, row.number(worded.number), state, position, row.place, side):
        check.fault(f"{row.place}: {name} has two rows.")
        return
    known = index.item(worded.item, key)
    if known is not None and known.number not in {None, row.number(worded.number)}:
        check.fault(
            f"{row.place}: {name} is said to stand there; the register recorded it elsewhere, under {known.number}."
        )
    if known is None or known.worded is None:
        _unknown(row, name, state, position, check, counts)
    elif state == "published":
        _published(worded, row, check, index, slug, counts, known)
    elif state in REMOVED and known.state != state:
        check.fault(f"{row.place}: {name} is said to be {REMOVED[state]}; the register recorded no such thing.")
    elif state == ABOVE and not _is_below_removed(worded, row, index, late=bool(known.late)):
        check.fault(f"{row.place}: {name} has no text, and nothing above it was removed.")


def _unknown(row: Row, name: str, state: str, position: int | None, check: Check, counts: Counts) -> None:
    """A row that no entry speaks of: it was never entered, which leaves no room for a place in the register."""
    if position is not None or row.text("register_salt"):
        check.fault(f"{row.place}: {name} claims entry {position}, which is not among the entries of the package.")
    elif state == "published" and counts.provisional:
        counts.waiting += 1
    elif state == "published":
        check.fault(f"{row.place}: {name} was never recorded in the register: it was added.")
    elif state != ABOVE:
        counts.elsewhere += 1


def _published(worded: Worded, row: Row, check: Check, index: Index, slug: str, counts: Counts, known: Item) -> None:
    if known.state != "published":
        check.fault(
            f"{row.place}: {worded.name(row)} is shown, though the register says that it was {REMOVED[known.state]} on"
            f" {day(known.at)}."
        )
        return
    if any(one is None or one[0] != "published" for _, _, one in _above(worded, row, index)):
        check.fault(f"{row.place}: {worded.name(row)} is shown, though what it stands under is not.")
    position = row.maybe("register_position")
    if _matches(row, worded.name(row), (worded.item, worded.key(row)), worded.content(slug, row), check, index):
        counts.checked += 1
        entry = index.entry(position) if position is not None else None
        # the same wording may be recorded twice: under seal when its turn came, and again when it was back
        if entry is not None and (entry[3] or 0) < (known.revision or 0):
            check.fault(
                f"{row.place}: {worded.name(row)} is shown as entry {position} recorded it; entry {known.worded}"
                " recorded a later wording."
            )


def _matches(row: Row, name: str, item: tuple[str, str], content: Content, check: Check, index: Index) -> bool:
    """Whether a row's text is the one that the entry it names has recorded."""
    position = row.maybe("register_position")
    entry = index.entry(position) if position is not None else None
    if entry is None:
        check.fault(f"{row.place}: {name}: the entry that recorded it ({position}) is not in the package.")
        return False
    kind, of, key, revision, committed = entry
    if (of, key) != item or kind not in WORDINGS:
        check.fault(f"{row.place}: {name}: entry {position} recorded something else ({plain(kind, 40)}).")
        return False
    if "revision" in row.values and revision is not None and row.number("revision") != revision:
        check.fault(
            f"{row.place}: {name} is said to be version {row.number('revision')}; entry {position} is of {revision}."
        )
        return False
    salt = _salt(row)
    if salt is None or not _committed(salt, content, committed):
        check.fault(
            f"{row.place}: {name} is not as it was recorded (entry {position}): its text, or its salt, was changed."
        )
        return False
    return True


def _salt(row: Row) -> bytes | None:
    text = row.text("register_salt")
    try:
        salt = bytes.fromhex(text) if len(text) == 2 * SALT_BYTES else b""
    except ValueError:
        return None
    return salt if len(salt) == SALT_BYTES and salt.hex() == text else None


def _committed(salt: bytes, content: Content, wanted: str) -> bool:
    try:
        return commitment(salt, content) == wanted
    except ValueError:
        return False


def _above(worded: Worded, row: Row, index: Index) -> list[tuple[str, str, tuple[str, int | None, str, str] | None]]:
    """What an item stands under, with its row."""
    if worded.item == "contribution":
        return []
    above = [("contribution", str(row.number("contribution")))]
    if worded.above and row.text(worded.above):
        above.append((_ABOVE_ITEM[worded.above], row.text(worded.above)))
    return [(item, key, index.shown(item, key)) for item, key in above]


def _is_below_removed(worded: Worded, row: Row, index: Index, *, late: bool) -> bool:
    """Whether something above was removed, and the entries say so.

    What was entered after the fact may stand under an amendment that the register never had: it was removed before.
    """
    for item, key, shown in _above(worded, row, index):
        if shown is None or shown[0] == "published":
            continue
        known = index.item(item, key)
        if shown[0] == ABOVE or (known is not None and known.state in REMOVED) or (late and item != "contribution"):
            return True
    return False


def check_complete(archive: Archive, report: Report, index: Index) -> None:
    """Every item that the register recorded has its row, published or as the mention of a removal."""
    check = report.add("completeness")
    for item, key, number, state, at, worded in index.rows(
        "SELECT i.item, i.key, i.number, i.state, i.at, i.worded FROM item i LEFT JOIN shown s USING (item, key)"
        " WHERE s.state IS NULL AND i.worded IS NOT NULL ORDER BY i.worded"
    ):
        since = "" if state == "published" else f", and it is {state}"
        check.fault(
            f"data/{item}s: {_name(item, key, number)} is missing: entry {worded} recorded it, {day(at)}{since}."
        )
    for item, key, number, revision, at, place in index.rows(
        "SELECT e.item, e.key, i.number, e.revision, e.at, e.position FROM entry e JOIN shown s USING (item, key)"
        " JOIN item i USING (item, key) WHERE e.kind IN ('published', 'revised', 'imported') AND s.state = 'published'"
        " AND (e.item = 'contribution' OR (e.item <> 'amendment' AND e.revision < i.revision))"
        " AND e.revision IS NOT NULL AND NOT EXISTS (SELECT 1 FROM past p"
        " WHERE p.item = e.item AND p.key = e.key AND p.revision = e.revision) ORDER BY e.position"
    ):
        check.fault(
            f"data/revisions: version {revision} of {_name(item, key, number)} is missing: entry {place} recorded it,"
            f" {day(at)}."
        )
    _compare_rounds(archive, check, index)
    check.words = "nothing that the register recorded is missing: " + _tally(index)


def _compare_rounds(archive: Archive, check: Check, index: Index) -> None:
    """Each round that the register tells of is there, and closes when the register says."""
    waiting = dict(index.closings)
    for row in _readable(archive, check, "rounds", ("id", "closes_at")):
        recorded = waiting.pop(row.text("id"), "")
        if recorded and recorded[:_SECONDS] != row.text("closes_at")[:_SECONDS]:
            check.fault(
                f"{row.place}: this round closes at {plain(row.text('closes_at'), 40)}; the register recorded"
                f" {plain(recorded, 40)}."
            )
    for key, recorded in waiting.items():
        check.fault(f"data/rounds: round {plain(key, 40)}, closing at {plain(recorded, 40)}, is missing.")


def _tally(index: Index) -> str:
    """Recorded, removed, shown: the sums that people can check in their heads."""
    parts = []
    for item, every, withdrawn, hidden, shown, above in index.rows(
        "SELECT i.item, COUNT(i.worded), SUM(i.state = 'withdrawn' AND i.worded IS NOT NULL),"
        " SUM(i.state = 'hidden' AND i.worded IS NOT NULL), SUM(COALESCE(s.state, '') = 'published'),"
        " SUM(COALESCE(s.state, '') = 'above_removed') FROM item i LEFT JOIN shown s USING (item, key)"
        " GROUP BY i.item ORDER BY i.item = 'source', i.item = 'argument', i.item = 'amendment'"
    ):
        gone = [
            f"{many:,} {words}"
            for many, words in ((withdrawn, "withdrawn"), (hidden, "hidden"), (above, "below these"))
            if many
        ]
        items = item if every == 1 else f"{item}s"
        parts.append(f"{every:,} {items} recorded" + (f", {', '.join(gone)}" if gone else "") + f", {shown:,} shown")
    return "; ".join(parts) or "there is nothing in it"
