"""Our sanitised HTML as paragraphs, lists, quotations and words: what every renderer can set. Pure.

Everything that the sanitiser lets through has its place here; a tag of any other name is passed over and its words
stay. No word is lost, and nothing of the HTML itself goes further.
"""

import re
from dataclasses import dataclass, field
from html import unescape

from consult.core.text.htmlreader import Tag, read_tokens
from consult.core.text.links import safe_address
from consult.reports.content import Block, Blocks, Listing, ListItem, Paragraph, Quote, Words

_BLANKS = re.compile(r"[ \t\r\n\f]+")
# What XML forbids, and what a page has no sign for: no such character is stored, and none would pass if one were.
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_BREAK = Words("\n")


def legal(text: str) -> str:
    """The text without the characters that a document cannot hold; a replacement sign stands in their place."""
    return _UNFIT.sub("\ufffd", text)


def plain(*texts: str, strong: bool = False) -> Blocks:
    """Plain sentences of ours, a paragraph each."""
    return tuple(Paragraph((Words(legal(text), strong=strong),)) for text in texts if text)


def paragraphs(text: str) -> Blocks:
    """Plain text that somebody typed: empty lines part paragraphs, newlines break lines."""
    return tuple(Paragraph(_with_breaks(part.strip())) for part in re.split(r"\n[ \t]*\n", legal(text)) if part.strip())


def blocks(html: str) -> Blocks:
    """What some stored HTML says."""
    reader = _Reader()
    for token in read_tokens(html):
        if isinstance(token, Tag):
            reader.tag(token)
        else:
            reader.words(legal(unescape(token)))
    return reader.finish()


def _with_breaks(text: str) -> tuple[Words, ...]:
    words: list[Words] = []
    for line in text.split("\n"):
        words += ([_BREAK] if words else []) + ([Words(line.strip())] if line.strip() else [])
    return tuple(words)


@dataclass
class _Open:
    """A list, an item or a quotation that has begun."""

    name: str
    blocks: list[Block] = field(default_factory=list)
    items: list[ListItem] = field(default_factory=list)
    number: int | None = None


class _Reader:
    """Blocks in the making."""

    def __init__(self) -> None:
        self._stack = [_Open("root")]
        self._line: list[Words] = []
        self._strong = self._em = 0
        self._link = ""

    def words(self, text: str) -> None:
        """Some words, blanks folded as a browser would."""
        text = _BLANKS.sub(" ", text)
        if not self._line or self._line[-1] == _BREAK or self._line[-1].text.endswith(" "):
            text = text.removeprefix(" ")
        if text:
            self._line.append(Words(text, self._strong > 0, self._em > 0, self._link))

    def tag(self, tag: Tag) -> None:
        """A tag: it may end what goes before it, and change the look of what follows."""
        name, step = tag.name, -1 if tag.closing else 1
        if name == "br":
            self._line.append(_BREAK)
        elif name == "strong":
            self._strong = max(0, self._strong + step)
        elif name == "em":
            self._em = max(0, self._em + step)
        elif name == "a":
            self._link = "" if tag.closing else safe_address(unescape(tag.get("href"))) or ""
        elif name in ("ul", "ol", "li", "blockquote"):
            self._end_line()
            self._close(name) if tag.closing else self._begin(tag)
        elif name == "p":
            self._end_line()

    def finish(self) -> Blocks:
        """All blocks, whatever was still open closed."""
        self._end_line()
        while len(self._stack) > 1:
            self._pop()
        return tuple(self._stack[0].blocks)

    def _begin(self, tag: Tag) -> None:
        number = tag.get("start") if tag.name == "ol" else tag.get("value") if tag.name == "li" else ""
        opened = _Open(tag.name, number=int(number) if re.fullmatch(r"[0-9]{1,9}", number) else None)
        top = self._stack[-1]
        if tag.name == "li" and top.name == "ol":
            opened.number = opened.number if opened.number is not None else self._next_number(top)
        self._stack.append(opened)

    @staticmethod
    def _next_number(listing: _Open) -> int:
        last = listing.items[-1].number if listing.items else None
        if last is not None:
            return last + 1
        return listing.number if listing.number is not None else 1

    def _close(self, name: str) -> None:
        if any(one.name == name for one in self._stack[1:]):
            while self._stack[-1].name != name:
                self._pop()
            self._pop()

    def _pop(self) -> None:
        done, around = self._stack.pop(), self._stack[-1]
        if done.name == "li":
            item = ListItem(tuple(done.blocks), done.number)
            if around.name in ("ul", "ol"):
                around.items.append(item)
            elif done.blocks:
                around.blocks.append(Listing((item,)))
        elif done.name == "blockquote":
            if done.blocks:
                self._put(around, Quote(tuple(done.blocks)))
        else:
            # what stood in the list itself, between its items, is kept as one of them
            items = (*done.items, ListItem(tuple(done.blocks))) if done.blocks else tuple(done.items)
            if items:
                self._put(around, Listing(items, ordered=done.name == "ol"))

    @staticmethod
    def _put(around: _Open, block: Block) -> None:
        around.blocks.append(block)

    def _end_line(self) -> None:
        line = self._line
        while line and line[-1] == _BREAK:
            line.pop()
        while line and line[0] == _BREAK:
            line.pop(0)
        if line and line[-1].text.endswith(" "):
            last = line[-1]
            line[-1] = Words(last.text.rstrip(" "), last.strong, last.em, last.link)
        words = tuple(one for one in line if one.text)
        if words:
            self._stack[-1].blocks.append(Paragraph(words))
        self._line = []
