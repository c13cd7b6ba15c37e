"""The package against its own description: files, columns, numbers of rows, and marks of being provisional."""

from typing import Any

from consult.exports.verifying import layout
from consult.exports.verifying.archive import Archive, sums_of
from consult.exports.verifying.checks import Check, Report, Unreadable, plain
from consult.exports.verifying.evidence import Exported, parsed
from consult.exports.verifying.rows import header_of, rows_of


def check_files(archive: Archive, report: Report) -> None:
    """Every file is as SHA256SUMS says, and none is missing or has come in beside."""
    check = report.add("files")
    try:
        sums = sums_of(archive.text(layout.SUMS))
    except Unreadable as error:
        check.fault(str(error))
        return
    for name in archive.members:
        if name not in sums and name != layout.SUMS and name not in layout.EVIDENCE:
            check.fault(f"{name} is not named in {layout.SUMS}: it was put in beside.")
    for name in sorted({*layout.ABOVE, *layout.EVIDENCE} - set(archive.members)):
        check.fault(f"{name} is missing from the package.")
    for name, digest in sums.items():
        if name in layout.EVIDENCE or name == layout.SUMS:
            check.fault(f"{layout.SUMS} names {name}, which it cannot.")
            continue
        try:
            if archive.sha256(name) != digest:
                check.fault(f"{name} is not the file that {layout.SUMS} names: it was changed.")
        except Unreadable as error:
            if name not in layout.ABOVE or name in archive.members:
                check.fault(str(error))
    size = sum(info.file_size for info in archive.members.values())
    check.words = f"{len(sums)} files ({size:,} bytes with the proofs) have the digests that {layout.SUMS} names"


def described(archive: Archive) -> dict[str, Any]:
    """What the package says that it is.

    Raises:
        Unreadable: it does not, or not as a package of Consult.
    """
    found: dict[str, Any] = parsed(archive.text(layout.DESCRIPTION), layout.DESCRIPTION)
    own = found.get("consult") if isinstance(found, dict) else None
    if not isinstance(own, dict) or not isinstance(found.get("resources"), list):
        raise Unreadable(f"{layout.DESCRIPTION} does not describe a package of Consult.")
    if own.get("format") != layout.FORMAT:
        raise Unreadable(
            f"this package is written as {plain(own.get('format'), 40)!r}; this verifier reads {layout.FORMAT!r}."
        )
    if not all(isinstance(own.get(name), str) for name in ("consultation", "territory", "cut_off")):
        raise Unreadable(f"{layout.DESCRIPTION} does not name its consultation and its date.")
    if not isinstance(own.get("provisional"), bool):
        raise Unreadable(f"{layout.DESCRIPTION} does not say whether it is provisional.")
    return found


def check_description(archive: Archive, report: Report, found: dict[str, Any], exported: Exported | None) -> None:
    """The description is that of these files, and of the export that was recorded."""
    check, own = report.add("description"), found["consult"]
    if exported is not None:
        recorded = (exported.consultation, exported.cut_off, exported.provisional)
        if recorded != (own["consultation"], own["cut_off"], own["provisional"]):
            check.fault(
                f"{layout.DESCRIPTION} is of {plain(own['consultation'])}, {plain(own['cut_off'], 30)}; the register"
                f" recorded an export of {plain(exported.consultation)}, {plain(exported.cut_off, 30)}."
            )
    named: set[str] = set()
    rows = 0
    for resource in found["resources"]:
        try:
            name = _path(resource)
            if name in named:
                raise Unreadable(f"{layout.DESCRIPTION} describes {name} twice.")
            named.add(name)
            rows += _check_table(archive, check, resource, name, own["provisional"])
        except Unreadable as error:
            check.fault(str(error))
    for name in archive.members:
        if layout.table_of(name) and name not in named:
            check.fault(f"{layout.DESCRIPTION} does not describe {name}.")
    check.words = f"{len(named)} tables with {rows:,} rows have the columns that {layout.DESCRIPTION} describes"


def _path(resource: Any) -> str:
    path = resource.get("path") if isinstance(resource, dict) else None
    if not isinstance(path, str) or not layout.table_of(path):
        raise Unreadable(f"{layout.DESCRIPTION} describes what is no table: {plain(path, 60)!r}.")
    return path


def _check_table(archive: Archive, check: Check, resource: dict[str, Any], name: str, provisional: bool) -> int:
    schema = resource.get("schema")
    fields = schema.get("fields") if isinstance(schema, dict) else None
    columns = [one.get("name") for one in fields if isinstance(one, dict)] if isinstance(fields, list) else []
    if header_of(archive, name) != columns:
        check.fault(f"{name}, line 1: these are not the columns that {layout.DESCRIPTION} describes.")
    if ("-provisoire" in name) != provisional:
        check.fault(f"{name}: its name does not say what {layout.DESCRIPTION} says: provisional or final.")
    rows = 0
    for row in rows_of(archive, name, ("provisional",)):
        rows += 1
        if row.truth("provisional") != provisional:
            check.fault(f"{row.place}: the row does not say what {layout.DESCRIPTION} says: provisional or final.")
    if rows != resource.get("rows"):
        check.fault(f"{name} has {rows} rows; {layout.DESCRIPTION} says {plain(resource.get('rows'), 20)}.")
    return rows
