"""The formats for people in front of a spreadsheet: nothing runs, nothing changes unseen, nothing is cut in silence."""

import csv
import re
import shutil
import subprocess
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import odfdo
import openpyxl
import pytest

from consult.exports.formats import TooLarge, ods, xlsx
from consult.exports.formats.about import CELL
from consult.exports.formats.values import neutral
from consult.exports.tables.shape import Row, Table
from tests.exports.plain_tables import COLUMNS, DAY, HOSTILE, INSTANT, SCOPE, hostile_rows, make, table

pytestmark = pytest.mark.engine_free
TITLES = [column.title for column in COLUMNS]
FORMULAS = HOSTILE[:10]


def shown(text: str) -> str:
    """A text as a workbook can hold it: no control characters, one kind of line end."""
    text = re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", "�", text)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def sheet_of(path: Path, name: str) -> list[list[Any]]:
    """A sheet of an XLSX, as openpyxl reads it."""
    book = openpyxl.load_workbook(path, read_only=True)
    return [list(row) for row in book[name].iter_rows(values_only=True)]


def ods_sheet(path: Path, name: str) -> list[list[Any]]:
    """A sheet of an ODS, as odfdo reads it."""
    found = odfdo.Document(str(path)).body.get_table(name=name)
    assert found is not None
    return found.get_values()


def words_of(rows: list[list[Any]]) -> str:
    return "\n".join(" ".join(str(cell) for cell in row if cell is not None) for row in rows)


# --- CSV for spreadsheets


def test_the_spreadsheets_csv_opens_with_its_accents_and_its_columns(tmp_path: Path) -> None:
    path, _ = make(tmp_path, "tableur", table([("1", 2, "été ; hiver", True, INSTANT, DAY)]))
    data = path.read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.decode("utf-8-sig") == (
        '"Identifiant";"Numéro";"Texte";"Ouvert";"Publié le";"Jour"\r\n'
        '"1";2;"été ; hiver";oui;2026-02-03 18:00:00;2026-02-03\r\n'
    )


def test_the_spreadsheets_csv_runs_nothing(tmp_path: Path) -> None:
    path, _ = make(tmp_path, "tableur", table(hostile_rows()))
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file, delimiter=";", strict=True))[1:]
    texts = [row[2] for row in rows]
    assert all(text.startswith("'") for text in texts[: len(FORMULAS)])
    assert not any(text.lstrip().startswith(tuple("=+-@")) or text[:1] in {"\t", "\r", "\n"} for text in texts if text)
    # but for the apostrophe, they are the texts
    assert [text.removeprefix("'") for text in texts[: len(HOSTILE)]] == [
        shown(text).removeprefix("'") for text in HOSTILE
    ]
    # keys of nineteen digits stay texts, negative numbers stay numbers
    assert rows[0][0] == f"'{1 << 62}"
    assert rows[-1][1] == "-100000000000000000"


@pytest.mark.parametrize(
    ("text", "neutralised"),
    [
        ("007", True),
        ("0", False),
        ("0,5", False),
        ("123456789012345", False),
        ("1234567890123456", True),
        ("12e5", True),
        ("12e5 habitants", False),
        ("a=1", False),
        ("|calc", True),
        ("\u00a0=1", True),
        ("\ufeff=1", True),
        ("\u200b\u2060 @calc", True),
        ("\u200bL’été", False),
        ("L’été", False),
    ],
)
def test_what_the_spreadsheets_csv_neutralises(text: str, neutralised: bool) -> None:
    assert neutral(text) == (f"'{text}" if neutralised else text)


@pytest.mark.parametrize("year", [1968, 1980, 2107, 2110])
def test_a_workbook_is_dated_as_far_as_a_zip_can_be(tmp_path: Path, year: int) -> None:
    scope = replace(SCOPE, cut_off=SCOPE.cut_off.replace(year=year))
    path, _ = make(tmp_path, "ods", table([("1", 2, "été", True, INSTANT, DAY)]), scope=scope)
    with zipfile.ZipFile(path) as archive:
        assert {info.date_time[0] for info in archive.infolist()} == {year if 1980 <= year <= 2107 else 1980}


# --- XLSX


def test_xlsx_gives_every_text_back_as_text(tmp_path: Path) -> None:
    path, written = make(tmp_path, "xlsx", table(hostile_rows()))
    head, *rows = sheet_of(path, "Les éléments")
    assert head == TITLES
    assert written.rows == len(rows) == len(HOSTILE) + 2
    book = openpyxl.load_workbook(path)
    for place, text in enumerate(HOSTILE):
        cell = book["Les éléments"].cell(place + 2, 3)
        if len(text.encode("utf-16-le")) // 2 <= CELL:
            assert cell.value == unescaped(shown(text)), text[:20]
        assert cell.data_type in {"s", "inlineStr"}, text[:20]
        assert cell.hyperlink is None
        if text.startswith(tuple("=+-@")):
            assert cell.quotePrefix, f"edited by a person, it would be a formula: {text[:20]}"
    assert rows[0][:4] == [str(1 << 62), 0, HOSTILE[0], True]
    assert [value.isoformat() for value in rows[0][4:]] == ["2026-02-03T18:00:00", "2026-02-03T00:00:00"]
    assert rows[-2] == ["0", None, None, None, None, None]
    assert rows[-1][1] == str(-(10**17))  # a cell's number would lose its end


def unescaped(text: str) -> str:
    """Excel shows ``_x005F_x0041_`` as ``_x0041_``; openpyxl shows the file's own spelling."""
    return re.sub(r"(_x[0-9A-Fa-f]{4}_)", r"_x005F\1", text)


def test_xlsx_holds_no_formula_and_no_link(tmp_path: Path) -> None:
    path, _ = make(tmp_path, "xlsx", table(hostile_rows()))
    with zipfile.ZipFile(path) as archive:
        pages = {name: archive.read(name).decode() for name in archive.namelist() if name.endswith((".xml", ".rels"))}
    for name, page in pages.items():
        assert "<f>" not in page, name
        assert "hyperlink" not in page, name
        assert "mal.example" not in page or name.startswith("xl/worksheets/sheet"), name


def test_a_text_too_long_for_a_cell_is_cut_with_words_that_say_so(tmp_path: Path) -> None:
    path, _ = make(tmp_path, "xlsx", table(hostile_rows()))
    cut = [row[2] for row in sheet_of(path, "Les éléments") if isinstance(row[2], str) and "texte coupé ici" in row[2]]
    assert [text[0] for text in cut] == ["x", "👩"]
    assert all(len(text.encode("utf-16-le")) // 2 <= CELL for text in cut)
    told = words_of(sheet_of(path, "À lire"))
    assert f"Textes de plus de {CELL} caractères" in told
    assert "CSV : 2." in told
    assert "remplacés par � : 5." in told


def test_a_table_longer_than_a_sheet_goes_on_in_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx, "SHEET_ROWS", 5)
    rows: list[Row] = [(str(place), place, f"texte {place}", None, None, None) for place in range(10)]
    path, written = make(tmp_path, "xlsx", table(rows))
    book = openpyxl.load_workbook(path, read_only=True)
    assert book.sheetnames == ["À lire", "Les éléments", "Les éléments (2)", "Les éléments (3)"]
    found = [sheet_of(path, name) for name in book.sheetnames[1:]]
    assert all(head == TITLES for head, *_ in found)
    assert [row[1] for _, *sheet in found for row in sheet] == list(range(10))
    assert written.rows == 10
    told = words_of(sheet_of(path, "À lire"))
    assert "Les éléments, Les éléments (2), Les éléments (3)" in told
    assert "continue dans la feuille suivante" in told


# --- ODS


def test_ods_gives_every_text_back_as_text(tmp_path: Path) -> None:
    path, written = make(tmp_path, "ods", table(hostile_rows()))
    head, *rows = ods_sheet(path, "Les éléments")
    assert head == TITLES
    assert written.rows == len(rows)
    for text, row in zip(HOSTILE, rows, strict=False):
        assert row[2] == shown(text), text[:20]
    assert rows[0][0] == str(1 << 62)
    assert rows[0][1] == 0
    assert rows[0][3] is True
    assert [value.isoformat()[:19] for value in rows[0][4:]] == ["2026-02-03T18:00:00", "2026-02-03"]
    assert not any(value for value in rows[-2][1:])


def test_ods_is_made_as_the_standard_says(tmp_path: Path) -> None:
    path, _ = make(tmp_path, "ods", table(hostile_rows()))
    with zipfile.ZipFile(path) as archive:
        first = archive.infolist()[0]
        assert (first.filename, first.compress_type, first.extra) == ("mimetype", zipfile.ZIP_STORED, b"")
        assert archive.read("mimetype") == b"application/vnd.oasis.opendocument.spreadsheet"
        assert {one.date_time for one in archive.infolist()} == {(2026, 3, 10, 12, 0, 0)}
        assert "formula" not in archive.read("content.xml").decode()


def test_an_ods_that_nobody_could_open_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ods, "ROWS", 20)
    rows: list[Row] = [(str(place), place, None, None, None, None) for place in range(21)]
    make(tmp_path, "ods", table(rows[:20]))
    (tmp_path / "made.ods").unlink()
    with pytest.raises(TooLarge) as raised:
        make(tmp_path, "ods", table(rows[:10]), table(rows[10:], name="others"))
    assert raised.value.refusal.code == "too_many_rows"
    assert "20 rows" in str(raised.value)
    assert not list(tmp_path.iterdir())


# --- both workbooks


@pytest.mark.parametrize("name", ["xlsx", "ods"])
def test_a_workbook_says_first_what_it_is(tmp_path: Path, name: str) -> None:
    read = sheet_of if name == "xlsx" else ods_sheet
    path, _ = make(tmp_path, name, table([("1", 1, "a", True, INSTANT, DAY)]), titled("Les autres : d’ici/là ?"))
    told = words_of(read(path, "À lire"))
    assert SCOPE.title in told
    assert "arrêtés au 10/03/2026 à 13:00 (Europe/Paris)" in told
    assert "PROVISOIRE" not in told
    assert "https://vallee.example/consultations/mobilites" in told
    assert "Heures du fuseau Europe/Paris" in told
    assert "Publié le published_at L’instant de la publication." in told
    assert "1 ligne items" in told
    assert read(path, "Les autres   d’ici là")[0] == TITLES
    path, _ = make(tmp_path, name, table([]), scope=replace(SCOPE, provisional=True))
    assert "PROVISOIRE : la consultation n’est pas terminée" in words_of(read(path, "À lire"))


def titled(title: str) -> Table:
    return replace(table([], name="others"), title=title)


@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not here")
@pytest.mark.parametrize("name", ["xlsx", "ods", "tableur"])
def test_libreoffice_opens_it(tmp_path: Path, name: str) -> None:
    path, _ = make(tmp_path, name, table(hostile_rows()))
    command = ["soffice", "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path), str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    assert list(tmp_path.glob("*.pdf"))
