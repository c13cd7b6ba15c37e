"""HTML typed by the public elsewhere, brought down to the few elements our pages know.

The source is read once by a small reader that never fails and writes fresh, balanced HTML: paragraphs, line breaks,
lists, quotations, strong and emphasised words, links. Nothing of the source is copied as markup, so there is nothing
to smuggle; then `nh3` passes over the result as a second belt.

Headings become paragraphs in strong type, so that the outline of the page around them stays right. Underlining
becomes emphasis (underlined words look like links). An image becomes its description, linked to where it was.
"""

import re
from html import unescape

import nh3

from consult.core.text.cleaning import LONGEST, clean_text, scrub
from consult.core.text.flattening import flatten
from consult.core.text.htmlreader import Tag, read_tokens
from consult.core.text.htmlwriter import Writer
from consult.core.text.links import REL, linkify, safe_address

ELEMENTS = {"p", "br", "strong", "em", "ul", "ol", "li", "blockquote", "a"}
ATTRIBUTES: dict[str, set[str]] = {"a": {"href"}, "ol": {"start"}, "li": {"value"}, "*": set()}
SCHEMES = {"http", "https", "mailto"}

_STRONG = {"b", "strong"}
_EMPHASIS = {"i", "em", "u", "cite", "dfn", "var"}
_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
_BLOCKS = _HEADINGS | {
    *("p", "div", "section", "article", "header", "footer", "main", "aside", "nav", "address", "center", "hr", "pre"),
    *("dl", "dt", "dd", "figure", "figcaption", "form", "fieldset", "legend", "table", "caption", "tr", "details"),
    *("summary", "thead", "tbody", "tfoot", "hgroup", "search", "listing", "dir", "menu", "option"),
}
_CONTAINERS = {"ul", "ol", "li", "blockquote"}
_BR = re.compile(r"<br\s{0,9}/?>[ \t]*+(?:\r\n?|\n)?", re.IGNORECASE)
_OURS = re.compile(r"<(?:p|ul|ol|blockquote)>")
_FOREIGN = re.compile(r'<(?!/?(?:p|br|strong|em|ul|ol|li|blockquote|a)(?: [a-z]+="[^"<>]*")*>)')


def sanitise_html(html: str) -> str:
    """Safe HTML of a short list of elements, from HTML as typed by the public. Applied twice, it changes nothing."""
    html = html[:LONGEST]
    if "<" not in html:
        # Typed without the editor: the newlines are all the shape it has.
        return plain_to_html(_decode(html))
    writer = Writer()
    for token in read_tokens(html):
        if isinstance(token, Tag):
            _write_tag(writer, token)
        else:
            writer.text(scrub(_decode(token)))
    return belt(writer.finish())


def plain_to_html(text: str) -> str:
    """Plain text as paragraphs (an empty line parts them) and line breaks; bare web addresses become links."""
    text = clean_text(_BR.sub("\n", text))
    text = re.sub(r"\n ++", "\n", re.sub(r" {2,}", " ", text))
    paragraphs = [linkify(part.strip()).replace("\n", "<br>") for part in re.split(r"\n{2,}", text)]
    return belt("".join(f"<p>{part}</p>" for part in paragraphs if part))


def html_to_text(html: str, *, links: bool = False) -> str:
    """The words of some HTML as plain text, for search, comparison and plain mail; `links` adds the addresses."""
    if not _OURS.match(html) or _FOREIGN.search(html):
        html = sanitise_html(html)
    return flatten(html, links=links)


def belt(html: str) -> str:
    """The second belt, and the only place where our list of elements is told to the sanitising library."""
    return nh3.clean(
        html,
        tags=ELEMENTS,
        attributes=ATTRIBUTES,
        attribute_filter=_checked_attribute,
        url_schemes=SCHEMES,
        url_relative="deny",
        link_rel=REL,
    )


def _checked_attribute(element: str, name: str, value: str) -> str | None:
    if name == "href":
        return safe_address(value)
    if name in ("start", "value"):
        return value if _is_number(value) else None
    return value if name == "rel" else None


def _write_tag(writer: Writer, tag: Tag) -> None:
    name = tag.name
    if name == "br":
        writer.line_break()
    elif name in _BLOCKS:
        writer.boundary()
        if name in _HEADINGS:
            writer.heading(not tag.closing)
    elif name in _CONTAINERS:
        _write_container(writer, tag)
    elif name in _STRONG or name in _EMPHASIS:
        writer.inline("strong" if name in _STRONG else "em", not tag.closing)
    elif name == "a":
        writer.link(None if tag.closing else safe_address(_decode(tag.get("href"))))
    elif name in ("td", "th"):
        writer.text(" ")
    elif name in ("img", "iframe") and not tag.closing:
        _write_embedded(writer, tag)


def _write_container(writer: Writer, tag: Tag) -> None:
    if tag.closing:
        writer.close_container(tag.name)
        return
    number = tag.get("start") if tag.name == "ol" else tag.get("value") if tag.name == "li" else ""
    writer.open_container(tag.name, number if _is_number(number) else "")


def _is_number(value: str) -> bool:
    return bool(re.fullmatch(r"\d{1,9}", value, re.ASCII))


def _write_embedded(writer: Writer, tag: Tag) -> None:
    """An image or a frame is not shown: its description stands in its place, linked to it where that is safe."""
    words = scrub(_decode(tag.get("alt") or tag.get("title"))).strip()
    address = safe_address(_decode(tag.get("src")))
    writer.embedded(words or address or "", address)


_HUGE_ENTITY = re.compile(r"&#(?:\d{8,}|[xX][0-9a-fA-F]{7,});?")


def _decode(text: str) -> str:
    """Entities as characters; absurdly long numbers first, which the standard library refuses to read."""
    return unescape(_HUGE_ENTITY.sub("\ufffd", text)) if "&" in text else text
