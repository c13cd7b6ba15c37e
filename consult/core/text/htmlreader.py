"""Reading tag soup: text and tags in order, from any string, in time that grows with its length only.

The standard library's parser is not used: several of its releases need quadratic time on hostile input.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_NAME = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:-]{0,40})")
# Quotes may hold a ">", within reason: the bounds keep a forest of open quotes from costing more than it weighs.
_REST = re.compile(r"""(?:[^<>"']++|"[^"]{0,2000}+"|'[^']{0,2000}+'){0,200}+>""")
_ATTRIBUTE = re.compile(r"""(?<![\w:-])([a-zA-Z][\w:-]*+)\s*+=\s*+(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")

# What is inside these is not for reading: programs, drawings, forms' insides.
_SILENT = {
    *("script", "style", "template", "svg", "math", "object", "applet", "noscript", "title", "head", "select"),
    *("textarea", "audio", "video", "canvas", "noembed", "noframes", "xmp", "iframe"),
}
_PATIENCE = 200


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag as it was typed: its name in lower case, whether it closes, and its attributes unread."""

    name: str
    closing: bool
    source: str

    def get(self, attribute: str) -> str:
        """The value of an attribute, entities not decoded; empty when it is missing."""
        for found in _ATTRIBUTE.finditer(self.source[:6_000]):
            if found.group(1).lower() == attribute:
                return found.group(2) or found.group(3) or found.group(4) or ""
        return ""


def read_tokens(html: str) -> Iterator[str | Tag]:
    """Texts (entities not decoded) and tags, in order; comments, declarations and programs are left out."""
    at, start, failures = 0, 0, 0
    missing: set[str] = set()
    last = html.rfind(">")
    while True:
        at = html.find("<", at)
        if at < 0 or at >= last:
            break
        end, tag = at + 1, None
        name = _NAME.match(html, at)
        if name:
            rest = _REST.match(html, name.end()) if failures < _PATIENCE else None
            failures += rest is None
            end = rest.end() if rest else html.find(">", at) + 1
            tag = Tag(name.group(2).lower(), bool(name.group(1)), html[name.end() : end - 1])
        elif html.startswith("<!--", at):
            end = _after(html, "-->", at + 4, missing) or at + 4
        elif html.startswith(("<!", "<?", "</"), at):
            end = html.find(">", at) + 1
        else:
            at += 1
            continue
        if start < at:
            yield html[start:at]
        if tag:
            yield tag
            if tag.name in _SILENT and not tag.closing:
                end = _after_closing(html, tag.name, end, missing) or end
        at = start = end
    if start < len(html):
        yield html[start:]


def _after(html: str, mark: str, at: int, missing: set[str]) -> int:
    """Where the text goes on after `mark`, or 0; a mark not found once is not looked for again."""
    found = -1 if mark in missing else html.find(mark, at)
    if found < 0:
        missing.add(mark)
        return 0
    return found + len(mark)


def _after_closing(html: str, name: str, at: int, missing: set[str]) -> int:
    found = None if name in missing else re.compile(f"</{name}[^>]{{0,200}}>", re.IGNORECASE).search(html, at)
    if found is None:
        missing.add(name)
        return 0
    return found.end()
