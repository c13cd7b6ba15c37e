"""Typesets a folder: ``report.typ``, ``front.json`` and ``nodes.json`` become ``report.pdf``.

Run as ``python -m consult.reports.writing.typesetting FOLDER`` in a process of its own: the compiler keeps a lot in
memory and holds the interpreter while it works, and all of it goes with the process.

PDF/UA asks for a sign for every character. The fonts are those that come with the compiler, and no font of the machine
is looked at, so that the document is the same wherever it is made. A character that none of them can draw is replaced
by its code, a picture by its code and its name, and the document says so.
"""

import re
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import orjson

HERE = Path(__file__).resolve().parent
MOST_TRIES = 12
MOST_REFUSALS = 300

# Letters and signs of which the first font is known to have all: nothing of them has to be tried.
_SAFE = "\n\r\t -~\u00a0-\u00ac\u00ae-\u017f\u2010-\u2014\u2018-\u201e\u2026\u202f\u20ac"
_ODD = re.compile(f"[^{_SAFE}]")
_PIECE = re.compile(
    f"[{_SAFE}]?[\u0300-\u036f\u20d0-\u20ff]+"
    "|[\U0001f1e6-\U0001f1ff]{2}"
    f"|[^{_SAFE}](?:[\u0300-\u036f\u20d0-\u20ff\ufe00-\ufe0f\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]|\u200d[^{_SAFE}])*"
)
# Writings that no font at hand can draw: not worth a try each.
_NEVER = re.compile(
    "[\u0e00-\u0fff\u1100-\u11ff\u2e80-\u303e\u3040-\ua4cf\uac00-\ud7ff\uf900-\ufaff\U00020000-\U0003ffff]"
)
_REFUSED = re.compile(r'the text `"(.+?)"` could not be displayed', re.DOTALL)
_ESCAPED = re.compile(r"\\u\{([0-9a-fA-F]{1,6})\}")


def typeset(folder: Path) -> int:
    """Make ``report.pdf``; returns how many different characters had to be replaced by their codes.

    Raises:
        RuntimeError: the compiler found something wrong with the template or the data.
    """
    import typst

    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=True)
    (folder / "report.typ").write_bytes((HERE / "report.typ").read_bytes())
    front = orjson.loads((folder / "front.json").read_bytes())
    nodes = (folder / "nodes.json").read_bytes()
    unknown = _unknown(nodes.decode() + orjson.dumps(front).decode(), fonts)
    for _ in range(MOST_TRIES):
        _write(folder, front, nodes, unknown)
        try:
            _compile(folder, fonts, front)
            return len(unknown)
        except typst.TypstError as error:
            refused = _REFUSED.search(error.message)
            if refused is None or (text := _unescaped(refused.group(1))) in unknown:
                raise RuntimeError(f"{error.message}\n{error.diagnostic}") from error
            unknown.append(text)
    raise RuntimeError(f"more than {MOST_TRIES} pieces of text could not be drawn, the last one: {unknown[-1]!r}")


def _write(folder: Path, front: dict[str, Any], nodes: bytes, unknown: Sequence[str]) -> None:
    """The data again, with what cannot be drawn replaced; as it came when everything can."""
    pattern = _any_of(unknown)
    (folder / "front.json").write_bytes(orjson.dumps(_replaced(front, pattern) | {"replaced": len(unknown)}))
    if pattern is not None:
        (folder / "nodes.json").write_bytes(orjson.dumps(_replaced(orjson.loads(nodes), pattern)))


def _compile(folder: Path, fonts: Any, front: dict[str, Any]) -> None:
    import typst

    typst.compile(
        str(folder / "report.typ"),
        output=str(folder / "report.pdf"),
        root=str(folder),
        font_paths=fonts,
        pdf_standards=["ua-1"],
        timestamp=front["timestamp"],
    )


def _any_of(pieces: Iterable[str]) -> re.Pattern[str] | None:
    longest_first = sorted(pieces, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest_first))) if longest_first else None


def _replaced(value: Any, pattern: re.Pattern[str] | None) -> Any:
    """The value with each piece that is not drawn as its codes: ``[U+4E2D]``, ``[U+1F6B2 BICYCLE]``."""
    if pattern is None:
        return value
    if isinstance(value, str):
        return pattern.sub(lambda found: "".join(map(_code, found.group())), value)
    if isinstance(value, list):
        return [_replaced(one, pattern) for one in value]
    if isinstance(value, dict):
        return {key: _replaced(one, pattern) for key, one in value.items()}
    return value


def _code(char: str) -> str:
    """A letter's code says it all to whoever can read it; a picture has a name besides (Unicode's own)."""
    name = unicodedata.name(char, "") if unicodedata.category(char) == "So" else ""
    return f"[U+{ord(char):04X} {name}]" if name else f"[U+{ord(char):04X}]"


def _unknown(text: str, fonts: Any) -> list[str]:
    """The pieces of a text that the fonts cannot draw."""
    if not _ODD.search(text):
        return []
    pieces = sorted({found.group() for found in _PIECE.finditer(text)})
    hopeful = [one for one in pieces if not _is_hopeless(one)]
    return sorted(set(pieces).difference(hopeful)) + _refused(hopeful, fonts, [MOST_REFUSALS])


def _is_hopeless(piece: str) -> bool:
    return bool(_NEVER.search(piece)) or any(unicodedata.category(char) in ("Cn", "Co") for char in piece)


def _refused(pieces: list[str], fonts: Any, left: list[int]) -> list[str]:
    """Those that are refused, found by halving; when too many were, all that is still in doubt."""
    if not pieces or _drawn(pieces, fonts):
        return []
    if len(pieces) == 1 or left[0] <= 0:
        left[0] -= len(pieces)
        return pieces
    half = len(pieces) // 2
    return _refused(pieces[:half], fonts, left) + _refused(pieces[half:], fonts, left)


_TRIAL = b"""#set document(title: "trial")
#set text(font: ("Libertinus Serif", "New Computer Modern", "DejaVu Sans Mono"))
#for one in json(bytes(sys.inputs.pieces)) { par(one); par(strong(emph(one))) }
"""


def _drawn(pieces: list[str], fonts: Any) -> bool:
    import typst

    try:
        typst.compile(
            _TRIAL,
            output=None,
            format="pdf",
            font_paths=fonts,
            sys_inputs={"pieces": orjson.dumps(pieces).decode()},
            pdf_standards=["ua-1"],
            timestamp=0,
        )
    except typst.TypstError:
        return False
    return True


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda code: chr(int(code.group(1), 16)), text).replace('\\"', '"').replace("\\\\", "\\")


if __name__ == "__main__":
    typeset(Path(sys.argv[1]))
