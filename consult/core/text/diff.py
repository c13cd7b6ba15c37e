"""What changed between two wordings, word by word, as a person would mark it on paper.

Paragraphs that did not change anchor the comparison; inside those that did, words are compared. Small islands of
agreement (an article, a comma) between two changes are swallowed, because a phrase struck out and rewritten reads
better than confetti. Everything is bounded: a comparison that would take long is answered more coarsely.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Literal

from consult.core.text.comparing import compare

Kind = Literal["kept", "removed", "added"]
LONGEST = 200_000
_MOST_PAIRINGS = 900
"""Paragraphs of a rewritten passage are paired one by one up to this many possible pairs."""

_TOKEN = re.compile(r"\n[\n ]*|[^\W_]+(?:-[^\W_]+)*[’']?[^\S\n]*|[^\S\n]+|[^\w\s][^\S\n]*|_+[^\S\n]*")
_PARAGRAPH = re.compile(r"[^\n]+\n*|\n+")
_WORD = re.compile(r"\w+")
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
    """Unchanged paragraphs, and between them changed ones, each compared with the one it comes from."""
    for same, a, b in compare(_PARAGRAPH.findall(old), _PARAGRAPH.findall(new), lambda part: " ".join(part.split())):
        if same:
            yield _Span(True, "".join(a), "".join(b))
        elif 1 < len(a) * len(b) <= _MOST_PAIRINGS:
            for from_a, from_b in _paired(a, b):
                yield from _by_word("".join(from_a), "".join(from_b))
        else:
            yield from _by_word("".join(a), "".join(b))


def _paired(a: Sequence[str], b: Sequence[str]) -> Iterator[tuple[Sequence[str], Sequence[str]]]:
    """Which paragraphs became which, in order: one, one from two, two from one, or one that went or came."""
    words_a, words_b = ([frozenset(_WORD.findall(part)) for part in side] for side in (a, b))
    # best[i][j]: the score of the best pairing of what follows i and j, and the move that begins it
    best = [[(0.0, (1, 1))] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i in range(len(a), -1, -1):
        for j in range(len(b), -1, -1):
            options = [
                (best[i + di][j + dj][0] + _likeness(words_a[i : i + di], words_b[j : j + dj]), (di, dj))
                for di, dj in ((1, 1), (1, 2), (2, 1), (1, 0), (0, 1))
                if i + di <= len(a) and j + dj <= len(b)
            ]
            if options:
                best[i][j] = max(options)
    i = j = 0
    while i < len(a) or j < len(b):
        di, dj = best[i][j][1]
        yield a[i : i + di], b[j : j + dj]
        i, j = i + di, j + dj


def _likeness(a: Sequence[frozenset[str]], b: Sequence[frozenset[str]]) -> float:
    """Words in common, less the others: positive when a good third is shared, so that strangers are not paired."""
    if not a or not b:
        return 0.0
    all_a, all_b = frozenset().union(*a), frozenset().union(*b)
    common = len(all_a & all_b)
    return 2.0 * common - 0.5 * (len(all_a) + len(all_b) - 2 * common) if common else -1.0


def _by_word(old: str, new: str) -> Iterator[_Span]:
    spans = [
        _Span(same, "".join(a), "".join(b))
        for same, a, b in compare(_TOKEN.findall(old), _TOKEN.findall(new), lambda token: token.strip() or token[:1])
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
