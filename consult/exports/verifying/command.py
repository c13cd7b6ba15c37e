"""``consult verify``: all checks of a package in order, and of a receipt against it or by itself."""

import os
import sys
import traceback
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from consult.core.language import N_
from consult.exports.verifying.archive import Archive
from consult.exports.verifying.checks import Report, Unreadable
from consult.exports.verifying.completeness import check_complete
from consult.exports.verifying.description import check_description, check_files, described
from consult.exports.verifying.evidence import check_entries, check_exported, check_head, keys_of
from consult.exports.verifying.figures import check_figures
from consult.exports.verifying.index import Index
from consult.exports.verifying.receipts import check_against, read_receipt
from consult.exports.verifying.wordings import check_wordings
from consult.exports.verifying.words import current, for_terminal, instant, plain, translated
from consult.exports.verifying.words import gettext as _
from consult.register.notes import NoteError, parse_vkey

_UNCHECKED = (
    N_("que les personnes sont bien celles qu’elles disent être."),
    N_(
        "que chaque vote a été compté comme son votant l’entendait : son reçu prouve qu’un vote a été inscrit, et non"
        " lequel."
    ),
)


def verify(package: Path, *, receipt: Path | None = None, keys: Sequence[str] = ()) -> Report:
    """Check a package, and a receipt against it. Never raises over what the files hold: it reports; what it does raise
    is a fault of its own.

    Args:
        keys: public keys of the register that one trusts, as published at its address.
    """
    report = Report()
    try:
        for key in keys:
            parse_vkey(key)
        archive = Archive(package)
    except NoteError as error:
        report.add("key").fault(_("--key : %(fault)s.", fault=translated(error)))
        return report
    except Unreadable as error:
        report.add("zip").fault(str(error))
        return report
    index = Index()
    try:
        _check(report, archive, index, keys, receipt)
    except Unreadable as error:
        report.add("reading").fault(str(error))
    except (RecursionError, OverflowError) as error:  # only what a file holds is as deep, or as large
        fault = _(
            "ce paquet contient des nombres ou des emboîtements sans mesure (%(error)s).", error=type(error).__name__
        )
        report.add("reading").fault(fault)
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
    report.title = _title(found, own)
    check_description(archive, report, found, exported)
    check_wordings(archive, report, index, own["consultation"], provisional=own["provisional"])
    check_complete(archive, report, index)
    check_figures(archive, report, index, own)
    report.unchecked += [_(words) for words in _UNCHECKED]
    if own["provisional"]:
        report.notes.append(_("ce paquet est PROVISOIRE : il a été fait avant la fin de la consultation."))
    if receipt is not None:
        try:
            check_against(report, read_receipt(receipt), index, head, exported, keys, keys_of(archive))
        except Unreadable as error:
            report.add("receipt").fault(str(error))
    else:
        report.unchecked.append(
            _("que votre propre contribution ou votre vote y est : ajoutez --receipt et votre reçu.")
        )


def _title(found: Mapping[str, Any], own: Mapping[str, Any]) -> str:
    titles = (found.get("title"), found.get("title_en"))
    title = next((one for one in (reversed(titles) if current() == "en" else titles) if one), "")
    said = {"title": plain(title, 200), "slug": plain(own["consultation"], 80), "at": instant(own["cut_off"])}
    if own["provisional"]:
        return _(
            "%(title)s · %(slug)s · données du %(at)s · PROVISOIRES : la consultation n’était pas terminée, elles"
            " peuvent encore changer",
            **said,
        )
    return _("%(title)s · %(slug)s · données du %(at)s · définitives", **said)


def words(report: Report, encoding: str | None) -> Iterator[str]:
    """The report line by line, for a terminal that may not know every sign: the words alone say it all."""
    yield from (for_terminal(line, encoding) for line in report.lines())


def say(lines: Iterable[str]) -> None:
    """Write the report. Whoever stops reading has heard enough, and that changes no status.

    Raises:
        OSError: it cannot be written, for want of space or the like.
    """
    told = list(lines)
    try:
        for line in told:
            sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
    except BrokenPipeError:
        _write_no_more()
    except OSError:
        _write_no_more()
        raise


def _write_no_more() -> None:
    """What is left unwritten would be tried once more at the end, and that failure be the status."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def failure(error: Exception, encoding: str | None) -> str:
    """What to say where the programme failed: nothing of the package."""
    place = traceback.extract_tb(error.__traceback__)[-1:]
    where = "".join(f", {Path(one.filename).name}:{one.lineno}" for one in place)
    sentence = _(
        "Le programme lui-même a échoué (%(error)s) : cela ne dit rien du paquet, ni en bien ni en mal, et c’est une"
        " erreur à signaler aux auteurs de Consult.",
        error=f"{type(error).__name__}{where}",
    )
    return for_terminal(sentence, encoding)
