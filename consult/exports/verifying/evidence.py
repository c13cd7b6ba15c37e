"""The register's part of a package: the signed head, the entries at their places, and the entry of this export."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from consult.core.language import N_
from consult.exports.verifying import layout
from consult.exports.verifying.archive import Archive
from consult.exports.verifying.checks import Report, Unreadable
from consult.exports.verifying.index import Index
from consult.exports.verifying.words import at_line, instant, ngettext, plain, translated
from consult.exports.verifying.words import gettext as _
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
        check.fault(_("%(file)s : %(fault)s.", file=layout.HEAD, fault=translated(error)))
        return None
    page = head.origin.rpartition("/")[0] or head.origin
    check.words = _signed(head, trusted=bool(trusted))
    prints = ", ".join(fingerprint(key) for key in keys)
    if trusted:
        report.notes.append(_("la clé, celle que vous avez donnée, a pour empreinte %(prints)s.", prints=prints))
    else:
        report.notes.append(_to_compare(prints, page))
        report.unchecked.append(
            _(
                "que la clé est bien celle du registre : pour le contrôler aussi, ajoutez --key et la clé telle qu’elle"
                " est publiée."
            )
        )
    report.unchecked.append(
        _(
            "que tout le monde voit le même registre : comparez l’état signé avec ceux qui sont publiés à l’adresse"
            " %(page)s.",
            page=plain(page),
        )
    )
    return head


def _signed(head: Head, *, trusted: bool) -> str:
    said = {"origin": plain(head.origin), "at": head.at}
    if trusted:
        return ngettext(
            "le registre %(origin)s comptait %(num)s inscription le %(at)s, signé par la clé que vous avez donnée",
            "le registre %(origin)s comptait %(num)s inscriptions le %(at)s, signé par la clé que vous avez donnée",
            head.size, **said,
        )  # fmt: skip
    return ngettext(
        "le registre %(origin)s comptait %(num)s inscription le %(at)s, signé par sa clé",
        "le registre %(origin)s comptait %(num)s inscriptions le %(at)s, signé par sa clé",
        head.size, **said,
    )  # fmt: skip


def _to_compare(prints: str, page: str) -> str:
    return _(
        "la clé a pour empreinte %(prints)s. Comparez-la avec celle qui est publiée à l’adresse %(page)s, sur un autre"
        " ordinateur ou par téléphone : qui aurait fabriqué un faux paquet y aurait mis une clé à soi.",
        prints=prints, page=plain(page),
    )  # fmt: skip


def _keys(text: str) -> list[str]:
    keys = text.split("\n")
    if keys.pop() or not keys or len(set(keys)) != len(keys) or len(keys) > 8:
        raise NoteError(N_("%(keys)s n’est pas une liste de clés, une par ligne"), keys=layout.KEYS)
    for key in keys:
        parse_vkey(key)
    if any(key != key.strip() for key in keys):
        raise NoteError(N_("%(keys)s n’est pas écrit comme il doit l’être"), keys=layout.KEYS)
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
        raise NoteError(
            N_("les signatures ne sont pas celles des clés de %(keys)s, une pour chacune"), keys=layout.KEYS
        )


def check_entries(archive: Archive, report: Report, head: Head | None, index: Index) -> bool:
    """Whether the entries stand where they say in the tree of the head; they go into the index as they are read."""
    check = report.add("register entries")
    try:
        pairs = _leaves(archive, index)
        if head is None:
            for _pair in pairs:
                pass
            check.fault(_("sans un bon état signé, aucune inscription ne peut être contrôlée."))
        elif not check_several(pairs, head.size, _proof(archive), head.root):
            for _pair in pairs:
                pass
            check.fault(
                _(
                    "%(file)s : ces inscriptions ne sont pas à ces places dans le registre dont l’état a été signé."
                    " L’une a été modifiée, retirée, ajoutée ou déplacée, ou bien la preuve l’a été.",
                    file=layout.ENTRIES,
                )
            )
    except Unreadable as error:
        check.fault(str(error))
    check.words = ngettext(
        "%(num)s inscription de cette consultation est à sa place dans le registre",
        "%(num)s inscriptions de cette consultation sont à leur place dans le registre",
        index.count,
    )
    return check.ok


def _leaves(archive: Archive, index: Index) -> Iterator[tuple[int, bytes]]:
    before = -1
    for number, line in enumerate(archive.lines(layout.ENTRIES), 1):
        position, text, entry = _entry_line(line, number)
        if position <= before:
            raise Unreadable(
                _(
                    "%(place)s : les inscriptions ne sont pas en ordre, la n° %(position)s vient après la n°"
                    " %(before)s.",
                    place=at_line(layout.ENTRIES, number),
                    position=str(position),
                    before=str(before),
                )
            )
        before = position
        index.take(position, text, entry, line)
        yield position, leaf_hash(text.encode())
    index.finish()


def _entry_line(line: str, number: int) -> tuple[int, str, dict[str, Any]]:
    given = _quickly(line, number)
    position, text = (given.get("position"), given.get("entry")) if isinstance(given, dict) else (None, None)
    if not _whole(position) or not isinstance(text, str) or layout.entry_line(int(position or 0), text) != line:
        raise Unreadable(
            _(
                "%(place)s : ce n’est pas une inscription et sa place, écrites comme elles doivent l’être.",
                place=at_line(layout.ENTRIES, number),
            )
        )
    entry = _quickly(text, number)
    if not isinstance(entry, dict) or not isinstance(entry.get("kind"), str):
        place = at_line(layout.ENTRIES, number)
        raise Unreadable(_("%(place)s : ce n’est pas une inscription de registre.", place=place))
    return int(position or 0), text, entry


def _quickly(text: str, number: int) -> Any:
    """JSON whose every byte is compared or proven otherwise: of these lines there may be millions."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError, OverflowError):
        place = at_line(layout.ENTRIES, number)
        raise Unreadable(_("%(place)s : ce n’est pas du JSON lisible.", place=place)) from None


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
        raise Unreadable(_("%(place)s : ce n’est pas du JSON lisible.", place=place)) from None


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
            raise Unreadable(
                _(
                    "%(place)s : « %(word)s » n’est pas une empreinte.",
                    place=at_line(layout.PROOF, number),
                    word=plain(word, 80),
                )
            )
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
            _(
                "%(file)s n’est pas celui que le registre a inscrit sous le n° %(position)s le %(at)s : la liste des"
                " fichiers a été réécrite, ou cette preuve est celle d’un autre paquet.",
                file=layout.SUMS,
                at=instant(exported.at),
                position=str(exported.position),
            )
        )
    if (index.count - 1, index.digest) != (exported.entries, exported.entries_sha256):
        check.fault(
            _(
                "%(file)s : le nombre d’inscriptions avant l’export est %(found)s, le registre en a compté %(wanted)s,"
                " et ce ne sont pas les mêmes. Des inscriptions ont été retirées ou ajoutées.",
                file=layout.ENTRIES,
                found=max(0, index.count - 1),
                wanted=exported.entries,
            )
        )
    check.words = _(
        "le registre a inscrit ces fichiers mêmes le %(at)s, sous le n° %(position)s",
        at=instant(exported.at), position=str(exported.position),
    )  # fmt: skip
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
            first = first or _(
                "sous le n° %(position)s, le %(at)s, empreinte de SHA256SUMS %(sha256)s",
                position=str(place), at=instant(entry.get("at")), sha256=plain(entry.get("sha256"), 64),
            )  # fmt: skip
    if many:
        report.notes.append(
            ngettext(
                "des fichiers définitifs avaient déjà été inscrits %(num)s fois avant ceux-ci (%(first)s). La"
                " modération continue après la clôture, le vote non : qui a gardé ces fichiers peut comparer les"
                " votes.",
                "des fichiers définitifs avaient déjà été inscrits %(num)s fois avant ceux-ci (d’abord %(first)s). La"
                " modération continue après la clôture, le vote non : qui a gardé ces fichiers peut comparer les"
                " votes.",
                many,
                first=first,
            )
        )


def _exported(archive: Archive, index: Index) -> Exported:
    content = archive.text(layout.EXPORTED)
    given = parsed(content, layout.EXPORTED)
    if not isinstance(given, dict) or set(given) != {"position"} or not _whole(given["position"]):
        raise Unreadable(_("%(file)s ne dit pas où l’export a été inscrit.", file=layout.EXPORTED))
    if _written(given) != content:
        raise Unreadable(_("%(file)s n’est pas écrit comme il doit l’être.", file=layout.EXPORTED))
    position = given["position"]
    if index.last is None or index.last[0] != position:
        raise Unreadable(
            _(
                "%(file)s nomme l’inscription n° %(position)s, qui n’est pas la dernière de %(entries)s.",
                file=layout.EXPORTED,
                position=str(position),
                entries=layout.ENTRIES,
            )
        )
    entry = index.last[1]
    if entry.get("kind") != layout.EXPORTED_KIND:
        raise Unreadable(
            _(
                "l’inscription n° %(position)s n’est pas celle d’un export, mais de nature « %(kind)s ».",
                position=str(position),
                kind=plain(entry.get("kind"), 80),
            )
        )
    texts = [entry.get(name) for name in ("sha256", "entries_sha256", "consultation", "cut_off", "at")]
    provisional = entry.get("provisional")
    if (
        not all(isinstance(one, str) for one in texts)
        or not isinstance(provisional, bool)
        or not _whole(entry.get("entries"))
    ):
        raise Unreadable(
            _("l’inscription n° %(position)s ne dit pas tout ce que dit celle d’un export.", position=str(position))
        )
    sha256, entries_sha256, consultation, cut_off, at = (str(one) for one in texts)
    return Exported(position, sha256, entry["entries"], entries_sha256, consultation, cut_off, provisional, at)


__all__ = ["Exported", "check_entries", "check_exported", "check_head", "keys_of", "parsed"]
