"""A receipt against a package: the same register, the same entry at the same place, and what became of the text."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from consult.exports.verifying import layout
from consult.exports.verifying.checks import Check, Report, Unreadable
from consult.exports.verifying.evidence import Exported, parsed
from consult.exports.verifying.index import ITEMS, Index, Item, key_of
from consult.exports.verifying.wordings import ABOVE, REMOVED
from consult.exports.verifying.words import gettext as _
from consult.exports.verifying.words import ground, instant, item, listed, plain, recorded, translated, value
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
        raise Unreadable(_("Il n’y a pas de fichier %(path)s.", path=path)) from None
    except OSError as error:
        raise Unreadable(_("%(path)s ne peut pas être lu (%(error)s).", path=path, error=error.strerror)) from None
    if len(content) > _LARGEST:
        raise Unreadable(_("%(path)s est bien plus gros qu’un reçu.", path=path))
    try:
        receipt = parsed(content.decode("utf-8-sig"), str(path))
    except UnicodeDecodeError:
        raise Unreadable(_("%(path)s n’est pas un reçu : ce n’est pas du texte.", path=path)) from None
    if not isinstance(receipt, dict):
        raise Unreadable(_("%(path)s n’est pas un reçu.", path=path))
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
            check.fault(plain(translated(one)) + ".")
    check.words = listed(plain(translated(one)) for one in own if one.name not in {"form", "entry"})
    if not own:
        check.fault(_("il n’y a rien à contrôler dans ce reçu."))
    its_keys = receipt.get("keys")
    if not keys and isinstance(its_keys, list) and not set(map(str, its_keys)) & set(package_keys):
        report.notes.append(
            _(
                "ATTENTION : le reçu et le paquet sont signés par des clés différentes. Ou bien la clé du registre a"
                " été remplacée entre les deux, ou bien l’un des deux est un faux : comparez-les avec les clés"
                " publiées."
            )
        )
    check = report.add("receipt in the package")
    if not isinstance(receipt.get("entry"), str) or not isinstance(receipt.get("position"), int):
        check.fault(_("ce fichier ne nomme pas une inscription et sa place : ce n’est pas un reçu."))
        return
    if _is_of_this_register(check, receipt, head) and exported is not None:
        _place(check, receipt, index, exported, report, proves=bool(own) and all(one.ok for one in own))
    elif exported is None:
        check.fault(_("l’inscription de l’export manque dans le paquet : le reçu ne peut pas lui être comparé."))


def _is_of_this_register(check: Check, receipt: dict[str, Any], head: Head | None) -> bool:
    try:
        note = receipt.get("head")
        origin = parse_note(note if isinstance(note, str) else "").head.origin
    except NoteError as error:
        check.fault(_("le reçu n’a pas de bon état signé : %(fault)s.", fault=translated(error)))
        return False
    if head is None:
        check.fault(_("sans un bon état signé dans le paquet, le reçu ne peut pas lui être comparé."))
        return False
    if origin != head.origin:
        check.fault(
            _(
                "ce reçu vient d’un autre registre, %(origin)s ; le paquet vient de %(own)s.",
                origin=plain(origin),
                own=plain(head.origin),
            )
        )
        return False
    return True


def _place(
    check: Check, receipt: dict[str, Any], index: Index, exported: Exported, report: Report, *, proves: bool
) -> None:
    """Only a receipt that is good by itself is evidence: with a forged one anybody could accuse a package."""
    position, text = receipt["position"], receipt["entry"]
    try:
        entry = parsed(text, _("l’inscription du reçu"))
    except Unreadable as error:
        check.fault(str(error))
        return
    if not isinstance(entry, dict) or not isinstance(entry.get("kind"), str):
        check.fault(_("l’inscription du reçu n’en est pas une."))
        return
    of = entry.get("consultation")
    if of != exported.consultation:
        check.fault(
            _(
                "ce reçu est de la consultation « %(consultation)s » ; le paquet est de « %(own)s ».",
                consultation=value(of),
                own=plain(exported.consultation),
            )
        )
        return
    there = index.text(position) if 0 <= position < 1 << 62 else None
    if there == text:
        check.words = _(
            "l’inscription n° %(position)s (%(what)s, le %(at)s) y est, à la lettre près",
            position=str(position), what=_named(entry), at=instant(entry.get("at")),
        )  # fmt: skip
        _text(report, entry, position, index)
    else:
        check.fault(_otherwise(position, there, exported.position, _named(entry), proves=proves))


def _otherwise(position: int, there: str | None, exported: int, what: str, *, proves: bool) -> str:
    """What the package has where the receipt's entry should be."""
    said = {"file": layout.ENTRIES, "position": str(position), "what": what}
    if there is None and position > exported:
        return _(
            "l’inscription n° %(position)s du reçu est postérieure à ce paquet (n° %(exported)s) : demandez un paquet"
            " plus récent.",
            position=str(position), exported=str(exported),
        )  # fmt: skip
    if not proves:
        return _(
            "%(file)s : l’inscription n° %(position)s du paquet n’est pas celle que le reçu annonce (%(what)s), et le"
            " reçu n’est pas bon : il ne prouve rien contre le paquet.",
            **said,
        )
    if there is None:
        return _(
            "%(file)s : l’inscription n° %(position)s, que le reçu prouve (%(what)s), n’est pas dans ce paquet : elle"
            " en a été écartée. Gardez votre reçu : c’est la preuve.",
            **said,
        )
    return _(
        "%(file)s : l’inscription n° %(position)s du paquet n’est pas celle du reçu (%(what)s) : deux registres"
        " différents portent le même nom. Gardez votre reçu : c’est la preuve.",
        **said,
    )


def _text(report: Report, entry: dict[str, Any], position: int, index: Index) -> None:
    of, key, kind = entry.get("item"), key_of(entry), entry["kind"]
    if kind not in WORDINGS or of not in ITEMS:
        if kind in {"voted", "supported", "vote_withdrawn", "support_withdrawn"}:
            report.unchecked.append(_("ce qui a été choisi : aucun reçu et aucune inscription ne le dit."))
        return
    check = report.add("text of the receipt")
    shown, known = index.shown(str(of), key), index.item(str(of), key)
    if shown is None or known is None:
        check.fault(
            _(
                "data : %(item)s n’a pas de ligne : le texte a été écarté. Gardez votre reçu : c’est la preuve.",
                item=_item(entry),
            )
        )
        return
    state, at, place = shown[0], shown[1], shown[2]
    if state == "published" and at == position:
        check.words = _("il est dans les données tel que vous l’avez écrit (%(place)s)", place=place)
    elif state == "published":
        check.words = _(
            "son auteur l’a récrit depuis : les données montrent la version plus récente (%(place)s, inscription n°"
            " %(position)s)",
            place=place, position=str(at),
        )  # fmt: skip
    elif state in REMOVED and known.state == state:
        check.words = _removed(known, place)
    elif state == ABOVE:
        check.words = _(
            "ce sous quoi il se trouvait a été retiré depuis : sa mention est dans les données (%(place)s)", place=place
        )
    else:
        check.fault(
            _(
                "%(place)s : le texte de %(item)s est dit retiré, et le registre n’a rien inscrit de tel.",
                place=place, item=_item(entry),
            )
        )  # fmt: skip


def _removed(known: Item, place: str) -> str:
    """It left, and the register says so: whose doing it was, when, and why."""
    said = {"at": instant(known.at), "place": place, "ground": ground(known.ground)}
    if known.state == "withdrawn":
        return _(
            "il a été retiré par son auteur le %(at)s : son texte n’est plus dans les données, sa mention y est"
            " (%(place)s). Le paquet n’est pas en faute",
            **said,
        )
    if not known.ground:
        return _(
            "il a été masqué par une décision de modération le %(at)s : son texte n’est plus dans les données, sa"
            " mention y est (%(place)s). Le paquet n’est pas en faute",
            **said,
        )
    return _(
        "il a été masqué par une décision de modération le %(at)s, pour le motif « %(ground)s » : son texte n’est plus"
        " dans les données, sa mention y est (%(place)s). Le paquet n’est pas en faute",
        **said,
    )


def _item(entry: dict[str, Any]) -> str:
    return item(str(entry.get("item")), entry.get("number"), key_of(entry))


def _named(entry: dict[str, Any]) -> str:
    return recorded(str(entry["kind"]), _item(entry) if entry.get("item") in ITEMS else "")
