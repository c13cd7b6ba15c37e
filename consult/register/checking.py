"""Checks a receipt. Pure: no database, no settings, and nothing that a stranger may hand in makes it fail otherwise
than by saying what is wrong.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

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
        words: what was found, in English, for programs' logs and the command; pages have words of their own.
    """

    ok: bool
    name: str
    words: str


def check_receipt(receipt: Any, trusted_keys: Iterable[str] | None = None) -> list[Check]:
    """Look a receipt over. It is good when every check is; a check that makes no sense without another is left out.

    Args:
        trusted_keys: public keys had from elsewhere; without them the receipt's own are used, and it says so.
    """
    try:
        return _checks(receipt, None if trusted_keys is None else list(trusted_keys))
    except (ValueError, TypeError, KeyError, RecursionError, OverflowError) as error:
        return [Check(False, "form", f"this is not a receipt that can be read ({type(error).__name__})")]


def _checks(receipt: Any, trusted: list[str] | None) -> list[Check]:
    fault = _form_fault(receipt)
    if fault:
        return [Check(False, "form", fault)]
    checks = [Check(True, "form", "the receipt has all its parts")]
    entry = _read_entry(receipt["entry"])
    if entry is None:
        return [
            *checks,
            Check(False, "entry", "the entry is not written as the register writes entries: it was changed"),
        ]
    checks.append(Check(True, "entry", f"the entry says: {entry['kind']}, {entry['at']}"))
    if "content" in receipt or "salt" in receipt:
        checks.append(_content_check(receipt, entry))
    head, head_check = _head_check(receipt, trusted)
    checks.append(head_check)
    if head is not None:
        checks.append(_inclusion_check(receipt, head))
    return checks


def _form_fault(receipt: Any) -> str:
    if not isinstance(receipt, dict):
        return "this is not a receipt: a JSON object was expected"
    if receipt.get("format") != FORMAT:
        return f"this is not a receipt of the format {FORMAT}"
    for name in ("entry", "head"):
        if not isinstance(receipt.get(name), str) or len(receipt[name]) > _LONGEST_ENTRY:
            return f"the receipt has no {name}"
    position = receipt.get("position")
    if not isinstance(position, int) or isinstance(position, bool) or not 0 <= position < 1 << 63:
        return "the receipt does not say which place its entry has"
    steps, keys = receipt.get("inclusion"), receipt.get("keys")
    if not isinstance(steps, list) or len(steps) > _MOST_STEPS or not all(_is_hex(one, HASH_BYTES) for one in steps):
        return "the receipt has no proof: a list of SHA-256 in hexadecimal was expected"
    if not isinstance(keys, list) or not keys or len(keys) > 16 or not all(isinstance(one, str) for one in keys):
        return "the receipt has no public keys"
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
        return Check(False, "content", "the receipt shows a text without its salt, or a salt without its text")
    try:
        found = commitment(bytes.fromhex(str(salt)), content)
    except ValueError:
        found = ""
    if not found or found != entry.get("content"):
        return Check(
            False, "content", "the text in the receipt is not the one that was entered: one of them was changed"
        )
    return Check(True, "content", "the text in the receipt is the one that was entered")


def _head_check(receipt: dict[str, Any], trusted: list[str] | None) -> tuple[Head | None, Check]:
    try:
        head = check_note(receipt["head"], receipt["keys"] if trusted is None else trusted)
    except (NoteError, UnicodeError) as error:
        return None, Check(False, "head", str(error) if isinstance(error, NoteError) else "the signed head is not text")
    whose = (
        "a key that you trust" if trusted is not None else "the key in the receipt: compare it with the published one"
    )
    return head, Check(
        True, "head", f"{head.origin} had {head.size} entries at {head.at:%Y-%m-%d %H:%M:%S} UTC, by {whose}"
    )


def _inclusion_check(receipt: dict[str, Any], head: Head) -> Check:
    leaf = leaf_hash(receipt["entry"].encode())
    steps = [bytes.fromhex(one) for one in receipt["inclusion"]]
    if not check_inclusion(leaf, receipt["position"], head.size, steps, head.root):
        return Check(False, "inclusion", "the entry is not at its place in the register that was signed")
    return Check(True, "inclusion", f"the entry is number {receipt['position']} of the {head.size} that were signed")


def _is_hex(text: Any, count: int) -> bool:
    return isinstance(text, str) and len(text) == 2 * count and bool(_HEX.fullmatch(text))
