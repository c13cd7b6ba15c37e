"""What catches the moderators' eye: watched words, many links. Pure, and never more than a reason to look."""

import re
from collections.abc import Sequence

from consult.accounts.models import Role
from consult.core.errors import Refusal
from consult.core.language import N_
from consult.core.text.cleaning import clean_line
from consult.core.text.stems import fold, stems
from consult.core.voice import Voice

MOST_WORDS = 500
LONGEST_WATCHED = 80
MOST_LINKS_LIMIT = 100
HIDE_AFTER_LIMIT = 1_000
NEAR_DUPLICATE = 0.8
"""How close a text is to another (0 to 1) before somebody is asked to look."""

NOT_STAFF = Refusal("not_moderator", N_("Seules la modération et l’administration du territoire peuvent le faire"))
MANY_WORDS = Refusal("many_words", N_("Surveillez %(most)s mots au plus"), {"most": MOST_WORDS}, field="words")
LONG_WATCHED = Refusal(
    "long_watched", N_("Chaque ligne compte %(most)s signes au plus"), {"most": LONGEST_WATCHED}, field="words"
)
BAD_LINKS = Refusal("bad_most_links", N_("Donnez un nombre de liens entre 0 et 100"), field="most_links")
BAD_HIDE_AFTER = Refusal(
    "bad_hide_after",
    N_("Donnez un nombre de signalements entre 2 et 1 000, ou 0 pour ne jamais masquer"),
    field="hide_after",
)

_WORD = re.compile(r"[^\W_]+")
_ADDRESS = re.compile(r"https?://|\bwww\.[^\W_]", re.IGNORECASE)


def watched_lines(words: str) -> list[str]:
    """What is watched for: one word or phrase a line, cleaned, none twice."""
    return list(dict.fromkeys(line for line in map(clean_line, words.splitlines()) if line))


def watch_refusals(voice: Voice, words: str, most_links: int, hide_after: int) -> list[Refusal]:
    """All that is wrong with what is to be watched; one single report hides nothing."""
    if voice.account_id is not None and not voice.roles & {Role.MODERATOR, Role.ADMINISTRATOR}:
        return [NOT_STAFF]
    lines = watched_lines(words)
    wrong = []
    if len(lines) > MOST_WORDS:
        wrong.append(MANY_WORDS)
    if any(len(line) > LONGEST_WATCHED for line in lines):
        wrong.append(LONG_WATCHED)
    if not 0 <= most_links <= MOST_LINKS_LIMIT:
        wrong.append(BAD_LINKS)
    if hide_after != 0 and not 2 <= hide_after <= HIDE_AFTER_LIMIT:
        wrong.append(BAD_HIDE_AFTER)
    return wrong


def found_words(watched: Sequence[str], text: str) -> list[str]:
    """The watched words that a text holds, as they are written in the list.

    Case and accents do not count. A word is found by itself or by its stem (« arnaque » in « arnaques »), never inside
    another one; a phrase is found word by word, in its order.
    """
    folded = _WORD.findall(fold(text))
    whole = f" {' '.join(folded)} "
    known = set(stems(text).split())
    return [line for line in watched if _is_in(line, whole, known)]


def _is_in(line: str, whole: str, known: set[str]) -> bool:
    words = _WORD.findall(fold(line))
    if not words:
        return False
    return f" {' '.join(words)} " in whole or (len(words) == 1 and stems(line) in known)


def links_count(body: str, body_html: str) -> int:
    """How many links a text holds: those shown, or the addresses written out, whichever are more."""
    return max(body_html.count("<a "), len(_ADDRESS.findall(body)))
