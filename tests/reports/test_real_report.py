"""The documents of the real consultation: everything is in them, in good time, and its figures are the public ones."""

import json
import re
import time
from pathlib import Path
from typing import Any

import docx
import pikepdf
import pytest

from consult.core.database import execute, snapshot
from consult.exports.tables import scope_of
from consult.reports.making import make_docx, make_html, make_pdf
from tests.filled import REAL_DATA, REAL_SLUG

pytestmark = [
    pytest.mark.real_data,
    pytest.mark.engine_free,
    pytest.mark.skipif(not REAL_DATA.is_dir(), reason="THE REAL DATA IS NOT HERE: ../shared/data/republique-numerique"),
]
LONGEST_SECONDS = 60
FIGURES = ("opinions", "arguments", "arguments_for", "arguments_against", "sources", "votes_total")


async def test_the_real_consultation_is_three_documents(real_consultation: Any, tmp_path: Path) -> None:
    rows = await execute("SELECT territory_id, id FROM consultation")
    numbers = {row["number"] for row in await execute("SELECT number FROM contribution")}
    public = json.loads((REAL_DATA / "figures.json").read_text())["public"]
    async with snapshot():
        scope = await scope_of(rows[0]["territory_id"], REAL_SLUG)
        assert scope is not None
        for make, name in ((make_pdf, "r.pdf"), (make_docx, "r.docx"), (make_html, "r.html")):
            told: list[int] = []
            began = time.process_time()
            await make(tmp_path / name, scope, progress=told.append)
            assert time.process_time() - began < LONGEST_SECONDS
            assert sum(told) == len(numbers)
    html = (tmp_path / "r.html").read_text("utf-8")
    assert {int(n) for n in re.findall(r'id="c(\d+)"', html)} | _tombstones(html) == numbers
    for name in FIGURES:
        assert f">{public[name]:,}<".replace(",", "\u202f") in html, name
    made = docx.Document(str(tmp_path / "r.docx"))
    titles = [one.text for one in made.paragraphs if one.style.name == "Heading 3"]
    assert {
        int(found.group()) for title in titles if (found := re.match(r"\d+(?= – )", title))
    } == numbers - _tombstones(html)
    with pikepdf.open(tmp_path / "r.pdf") as pdf:
        assert len(pdf.pages) > 500
        with pdf.open_outline() as outline:
            under = [one for root in outline.root for section in root.children for one in section.children]
    marked = {int(found.group()) for one in under if (found := re.match(r"\d+", str(one.title)))}
    assert marked == numbers - _tombstones(html)


def _tombstones(html: str) -> set[int]:
    return {int(n) for n in re.findall(r'tombstone">Contribution n° (\d+)', html.replace("\xa0", " "))}
