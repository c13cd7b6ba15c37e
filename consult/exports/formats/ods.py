"""ODS (OpenDocument 1.3), written as the rows come: the format is a zip of a few small pages and one long one."""

import re
import shutil
import zipfile
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from consult.exports.formats.about import READ_ME, Contents
from consult.exports.formats.files import Progress, Rows, aside, feed, measured, member, never_half, workshop
from consult.exports.formats.known import FORMATS, TooLarge, Written
from consult.exports.formats.values import Values, local

if TYPE_CHECKING:
    from consult.exports.tables import Scope, Table

# An office program holds all of an ODS in memory: beyond this none opens it in a time that anybody waits.
ROWS = 200_000
_SPECIAL = re.compile(r"[&<>\"\n\t]|  |^ | $")
_SPACES = re.compile(r"^ | $|  +")
_NAMESPACES = " ".join(
    f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{long}:1.0"'
    for short, long in (
        ("office", "office"),
        ("table", "table"),
        ("text", "text"),
        ("style", "style"),
        ("number", "datastyle"),
        ("fo", "xsl-fo-compatible"),
        ("meta", "meta"),
    )
)
_XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
_TWO = ' number:style="long"/>'
_DAY = f"<number:year{_TWO}<number:text>-</number:text><number:month{_TWO}<number:text>-</number:text><number:day{_TWO}"
_COLON = "<number:text>:</number:text>"
_HOUR = f"<number:hours{_TWO}{_COLON}<number:minutes{_TWO}{_COLON}<number:seconds{_TWO}"
_WIDTHS = {"string": "5cm", "integer": "2.4cm", "boolean": "2.2cm", "datetime": "4cm", "date": "2.5cm", "wide": "20cm"}
_STYLES = (
    "<office:automatic-styles>"
    f'<number:date-style style:name="instant">{_DAY}<number:text> </number:text>{_HOUR}</number:date-style>'
    f'<number:date-style style:name="day">{_DAY}</number:date-style>'
    '<style:style style:name="datetime" style:family="table-cell" style:data-style-name="instant"/>'
    '<style:style style:name="date" style:family="table-cell" style:data-style-name="day"/>'
    '<style:style style:name="strong" style:family="table-cell">'
    '<style:text-properties fo:font-weight="bold"/></style:style>'
    '<style:style style:name="title" style:family="table-cell">'
    '<style:text-properties fo:font-weight="bold" fo:font-size="16pt"/></style:style>'
    + "".join(
        f'<style:style style:name="column-{kind}" style:family="table-column">'
        f'<style:table-column-properties style:column-width="{width}"/></style:style>'
        for kind, width in _WIDTHS.items()
    )
    + "</office:automatic-styles>"
)
_HEAD = f'{_XML}<office:document-content {_NAMESPACES} office:version="1.3">{_STYLES}<office:body><office:spreadsheet>'
_FOOT = "</office:spreadsheet></office:body></office:document-content>"
_MEDIA_TYPE = FORMATS["ods"].media_type
_STYLES_PAGE = (
    f'{_XML}<office:document-styles {_NAMESPACES} office:version="1.3"><office:styles/></office:document-styles>'
)
_MANIFEST = (
    f'{_XML}<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"'
    ' manifest:version="1.3"><manifest:file-entry manifest:full-path="/" manifest:version="1.3"'
    f' manifest:media-type="{_MEDIA_TYPE}"/>'
    + "".join(
        f'<manifest:file-entry manifest:full-path="{name}" manifest:media-type="text/xml"/>'
        for name in ("content.xml", "styles.xml", "meta.xml")
    )
    + "</manifest:manifest>"
)


async def write_ods(path: Path, tables: "Sequence[Table]", scope: "Scope", progress: Progress) -> Written:
    """A sheet a table, « À lire » first.

    Raises:
        TooLarge: there are more than :data:`ROWS` rows in all.
    """
    with never_half(path), workshop(path) as folder:
        sheets = folder / "sheets.xml"
        with sheets.open("w", encoding="utf-8", newline="") as file:
            book = _Book(file, scope)
            for table in tables:
                book.begin(table)
                await feed(table, scope, book.take, progress)
                book.end()
        await aside(lambda: _pack(path, folder, sheets, book, scope))
        return await aside(lambda: measured(path, book.rows))


class _Book:
    """The sheets of a workbook being written, row after row."""

    def __init__(self, file: TextIO, scope: "Scope") -> None:
        self.contents = Contents()
        self.rows = 0
        self._file = file
        on_the_clock = local(scope.zone)

        def instants(values: Values) -> Iterable[str]:
            return [_dated(value and on_the_clock(value).isoformat(), "datetime") for value in values]

        self._kinds: dict[str, Callable[[Values], Iterable[str]]] = {
            "string": lambda values: [self.text(value) for value in values],
            "integer": lambda values: [_number(value) for value in values],
            "boolean": lambda values: [_truth(value) for value in values],
            "datetime": instants,
            "date": lambda values: [_dated(value, "date") for value in values],
        }
        self._cells: list[Callable[[Values], Iterable[str]]] = []

    def begin(self, table: "Table") -> None:
        """The first row of a table's sheet."""
        name = self.contents.begin(table)
        self._cells = [self._kinds[column.type] for column in table.columns]
        heads = [self.text(column.title, "strong") for column in table.columns]
        self._file.write(_sheet(name, [column.type for column in table.columns]))
        self._file.write(f"<table:table-header-rows>{_row(heads)}</table:table-header-rows>")

    def take(self, batch: Rows) -> None:
        """Some more rows of the present table."""
        self.rows += len(batch)
        if self.rows > ROWS:
            raise TooLarge("ods", ROWS)
        if not batch:
            return
        columns = [write(values) for write, values in zip(self._cells, zip(*batch, strict=True), strict=True)]
        self._file.write("".join([_row(row) for row in zip(*columns, strict=True)]))
        self.contents.sheets[-1].rows += len(batch)

    def end(self) -> None:
        """The present table has no more rows."""
        self._file.write("</table:table>")

    def read_me(self, scope: "Scope") -> str:
        """The first sheet."""
        rows = [
            _row([self.text(value, style) for value in values] or ["<table:table-cell/>"])
            for style, values in self.contents.read_me(scope)
        ]
        return _sheet(READ_ME, ["string", "string", "string", "wide"]) + "".join(rows) + "</table:table>"

    def text(self, value: str | None, style: str = "plain") -> str:
        """A cell of text; each of its lines is a paragraph."""
        if not value:
            return "<table:table-cell/>"
        value = self.contents.printable(value)
        if _SPECIAL.search(value):
            value = "</text:p><text:p>".join(_line(line) for line in value.split("\n"))
        styled = "" if style == "plain" else f' table:style-name="{style}"'
        return f'<table:table-cell{styled} office:value-type="string"><text:p>{value}</text:p></table:table-cell>'


def _line(line: str) -> str:
    """One line, with its tabs and with all of its spaces, which XML alone would fold into one."""
    line = _escaped(line)
    line = _SPACES.sub(lambda found: f'<text:s text:c="{len(found[0])}"/>', line)
    return line.replace("\t", "<text:tab/>")


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def _sheet(name: str, widths: Sequence[str]) -> str:
    columns = "".join(f'<table:table-column table:style-name="column-{one}"/>' for one in widths)
    return f'<table:table table:name="{_escaped(name)}">{columns}'


def _row(cells: Iterable[str]) -> str:
    return f"<table:table-row>{''.join(cells)}</table:table-row>"


def _number(value: int | None) -> str:
    if value is None:
        return "<table:table-cell/>"
    return (
        f'<table:table-cell office:value-type="float" office:value="{value}">'
        f"<text:p>{value}</text:p></table:table-cell>"
    )


def _truth(value: bool | None) -> str:
    if value is None:
        return "<table:table-cell/>"
    name, word = ("true", "VRAI") if value else ("false", "FAUX")
    return (
        f'<table:table-cell office:value-type="boolean" office:boolean-value="{name}">'
        f"<text:p>{word}</text:p></table:table-cell>"
    )


def _dated(value: str | None, style: str) -> str:
    if not value:
        return "<table:table-cell/>"
    return (
        f'<table:table-cell table:style-name="{style}" office:value-type="date" office:date-value="{value}">'
        f"<text:p>{value.replace('T', ' ')}</text:p></table:table-cell>"
    )


def _pack(path: Path, folder: Path, sheets: Path, book: _Book, scope: "Scope") -> None:
    """Put the zip together: the same pages in the same order, all dated the cut-off."""
    content = folder / "content.xml"
    with content.open("wb") as whole_page, sheets.open("rb") as middle:
        whole_page.write((_HEAD + book.read_me(scope)).encode())
        shutil.copyfileobj(middle, whole_page, 1 << 16)
        whole_page.write(_FOOT.encode())
    at = scope.cut_off.astimezone(UTC)
    meta = (
        f'{_XML}<office:document-meta {_NAMESPACES} xmlns:dc="http://purl.org/dc/elements/1.1/" office:version="1.3">'
        f"<office:meta><meta:generator>Consult</meta:generator><dc:title>{_escaped(scope.title)}</dc:title>"
        f"<meta:creation-date>{at:%Y-%m-%dT%H:%M:%S}</meta:creation-date><dc:language>fr-FR</dc:language>"
        "</office:meta></office:document-meta>"
    )
    with zipfile.ZipFile(path, "w") as archive:
        # first and not compressed: what kind of file it is can be read in its first bytes
        archive.writestr(member("mimetype", at, zipfile.ZIP_STORED), _MEDIA_TYPE)
        for name, page in (("META-INF/manifest.xml", _MANIFEST), ("styles.xml", _STYLES_PAGE), ("meta.xml", meta)):
            archive.writestr(member(name, at), page)
        entry = member("content.xml", at)
        entry.file_size = content.stat().st_size
        with content.open("rb") as source, archive.open(entry, "w") as target:
            shutil.copyfileobj(source, target, 1 << 16)
