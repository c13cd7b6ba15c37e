"""The document for word processors: real headings, lists, tables and links, with nothing that only looks like one."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

from consult.exports.formats.known import ExtraMissing
from consult.reports.blocks import legal
from consult.reports.content import (
    Amendment,
    Argument,
    Ballots,
    Block,
    Blocks,
    Chart,
    Contribution,
    Front,
    Heading,
    Listing,
    Node,
    Paragraph,
    Prose,
    Quote,
    Side,
    Source,
    Table,
    Tombstone,
    Words,
)
from consult.reports.writing.docx_parts import (
    AGAINST,
    BULLETS,
    FOR,
    LEVELS,
    SOURCES,
    STEP,
    Numberings,
    add_chart,
    dress,
    save,
)

_DEEPEST = 6
_CONTENTS = 2


class DocxWriter:
    """Takes the nodes one by one, and writes the file at the end: the format has no other way."""

    def __init__(self, front: Front) -> None:
        if find_spec("docx") is None:
            raise ExtraMissing("docx", "python-docx")
        from docx import Document
        from docx.oxml.ns import qn

        self._front = front
        self._document: Any = Document()
        self._qn = qn
        self._body: Any = self._document.element.body
        self._links: dict[str, str] = {}
        self._charts = self._bookmarks = 0
        dress(self._document, front)
        self._numberings = Numberings(self._document)
        self._end: Any = self._body[-1]  # the section's properties stay last
        self._cover()
        self._contents()

    def add(self, node: Node) -> None:
        """One node."""
        match node:
            case Heading():
                self._heading(node.text, node.level, key=node.key, opens_page=node.opens_page)
            case Prose():
                self._blocks(node.blocks, style="Byline" if node.look == "note" else "")
            case Table():
                self._table(node)
            case Chart():
                self._chart(node)
            case Tombstone():
                self._plain(node.text, "Gone")
            case Contribution():
                self._contribution(node)

    def save(self, path: Path) -> None:
        """Write the file."""
        save(self._document, path, self._front.cut_off)

    # What a document is made of: paragraphs, runs, links.

    def _element(self, parent: Any, tag: str, /, **attributes: str) -> Any:
        made = parent.makeelement(self._qn(f"w:{tag}"))
        for key, value in attributes.items():
            made.set(self._qn(f"w:{key}"), value)
        parent.append(made)
        return made

    def _paragraph(self, style: str = "", *, indent: int = 0, numbering: tuple[int, int] | None = None) -> Any:
        made = self._body.makeelement(self._qn("w:p"))
        self._end.addprevious(made)
        if style or indent or numbering:
            properties = self._element(made, "pPr")
            if style:
                self._element(properties, "pStyle", val=style)
            if numbering:
                numbers = self._element(properties, "numPr")
                self._element(numbers, "ilvl", val=str(min(numbering[1], LEVELS - 1)))
                self._element(numbers, "numId", val=str(numbering[0]))
            elif indent:
                self._element(properties, "ind", left=str(indent))
        return made

    def _run(self, parent: Any, text: str, *, strong: bool = False, em: bool = False, link: bool = False) -> None:
        run = self._element(parent, "r")
        if strong or em or link:
            properties = self._element(run, "rPr")
            if link:
                self._element(properties, "rStyle", val="Hyperlink")
            if strong:
                self._element(properties, "b")
            if em:
                self._element(properties, "i")
        if text == "\n":
            self._element(run, "br")
            return
        words = self._element(run, "t")
        words.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
        words.text = legal(text)

    def _words(self, paragraph: Any, one: Words) -> None:
        if one.link:
            self._link(paragraph, one.text, one.link, strong=one.strong, em=one.em)
        else:
            self._run(paragraph, one.text, strong=one.strong, em=one.em)

    def _link(self, paragraph: Any, text: str, address: str, *, strong: bool = False, em: bool = False) -> None:
        from docx.opc.constants import RELATIONSHIP_TYPE

        key = self._links.get(address)
        if key is None:
            key = self._links[address] = f"rIdL{len(self._links) + 1}"
            self._document.part.rels.add_relationship(RELATIONSHIP_TYPE.HYPERLINK, address, key, is_external=True)
        around = paragraph.makeelement(self._qn("w:hyperlink"))
        around.set(self._qn("r:id"), key)
        paragraph.append(around)
        self._run(around, text, strong=strong, em=em, link=True)

    def _plain(self, text: str, style: str = "", *, indent: int = 0) -> None:
        if text:
            self._run(self._paragraph(style, indent=indent), text)

    def _bookmark(self, paragraph: Any, key: str) -> None:
        self._bookmarks += 1
        self._element(paragraph, "bookmarkStart", id=str(self._bookmarks), name=key[:40])
        self._element(paragraph, "bookmarkEnd", id=str(self._bookmarks))

    def _heading(self, text: str, level: int, *, key: str = "", opens_page: bool = False, href: str = "") -> None:
        paragraph = self._paragraph(f"Heading{min(level, _DEEPEST)}")
        if opens_page:
            self._element(paragraph[0], "pageBreakBefore")
        if key:
            self._bookmark(paragraph, key)
        if href:
            self._link(paragraph, text, href)
        else:
            self._run(paragraph, text)

    # Blocks.

    def _blocks(
        self,
        many: Blocks,
        *,
        style: str = "",
        depth: int = 0,
        numbering: tuple[int, int] | None = None,
        indent: int = 0,
    ) -> None:
        """Blocks one after the other; the first paragraph carries the item's mark, the others stand under its text."""
        for one in many:
            self._block(one, style, depth, numbering, indent)
            numbering = None

    def _block(self, one: Block, style: str, depth: int, numbering: tuple[int, int] | None, indent: int) -> None:
        match one:
            case Paragraph():
                paragraph = self._paragraph(style, indent=indent + STEP * depth, numbering=numbering)
                for words in one.words:
                    self._words(paragraph, words)
            case Listing():
                if numbering:  # a list is all that stands in the item: its mark still does
                    self._paragraph(style, numbering=numbering)
                self._list(one, depth, indent)
            case Quote():
                if numbering:
                    self._paragraph(style, numbering=numbering)
                self._blocks(one.blocks, style="Quote", depth=depth + 1, indent=indent)

    def _list(self, one: Listing, depth: int, indent: int) -> None:
        expected, key = None, BULLETS
        for item in one.items:
            if one.ordered and (number := item.number if item.number is not None else 1) != expected:
                key, expected = self._numberings.numbered(min(depth, LEVELS - 1), number), number
            expected = expected + 1 if expected is not None else None
            self._blocks(item.blocks, depth=depth + 1, numbering=(key, depth), indent=indent)

    # The first pages.

    def _cover(self) -> None:
        cover = self._front.cover
        self._plain(cover.territory, "Subtitle")
        if cover.provisional:
            self._plain(f"{cover.provisional_short}. {cover.provisional}", "Band")
        self._plain(cover.title, "Title")
        self._plain(cover.subtitle, "Subtitle")
        if cover.question:
            self._run(self._paragraph(), cover.question, em=True)
        figures = " · ".join(f"{number} {words}" for number, words in cover.key_figures)
        self._plain(figures, "Band")
        for words in (cover.period, cover.as_of, cover.abridged):
            self._plain(words)
        address = self._paragraph()
        self._run(address, f"{cover.address_label} ")
        self._link(address, cover.address, cover.address)

    def _contents(self) -> None:
        """A table of contents that word processors can bring up to date, filled in already, without page numbers."""
        title = self._paragraph("Subtitle")
        self._element(title[0], "pageBreakBefore")
        self._run(title, self._front.labels.contents)
        opening = self._paragraph()
        self._field_mark(opening, "begin")
        code = self._element(self._element(opening, "r"), "instrText")
        code.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
        code.text = f' TOC \\o "1-{_CONTENTS}" \\n \\h \\z '
        self._field_mark(opening, "separate")
        paragraph = opening
        for one in self._front.contents:
            paragraph = self._paragraph(indent=STEP * (one.level - 1) or 0)
            around = self._element(paragraph, "hyperlink", anchor=one.key[:40])
            self._run(around, one.text, strong=one.level == 1)
        self._field_mark(paragraph, "end")

    def _field_mark(self, paragraph: Any, kind: str) -> None:
        self._element(self._element(paragraph, "r"), "fldChar", fldCharType=kind)

    # Tables and charts.

    def _table(self, one: Table) -> None:
        self._plain(one.caption, "Caption")
        table = self._body.makeelement(self._qn("w:tbl"))
        self._end.addprevious(table)
        properties = self._element(table, "tblPr")
        self._element(properties, "tblW", w="5000", type="pct")
        borders = self._element(properties, "tblBorders")
        for name in ("top", "bottom", "insideH"):
            self._element(borders, name, val="single", sz="4", space="0", color="BBBBBB")
        self._element(properties, "tblLook", val="04A0", firstRow="1", firstColumn="1", noHBand="1", noVBand="1")
        self._element(properties, "tblCaption", val=one.caption)
        grid = self._element(table, "tblGrid")
        wide = 9000 // (len(one.columns) + 1)
        for at, _ in enumerate(one.columns):
            self._element(grid, "gridCol", w=str(wide * 2 if at == 0 else wide))
        self._table_row(table, one.columns, one.numbers, head=True)
        for row in one.rows:
            self._table_row(table, row, one.numbers)
        self._paragraph()

    def _table_row(self, table: Any, row: tuple[str, ...], numbers: tuple[bool, ...], *, head: bool = False) -> None:
        made = self._element(table, "tr")
        properties = self._element(made, "trPr")
        self._element(properties, "cantSplit")
        if head:
            self._element(properties, "tblHeader")
        for at, words in enumerate(row):
            paragraph = self._element(self._element(made, "tc"), "p")
            style = self._element(paragraph, "pPr")
            self._element(style, "spacing", before="30", after="30")
            if at < len(numbers) and numbers[at]:
                self._element(style, "jc", val="right")
            self._run(paragraph, words, strong=head)

    def _chart(self, one: Chart) -> None:
        from docx.oxml import parse_xml

        self._charts += 1
        key = add_chart(self._document, one, self._charts, self._front.accent.lstrip("#").upper())
        self._plain(one.caption, "Caption")
        wide, tall = 5_600_000, 1_900_000 if one.look == "columns" else 420_000 + 260_000 * len(one.values)
        drawing = parse_xml(
            '<w:r xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
            ' xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"'
            ' xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
            ' xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"'
            ' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><w:drawing>'
            f'<wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent cx="{wide}" cy="{min(tall, 7_800_000)}"/>'
            f'<wp:docPr id="{self._charts}" name="chart{self._charts}"/><wp:cNvGraphicFramePr/>'
            '<a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/chart">'
            f'<c:chart r:id="{key}"/></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>'
        )
        drawing.find(f".//{self._qn('wp:docPr')}").set("descr", legal(one.alt))
        self._paragraph().append(drawing)

    # Contributions.

    def _contribution(self, one: Contribution) -> None:
        level = one.level + 1
        self._heading(f"{one.number} – {one.title}", one.level, key=one.key, href=one.href)
        self._plain(one.by, "Byline")
        for note in one.notes:
            self._plain(note, "Votes")
        self._blocks(one.blocks)
        self._ballots(one.ballots)
        if one.explanation:
            self._heading(one.explanation_heading, level)
            self._blocks(one.explanation)
        for annex in one.annexes:
            self._heading(annex.heading, level)
            for words, text in annex.parts:
                self._plain(words, "Byline", indent=STEP)
                self._blocks(text, indent=STEP)
        self._sides(one.sides, level)
        if one.sources:
            self._heading(one.sources_heading, level)
            self._sources(one.sources, 0)
        if one.amendments:
            self._heading(one.amendments_heading, level)
            for other in one.amendments:
                self._amendment(other, level + 1)

    def _ballots(self, one: Ballots) -> None:
        self._plain(one.text, "Votes")
        for note in one.notes:
            self._plain(note, "Byline")

    def _sides(self, many: tuple[Side, ...], level: int) -> None:
        for side in many:
            self._heading(side.heading, level)
            for argument in side.arguments:
                self._argument(argument, FOR if side.side == "for" else AGAINST)

    def _argument(self, one: Argument, mark: int) -> None:
        paragraph = self._paragraph("Gone" if one.gone else "Byline", numbering=(mark, 0))
        self._run(paragraph, one.gone or one.by)
        self._blocks(one.blocks, depth=1)
        self._sources(one.sources, 1)

    def _sources(self, many: tuple[Source, ...], depth: int) -> None:
        for one in many:
            paragraph = self._paragraph("Gone" if one.gone else "", numbering=(SOURCES, depth))
            if one.gone:
                self._run(paragraph, one.gone)
                continue
            if one.link:
                self._link(paragraph, one.title, one.link)
            else:
                self._run(paragraph, one.title)
            indent = STEP * (depth + 1)
            self._plain(one.about, "Byline", indent=indent)
            self._plain(one.link, "Byline", indent=indent)
            self._blocks(one.note, indent=indent)

    def _amendment(self, one: Amendment, level: int) -> None:
        if one.gone:
            self._plain(one.gone, "Gone")
            return
        self._heading(one.heading, level)
        self._plain(one.by, "Byline")
        self._plain(one.outcome, "Votes")
        self._blocks(one.reason)
        self._plain(self._front.labels.wording, "Byline", indent=STEP)
        self._blocks(one.wording, indent=STEP)
        if one.ballots:
            self._ballots(one.ballots)
        self._sides(one.sides, level + 1)
