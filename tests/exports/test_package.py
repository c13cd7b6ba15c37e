"""The package: the same bytes for the same data, the register told once, and everything described."""

import asyncio
import csv
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from starlette.applications import Starlette

from consult.core import clock
from consult.core.database import execute, snapshot
from consult.exports.formats import FORMATS, file_name, write
from consult.exports.making.preparing import prepare
from consult.exports.package import write_package
from consult.exports.package.writing import ConsultationMoved
from consult.exports.tables import TABLES, scope_of
from consult.exports.verifying import layout
from consult.register.heads import rotate_key, sign_head
from consult.register.queries import register_size
from consult.territories.models import Territory
from tests.cast import NOON
from tests.discussion import a_discussion
from tests.exports.bilingual import verify
from tests.exports.packages import SLUG, Package, begun, checked, gone_on, made, told
from tests.filled import REAL_SLUG

LATER = NOON + timedelta(days=21)


@pytest.fixture
async def territory(db: str) -> Territory:
    """Of the invented consultation, which is over by :data:`LATER`."""
    with clock.frozen(NOON, everywhere=True):
        a, others = await begun()
    with clock.frozen(NOON + timedelta(hours=1), everywhere=True):
        await gone_on(a, others)
    return a.d.territory


def left_in(folder: Path) -> list[str]:
    return sorted(one.name for one in folder.iterdir())


async def test_the_same_data_makes_the_same_bytes_and_no_other_entry(territory: Territory, tmp_path: Path) -> None:
    with clock.frozen(LATER, everywhere=True):
        first = await made(tmp_path, territory)
        size = await register_size(territory.id)
    with clock.frozen(LATER + timedelta(days=2), everywhere=True):
        assert await made(tmp_path, territory) == first
        assert await register_size(territory.id) == size
        # the register goes on, its key changes, its later heads have other signatures
        await a_discussion(territory, slug="voisinage")
        await prepare(0, provisional=True)
        await rotate_key(territory.id)
        await sign_head(territory.id)
        assert await register_size(territory.id) > size
        assert await made(tmp_path, territory) == first
        assert b"exported" in Package.of(first).files[layout.ENTRIES].splitlines()[-1]


async def test_several_at_once_make_the_same_bytes(territory: Territory, tmp_path: Path) -> None:
    with clock.frozen(LATER, everywhere=True):
        (row,) = await execute("SELECT id FROM consultation WHERE slug = :slug", slug=SLUG)
        await prepare(row["id"], provisional=False)
        scope = await scope_of(territory.id, SLUG)
        assert scope is not None
        paths = [tmp_path / f"{place}.part" for place in range(3)]
        written = await asyncio.gather(*(write_package(path, scope) for path in paths))
        assert len({one.sha256 for one in written}) == 1
        entries = await execute("SELECT position FROM register_entry WHERE kind = 'exported'")
        assert len(entries) == 1
    assert left_in(tmp_path) == ["0.part", "1.part", "2.part"], "nothing is left of its workshop"


async def test_inside_of_a_snapshot_and_from_files_made_before(territory: Territory, tmp_path: Path) -> None:
    """As the worker makes it, with the CSV files of the set, and as the command makes it."""
    with clock.frozen(LATER, everywhere=True):
        first = await made(tmp_path, territory)
        folder = tmp_path / "set"
        folder.mkdir()
        async with snapshot():
            scope = await scope_of(territory.id, SLUG)
            assert scope is not None
            for table in list(TABLES.values())[:4]:
                await write(FORMATS["csv"], folder / file_name(table.name, ".csv", False), table, scope)
            rows: list[int] = []
            await write_package(tmp_path / "again.part", scope, folder, progress=rows.append)
        assert (tmp_path / "again.part").read_bytes() == first
        lines = [len(content.splitlines()) - 1 for name, content in Package.of(first).files.items() if "data/" in name]
        assert sum(rows) == sum(lines[4:]), "tables that were there already are not read again"
        await execute("UPDATE consultation SET changes = changes + 1 WHERE slug = :slug", slug=SLUG)
        with pytest.raises(ConsultationMoved):
            await write_package(tmp_path / "moved.part", scope, folder)
        assert not (tmp_path / "moved.part").exists()


async def test_more_data_makes_another_package_and_another_entry(territory: Territory, tmp_path: Path) -> None:
    with clock.frozen(LATER, everywhere=True):
        first = await made(tmp_path, territory)
        await execute("UPDATE consultation SET title = 'Le grand plan vélo' WHERE slug = :slug", slug=SLUG)
        second = await made(tmp_path, territory)
    assert first != second
    report = checked(Package.of(second), tmp_path)
    assert report.ok, told(report)
    assert len(await execute("SELECT position FROM register_entry WHERE kind = 'exported'")) == 2
    assert b"Le grand plan" in Package.of(second).files[layout.READ_ME_FR]


async def test_a_full_disk_leaves_nothing_behind(territory: Territory, tmp_path: Path) -> None:
    with clock.frozen(LATER, everywhere=True):
        await made(tmp_path, territory)
        scope = await scope_of(territory.id, SLUG)
        assert scope is not None
        with pytest.raises(OSError, match="nowhere"):
            await write_package(tmp_path / "nowhere" / "p.zip", scope)
    assert left_in(tmp_path) == ["package.part"]


async def test_it_says_no_name_and_no_text_of_what_was_removed(territory: Territory, tmp_path: Path) -> None:
    with clock.frozen(LATER, everywhere=True):
        content = Package.of(await made(tmp_path, territory))
    everything = b"".join(content.files.values()).decode()
    accounts = await execute("SELECT id FROM account")
    addresses = await execute("SELECT email FROM identity")
    for secret in ("Une insulte", "À cacher", "À retirer", "Sous ce qui va partir", "Premier jet et rien d’autre"):
        assert secret not in everything
    for row in [*accounts, *addresses]:
        assert str(next(iter(row.values()))) not in everything


async def test_everything_is_described_in_both_languages(territory: Territory, tmp_path: Path) -> None:
    with clock.frozen(LATER, everywhere=True):
        content = Package.of(await made(tmp_path, territory))
    described = json.loads(content.files[layout.DESCRIPTION])
    assert [resource["name"] for resource in described["resources"]] == list(TABLES)
    for one in [described, *described["resources"]]:
        assert one["title"]
        assert one["title_en"]
        assert one["description_en"]
    fields = [field for one in described["resources"] for field in one["schema"]["fields"]]
    assert all(field["title"] and field["title_en"] and field["description"] for field in fields)
    for name in (layout.READ_ME_FR, layout.READ_ME_EN):
        assert content.files[name].decode().count("data/") >= len(TABLES)


# ---------------------------------------------------------------- by other people's tools, on the real data


def unpacked(content: bytes, folder: Path) -> Path:
    shutil.unpack_archive(io_file(content, folder), folder / "unpacked")
    return folder / "unpacked"


def io_file(content: bytes, folder: Path) -> Path:
    path = folder / "package.zip"
    path.write_bytes(content)
    return path


def in_an_empty_folder(folder: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    """The command on another machine: nothing set, nothing there."""
    folder.mkdir(exist_ok=True)
    python = "from consult.cli import main; import sys; main()"
    known = {name: value for name, value in os.environ.items() if not name.startswith("CONSULT_")} | {"LC_ALL": "en_GB"}
    done = subprocess.run(
        [sys.executable, "-c", python, "verify", *words], cwd=folder, env=known, capture_output=True, text=True,
        timeout=60, check=False,
    )  # fmt: skip
    assert list(folder.iterdir()) == []
    return done


@pytest.mark.real_data
async def test_the_real_consultation_on_another_machine(real_consultation: Starlette, tmp_path: Path) -> None:
    import frictionless

    territory = await Territory.get()
    content = await made(tmp_path, territory, REAL_SLUG)
    assert await made(tmp_path, territory, REAL_SLUG) == content
    path, folder = io_file(content, tmp_path), unpacked(content, tmp_path)
    done = await asyncio.to_thread(in_an_empty_folder, tmp_path / "empty", str(path))
    assert (done.returncode, done.stderr) == (0, "")
    assert "3,656 texts are word for word what the register recorded" in done.stdout
    assert done.stdout.splitlines()[-1] == "VERIFIED: all 8 checks passed."
    described = await asyncio.to_thread(frictionless.validate, str(folder / "datapackage.json"))
    assert described.valid, described.flatten(["type", "message"])
    assert described.stats["tasks"] == len(TABLES)
    sums = subprocess.run(["sha256sum", "-c", layout.SUMS], cwd=folder, capture_output=True, check=False)  # noqa: ASYNC221
    assert sums.returncode == 0
    rows = list(csv.DictReader(io.StringIO((folder / "data/contributions.csv").read_text("utf-8"), newline="")))
    assert (len(rows), sum(row["state"] == "published" for row in rows)) == (501, 500)
    broken = Package.of(content)
    broken.drop_contribution(int(rows[7]["number"]))
    broken.tidy(tmp_path)
    done = await asyncio.to_thread(in_an_empty_folder, tmp_path / "empty", str(broken.write(tmp_path / "broken.zip")))
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert f"contribution {rows[7]['number']} is missing" in done.stdout


async def test_the_verifier_loads_no_database_and_no_settings(territory: Territory, tmp_path: Path) -> None:
    with clock.frozen(LATER, everywhere=True):
        path = io_file(await made(tmp_path, territory), tmp_path)
    python = (
        "import sys\nfrom pathlib import Path\nfrom consult.exports.verifying.command import verify\n"
        f"assert verify(Path({str(path)!r})).ok\n"
        "print([name for name in sys.modules if name.split('.')[0] in {'tortoise', 'starlette', 'babel', 'duckdb'}"
        " or name == 'consult.settings'])"
    )
    done = subprocess.run([sys.executable, "-c", python], capture_output=True, text=True, check=False)  # noqa: ASYNC221
    assert done.stdout == "[]\n", done.stderr
    assert verify(path).ok
    assert hashlib.sha256(path.read_bytes()).hexdigest()


async def test_every_consultation_of_the_demonstration(demonstration: Starlette, tmp_path: Path) -> None:
    """Everything that a platform has lived through, votes by the thousand and decisions undone included."""
    consultations = await execute(
        "SELECT k.id, k.slug, k.territory_id, MAX(r.closes_at) > :now AS provisional FROM consultation k"
        " JOIN round r ON r.consultation_id = k.id WHERE k.state = 'published' GROUP BY k.id, k.slug, k.territory_id",
        now=clock.now(),
    )
    assert len(consultations) > 2
    for row in consultations:
        territory = await Territory.get(id=row["territory_id"])
        content = await made(tmp_path, territory, row["slug"], provisional=bool(row["provisional"]))
        report = checked(Package.of(content), tmp_path)
        assert report.ok, told(report)
        assert await made(tmp_path, territory, row["slug"], provisional=bool(row["provisional"])) == content
