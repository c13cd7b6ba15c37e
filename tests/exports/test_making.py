"""Sets of files: whole, of one moment, made once, made again when something has changed."""

import asyncio
import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from consult.app import load_effects
from consult.arguments.actions import withdraw_argument
from consult.consultations.models import Round
from consult.core import clock, outbox
from consult.core.database import execute
from consult.exports.actions import ask_for_files, expire_files
from consult.exports.making import maker
from consult.exports.making.files import keys_on_disk, set_folder
from consult.exports.making.holding import LEASE, MAX_ATTEMPTS, Lost, hold, let_go, put_off, tell
from consult.exports.making.products import products
from consult.exports.making.sweeping import sweep_files
from consult.exports.models import ExportFile, ExportNotice, ExportSet, MakingState
from consult.exports.tables import scope_of
from consult.settings import settings
from tests.cast import NOON, a_consultation
from tests.exports.sets import Results, digests, files_are_whole, leftovers, made, some_results
from tests.moderation.affairs import an_affair


@pytest.fixture
async def results(db: str, frozen: datetime) -> Results:
    load_effects()
    return await some_results()


def later(**time: float) -> datetime:
    return NOON + timedelta(**time)


async def test_a_consultation_that_is_over_gets_every_file(results: Results) -> None:
    one = await made(results)
    assert (one.state, one.provisional, one.error) == (MakingState.READY, False, "")
    rows = await files_are_whole(one)
    assert set(rows) == {product.file_name(provisional=False) for product in products()}
    assert rows["contributions.csv"].rows == 1
    assert await maker.make_exports() == 0, "there is nothing left to do"
    assert (one.steps_done, one.steps_total) == (len(rows), len(rows))


async def test_made_twice_they_are_the_same_bytes(results: Results) -> None:
    first = digests(await made(results))
    await ExportSet.all().delete()
    assert digests(await made(results)) == first


async def test_nothing_is_made_of_what_is_open_empty_of_rounds_or_a_draft(db: str, frozen: datetime) -> None:
    await some_results(closed=False)
    assert await maker.make_all_exports() == 0
    assert await ExportSet.all().count() == 0


async def test_what_changes_after_the_closing_is_in_the_next_files_after_a_rest(results: Results) -> None:
    """A moderator at work changes things by the minute; the files before stay in service."""
    first = await made(results)
    await results.touch()
    assert await maker.make_all_exports() == 0, "they have only just been made"
    with clock.frozen(later(minutes=2), everywhere=True):
        second = await made(results)
    assert second.id != first.id
    assert (second.changes, second.state) == (first.changes + 1, MakingState.READY)
    assert digests(first), "and those before are there for whoever is downloading"


async def test_a_set_that_was_noted_before_a_change_is_of_the_moment_when_it_is_made(results: Results) -> None:
    await maker.want_final_files()
    await results.touch()
    one = await made(results)
    assert one.changes == (await results.consultation.get(id=results.consultation.id)).changes
    assert len(await results.sets()) == 1


async def test_what_was_asked_for_before_the_closing_and_made_after_it_is_final(db: str, frozen: datetime) -> None:
    results = await some_results(closed=False)
    await ExportSet.create(
        id=7, consultation_id=results.consultation.id, changes=1, cut_off=NOON, provisional=True, asked_at=NOON
    )
    await results.close()
    await maker.make_all_exports()
    one = await results.only_set()
    assert (one.provisional, one.state) == (False, MakingState.READY)
    assert "contributions.csv" in await files_are_whole(one)


# ---------------------------------------------------------------- who holds it


async def test_at_the_very_instant_of_its_closing_a_consultation_is_over(results: Results) -> None:
    await Round.all().update(closes_at=NOON)
    assert await maker.want_final_files() == 1
    await Round.all().update(closes_at=NOON + timedelta(microseconds=1))
    await ExportSet.all().delete()
    assert await maker.want_final_files() == 0


async def test_of_two_workers_one_makes_it(results: Results) -> None:
    await maker.want_final_files()
    held = [one for one in await asyncio.gather(*(hold() for _ in range(4))) if one is not None]
    assert len(held) == 1
    assert await hold() is None, "it is held"
    with clock.frozen(NOON + LEASE, everywhere=True):
        after = await hold()
    assert after is not None, "whoever held it has not been heard of"
    assert after.attempts == held[0].attempts + 1
    assert not await maker.make_held(held[0]), "and when they come back it is no longer theirs"
    assert await maker.make_held(after)
    await files_are_whole(await results.only_set())


async def test_whoever_lost_a_set_learns_it_and_touches_nothing_of_who_has_it(results: Results) -> None:
    await maker.want_final_files()
    before = await hold()
    with clock.frozen(NOON + LEASE, everywhere=True):
        after = await hold()
    assert before is not None
    assert after is not None
    before.done = 7
    await tell(before)
    with pytest.raises(Lost):
        before.go_on()
    await let_go(before)
    await put_off(before, RuntimeError("too late"))
    row = await results.only_set()
    assert (row.state, row.attempts, row.steps_done, row.error) == (MakingState.MAKING, after.attempts, 0, "")
    assert row.lease_until == NOON + 2 * LEASE
    await tell(after)
    after.go_on()


async def test_the_next_worker_goes_on_from_the_files_that_are_whole(results: Results) -> None:
    one = await made(results)
    wanted = digests(one)
    folder = set_folder(one.id)
    await ExportSet.filter(id=one.id).update(state=MakingState.MAKING, lease_until=NOON, made_at=None)
    kept = {name: (folder / name).stat().st_ino for name in ("contributions.csv", "votes.jsonl")}
    others = [name for name in wanted if name not in {*kept, "revisions.csv"}]
    await ExportFile.filter(set_id=one.id, name__in=others).delete()
    (folder / ".votes.csv.77.abcd.part").write_text("half")
    (folder / "sections.csv").write_text("whole, but its row was never written")
    (folder / "arguments.csv").unlink()
    (folder / "revisions.csv").unlink()  # its row says that it is there
    await made(results)
    assert digests(one) == wanted
    assert {name: (folder / name).stat().st_ino for name in kept} == kept, "these were not made again"
    assert leftovers(folder) == []
    await files_are_whole(await results.only_set())


async def test_when_something_has_changed_meanwhile_nothing_is_gone_on_from(results: Results) -> None:
    one = await made(results)
    rounds = set_folder(one.id) / "rounds.csv"
    rounds.write_bytes(b"x" * rounds.stat().st_size)
    await ExportSet.filter(id=one.id).update(state=MakingState.MAKING, lease_until=NOON)
    await results.touch()
    await maker.make_all_exports()
    again = await results.only_set()
    assert again.changes == one.changes + 1
    await files_are_whole(again)


async def test_a_worker_that_is_told_to_stop_leaves_it_to_the_next(results: Results) -> None:
    stop = asyncio.Event()
    stop.set()
    await maker.want_final_files()
    held = await hold(stop=stop)
    assert held is not None
    assert not await maker.make_held(held)
    assert (await results.only_set()).state is MakingState.WAITING
    await files_are_whole(await made(results))


# ---------------------------------------------------------------- what goes wrong


async def test_a_folder_that_cannot_be_written_to_is_told_and_tried_again(
    results: Results, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "taken").write_text("a file where a folder should be")
    monkeypatch.setattr(settings(), "files", tmp_path / "taken")
    one = await made(results)
    assert one.state is MakingState.WAITING
    assert "cannot write" in one.error
    assert one.lease_until is not None
    assert one.lease_until > NOON
    assert await maker.make_all_exports() == 0, "not at once"
    monkeypatch.undo()
    with clock.frozen(later(hours=1), everywhere=True):
        one = await made(results)
    assert (one.state, one.error) == (MakingState.READY, "")


async def test_what_cannot_be_made_at_all_is_given_up_for_a_day(
    results: Results, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "taken").write_text("")
    monkeypatch.setattr(settings(), "files", tmp_path / "taken")
    await maker.want_final_files()
    await ExportSet.all().update(attempts=MAX_ATTEMPTS - 1)
    await maker.make_all_exports()
    assert (await results.only_set()).state is MakingState.FAILED
    monkeypatch.undo()
    with clock.frozen(later(hours=23), everywhere=True):
        assert (await made(results)).state is MakingState.FAILED
    with clock.frozen(later(hours=25), everywhere=True):
        assert (await made(results)).state is MakingState.READY


# ---------------------------------------------------------------- what is no longer public


async def test_a_text_that_is_taken_back_leaves_the_files_at_once(results: Results) -> None:
    """The files that hold it are not served while the next ones are made."""
    first = await made(results)
    await results.reopen()
    rows = await execute("SELECT id FROM argument")
    await withdraw_argument(results.people[0].voice(), **results.discussion.place, argument_id=rows[0]["id"])
    await results.close()
    await outbox.drain_all()
    assert (await ExportSet.get(id=first.id)).state is MakingState.EXPIRED
    assert not set_folder(first.id).exists()
    assert await ExportFile.filter(set_id=first.id).count() == 0
    second = await made(results)
    assert second.state is MakingState.READY, "made again without a rest: there was nothing in service"
    text = (set_folder(second.id) / "arguments.csv").read_text()
    assert "plus sûr pour les enfants" not in text


@pytest.mark.parametrize(
    ("effect", "more"), [("hide", {}), ("correct", {"hidden_meanwhile": True, "ground": "personal_data"})]
)
async def test_a_text_that_a_decision_hides_leaves_the_files_at_once(
    db: str, frozen: datetime, effect: str, more: dict[str, Any]
) -> None:
    load_effects()
    a = await an_affair()
    said = await a.d.argue(a.rita, body="L’adresse de mon voisin.")
    await outbox.drain_all()
    asked = await ask_for_files(a.rita.voice(), **a.d.place)
    await maker.make_all_exports()
    assert (await ExportSet.get(id=asked.id)).state is MakingState.READY
    await a.decide(effect, said, **more)
    await outbox.drain_all()
    assert (await ExportSet.get(id=asked.id)).state is MakingState.EXPIRED
    assert not set_folder(asked.id).exists()


async def test_the_instant_of_a_set_is_the_one_that_its_files_speak_of(db: str, frozen: datetime) -> None:
    load_effects()
    a = await an_affair()
    await outbox.drain_all()
    with clock.frozen(later(hours=3), everywhere=True):
        asked = await ask_for_files(a.rita.voice(), **a.d.place)
        await maker.make_all_exports()
        scope = await scope_of(a.d.territory.id, a.d.consultation.slug)
    assert scope is not None
    assert (await ExportSet.get(id=asked.id)).cut_off == scope.cut_off < later(hours=3)


async def test_what_is_being_made_while_a_text_is_taken_back_is_thrown_away(results: Results) -> None:
    """Another set takes its place, in a folder of its own, and whoever waited hears of that one."""
    await maker.want_final_files()
    held = await hold()
    assert held is not None
    await ExportNotice.create(id=1, set_id=held.id, account_id=results.people[0].id)
    await results.touch()
    assert await expire_files(consultation_id=results.consultation.id) == [held.id]
    assert not await maker.make_held(held)
    assert not set_folder(held.id).exists()
    other = await made(results)
    assert (other.state, other.id != held.id) == (MakingState.READY, True)
    await files_are_whole(other)
    assert (await ExportNotice.get()).set_id == other.id
    assert await expire_files(consultation_id=results.consultation.id) == [], "twice does no harm"


# ---------------------------------------------------------------- sweeping


async def test_superseded_files_go_after_a_day_and_those_in_service_never(results: Results) -> None:
    first = await made(results)
    await results.touch()
    with clock.frozen(later(hours=1), everywhere=True):
        second = await made(results)
    with clock.frozen(later(hours=20), everywhere=True):
        assert await sweep_files() == 0
    with clock.frozen(later(days=400), everywhere=True):
        assert await sweep_files() == 1
        assert await sweep_files() == 0
    assert not set_folder(first.id).exists()
    await files_are_whole(second)
    assert [one.id for one in await results.sets()] == [second.id]


async def test_files_that_are_asked_for_again_and_again_do_not_fill_the_disk(results: Results) -> None:
    every = []
    for hour in range(5):
        with clock.frozen(later(hours=hour), everywhere=True):
            every.append(await made(results))
        await results.touch()
    kept = [one.id for one in await results.sets()]
    assert kept == [one.id for one in every[-2:]], "those in service, and those that somebody may be reading still"
    assert keys_on_disk().keys() == set(kept)
    await files_are_whole(every[-1])


async def test_folders_that_are_nobodys_go(results: Results) -> None:
    one = await made(results)
    stray = set_folder(12345)
    stray.mkdir()
    os.utime(stray, (0, 0))
    beside = stray.parent / "notes"
    beside.mkdir(exist_ok=True)
    with clock.frozen(later(days=3000), everywhere=True):
        await sweep_files()
    assert not stray.exists()
    assert beside.exists(), "what is not ours stays"
    await files_are_whole(one)


async def test_a_set_is_let_go_by_its_holder_only(results: Results) -> None:
    await maker.want_final_files()
    held = await hold()
    assert held is not None
    held.attempts += 1
    await let_go(held)
    assert (await results.only_set()).state is MakingState.MAKING


async def test_a_consultation_of_elsewhere_is_made_too(results: Results) -> None:
    await a_consultation(results.territory, "autre", closes_in=timedelta(days=-1))
    assert await maker.make_all_exports() == 2
