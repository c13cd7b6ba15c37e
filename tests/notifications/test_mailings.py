"""Announcements: written in batches, once each whatever dies, sent beside everything else, no faster than is set."""

import asyncio
import time
from datetime import timedelta
from typing import Any

import pytest
from starlette.applications import Starlette

from consult.app import load_effects
from consult.core import clock
from consult.core.outbox import drain_all
from consult.notifications.models import Frequency, Mail, Mailing, MailState
from consult.notifications.queries.audiences import Audience, readers_after
from consult.notifications.sending import send_bulk, send_waiting
from consult.notifications.writing import mailings
from consult.notifications.writing.mailings import Announcement, announce, write_all, write_mailings
from consult.settings import settings
from tests.cast import a_person, a_territory, an_organisation
from tests.discussion import Discussion, a_discussion
from tests.notifications.following import a_follower, follows
from tests.notifications.many import followers, mail_everybody, start_heap
from tests.notifications.postman import Postman
from tests.notifications.test_news import contribute
from tests.notifications.test_sending import a_mail


@pytest.fixture(autouse=True)
def _effects() -> None:
    load_effects()


async def announced(d: Discussion) -> Mailing:
    """A contribution of Luc's that is told to those who follow the consultation."""
    await contribute(d, d.luc)
    await drain_all()
    return await Mailing.get()


async def test_it_is_written_in_batches(db: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mailings, "BATCH", 4)
    d = await a_discussion()
    await drain_all()
    await followers(d, 10)
    mailing = await announced(d)
    counts = []
    while await write_mailings():
        counts.append(await Mail.filter(mailing_id=mailing.id).count())
    assert counts == [4, 8, 10]
    await mailing.refresh_from_db()
    assert (mailing.written, mailing.finished_at is not None) == (10, True)


@pytest.mark.parametrize("lost", ["cursor", "mails"])
async def test_a_worker_that_dies_in_a_batch_goes_on_where_it_was(
    db: str, monkeypatch: pytest.MonkeyPatch, lost: str
) -> None:
    monkeypatch.setattr(mailings, "BATCH", 4)
    d = await a_discussion()
    await drain_all()
    await followers(d, 10)
    mailing = await announced(d)
    await write_mailings()
    if lost == "cursor":
        await Mailing.filter(id=mailing.id).update(cursor=0)
    else:

        async def dies(*args: Any, **more: Any) -> None:
            raise OSError("the machine is gone")

        with monkeypatch.context() as dying:
            dying.setattr(Mail, "bulk_create", dies)
            assert await write_mailings() == 0
    await write_all()
    keys = [str(key) for key in await Mail.filter(mailing_id=mailing.id).values_list("key", flat=True)]
    assert len(keys) == len(set(keys)) == 10


async def test_one_that_cannot_be_written_holds_up_no_other(db: str, monkeypatch: pytest.MonkeyPatch) -> None:
    d = await a_discussion()
    await drain_all()
    await followers(d, 2)
    broken = await announced(d)
    await Mailing.filter(id=broken.id).update(values={})
    await contribute(d, d.luc, "Une autre")
    await drain_all()
    await Mailing.create(
        id=1, key="next", territory=d.territory, consultation=d.consultation, template="of_the_next_release",
        audience="followers", values={}, created_at=clock.now(),
    )  # fmt: skip
    await write_all()
    assert await Mail.filter(template="news").count() == 2
    assert {one.id for one in await Mailing.filter(finished_at=None)} == {1, broken.id}


async def test_two_workers_write_each_mail_once(db: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mailings, "BATCH", 3)
    d = await a_discussion()
    await drain_all()
    await followers(d, 9)
    mailing = await announced(d)
    await asyncio.gather(write_all(), write_all())
    assert await Mail.filter(mailing_id=mailing.id).count() == 9


async def test_an_announcement_is_left_once(db: str) -> None:
    d = await a_discussion()
    said = Announcement("test.1", "news", Audience.FOLLOWERS, d.territory.id, d.consultation.id, ("argument", 1))
    assert [await announce(said), await announce(said)] == [True, False]


async def test_an_announcement_of_what_is_gone_ends_without_a_mail(db: str) -> None:
    d = await a_discussion()
    await a_follower(d)
    await announce(
        Announcement(
            "test.1", "news", Audience.FOLLOWERS, d.territory.id, d.consultation.id, ("argument", 1),
            targets=(("contribution", d.contribution.id),),
        )
    )  # fmt: skip
    assert await write_all() == 0
    assert (await Mailing.get()).finished_at is not None


async def test_everybody_concerned_is_written_to_once(db: str) -> None:
    """Authors, voters, supporters and followers of anything in it; not those who said no; not the neighbour's."""
    d = await a_discussion()
    names = ["voter", "arguer", "supporter", "reader", "refuser", "newcomer"]
    people = {name: await a_person(name.title(), confirmed=name != "newcomer") for name in names}
    await d.vote(people["voter"])
    argument = await d.argue(people["arguer"])
    await d.argue(people["arguer"])
    await d.support(people["supporter"], argument)
    await follows(d, people["reader"], frequency=Frequency.WEEKLY)
    await d.vote(people["refuser"])
    await follows(d, people["refuser"], "consultation", Frequency.NONE)
    await d.argue(people["newcomer"])
    other = await a_discussion(await a_territory("coteau"))
    await other.vote(await a_person("Voisin"))
    batch = await readers_after(Audience.CONCERNED, 0, 50, consultation_id=d.consultation.id)
    assert {one.name for one in batch.readers} == {"Luc Martin", "Voter", "Arguer", "Supporter", "Reader"}
    assert len(batch.readers) == 5
    assert batch.is_last


async def test_members_hear_as_people(db: str) -> None:
    """Who wrote in the name of an organisation took part, too."""
    d = await a_discussion()
    zoe = await a_person("Zoé Petit")
    body = await an_organisation(d.territory, zoe)
    await d.argue(zoe.voice(organisation=body))
    batch = await readers_after(Audience.CONCERNED, 0, 50, consultation_id=d.consultation.id)
    assert {one.name for one in batch.readers} == {"Luc Martin", "Zoé Petit"}


async def test_a_single_mail_never_waits_behind_an_announcement(db: str, postman: Postman) -> None:
    for _ in range(5):
        await a_mail(is_bulk=True, mailing_id=1)
    link = await a_mail(recipient="presse@example.org")
    assert await send_waiting() == 1
    assert postman.to == [["presse@example.org"]]
    assert (await Mail.get(id=link.id)).state is MailState.SENT
    assert await send_bulk() == 5


async def test_announcements_leave_no_faster_than_is_set(
    db: str, postman: Postman, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONSULT_MAILS_PER_MINUTE", "600")
    settings.cache_clear()
    for _ in range(8):
        await a_mail(is_bulk=True)
    began = time.monotonic()
    assert await send_bulk() == 8
    assert time.monotonic() - began > 0.6, "a tenth of a second between two"
    for _ in range(3):
        await a_mail()
    began = time.monotonic()
    await send_waiting()
    settings.cache_clear()
    assert time.monotonic() - began < 0.6, "single mails do not wait"


async def test_the_end_of_the_work_is_not_waited_for(
    db: str, postman: Postman, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONSULT_MAILS_PER_MINUTE", "1")
    settings.cache_clear()
    for _ in range(3):
        await a_mail(is_bulk=True)
    stop = asyncio.Event()
    task = asyncio.create_task(send_bulk(stop=stop))
    await asyncio.sleep(0.2)
    stop.set()
    async with asyncio.timeout(5):
        await task
    settings.cache_clear()
    assert len(postman.arrived) <= 1


async def test_a_refused_announcement_is_tried_again_later(db: str, postman: Postman) -> None:
    mail = await a_mail(is_bulk=True)
    postman.answers = ["451 later"]
    await send_bulk()
    row = await Mail.get(id=mail.id)
    assert (row.state, row.attempts) == (MailState.WAITING, 1)
    with clock.frozen(clock.now() + timedelta(minutes=1)):
        assert await send_bulk() == 1


async def test_many_are_written_to_while_the_site_answers(
    app: Starlette, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same with 20,000 is ``python -m tests.notifications.many``."""
    heap, controller = start_heap()
    monkeypatch.setenv("CONSULT_SMTP_URL", f"smtp://127.0.0.1:{controller.port}")
    monkeypatch.setenv("CONSULT_MAILS_PER_MINUTE", "0")
    settings.cache_clear()
    try:
        figures = await mail_everybody(app, heap, 300, patience=60)
    finally:
        controller.stop()
        settings.cache_clear()
    assert len(figures.recipients) == len(set(figures.recipients)) == len(figures.ids) == 301
    assert figures.pages, "pages are answered meanwhile"
    assert figures.single_after < 5, "a link to sign in does not wait behind the others"
