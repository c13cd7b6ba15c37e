"""The real consultation of 2015: every file on the page, and the command and the worker write the same bytes."""

import hashlib
import json
import time
from pathlib import Path

import pytest
from starlette.applications import Starlette

from consult.exports.command import export_with_progress
from consult.exports.making import maker
from consult.exports.making import products as known
from consult.exports.making.products import products
from consult.exports.models import ExportFile, ExportSet, MakingState
from tests.browsing import Visitor
from tests.exports.sets import files_are_whole
from tests.filled import REAL_DATA, REAL_SLUG

pytestmark = pytest.mark.real_data
PATH = f"/consultations/{REAL_SLUG}/exports"


async def test_the_real_consultation_is_all_there_and_the_command_writes_the_same(
    real_consultation: Starlette, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # of the documents the quick one alone: tests/reports/test_real_report.py makes all three of this consultation
    quick = {name: one for name, one in known._added.items() if name.endswith(".html")}
    monkeypatch.setattr(known, "_added", quick)
    assert quick
    began = time.perf_counter()
    await maker.make_all_exports()
    print(f"\nall files of the real consultation: {time.perf_counter() - began:.1f} s")
    one = await ExportSet.get()
    assert (one.state, one.error) == (MakingState.READY, "")
    rows = await files_are_whole(one)
    assert set(rows) == {product.file_name(provisional=False) for product in products()}
    figures = json.loads((REAL_DATA / "figures.json").read_text())
    assert rows["contributions.csv"].rows == figures["opinions"]
    visitor = Visitor(real_consultation)
    shown = await visitor.get(PATH)
    assert all(row.sha256 in shown.words for row in rows.values())
    await export_with_progress(
        REAL_SLUG, format_name="package", out=str(tmp_path / "p.zip"), table=None, territory_slug=None
    )
    written = (tmp_path / "p.zip").read_bytes()
    assert hashlib.sha256(written).hexdigest() == rows["paquet.zip"].sha256
    assert (await visitor.get(f"{PATH}/paquet.zip")).content == written
    assert await ExportFile.all().count() == len(rows)
