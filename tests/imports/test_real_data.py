"""The real national consultation of 2015: every figure of ``figures.json``, by queries."""

import json
from datetime import datetime
from typing import Any

import pytest
from starlette.applications import Starlette

from consult.core.database import execute
from consult.core.voice import SYSTEM
from consult.imports.actions import import_cap_collectif
from consult.imports.pages import WORDS
from consult.web.dates import NBSP
from consult.web.render import _number
from tests.browsing import Visitor
from tests.cast import a_territory
from tests.filled import REAL_DATA, REAL_SLUG

FOLDER = REAL_DATA
pytestmark = [
    pytest.mark.real_data,
    pytest.mark.skipif(not FOLDER.is_dir(), reason="THE REAL DATA IS NOT HERE: ../shared/data/republique-numerique"),
]

ALL = {
    "opinions": "SELECT COUNT(*) AS n FROM contribution",
    "arguments": "SELECT COUNT(*) AS n FROM argument",
    "arguments_for": "SELECT COUNT(*) AS n FROM argument WHERE side = 'for'",
    "arguments_against": "SELECT COUNT(*) AS n FROM argument WHERE side = 'against'",
    "sources": "SELECT COUNT(*) AS n FROM source",
    "versions_counted": "SELECT SUM(imported_versions) AS n FROM contribution",
    "votes_ok": "SELECT SUM(agree) AS n FROM tally",
    "votes_mitige": "SELECT SUM(mixed) AS n FROM tally",
    "votes_nok": "SELECT SUM(disagree) AS n FROM tally",
    "votes_total": "SELECT SUM(agree + mixed + disagree) AS n FROM tally",
    "argument_votes": "SELECT SUM(supports) AS n FROM tally WHERE argument_id IS NOT NULL",
    "source_votes": "SELECT SUM(supports) AS n FROM tally WHERE source_id IS NOT NULL",
    "trashed_opinions": "SELECT COUNT(*) AS n FROM contribution WHERE state = 'hidden'",
    "sections": "SELECT COUNT(*) AS n FROM section",
    "authors": "SELECT COUNT(*) AS n FROM account",
}
_UNDER = "JOIN contribution c ON c.id = i.contribution_id WHERE c.state = 'published' AND i.state = 'published'"
PUBLIC = {
    "opinions": "SELECT COUNT(*) AS n FROM contribution WHERE state = 'published'",
    "arguments": f"SELECT COUNT(*) AS n FROM argument i {_UNDER}",
    "arguments_for": f"SELECT COUNT(*) AS n FROM argument i {_UNDER} AND i.side = 'for'",
    "arguments_against": f"SELECT COUNT(*) AS n FROM argument i {_UNDER} AND i.side = 'against'",
    "sources": f"SELECT COUNT(*) AS n FROM source i {_UNDER}",
    "votes_ok": "SELECT SUM(tally_agree) AS n FROM contribution WHERE state = 'published'",
    "votes_mitige": "SELECT SUM(tally_mixed) AS n FROM contribution WHERE state = 'published'",
    "votes_nok": "SELECT SUM(tally_disagree) AS n FROM contribution WHERE state = 'published'",
    "votes_total": "SELECT SUM(votes_total) AS n FROM contribution WHERE state = 'published'",
    "argument_votes": f"SELECT SUM(i.tally_supports) AS n FROM argument i {_UNDER}",
    "source_votes": f"SELECT SUM(i.tally_supports) AS n FROM source i {_UNDER}",
}


async def counted(queries: dict[str, str]) -> dict[str, int]:
    return {name: int((await execute(sql))[0]["n"]) for name, sql in queries.items()}


async def test_every_figure_stands_on_the_pages(real_consultation: Starlette) -> None:
    expected: dict[str, Any] = json.loads((FOLDER / "figures.json").read_text())
    public = expected.pop("public")
    visitor = Visitor(real_consultation)
    origin = (await visitor.get(f"/consultations/{REAL_SLUG}/origin")).words
    for name, words in WORDS.items():
        shown = f"{words} {_number(expected[name])} {_number(public[name]) if name in public else '–'}"
        assert shown.replace("\u202f", " ") in origin, (name, shown)
    assert "26 septembre 2015 à 2 h 27" in origin.replace(NBSP, " ")
    assert "18 octobre 2015 à 23 h 58" in origin.replace(NBSP, " ")
    front = (await visitor.get(f"/consultations/{REAL_SLUG}")).words
    for name in ("opinions", "arguments", "sources", "votes_total"):
        assert _number(public[name]).replace("\u202f", " ") in front
    assert "500 contributions" in (await visitor.get(f"/consultations/{REAL_SLUG}/contributions")).words
    tombstone = await visitor.get(f"/consultations/{REAL_SLUG}/contributions/154")
    assert "séisme" not in tombstone.text
    assert "154" in tombstone.words


async def test_every_figure_is_reproduced_and_twice_doubles_nothing(db: str) -> None:
    expected: dict[str, Any] = json.loads((FOLDER / "figures.json").read_text())
    public, first, last = expected.pop("public"), expected.pop("first"), expected.pop("last")
    territory = await a_territory()
    for _ in range(2):
        consultation, figures, _ = await import_cap_collectif(
            SYSTEM,
            territory_id=territory.id,
            slug="republique-numerique",
            title="République numérique",
            path=FOLDER / "opinions.jsonl.gz",
        )
        assert await counted(ALL) == expected
        assert await counted(PUBLIC) == public
    assert figures.first == datetime.fromisoformat(first)
    assert figures.last == datetime.fromisoformat(last)
    assert consultation.contributions_count == public["opinions"]
    assert consultation.arguments_count == public["arguments"]
    assert consultation.sources_count == public["sources"]
    assert consultation.votes_count == public["votes_total"]
