"""Hidden is hidden in what can be downloaded: every file is opened and searched, packed ones too.

Before anything is hidden the same search finds the words, which shows that it looks in the right places.
"""

import io
import re
import zipfile
from pathlib import Path

import duckdb
import pytest
from starlette.applications import Starlette

from consult.core import outbox
from consult.exports.actions import ask_for_files
from consult.exports.making import maker
from consult.exports.making.files import set_folder
from consult.exports.models import ExportFile, ExportSet, MakingState
from consult.settings import settings
from tests.browsing import Visitor
from tests.moderation.test_hidden_is_hidden import HIDDEN, SEALED, Scene, a_scene, hide_everything, write_mails

PATH = "/consultations/plan-velo/exports"
WHOLE = (("resultats", "xlsx"), ("resultats", "ods"), ("paquet", "zip"), ("compte-rendu", "docx"))
UNDER = re.compile(rf"({HIDDEN}|{SEALED})[a-z]+")


@pytest.fixture
async def scene(app: Starlette, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scene:
    monkeypatch.setattr(settings(), "files", tmp_path / "files")
    made = await a_scene()
    await write_mails()
    return made


def text_of(name: str, content: bytes, folder: Path) -> str:
    """All that a file says, unpacked. The text of a PDF is in no letters: what it is made of is tested in its room."""
    if name.endswith(".parquet"):
        place = folder / "one.parquet"
        place.write_bytes(content)
        return str(duckdb.sql(f"SELECT CAST(COLUMNS(*) AS VARCHAR) FROM '{place}'").fetchall())
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            return "\n".join(packed.read(one).decode("utf-8", "replace") for one in packed.namelist())
    return content.decode("utf-8", "replace")


async def files(app: Starlette, folder: Path) -> dict[str, str]:
    """What anybody downloads now, by name."""
    found = {}
    for row in await ExportFile.filter(set__state=MakingState.READY).order_by("id"):
        answer = await Visitor(app).client.get(f"{PATH}/{row.name}")
        if answer.status_code == 200:
            found[row.name] = text_of(row.name, answer.content, folder)
    return found


async def asked(scene: Scene) -> None:
    """Awa asks for the files as they are now."""
    await ask_for_files(scene.people["awa"].voice(), **scene.where)
    await maker.make_all_exports()


async def test_no_file_says_a_word_of_what_is_hidden(app: Starlette, scene: Scene, tmp_path: Path) -> None:
    await asked(scene)
    before = await files(app, tmp_path)
    saying = {name for name, text in before.items() if HIDDEN in text and SEALED in text}
    for name in ("contributions", "revisions", "arguments", "sources", "amendments"):
        assert {f"{name}-provisoire{end}" for end in (".csv", "-tableur.csv", ".jsonl", ".parquet")} <= saying, name
    assert {f"{name}-provisoire.{end}" for name, end in WHOLE} <= saying
    (old,) = await ExportSet.all()
    await hide_everything(scene)
    assert await files(app, tmp_path) == {}, "the reactions to the first decision have taken them out of service"
    assert not set_folder(old.id).exists(), "and off the disk"
    await asked(scene)
    after = await files(app, tmp_path)
    assert after.keys() == before.keys()
    assert {name: UNDER.findall(text) for name, text in after.items() if UNDER.search(text)} == {}


async def test_a_file_that_is_asked_for_between_a_decision_and_its_reactions_is_the_last(
    app: Starlette, scene: Scene
) -> None:
    """It is made of what stands then: the reactions, which come seconds later, take older ones away."""
    await hide_everything(scene)
    await asked(scene)
    await outbox.drain_all()
    (one,) = await ExportSet.all()
    assert one.state is MakingState.READY
