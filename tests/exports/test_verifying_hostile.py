"""Files made to do harm: always a sentence and a failure, never a traceback, never much memory, nothing on the disk."""

import io
import json
import os
import struct
import tracemalloc
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consult.exports.verifying import layout
from consult.exports.verifying.command import words
from tests.exports.bilingual import verify
from tests.exports.packages import Package, checked, told

pytestmark = pytest.mark.engine_free


def a_package(**files: bytes) -> Package:
    """A package of nothing much."""
    return Package({"datapackage.json": b"{}", "SHA256SUMS": b"", **files})


def refused(path: Path, sentence: str = "") -> None:
    """It is, in words."""
    report = verify(path)
    text = told(report)
    assert not report.ok
    assert text.splitlines()[-1].startswith("NOT VERIFIED")
    assert sentence in text, text
    assert all(sign.isprintable() for sign in text.replace("\n", "")), "a terminal takes no orders from a file"
    assert list(words(report, "ascii")) == [line.encode("ascii", "replace").decode() for line in words(report, "ascii")]


@pytest.mark.parametrize(
    "content", [b"", b"PK", b"PK\x05\x06" + b"\x00" * 18, b"\x00" * 5000, b"{}", b"PK\x03\x04" + os.urandom(200)]
)
def test_what_is_no_zip(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "package.zip"
    path.write_bytes(content)
    refused(path)


def test_what_is_not_there_or_a_folder(tmp_path: Path) -> None:
    refused(tmp_path / "nowhere.zip", "There is no file")
    refused(tmp_path, "cannot be read")


@pytest.mark.parametrize(
    "name",
    ["../etc/passwd", "/etc/passwd", "data/../../x.csv", "data\\x.csv", "C:x", "data/", "con", "\x1b[2J.csv", "é"],
)
def test_names_that_lead_elsewhere(tmp_path: Path, name: str) -> None:
    refused(a_package(**{name: b"x"}).write(tmp_path / "package.zip"), "which no package of Consult holds")
    assert [one.name for one in tmp_path.iterdir()] == ["package.zip"]


def test_a_name_twice(tmp_path: Path) -> None:
    path = tmp_path / "package.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("SHA256SUMS", b"one")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("SHA256SUMS", b"two")
    refused(path, "twice")


@pytest.mark.parametrize("where", ["before", "between", "behind", "comment"])
def test_what_another_program_would_unpack_is_not_beside_the_files(tmp_path: Path, where: str) -> None:
    """A file that the list at the end does not name: who reads a zip from its start has it all the same."""
    path, hidden = tmp_path / "package.zip", io.BytesIO()
    with zipfile.ZipFile(hidden, "w") as archive:
        archive.writestr("SHA256SUMS", b"another")
    extra = hidden.getvalue()[: hidden.getvalue().index(b"PK\x01\x02")]
    with zipfile.ZipFile(path, "w") as archive:
        if where == "before":
            archive.fp.write(extra)  # type: ignore[union-attr]
            archive.start_dir = archive.fp.tell()  # type: ignore[union-attr]
        archive.writestr("SHA256SUMS", b"one")
        if where == "between":
            archive.fp.write(extra)  # type: ignore[union-attr]
            archive.start_dir = archive.fp.tell()  # type: ignore[union-attr]
        archive.writestr("datapackage.json", b"{}")
        if where == "behind":
            archive.fp.write(extra)  # type: ignore[union-attr]
            archive.start_dir = archive.fp.tell()  # type: ignore[union-attr]
        archive.comment = b"x" if where == "comment" else b""
    refused(path, "beside its files")


def test_a_list_of_files_without_end_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "package.zip"
    for many, sentence in ((200, "a package holds a few dozen"), (6_000, "far longer than that of a package")):
        with zipfile.ZipFile(path, "w") as archive:
            for place in range(many):
                archive.writestr(f"data/{place}.csv", b"")
        refused(path, sentence)


def test_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "package.zip"
    info = zipfile.ZipInfo("data/votes.csv")
    info.compress_type = zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(path, "w") as archive, archive.open(info, "w") as writing:
        for _ in range(70):
            writing.write(b"\x00" * 1_000_000)
    refused(path, "made to do harm")


def test_one_line_without_end_takes_no_memory(tmp_path: Path) -> None:
    """Within what a zip may unpack to: one line of 40 MB, and a field that is never closed."""
    for content in (b'a,"' + b"x" * 40_000_000, b'a,"' + (b"x" * 9_999 + b"\n") * 3_000):
        path = tmp_path / "package.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("data/votes.csv", content)
            archive.writestr("datapackage.json", described("data/votes.csv"))
            archive.writestr("SHA256SUMS", b"")
        del content
        tracemalloc.start()
        refused(path, "data/votes.csv")
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert most < 45_000_000


def described(*names: str) -> bytes:
    own = {"format": layout.FORMAT, "consultation": "x", "territory": "x", "cut_off": "x", "provisional": False}
    fields = [{"name": "a"}, {"name": "provisional"}]
    resources = [{"path": name, "schema": {"fields": fields}, "rows": 0} for name in names]
    return json.dumps({"consult": own, "resources": resources}).encode()


@pytest.mark.parametrize(
    "content",
    [
        b"", b"[]", b"null", b"{", b"[" * 100_000, b'{"consult": {"format": "consult-package/2"}}', b"\xff\xfe",
        b'{"consult": 1e999, "resources": NaN}', b'{"a": ' + b"9" * 10_000 + b"}", b'{"a":1,"a":2}',
        described("SHA256SUMS"), described("../x"), described("data/votes.csv", "data/votes.csv"),
        b'{"consult": {"format": "\x1b[31m"}, "resources": []}',
    ],
)  # fmt: skip
def test_a_description_that_describes_nothing(tmp_path: Path, content: bytes) -> None:
    refused(a_package(**{"datapackage.json": content, "data/votes.csv": b"a\r\n1\r\n"}).write(tmp_path / "p.zip"))


@pytest.mark.parametrize("position", ["-1", "1e3", "9" * 30, "9" * 5000, '"1"', "true", "null", "[0]", "0.5", "NaN"])
def test_positions_that_are_none(tmp_path: Path, position: str) -> None:
    entry = json.dumps(json.dumps({"kind": "exported"}))
    files = {
        layout.ENTRIES: f'{{"entry":{entry},"position":{position}}}\n'.encode(),
        layout.EXPORTED: f'{{"position":{position}}}\n'.encode(),
    }
    refused(a_package(**files).write(tmp_path / "p.zip"))


@pytest.mark.parametrize(
    "entry",
    ['{"kind":7}', "{}", "[]", '"x"', "{", '{"kind":"published","item":["x"],"number":{}}', "\\ud800", "[" * 9000],
)
def test_entries_that_are_none(tmp_path: Path, entry: str) -> None:
    line = f'{{"entry":{json.dumps(entry)},"position":0}}\n'.encode()
    refused(a_package(**{layout.ENTRIES: line, layout.EXPORTED: b'{"position":0}\n'}).write(tmp_path / "p.zip"))


@pytest.mark.parametrize(
    "rows",
    [
        b"", b"a,provisional", b"a,a\r\n1,1\r\n", b'a,provisional\r\n"1,2', b"a,provisional\r\n1\r\n", b"\xff,\xfe\r\n",
        b'a,provisional\r\n"1"2,3\r\n', b"a,provisional\r\n1,maybe\r\n", b"a,provisional\r\n\x00,\x00\r\n",
    ],
)  # fmt: skip
def test_tables_that_are_none(tmp_path: Path, rows: bytes) -> None:
    files = {"data/votes.csv": rows, "datapackage.json": described("data/votes.csv")}
    refused(a_package(**files).write(tmp_path / "p.zip"), "data/votes.csv")


def test_a_zip_that_says_that_it_is_encrypted_or_packed_otherwise(tmp_path: Path) -> None:
    for place, value in ((8, 1), (10, 14)):  # of a file in the directory: flags, and the way it is packed
        content = bytearray(a_package().write(tmp_path / "p.zip").read_bytes())
        at = content.rindex(b"PK\x01\x02")
        struct.pack_into("<H", content, at + place, value)
        path = tmp_path / "other.zip"
        path.write_bytes(content)
        refused(path)


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_zip_with_broken_bytes(tmp_path: Path, data: st.DataObject) -> None:
    """An interrupted download, a bad disk, a fuzzer: the bytes of the zip itself."""
    content = io.BytesIO(a_package(**{layout.HEAD: b"x" * 300}).write(tmp_path / "p.zip").read_bytes()).getvalue()
    start = data.draw(st.integers(0, len(content) - 1))
    end = data.draw(st.integers(start, len(content)))
    path = tmp_path / "broken.zip"
    path.write_bytes(content[:start] + data.draw(st.binary(max_size=8)) + content[end:])
    refused(path)


def test_words_from_a_file_do_not_reach_the_terminal_as_orders(tmp_path: Path) -> None:
    files = {layout.HEAD: b"\x1b]0;owned\x07/register\n1\nx\n\n", layout.KEYS: b"\x1b[31m+x+y\n"}
    refused(a_package(**files).write(tmp_path / "p.zip"))
    assert "\x1b" not in told(checked(a_package(**files), tmp_path))
