"""The small Markdown: what it shows, what it leaves as typed, and what it never lets through."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consult.core.text.markdown import plain_excerpt, render_markdown
from consult.core.text.sanitising import belt, html_to_text
from tests.core.text.hostile import BOMBS, XSS, check_harmless, words_of

REL = 'rel="nofollow noopener ugc"'


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("Un.\n\nDeux.", "<p>Un.</p>\n<p>Deux.</p>"),
        ("Une ligne\nautre", "<p>Une ligne<br>\nautre</p>"),
        (
            "*doux* et **fort** et ***les deux***",
            "<p><em>doux</em> et <strong>fort</strong> et <em><strong>les deux</strong></em></p>",
        ),
        ("snake_case_name 2*3*4", "<p>snake_case_name 2<em>3</em>4</p>"),
        ("- un\n- deux", "<ul>\n<li>un</li>\n<li>deux</li>\n</ul>"),
        ("• un\n• deux", "<ul>\n<li>un</li>\n<li>deux</li>\n</ul>"),
        ("1. un\n2. deux", "<ol>\n<li>un</li>\n<li>deux</li>\n</ol>"),
        ("3. un\n5. deux\n6. trois", '<ol start="3">\n<li>un</li>\n<li value="5">deux</li>\n<li>trois</li>\n</ol>'),
        ("> cité", "<blockquote>\n<p>cité</p>\n</blockquote>"),
        ("[ici](https://a.example/b)", f'<p><a href="https://a.example/b" {REL}>ici</a></p>'),
        ("<https://a.example>", f'<p><a href="https://a.example" {REL}>https://a.example</a></p>'),
        ("<a@b.example>", f'<p><a href="mailto:a@b.example" {REL}>a@b.example</a></p>'),
        (
            "voir https://a.example/b_c_d.",
            f'<p>voir <a href="https://a.example/b_c_d" {REL}>https://a.example/b_c_d</a>.</p>',
        ),
        ("[](https://a.example)", f'<p><a href="https://a.example" {REL}>https://a.example</a></p>'),
        ("![une carte](https://a.example/x.png)", f'<p><a href="https://a.example/x.png" {REL}>une carte</a></p>'),
        ("# Titre *doux*", "<p><strong>Titre <em>doux</em></strong></p>"),
        ("## Titre ##\ntexte", "<p><strong>Titre</strong></p>\n<p>texte</p>"),
        ("\\*pas doux\\*", "<p>*pas doux*</p>"),
        ("Bonjour !\u202f[x](https://a.example)", f'<p>Bonjour !\u202f<a href="https://a.example" {REL}>x</a></p>'),
        ("", ""),
        (" \n\n ", ""),
    ],
)
def test_what_is_shown(typed: str, shown: str) -> None:
    assert render_markdown(typed) == shown


@pytest.mark.parametrize(
    "typed",
    [
        "Voir #2906 et n° 12",
        "Titre\n=====",
        "---",
        "| a | b |\n|---|---|\n| c | d |",
        "```\ncode\n```",
        "`code`",
        "<b>gras</b> &amp; &nbsp;",
        "[a]: https://a.example",
        "~~barré~~",
        "[x](javascript:alert(1))",
        "x < y > z & t",
        "{{ 7*7 }}",
    ],
)
def test_what_is_not_ours_stays_as_typed(typed: str) -> None:
    assert html_to_text(render_markdown(typed)).split() == typed.split()


def test_text_deeper_than_we_nest_is_still_shown() -> None:
    html = render_markdown("> " * 40 + "profond")
    assert "profond" in html
    assert html.count("<blockquote>") == 5
    check_harmless(html)


@pytest.mark.parametrize(
    "typed", ["[" * 600, "]" * 600, "[" * 600 + "]" * 600, "[a [b [c [d] e] f] g]", "[a\n\nb]", "\\[a"]
)
def test_brackets_that_are_no_links_are_shown_as_typed(typed: str) -> None:
    assert html_to_text(render_markdown(typed)) == typed.replace("\\", "")


@pytest.mark.parametrize(
    "typed",
    [
        "[ [x](https://a.example)",
        "[a [b](https://a.example)]",
        "[[x]](https://a.example)",
        "[ ] [x](https://a.example)",
    ],
)
def test_a_link_among_other_brackets_is_a_link(typed: str) -> None:
    assert '<a href="https://a.example"' in render_markdown(typed)


def test_strong_inside_strong_is_written_once() -> None:
    html = render_markdown("**a **b **c** d** e**")
    assert "<strong><strong>" not in html
    assert words_of(html) == list("abcde")


@pytest.mark.parametrize("attack", XSS)
def test_no_attack_passes(attack: str) -> None:
    for typed in (
        attack,
        f"- {attack}",
        f"> {attack}",
        f"**{attack}**",
        f"[{attack}](https://a.example)",
        f"# {attack}",
    ):
        check_harmless(render_markdown(typed))


@pytest.mark.parametrize("name", BOMBS)
def test_fifty_kilobytes_of_anything_are_rendered(name: str) -> None:
    html = render_markdown(BOMBS[name])
    assert len(html) < 40 * 50_000


# What Markdown itself reads as markup, around short words whose survival can be checked.
MARKUP = st.lists(
    st.sampled_from(
        [*"*_>#-+[]()!<>\\`&;:'\" \n\t", "- ", "> ", "1. ", "\n\n", "    ", "**", "](", "![", "mot", "été", "x"]
    ),
    max_size=60,
)


@given(MARKUP.map("".join))
@settings(deadline=None)
def test_no_word_is_ever_lost(typed: str) -> None:
    html = render_markdown(typed)
    found = "".join(words_of(html)) + "".join(re.findall(r'href="[^"]*"', html))
    for word in ("mot", "été", "x"):
        # a link's address and title are no longer words of the page
        assert found.count(word) >= re.sub(r"\]\([^)]*\)", "", typed).count(word) or "](" in typed


@given(st.one_of(MARKUP.map("".join), st.text()))
@settings(deadline=None)
def test_whatever_is_typed_comes_out_harmless(typed: str) -> None:
    html = render_markdown(typed)
    check_harmless(html)
    assert belt(html) == html


def test_an_excerpt_is_one_line_cut_between_words() -> None:
    assert plain_excerpt("Un **mot** et\n\n- deux\n- trois", 100) == "Un mot et – deux – trois"
    assert plain_excerpt("Un **mot** et *deux* puis trois mots encore", 20) == "Un mot et deux puis…"
    assert plain_excerpt("<p>L’accès, « partout » et pour tous</p>", 11) == "L’accès…"


def test_an_excerpt_of_stored_html_has_no_markup() -> None:
    html = '<p>Un <strong>mot</strong> &amp; <a href="https://a.example" rel="nofollow">lien</a></p>'
    assert plain_excerpt(html, 100) == "Un mot & lien"
    assert plain_excerpt(html * 2_000, 30) == "Un mot & lien Un mot & lien…"


def test_a_word_longer_than_the_excerpt_is_cut_inside() -> None:
    assert plain_excerpt("anticonstitutionnellement", 10) == "anticonst…"


@given(st.text(), st.integers(1, 40))
@settings(deadline=None)
def test_an_excerpt_is_never_longer_than_asked(typed: str, length: int) -> None:
    from consult.core.text.cleaning import visible_length

    excerpt = plain_excerpt(typed, length)
    assert visible_length(excerpt) <= length
    assert "\n" not in excerpt
