"""A receipt judged in plain words: what it proves by itself, whether the register still agrees, what became of it."""

import json
from typing import Any

from babel.numbers import format_decimal

from consult.core.language import N_
from consult.register.checking import Check, check_receipt
from consult.register.heads import public_keys
from consult.register.models import RegisterEntry
from consult.register.notes import Head, NoteError, parse_note, parse_vkey
from consult.register.pages.shown import instant_of, said
from consult.register.queries import entry_at, register_size
from consult.register.receipts import receipt_of
from consult.register.rules import VOTES
from consult.register.showing import Standing, standing_of
from consult.register.tiles import root_at
from consult.web.context import TerritoryView
from consult.web.dates import date_words, datetime_words, locale
from consult.web.language import gettext

TITLES: dict[str, str] = {
    "form": N_("Le fichier"),
    "entry": N_("L’inscription"),
    "content": N_("Le texte"),
    "head": N_("La signature"),
    "inclusion": N_("La place dans le registre"),
    "register": N_("Le registre d’aujourd’hui"),
}
RIGHT: dict[str, str] = {
    "form": N_("C’est un reçu, avec toutes ses parties."),
    "entry": N_("« %(what)s », le %(date)s."),
    "content": N_("Le texte du reçu est celui qui a été inscrit, au caractère près."),
    "head": N_("L’état du registre a été signé par sa clé le %(date)s. Inscriptions couvertes : %(size)s."),
    "inclusion": N_("L’inscription est bien la n° %(position)s de cet état signé."),
    "register": N_("Le registre a grandi depuis sans rien changer de ce que le reçu prouve."),
}
WRONG: dict[str, str] = {
    "form": N_("Il manque une partie du reçu, ou elle n’a pas la forme attendue."),
    "entry": N_("L’inscription n’est pas écrite comme le registre écrit les siennes : elle a été modifiée."),
    "content": N_("Le texte du reçu n’est pas celui qui a été inscrit : l’un des deux a été modifié."),
    "head": N_("L’état du registre n’est pas signé par la clé de ce registre, ou a été modifié après sa signature."),
    "inclusion": N_(
        "L’inscription n’est pas à cette place dans le registre signé : elle, sa place ou la preuve a été modifiée."
    ),
    "register": N_(
        "Le registre d’aujourd’hui n’est plus celui qui a été signé. Gardez ce reçu : il le prouve. Prévenez-nous."
    ),
}
ELSEWHERE = N_("Ce reçu vient d’un autre registre, « %(origin)s » : c’est là-bas qu’il se vérifie.")
FIELDS: dict[str, str] = {
    "title": N_("le titre"),
    "body": N_("le texte"),
    "reason": N_("la raison"),
    "link": N_("le lien"),
    "side": N_("le côté, pour ou contre"),
    "category": N_("la catégorie"),
}
DIFFERS = N_("Ce qui diffère de ce qui a été inscrit : %(fields)s.")
OTHER_FIELD = N_("ce que le texte concerne")
NO_FIELD = N_("le secret du reçu (« salt »)")
HIDDEN = N_("Le texte a été masqué par une décision de modération.")


async def judged(here: TerritoryView, receipt: dict[str, Any]) -> dict[str, Any]:
    """What the page says of a receipt that somebody gave: line by line, and the sum of it."""
    keys, head = await public_keys(here.id), _head(receipt)
    checks = check_receipt(receipt, keys)
    live: RegisterEntry | None = None
    if all(check.ok for check in checks) and head is not None:
        live = await entry_at(here.id, receipt["position"])
        checks = [*checks, Check(await _still_there(here.id, receipt, head, live), "register", "")]
    wrong = [check.name for check in checks if not check.ok]
    return {
        "good": not wrong,
        "where": ", ".join(_title(name).lower() for name in wrong),
        "checks": [
            {"ok": check.ok, "title": _title(check.name), "words": await _words(check, receipt, head, here, keys)}
            for check in checks
        ],
        **(
            await _became(here, live) if live is not None and not wrong else {"href": "", "became": "", "item_href": ""}
        ),
    }


async def _words(check: Check, receipt: dict[str, Any], head: Head | None, here: TerritoryView, keys: list[str]) -> str:
    """A check in the reader's language."""
    if not check.ok:
        if check.name == "head" and head is not None and keys and head.origin != parse_vkey(keys[-1])[0]:
            return gettext(ELSEWHERE) % {"origin": head.origin}
        more = f" {await _what_differs(here, receipt)}" if check.name == "content" else ""
        return gettext(WRONG[check.name]) + more
    values: dict[str, Any] = {"position": format_decimal(receipt["position"], locale=locale())}
    if check.name == "entry":
        entry = json.loads(receipt["entry"])
        at = instant_of(entry["at"])
        values |= {"what": said(entry), "date": datetime_words(at, here.zone) if at else entry["at"]}
    elif head is not None:
        values |= {"size": format_decimal(head.size, locale=locale()), "date": datetime_words(head.at, here.zone)}
    return gettext(RIGHT[check.name]) % values


def _title(name: str) -> str:
    return gettext(TITLES[name])


def _head(receipt: dict[str, Any]) -> Head | None:
    """What the head claims, whoever signed it."""
    try:
        return parse_note(str(receipt.get("head", ""))).head
    except (NoteError, ValueError):
        return None


async def _still_there(territory_id: int, receipt: dict[str, Any], head: Head, live: RegisterEntry | None) -> bool:
    """Whether the register, as it is now, begins with what was signed then, this very entry included."""
    if live is None or live.entry != receipt["entry"] or head.size > await register_size(territory_id):
        return False
    return await root_at(territory_id, head.size) == head.root


async def _what_differs(here: TerritoryView, receipt: dict[str, Any]) -> str:
    """Which part of the text was changed, where the register can still show the right one; "" elsewhere."""
    live = await entry_at(here.id, receipt["position"])
    if live is None or live.entry != receipt["entry"]:
        return ""
    right, given = await receipt_of(here, live) or {}, receipt.get("content")
    if "content" not in right or not isinstance(given, dict):
        return ""
    names = [name for name, value in right["content"].items() if given.get(name) != value]
    fields = ", ".join(gettext(FIELDS.get(name, OTHER_FIELD)) for name in names) or gettext(NO_FIELD)
    return gettext(DIFFERS) % {"fields": fields}


async def _became(here: TerritoryView, live: RegisterEntry) -> dict[str, str]:
    """What became of the item since. What a vote was about is not said: the receipt does not say it either."""
    shown = {"href": f"/register/entries/{live.position}", "item_href": "", "became": ""}
    if live.kind in VOTES or live.item_id is None:
        return shown
    standing = await standing_of(here.id, live.item_kind, live.item_id)
    item = standing.item["href"] if standing.item else ""
    return {**shown, "item_href": item, "became": _standing_words(standing, live, here)}


def _standing_words(standing: Standing, live: RegisterEntry, here: TerritoryView) -> str:
    dated = standing.at is not None
    date = date_words(standing.at, here.zone) if standing.at is not None else ""
    if standing.state == "withdrawn":
        words = N_("Le texte a été retiré par son auteur le %(date)s.") if dated else N_("Le texte a été retiré.")
    elif standing.state == "hidden":
        words = N_("Le texte a été masqué par une décision de modération le %(date)s.") if dated else HIDDEN
    elif standing.state == "gone":
        words = N_("Le texte n’est plus public.")
    elif live.revision is None or standing.revision in {None, live.revision}:
        words = N_("Le texte est toujours public, tel quel.")
    else:
        words = N_("Le texte a été modifié depuis : il en est à la version %(revision)s.")
    return gettext(words) % {"date": date, "revision": standing.revision}
