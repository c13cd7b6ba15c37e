"""Close texts are proposed, distant ones are not."""

from hypothesis import given
from hypothesis import strategies as st

from consult.core.text.similar import key_terms, rank_similar
from consult.core.text.stems import stems

TEXTS = {
    1: "Ouvrir un guichet numérique dans chaque mairie rurale, avec un agent formé.",
    2: "Installer des guichets dans les mairies des communes rurales pour les démarches numériques.",
    3: "Planter des arbres le long des pistes cyclables.",
    4: "Former les agents d’accueil aux démarches en ligne.",
    5: "Le numérique, c’est bien.",
}
STEMS = {key: stems(text) for key, text in TEXTS.items()}


def test_texts_on_the_same_subject_come_first() -> None:
    ranked = rank_similar(stems("Des guichets dans nos mairies rurales pour aider aux démarches numériques"), STEMS)
    assert [key for key, _ in ranked][:2] == [2, 1]
    assert 3 not in dict(ranked)


def test_one_common_word_is_not_enough() -> None:
    assert rank_similar(stems("Le numérique pollue les océans"), STEMS) == []


def test_a_few_first_words_find_a_long_text() -> None:
    long = {1: stems(TEXTS[2] + " " + " ".join(f"mot{n}" for n in range(40))), 2: stems("mot1 mot2 mot3 mot4 mot5")}
    assert [key for key, _ in rank_similar(stems("Un guichet en mairie rurale"), long)] == [1]


def test_the_same_text_scores_one() -> None:
    assert rank_similar(STEMS[3], STEMS)[0] == (3, 1.0)


def test_nothing_is_like_nothing() -> None:
    assert rank_similar("", STEMS) == []
    assert rank_similar("", {1: ""}) == []
    assert rank_similar("mair", {}) == []


def test_at_most_a_few_are_proposed() -> None:
    assert len(rank_similar(STEMS[1], dict.fromkeys(range(50), STEMS[1]), most=3)) == 3


@given(
    st.lists(st.lists(st.sampled_from("abcdefgh"), max_size=6).map(" ".join), max_size=8),
    st.lists(st.sampled_from("abcdefgh")).map(" ".join),
)
def test_scores_are_between_nought_and_one_best_first(texts: list[str], draft: str) -> None:
    scores = [score for _, score in rank_similar(draft, dict(enumerate(texts)), threshold=0.0)]
    assert scores == sorted(scores, reverse=True)
    assert all(0.0 <= score <= 1.0 for score in scores)


def test_key_terms_are_said_often_or_rare_elsewhere() -> None:
    text = stems("Le guichet de la mairie. Un guichet, une mairie, un guichet 2906 et les habitants.")
    assert key_terms(text, 2) == ["guichet", "mair"]
    assert "2906" not in key_terms(text, 10)
    assert key_terms("mair mair habit", 1, {"mair": 5_000, "habit": 1}) == ["habit"]
    assert key_terms("", 5) == []
