"""Which texts say something close to a draft: scores from shared stems, rare ones weighing more.

Pure arithmetic on what `stems` gives: the caller fetches a few hundred candidates that share a key term, this ranks
them. It proposes, it never decides: two citizens may well write the same thing on purpose.
"""

from collections import Counter
from collections.abc import Hashable, Mapping
from math import log, sqrt
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)

THRESHOLD = 0.22
_SHORTER = 0.65  # the shorter text's share: chosen by eye on a real consultation of 500 contributions
LEAST_COMMON = 2
"""Shared stems below which two texts are not said to be similar, however short they are."""


def rank_similar(
    draft: str, candidates: Mapping[Key, str], *, threshold: float = THRESHOLD, most: int = 5
) -> list[tuple[Key, float]]:
    """The candidates closest to a draft, best first, each with a score between 0 and 1.

    `draft` and the candidates' values are space-joined stems. A stem found in most candidates says little; a rare
    one says much. The score is what is shared over what is said, the shorter text counting for more: the first line
    of a draft may well be like a long contribution.
    """
    wanted = frozenset(draft.split())
    sets = {key: frozenset(text.split()) for key, text in candidates.items()}
    weights = _weights([*sets.values(), wanted])
    own = _weight(wanted, weights)
    ranked: list[tuple[Key, float]] = []
    for key, words in sets.items():
        common = wanted & words
        if len(common) < min(LEAST_COMMON, len(wanted), len(words)) or not common:
            continue
        shorter, longer = sorted((own, _weight(words, weights)))
        score = _weight(common, weights) / (shorter**_SHORTER * longer ** (1 - _SHORTER))
        if score >= threshold:
            ranked.append((key, round(min(score, 1.0), 4)))
    ranked.sort(key=lambda pair: pair[1], reverse=True)  # stable: equals stay in the caller's order
    return ranked[:most]


def key_terms(text: str, most: int, frequencies: Mapping[str, int] | None = None) -> list[str]:
    """The stems that tell most about a text (itself in stems): said often, long, rare elsewhere if that is known.

    `frequencies` says in how many texts a stem occurs. Bare numbers are no terms.
    """
    counts = Counter(word for word in text.split() if not word.isdigit() and len(word) > 2)
    first = {word: at for at, word in reversed(list(enumerate(text.split())))}

    def telling(word: str) -> float:
        rarity = 1.0 if frequencies is None else 1 / log(2.0 + frequencies.get(word, 0))
        return (1 + log(counts[word])) * sqrt(len(word)) * rarity

    return sorted(counts, key=lambda word: (-telling(word), first[word]))[:most]


def _weights(texts: list[frozenset[str]]) -> dict[str, float]:
    """How much each stem says: the logarithm of how rare it is among these texts."""
    counts = Counter(word for words in texts for word in words)
    return {word: log(1 + len(texts) / count) for word, count in counts.items()}


def _weight(words: frozenset[str], weights: Mapping[str, float]) -> float:
    return sum(weights[word] for word in words)
