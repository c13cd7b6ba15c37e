"""What people type, made safe to store on both databases and to show to others.

Everything typed, pasted or imported goes through `clean_line` (one line: a title, a name) or `clean_text`
(several lines: a body) before it meets a rule, the database or a page. Cleaning twice changes nothing more.

Kept: every script, accents, emoji with their joiners, French no-break spaces. Removed: NUL and control characters,
marks that reverse the direction of reading, characters that nobody can see and that only serve to deceive.
"""

import re
import unicodedata
from collections.abc import Iterator

LONGEST = 200_000
"""No text is worked on beyond this many code points; every form's own limit is far below, so it still refuses."""

MOST_MARKS = 4
"""Combining marks kept on one letter: enough for Vietnamese, Hebrew or Thai, not enough for a "zalgo" column."""


def _as_class(codes: list[int]) -> str:
    """The inside of a regex class for these code points, as ranges."""
    ranges: list[list[int]] = []
    for code in codes:
        if ranges and ranges[-1][1] == code - 1:
            ranges[-1][1] = code
        else:
            ranges.append([code, code])
    return "".join(f"\\U{low:08x}-\\U{high:08x}" for low, high in ranges)


# Python's `re` knows no \p{M}: the class is built once, from the planes where such marks live.
MARK = _as_class(
    [c for c in (*range(0x300, 0x1F000), *range(0xE0100, 0xE01F0)) if unicodedata.category(chr(c)) in ("Mn", "Me")]
)
EMOJI = (
    "\\u00a9\\u00ae\\u203c\\u2049\\u2122\\u2139\\u2190-\\u21ff\\u2300-\\u27bf\\u2900-\\u297f\\u2b00-\\u2bff\\u3030\\u303d\\u3297\\u3299"
    "\\U0001f000-\\U0001faff"
)

_TOO_MANY_MARKS = re.compile(f"([{MARK}]{{{MOST_MARKS}}})[{MARK}]+")
_MARKS_ON_NOTHING = re.compile(f"^[^\\S\\n]*+[{MARK}\\u200c\\u200d](?:[^\\S\\n]|[{MARK}\\u200c\\u200d])*", re.MULTILINE)
_SURROGATE = re.compile("[\ud800-\udfff]")
_LINE_ENDS = re.compile("\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_INVISIBLE = re.compile(
    "["
    "\x00-\x08\x0e-\x1f\x7f-\x9f"  # C0 and C1 controls, less those that end a line and the tabulation
    "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180e\u200b\u2060-\u2065\u206a-\u206f\u3164\ufeff\uffa0\ufff0-\ufffc"
    "\u202a-\u202e\u2066-\u2069"  # direction overrides, embeddings and isolates
    "\ufdd0-\ufdef\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    + "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0x110000, 0x10000))
    + "]"
)
# Joiners mean something between the letters of some scripts, and a joiner glues emoji; elsewhere they only hide.
_JOINER_IN_VAIN = re.compile(
    f"(?<![\\u0590-\\u1fff\\ua800-\\uabff\\ufb1d-\\ufefc\\U00010a00-\\U00011fff])\\u200c"
    f"|(?<![\\u0590-\\u1fff\\ua800-\\uabff\\ufb1d-\\ufefc\\U00010a00-\\U00011fff\\ufe0f\\u20e3{EMOJI}])\\u200d"
    f"|\\u200d(?![\\u0590-\\u1fff\\ua800-\\uabff\\ufb1d-\\ufefc\\U00010a00-\\U00011fff{EMOJI}])"
)
# Tag characters spell the flags of Scotland or Brittany after a black flag; elsewhere they are invisible writing.
_TAGS = re.compile("(\U0001f3f4[\U000e0030-\U000e007a]{2,6}\U000e007f)|[\U000e0000-\U000e007f]")
_VARIATIONS = re.compile("([\ufe00-\ufe0f])[\ufe00-\ufe0f\U000e0100-\U000e01ef]+")
_VARIATION_IN_VAIN = re.compile("(?<![\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff])[\U000e0100-\U000e01ef]")
_DIRECTION_HINTS = re.compile("[\u061c\u200e\u200f]")
_RIGHT_TO_LEFT = re.compile(
    "[\u0590-\u061b\u061d-\u08ff\ufb1d-\ufdcf\ufdf0-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
_ODD_SPACES = re.compile("[\u1680\u2000-\u2006\u2008\u200a\u205f\u2800\u3000]")
_SPACES = re.compile(r"\s+")
_TRAILING = re.compile(r"(?<![^\S\n])[^\S\n]++$", re.MULTILINE)
_EMPTY_LINES = re.compile(r"\n{4,}")

_CLUSTER_EXTENDS = re.compile(f"[{MARK}\\u200c\\u200d\\U0001f3fb-\\U0001f3ff\\U000e0020-\\U000e007f]")
_NOT_SIMPLE = re.compile("[\u0300-\U0010ffff]")


def clean_line(text: str, limit: int | None = None) -> str:
    """One clean line of at most `limit` visible characters; newlines and runs of spaces become one space.

    The cut is meant for what is derived (an imported title): a form checks `visible_length` and refuses instead.
    """
    text = _SPACES.sub(_one_space, _scrub(text[:LONGEST]))
    text = _scrub_left(text).strip()
    return text if limit is None else shorten(text, limit)


def clean_text(text: str, limit: int | None = None) -> str:
    """Clean text of several lines: newlines are `\\n`, at most two empty lines in a row, no spaces at the ends."""
    text = _scrub(text[:LONGEST]).replace("\t", "    ")
    text = _scrub_left(_TRAILING.sub("", text))
    text = _EMPTY_LINES.sub("\n\n\n", text).strip()
    return text if limit is None else shorten(text, limit)


def scrub(text: str) -> str:
    """Remove what deceives and what databases refuse, and leave the spacing alone: for a piece of a longer text."""
    return _scrub(text)


def tame_marks(text: str) -> str:
    """Keep at most four combining marks in a row, so that no letter grows into a column over its neighbours."""
    return text if text.isascii() else _TOO_MANY_MARKS.sub(r"\1", text)


def visible_length(text: str) -> int:
    """How many characters a person sees: an accent, a skin colour or a family of four joined emoji counts as one."""
    if not _NOT_SIMPLE.search(text):
        return len(text)
    return sum(1 for _ in visible_characters(text))


def visible_characters(text: str) -> Iterator[str]:
    """The characters as a person counts them (grapheme clusters, near enough for limits and cuts)."""
    start, flags = 0, 0
    for at, char in enumerate(text):
        if at == 0:
            flags = _is_flag(char)
            continue
        if _CLUSTER_EXTENDS.match(char) or text[at - 1] == "\u200d":
            continue
        if flags == 1 and _is_flag(char):
            flags = 2
            continue
        yield text[start:at]
        start, flags = at, _is_flag(char)
    if text:
        yield text[start:]


def shorten(text: str, limit: int) -> str:
    """The first `limit` visible characters, never half of an emoji or a letter without its accent."""
    if len(text) <= limit:
        return text
    if not _NOT_SIMPLE.search(text[: limit + 1]):
        return text[:limit].rstrip()
    size = 0
    for count, cluster in enumerate(visible_characters(text)):
        if count == limit:
            return text[:size].rstrip()
        size += len(cluster)
    return text


def _is_flag(char: str) -> int:
    return int("\U0001f1e6" <= char <= "\U0001f1ff")


def _scrub(text: str) -> str:
    if text.isascii() and text.isprintable():
        return text
    text = _LINE_ENDS.sub("\n", text)
    if _SURROGATE.search(text):
        # Two halves that make a character are joined, a half on its own becomes the replacement character.
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    text = _INVISIBLE.sub("", text)
    if text.isascii():
        return text
    text = _TAGS.sub(r"\1", text)
    text = _VARIATION_IN_VAIN.sub("", _VARIATIONS.sub(r"\1", text))
    if not _RIGHT_TO_LEFT.search(text):
        text = _DIRECTION_HINTS.sub("", text)
    text = _ODD_SPACES.sub(" ", text)
    text = _JOINER_IN_VAIN.sub("", text)
    # Before and after composing: sorting a very long run of marks is slow, and composing may lengthen a short one.
    return tame_marks(unicodedata.normalize("NFC", tame_marks(text)))


def _scrub_left(text: str) -> str:
    """Drop marks at the start of a line: they would land on whatever the page shows before them."""
    return text if text.isascii() else _MARKS_ON_NOTHING.sub("", text)


def _one_space(run: re.Match[str]) -> str:
    """One space for a run; a no-break one if there was one, because French puts it before « ! » on purpose."""
    for space in run.group():
        if space in "\u00a0\u202f":
            return space
    return " "
