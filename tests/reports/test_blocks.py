"""What stored HTML says, as blocks: everything that the sanitiser lets through, and no word lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consult.core.text.markdown import render_markdown
from consult.core.text.sanitising import html_to_text, sanitise_html
from consult.reports.blocks import blocks, legal, paragraphs
from consult.reports.content import Blocks, Listing, ListItem, Paragraph, Quote, Words

pytestmark = pytest.mark.engine_free


def words_of(many: Blocks) -> str:
    """Every word, in order."""
    said: list[str] = []
    for one in many:
        if isinstance(one, Paragraph):
            said += [words.text for words in one.words]
        elif isinstance(one, Quote):
            said.append(words_of(one.blocks))
        else:
            said += [words_of(item.blocks) for item in one.items]
    return " ".join(said)


def squeezed(text: str) -> str:
    return "".join(text.split())


def test_emphasis_links_and_breaks() -> None:
    html = (
        "<p>Une <strong>piste</strong> <em>large</em><br>"
        'le <a href="https://example.org/?a=1&amp;b=2" rel="x">long</a></p>'
    )
    assert blocks(html) == (
        Paragraph(
            (
                Words("Une "),
                Words("piste", strong=True),
                Words(" "),
                Words("large", em=True),
                Words("\n"),
                Words("le "),
                Words("long", link="https://example.org/?a=1&b=2"),
            )
        ),
    )


def test_lists_keep_their_numbers() -> None:
    html = '<ol start="3"><li>trois</li><li value="7">sept<p>suite</p><ul><li>dedans</li></ul></li><li>huit</li></ol>'
    (listing,) = blocks(html)
    assert isinstance(listing, Listing)
    assert [item.number for item in listing.items] == [3, 7, 8]
    assert listing.items[1].blocks[1:] == (
        Paragraph((Words("suite"),)),
        Listing((ListItem((Paragraph((Words("dedans"),)),)),)),
    )


def test_a_quotation_holds_blocks() -> None:
    assert blocks("<blockquote><p>dit</p></blockquote><p>donc</p>") == (
        Quote((Paragraph((Words("dit"),)),)),
        Paragraph((Words("donc"),)),
    )


def test_a_link_that_is_not_safe_leads_nowhere() -> None:
    assert blocks('<p><a href="javascript:alert(1)">ici</a></p>') == (Paragraph((Words("ici"),)),)


def test_what_was_never_closed_ends_with_the_text() -> None:
    assert squeezed(words_of(blocks("<ul><li>un<blockquote>deux<b>trois</i></p>quatre"))) == "undeuxtroisquatre"


def test_no_character_that_a_document_cannot_hold() -> None:
    assert legal("a\x00b\x0bc\ud800d\tf\n") == "a\ufffdb\ufffdc\ufffdd\tf\n"


def test_typed_text_keeps_its_paragraphs() -> None:
    assert paragraphs("un\ndeux\n\n  trois") == (
        Paragraph((Words("un"), Words("\n"), Words("deux"))),
        Paragraph((Words("trois"),)),
    )


@given(st.text(max_size=300))
def test_no_word_of_a_markdown_text_is_lost(text: str) -> None:
    html = render_markdown(text)
    assert _bare(words_of(blocks(html))) == _bare(html_to_text(html))


PIECES = (
    *("<p>", "</p>", "<ul>", "<li>", "</ul>", "<ol>", "<b>", "</b>", "<blockquote>", "</blockquote>", "<br>"),
    *("<h2>", "</h2>", "<td>", "mot", " ", "é & è"),
)


@given(st.lists(st.sampled_from(PIECES), max_size=40))
def test_no_word_of_foreign_html_is_lost(pieces: list[str]) -> None:
    html = sanitise_html("".join(pieces))
    assert _bare(words_of(blocks(html))) == _bare(html_to_text(html))


def _bare(text: str) -> str:
    # the plain text puts dashes and numbers before items, which are no words
    return "".join(char for char in text if char.isalpha())
