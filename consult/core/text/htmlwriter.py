"""Writing the few elements we allow, always balanced and never deeper than a reader can follow."""

import re
from dataclasses import dataclass, field
from html import escape

from consult.core.text.links import REL

DEEPEST = 6
_BLANKS = re.compile(r"[ \t\r\n\f]+")
_SPACES = " \u00a0\u202f\u2007"


@dataclass(slots=True)
class _Container:
    """An open list, item or quotation; `shown` is false when it was too deep to be written."""

    name: str
    shown: bool = True
    implied: bool = False
    inner: dict[str, int] = field(default_factory=lambda: {"strong": 0, "em": 0})


class Writer:
    """Takes what a source means (a boundary, a word, a list) and writes it as clean HTML.

    Paragraphs open with their first visible character and inline elements with their first word, so nothing empty
    is ever written; whatever is open is closed by whatever ends around it.
    """

    def __init__(self) -> None:
        self._out: list[str] = []
        self._stack: list[_Container] = [_Container("root")]
        self._count: dict[str, int] = {}
        self._depth = 0
        self._href: str | None = None
        self._heading = False
        self._open: list[tuple[str, str | None]] = []
        self._in_text = False
        self._paragraph = False
        self._pending = ""

    def text(self, words: str) -> None:
        """Some words; blanks are folded as a browser would."""
        words = _BLANKS.sub(" ", words)
        bare = words.strip(_SPACES)
        if not bare:
            if words and self._in_text and not self._pending:
                self._pending = "\u00a0" if "\u00a0" in words else " "
            return
        if not self._in_text:
            self._start_text()
            words = words.lstrip(_SPACES)
        elif words.startswith(" ") or self._pending:
            self._pending = self._pending or " "
            words = words.lstrip(" ")
        kept = words.rstrip(" ")
        self._match_inline()
        self._out.append(escape(kept, quote=False))
        if len(kept) < len(words):
            self._pending = " "

    def line_break(self) -> None:
        """One break starts a new line, two part paragraphs."""
        if not self._in_text:
            return
        if "\n" in self._pending:
            self.boundary()
        else:
            self._pending = "\n"

    def boundary(self) -> None:
        """What follows is another paragraph."""
        self._close_inline(0)
        self._pending = ""
        if self._paragraph:
            self._out.append("</p>")
        self._in_text = self._paragraph = False

    def heading(self, opening: bool) -> None:
        """The paragraph that follows is a heading: it is set in strong type."""
        self._heading = opening

    def inline(self, name: str, opening: bool) -> None:
        """Strong or emphasised words begin or end here."""
        inner = self._stack[-1].inner
        inner[name] = max(0, inner[name] + (1 if opening else -1))

    def link(self, address: str | None) -> None:
        """The words that follow lead to `address`, or nowhere any more."""
        self._href = address

    def embedded(self, words: str, address: str | None) -> None:
        """Words in the place of an image, linked to it unless they are already inside a link."""
        if not words:
            return
        around, self._href = self._href, self._href or address
        self.text(words)
        self._href = around

    def open_container(self, name: str, number: str = "") -> None:
        """A list, an item of one, or a quotation begins."""
        self.boundary()
        self._heading = False
        if name == "li":
            self._close_open_item()
            if self._stack[-1].name not in ("ul", "ol"):
                self._push("ul", implied=True)
        else:
            self._leave_implied_list()
            if self._stack[-1].name in ("ul", "ol"):
                self._push("li")
        self._push(name, number=number)

    def close_container(self, name: str) -> None:
        """A list, an item or a quotation ends; closing what is not open does nothing."""
        self.boundary()
        if not self._count.get(name):
            return
        while self._stack[-1].name != name:
            self._pop()
        self._pop()

    def finish(self) -> str:
        """All that was written, closed."""
        self.boundary()
        while len(self._stack) > 1:
            self._pop()
        return "".join(self._out)

    def _close_open_item(self) -> None:
        """A new item ends the one that is open in the same list."""
        for at in range(len(self._stack) - 1, -1, -1):
            name = self._stack[at].name
            if name == "li":
                while len(self._stack) > at:
                    self._pop()
                return
            if name in ("ul", "ol", "root", "blockquote"):
                return

    def _leave_implied_list(self) -> None:
        if self._stack[-1].implied:
            self._pop()

    def _push(self, name: str, number: str = "", *, implied: bool = False) -> None:
        shown = self._stack[-1].shown if name == "li" else self._depth < DEEPEST
        self._stack.append(_Container(name, shown, implied))
        self._count[name] = self._count.get(name, 0) + 1
        if not shown:
            return
        if name != "li":
            self._depth += 1
        attribute = {"ol": "start", "li": "value"}.get(name)
        self._out.append(f'<{name} {attribute}="{number}">' if number and attribute else f"<{name}>")

    def _pop(self) -> None:
        container = self._stack.pop()
        self._count[container.name] -= 1
        if not container.shown:
            return
        if container.name != "li":
            self._depth -= 1
        opening = f"<{container.name}"
        if self._out[-1].startswith(opening):
            self._out.pop()  # nothing came inside
        else:
            self._out.append(f"</{container.name}>")

    def _start_text(self) -> None:
        self._leave_implied_list()
        top = self._stack[-1]
        if top.name in ("ul", "ol"):
            self._push("li")
            top = self._stack[-1]
        # The first words of an item stand in it bare; later ones are paragraphs.
        self._paragraph = not (top.name == "li" and top.shown and self._out[-1].startswith("<li"))
        if self._paragraph:
            self._out.append("<p>")
        self._in_text = True

    def _wanted(self) -> list[tuple[str, str | None]]:
        inner = self._stack[-1].inner
        wanted: list[tuple[str, str | None]] = [("a", self._href)] if self._href else []
        if self._heading or inner["strong"]:
            wanted.append(("strong", None))
        if inner["em"]:
            wanted.append(("em", None))
        return wanted

    def _match_inline(self) -> None:
        """Close what ends, write the blank or break that was owed, open what begins."""
        wanted = self._wanted()
        same = 0
        while same < min(len(wanted), len(self._open)) and wanted[same] == self._open[same]:
            same += 1
        self._close_inline(same)
        self._out.append("<br>" if self._pending == "\n" else self._pending)
        self._pending = ""
        for name, address in wanted[same:]:
            self._out.append(f'<a href="{escape(address)}" rel="{REL}">' if address else f"<{name}>")
            self._open.append((name, address))

    def _close_inline(self, keep: int) -> None:
        while len(self._open) > keep:
            self._out.append(f"</{self._open.pop()[0]}>")
