"""What a DOCX has beside its text: styles, numberings, charts, running heads; and a package whose bytes do not vary."""

import zipfile
from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from consult.exports.formats.files import member
from consult.reports.content import Chart, Front

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_A = "http://schemas.openxmlformats.org/drawingml/2006/main"
_C = "http://schemas.openxmlformats.org/drawingml/2006/chart"
_CHART_TYPE = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"
FONT = "Georgia"
INK, SOFT = "222222", "555555"
HEADING_SIZES = (22, 16, 13, 11.5, 11, 10.5)

BULLETS, FOR, AGAINST, SOURCES, NUMBERS = 1, 2, 3, 4, 5
_MARKS = {BULLETS: "•", FOR: "+", AGAINST: "−", SOURCES: "→"}
LEVELS = 9
STEP = 340


def dress(document: Any, front: Front) -> None:
    """Styles, language, properties, page, running head and foot."""
    from docx.shared import Mm

    _language(document, f"{front.language}-{front.region}")
    _styles(document, front.accent.lstrip("#").upper())
    _properties(document, front)
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(27)
    section.top_margin, section.bottom_margin = Mm(26), Mm(24)
    section.different_first_page_header_footer = True
    _running(section, front)


def _language(document: Any, code: str) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    defaults = document.styles.element.find(qn("w:docDefaults")).find(qn("w:rPrDefault")).find(qn("w:rPr"))
    for old in defaults.findall(qn("w:lang")):
        defaults.remove(old)
    lang = OxmlElement("w:lang")
    for name in ("w:val", "w:eastAsia", "w:bidi"):
        lang.set(qn(name), "ar-SA" if name == "w:bidi" else code)
    defaults.append(lang)


def _styles(document: Any, accent: str) -> None:
    from docx.enum.style import WD_STYLE_TYPE
    from docx.shared import Mm, Pt

    styles = document.styles
    _font(styles["Normal"], 10.5, INK)
    styles["Normal"].paragraph_format.space_after = Pt(6)
    styles["Normal"].paragraph_format.line_spacing = 1.15
    for level, size in enumerate(HEADING_SIZES, 1):
        style = styles[f"Heading {level}"]
        _font(style, size, accent if level in (1, 2) else INK, bold=True)
        style.paragraph_format.space_before = Pt(22 if level == 1 else 16 if level < 4 else 10)
        style.paragraph_format.space_after = Pt(6)
        style.paragraph_format.keep_with_next = True
    _font(styles["Title"], 30, INK, bold=True)
    _without_border(styles["Title"])
    styles["Title"].paragraph_format.space_before = Mm(55)
    _font(styles["Subtitle"], 15, SOFT)
    _font(styles["Caption"], 10.5, INK, bold=True)
    styles["Caption"].paragraph_format.keep_with_next = True
    styles["Caption"].paragraph_format.space_before = Pt(12)
    _font(styles["Quote"], 10.5, INK)
    for name, size, color in (("Byline", 9, SOFT), ("Gone", 10.5, SOFT), ("Votes", 9.5, INK), ("Band", 11, INK)):
        style = styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = styles["Normal"]
        _font(style, size, color)
    styles["Byline"].paragraph_format.space_after = Pt(3)
    styles["Byline"].paragraph_format.keep_with_next = True
    styles["Gone"].font.italic = True
    styles["Band"].font.bold = True
    link = styles.add_style("Hyperlink", WD_STYLE_TYPE.CHARACTER)
    link.font.underline = True


def _font(style: Any, size: float, color: str, *, bold: bool = False) -> None:
    """One look, with nothing left of the library's own: a theme's colour would win over ours."""
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    for link in style.element.findall(qn("w:link")):  # a style of characters that would bring the old look back
        style.element.remove(link)
    looks = style.element.get_or_add_rPr()
    for child in list(looks):
        looks.remove(child)
    style.font.name, style.font.size, style.font.bold = FONT, Pt(size), bold
    style.font.color.rgb = RGBColor.from_string(color)
    for name in ("w:cs", "w:eastAsia"):
        looks.find(qn("w:rFonts")).set(qn(name), FONT)


def _without_border(style: Any) -> None:
    from docx.oxml.ns import qn

    border = style.element.get_or_add_pPr().find(qn("w:pBdr"))
    if border is not None:
        border.getparent().remove(border)


def _properties(document: Any, front: Front) -> None:
    about, at = document.core_properties, front.cut_off.replace(tzinfo=None, microsecond=0)
    about.title, about.subject, about.author = front.title[:255], front.subject[:255], front.author[:255]
    about.language, about.comments, about.keywords, about.category = front.language, "", "", ""
    about.created = about.modified = at
    about.last_modified_by, about.revision = front.author[:255], 1


def _running(section: Any, front: Front) -> None:
    head = section.header.paragraphs[0]
    head.style = "Byline"
    short = front.cover.provisional_short
    head.add_run(f"{short.upper()} – " if short else "").bold = True
    head.add_run(front.running)
    foot = section.footer.paragraphs[0]
    foot.style = "Byline"
    foot.add_run(f"{front.cover.territory} – ")
    for at, piece in enumerate(front.labels.page_of.replace("{pages}", "{page}").split("{page}")):
        if at:
            _field(foot, "PAGE" if at == 1 else "NUMPAGES")
        if piece:
            foot.add_run(piece)


def _field(paragraph: Any, code: str) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), code)
    run = OxmlElement("w:r")
    text = OxmlElement("w:t")
    text.text = "1"
    run.append(text)
    field.append(run)
    paragraph._p.append(field)


class Numberings:
    """Marks before items, and a numbering for each numbered list, which begins where it says."""

    def __init__(self, document: Any) -> None:
        from docx.oxml import parse_xml

        self._root = document.part.numbering_part.element
        for child in list(self._root):
            self._root.remove(child)
        for key, mark in _MARKS.items():
            self._root.append(parse_xml(_abstract(key, [("bullet", mark)] * LEVELS)))
        numbers = [("decimal", f"%{level + 1}.") for level in range(LEVELS)]
        self._root.append(parse_xml(_abstract(NUMBERS, numbers)))
        self._last = 0
        for key in _MARKS:
            self._add(key, "")

    def numbered(self, level: int, start: int) -> int:
        """A numbering of one list (or of the rest of one, where its numbers jump)."""
        return self._add(NUMBERS, f'<w:lvlOverride w:ilvl="{level}"><w:startOverride w:val="{start}"/></w:lvlOverride>')

    def _add(self, abstract: int, override: str) -> int:
        from docx.oxml import parse_xml

        self._last += 1
        self._root.append(
            parse_xml(
                f'<w:num xmlns:w="{W}" w:numId="{self._last}"><w:abstractNumId w:val="{abstract}"/>{override}</w:num>'
            )
        )
        return self._last


def _abstract(key: int, levels: Sequence[tuple[str, str]]) -> str:
    inner = "".join(
        f'<w:lvl w:ilvl="{at}"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{mark}"/>'
        f'<w:lvlJc w:val="left"/><w:pPr><w:ind w:left="{STEP * (at + 1)}" w:hanging="{STEP}"/></w:pPr></w:lvl>'
        for at, (form, mark) in enumerate(levels)
    )
    return (
        f'<w:abstractNum xmlns:w="{W}" w:abstractNumId="{key}"><w:multiLevelType w:val="multilevel"/>{inner}'
        "</w:abstractNum>"
    )


def add_chart(document: Any, chart: Chart, number: int, accent: str) -> str:
    """The chart as a part of the package; returns its relationship's name."""
    from docx.opc.constants import RELATIONSHIP_TYPE
    from docx.opc.packuri import PackURI
    from docx.opc.part import Part

    name = PackURI(f"/word/charts/chart{number}.xml")
    part = Part(name, _CHART_TYPE, _chart_xml(chart, accent).encode(), document.part.package)
    return str(document.part.relate_to(part, RELATIONSHIP_TYPE.CHART))


def _chart_xml(chart: Chart, accent: str) -> str:
    columns = chart.look == "columns"
    points = range(len(chart.values))
    names = "".join(f'<c:pt idx="{at}"><c:v>{escape(chart.labels[at])}</c:v></c:pt>' for at in points)
    values = "".join(f'<c:pt idx="{at}"><c:v>{chart.values[at]}</c:v></c:pt>' for at in points)
    labels = (
        ""
        if columns
        else '<c:dLbls><c:showLegendKey val="0"/><c:showVal val="1"/><c:showCatName val="0"/><c:showSerName val="0"/>'
        '<c:showPercent val="0"/><c:showBubbleSize val="0"/></c:dLbls>'
    )
    # a bar chart is drawn from the bottom: its first row belongs at the top
    order = "minMax" if columns else "maxMin"
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        f'<c:chartSpace xmlns:c="{_C}" xmlns:a="{_A}"><c:roundedCorners val="0"/><c:chart><c:autoTitleDeleted val="1"/>'
        f'<c:plotArea><c:layout/><c:barChart><c:barDir val="{"col" if columns else "bar"}"/>'
        '<c:grouping val="clustered"/><c:varyColors val="0"/><c:ser><c:idx val="0"/><c:order val="0"/>'
        f"<c:tx><c:v>{escape(chart.caption)}</c:v></c:tx>"
        f'<c:spPr><a:solidFill><a:srgbClr val="{accent}"/></a:solidFill></c:spPr><c:invertIfNegative val="0"/>{labels}'
        f'<c:cat><c:strLit><c:ptCount val="{len(points)}"/>{names}</c:strLit></c:cat>'
        f'<c:val><c:numLit><c:formatCode>General</c:formatCode><c:ptCount val="{len(points)}"/>{values}</c:numLit>'
        "</c:val>"
        '</c:ser><c:gapWidth val="40"/><c:axId val="1"/><c:axId val="2"/></c:barChart>'
        f'<c:catAx><c:axId val="1"/><c:scaling><c:orientation val="{order}"/></c:scaling><c:delete val="0"/>'
        f'<c:axPos val="{"b" if columns else "l"}"/><c:majorTickMark val="none"/><c:minorTickMark val="none"/>'
        '<c:tickLblPos val="nextTo"/><c:crossAx val="2"/></c:catAx>'
        '<c:valAx><c:axId val="2"/><c:scaling><c:orientation val="minMax"/><c:min val="0"/></c:scaling>'
        f'<c:delete val="{0 if columns else 1}"/><c:axPos val="{"l" if columns else "t"}"/>'
        '<c:numFmt formatCode="General" sourceLinked="0"/><c:majorTickMark val="none"/><c:minorTickMark val="none"/>'
        '<c:tickLblPos val="nextTo"/><c:crossAx val="1"/></c:valAx></c:plotArea><c:plotVisOnly val="1"/></c:chart>'
        "</c:chartSpace>"
    )


def save(document: Any, path: Path, at: datetime) -> None:
    """Write the package; every member carries the same date, so that the same document has the same bytes."""
    for key, rel in list(document.part.package.rels.items()):
        if rel.reltype.endswith("/thumbnail"):  # a picture of the library's own empty document
            del document.part.package.rels[key]
    package = BytesIO()
    document.save(package)
    with zipfile.ZipFile(package) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(member(name, at), source.read(name))
