"""A receipt against a package: the same register, the same entry at the same place, and what became of the text."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from consult.exports.verifying import layout
from consult.exports.verifying.checks import Check, Report, Unreadable, day, plain
from consult.exports.verifying.evidence import Exported, parsed
from consult.exports.verifying.index import ITEMS, Index, key_of
from consult.exports.verifying.wordings import ABOVE, REMOVED
from consult.register.checking import check_receipt
from consult.register.contents import WORDINGS
from consult.register.notes import Head, NoteError, parse_note

_LARGEST = 1024 * 1024


def read_receipt(path: Path) -> dict[str, Any]:
    """A receipt from a file.

    Raises:
        Unreadable: there is none in it.
    """
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST + 1)
    except FileNotFoundError:
        raise Unreadable(f"There is no file {path}.") from None
    except OSError as error:
        raise Unreadable(f"{path} cannot be read: {error.strerror}.") from None
    if len(content) > _LARGEST:
        raise Unreadable(f"{path} is far larger than a receipt.")
    try:
        receipt = parsed(content.decode("utf-8-sig"), str(path))
    except UnicodeDecodeError:
        raise Unreadable(f"{path} is not a receipt: it is not text.") from None
    if not isinstance(receipt, dict):
        raise Unreadable(f"{path} is not a receipt.")
    return receipt


def check_against(
    report: Report,
    receipt: dict[str, Any],
    index: Index,
    head: Head | None,
    exported: Exported | None,
    keys: Sequence[str] = (),
    package_keys: Sequence[str] = (),
) -> None:
    """The receipt's own proof, then its place in the package, then its text in the data.

    Args:
        keys: those that one trusts; else the receipt's own are used.
        package_keys: those that signed the package.
    """
    own = check_receipt(receipt, keys or None)
    check = report.add("receipt, by itself")
    for one in own:
        if not one.ok:
            check.fault(f"{one.name}: {one.words}")
    check.words = "; ".join(plain(one.words, 200).rstrip(".") for one in own if one.name not in {"form", "entry"})
    if not own:
        check.fault("there is nothing to check in it.")
    its_keys = receipt.get("keys")
    if not keys and isinstance(its_keys, list) and not set(map(str, its_keys)) & set(package_keys):
        report.notes.append(
            "BEWARE: the receipt and the package are signed with different keys. Either the register's key was replaced"
            " between the two, or one of them is forged: compare both with the published keys."
        )
    check = report.add("receipt in the package")
    if not isinstance(receipt.get("entry"), str) or not isinstance(receipt.get("position"), int):
        check.fault("this file does not name an entry and its place: it is no receipt.")
        return
    if _is_of_this_register(check, receipt, head) and exported is not None:
        _place(check, receipt, index, exported, report, proves=bool(own) and all(one.ok for one in own))
    elif exported is None:
        check.fault("the package has no record of its export to compare the receipt with.")


def _is_of_this_register(check: Check, receipt: dict[str, Any], head: Head | None) -> bool:
    try:
        note = receipt.get("head")
        origin = parse_note(note if isinstance(note, str) else "").head.origin
    except NoteError as error:
        check.fault(f"the receipt has no good signed head: {error}.")
        return False
    if head is None:
        check.fault("without a good head in the package, the receipt cannot be compared with it.")
        return False
    if origin != head.origin:
        check.fault(f"this receipt is of another register, {plain(origin)}; the package is of {plain(head.origin)}.")
        return False
    return True


def _place(
    check: Check, receipt: dict[str, Any], index: Index, exported: Exported, report: Report, *, proves: bool
) -> None:
    """Only a receipt that is good by itself is evidence: with a forged one anybody could accuse a package."""
    position, text = receipt["position"], receipt["entry"]
    try:
        entry = parsed(text, "the receipt's entry")
    except Unreadable as error:
        check.fault(str(error))
        return
    if not isinstance(entry, dict) or not isinstance(entry.get("kind"), str):
        check.fault("the receipt's entry is none.")
        return
    of = entry.get("consultation")
    if of != exported.consultation:
        check.fault(
            f"this receipt is of the consultation {plain(of)!r}; the package is of {plain(exported.consultation)!r}."
        )
        return
    there = index.text(position) if 0 <= position < 1 << 62 else None
    if there is None and position > exported.position:
        check.fault(
            f"the receipt's entry {position} was recorded after this package was made (entry {exported.position}):"
            " ask for a later package."
        )
    elif there != text and not proves:
        check.fault(
            f"{layout.ENTRIES}: entry {position} of the package is not the one that the receipt claims"
            f" ({_named(entry)}), and the receipt is not good: it proves nothing against the package."
        )
    elif there is None:
        check.fault(
            f"{layout.ENTRIES}: entry {position}, which the receipt proves ({_named(entry)}), is not in this package:"
            " it was left out. Keep your receipt: it is the proof."
        )
    elif there != text:
        check.fault(
            f"{layout.ENTRIES}: entry {position} of the package is not the receipt's: two different registers bear the"
            " same name. Keep your receipt: it is the proof."
        )
    else:
        at = plain(entry.get("at"), 30)
        check.words = f"entry {position} ({_named(entry)}, recorded {at}) is in it, the same to the letter"
        _text(report, entry, position, index)


def _text(report: Report, entry: dict[str, Any], position: int, index: Index) -> None:
    item, key, kind = entry.get("item"), key_of(entry), entry["kind"]
    if kind not in WORDINGS or item not in ITEMS:
        if kind in {"voted", "supported", "vote_withdrawn", "support_withdrawn"}:
            report.unchecked.append("what was chosen: no receipt and no entry says it.")
        return
    check = report.add("text of the receipt")
    shown, known = index.shown(str(item), key), index.item(str(item), key)
    if shown is None or known is None:
        check.fault(f"data: {_named(entry)} has no row: it was left out. Keep your receipt: it is the proof.")
        return
    state, at, place = shown[0], shown[1], shown[2]
    if state == "published" and at == position:
        check.words = f"it stands in the data as you wrote it ({place})"
    elif state == "published":
        check.words = f"its author wrote it anew since: the data shows the later wording ({place}, entry {at})"
    elif state in REMOVED and known.state == state:
        ground = f", on the ground {plain(known.ground, 60)!r}" if known.ground else ""
        check.words = (
            f"it was {REMOVED[state]} on {day(known.at)}{ground}: its text is not in the data any more, the"
            f" mention of it is ({place}). This is no fault of the package"
        )
    elif state == ABOVE:
        check.words = f"what it stood under was removed since: the mention of it is in the data ({place})"
    else:
        check.fault(f"{place}: {_named(entry)} is said to be removed, and the register recorded no such thing.")


def _named(entry: dict[str, Any]) -> str:
    item, number = entry.get("item"), entry.get("number")
    if item == "contribution":
        return f"contribution {plain(number, 20)}, {plain(entry['kind'], 20)}"
    under = f" under contribution {plain(number, 20)}" if number is not None else ""
    return f"{plain(item or 'fact', 20)}{under}, {plain(entry['kind'], 20)}"
