"""``consult export``: the bytes that the page serves, or one clear sentence and nothing left behind."""

import hashlib
import io
import zipfile
from datetime import datetime
from pathlib import Path

import pytest

from consult.consultations.models import Consultation, ConsultationState
from consult.core.errors import ConsultError
from consult.exports.command import export_with_progress
from consult.exports.models import ExportFile
from consult.exports.tables import TABLES
from consult.settings import settings
from tests.cast import a_territory
from tests.exports.sets import Results, digests, leftovers, made, some_results
from tests.running.test_serve import start


@pytest.fixture
async def results(db: str, frozen: datetime) -> Results:
    return await some_results()


async def export(format_name: str, out: Path | str, *, slug: str = "plan-velo", table: str | None = None,
                 territory: str | None = None) -> None:  # fmt: skip
    """As the command does it."""
    await export_with_progress(slug, format_name=format_name, out=str(out), table=table, territory_slug=territory)


def there(folder: Path) -> list[str]:
    """The names in a folder, but for the test's own files of the worker."""
    return sorted(path.name for path in folder.iterdir() if path.name != "files")


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


async def test_the_command_writes_the_bytes_that_the_page_serves(results: Results, tmp_path: Path) -> None:
    served = digests(await made(results))
    folder = tmp_path / "all"
    for word in ("csv", "tableur", "json", "parquet"):
        await export(word, folder)
    for word, suffix in (("xlsx", "xlsx"), ("ods", "ods")):
        await export(word, folder / f"resultats.{suffix}")
    await export("package", folder / "paquet.zip")
    written = {name: digest(folder / name) for name in there(folder)}
    assert written == {name: told for name, told in served.items() if name in written}
    left_out = served.keys() - written.keys()
    assert all(name.endswith((".pdf", ".docx", ".html")) for name in left_out), left_out
    await export("package", tmp_path / "again.zip")
    assert digest(tmp_path / "again.zip") == served["paquet.zip"]


async def test_without_anybody_having_made_files_the_package_is_the_same(results: Results, tmp_path: Path) -> None:
    await export("package", tmp_path / "first.zip")
    assert digest(tmp_path / "first.zip") == digests(await made(results))["paquet.zip"]


async def test_one_table_goes_into_a_file_or_to_standard_output(
    results: Results, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    await export("csv", tmp_path / "c.csv", table="contributions")
    capfdbinary.readouterr()
    await export("csv", "-", table="contributions")
    told = capfdbinary.readouterr()
    assert told.out == (tmp_path / "c.csv").read_bytes()
    assert digest(tmp_path / "c.csv").encode() in told.err, "and its digest is told beside it"
    await export("package", "-")
    assert zipfile.is_zipfile(io.BytesIO(capfdbinary.readouterr().out))


async def test_what_is_not_over_is_said_to_be_provisional(
    results: Results, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await results.reopen()
    await export("csv", tmp_path / "all")
    assert there(tmp_path / "all") == sorted(f"{name}-provisoire.csv" for name in TABLES)
    assert "Provisional" in capsys.readouterr().err


async def test_what_was_there_is_replaced_whole(results: Results, tmp_path: Path) -> None:
    target = tmp_path / "c.csv"
    target.write_text("what was there before, and was longer than anything that could come" * 1000)
    await export("csv", target, table="rounds")
    assert target.read_text().startswith("round_id") or "opens_at" in target.read_text().splitlines()[0]
    assert leftovers(tmp_path) == []


# ---------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"format_name": "odt"}, "unknown format odt: choose one of csv, tableur, json"),
        ({"table": "people"}, "unknown table people: choose one of contributions"),
        ({"format_name": "xlsx", "table": "votes"}, "holds all tables in one file"),
        ({"out": "-"}, "standard output takes one file"),
        ({"slug": "nothing"}, "no published consultation of Commune de Vallon is called nothing"),
        ({"territory": "nowhere"}, "no territory is called nowhere"),
    ],
)
async def test_what_cannot_be_asked_for_is_answered_in_one_sentence(
    results: Results, tmp_path: Path, asked: dict[str, str], said: str
) -> None:
    wanted = {"format_name": "csv", "out": str(tmp_path / "out")} | asked
    with pytest.raises(ConsultError, match=said):
        await export(**wanted)
    assert there(tmp_path) == []


async def test_a_draft_is_nowhere_and_of_several_territories_one_is_named(results: Results, tmp_path: Path) -> None:
    await a_territory("coteau")
    with pytest.raises(ConsultError, match="name the territory with --territory"):
        await export("csv", tmp_path / "out")
    with pytest.raises(ConsultError, match="no published consultation of Commune de Coteau"):
        await export("csv", tmp_path / "out", territory="coteau")
    await export("csv", tmp_path / "out", territory="vallon")
    await Consultation.filter(id=results.consultation.id).update(state=ConsultationState.DRAFT)
    with pytest.raises(ConsultError, match="no published consultation"):
        await export("csv", tmp_path / "out2", territory="vallon")


@pytest.mark.parametrize("word", ["csv", "package", "xlsx", "parquet"])
async def test_a_full_disk_is_told_and_nothing_is_left(results: Results, tmp_path: Path, word: str) -> None:
    table = "contributions" if word in {"csv", "parquet"} else None
    with pytest.raises(ConsultError, match="cannot write /dev/full: no space is left on the device"):
        await export(word, "/dev/full", table=table)
    assert "full" in there(Path("/dev")), "a device is no file to be replaced or removed"


async def test_a_path_that_cannot_be_written_is_told_and_nothing_is_left(results: Results, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for out, said in (
        (tmp_path / "nowhere" / "c.csv", "there is no folder"),
        (tmp_path / "file" / "c.csv", "there is no folder"),
        (tmp_path / ("x" * 300), "cannot write .*: the name is too long"),
    ):
        with pytest.raises(ConsultError, match=said):
            await export("csv", out, table="contributions")
    with pytest.raises(ConsultError, match="a part of the path is a file"):
        await export("csv", tmp_path / "file" / "folder")
    assert there(tmp_path) == ["file"]


async def test_tables_are_all_written_or_none(results: Results, tmp_path: Path) -> None:
    """The last of the eleven cannot be written: its name is taken by a folder."""
    folder = tmp_path / "all"
    (folder / "decisions.csv").mkdir(parents=True)
    with pytest.raises(ConsultError, match=r"cannot write .*decisions.csv: it is a folder"):
        await export("csv", folder)
    assert there(folder) == ["decisions.csv"]


async def test_as_a_process_it_tells_what_it_did_or_what_is_wrong(db: str, frozen: datetime, tmp_path: Path) -> None:
    await some_results()
    given = {"database_url": db, "secret_key": settings().secret_key.get_secret_value()}
    done = start(tmp_path, "export", "plan-velo", "--format", "csv", "--table", "votes", "--out", "v.csv", **given)
    assert (done.returncode, done.stdout) == (0, "")
    assert f"sha256 {digest(tmp_path / 'v.csv')}" in done.stderr
    done = start(tmp_path, "export", "plan-velo", "--format", "csv", "--table", "votes", "--out", "no/v.csv", **given)
    assert done.returncode == 1
    assert done.stderr.strip().startswith("cannot write no/v.csv: there is no folder")
    assert "Traceback" not in done.stderr
    assert await ExportFile.all().count() == 0
