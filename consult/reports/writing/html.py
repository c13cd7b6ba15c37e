"""The page to print: one file, no script, nothing fetched from anywhere; good to read on a screen too."""

import base64
import hashlib
from collections.abc import Iterable
from functools import cache
from html import escape
from pathlib import Path

from consult.reports.content import (
    Amendment,
    Argument,
    Ballots,
    Block,
    Blocks,
    Chart,
    Contribution,
    Front,
    Heading,
    Listing,
    Node,
    Paragraph,
    Prose,
    Quote,
    Side,
    Source,
    Table,
    Tombstone,
    Words,
)

MARKS = {"for": "+", "against": "−"}


@cache
def style() -> str:
    """The page's own style sheet."""
    return (Path(__file__).resolve().parent / "report.css").read_text("utf-8")


@cache
def policy() -> str:
    """What a browser may load for the page, whether it is served or opened from a disk: its own style, and no more."""
    digest = base64.b64encode(hashlib.sha256(style().encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


class HtmlWriter:
    """Writes the page piece by piece: ``begin``, a ``node`` at a time, ``end``."""

    def __init__(self, front: Front) -> None:
        self._front = front

    def begin(self) -> str:
        """Everything before the first chapter: head, cover, contents."""
        front = self._front
        cover = front.cover
        band = _p(f"<strong>{_e(cover.provisional_short)}.</strong> {_e(cover.provisional)}", "band", safe=True)
        figures = "".join(f"<li><b>{_e(number)}</b> {_e(words)}</li>" for number, words in cover.key_figures)
        entries = "".join(
            f'<li class="level-{one.level}"><a href="#{_e(one.key)}">{_e(one.text)}</a></li>' for one in front.contents
        )
        return (
            f'<!DOCTYPE html>\n<html lang="{_e(front.language)}">\n<head>\n<meta charset="utf-8">\n'
            f'<meta http-equiv="Content-Security-Policy" content="{_e(policy())}">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            '<meta name="referrer" content="no-referrer">\n'
            f"<title>{_e(front.title)}</title>\n"
            f'<meta name="author" content="{_e(front.author)}">\n'
            f'<meta name="dcterms.modified" content="{front.cut_off.isoformat(timespec="seconds")}">\n'
            f"<style>{style()}</style>\n</head>\n<body>\n"
            f'<header class="cover"><p class="territory">{_e(cover.territory)}</p>\n'
            f"{band if cover.provisional else ''}"
            f"<h1>{_e(cover.title)}</h1>\n{_p(cover.subtitle, 'subtitle')}{_p(cover.question, 'question')}"
            f'<ul class="key-figures">{figures}</ul>\n'
            f"{_p(cover.period)}{_p(cover.as_of)}{_p(cover.abridged, 'abridged')}"
            f'<p>{_e(cover.address_label)} <a href="{_e(cover.address)}">{_e(cover.address)}</a></p>'
            f'<div class="qr" aria-hidden="true">{cover.qr}</div></header>\n'
            f'<nav aria-labelledby="contents"><h2 id="contents">{_e(front.labels.contents)}</h2>\n'
            f"<ol>{entries}</ol></nav>\n<main>\n"
        )

    def node(self, node: Node) -> str:
        """One node."""
        match node:
            case Heading():
                return _heading(node)
            case Prose():
                look = f' class="{node.look}"' if node.look else ""
                return f"<div{look}>{blocks(node.blocks)}</div>\n"
            case Table():
                return _table(node)
            case Chart():
                return _columns(node) if node.look == "columns" else _bars(node)
            case Tombstone():
                return f'<p class="gone tombstone">{_e(node.text)}</p>\n'
            case Contribution():
                return self._contribution(node)

    def end(self) -> str:
        """What closes the page."""
        note = f'<p class="note">{_e(self._front.running)}</p>'
        return f"</main>\n<footer>{note}</footer>\n</body>\n</html>\n"

    def _contribution(self, one: Contribution) -> str:
        level = one.level + 1
        annexes = "".join(
            _under(level, annex.heading)
            + "".join(
                f'<div class="beside"><p class="by">{_e(words)}</p>{blocks(text)}</div>' for words, text in annex.parts
            )
            for annex in one.annexes
        )
        explanation = f"{_under(level, one.explanation_heading)}{blocks(one.explanation)}" if one.explanation else ""
        amendments = "".join(self._amendment(other, level + 1) for other in one.amendments)
        return (
            f'<article class="contribution" id="{_e(one.key)}" aria-labelledby="{_e(one.key)}-title">\n'
            f'{_open(one.level)} id="{_e(one.key)}-title"><span class="n">{_e(one.number)}</span> '
            f'<a href="{_e(one.href)}">{_e(one.title)}</a>{_close(one.level)}\n'
            f"{_p(one.by, 'by')}{''.join(_p(note, 'note') for note in one.notes)}"
            f"{blocks(one.blocks)}\n{_ballots(one.ballots)}{explanation}{annexes}"
            f"{_sides(one.sides, level)}{_sources(one.sources, one.sources_heading, level)}"
            f"{_under(level, one.amendments_heading) if one.amendments else ''}{amendments}</article>\n"
        )

    def _amendment(self, one: Amendment, level: int) -> str:
        if one.gone:
            return f'<p class="gone">{_e(one.gone)}</p>\n'
        return (
            f"{_under(level, one.heading)}{_p(one.by, 'by')}{_p(one.outcome)}{blocks(one.reason)}"
            f'<div class="beside"><p class="by">{_e(self._front.labels.wording)}</p>{blocks(one.wording)}</div>\n'
            f"{_ballots(one.ballots) if one.ballots else ''}{_sides(one.sides, level + 1)}"
        )


def blocks(many: Blocks) -> str:
    """Paragraphs, lists, quotations."""
    return "".join(map(_block, many))


def _block(one: Block) -> str:
    match one:
        case Paragraph():
            return f"<p>{''.join(map(_words, one.words))}</p>"
        case Quote():
            return f"<blockquote>{blocks(one.blocks)}</blockquote>"
        case Listing():
            return _listing(one)


def _listing(one: Listing) -> str:
    name = "ol" if one.ordered else "ul"
    items = []
    for item in one.items:
        value = f' value="{item.number}"' if item.number is not None and name == "ol" else ""
        items.append(f"<li{value}>{blocks(item.blocks)}</li>")
    return f"<{name}>{''.join(items)}</{name}>"


def _words(one: Words) -> str:
    if one.text == "\n":
        return "<br>"
    html = _e(one.text)
    html = f"<em>{html}</em>" if one.em else html
    html = f"<strong>{html}</strong>" if one.strong else html
    return f'<a href="{_e(one.link)}" rel="nofollow noopener ugc">{html}</a>' if one.link else html


def _e(text: str) -> str:
    return escape(text)


def _p(text: str, name: str = "", *, safe: bool = False) -> str:
    attribute = f' class="{name}"' if name else ""
    return f"<p{attribute}>{text if safe else _e(text)}</p>\n" if text else ""


def _open(level: int) -> str:
    # a page has one h1, its title: chapters begin with h2, and HTML counts to six
    return f"<h{level + 1}" if level < 6 else f'<p role="heading" aria-level="{level + 1}"'


def _close(level: int) -> str:
    return f"</h{level + 1}>" if level < 6 else "</p>"


def _heading(one: Heading) -> str:
    page = ' class="opens"' if one.opens_page else ""
    return f'{_open(one.level)}{page} id="{_e(one.key)}">{_e(one.text)}{_close(one.level)}\n'


def _under(level: int, words: str) -> str:
    return f"{_open(level)}>{_e(words)}{_close(level)}\n"


def _table(one: Table) -> str:
    numbers = [*one.numbers, *(False for _ in one.columns[len(one.numbers) :])]
    looks = [' class="number"' if number else "" for number in numbers]
    heads = "".join(f'<th scope="col"{look}>{_e(words)}</th>' for look, words in zip(looks, one.columns, strict=True))
    rows = "\n".join(f"<tr>{_row(row, looks)}</tr>" for row in one.rows)
    return (
        f"<table><caption>{_e(one.caption)}</caption>\n<thead><tr>{heads}</tr></thead>\n<tbody>{rows}</tbody></table>\n"
    )


def _row(row: Iterable[str], looks: Iterable[str]) -> str:
    first, *others = zip(row, looks, strict=True)
    cells = "".join(f"<td{look}>{_e(words)}</td>" for words, look in others)
    return f'<th scope="row"{first[1]}>{_e(first[0])}</th>{cells}'


def _figure(one: Chart, drawing: str, width: int, height: float) -> str:
    return (
        f"<figure><figcaption>{_e(one.caption)}</figcaption>\n"
        f'<svg role="img" aria-label="{_e(one.alt)}" viewBox="0 0 {width} {height:g}">{drawing}</svg></figure>\n'
    )


def _columns(one: Chart) -> str:
    most = max(1, *one.values)
    width = 680 / len(one.values)
    bars = "".join(
        f'<rect x="{at * width + width * 0.08:.2f}" y="{170 - 150 * value / most:.2f}" width="{width * 0.84:.2f}"'
        f' height="{150 * value / most:.2f}"/>'
        for at, value in enumerate(one.values)
        if value
    )
    last = f'<text x="680" y="188" text-anchor="end">{_e(one.labels[-1])}</text>' if len(one.labels) > 1 else ""
    words = (
        f'<text x="0" y="13">{_e(one.shown[one.values.index(max(one.values))])}</text>'
        f'<text x="0" y="188">{_e(one.labels[0])}</text>{last}'
    )
    return _figure(one, f'<path class="line" d="M0 20H680M0 170.5H680"/>{bars}{words}', 680, 194)


def _bars(one: Chart) -> str:
    most = max(1, *one.values)
    rows = "".join(
        f'<text x="260" y="{at * 22 + 15}" text-anchor="end">{_e(_cut(label))}</text>'
        f'<rect x="268" y="{at * 22 + 4}" width="{340 * value / most:.2f}" height="14"/>'
        f'<text x="{274 + 340 * value / most:.2f}" y="{at * 22 + 15}">{_e(shown)}</text>'
        for at, (label, value, shown) in enumerate(zip(one.labels, one.values, one.shown, strict=True))
    )
    return _figure(one, rows, 680, len(one.values) * 22 + 4)


def _cut(words: str) -> str:
    """A label that fits beside its bar; the table gives it whole."""
    return words if len(words) <= 40 else words[:39].rstrip() + "…"


def _ballots(one: Ballots) -> str:
    notes = "".join(_p(note, "by") for note in one.notes)
    total = sum(one.parts)
    bar = ""
    if total:
        agree, mixed = (400 * one.parts[0] / total, 400 * (one.parts[0] + one.parts[1]) / total)
        bar = (
            '<svg class="bar" aria-hidden="true" viewBox="0 0 400 8" preserveAspectRatio="none">'
            f'<rect class="agree" width="{agree:.2f}" height="8"/>'
            f'<rect class="mixed" x="{agree:.2f}" width="{mixed - agree:.2f}" height="8"/>'
            f'<rect class="disagree" x="{mixed:.2f}" width="{400 - mixed:.2f}" height="8"/></svg>'
        )
    return f'<div class="votes">{bar}{_p(one.text)}{notes}</div>\n'


def _source(one: Source) -> str:
    if one.gone:
        return f'<li class="gone">{_e(one.gone)}</li>'
    title = f'<a href="{_e(one.link)}" rel="nofollow noopener ugc">{_e(one.title)}</a>' if one.link else _e(one.title)
    address = f'<br><span class="by address">{_e(one.link)}</span>' if one.link else ""
    return f'<li>{title}<br><span class="by">{_e(one.about)}</span>{address}{blocks(one.note)}</li>'


def _sources(many: Iterable[Source], heading: str, level: int) -> str:
    items = "".join(map(_source, many))
    return f'{_under(level, heading)}<ul class="sources">{items}</ul>\n' if items else ""


def _argument(one: Argument) -> str:
    if one.gone:
        return f'<li class="gone">{_e(one.gone)}</li>\n'
    beside = "".join(map(_source, one.sources))
    beside = f'<ul class="sources">{beside}</ul>' if beside else ""
    return f"<li>{_p(one.by, 'by')}{blocks(one.blocks)}{beside}</li>\n"


def _sides(many: Iterable[Side], level: int) -> str:
    return "".join(
        f'{_under(level, one.heading)}<ul class="side {one.side}">\n{"".join(map(_argument, one.arguments))}</ul>\n'
        for one in many
    )
