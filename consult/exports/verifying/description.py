"""The package against its own description: files, columns, numbers of rows, and marks of being provisional."""

from typing import Any

from consult.exports.verifying import layout
from consult.exports.verifying.archive import Archive, sums_of
from consult.exports.verifying.checks import Check, Report, Unreadable
from consult.exports.verifying.evidence import Exported, parsed
from consult.exports.verifying.rows import header_of, rows_of
from consult.exports.verifying.words import at_line, instant, ngettext, plain, value
from consult.exports.verifying.words import gettext as _


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
            check.fault(_("%(file)s n’est pas nommé dans %(sums)s : il a été ajouté.", file=name, sums=layout.SUMS))
    for name in sorted({*layout.ABOVE, *layout.EVIDENCE} - set(archive.members)):
        check.fault(_("%(file)s manque dans le paquet.", file=name))
    for name, digest in sums.items():
        if name in layout.EVIDENCE or name == layout.SUMS:
            check.fault(_("%(sums)s nomme %(file)s, ce qu’il ne peut pas.", file=name, sums=layout.SUMS))
            continue
        try:
            if archive.sha256(name) != digest:
                check.fault(
                    _(
                        "%(file)s n’est pas le fichier que nomme %(sums)s : il a été modifié.",
                        file=name,
                        sums=layout.SUMS,
                    )
                )
        except Unreadable as error:
            if name not in layout.ABOVE or name in archive.members:
                check.fault(str(error))
    size = sum(info.file_size for info in archive.members.values())
    check.words = ngettext(
        "%(num)s fichier (%(size)s octets avec les preuves) a l’empreinte que donne %(sums)s",
        "%(num)s fichiers (%(size)s octets avec les preuves) ont les empreintes que donne %(sums)s",
        len(sums), size=size, sums=layout.SUMS,
    )  # fmt: skip


def described(archive: Archive) -> dict[str, Any]:
    """What the package says that it is.

    Raises:
        Unreadable: it does not, or not as a package of Consult.
    """
    found: dict[str, Any] = parsed(archive.text(layout.DESCRIPTION), layout.DESCRIPTION)
    own = found.get("consult") if isinstance(found, dict) else None
    if not isinstance(own, dict) or not isinstance(found.get("resources"), list):
        raise Unreadable(_("%(file)s ne décrit pas un paquet de Consult.", file=layout.DESCRIPTION))
    if own.get("format") != layout.FORMAT:
        raise Unreadable(
            _(
                "ce paquet est écrit sous la forme « %(found)s » ; ce vérificateur lit la forme « %(wanted)s ».",
                found=value(own.get("format"), 40),
                wanted=layout.FORMAT,
            )
        )
    if not all(isinstance(own.get(name), str) for name in ("consultation", "territory", "cut_off")):
        raise Unreadable(_("%(file)s ne nomme pas sa consultation et sa date.", file=layout.DESCRIPTION))
    if not isinstance(own.get("provisional"), bool):
        raise Unreadable(_("%(file)s ne dit pas s’il est provisoire.", file=layout.DESCRIPTION))
    return found


def check_description(archive: Archive, report: Report, found: dict[str, Any], exported: Exported | None) -> None:
    """The description is that of these files, and of the export that was recorded."""
    check, own = report.add("description"), found["consult"]
    if exported is not None:
        recorded = (exported.consultation, exported.cut_off, exported.provisional)
        if recorded != (own["consultation"], own["cut_off"], own["provisional"]):
            check.fault(
                _(
                    "%(file)s est de %(said)s, données au %(said_at)s ; le registre a inscrit un export de"
                    " %(recorded)s, données au %(recorded_at)s.",
                    file=layout.DESCRIPTION,
                    said=_of(own["consultation"], own["provisional"]),
                    said_at=instant(own["cut_off"]),
                    recorded=_of(exported.consultation, exported.provisional),
                    recorded_at=instant(exported.cut_off),
                )
            )
    named: set[str] = set()
    rows = 0
    for resource in found["resources"]:
        try:
            name = _path(resource)
            if name in named:
                raise Unreadable(_("%(file)s décrit deux fois %(name)s.", file=layout.DESCRIPTION, name=name))
            named.add(name)
            rows += _check_table(archive, check, resource, name, own["provisional"])
        except Unreadable as error:
            check.fault(str(error))
    for name in archive.members:
        if layout.table_of(name) and name not in named:
            check.fault(_("%(file)s ne décrit pas %(name)s.", file=layout.DESCRIPTION, name=name))
    check.words = ngettext(
        "%(num)s table (%(rows)s) a les colonnes que décrit %(file)s",
        "%(num)s tables (%(rows)s) ont les colonnes que décrit %(file)s",
        len(named), rows=_rows(rows), file=layout.DESCRIPTION,
    )  # fmt: skip


def _of(consultation: object, provisional: object) -> str:
    if provisional:
        return _("« %(consultation)s » (provisoire)", consultation=plain(consultation))
    return _("« %(consultation)s » (définitif)", consultation=plain(consultation))


def _rows(many: int) -> str:
    return ngettext("%(num)s ligne", "%(num)s lignes", many)


def _path(resource: Any) -> str:
    path = resource.get("path") if isinstance(resource, dict) else None
    if not isinstance(path, str) or not layout.table_of(path):
        raise Unreadable(
            _("%(file)s décrit « %(path)s », qui n’est pas une table.", file=layout.DESCRIPTION, path=plain(path, 60))
        )
    return path


def _check_table(archive: Archive, check: Check, resource: dict[str, Any], name: str, provisional: bool) -> int:
    schema = resource.get("schema")
    fields = schema.get("fields") if isinstance(schema, dict) else None
    columns = [one.get("name") for one in fields if isinstance(one, dict)] if isinstance(fields, list) else []
    if header_of(archive, name) != columns:
        check.fault(
            _(
                "%(place)s : ce ne sont pas les colonnes que décrit %(file)s.",
                place=at_line(name, 1),
                file=layout.DESCRIPTION,
            )
        )
    if ("-provisoire" in name) != provisional:
        check.fault(
            _(
                "%(file)s : son nom ne dit pas, comme %(description)s, s’il est provisoire ou définitif.",
                file=name,
                description=layout.DESCRIPTION,
            )
        )
    rows = 0
    for row in rows_of(archive, name, ("provisional",)):
        rows += 1
        if row.truth("provisional") != provisional:
            check.fault(
                _(
                    "%(place)s : la ligne ne dit pas, comme %(description)s, si elle est provisoire ou définitive.",
                    place=row.place,
                    description=layout.DESCRIPTION,
                )
            )
    if rows != resource.get("rows"):
        check.fault(
            _(
                "%(file)s a %(rows)s ; %(description)s en annonce %(said)s.",
                file=name,
                rows=_rows(rows),
                description=layout.DESCRIPTION,
                said=value(resource.get("rows"), 20),
            )
        )
    return rows
