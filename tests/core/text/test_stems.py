"""Typing without accents, in the plural or after an elision finds the same words."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consult.core.text.stems import MOST_QUERY_WORDS, fold, query_stems, stems


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("Écoles", "ecole"),
        ("l’école", "ecoles"),
        ("numériques", "numerique"),
        ("numérisées", "numerise"),
        ("numérisé", "numerisees"),
        ("éoliennes", "eolienne"),
        ("éolien", "eoliennes"),
        ("égalité", "egalite"),
        ("inégalités", "inegalite"),
        ("Œuvres", "oeuvre"),
        ("cœur", "coeurs"),
        ("médiathèques", "mediatheque"),
        ("premières", "premiere"),
        ("première", "premier"),
        ("bibliothèque", "BIBLIOTHEQUES"),
        ("qu’accessibles", "accessible"),
        ("d'électricité", "electricite"),
        ("jusqu’aux forêts", "foret"),
        ("aujourd’hui les mairies", "mairie"),
        ("e\u0301cole", "école"),
        ("R.G.P.D.", "rgpd"),
        ("la 5G", "5g"),
        ("10\u202f000 euros", "10000"),
        ("n°2906", "#2906"),
        ("#2906", "2906"),
        ("porte-monnaie", "monnaie"),
        ("où vont les déchets", "dechet"),
        ("consultations", "consultation"),
        ("citoyenne", "citoyens"),
        ("idées", "idee"),
        ("logiciels", "logiciel"),
        ("données", "donnee"),
        ("ＯＰＥＮ", "open"),
    ],
)
def test_what_is_typed_finds_what_is_written(written: str, typed: str) -> None:
    wanted = query_stems(typed)
    assert wanted
    assert set(wanted) <= set(stems(written).split())


@pytest.mark.parametrize(
    ("one", "other"), [("école", "écologie"), ("site", "cité"), ("commune", "communauté"), ("2906", "2907")]
)
def test_different_words_stay_apart(one: str, other: str) -> None:
    assert stems(one) != stems(other)


def test_words_that_tell_nothing_are_dropped() -> None:
    assert stems("C'est à l'été que nous l’avons, jusqu’ici, aujourd'hui, parce qu’il n’y a pas d’autre") == ""
    assert query_stems("le la les de du des") == []


def test_only_letters_and_digits_are_left_for_the_index() -> None:
    assert stems("« a*b:c & (déjà) \"NEAR\" -x | d'OR !' \0 ” 12,5 %") == "near 12 5"


def test_other_scripts_are_kept_as_they_are() -> None:
    assert stems("Привет, 世界 שלום") == "привет 世界 שלום"


def test_a_query_is_bounded_and_says_each_word_once() -> None:
    assert query_stems("école écoles ECOLE") == query_stems("ecole")
    assert len(query_stems(" ".join(f"mot{n}" for n in range(500)))) == MOST_QUERY_WORDS
    assert query_stems("x" * 1_000_000 + " ecole")[0] == "x" * 40


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("inclusion numériq", "numer*"),
        ("numériqu", "numer*"),
        ("numérique", "numer*"),
        ("biblio", "biblio*"),
        ("numérique ", "numer"),
        ("2906", "2906"),
        ("écoles de", "ecol"),
    ],
)
def test_the_last_word_may_be_unfinished(typed: str, wanted: str) -> None:
    assert query_stems(typed, prefix=True)[-1] == wanted


def test_a_text_says_its_stems_in_order() -> None:
    assert stems("Les communes rurales et l’accès au numérique") == "commun rural acce numer"


def test_threads_do_not_mix_their_words() -> None:
    texts = [" ".join(f"{prefix}ationnellement{n}ités" for n in range(300)) for prefix in ("a", "b", "c", "d")]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(stems, texts))
    assert together == [stems(text) for text in texts]
    assert all(stem.startswith(prefix) for prefix, text in zip("abcd", together, strict=True) for stem in text.split())


def test_folding() -> None:
    assert fold("Œuvre d’Été à Łódź ﬁn Ǆ") == "oeuvre d'ete a lodz fin dz"


@given(st.text())
@settings(deadline=None)
def test_stems_depend_on_folded_words_only(text: str) -> None:
    assert stems(fold(text)) == stems(text)
    assert all(stem.isalnum() for stem in stems(text).split())


WORDS = ["école", "écoles", "égalité", "numériques", "l’accès", "d'été", "12", "de", "les"]


@given(st.lists(st.sampled_from(WORDS), max_size=20))
def test_what_is_written_is_found_by_typing_it(words: list[str]) -> None:
    text = " ".join(words)
    assert set(query_stems(text)) <= set(stems(text).split())
