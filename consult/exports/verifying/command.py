"""``consult verify``: all checks of a package in order, and of a receipt against it or by itself."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from consult.exports.verifying.archive import Archive
from consult.exports.verifying.checks import Report, Unreadable, plain
from consult.exports.verifying.description import check_description, check_files, described
from consult.exports.verifying.evidence import check_entries, check_exported, check_head, keys_of
from consult.exports.verifying.figures import check_figures
from consult.exports.verifying.index import Index
from consult.exports.verifying.receipts import check_against, read_receipt
from consult.exports.verifying.wordings import check_complete, check_wordings
from consult.register.notes import NoteError, parse_vkey

_UNCHECKED = (
    "that people are who they say they are.",
    "that each vote was counted as its voter meant it: its receipt proves that a vote was recorded, not which one.",
)


def verify(package: Path, *, receipt: Path | None = None, keys: Sequence[str] = ()) -> Report:
    """Check a package, and a receipt against it. Never raises over what the files hold: it reports.

    Args:
        keys: public keys of the register that one trusts, as published at its address.
    """
    report = Report()
    try:
        for key in keys:
            parse_vkey(key)
        archive = Archive(package)
    except NoteError as error:
        report.add("key").fault(f"--key: {error}.")
        return report
    except Unreadable as error:
        report.add("zip").fault(str(error))
        return report
    index = Index()
    try:
        _check(report, archive, index, keys, receipt)
    except Unreadable as error:
        report.add("reading").fault(str(error))
    except Exception as error:  # whatever a hostile file makes of us, people get a sentence
        report.add("reading").fault(f"the package cannot be read to its end ({type(error).__name__}).")
    finally:
        index.close()
        archive.close()
    return report


def _check(report: Report, archive: Archive, index: Index, keys: Sequence[str], receipt: Path | None) -> None:
    check_files(archive, report)
    head = check_head(archive, report, keys)
    check_entries(archive, report, head, index)
    exported = check_exported(archive, report, index)
    try:
        found = described(archive)
    except Unreadable as error:
        report.add("description").fault(str(error))
        return
    own = found["consult"]
    state = "PROVISIONAL: the consultation was not over, this may still change" if own["provisional"] else "final"
    named = f"{plain(found.get('title_en') or found.get('title'), 200)} · {plain(own['consultation'], 80)}"
    report.title = f"{named} · data of {plain(own['cut_off'], 30)} · {state}"
    check_description(archive, report, found, exported)
    check_wordings(archive, report, index, own["consultation"], provisional=own["provisional"])
    check_complete(archive, report, index)
    check_figures(archive, report, index, own)
    report.unchecked += _UNCHECKED
    if own["provisional"]:
        report.notes.append("this package is PROVISIONAL: it was made before the consultation was over.")
    if receipt is not None:
        try:
            check_against(report, read_receipt(receipt), index, head, exported, keys, keys_of(archive))
        except Unreadable as error:
            report.add("receipt").fault(str(error))
    else:
        report.unchecked.append("that your own contribution or vote is in it: pass --receipt, with your receipt.")


def words(report: Report, encoding: str | None) -> Iterator[str]:
    """The report line by line, for a terminal that may not know every sign: the words alone say it all."""
    for line in report.lines():
        known = encoding or "utf-8"
        try:
            line.encode(known)
            yield line
        except (UnicodeError, LookupError):
            said = line.replace("✓ ", "").replace("✗ ", "").replace(" · ", " - ").replace("…", "...")
            yield said.encode("ascii", "replace").decode()
