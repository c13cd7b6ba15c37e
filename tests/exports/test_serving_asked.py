"""Provisional files: asked for by anybody while a consultation is open, made at once or by the worker, and a mail."""

from datetime import datetime, timedelta

import pytest
from starlette.applications import Starlette

from consult.core import clock, outbox
from consult.exports.making import maker
from consult.exports.models import ExportNotice, ExportSet, MakingState
from consult.exports.pages import shelf
from consult.notifications.models import Mail
from consult.settings import settings
from tests.browsing import Visitor
from tests.cast import NOON
from tests.exports.sets import PATH, Results, files_are_whole, made, some_results

BUTTON = "Préparer des fichiers provisoires"


@pytest.fixture
async def results(app: Starlette, frozen: datetime) -> Results:
    """Of a consultation that is open, whose register is up to date."""
    found = await some_results(closed=False)
    await outbox.drain_all()
    return found


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is small enough to be made within a request."""
    monkeypatch.setattr(shelf, "SMALL", 0)


async def test_a_small_consultation_has_them_at_once_and_they_say_what_they_are(
    app: Starlette, results: Results
) -> None:
    somebody = Visitor(app)
    before = await somebody.get(PATH)
    assert BUTTON in before.words
    assert "Les fichiers définitifs seront ici dès sa fermeture" in before.words
    asked = await somebody.post(PATH, page=PATH)
    assert (asked.status, asked.location) == (303, PATH)
    one = await results.only_set()
    assert (one.state, one.provisional) == (MakingState.READY, True)
    rows = await files_are_whole(one)
    assert all("-provisoire" in name for name in rows)
    shown = await somebody.get(PATH)
    assert "Fichiers provisoires" in shown.words
    assert BUTTON not in shown.words, "nothing has changed since"
    file = await somebody.get(f"{PATH}/rounds-provisoire.csv")
    assert file.status == 200
    assert file.text.splitlines()[1].endswith("true")
    assert (await somebody.get(f"{PATH}/contributions.csv")).status == 404, "nothing is final yet"


async def test_asked_again_of_the_same_moment_nothing_is_made_again(app: Starlette, results: Results) -> None:
    somebody = Visitor(app)
    for _ in range(3):
        await somebody.post(PATH, page=PATH) if not await results.sets() else await _again(somebody)
    one = await results.only_set()
    assert one.attempts == 1
    await results.touch()
    assert BUTTON in (await somebody.get(PATH)).words
    await somebody.post(PATH, page=PATH)
    assert len(await results.sets()) == 2


async def _again(somebody: Visitor) -> None:
    """The same form, sent again from a page that was open all along."""
    guard = (await somebody.get("/sign-in")).guard()
    assert (await somebody.post(PATH, {"csrf": guard["csrf"]})).status == 303


async def test_what_the_register_does_not_know_yet_is_left_to_the_worker(app: Starlette, results: Results) -> None:
    """A request does not do its work: there may be much of it, and of others."""
    await results.discussion.argue(results.people[0], body="À l’instant.")
    somebody = Visitor(app)
    await somebody.post(PATH, page=PATH)
    one = await results.only_set()
    assert (one.state, one.attempts) == (MakingState.WAITING, 0)
    assert await maker.make_all_exports() == 1, "which takes it at once"
    assert "Fichiers provisoires" in (await somebody.get(PATH)).words


async def test_a_large_one_is_left_to_the_worker_and_the_page_tells_how_far_it_is(
    app: Starlette, results: Results, large: None
) -> None:
    somebody = Visitor(app)
    await somebody.post(PATH, page=PATH)
    assert (await results.only_set()).state is MakingState.WAITING
    shown = await somebody.get(PATH)
    assert "Les fichiers vont être préparés" in shown.words
    assert BUTTON not in shown.words
    assert "Me prévenir" not in shown.words, "nobody is known to whom to write"
    await maker.make_all_exports()
    assert "Fichiers provisoires" in (await somebody.get(PATH)).words


async def test_who_is_signed_in_gets_one_mail_when_they_are_ready(
    app: Starlette, results: Results, large: None
) -> None:
    awa = Visitor(app, person=results.people[0])
    await awa.post(PATH, page=PATH)
    shown = await awa.get(PATH)
    await awa.post(PATH, {**shown.guard(), "button": "tell"})
    assert await ExportNotice.all().count() == 1
    assert "Vous recevrez un courriel" in (await awa.get(PATH)).words
    await maker.make_all_exports()
    await outbox.drain_all()
    mail = await Mail.get(template="exports_ready")
    assert mail.recipient == results.people[0].email
    assert f"http://vallon.test:8000{PATH}" in mail.text
    assert "provisoires" in mail.text
    assert "Le plan vélo" in mail.subject
    await outbox.drain_all()
    assert await Mail.filter(template="exports_ready").count() == 1


async def test_a_foreign_form_asks_for_nothing(app: Starlette, results: Results) -> None:
    answer = await Visitor(app).post(PATH, {"csrf": "x"})
    assert answer.status == 422
    assert await results.sets() == []


async def test_nobody_has_files_made_all_day_long(
    app: Starlette, results: Results, large: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings(), "rate_limits", True)
    somebody = Visitor(app)
    guard = (await somebody.get(PATH)).guard()
    answers = [await somebody.post(PATH, guard) for _ in range(11)]
    assert [one.status for one in answers] == [303] * 10 + [429]
    assert "Beaucoup de fichiers" in answers[-1].words
    assert len(await results.sets()) == 1


async def test_when_it_closes_the_provisional_files_give_way(app: Starlette, results: Results) -> None:
    somebody = Visitor(app)
    await somebody.post(PATH, page=PATH)
    await results.close()
    shown = await somebody.get(PATH)
    assert "Résultats définitifs" in shown.words
    assert "provisoire.csv" not in shown.text
    with clock.frozen(NOON + timedelta(minutes=1), everywhere=True):
        await made(results)
        assert f'href="{PATH}/contributions.csv"' in (await somebody.get(PATH)).text
        assert (await somebody.get(f"{PATH}/rounds.csv")).text.splitlines()[1].endswith("false")
        assert (await somebody.get(f"{PATH}/contributions-provisoire.csv")).status == 200, (
            "for whoever is downloading it"
        )


async def test_when_it_is_opened_again_nothing_final_is_served(app: Starlette, results: Results) -> None:
    await results.close()
    await made(results)
    somebody = Visitor(app)
    assert (await somebody.get(f"{PATH}/contributions.csv")).status == 200
    await results.reopen()
    assert (await somebody.get(f"{PATH}/contributions.csv")).status == 404
    assert BUTTON in (await somebody.get(PATH)).words
    assert await ExportSet.all().count() == 1
