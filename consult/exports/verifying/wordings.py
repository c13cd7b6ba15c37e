"""Every wording against the entry that recorded it, every entry against the rows: nothing changed, nothing missing."""

from dataclasses import dataclass

from consult.exports.verifying.archive import Archive
from consult.exports.verifying.checks import Check, Report, told
from consult.exports.verifying.index import Index, Item
from consult.exports.verifying.rows import Row, readable
from consult.exports.verifying.worded import WORDED, Worded
from consult.exports.verifying.words import gettext as _
from consult.exports.verifying.words import instant, item, ngettext, plain
from consult.register.canonical import SALT_BYTES, commitment
from consult.register.contents import (
    WORDINGS,
    Content,
    argument_content,
    contribution_content,
    source_content,
)

REMOVED = {"hidden", "withdrawn"}
ABOVE = "above_removed"
_STATES = {"published", ABOVE, *REMOVED}
_PAST = "revisions"
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
        for row in readable(archive, check, worded.table, worded.columns):
            with told(check):
                _check_row(worded, row, check, index, slug, counts)
    for row in readable(archive, check, _PAST, _PAST_COLUMNS):
        with told(check):
            _check_past(row, check, index, slug, counts)
    check.words = ngettext(
        "%(num)s texte est mot pour mot ce que le registre a inscrit",
        "%(num)s textes sont mot pour mot ce que le registre a inscrit",
        counts.checked,
    )
    if counts.past:
        check.words += ngettext(
            ", et %(num)s version antérieure aussi", ", et %(num)s versions antérieures aussi", counts.past
        )
    _tell(report, counts)


def _tell(report: Report, counts: Counts) -> None:
    if counts.elsewhere:
        report.notes.append(
            ngettext(
                "un texte retiré l’avait été dès la plateforme d’origine : le registre ne l’a jamais eu.",
                "%(num)s des textes retirés l’avaient été dès la plateforme d’origine : le registre ne les a jamais"
                " eus.",
                counts.elsewhere,
            )
        )
    if counts.waiting:
        report.unchecked.append(
            ngettext(
                "%(num)s texte que le registre n’a pas inscrit : trop récent quand ce paquet a été fait, ou plus ancien"
                " que le registre.",
                "%(num)s textes que le registre n’a pas inscrits : trop récents quand ce paquet a été fait, ou plus"
                " anciens que le registre.",
                counts.waiting,
            )
        )


def _check_past(row: Row, check: Check, index: Index, slug: str, counts: Counts) -> None:
    """A wording among the revisions: of a contribution, an argument or a source that is public."""
    position, number, kind = row.maybe("register_position"), row.number("contribution"), row.text("kind")
    key, revision = str(number) if kind == "contribution" else row.text("item_id"), row.number("revision")
    name = _("%(item)s, version %(revision)s", item=item(kind, number, row.text("item_id")), revision=str(revision))
    if kind not in _REVISED or not index.past(kind, key, revision):
        check.fault(
            _("%(place)s : le texte de %(item)s est là deux fois, ou n’est celui de rien.", place=row.place, item=name)
        )
        return
    if row.truth("withheld"):
        return
    if position is None and not row.text("register_salt"):
        known = index.item(kind, key)
        if known and known.first and not (counts.provisional or known.late or known.judged or revision < known.first):
            check.fault(
                _(
                    "%(place)s : le texte de %(item)s n’a jamais été inscrit au registre : il a été ajouté.",
                    place=row.place,
                    item=name,
                )
            )
        counts.waiting += 1
        return
    shown = index.shown(kind, key)
    if shown is None or shown[0] != "published":
        check.fault(
            _("%(place)s : le texte de %(item)s est montré, alors qu’il n’est plus public.", place=row.place, item=name)
        )
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
        check.fault(
            _(
                "%(place)s : l’état de %(item)s est « %(state)s », qui n’existe pas.",
                place=row.place,
                item=name,
                state=plain(state, 40),
            )
        )
        return
    side = row.text("side") if worded.item == "argument" else ""
    if not index.show(worded.item, key, row.number(worded.number), state, position, row.place, side):
        check.fault(_("%(place)s : il y a deux lignes pour %(item)s.", place=row.place, item=name))
        return
    known = index.item(worded.item, key)
    if known is not None and known.number not in {None, row.number(worded.number)}:
        check.fault(
            _(
                "%(place)s : %(item)s n’est pas là où le registre a inscrit ce texte, sous la contribution n°"
                " %(number)s.",
                place=row.place,
                item=name,
                number=str(known.number),
            )
        )
    if known is None or known.worded is None:
        _unknown(row, name, state, position, check, counts)
    elif state == "published":
        _published(worded, row, check, index, slug, counts, known)
    elif state in REMOVED and known.state != state:
        check.fault(_not_removed(state, row.place, name))
    elif state == ABOVE and not _is_below_removed(worded, row, index, late=bool(known.late)):
        check.fault(
            _(
                "%(place)s : le texte de %(item)s manque, et rien de ce qui est au-dessus n’a été retiré.",
                place=row.place,
                item=name,
            )
        )


def _unknown(row: Row, name: str, state: str, position: int | None, check: Check, counts: Counts) -> None:
    """A row that no entry speaks of: it was never entered, which leaves no room for a place in the register."""
    if position is not None or row.text("register_salt"):
        check.fault(
            _(
                "%(place)s : %(item)s se réclame de l’inscription n° %(position)s, qui n’est pas parmi celles du"
                " paquet.",
                place=row.place,
                item=name,
                position=str(position),
            )
        )
    elif state == "published" and counts.provisional:
        counts.waiting += 1
    elif state == "published":
        check.fault(
            _(
                "%(place)s : le texte de %(item)s n’a jamais été inscrit au registre : il a été ajouté.",
                place=row.place,
                item=name,
            )
        )
    elif state != ABOVE:
        counts.elsewhere += 1


def _not_removed(state: str, place: str, name: str) -> str:
    if state == "hidden":
        return _(
            "%(place)s : le texte de %(item)s est dit masqué par une décision de modération ; le registre n’a rien"
            " inscrit de tel.",
            place=place, item=name,
        )  # fmt: skip
    return _(
        "%(place)s : le texte de %(item)s est dit retiré par son auteur ; le registre n’a rien inscrit de tel.",
        place=place, item=name,
    )  # fmt: skip


def _still_shown(known: Item, place: str, name: str) -> str:
    said = {"place": place, "item": name, "at": instant(known.at)}
    if known.state == "hidden":
        return _(
            "%(place)s : le texte de %(item)s est montré, alors que le registre le dit masqué par une décision de"
            " modération le %(at)s.",
            **said,
        )
    return _(
        "%(place)s : le texte de %(item)s est montré, alors que le registre le dit retiré par son auteur le %(at)s.",
        **said,
    )


def _published(worded: Worded, row: Row, check: Check, index: Index, slug: str, counts: Counts, known: Item) -> None:
    if known.state != "published":
        check.fault(_still_shown(known, row.place, worded.name(row)))
        return
    if any(one is None or one[0] != "published" for _kind, _key, one in _above(worded, row, index)):
        check.fault(
            _(
                "%(place)s : le texte de %(item)s est montré, alors que ce qui est au-dessus ne l’est pas.",
                place=row.place,
                item=worded.name(row),
            )
        )
    position = row.maybe("register_position")
    if _matches(row, worded.name(row), (worded.item, worded.key(row)), worded.content(slug, row), check, index):
        counts.checked += 1
        entry = index.entry(position) if position is not None else None
        # the same wording may be recorded twice: under seal when its turn came, and again when it was back
        if entry is not None and (entry[3] or 0) < (known.revision or 0):
            check.fault(
                _(
                    "%(place)s : le texte de %(item)s est celui de l’inscription n° %(position)s ; l’inscription n°"
                    " %(later)s en a enregistré une version plus récente.",
                    place=row.place,
                    item=worded.name(row),
                    position=str(position),
                    later=str(known.worded),
                )
            )


def _matches(row: Row, name: str, item: tuple[str, str], content: Content, check: Check, index: Index) -> bool:
    """Whether a row's text is the one that the entry it names has recorded."""
    position = row.maybe("register_position")
    entry = index.entry(position) if position is not None else None
    if entry is None:
        check.fault(
            _(
                "%(place)s : l’inscription du texte de %(item)s (n° %(position)s) n’est pas dans le paquet.",
                place=row.place,
                item=name,
                position=str(position),
            )
        )
        return False
    kind, of, key, revision, committed = entry
    if (of, key) != item or kind not in WORDINGS:
        check.fault(
            _(
                "%(place)s : %(item)s renvoie à l’inscription n° %(position)s, qui est celle d’autre chose (« %(kind)s"
                " »).",
                place=row.place,
                item=name,
                position=str(position),
                kind=plain(kind, 40),
            )
        )
        return False
    if "revision" in row.values and revision is not None and row.number("revision") != revision:
        check.fault(
            _(
                "%(place)s : le texte de %(item)s est dit de la version %(said)s ; l’inscription n° %(position)s est de"
                " la version %(revision)s.",
                place=row.place,
                item=name,
                said=str(row.number("revision")),
                position=str(position),
                revision=str(revision),
            )
        )
        return False
    salt = _salt(row)
    if salt is None or not _committed(salt, content, committed):
        check.fault(
            _(
                "%(place)s : le texte de %(item)s n’est pas celui qui a été inscrit (n° %(position)s) : il a été"
                " modifié, ou son secret (« salt ») l’a été.",
                place=row.place,
                item=name,
                position=str(position),
            )
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
    return [(kind, key, index.shown(kind, key)) for kind, key in above]


def _is_below_removed(worded: Worded, row: Row, index: Index, *, late: bool) -> bool:
    """Whether something above was removed, and the entries say so.

    What was entered after the fact may stand under an amendment that the register never had: it was removed before.
    """
    for kind, key, shown in _above(worded, row, index):
        if shown is None or shown[0] == "published":
            continue
        known = index.item(kind, key)
        if shown[0] == ABOVE or (known is not None and known.state in REMOVED) or (late and kind != "contribution"):
            return True
    return False
