"""The three documents of a small consultation: complete, without what is not public, marked up, and always the same."""

import io
import re
import zipfile
from collections.abc import Awaitable, Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import docx
import html5lib
import pikepdf
import pytest
from docx.oxml.ns import qn

from consult.core.database import execute
from consult.exports.making import added_products
from consult.reports.composing import document
from consult.reports.making import NAME, PRODUCTS, add_documents
from consult.reports.queries import contributions_of, weight
from tests.counting import counted
from tests.reports.pdf_reading import alternatives_of, squeezed, structure_of, text_of
from tests.reports.world import HIDDEN, HOSTILE, SIGNS, UNDRAWN, World, a_world

SUFFIXES = [suffix for suffix, *_ in PRODUCTS]
BAND = "Document provisoire"


def docx_text(path: Path) -> str:
    """Every text node of every part."""
    with zipfile.ZipFile(path) as package:
        parts = [package.read(name).decode() for name in package.namelist() if name.endswith(".xml")]
    return "\n".join(re.sub(r"</w:p>", "\n", part) for part in parts)


def read(path: Path) -> str:
    """The document's words."""
    if path.suffix == ".pdf":
        return text_of(path)
    if path.suffix == ".docx":
        return "\n".join("".join(node.itertext()) for node in docx.Document(str(path)).element.body)
    return path.read_text("utf-8")


@pytest.fixture
async def world(app: Any, tmp_path: Path) -> World:
    return await a_world(tmp_path)


@pytest.fixture
async def still_open(app: Any, tmp_path: Path) -> World:
    return await a_world(tmp_path, closed=False)


@pytest.mark.parametrize("suffix", SUFFIXES)
async def test_everything_public_is_in_it_and_nothing_else(world: World, suffix: str) -> None:
    path, written, told = await world.make(suffix)
    text = squeezed(read(path))
    for words in (
        "Le plan vélo", "Commune de Vallon", "Où faut-il des pistes", "Une piste le long du canal", "par Luc Martin",
        "Elle relierait la gare au lycée", "2 votes", "1 d’accord", "1 pas d’accord", "Les enfants iront seuls",
        "à la piscine", "1 argument pour", "1 argument contre", "1 soutien", "Vélo Vallon, association",
        "On ne s’y croise pas", "Baromètre du vélo", "https://example.org/barometre", "Enquête des écoles",
        "Une piste large le long du canal", "attente d’une réponse de l’auteur", "Argument retiré par son auteur",
        "Source masquée par décision", "Proposition de modification masquée par décision",
        "Contribution n° 2 masquée par décision", "hors sujet", "Licence Ouverte 2.0", "Aucune décision",
    ):  # fmt: skip
        assert squeezed(words) in squeezed(_bare(text) if suffix == ".html" else text), words
    raw = path.read_bytes() if suffix == ".html" else read(path).encode()
    for words in HIDDEN:
        assert words.encode() not in raw
    assert BAND not in read(path)
    assert told == 2
    assert (written.rows, written.size) == (None, path.stat().st_size)


def _bare(html: str) -> str:
    return re.sub(r"<[^>]*>", "", html)


@pytest.mark.engine_free
@pytest.mark.parametrize("suffix", SUFFIXES)
async def test_the_same_data_gives_the_same_bytes(world: World, suffix: str) -> None:
    first, written, _ = await world.make(suffix, "un")
    second, again, _ = await world.make(suffix, "deux")
    assert first.read_bytes() == second.read_bytes()
    assert written == again


@pytest.mark.engine_free
async def test_an_open_consultation_is_marked_on_the_cover_and_on_each_page(still_open: World) -> None:
    world = still_open
    pdf = squeezed(text_of((await world.make(".pdf"))[0])).lower()
    assert pdf.count(squeezed(BAND).lower()) >= 4
    path, _, _ = await world.make(".docx")
    made = docx.Document(str(path))
    assert BAND.lower() in made.sections[0].header.paragraphs[0].text.lower()
    assert any(BAND in one.text for one in made.paragraphs[:4])
    html = read((await world.make(".html"))[0])
    assert f'<p class="band"><strong>{BAND}' in html
    assert f"– {BAND}</title>" in html
    assert made.core_properties.title.endswith(f"– {BAND}")
    with pikepdf.open((await world.make(".pdf"))[0]) as file:
        assert str(file.docinfo["/Title"]).endswith(f"– {BAND}")


@pytest.mark.engine_free
async def test_the_pdf_is_one_for_everybody(world: World) -> None:
    path, _, _ = await world.make(".pdf")
    with pikepdf.open(path) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert pdf.Root.Lang == "fr-FR"
        assert pdf.Root.ViewerPreferences.DisplayDocTitle
        with pdf.open_metadata() as about:
            assert about["pdfuaid:part"] == "1"
            assert about["dc:title"] == "Le plan vélo – Compte rendu de la consultation"
        with pdf.open_outline() as outline:
            titles = [one.title for one in outline.root]
        for page in pdf.pages:
            for font in page.Resources.get("/Font", {}).values():
                descriptor = font.DescendantFonts[0].FontDescriptor
                assert "/FontFile3" in descriptor or "/FontFile2" in descriptor
    assert titles[:2] == ["Présentation", "Calendrier"]
    structure = structure_of(path)
    levels = [int(name[1]) for name in structure if re.fullmatch(r"H[1-6]", name)]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert {"Table", "TH", "L", "LI", "Figure", "TOC", "Link", "BlockQuote", "Caption"} <= set(structure)
    assert any("Participation" in one or "Contributions" in one for one in alternatives_of(path))


@pytest.mark.engine_free
async def test_the_docx_has_real_headings_lists_tables_and_properties(world: World) -> None:
    path, _, _ = await world.make(".docx")
    made = docx.Document(str(path))
    levels = [int(one.style.name[-1]) for one in made.paragraphs if one.style.name.startswith("Heading")]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    about, scope = made.core_properties, await world.scope()
    assert (about.title, about.author) == ("Le plan vélo – Compte rendu de la consultation", "Commune de Vallon")
    assert about.modified == about.created == scope.cut_off.replace(microsecond=0, tzinfo=about.created.tzinfo)
    assert about.language == "fr"
    assert 'w:val="fr-FR"' in docx_text(path)
    assert made.tables
    assert all(table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None for table in made.tables)
    links = [one.get(qn("w:anchor")) for one in made.element.body.iter(qn("w:hyperlink"))]
    marks = {one.get(qn("w:name")) for one in made.element.body.iter(qn("w:bookmarkStart"))}
    assert {one for one in links if one} <= marks
    drawn = list(made.element.body.iter(qn("wp:docPr")))
    assert drawn
    assert all(one.get("descr") for one in drawn)
    ordered = [one for one in made.paragraphs if "piscine" in one.text]
    assert ordered[0]._p.pPr.numPr is not None


@pytest.mark.engine_free
async def test_the_page_to_print_is_sound(world: World) -> None:
    path, _, _ = await world.make(".html")
    source = path.read_bytes()
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    tree = parser.parse(io.BytesIO(source))
    assert parser.errors == []
    levels = [int(one.tag[1]) for one in tree.iter() if re.fullmatch(r"h[1-6]", str(one.tag))]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    keys = [one.get("id") for one in tree.iter() if one.get("id")]
    assert len(keys) == len(set(keys))
    anchors = {one.get("href")[1:] for one in tree.iter("a") if one.get("href", "").startswith("#")}
    assert anchors <= set(keys)
    names = {str(one.tag) for one in tree.iter()}
    assert not names & {"script", "link", "img", "iframe", "form"}
    assert not any(key.startswith("on") or key == "style" for one in tree.iter() for key in one.attrib)
    assert tree.get("lang") == "fr"
    assert b"default-src 'none'; style-src 'sha256-" in source.replace(b"&#x27;", b"'")


@pytest.mark.engine_free
@pytest.mark.parametrize("suffix", SUFFIXES)
async def test_hostile_text_is_only_text(still_open: World, suffix: str) -> None:
    one = await still_open.add('Titre *en* #set $x$ <b> & ""', HOSTILE)
    other = await still_open.add(SIGNS, SIGNS)
    path, _, told = await still_open.make(suffix)
    text = read(path)
    if suffix == ".html":
        body = html5lib.parse(text, namespaceHTMLElements=False).find("body")
        text = "".join(body.itertext())
    for row in (one, other):
        assert squeezed(row.title) in squeezed(text) or _every_sign(squeezed(row.title), squeezed(text))
    # Markdown ate some of the stars: what is stored is what must come out
    for words in ("#set text(red) $x^2$", "@ref <label>", "{{ 7*7 }} {% x %} w:t", "]]>", "#{panic()}", "<script>"):
        assert squeezed(words) in squeezed(text), words
    assert "ultramicroscopic" * 12 in squeezed(text)
    assert told == 4


def _every_sign(words: str, text: str) -> bool:
    """What is written from right to left may be drawn in the other order, what has no sign is told by its code."""
    return all(char in text or f"U+{ord(char):04X}" in text for char in words)


@pytest.mark.engine_free
async def test_what_no_font_can_draw_is_told_by_its_code_in_the_pdf_alone(still_open: World) -> None:
    await still_open.add("Un titre en chinois", f"On dit {UNDRAWN} ici, et 🚲 là.")
    pdf = text_of((await still_open.make(".pdf"))[0])
    assert squeezed("[U+1F6B2 BICYCLE]") in squeezed(pdf)
    assert "[U+4E2D][U+6587]" in squeezed(pdf)
    assert squeezed("remplacés par leur code Unicode") in squeezed(pdf)
    for suffix in (".docx", ".html"):
        assert UNDRAWN in read((await still_open.make(suffix))[0])


@pytest.mark.engine_free
@pytest.mark.parametrize("suffix", SUFFIXES)
async def test_too_many_texts_are_told_in_numbers(world: World, suffix: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document, "MOST_TEXTS", 3)
    path, _, told = await world.make(suffix)
    text = squeezed(read(path))
    assert squeezed("Document abrégé") in text
    assert squeezed("Elle relierait la gare") not in text
    assert squeezed("Rubrique 1") in text
    assert told == 0


async def test_a_document_of_just_as_many_texts_as_it_may_hold_is_whole(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(document, "MOST_TEXTS", await weight(world.discussion.consultation.id))
    assert squeezed("Document abrégé") not in squeezed(read((await world.make(".html"))[0]))


async def test_of_what_is_not_public_no_word_is_even_read(world: World) -> None:
    async for batch in contributions_of(world.discussion.section.id):
        for row, beneath in batch:
            for one in (row, *beneath.arguments, *beneath.sources, *beneath.amendments):
                texts = [one.get(name) for name in ("title", "body_html", "explanation_html", "reason", "link")]
                assert one["state"] == "published" or not any(texts), one


@pytest.mark.engine_free
async def test_english_where_the_territory_speaks_english(world: World) -> None:
    await execute("UPDATE territory SET language = 'en'")
    text = read((await world.make(".html"))[0])
    assert '<html lang="en">' in text
    assert "Contents" in text
    assert "argument for" in text
    for words in ("Sommaire", "soutien", "d’accord", "Compte rendu", "Licence Ouverte 2.0, "):
        assert words not in text.replace("Report of the consultation", "")
    path, _, _ = await world.make(".pdf")
    with pikepdf.open(path) as pdf:
        assert pdf.Root.Lang == "en-GB"


async def test_queries_do_not_grow_with_what_is_said(still_open: World) -> None:
    few = await _queries(lambda: still_open.make(".html"))
    d = still_open.discussion
    for place in range(12):
        one = await still_open.add(f"Contribution {place}", f"Texte {place}")
        d.contribution = one
    assert await _queries(lambda: still_open.make(".html")) == few


async def _queries(make: Callable[[], Awaitable[Any]]) -> int:
    with counted() as asked:
        await make()
    return len(asked)


@pytest.mark.engine_free
def test_the_documents_are_made_with_every_set() -> None:
    add_documents()
    assert {f"{NAME}{suffix}" for suffix in SUFFIXES} <= {one.name + one.suffix for one in added_products()}
