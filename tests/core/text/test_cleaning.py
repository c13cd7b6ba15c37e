"""What people type is made safe to keep and to show, and nothing they meant is lost."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consult.core.text.cleaning import (
    LONGEST,
    MOST_MARKS,
    clean_line,
    clean_text,
    scrub,
    shorten,
    visible_characters,
    visible_length,
)

FAMILY = "👨\u200d👩\u200d👧\u200d👦"
SCOTLAND = "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"
# Any code point, lone surrogates and characters that trick the eye included.
ANYTHING = st.text(
    st.one_of(st.characters(), st.sampled_from("a \n\t\r\0\u200b\u200d\u200c\u202e\u0301\ufe0f\ud800\udc00\u2028é👨🏽"))
)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("a\0b", "ab"),
        ("a\x07\x1b[31mb\x9f", "a[31mb"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("a\u2028b\u2029c\x85d\x0be\x0cf", "a\nb\nc\nd\ne\nf"),
        ("e\u0301te\u0301", "été"),
        ("photo\u202egpj.exe", "photogpj.exe"),
        ("\u2066a\u2069\u202ab\u202c", "ab"),
        ("mot\u200bmot\ufeff\u2060\u00ad", "motmot"),
        ("j\u200de\u200can", "jean"),
        ("\ud83d\ude00", "😀"),
        ("a\ud800b", "a\ufffdb"),
        ("a\udc00", "a\ufffd"),
        ("a\uffff\U0010fffe\ufdd0b", "ab"),
        ("a  \nb\u00a0\n", "a\nb"),
        ("a\n\n\n\n\n\nb", "a\n\n\nb"),
        ("a\n \n\t\n \n  \nb", "a\n\n\nb"),
        ("\n\n  a\n", "a"),
        ("\ta\tb", "a    b"),
        ("\u3164\u115f\uffa0", ""),
        ("\u200e\u200fabc\u061c", "abc"),
        ("a" + "\U000e0041\U000e0042" + "b", "ab"),
        ("a\u2003b\u3000c", "a b c"),
        ("\u0301a\n\u0301b", "a\nb"),
    ],
)
def test_what_deceives_or_breaks_is_removed(typed: str, kept: str) -> None:
    assert clean_text(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "Où ça ? « Là », dit-elle… 10\u202f000\u00a0€ – 50\u00a0%",
        FAMILY,
        SCOTLAND,
        "🇫🇷🇪🇺",
        "👍🏽 1\ufe0f⃣ ❤\ufe0f",
        "👩🏽\u200d💻 🏳\ufe0f\u200d🌈 🧑\u200d⚕\ufe0f",
        "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 𠮷野家",
        "می\u200cخواهم",
        "क्\u200dष",
        "שלום\u200f עולם",
        "tiếng Việt",
        "ที่นี่",
        "- a\n    - b\n\n> c",
    ],
)
def test_what_people_mean_is_kept(typed: str) -> None:
    assert clean_text(typed) == unicodedata.normalize("NFC", typed)


def test_a_line_has_one_line_and_single_spaces() -> None:
    assert clean_line("  Un\ttitre \n sur\r\n\u2028 deux   lignes  ") == "Un titre sur deux lignes"


def test_a_line_keeps_the_no_break_space_before_french_punctuation() -> None:
    assert clean_line("Vraiment\u202f! Oui \u00a0: non") == "Vraiment\u202f! Oui\u00a0: non"


def test_a_line_of_nothing_visible_is_empty() -> None:
    assert clean_line(" \u200b\u3164\u2800\u00a0\u200e\u0301\ufe0f\u200d ") == ""


def test_a_column_of_accents_is_tamed() -> None:
    assert clean_text("Z" + "\u0336\u0335\u0300\u0316" * 5_000 + "algo").count("algo") == 1
    assert len(clean_text("Z" + "\u0336" * 10_000)) == 1 + MOST_MARKS


def test_a_very_long_text_is_bounded_before_any_work() -> None:
    assert len(clean_text("a" * (LONGEST * 3))) == LONGEST
    assert len(clean_line("a\u0301" * LONGEST)) <= LONGEST


@pytest.mark.parametrize(
    "bomb", [" " * 99_999 + "x", "\u200b\n" * 60_000, "\u0301\u0316" * 90_000, "\t" * 100_000 + "x", "\ud800" * 90_000]
)
def test_a_bomb_is_cleaned_like_anything_else(bomb: str) -> None:
    assert len(clean_text(bomb)) <= 4 * LONGEST


def test_a_piece_keeps_its_spacing() -> None:
    assert scrub(" a \u202e b\0 ") == " a  b "


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("abc", 3),
        ("été", 3),
        ("e\u0301", 1),
        (FAMILY, 1),
        ("🇫🇷🇪🇺", 2),
        (SCOTLAND, 1),
        ("👍🏽", 1),
        ("1\ufe0f⃣", 1),
        ("a\nb", 3),
    ],
)
def test_length_is_counted_as_a_person_counts(text: str, count: int) -> None:
    assert visible_length(text) == count


def test_a_cut_never_breaks_a_character() -> None:
    assert shorten("ab" + FAMILY + "c", 3) == "ab" + FAMILY
    assert shorten("🇫🇷🇪🇺", 1) == "🇫🇷"
    assert shorten("abc def", 4) == "abc"
    assert clean_line("Un titre importé bien trop long", 8) == "Un titre"
    assert clean_text("abcdef", 3) == "abc"


@given(ANYTHING)
def test_cleaning_twice_changes_nothing_more(typed: str) -> None:
    text, line = clean_text(typed), clean_line(typed)
    assert clean_text(text) == text
    assert clean_line(line) == line


@given(ANYTHING)
def test_both_databases_take_what_is_clean(typed: str) -> None:
    for text in (clean_text(typed), clean_line(typed)):
        assert "\0" not in text
        text.encode("utf-8")
        assert unicodedata.is_normalized("NFC", text)
        assert not any(unicodedata.category(char) == "Cc" and char != "\n" for char in text)
        assert not any(char in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u2028\u2029" for char in text)
    assert "\n" not in clean_line(typed)


@given(st.text(st.characters(codec="latin-1", categories=["L", "N", "P"]), max_size=200))
def test_ordinary_words_are_untouched(typed: str) -> None:
    assert clean_text(typed) == typed
    assert clean_line(typed) == typed


@given(ANYTHING, st.integers(1, 20))
def test_a_limit_is_respected(typed: str, limit: int) -> None:
    assert visible_length(clean_line(typed, limit)) <= limit
    assert "".join(visible_characters(typed)) == typed
