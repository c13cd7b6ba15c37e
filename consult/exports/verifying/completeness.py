"""Whether anything is missing: every item, past wording and round of the entries has its row."""

from consult.exports.verifying.archive import Archive
from consult.exports.verifying.checks import Check, Report
from consult.exports.verifying.index import Index
from consult.exports.verifying.rows import readable
from consult.exports.verifying.words import gettext as _
from consult.exports.verifying.words import instant, instants, item, listed, ngettext, plain

_SECONDS = len("2026-11-22T13:00:00")


def check_complete(archive: Archive, report: Report, index: Index) -> None:
    """Every item that the register recorded has its row, published or as the mention of a removal."""
    check = report.add("completeness")
    for kind, key, number, state, at, worded in index.rows(
        "SELECT i.item, i.key, i.number, i.state, i.at, i.worded FROM item i LEFT JOIN shown s USING (item, key)"
        " WHERE s.state IS NULL AND i.worded IS NOT NULL ORDER BY i.worded"
    ):
        check.fault(_missing(state, kind, item(kind, number or key, key), str(worded), instant(at)))
    for kind, key, number, revision, at, place in index.rows(
        "SELECT e.item, e.key, i.number, e.revision, e.at, e.position FROM entry e JOIN shown s USING (item, key)"
        " JOIN item i USING (item, key) WHERE e.kind IN ('published', 'revised', 'imported') AND s.state = 'published'"
        " AND (e.item = 'contribution' OR (e.item <> 'amendment' AND e.revision < i.revision))"
        " AND e.revision IS NOT NULL AND NOT EXISTS (SELECT 1 FROM past p"
        " WHERE p.item = e.item AND p.key = e.key AND p.revision = e.revision) ORDER BY e.position"
    ):
        check.fault(
            _(
                "data/revisions : la version %(revision)s de %(item)s manque ; l’inscription n° %(position)s l’a"
                " enregistrée le %(at)s.",
                revision=str(revision), item=item(kind, number or key, key), position=str(place), at=instant(at),
            )
        )  # fmt: skip
    _compare_rounds(archive, check, index)
    check.words = _("rien de ce que le registre a inscrit ne manque : %(tally)s", tally=_tally(index))


def _missing(state: str, kind: str, name: str, position: str, at: str) -> str:
    said = {"table": f"data/{kind}s", "item": name, "position": position, "at": at}
    if state == "hidden":
        return _(
            "%(table)s : il manque %(item)s, selon l’inscription n° %(position)s ; ce texte est masqué depuis le"
            " %(at)s.",
            **said,
        )
    if state == "withdrawn":
        return _(
            "%(table)s : il manque %(item)s, selon l’inscription n° %(position)s ; ce texte est retiré depuis le"
            " %(at)s.",
            **said,
        )
    return _("%(table)s : il manque %(item)s, selon l’inscription n° %(position)s du %(at)s.", **said)


def _compare_rounds(archive: Archive, check: Check, index: Index) -> None:
    """Each round that the register tells of is there, and closes when the register says."""
    waiting = dict(index.closings)
    for row in readable(archive, check, "rounds", ("id", "closes_at")):
        recorded = waiting.pop(row.text("id"), "")
        if recorded and recorded[:_SECONDS] != row.text("closes_at")[:_SECONDS]:
            said, wanted = instants(row.text("closes_at"), recorded)
            check.fault(
                _(
                    "%(place)s : cette période se termine le %(said)s ; le registre a inscrit le %(wanted)s.",
                    place=row.place,
                    said=said,
                    wanted=wanted,
                )
            )
    for key, recorded in waiting.items():
        check.fault(
            _(
                "data/rounds : il manque la période %(key)s, qui se termine le %(at)s.",
                key=plain(key, 40),
                at=instant(recorded),
            )
        )


def _tally(index: Index) -> str:
    """Recorded, removed, shown: the sums that people can check in their heads."""
    parts = []
    for kind, every, withdrawn, hidden, shown, above in index.rows(
        "SELECT i.item, COUNT(i.worded), SUM(i.state = 'withdrawn' AND i.worded IS NOT NULL),"
        " SUM(i.state = 'hidden' AND i.worded IS NOT NULL), SUM(COALESCE(s.state, '') = 'published'),"
        " SUM(COALESCE(s.state, '') = 'above_removed') FROM item i LEFT JOIN shown s USING (item, key)"
        " GROUP BY i.item ORDER BY i.item = 'source', i.item = 'argument', i.item = 'amendment'"
    ):
        gone = [one(many) for one, many in ((_withdrawn, withdrawn), (_hidden, hidden), (_below, above)) if many]
        parts.append(", ".join([_RECORDED[kind](every), *gone, _shown(shown)]))
    return listed(parts) or _("il n’y a rien dans ce paquet")


def _contributions(many: int) -> str:
    return ngettext("%(num)s contribution inscrite", "%(num)s contributions inscrites", many)


def _amendments(many: int) -> str:
    return ngettext(
        "%(num)s proposition de modification inscrite", "%(num)s propositions de modification inscrites", many
    )


def _arguments(many: int) -> str:
    return ngettext("%(num)s argument inscrit", "%(num)s arguments inscrits", many)


def _sources(many: int) -> str:
    return ngettext("%(num)s source inscrite", "%(num)s sources inscrites", many)


def _withdrawn(many: int) -> str:
    return ngettext("%(num)s texte retiré", "%(num)s textes retirés", many)


def _hidden(many: int) -> str:
    return ngettext("%(num)s texte masqué", "%(num)s textes masqués", many)


def _below(many: int) -> str:
    return ngettext("%(num)s sous un texte qui l’a été", "%(num)s sous des textes qui l’ont été", many)


def _shown(many: int) -> str:
    return ngettext("%(num)s texte montré", "%(num)s textes montrés", many)


_RECORDED = {
    "contribution": _contributions, "amendment": _amendments, "argument": _arguments, "source": _sources,
}  # fmt: skip
