"""Checks a receipt. Pure: no database, no settings, and nothing that a stranger may hand in makes it fail otherwise
than by saying what is wrong.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from consult.core.language import N_
from consult.register.canonical import SALT_BYTES, canonical, commitment
from consult.register.merkle import HASH_BYTES, check_inclusion, leaf_hash
from consult.register.notes import Head, NoteError, check_note

FORMAT = "consult-receipt/1"
_MOST_STEPS = 64
_LONGEST_ENTRY = 100_000
_HEX = re.compile(r"([0-9a-f]{2})*")


@dataclass(frozen=True)
class Check:
    """One thing that was looked at.

    Attributes:
        ok: whether it is right.
        name: stable: ``form``, ``entry``, ``content``, ``head``, ``inclusion``.
        text: what was found, for the command: a French source string; pages have words of their own.
        params: values for its placeholders.
    """

    ok: bool
    name: str
    text: str
    params: Mapping[str, Any] = field(default_factory=dict)


def check_receipt(receipt: Any, trusted_keys: Iterable[str] | None = None) -> list[Check]:
    """Look a receipt over. It is good when every check is; a check that makes no sense without another is left out.

    Args:
        trusted_keys: public keys had from elsewhere; without them the receipt's own are used, and it says so.
    """
    try:
        return _checks(receipt, None if trusted_keys is None else list(trusted_keys))
    except (ValueError, TypeError, KeyError, RecursionError, OverflowError) as error:
        text = N_("ce n’est pas un reçu qui puisse être lu (%(error)s)")
        return [Check(False, "form", text, {"error": type(error).__name__})]


def _checks(receipt: Any, trusted: list[str] | None) -> list[Check]:
    fault = _form_fault(receipt)
    if fault:
        return [Check(False, "form", fault, {"format": FORMAT} if "%" in fault else {})]
    checks = [Check(True, "form", N_("le reçu a toutes ses parties"))]
    entry = _read_entry(receipt["entry"])
    if entry is None:
        return [
            *checks,
            Check(
                False,
                "entry",
                N_("l’inscription n’est pas écrite comme le registre écrit les siennes : elle a été modifiée"),
            ),
        ]
    said = {"kind": entry["kind"], "at": entry["at"]}
    checks.append(Check(True, "entry", N_("l’inscription dit : %(kind)s, %(at)s"), said))
    if "content" in receipt or "salt" in receipt:
        checks.append(_content_check(receipt, entry))
    head, head_check = _head_check(receipt, trusted)
    checks.append(head_check)
    if head is not None:
        checks.append(_inclusion_check(receipt, head))
    return checks


def _form_fault(receipt: Any) -> str:
    if not isinstance(receipt, dict):
        return N_("ce n’est pas un reçu : un objet JSON était attendu")
    if receipt.get("format") != FORMAT:
        return N_("ce n’est pas un reçu de la forme %(format)s")
    for name, missing in (("entry", N_("le reçu n’a pas d’inscription")), ("head", N_("le reçu n’a pas d’état signé"))):
        if not isinstance(receipt.get(name), str) or len(receipt[name]) > _LONGEST_ENTRY:
            return missing
    position = receipt.get("position")
    if not isinstance(position, int) or isinstance(position, bool) or not 0 <= position < 1 << 63:
        return N_("le reçu ne dit pas quelle place a son inscription")
    steps, keys = receipt.get("inclusion"), receipt.get("keys")
    if not isinstance(steps, list) or len(steps) > _MOST_STEPS or not all(_is_hex(one, HASH_BYTES) for one in steps):
        return N_("le reçu n’a pas de preuve : une liste d’empreintes SHA-256 en hexadécimal était attendue")
    if not isinstance(keys, list) or not keys or len(keys) > 16 or not all(isinstance(one, str) for one in keys):
        return N_("le reçu n’a pas de clés publiques")
    return ""


def _read_entry(text: str) -> dict[str, Any] | None:
    """An entry's fields; None unless it is written in the one way that there is."""
    try:
        entry = json.loads(text)
        whole = isinstance(entry, dict) and canonical(entry) == text.encode()
    except (ValueError, RecursionError):
        return None
    said = whole and entry.get("v") == 1 and all(isinstance(entry.get(name), str) for name in ("kind", "at"))
    return entry if said else None


def _content_check(receipt: dict[str, Any], entry: dict[str, Any]) -> Check:
    content, salt = receipt.get("content"), receipt.get("salt")
    if not isinstance(content, dict) or not _is_hex(salt, SALT_BYTES):
        return Check(
            False, "content", N_("le reçu montre un texte sans son secret (« salt »), ou un secret sans son texte")
        )
    try:
        found = commitment(bytes.fromhex(str(salt)), content)
    except ValueError:
        found = ""
    if not found or found != entry.get("content"):
        return Check(
            False, "content", N_("le texte du reçu n’est pas celui qui a été inscrit : l’un des deux a été modifié")
        )
    return Check(True, "content", N_("le texte du reçu est celui qui a été inscrit"))


def _head_check(receipt: dict[str, Any], trusted: list[str] | None) -> tuple[Head | None, Check]:
    try:
        head = check_note(receipt["head"], receipt["keys"] if trusted is None else trusted)
    except NoteError as error:
        return None, Check(False, "head", error.text, error.params)
    except UnicodeError:
        return None, Check(False, "head", N_("l’état signé n’est pas du texte"))
    text = N_(
        "le registre %(origin)s comptait %(size)s inscriptions le %(at)s, d’après sa clé telle que le reçu la donne :"
        " comparez-la avec celle qui est publiée"
    )
    if trusted is not None:
        text = N_(
            "le registre %(origin)s comptait %(size)s inscriptions le %(at)s, d’après la clé que vous avez donnée"
        )
    return head, Check(True, "head", text, {"origin": head.origin, "size": head.size, "at": head.at})


def _inclusion_check(receipt: dict[str, Any], head: Head) -> Check:
    leaf = leaf_hash(receipt["entry"].encode())
    steps = [bytes.fromhex(one) for one in receipt["inclusion"]]
    if not check_inclusion(leaf, receipt["position"], head.size, steps, head.root):
        return Check(False, "inclusion", N_("l’inscription n’est pas à sa place dans le registre signé"))
    said = {"position": str(receipt["position"]), "size": head.size}
    return Check(
        True,
        "inclusion",
        N_("l’inscription est bien à la place %(position)s, parmi les %(size)s qui ont été signées"),
        said,
    )


def _is_hex(text: Any, count: int) -> bool:
    return isinstance(text, str) and len(text) == 2 * count and bool(_HEX.fullmatch(text))
