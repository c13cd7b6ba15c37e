"""What may go wrong while a document is made: told in one sentence, with nothing left behind."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from consult.core.database import snapshot
from consult.exports.making import CannotMake
from consult.reports.making import make_html, make_pdf
from consult.reports.writing.pdf import typeset
from tests.reports.world import a_world

pytestmark = pytest.mark.engine_free


async def test_what_the_typesetter_says_is_passed_on(tmp_path: Path) -> None:
    (tmp_path / "front.json").write_text(json.dumps({"timestamp": 0, "accent": "no colour"}))
    (tmp_path / "nodes.json").write_text("[]")
    with pytest.raises(CannotMake, match=r"^pdf: the typesetter failed \(status 1\): RuntimeError: "):
        await typeset(tmp_path)


async def test_what_breaks_off_leaves_nothing_behind(app: Any, tmp_path: Path) -> None:
    world = await a_world(tmp_path)

    def broken(_: int) -> None:
        raise OSError(28, "No space left on device")

    for make, name in ((make_pdf, "r.pdf"), (make_html, "r.html")):
        async with snapshot():
            with pytest.raises(OSError, match="No space left"):
                await make(tmp_path / name, await world.scope(), progress=broken)
    assert os.listdir(tmp_path) == []


async def test_a_full_disk_is_told_as_one(app: Any, tmp_path: Path) -> None:
    world = await a_world(tmp_path)
    async with snapshot():
        with pytest.raises(OSError, match="No space left"):
            await make_html(Path("/dev/full"), await world.scope(), progress=lambda _: None)
