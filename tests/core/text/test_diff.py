"""A comparison that a person can read, and from which both wordings can be had again."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consult.core.text.diff import Segment, diff_html, is_changed, word_diff
from tests.core.text.hostile import XSS


def short(old: str, new: str) -> str:
    """[-removed-]{+added+} in a line."""
    marks = {"kept": "%s", "removed": "[-%s-]", "added": "{+%s+}"}
    return "".join(marks[segment.kind] % segment.text for segment in word_diff(old, new))


@pytest.mark.parametrize(
    ("old", "new", "read"),
    [
        ("Un texte.", "Un texte.", "Un texte."),
        ("", "Un texte.", "{+Un texte.+}"),
        ("Un texte.", "", "[-Un texte.-]"),
        ("", "", ""),
        ("Un bon texte.", "Un texte.", "Un [-bon -]texte."),
        ("Un texte.", "Un très bon texte.", "Un {+très bon +}texte."),
        ("L’accès au service", "L’accès aux services publics", "L’accès [-au service-]{+aux services publics+}"),
        ("l’école de la ville", "l’école de la commune", "l’école de la [-ville-]{+commune+}"),
        ("Ouvert le lundi.", "Ouvert le lundi et le mardi.", "Ouvert le lundi {+et le mardi+}."),
        (
            "Le conseil adopte la mesure proposée par les citoyens.",
            "Le conseil rejette la mesure proposée par les habitants.",
            "Le conseil [-adopte -]{+rejette +}la mesure proposée par les [-citoyens-]{+habitants+}.",
        ),
        (
            "chaque mairie de la région ouvre un guichet",
            "toute commune de la métropole ouvre un guichet",
            "[-chaque mairie de la région -]{+toute commune de la métropole +}ouvre un guichet",
        ),
        (
            "A est vrai.\n\nB est faux.",
            "A est vrai.\n\nC arrive ici.\n\nB est faux.",
            "A est vrai.\n\n{+C arrive ici.\n\n+}B est faux.",
        ),
        ("Premier point.\n\nSecond.", "Premier point.", "Premier point.[-Second.-]"),
        ("mot  double\u00a0!", "mot double\u202f!", "mot double\u202f!"),
        ("Oui", "Non merci vraiment", "[-Oui-]{+Non merci vraiment+}"),
        ("porte-monnaie", "porte-voix", "[-porte-monnaie-]{+porte-voix+}"),
    ],
)
def test_how_a_change_reads(old: str, new: str, read: str) -> None:
    assert short(old, new) == read


def test_paragraphs_are_compared_with_the_ones_they_come_from() -> None:
    old = "Le premier paragraphe parle des écoles.\n\nLe second parle des mairies.\n\nFin du texte."
    new = (
        "Un paragraphe tout neuf.\n\nLe premier paragraphe parle des collèges.\n\nLe second parle des mairies.\n\nFin."
    )
    assert short(old, new) == (
        "{+Un paragraphe tout neuf.\n\n+}Le premier paragraphe parle des [-écoles-]{+collèges+}.\n\n"
        "Le second parle des mairies.\n\nFin[-du texte-]."
    )


def test_two_unlike_texts_are_shown_one_after_the_other() -> None:
    old, new = (
        "Les éoliennes tournent dans la plaine au vent.",
        "Nous voulons du papier pour chaque démarche, au guichet.",
    )
    assert [segment.kind for segment in word_diff(old, new)][:2] == ["removed", "added"]
    assert len(word_diff(old, new)) <= 3


ORDINARY = st.lists(
    st.sampled_from("le la un texte commune école, mot. fin ! a b c \n\n \n d’ 12 (x) …".split(" ")),  # noqa: SIM905
    max_size=40,
).map(" ".join)


@given(st.one_of(ORDINARY, st.text()), st.one_of(ORDINARY, st.text()))
@settings(deadline=None)
def test_both_wordings_can_be_read_in_the_comparison(old: str, new: str) -> None:
    segments = word_diff(old, new)
    assert "".join(segment.text for segment in segments if segment.kind != "removed") == new
    before = "".join(segment.text for segment in segments if segment.kind != "added")
    assert "".join(before.split()) == "".join(old.split())
    assert all(segment.text for segment in segments)
    for one, other in pairwise(segments):
        assert (one.kind, other.kind) in {
            ("kept", "removed"),
            ("kept", "added"),
            ("removed", "added"),
            ("removed", "kept"),
            ("added", "kept"),
        }


@given(st.one_of(ORDINARY, st.text()))
@settings(deadline=None)
def test_the_same_text_has_no_changes(text: str) -> None:
    assert not is_changed(word_diff(text, text))


LONG = {
    "one letter": ("a " * 40_000, "a " * 30_000),
    "two letters": ("a b " * 20_000, "b a a " * 13_000),
    "two lines": ("a\n\nb\n\n" * 10_000, "b\n\na\n\na\n\n" * 7_000),
    "spaces": (" " * 100_000, "\n" * 100_000),
    "no spaces": ("a" * 200_000, "b" * 200_000),
    "all rewritten": (" ".join(f"u{n}" for n in range(20_000)), " ".join(f"v{n}" for n in range(20_000))),
    "turned around": (" ".join(f"u{n}" for n in range(20_000)), " ".join(f"u{n}" for n in range(20_000, 0, -1))),
    "every other word": (" ".join(f"u{n}" for n in range(20_000)), " ".join(f"u{n}" for n in range(0, 20_000, 2))),
    "few words, mixed": (
        " ".join("abcd"[n * n % 7 % 4] for n in range(40_000)),
        " ".join("abcd"[n * n % 11 % 4] for n in range(40_000)),
    ),
    "many paragraphs": (
        "\n\n".join(f"p{n} dit x" for n in range(9_000)),
        "\n\n".join(f"p{n} fait y" for n in range(9_000)),
    ),
    "punctuation": (".,;" * 30_000, ";,." * 30_000),
}


@pytest.mark.parametrize("name", LONG)
def test_long_texts_are_compared_too(name: str) -> None:
    old, new = LONG[name]
    assert "".join(segment.text for segment in word_diff(old, new) if segment.kind != "removed") == new[:200_000]


def test_a_long_text_with_one_changed_word_shows_just_that() -> None:
    words = [f"mot{n % 700}" for n in range(20_000)]
    changed = [*words[:9_999], "autre", *words[10_000:]]
    kinds = [segment.kind for segment in word_diff(" ".join(words), " ".join(changed))]
    assert kinds == ["kept", "removed", "added", "kept"]


def test_a_comparison_in_html() -> None:
    segments = word_diff("Un <b>texte</b>.\n\nFin.", "Un long <b>texte</b>.\n\nFin & suite.")
    assert diff_html(segments) == (
        '<p>Un <ins class="diff-added">long </ins>&lt;b&gt;texte&lt;/b&gt;.</p>'
        '<p>Fin <ins class="diff-added">&amp; suite</ins>.</p>'
    )


def test_a_change_across_paragraphs_stays_well_formed() -> None:
    html = diff_html(
        [Segment("kept", "a "), Segment("removed", "b\n\nc"), Segment("added", "d\ne"), Segment("kept", " f")]
    )
    assert html == (
        '<p>a <del class="diff-removed">b</del></p><p><del class="diff-removed">c</del>'
        '<ins class="diff-added">d<br>e</ins> f</p>'
    )


def test_joined_and_cut_paragraphs_show_a_pilcrow() -> None:
    joined = diff_html(word_diff("Une phrase ici.\n\nUne autre là.", "Une phrase ici. Une autre là."))
    assert '<del class="diff-removed">¶</del>' in joined
    cut = diff_html(word_diff("Une phrase ici. Une autre là.", "Une phrase ici.\n\nUne autre là."))
    assert '<ins class="diff-added">¶</ins>' in cut
    assert cut.count("<p>") == 2


@pytest.mark.parametrize("attack", XSS)
def test_nothing_typed_becomes_markup(attack: str) -> None:
    html = diff_html(word_diff(f"avant {attack}", f"{attack} après"))
    for allowed in (
        "<p>",
        "</p>",
        "<br>",
        '<ins class="diff-added">',
        '<del class="diff-removed">',
        "</ins>",
        "</del>",
    ):
        html = html.replace(allowed, "")
    assert "<" not in html
    assert ">" not in html
