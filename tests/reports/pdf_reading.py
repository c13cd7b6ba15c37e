"""Reading a PDF back, as a program for the blind would: its words through ToUnicode and ActualText, its structure."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pikepdf

_CHAR = re.compile(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>")
_RANGE = re.compile(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*(?:<([0-9A-Fa-f]+)>|\[([^\]]*)\])")


def text_of(path: Path) -> str:
    """All words, page by page, in the order in which they are drawn; blanks mean nothing here."""
    with pikepdf.open(path) as pdf:
        maps: dict[Any, dict[int, str]] = {}
        return "\n".join(_page_text(page, maps) for page in pdf.pages)


def squeezed(text: str) -> str:
    """Without any blank or soft hyphen: lines are broken where the page ends."""
    return re.sub(r"[\s\u00ad]+", "", text)


def structure_of(path: Path) -> list[str]:
    """The names of the structure's elements, in order, those of our own mapped to what the standard knows."""
    with pikepdf.open(path) as pdf:
        root = pdf.Root.StructTreeRoot
        return [str(name).lstrip("/") for name in _names(root.K)]


def alternatives_of(path: Path) -> list[str]:
    """What is said instead of each drawing."""
    with pikepdf.open(path) as pdf:
        return [str(one.Alt) for one in _elements(pdf.Root.StructTreeRoot.K) if "/Alt" in one]


def _elements(kids: Any) -> Iterator[Any]:
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary):
            if "/S" in kid:
                yield kid
            if "/K" in kid:
                yield from _elements(kid.K)


def _names(kids: Any) -> Iterator[Any]:
    return (one.S for one in _elements(kids))


def _page_text(page: Any, maps: dict[Any, dict[int, str]]) -> str:
    fonts = page.Resources.get("/Font", {})
    said: list[str] = []
    current: dict[int, str] = {}
    actual: list[str | None] = []
    for operands, operator in pikepdf.parse_content_stream(page):
        name = str(operator)
        if name == "Tf":
            font = fonts[str(operands[0])]
            if font.objgen not in maps:
                maps[font.objgen] = _map_of(font)
            current = maps[font.objgen]
        elif name in ("BDC", "BMC"):
            properties = operands[1] if len(operands) > 1 else None
            words = properties.get("/ActualText") if isinstance(properties, pikepdf.Dictionary) else None
            actual.append(str(words) if words is not None else None)
            if words is not None:
                said.append(str(words))
        elif name == "EMC" and actual:
            actual.pop()
        elif name in ("Tj", "TJ") and not any(one is not None for one in actual):
            pieces = operands[0] if name == "TJ" else [operands[0]]
            for piece in pieces:
                if isinstance(piece, pikepdf.String):
                    said.append(_decoded(bytes(piece), current))
        elif name == "ET":
            said.append("\n")
    return "".join(said)


def _decoded(data: bytes, known: dict[int, str]) -> str:
    return "".join(known.get(int.from_bytes(data[at : at + 2], "big"), "\ufffd") for at in range(0, len(data), 2))


def _map_of(font: Any) -> dict[int, str]:
    source = font.ToUnicode.read_bytes()
    known: dict[int, str] = {}
    for part in re.findall(rb"beginbfchar(.*?)endbfchar", source, re.DOTALL):
        for code, text in _CHAR.findall(part):
            known[int(code, 16)] = _utf16(text)
    for part in re.findall(rb"beginbfrange(.*?)endbfrange", source, re.DOTALL):
        for first, last, text, several in _RANGE.findall(part):
            low, high = int(first, 16), int(last, 16)
            if several:
                for code, one in zip(range(low, high + 1), re.findall(rb"<([0-9A-Fa-f]+)>", several), strict=False):
                    known[code] = _utf16(one)
            else:
                start = _utf16(text)
                for code in range(low, high + 1):
                    known[code] = start[:-1] + chr(ord(start[-1]) + code - low)
    return known


def _utf16(digits: bytes) -> str:
    return bytes.fromhex(digits.decode()).decode("utf-16-be")
