"""HTML typed elsewhere comes out as a few clean elements, with all its words."""

import gzip
import json
import re
import unicodedata
from html import unescape
from pathlib import Path

import html5lib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consult.core.text.sanitising import belt, html_to_text, plain_to_html, sanitise_html
from tests.core.text.hostile import BOMBS, XSS, check_harmless, words_of

REL = 'rel="nofollow noopener ugc"'
LINK = f'<a href="https://a.example" {REL}>'
REAL = Path(__file__).parents[4] / "shared/data/republique-numerique/opinions.jsonl.gz"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (
            "<p>L&rsquo;&eacute;t&eacute;&nbsp;: &laquo;&nbsp;oui&nbsp;&raquo; &#39;x&#39;</p>\r\n\r\n<p>b</p>",
            "<p>L’été&nbsp;: «&nbsp;oui&nbsp;» 'x'</p><p>b</p>",
        ),
        ("<p>a<br />\r\nb</p>", "<p>a<br>b</p>"),
        ("<p>a<br /><br />\r\n<br>b<br></p>", "<p>a</p><p>b</p>"),
        ("<div><div>a</div><div>b<div>c</div>d</div></div>", "<p>a</p><p>b</p><p>c</p><p>d</p>"),
        ("<p>&nbsp;</p><p></p><div> </div><p>a</p>", "<p>a</p>"),
        ("a<p>b</p>c", "<p>a</p><p>b</p><p>c</p>"),
        ("<h1>T</h1><h3>U</h3><p>a</p>", "<p><strong>T</strong></p><p><strong>U</strong></p><p>a</p>"),
        ("<h2><strong>T</strong></h2>", "<p><strong>T</strong></p>"),
        ("<b>a</b> <i>b</i> <u>c</u> <span style='x'>d</span>", "<p><strong>a</strong> <em>b c</em> d</p>"),
        ("<b>a<i>b</b>c</i>", "<p><strong>a<em>b</em></strong><em>c</em></p>"),
        ("<strong><p>a</p><p>b</p></strong>", "<p><strong>a</strong></p><p><strong>b</strong></p>"),
        ("<p>un <b> deux </b> trois</p>", "<p>un <strong>deux</strong> trois</p>"),
        ("<p>a<b> </b>b<i></i></p>", "<p>a b</p>"),
        ("<ul>\r\n\t<li>a</li>\r\n\t<li>b</li>\r\n</ul>", "<ul><li>a</li><li>b</li></ul>"),
        ("<ul><li>a<li>b</ul>c", "<ul><li>a</li><li>b</li></ul><p>c</p>"),
        ("<ul><li><p>a</p><p>b</p></li></ul>", "<ul><li>a<p>b</p></li></ul>"),
        ("<ul><li>a<ul><li>b</ul><li>c</ul>", "<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>"),
        ("<ol start='3'><li>a<li value=7>b</ol>", '<ol start="3"><li>a</li><li value="7">b</li></ol>'),
        ("<ol start='x' class=y><li>a</ol>", "<ol><li>a</li></ol>"),
        ("<li>a</li><li>b</li><p>c</p>", "<ul><li>a</li><li>b</li></ul><p>c</p>"),
        ("<ul>a<li></li></ul>", "<ul><li>a</li></ul>"),
        ("<ul></ul><blockquote></blockquote>", ""),
        ("<blockquote>a<p>b</p></blockquote>c", "<blockquote><p>a</p><p>b</p></blockquote><p>c</p>"),
        ("<a href='https://a.example' class=x target=_blank>a</a>b", f"<p>{LINK}a</a>b</p>"),
        ("<a href='https://a.example'>a <b>b</b></a>", f"<p>{LINK}a <strong>b</strong></a></p>"),
        ("<a href='/local'>a</a> <a name=x>b</a>", "<p>a b</p>"),
        ("<a href='https://a.example'></a>b", "<p>b</p>"),
        ("<img src='https://a.example' alt='une carte'>", f"<p>{LINK}une carte</a></p>"),
        ("<img src='/x.png' alt='une carte'>", "<p>une carte</p>"),
        ("<img src='https://a.example'>", f"<p>{LINK}https://a.example</a></p>"),
        ("<iframe src='https://a.example'>x</iframe>b", f"<p>{LINK}https://a.example</a>b</p>"),
        ("<table><tr><th>a</th><td>b</td></tr><tr><td>c</td></tr></table>", "<p>a b</p><p>c</p>"),
        ("a<hr>b", "<p>a</p><p>b</p>"),
        ("<p>a</b></ul></blockquote></p></li>b", "<p>a</p><p>b</p>"),
        ("<p>1 < 2 & 3 > 2 <3", "<p>1 &lt; 2 &amp; 3 &gt; 2 &lt;3</p>"),
        ("<p>&lt;nom&gt; &amp;lt;", "<p>&lt;nom&gt; &amp;lt;</p>"),
        ("<script>x</script><style>y</style><p>a<!-- z --></p><!doctype html><?php z ?>", "<p>a</p>"),
        ("<p>a\u202eb&#x202e;c&#0;d\0e&zwj;f</p>", "<p>abc\ufffddef</p>"),
        ("<p title='a>b'>c</p>", "<p>c</p>"),
        ("une ligne\r\nautre\r\n\r\nparagraphe &eacute;", "<p>une ligne<br>autre</p><p>paragraphe é</p>"),
        ("", ""),
    ],
)
def test_what_comes_out(typed: str, kept: str) -> None:
    assert sanitise_html(typed) == kept


@pytest.mark.parametrize("attack", XSS)
def test_no_attack_passes(attack: str) -> None:
    for typed in (
        attack,
        f"<p>{attack}</p>",
        f"<ul><li>{attack}",
        f"<a href='https://a.example'>{attack}</a>",
        f"<b title='{attack}'>x",
        f'<img alt="{attack}">',
    ):
        html = sanitise_html(typed)
        check_harmless(html)
        assert sanitise_html(html) == html
    check_harmless(plain_to_html(attack))


@pytest.mark.parametrize("name", BOMBS)
def test_fifty_kilobytes_of_anything_are_sanitised(name: str) -> None:
    html = sanitise_html(BOMBS[name])
    assert len(html) < 10 * 50_000
    check_harmless(html[:2_000].rpartition("<")[0] if len(html) > 100_000 else html)
    html_to_text(BOMBS[name])


SOUP = st.lists(
    st.sampled_from(
        [
            *(
                f"<{slash}{name}>"
                for slash in ("", "/")
                for name in (
                    "p",
                    "div",
                    "b",
                    "i",
                    "u",
                    "h2",
                    "ul",
                    "ol",
                    "li",
                    "blockquote",
                    "a",
                    "td",
                    "nom",
                    "script",
                )
            ),
            *(
                "<br>",
                "<br/>",
                "<a href='https://a.example'>",
                "<a href='javascript:x'>",
                '<img src="https://a.example" alt="image">',
                "<ol start=4>",
                "<li value=9>",
            ),
            *(
                "<",
                ">",
                "'",
                '"',
                "&",
                "&lt;",
                "&nbsp;",
                " ",
                "\n",
                "mot",
                "été",
                "\0",
                "\u202e",
                "<!--",
                "-->",
                "e\u0301",
                "\u00a0",
            ),
        ]
    ),
    max_size=50,
).map("".join)


@given(st.one_of(SOUP, st.text()))
@settings(deadline=None)
def test_any_soup_comes_out_harmless_and_settled(typed: str) -> None:
    html = sanitise_html(typed)
    check_harmless(html)
    assert sanitise_html(html) == html, "twice is once"
    assert belt(html) == html, "the second belt finds nothing to do"
    assert not re.search(r"<(p|li|ul|ol|blockquote|strong|em|a[^>]*)>\s*</", html), "nothing empty is written"


@given(SOUP)
@settings(deadline=None)
def test_no_word_is_lost(typed: str) -> None:
    if "<script>" in typed or "<!--" in typed or '"' in typed or "'" in typed:
        return
    shown = "".join(words_of(sanitise_html(typed)))
    words = "".join(re.findall(r"\w+", re.sub(r"<[^<>]*>", "", unescape(typed))))
    assert shown.count("mot") >= typed.count("mot") - len(re.findall(r"<[^<>]*mot", typed))
    assert len(shown) >= shown.count("mot") * 3
    assert words.count("été") == 0 or "été" in shown or re.search(r"<[^<>]*été", typed)


def test_lists_are_never_deeper_than_readers_can_follow() -> None:
    html = sanitise_html("<ul><li>x" * 500)
    assert html.count("<ul>") == 6
    assert words_of(html) == ["x"] * 500


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("a\nb\n\nc", "<p>a<br>b</p><p>c</p>"),
        ("a\r\n\r\n\r\n\r\nb", "<p>a</p><p>b</p>"),
        ("a<br>\r\nb<br />c", "<p>a<br>b<br>c</p>"),
        ("<nom de famille>.nom.fr & <script>", "<p>&lt;nom de famille&gt;.nom.fr &amp; &lt;script&gt;</p>"),
        ("voir <https://a.example>, ok", f"<p>voir &lt;{LINK}https://a.example</a>&gt;, ok</p>"),
        ("", ""),
    ],
)
def test_plain_text_keeps_its_lines(typed: str, shown: str) -> None:
    assert plain_to_html(typed) == shown


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>a<br>b</p><p>c &amp; &lt;d&gt;</p>", "a\nb\n\nc & <d>"),
        ("<p>a</p><ul><li>b</li><li>c<ul><li>d</li></ul></li></ul><p>e</p>", "a\n\n- b\n- c\n  - d\n\ne"),
        ('<ol start="3"><li>a</li><li value="7">b</li><li>c</li></ol>', "3. a\n7. b\n8. c"),
        ("<blockquote><p>a</p></blockquote><p>b</p>", "a\n\nb"),
        ("<ul>\n<li>\n<p>a</p>\n</li>\n</ul>\n<p>b<br>\nc</p>", "- a\n\nb\nc"),
        ("<p>a\nb</p>", "a b"),
        ("<div>a</div><script>x</script><div>b</div>", "a\n\nb"),
        ("texte\nnu", "texte\nnu"),
    ],
)
def test_html_as_text(html: str, text: str) -> None:
    assert html_to_text(html) == text


def test_addresses_are_written_out_for_plain_mail() -> None:
    html = "<p><a href='https://a.example/x?a=1&amp;b=2'>ici</a>, <a href='https://b.example'>https://b.example</a></p>"
    assert html_to_text(html, links=True) == "ici (https://a.example/x?a=1&b=2), https://b.example"


@pytest.mark.real_data
def test_real_bodies_keep_all_their_words() -> None:
    """What an independent parser reads in the bodies typed by the public in 2015 is all there after sanitising."""
    if not REAL.exists():
        pytest.skip(f"the real consultation is not at {REAL}")
    compared = 0
    with gzip.open(REAL, "rb") as lines:
        for line in lines:
            opinion = json.loads(line)["opinion"]
            for body in [opinion["body"], *(x["body"] for x in opinion["appendices"] if x.get("body"))]:
                html = sanitise_html(body)
                check_harmless(html)
                assert sanitise_html(html) == html
                source = html5lib.parseFragment(body, namespaceHTMLElements=False)
                words = re.findall(
                    r"\w+", unicodedata.normalize("NFC", "".join(source.itertext())).replace("\u200b", "")
                )
                assert "".join(words) == "".join(w for w in words_of(html) if w) or "<img" in body
                compared += 1
            for item in [*opinion["arguments"], *opinion["sources"]]:
                if "<" in item["body"]:
                    check_harmless(plain_to_html(item["body"]))
    assert compared > 800


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "data:text/html,x", "ftp://a.example", "/account/delete", "https://bank.fr@evil.example"],
)
def test_the_second_belt_lets_no_address_through_that_the_first_would_have_refused(address: str) -> None:
    assert "href" not in belt(f'<p><a href="{address}">ici</a></p>')
