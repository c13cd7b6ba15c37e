"""What was public for a while is looked for in the files in service; and votes that nobody cast, in packages."""

import json
from pathlib import Path
from typing import Any

import pytest

from consult.app import load_effects
from consult.contributions.actions import revise_contribution
from consult.core import clock, events, outbox
from consult.core.database import execute
from consult.exports import queries
from consult.exports.actions import ask_for_files
from consult.exports.making import maker, products
from consult.exports.models import ExportSet, MakingState
from consult.exports.queries import file_named, removal_waits
from consult.exports.verifying import evidence
from consult.exports.verifying.checks import Report
from consult.exports.verifying.index import Index
from consult.exports.verifying.words import speaking
from consult.moderation.actions.correcting import send_correction
from consult.register.appending import ENTER
from consult.register.models import RegisterEntry
from consult.register.taking_over import PATIENCE, take_over
from consult.settings import settings
from consult.votes.actions import cast_vote, withdraw_vote
from consult.votes.models import Vote
from tests.moderation.affairs import Affair, an_affair

NEW: dict[str, Any] = {"title": "Une piste le long du canal", "body": "Une piste le long du canal, sans gros mots."}
FILE = "revisions-provisoire.csv"


@pytest.fixture
async def a(db: str, frozen: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Affair:
    """A discussion, its moderators, and a folder for its files."""
    load_effects()
    monkeypatch.setattr(settings(), "files", tmp_path)
    monkeypatch.setattr(products, "_added", {})
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
    found = await file_named(a.d.territory.id, a.d.consultation.slug, FILE, over=False)
    return found is not None and not await removal_waits(a.d.consultation.id)


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
    assert not await _is_served(a), "before the worker has heard of it too"
    await outbox.drain_all()
    assert not await _is_served(a)


def test_what_is_waited_for_goes_by_the_names_of_reactions_that_there_are() -> None:
    load_effects()
    there = {name for reactions in events._effects.values() for name in reactions}
    assert {*queries._REMOVALS, queries._REWORDED} == {name for name in there if name.startswith("exports.effects.")}
    assert ENTER in events.reactions_together()


async def test_an_ordinary_new_wording_takes_no_file_out_of_service(a: Affair) -> None:
    await _files(a)
    await _revise(a)
    assert await _is_served(a)
    await outbox.drain_all()
    assert await _is_served(a)


async def test_files_with_a_hidden_text_are_not_served_even_where_the_worker_is_away(a: Affair) -> None:
    argument = await a.d.argue(a.rita)
    await _files(a)
    assert await _is_served(a)
    await a.decide("keep", argument)
    assert await _is_served(a), "nothing has left"
    await a.decide("hide", argument)
    assert not await _is_served(a)
    await outbox.drain_all()
    assert not await _is_served(a)
    await _files(a)
    assert await _is_served(a)


async def test_who_rewords_their_text_of_their_own_accord_takes_no_file_away(a: Affair) -> None:
    await _files(a)
    await _revise(a)
    await outbox.drain_all()
    assert await _is_served(a)


# ---------------------------------------------------------------- votes that nobody cast


@pytest.mark.engine_free
def test_a_vote_that_was_taken_back_leaves_no_room_for_another() -> None:
    index = Index()
    kinds: tuple[dict[str, Any], ...] = (
        {"kind": "voted"},
        {"kind": "vote_withdrawn"},
        {"kind": "voted"},
        {"kind": "voted", "again": True},
        {"kind": "supported"},
        {"kind": "support_withdrawn"},
        {"kind": "voted", "count": 3},
    )
    for position, entry in enumerate(kinds):
        index.take(position, "", entry, "")
    index.close()
    assert index.cast == {"voted": 1, "supported": 0, "in bulk": 3}


async def test_votes_changed_and_taken_back_before_the_register_took_over_are_as_many_as_there_are(a: Affair) -> None:
    omar, mona = a.omar.voice(), a.mona.voice()
    here: dict[str, Any] = {
        **a.here, "consultation_id": a.d.consultation.id, "contribution_id": a.d.contribution.id
    }  # fmt: skip
    for voice in (omar, mona, a.rita.voice()):
        await cast_vote(voice, **here, choice="agree")
    await execute("DELETE FROM outbox")  # there was no register yet
    await cast_vote(omar, **here, choice="disagree")
    await withdraw_vote(mona, **here)
    await execute("UPDATE consultation SET published_at = :then, created_at = :then", then=clock.now() - 2 * PATIENCE)
    await outbox.drain_all()
    assert await take_over() == 1
    index = Index()
    for one in await RegisterEntry.filter(consultation_id=a.d.consultation.id).order_by("position"):
        index.take(one.position, one.entry, json.loads(one.entry), "")
    index.close()
    assert await Vote.all().count() == 2
    assert sum(index.cast.values()) == 2


@pytest.mark.engine_free
@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "final files had been recorded 2 times before these (first as entry 1, on 2 March 2026 at 12:00 (UTC)"),
        (
            "fr",
            "des fichiers définitifs avaient déjà été inscrits 2 fois avant ceux-ci (d’abord sous le n° 1, le 2 mars",
        ),
    ],
)
def test_final_files_that_were_recorded_before_are_told_of(language: str, words: str) -> None:
    index, report = Index(), Report()
    days = {"2026-03-01": True, "2026-03-02": False, "2026-03-03": False, "2026-03-04": False}
    for position, (day, provisional) in enumerate(days.items()):
        entry = {"kind": "exported", "at": f"{day}T12:00:00Z", "provisional": provisional, "sha256": f"{position}" * 64}
        index.take(position, json.dumps(entry), entry, "")
    index.finish()
    with speaking(language):
        evidence._tell_of_earlier(report, index, 3)
    index.close()
    assert report.notes[0].startswith(words)
    assert "1" * 64 in report.notes[0]
