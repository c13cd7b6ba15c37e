"""What changed between two wordings, word by word, as a person would mark it on paper.

Paragraphs that did not change anchor the comparison; inside those that did, words are compared. Small islands of
agreement (an article, a comma) between two changes are swallowed, because a phrase struck out and rewritten reads
better than confetti. Everything is bounded: a comparison that would take long is answered more coarsely.
"""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Literal

Kind = Literal["kept", "removed", "added"]
LONGEST = 200_000
_FARTHEST = 300
"""Edits searched between two anchors; farther apart, the two passages are shown one after the other."""

_TOKEN = re.compile(r"\n[\n ]*|[^\W_]+(?:-[^\W_]+)*[’']?[^\S\n]*|[^\S\n]+|[^\w\s][^\S\n]*|_+[^\S\n]*")
_PARAGRAPH = re.compile(r"[^\n]+|\n+")
_BREAK = re.compile(r"\n[\n ]*")
_LETTERS = re.compile(r"\w")
_SHORT_WORD = re.compile(r"\W*(?:\w{1,3}\W+)?\w{0,3}\W*")


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of text that was kept, removed or added."""

    kind: Kind
    text: str


@dataclass(slots=True)
class _Span:
    """Old and new wording of the same place; `same` when they say the same (spacing aside)."""

    same: bool
    old: str
    new: str


def word_diff(old: str, new: str) -> list[Segment]:
    """The way from `old` to `new`. What is kept and added, joined, is `new` to the letter."""
    old, new = old[:LONGEST], new[:LONGEST]
    spans = _merge_islands(_compact(_by_paragraph(old, new)))
    segments: list[Segment] = []
    for span in spans:
        if span.same:
            segments.append(Segment("kept", span.new))
        else:
            changed = (Segment("removed", span.old), Segment("added", span.new))
            segments.extend(segment for segment in changed if segment.text)
    return segments


def diff_html(segments: Sequence[Segment]) -> str:
    """Paragraphs with `<del class="diff-removed">` and `<ins class="diff-added">`; all text is escaped."""
    paragraphs: list[list[str]] = [[]]
    for segment in segments:
        if segment.kind != "kept" and not segment.text.strip():
            # Only a paragraph was cut or joined: a pilcrow shows it, since nobody sees an empty line struck out.
            if "\n" in segment.text:
                paragraphs[-1].append(_marked(segment.kind, "¶"))
            if segment.kind == "added" and "\n\n" in segment.text:
                paragraphs.append([])
            continue
        for number, part in enumerate(re.split(r"\n[ ]*\n[\n ]*", segment.text)):
            if number:
                paragraphs.append([])
            if part:
                paragraphs[-1].append(_marked(segment.kind, part))
    return "".join(f"<p>{''.join(pieces)}</p>" for pieces in paragraphs if pieces)


def is_changed(segments: Sequence[Segment]) -> bool:
    """Whether anything was added or removed."""
    return any(segment.kind != "kept" for segment in segments)


def _marked(kind: Kind, text: str) -> str:
    html = escape(text, quote=False).replace("\n", "<br>")
    if kind == "removed":
        return f'<del class="diff-removed">{html}</del>'
    if kind == "added":
        return f'<ins class="diff-added">{html}</ins>'
    return html


def _by_paragraph(old: str, new: str) -> Iterator[_Span]:
    before, after = _PARAGRAPH.findall(old), _PARAGRAPH.findall(new)
    for same, a, b in _compare(before, after, lambda part: " ".join(part.split()) or "\n"):
        if same:
            yield _Span(True, "".join(a), "".join(b))
        else:
            yield from _by_word("".join(a), "".join(b))


def _by_word(old: str, new: str) -> Iterator[_Span]:
    spans = [
        _Span(same, "".join(a), "".join(b))
        for same, a, b in _compare(_TOKEN.findall(old), _TOKEN.findall(new), lambda token: token.strip() or token[:1])
    ]
    kept = sum(len(_LETTERS.findall(span.new)) for span in spans if span.same)
    # Two wordings with next to nothing in common are shown whole, one after the other.
    if kept * 5 < min(len(_LETTERS.findall(old)), len(_LETTERS.findall(new))):
        yield _Span(False, old, new)
    else:
        yield from spans


def _compact(spans: Iterator[_Span]) -> list[_Span]:
    """Join neighbours of the same sort."""
    joined: list[_Span] = []
    for span in spans:
        if not span.old and not span.new:
            continue
        if joined and joined[-1].same == span.same:
            joined[-1].old += span.old
            joined[-1].new += span.new
        else:
            joined.append(span)
    return joined


def _merge_islands(spans: list[_Span]) -> list[_Span]:
    merged: list[_Span] = []
    for at, span in enumerate(spans):
        island = span.same and merged and at + 1 < len(spans) and _is_island(span.new, merged[-1], spans[at + 1])
        if island or (merged and not merged[-1].same and not span.same):
            merged[-1].old += span.old
            merged[-1].new += span.new
        else:
            merged.append(span)
    return merged


def _is_island(text: str, before: _Span, after: _Span) -> bool:
    if "\n" in text:
        return False
    if not _LETTERS.search(text) or _SHORT_WORD.fullmatch(text):
        # A lone comma between a word added here and a word removed there is no reason to strike both.
        return _replaces(before) or _replaces(after)
    sizes = [max(len(span.old), len(span.new)) for span in (before, after)]
    return len(text) <= 12 and len(text) * 2 <= min(sizes)


def _replaces(span: _Span) -> bool:
    return bool(span.old.strip() and span.new.strip())


def _compare(
    before: Sequence[str], after: Sequence[str], key: Callable[[str], str]
) -> Iterator[tuple[bool, Sequence[str], Sequence[str]]]:
    """Runs of equal and different items, in order: common ends, then items unique on both sides, then the rest."""
    a, b = [key(item) for item in before], [key(item) for item in after]
    i = j = 0
    for x, y, size in _matches(a, b):
        if i < x or j < y:
            yield False, before[i:x], after[j:y]
        if size:
            yield True, before[x : x + size], after[y : y + size]
        i, j = x + size, y + size
    if i < len(a) or j < len(b):
        yield False, before[i:], after[j:]


def _matches(a: Sequence[str], b: Sequence[str]) -> Iterator[tuple[int, int, int]]:
    start, end = 0, 0
    shortest = min(len(a), len(b))
    while start < shortest and a[start] == b[start]:
        start += 1
    while end < shortest - start and a[-1 - end] == b[-1 - end]:
        end += 1
    if start:
        yield 0, 0, start
    i, j = start, start
    last = (len(a) - end, len(b) - end)
    for x, y in [*_unique_anchors(a[start : last[0]], b[start : last[1]]), (last[0] - start, last[1] - start)]:
        x, y = x + start, y + start
        for p, q in _shortest_edit(a[i:x], b[j:y]):
            yield i + p, j + q, 1
        if x < last[0]:
            yield x, y, 1
        i, j = x + 1, y + 1
    if end:
        yield last[0], last[1], end


def _unique_anchors(a: Sequence[str], b: Sequence[str]) -> list[tuple[int, int]]:
    """Pairs of items that occur once on each side, in the longest order common to both (patience diff)."""
    places: dict[str, int] = {}
    for at, item in enumerate(b):
        places[item] = -1 if item in places else at
    once: dict[str, int] = {}
    for at, item in enumerate(a):
        once[item] = -1 if item in once else at
    pairs = [(at, places[item]) for item, at in once.items() if at >= 0 and places.get(item, -1) >= 0]
    tails: list[int] = []
    piles: list[int] = []
    back: list[int] = []
    for number, (_, place) in enumerate(pairs):
        pile = bisect_left(tails, place)
        back.append(piles[pile - 1] if pile else -1)
        if pile == len(tails):
            tails.append(place)
            piles.append(number)
        else:
            tails[pile] = place
            piles[pile] = number
    chain: list[tuple[int, int]] = []
    at = piles[-1] if piles else -1
    while at >= 0:
        chain.append(pairs[at])
        at = back[at]
    return chain[::-1]


def _shortest_edit(a: Sequence[str], b: Sequence[str]) -> list[tuple[int, int]]:
    """Pairs kept by the shortest edit (Myers), or none when it is longer than we care to search."""
    if not a or not b:
        return []
    reach = {1: 0}
    trace: list[dict[int, int]] = []
    for distance in range(min(len(a) + len(b), _FARTHEST) + 1):
        trace.append(dict(reach))
        for k in range(-distance, distance + 1, 2):
            down = k == -distance or (k != distance and reach[k - 1] < reach[k + 1])
            x = reach[k + 1] if down else reach[k - 1] + 1
            while x < len(a) and x - k < len(b) and a[x] == b[x - k]:
                x += 1
            reach[k] = x
            if x >= len(a) and x - k >= len(b):
                return _walk_back(trace, len(a), len(b))
    return []


def _walk_back(trace: list[dict[int, int]], x: int, y: int) -> list[tuple[int, int]]:
    kept: list[tuple[int, int]] = []
    for distance in range(len(trace) - 1, -1, -1):
        reach, k = trace[distance], x - y
        down = k == -distance or (k != distance and reach[k - 1] < reach[k + 1])
        previous = k + 1 if down else k - 1
        to_x = reach[previous]
        to_y = to_x - previous
        while x > max(to_x, 0) and y > max(to_y, 0):
            x, y = x - 1, y - 1
            kept.append((x, y))
        x, y = to_x, to_y
    return kept[::-1]
