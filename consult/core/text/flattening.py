"""Our own clean HTML as plain text: what `sanitise_html` and `render_markdown` write, and nothing else, comes in."""

import re
from html import unescape

_TAG = re.compile(r"<(/?)(p|br|ul|ol|li|blockquote|a|strong|em)\b([^>]*)>|\n")
_HREF = re.compile(r'href="([^"]*)"')
_NUMBER = re.compile(r'(?:start|value)="(\d{1,9})"')


def flatten(html: str, *, links: bool) -> str:
    """Paragraphs parted by an empty line, items with their dash or number, addresses in brackets if asked for."""
    lines = _Lines(links)
    at = 0
    for found in _TAG.finditer(html):
        lines.words(unescape(html[at : found.start()]))
        at = found.end()
        if found.group(2):
            lines.tag(found.group(2), bool(found.group(1)), found.group(3))
        else:
            lines.blank()
    lines.words(unescape(html[at:]))
    return "".join(lines.pieces).strip()


class _Lines:
    """Plain text in the making: its pieces, and how many newlines are owed before the next word."""

    def __init__(self, links: bool) -> None:
        self.pieces: list[str] = []
        self._links = links
        self._owed = 0
        self._lists: list[int] = []  # the next number in each open list, 0 without numbers
        self._marker = ""
        self._link: tuple[str, int] = ("", 0)

    def words(self, words: str) -> None:
        if not words:
            return
        if self._owed and self.pieces:
            self.pieces.append("\n" * self._owed)
        self._owed = 0
        self.pieces.append(self._marker + words)
        self._marker = ""

    def blank(self) -> None:
        """A newline of the source: a space between words, nothing where a line ends anyhow."""
        if self.pieces and not self._owed and not self._marker:
            self.words(" ")

    def tag(self, name: str, closing: bool, attributes: str) -> None:
        if name == "br":
            self._newline(1)
        elif name in ("ul", "ol"):
            self._list(name, closing, attributes)
        elif name == "li" and not closing:
            self._item(attributes)
        elif name == "a" and self._links:
            self._address(closing, attributes)
        elif name in ("p", "blockquote") and not self._marker:
            self._newline(1 if self._lists else 2)

    def _newline(self, count: int) -> None:
        self._owed = max(self._owed, count)

    def _list(self, name: str, closing: bool, attributes: str) -> None:
        self._newline(1 if len(self._lists) > 1 or (self._lists and not closing) else 2)
        if not closing:
            number = _NUMBER.search(attributes)
            self._lists.append(int(number.group(1)) if number else 1) if name == "ol" else self._lists.append(0)
        elif self._lists:
            self._lists.pop()

    def _item(self, attributes: str) -> None:
        self._newline(1)
        self._marker = "  " * (len(self._lists) - 1) + "- "
        if self._lists and self._lists[-1]:
            number = _NUMBER.search(attributes)
            own = int(number.group(1)) if number else self._lists[-1]
            self._marker = "  " * (len(self._lists) - 1) + f"{own}. "
            self._lists[-1] = own + 1

    def _address(self, closing: bool, attributes: str) -> None:
        if not closing:
            address = _HREF.search(attributes)
            self._link = (unescape(address.group(1)).removeprefix("mailto:") if address else "", len(self.pieces))
            return
        target, since = self._link
        if target and target not in "".join(self.pieces[since:]):
            self.words(f" ({target})")
