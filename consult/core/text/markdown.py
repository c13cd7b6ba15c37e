"""The small Markdown of contributions: paragraphs, line breaks, lists, emphasis, links, quotations, nothing else.

Whatever is not in that list stays readable as it was typed: HTML shows its angle brackets, a table its bars. A
heading becomes a paragraph in strong type and an image becomes a link, so that the page keeps its own outline and
its readers' addresses. Nothing that was written disappears.
"""

import itertools
import re
from collections.abc import Sequence

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from consult.core.text.cleaning import clean_text, shorten, visible_length
from consult.core.text.links import REL, safe_address, split_bare_links
from consult.core.text.sanitising import belt, html_to_text

LONGEST_MARKDOWN = 100_000
"""Code points rendered at most; forms refuse far shorter texts."""

DEEPEST = 5
"""Quotations and lists inside one another, on one line; deeper markers are shown as typed, escaped."""

DEEPEST_BRACKETS = 2

_RULES = ("blockquote", "list", "heading", "newline", "escape", "emphasis", "link", "autolink", "balance_pairs")
_CONTAINERS = re.compile(r"(?:[ ]*(?:>|[-+*](?=\s|$)|\d{1,9}[.)](?=\s|$)))+")
_MARKER = re.compile(r"[ ]*(?:>|[-+*]|\d{1,9}[.)])")
_ITEM = re.compile(r"^[ ]*- ", re.MULTILINE)
_BULLET = re.compile(r"^([ ]*)[•‣▪◦●○■□·⁃](?=[ \u00a0])[ \u00a0]", re.MULTILINE)
_BRACKETS = re.compile(r"\\.|\n[ \t>]*\n|[\[\]]")
_INDENT = re.compile(r"^ {13,}", re.MULTILINE)
_LOOKS_LIKE_HTML = re.compile(r"\s*<(?:p|ul|ol|li|blockquote|div|br|h[1-6]|strong|em|a|span)\b[^>]*>", re.IGNORECASE)
_SPACES = re.compile(r"\s+")


def render_markdown(text: str) -> str:
    """Safe HTML from what somebody typed; the same text always gives the same HTML."""
    prepared = _prepare(clean_text(text[:LONGEST_MARKDOWN]))
    return belt(_PARSER.render(prepared)).strip()


def plain_excerpt(source: str, length: int) -> str:
    """The beginning of a text on one line, for lists and mails: cut between words, with an ellipsis.

    Takes our stored HTML or what was typed; `length` counts visible characters, the ellipsis included.
    """
    enough = max(4_000, length * 40)
    if _LOOKS_LIKE_HTML.match(source):
        html = source if len(source) <= enough else source[: source.rfind("<", 0, enough)]
    else:
        html = render_markdown(source[:enough])
    # A list that is read on one line is told by dashes, as print does.
    words = _SPACES.sub(" ", _ITEM.sub("– ", html_to_text(html))).strip()
    if visible_length(words) <= length:
        return words
    cut = shorten(words, length - 1)
    at_word = cut if words[len(cut)] == " " else cut.rpartition(" ")[0]
    # A word longer than half of the excerpt is cut inside rather than lost.
    kept = at_word if len(at_word) > len(cut) // 2 else cut
    return kept.rstrip(" \u00a0\u202f,;:.…–—-(«") + "…"


def _prepare(text: str) -> str:
    """Typed bullets become list markers, and nesting is bounded by escaping the markers that go too deep."""
    text = _INDENT.sub(" " * 12, _BULLET.sub(r"\1- ", text))
    return "\n".join(_bound_nesting(line) for line in _bound_brackets(text).split("\n"))


def _bound_brackets(text: str) -> str:
    """Escape the brackets that no link can begin with: unclosed ones, and those around more than two others.

    The parser tries each of them to the end of the paragraph; only tidy ones keep that linear.
    """
    hopeless: list[int] = []
    opened: list[list[int]] = []  # where, and how many levels are inside
    for found in _BRACKETS.finditer(text):
        mark = found.group()
        if mark == "[":
            opened.append([found.start(), 0])
        elif mark == "]" and opened:
            start, inside = opened.pop()
            if inside >= DEEPEST_BRACKETS:
                hopeless += (start, found.start())
            if opened:
                opened[-1][1] = max(opened[-1][1], inside + 1)
        elif mark.startswith("\n"):
            hopeless += (start for start, _ in opened)
            opened.clear()
    hopeless += (start for start, _ in opened)
    pieces, at = [], 0
    for place in sorted(hopeless):
        pieces.append(text[at:place])
        at = place
    return "\\".join([*pieces, text[at:]])


def _bound_nesting(line: str) -> str:
    containers = _CONTAINERS.match(line)
    if containers is None or len(containers.group()) <= DEEPEST:
        return line
    at = 0
    for _ in range(DEEPEST):
        marker = _MARKER.match(line, at)
        if marker is None or marker.end() > containers.end():
            return line
        at = marker.end()
    rest = line[at:].lstrip(" ")
    number = re.match(r"\d+", rest)
    escaped = f"{number.group()}\\{rest[number.end() :]}" if number else "\\" + rest
    return f"{line[:at]} {escaped}" if at < containers.end() else line


def _only_what_we_show(state: StateCore) -> None:
    """Rewrite the parser's tokens: headings, images, empty or refused links, bare addresses, item numbers."""
    number = 0
    numbers: list[int] = []
    for token in state.tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = "p"
        elif token.type == "ordered_list_open":
            numbers.append(number)
            number = int(token.attrGet("start") or 1)
        elif token.type == "ordered_list_close":
            number = numbers.pop()
        elif token.type == "list_item_open" and token.info:
            typed = int(token.info)
            if typed != number:
                token.attrSet("value", str(typed))
            number = typed + 1
        elif token.type == "inline":
            token.children = _inline(token.children or [])
    _strengthen_headings(state.tokens)


def _strengthen_headings(tokens: Sequence[Token]) -> None:
    for before, inline in itertools.pairwise(tokens):
        if before.type == "heading_open" and inline.children:
            strong = Token("strong_open", "strong", 1), Token("strong_close", "strong", -1)
            inline.children = [strong[0], *inline.children, strong[1]]


def _inline(children: Sequence[Token]) -> list[Token]:
    shown: list[Token] = []
    in_link = False
    depth = {"em": 0, "strong": 0}
    for at, token in enumerate(children):
        if token.tag in depth:
            # Strong inside strong says nothing more, and ten thousand of them would be a wall of tags.
            depth[token.tag] += token.nesting
            if depth[token.tag] == int(token.nesting == 1):
                shown.append(token)
            continue
        if token.type == "link_open":
            in_link = True
            token.attrs.pop("title", None)
            if shown and shown[-1].type == "text" and shown[-1].content.endswith("!"):
                shown[-1].content = shown[-1].content[:-1]  # an image: its description becomes the link
            shown.append(token)
            if children[at + 1].type == "link_close":
                shown.append(_text(str(token.attrGet("href"))))
        elif token.type == "link_close":
            in_link = False
            shown.append(token)
        elif token.type == "text" and not in_link:
            shown.extend(_with_bare_links(token))
        else:
            shown.append(token)
    return shown


def _with_bare_links(token: Token) -> list[Token]:
    if "://" not in token.content:
        return [token]
    pieces: list[Token] = []
    for words, address in split_bare_links(token.content):
        if address is None:
            pieces.append(_text(words))
        else:
            opening = Token("link_open", "a", 1, attrs={"href": address, "rel": REL})
            pieces.extend([opening, _text(words), Token("link_close", "a", -1)])
    return pieces


def _text(words: str) -> Token:
    return Token("text", "", 0, content=words)


def _parser() -> MarkdownIt:
    parser = MarkdownIt("zero", {"breaks": True, "maxNesting": 100}).enable(list(_RULES))
    parser.core.ruler.push("only_what_we_show", _only_what_we_show)
    parser.validateLink = lambda url: safe_address(url) is not None  # type: ignore[method-assign]
    return parser


_PARSER = _parser()
