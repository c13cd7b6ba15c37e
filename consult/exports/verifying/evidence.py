"""The register's part of a package: the signed head, the entries at their places, and the entry of this export."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from consult.exports.verifying import layout
from consult.exports.verifying.archive import Archive
from consult.exports.verifying.checks import Report, Unreadable, day, plain
from consult.exports.verifying.index import Index
from consult.register.canonical import canonical
from consult.register.merkle import HASH_BYTES, check_several, leaf_hash
from consult.register.notes import Head, NoteError, Signature, check_note, fingerprint, parse_note, parse_vkey

_LARGEST = (1 << 53) - 1
_LONGEST_HEX = 2 * HASH_BYTES


@dataclass(frozen=True)
class Exported:
    """What the register says of this export."""

    position: int
    sha256: str
    entries: int
    entries_sha256: str
    consultation: str
    cut_off: str
    provisional: bool
    at: str


def check_head(archive: Archive, report: Report, trusted: Sequence[str]) -> Head | None:
    """Whether the head bears good signatures, and those of the keys that one trusts, if one does."""
    check = report.add("signed head")
    try:
        note, keys = archive.text(layout.HEAD), _keys(archive.text(layout.KEYS))
        parsed = parse_note(note)
        _each_by_a_key(parsed.signatures, keys)
        head = check_note(note, keys)
        if trusted:
            check_note(note, trusted)
    except Unreadable as error:
        check.fault(str(error))
        return None
    except NoteError as error:
        check.fault(f"{layout.HEAD}: {error}.")
        return None
    page = head.origin.rpartition("/")[0] or head.origin
    check.words = f"the register {plain(head.origin)} had {head.size:,} entries on {_instant(head)}, signed by its key"
    prints = ", ".join(fingerprint(key) for key in keys)
    if trusted:
        check.words += ", the key that you gave"
        report.notes.append(f"the key has the fingerprint {prints}; it is the one that you gave.")
    else:
        report.notes.append(
            f"the key has the fingerprint {prints}. Compare it with the one published at {plain(page)},"
        )
        report.notes.append(
            "on another machine or by telephone: whoever forged a package would have put a key of theirs into it."
        )
        report.unchecked.append(
            "that the key is the register's own: pass --key, with the key as published, to check it too."
        )
    report.unchecked.append(
        f"that everybody is shown the same register: compare the head with those published at {plain(page)}."
    )
    return head


def _instant(head: Head) -> str:
    return head.at.strftime("%Y-%m-%d at %H:%M:%S UTC")


def _keys(text: str) -> list[str]:
    keys = text.split("\n")
    if keys.pop() or not keys or len(set(keys)) != len(keys) or len(keys) > 8:
        raise NoteError(f"{layout.KEYS} is not a list of keys, one a line")
    for key in keys:
        parse_vkey(key)
    if any(key != key.strip() for key in keys):
        raise NoteError(f"{layout.KEYS} is not written as it should be")
    return keys


def keys_of(archive: Archive) -> list[str]:
    """The keys that a package brings; none where they cannot be read."""
    try:
        return _keys(archive.text(layout.KEYS))
    except (Unreadable, NoteError):
        return []


def _each_by_a_key(signatures: Sequence[Signature], keys: Sequence[str]) -> None:
    """Nothing stands in the head or among the keys that nobody checks."""
    named = sorted((parse_vkey(key)[0], key.split("+")[1]) for key in keys)
    if sorted((one.name, one.key_id.hex()) for one in signatures) != named:
        raise NoteError(f"the signatures are not those of the keys in {layout.KEYS}, one each")


def check_entries(archive: Archive, report: Report, head: Head | None, index: Index) -> bool:
    """Whether the entries stand where they say in the tree of the head; they go into the index as they are read."""
    check = report.add("register entries")
    try:
        pairs = _leaves(archive, index)
        if head is None:
            for _ in pairs:
                pass
            check.fault("without a good head, no entry can be checked.")
        elif not check_several(pairs, head.size, _proof(archive), head.root):
            for _ in pairs:
                pass
            check.fault(
                f"{layout.ENTRIES}: these entries do not stand at these places in the register that the head was signed"
                " for: an entry was changed, removed, added or moved, or the proof was."
            )
    except Unreadable as error:
        check.fault(str(error))
    check.words = f"{index.count:,} entries of this consultation stand at their places in the register"
    return check.ok


def _leaves(archive: Archive, index: Index) -> Iterator[tuple[int, bytes]]:
    before = -1
    for number, line in enumerate(archive.lines(layout.ENTRIES), 1):
        place = f"{layout.ENTRIES}, line {number},"
        position, text, entry = _entry_line(line, place)
        if position <= before:
            raise Unreadable(f"{place} is not in order: entry {position} after entry {before}.")
        before = position
        index.take(position, text, entry, line)
        yield position, leaf_hash(text.encode())
    index.finish()


def _entry_line(line: str, place: str) -> tuple[int, str, dict[str, Any]]:
    given = _quickly(line, place)
    position, text = (given.get("position"), given.get("entry")) if isinstance(given, dict) else (None, None)
    if not _whole(position) or not isinstance(text, str) or layout.entry_line(int(position or 0), text) != line:
        raise Unreadable(f"{place} is not an entry with its position, written as it should be.")
    entry = _quickly(text, place)
    if not isinstance(entry, dict) or not isinstance(entry.get("kind"), str):
        raise Unreadable(f"{place} holds no entry of a register.")
    return int(position or 0), text, entry


def _quickly(text: str, place: str) -> Any:
    """JSON whose every byte is compared or proven otherwise: of these lines there may be millions."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError, OverflowError):
        raise Unreadable(f"{place} is not readable JSON.") from None


def _written(value: Any) -> str:
    try:
        return canonical(value).decode() + "\n"
    except ValueError:
        return ""


def parsed(text: str, place: str) -> Any:
    """JSON from a stranger.

    Raises:
        Unreadable: it is none, or names a key twice, or holds numbers or depths that nothing holds.
    """
    try:
        return json.loads(text, object_pairs_hook=_once_each, parse_constant=_no_constant)
    except (ValueError, RecursionError, OverflowError):
        raise Unreadable(f"{place} is not readable JSON.") from None


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key twice")
    return found


def _no_constant(word: str) -> Any:
    raise ValueError(word)


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _LARGEST


def _proof(archive: Archive) -> Iterator[bytes]:
    for number, line in enumerate(archive.lines(layout.PROOF), 1):
        word = line.removesuffix("\n")
        try:
            digest = bytes.fromhex(word) if len(word) == _LONGEST_HEX and line.endswith("\n") else b""
        except ValueError:
            digest = b""
        if digest.hex() != word or not digest:
            raise Unreadable(f"{layout.PROOF}, line {number}, is not a hash: {plain(word, 80)!r}.")
        yield digest


def check_exported(archive: Archive, report: Report, index: Index) -> Exported | None:
    """Whether the register recorded the very SHA256SUMS of this package, and all the entries that stand beside it."""
    check = report.add("record of the export")
    try:
        exported = _exported(archive, index)
    except Unreadable as error:
        check.fault(str(error))
        return None
    if layout.SUMS in archive.members and archive.sha256(layout.SUMS) != exported.sha256:
        check.fault(
            f"{layout.SUMS} is not the one that the register recorded on {exported.at} (entry {exported.position}): the"
            " list of files was rewritten, or this is the proof of another package."
        )
    if (index.count - 1, index.digest) != (exported.entries, exported.entries_sha256):
        check.fault(
            f"{layout.ENTRIES} holds {index.count - 1} entries before the export; the register recorded"
            f" {exported.entries} of them, and these are not the same: some were removed or added."
        )
    check.words = f"the register recorded these very files on {plain(exported.at)}, as entry {exported.position}"
    if not exported.provisional:
        _tell_of_earlier(report, index, exported.position)
    return exported


def _tell_of_earlier(report: Report, index: Index, position: int) -> None:
    """Final files that were recorded before: they hold the votes as they were then, whatever became of them since."""
    many, first = 0, ""
    for place, text in index.rows(
        "SELECT position, entry FROM entry WHERE kind = ? AND position < ? ORDER BY position",
        layout.EXPORTED_KIND,
        position,
    ):
        entry = json.loads(text)
        if entry.get("provisional") is False:
            many += 1
            first = first or f"entry {place}, on {day(entry.get('at'))}, SHA256SUMS {plain(entry.get('sha256'), 64)}"
    if many:
        report.notes.append(f"final files had been recorded {many} times before these, first as {first}.")
        report.notes.append(
            "Moderation goes on after the closing, voting does not: whoever kept such files can compare the votes."
        )


def _exported(archive: Archive, index: Index) -> Exported:
    content = archive.text(layout.EXPORTED)
    given = parsed(content, layout.EXPORTED)
    if not isinstance(given, dict) or set(given) != {"position"} or not _whole(given["position"]):
        raise Unreadable(f"{layout.EXPORTED} does not say where the export was recorded.")
    if _written(given) != content:
        raise Unreadable(f"{layout.EXPORTED} is not written as it should be.")
    position = given["position"]
    if index.last is None or index.last[0] != position:
        raise Unreadable(f"{layout.EXPORTED} names entry {position}, which is not the last one of {layout.ENTRIES}.")
    entry = index.last[1]
    if entry.get("kind") != layout.EXPORTED_KIND:
        raise Unreadable(f"entry {position} does not record an export, but {plain(entry.get('kind'))!r}.")
    texts = [entry.get(name) for name in ("sha256", "entries_sha256", "consultation", "cut_off", "at")]
    provisional = entry.get("provisional")
    if (
        not all(isinstance(one, str) for one in texts)
        or not isinstance(provisional, bool)
        or not _whole(entry.get("entries"))
    ):
        raise Unreadable(f"entry {position} does not say all that the record of an export says.")
    sha256, entries_sha256, consultation, cut_off, at = (str(one) for one in texts)
    return Exported(position, sha256, entry["entries"], entries_sha256, consultation, cut_off, provisional, at)


__all__ = ["Exported", "check_entries", "check_exported", "check_head", "keys_of", "parsed"]
