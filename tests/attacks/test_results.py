"""What was public for a while is looked for in what people took away, or were given: the files in service."""

from pathlib import Path
from typing import Any

import pytest

from consult.app import load_effects
from consult.contributions.actions import revise_contribution
from consult.core import outbox
from consult.exports.actions import ask_for_files
from consult.exports.making import maker, products
from consult.exports.models import ExportSet, MakingState
from consult.exports.queries import file_named
from consult.moderation.actions.correcting import send_correction
from consult.settings import settings
from tests.moderation.affairs import Affair, an_affair

NEW: dict[str, Any] = {"title": "Une piste le long du canal", "body": "Une piste le long du canal, sans gros mots."}
FILE = "revisions-provisoire.csv"


@pytest.fixture
async def a(db: str, frozen: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Affair:
    """A discussion, its moderators, and a folder for its files."""
    load_effects()
    monkeypatch.setattr(settings(), "files", tmp_path)
    monkeypatch.setattr(products, "_registered", {})
    return await an_affair()


async def _files(a: Affair) -> ExportSet:
    """Somebody asks for the files of now."""
    await outbox.drain_all()
    one = await ask_for_files(a.rita.voice(), **a.here, consultation_id=a.d.consultation.id)
    await maker.make_all_exports()
    await one.refresh_from_db()
    assert one.state is MakingState.READY
    return one


async def _is_served(a: Affair) -> bool:
    return await file_named(a.d.territory.id, a.d.consultation.slug, FILE, over=False) is not None


async def _revise(a: Affair) -> None:
    """Luc gives his contribution another wording, as anybody may."""
    where: dict[str, Any] = {"consultation_id": a.d.consultation.id, "contribution_id": a.d.contribution.id}
    await revise_contribution(a.d.luc.voice(), **a.here, **where, base_revision=1, reason="Plus clair.", **NEW)


@pytest.mark.parametrize("how", ["where it was asked for", "in the ordinary way"])
async def test_a_wording_that_had_to_go_leaves_the_files_made_while_it_was_still_public(a: Affair, how: str) -> None:
    decision = await a.decide("correct")
    await _files(a)
    assert await _is_served(a), "the text is public until its author has corrected it"
    if how == "in the ordinary way":
        await _revise(a)
    else:
        await send_correction(a.d.luc.voice(), **a.here, decision_id=decision.id, **NEW)
    await outbox.drain_all()
    assert not await _is_served(a)


async def test_who_rewords_their_text_of_their_own_accord_takes_no_file_away(a: Affair) -> None:
    await _files(a)
    await _revise(a)
    await outbox.drain_all()
    assert await _is_served(a)
