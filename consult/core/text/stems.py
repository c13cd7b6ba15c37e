"""Words reduced to their stems, so that "ecole" finds « Écoles » and "eolienne" finds « éoliennes ».

Both engines search in a column of these stems; what is typed in the search box goes the same way. Accents are
folded **before** stemming, because people type without them: two spellings that differ by an accent must end up the
same. The French stemmer leans on some accents, though (-ité, -ée), so the ones whose place is certain are put back
for it, and folded again after.
"""

import re
import unicodedata
from functools import lru_cache
from threading import Lock

import snowballstemmer

from consult.core.text.cleaning import LONGEST, tame_marks

MOST_QUERY_WORDS = 12
LONGEST_WORD = 40

_STEMMER = snowballstemmer.stemmer("french")
_ONE_AT_A_TIME = Lock()  # the stemmer keeps the word it works on in itself
_ACCENTS = re.compile("[\u0300-\u036f]+")
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "đ": "d", "ł": "l"})
_WORD = re.compile(r"[^\W_]+")
_ACRONYM = re.compile(r"\b(?:[a-z]\.){2,}[a-z]?\b")
_THOUSANDS = re.compile(r"(?<![\d.,])\d{1,3}(?:[ .\u00a0\u202f]\d{3})+(?![\d.,]\d)")

# Short and by hand: words that tell nothing of a text's subject, without accents, with what elisions leave behind.
STOPWORDS = frozenset(
    """
    a ai aie aient ait alors apres as au aucun aucune aujourd hui auquel aura aurait auraient auront aussi autre
    autres aux auxquelles auxquels avaient avait avant avec avez avoir avons ayant
    car ce ceci cela celle celles celui cependant ces cet cette ceux chaque chez ci comme comment
    dans de des desquelles desquels deja depuis donc dont du duquel des
    elle elles en encore entre es est et etaient etait etant etc ete etes etre eu eux
    fait faire font fut
    ici il ils
    je jusqu jusque
    la laquelle le lequel les lesquelles lesquels leur leurs lors lorsqu lorsque lui
    ma mais me meme memes mes mien moi moins mon
    ne ni non nos notre nous
    on ont or ou
    par parce pas peu peut peuvent plus plusieurs plutot pour pourquoi pourra pourrait presqu presque puis puisqu
    puisque
    qu quand que quel quelle quelles quelqu quelque quelques quels qui quoi quoiqu quoique
    sa sans se sera serait seraient seront ses si sien soi soient soit sommes son sont sous suis sur
    ta tandis te tel telle telles tels tes toi ton tous tout toute toutes tres trop tu
    un une
    vers vos votre vous voici voila
    y
    """.split()  # noqa: SIM905 - a list of words reads best as words
)


def stems(text: str) -> str:
    """The stems of a text in its order, joined by spaces; only letters and digits, ready for either engine's index."""
    return " ".join(stem for stem in map(_stem, _words(text)) if stem)


def query_stems(typed: str, *, prefix: bool = False) -> list[str]:
    """What to look for, from what was typed: at most twelve different stems, none for words that tell nothing.

    With `prefix` the last one ends with `*` when the typing may stop inside a word ("numér", not "numérique ").
    """
    typed = typed[:2_000]
    found: list[str] = []
    words = _words(typed)
    for word in words:
        stem = _stem(word)
        if stem and stem not in found:
            found.append(stem)
    found = found[:MOST_QUERY_WORDS]
    if prefix and found and typed[-1:].isalnum() and found[-1] == _stem(words[-1]) and not found[-1].isdigit():
        # "numeriqu" would go on as "numerique", whose stem is shorter than what was typed.
        finished = [_stem(words[-1] + ending) for ending in ("", "e", "ue")]
        found[-1] = min(filter(None, finished), key=len) + "*"
    return found


def fold(text: str) -> str:
    """Lower case without accents or ligatures: "Œuvre d’Été" becomes "oeuvre d'ete"."""
    text = text.lower().replace("’", "'")
    if text.isascii():
        return text
    text = unicodedata.normalize("NFKD", tame_marks(text)).lower().translate(_LIGATURES)
    return unicodedata.normalize("NFC", _ACCENTS.sub("", text))


def _words(text: str) -> list[str]:
    text = fold(text[:LONGEST])
    if "." in text:
        text = _ACRONYM.sub(lambda found: found.group().replace(".", ""), text)
    text = _THOUSANDS.sub(lambda found: re.sub(r"\D", "", found.group()), text)
    return _WORD.findall(text)


@lru_cache(maxsize=100_000)
def _stem(word: str) -> str:
    """One folded word's stem; empty when it tells nothing. Cached: a corpus has few words, many times."""
    if word in STOPWORDS:
        return ""
    if word.isdigit():
        return word[:LONGEST_WORD]
    if len(word) == 1 and word.isascii():
        return ""
    word = word[:LONGEST_WORD]
    if not word.isascii():
        return word
    with _ONE_AT_A_TIME:
        stem = _STEMMER.stemWord(_with_certain_accents(word))
    return _ACCENTS.sub("", unicodedata.normalize("NFD", stem))


def _with_certain_accents(word: str) -> str:
    """Put back the accents that French endings nearly always have, for the stemmer to know them."""
    singular = word[:-1] if word.endswith("s") and len(word) > 3 else word
    if singular.endswith("ite"):
        return singular[:-1] + "é"
    if singular.endswith("ee"):
        return singular[:-2] + "é"
    if singular.endswith("iere"):
        return singular[:-3] + "ère"
    return word
