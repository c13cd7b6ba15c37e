"""Signed heads: a C2SP tlog-checkpoint in a C2SP signed note, with Ed25519 keys. Pure.

A note is the origin, the size, the root (base64) and the instant, a line each, an empty line, and a line a signature::

    consult.example/register/vallee
    1204
    qINS1GRFhWHwdkUeqLEoP4yEMkTBBzxBkGwGQlVlVcs=
    2026-11-22T13:00:00Z

    — consult.example/register/vallee 3gBCs…==
"""

import re
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from consult.core.language import N_
from consult.register.canonical import stamp
from consult.register.merkle import HASH_BYTES

_ED25519 = b"\x01"
_DASH = "— "
_LONGEST = 16_384
_NAME = re.compile(r"[^\s+]{1,300}")
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z", re.ASCII)


class NoteError(Exception):
    """A note that cannot be trusted; the words say why, to people.

    Attributes:
        text: a French source string, translated where it is shown; may hold ``%(name)s`` placeholders.
        params: values for the placeholders.
    """

    def __init__(self, text: str, **params: str) -> None:
        super().__init__(text % params if params else text)
        self.text, self.params = text, params


@dataclass(frozen=True)
class Head:
    """What a note says: at ``at``, the register ``origin`` had ``size`` entries and this root."""

    origin: str
    size: int
    root: bytes
    at: datetime

    def text(self) -> str:
        """The lines that are signed."""
        return f"{self.origin}\n{self.size}\n{b64encode(self.root).decode()}\n{stamp(self.at)}\n"


@dataclass(frozen=True)
class Signature:
    """One line of signature: of whom, by which key, and the signature itself."""

    name: str
    key_id: bytes
    signature: bytes


@dataclass(frozen=True)
class Note:
    """A note taken apart; nothing is checked yet but its form."""

    head: Head
    signatures: tuple[Signature, ...]


def vkey(name: str, public: bytes) -> str:
    """A public key as verifiers write it down: name, number of the key, key."""
    return f"{name}+{_key_id(name, public).hex()}+{b64encode(_ED25519 + public).decode()}"


def parse_vkey(text: str) -> tuple[str, bytes]:
    """The name and the public key.

    Raises:
        NoteError: it is not such a line, or its number is not that of the key.
    """
    parts = text.strip().split("+", 2)
    if len(parts) != 3 or not _NAME.fullmatch(parts[0]):
        raise NoteError(N_("ce n’est pas une clé publique : elle s’écrit nom+numéro+clé"))
    key = _base64(parts[2], N_("la clé publique n’est pas écrite en base64 comme elle doit l’être"))
    if len(key) != 33 or key[:1] != _ED25519:
        raise NoteError(N_("la clé publique n’est pas une clé Ed25519"))
    if _key_id(parts[0], key[1:]).hex() != parts[1]:
        raise NoteError(N_("la clé publique n’a pas le numéro qu’elle annonce"))
    return parts[0], key[1:]


def groups(digest: str) -> str:
    """Hexadecimal digits by fours."""
    return " ".join(digest[place : place + 4] for place in range(0, len(digest), 4))


def fingerprint(key: str) -> str:
    """What people compare of a public key by eye, or aloud: the SHA-256 of its bytes; on pages as in the verifier."""
    return groups(sha256(parse_vkey(key)[1]).hexdigest())


def write_note(head: Head, signers: Sequence[tuple[str, Ed25519PrivateKey]]) -> str:
    """A signed note.

    Args:
        signers: names and private keys, one signature each.
    """
    text = head.text()
    lines = []
    for name, key in signers:
        key_id = _key_id(name, key.public_key().public_bytes_raw())
        lines.append(f"{_DASH}{name} {b64encode(key_id + key.sign(text.encode())).decode()}\n")
    return f"{text}\n{''.join(lines)}"


def parse_note(text: str) -> Note:
    """Take a note apart.

    Raises:
        NoteError: it has not the form of one.
    """
    if len(text) > _LONGEST:
        raise NoteError(N_("l’état signé est trop long pour en être un"))
    if any("\ud800" <= sign <= "\udfff" for sign in text):  # JSON lets them through, and no page can show them
        raise NoteError(N_("l’état signé n’est pas du texte"))
    body, gap, signed = text.rpartition("\n\n")
    lines = body.split("\n")
    if not gap or len(lines) != 4 or not signed.endswith("\n"):
        raise NoteError(N_("l’état signé n’a pas ses quatre lignes et ses signatures"))
    origin, size, root, at = lines
    if not _NAME.fullmatch(origin):
        raise NoteError(N_("l’état signé ne nomme pas son registre"))
    if not _SIZE.fullmatch(size) or int(size) >= 1 << 63:
        raise NoteError(N_("l’état signé ne dit pas combien d’inscriptions il couvre"))
    digest = _base64(root, N_("l’empreinte de l’état signé n’est pas écrite en base64 comme elle doit l’être"))
    if len(digest) != HASH_BYTES:
        raise NoteError(N_("l’empreinte dans l’état signé n’est pas une empreinte SHA-256"))
    head = Head(origin, int(size), digest, _instant(at))
    if head.text() != body + "\n":
        raise NoteError(N_("l’état signé n’est pas écrit comme il doit l’être"))
    return Note(head, tuple(_signature(line) for line in signed.removesuffix("\n").split("\n")))


def check_note(text: str, vkeys: Iterable[str]) -> Head:
    """What a note says, once one of these keys has been found to have signed it.

    Signatures of other keys are left aside; a wrong signature of one of these keys is never forgiven.

    Raises:
        NoteError: it cannot be trusted.
    """
    note = parse_note(text)
    known = {(name, _key_id(name, public)): public for name, public in map(parse_vkey, vkeys)}
    signed = False
    for one in note.signatures:
        public = known.get((one.name, one.key_id))
        if public is None:
            continue
        try:
            Ed25519PublicKey.from_public_bytes(public).verify(one.signature, note.head.text().encode())
        except (InvalidSignature, ValueError) as error:
            raise NoteError(
                N_("la signature de l’état signé est fausse : il a été modifié après avoir été signé")
            ) from error
        signed = signed or one.name == note.head.origin
    if not signed:
        raise NoteError(N_("l’état signé ne porte aucune signature d’une clé connue de ce registre"))
    return note.head


def _key_id(name: str, public: bytes) -> bytes:
    return sha256(name.encode() + b"\n" + _ED25519 + public).digest()[:4]


def _signature(line: str) -> Signature:
    name, gap, value = line.removeprefix(_DASH).partition(" ")
    if not line.startswith(_DASH) or not gap or not _NAME.fullmatch(name):
        raise NoteError(N_("une ligne de signature n’en est pas une, dans l’état signé"))
    decoded = _base64(value, N_("une signature de l’état signé n’est pas écrite en base64 comme elle doit l’être"))
    if len(decoded) < 5:
        raise NoteError(N_("une signature est trop courte, dans l’état signé"))
    return Signature(name, decoded[:4], decoded[4:])


def _base64(text: str, fault: str) -> bytes:
    try:
        decoded = b64decode(text.encode("ascii"), validate=True)
    except (Base64Error, ValueError) as error:
        raise NoteError(fault) from error
    if b64encode(decoded).decode() != text:
        raise NoteError(fault)
    return decoded


def _instant(text: str) -> datetime:
    try:
        if not _INSTANT.fullmatch(text):
            raise ValueError(text)
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise NoteError(N_("l’état signé ne dit pas quand il a été signé")) from error
