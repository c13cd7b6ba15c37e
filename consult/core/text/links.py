"""Addresses that strangers give: which ones we are ready to put behind a word, and how they are marked."""

import re
from collections.abc import Iterator
from html import escape
from urllib.parse import urlsplit

REL = "nofollow noopener ugc"
LONGEST_ADDRESS = 2_000

_WEB = re.compile(r"https?://[^\s\x00-\x20/\\?#@<>\"]+[^\s\x00-\x20<>\"\\]*", re.IGNORECASE)
_MAIL = re.compile(r"mailto:([\w.!#$%&'*+/=^`{|}~-]{1,64}@[\w-]+(?:\.[\w-]+)+)(?:\?.*)?", re.IGNORECASE | re.DOTALL)
_HOST = re.compile(r"\[[0-9a-fA-F:.]+\]|[^\W_](?:[\w-]{0,62})(?:\.[\w-]{1,63}){0,20}\.?")
_BARE = re.compile(r"(?<![\w/])https?://[^\s<>\"«»“”\x00-\x1f\\]{1,2000}", re.IGNORECASE)
_INVISIBLE = re.compile("[\x00-\x20\x7f-\xa0\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+")


def safe_address(address: str) -> str | None:
    """The address if it is http(s) with a plain host, or mailto of one person; None for all the rest.

    Refused: other schemes, relative addresses, a name or password before the host (`https://bank.fr@evil.example`),
    backslashes, spaces inside. A mailto keeps its address only: nobody writes the mail in the reader's place.
    """
    if len(address) > LONGEST_ADDRESS:
        return None
    address = address.strip()
    mail = _MAIL.fullmatch(address)
    if mail:
        return "mailto:" + mail.group(1)
    if _INVISIBLE.search(address) or not _WEB.fullmatch(address):
        return None
    try:
        parts = urlsplit(address)
        host = parts.netloc.removesuffix(f":{parts.port}") if parts.port is not None else parts.netloc
    except ValueError:
        return None
    if not _HOST.fullmatch(host):
        return None
    return parts.scheme.lower() + address[len(parts.scheme) :]


def split_bare_links(text: str) -> Iterator[tuple[str, str | None]]:
    """Cut text into (piece, address): address is None for words, and a safe address for a bare `https://…`."""
    start = 0
    for found in _BARE.finditer(text):
        shown = _without_closing_marks(found.group())
        address = safe_address(shown)
        if address is None:
            continue
        if found.start() > start:
            yield text[start : found.start()], None
        yield shown, address
        start = found.start() + len(shown)
    if start < len(text):
        yield text[start:], None


def link_html(address: str, text: str) -> str:
    """A link as strangers' links are written here."""
    return f'<a href="{escape(address)}" rel="{REL}">{escape(text, quote=False)}</a>'


def linkify(text: str) -> str:
    """Escaped text whose bare web addresses are links."""
    return "".join(
        escape(piece, quote=False) if address is None else link_html(address, piece)
        for piece, address in split_bare_links(text)
    )


def _without_closing_marks(address: str) -> str:
    """Leave out the full stop, comma or bracket that belongs to the sentence and not to the address."""
    while True:
        last = address[-1]
        if last in ".,;:!?…'’*_~»”" or (
            last in ")]}" and address.count(last) > address.count({")": "(", "]": "[", "}": "{"}[last])
        ):
            address = address[:-1]
        else:
            return address
