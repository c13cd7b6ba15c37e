"""Digests: one mail a person, in the morning, grouped by consultation, of what is public at that moment."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from consult.app import load_effects
from consult.consultations.items import ItemState
from consult.contributions.models import Contribution
from consult.core import clock
from consult.notifications.models import Follow, Frequency, Mail, MailState
from consult.notifications.rules import last_edition, told_until
from consult.notifications.sending import send_bulk
from consult.notifications.writing.digests import write_digests
from tests.cast import NOON, a_person
from tests.discussion import a_discussion
from tests.notifications.following import a_follower, follows, written
from tests.notifications.postman import Postman
from tests.notifications.test_news import contribute

PARIS = ZoneInfo("Europe/Paris")
TOMORROW = NOON + timedelta(days=1)
NEXT_MONDAY = datetime(2026, 3, 16, 7, 30, tzinfo=PARIS)


@pytest.fixture(autouse=True)
def _effects() -> None:
    load_effects()


async def digests(at: datetime = TOMORROW) -> list[Mail]:
    """What the chore has written by an instant."""
    with clock.frozen(at):
        while await write_digests():
            pass
    return await Mail.filter(template="digest").order_by("id")


async def test_all_that_is_new_comes_in_one_mail(db: str) -> None:
    with clock.frozen(NOON):
        d = await a_discussion()
        zoe = await a_follower(d, frequency=Frequency.DAILY)
        await follows(d, zoe, "consultation", Frequency.DAILY)
        await follows(d, zoe, "section", Frequency.DAILY)
    with clock.frozen(NOON + timedelta(hours=1)):
        await d.argue(d.luc, body="Les enfants y passent.")
        await d.source(d.luc, title="Baromètre")
        await contribute(d, d.luc, "Des arceaux")
    (mail,) = await digests()
    assert mail.recipient == zoe.email
    assert mail.text.count("Des arceaux") == 1, "by the section and by the consultation: once"
    assert "Les enfants y passent." in mail.text
    assert "Baromètre" in mail.text
    assert len(mail.items) == 3
    assert mail.text.count("Le plan vélo") == 1, "grouped by consultation"
    assert await digests() == [mail], "once"
    assert (await Follow.all().first()).told_until > NOON  # type: ignore[union-attr]


async def test_nothing_new_makes_no_mail(db: str) -> None:
    with clock.frozen(NOON):
        d = await a_discussion()
        await d.argue(d.luc)
        await a_follower(d, frequency=Frequency.DAILY)
    assert await digests() == []
    with clock.frozen(TOMORROW + timedelta(hours=1)):
        await d.argue(d.luc, body="Le lendemain.")
    (mail,) = await digests(TOMORROW + timedelta(days=1))
    assert "Le lendemain." in mail.text
    assert "C’est plus sûr" not in mail.text, "what was there before one followed"


async def test_nobody_is_told_of_their_own_acts(db: str) -> None:
    with clock.frozen(NOON):
        d = await a_discussion()
        zoe = await a_follower(d, frequency=Frequency.DAILY)
        await follows(d, zoe, "consultation", Frequency.DAILY)
        await d.argue(zoe)
        await contribute(d, zoe)
    assert await digests() == []


async def test_what_came_in_a_mail_of_its_own_is_not_told_again(db: str) -> None:
    with clock.frozen(NOON):
        d = await a_discussion()
        await follows(d, d.luc, frequency=Frequency.DAILY)
    with clock.frozen(NOON + timedelta(hours=1)):
        await d.argue(await a_person())
        assert [one.template for one in await written()] == ["argument"]
    assert await digests() == []


async def test_weekly_waits_for_monday(db: str) -> None:
    with clock.frozen(NOON):
        d = await a_discussion()
        await a_follower(d, frequency=Frequency.WEEKLY)
    with clock.frozen(NOON + timedelta(hours=1)):
        await d.argue(d.luc)
    assert await digests(TOMORROW) == []
    assert len(await digests(NEXT_MONDAY)) == 1


async def test_daily_and_weekly_come_together_on_monday(db: str) -> None:
    with clock.frozen(NOON):
        d = await a_discussion()
        zoe = await a_follower(d, frequency=Frequency.WEEKLY)
        await follows(d, zoe, "consultation", Frequency.DAILY)
    with clock.frozen(NEXT_MONDAY - timedelta(hours=10)):
        await d.argue(d.luc)
        await contribute(d, d.luc)
    (mail,) = await digests(NEXT_MONDAY)
    assert len(mail.items) == 2


async def test_what_is_hidden_before_it_is_written_is_not_in_it(db: str) -> None:
    with clock.frozen(NOON):
        d = await a_discussion()
        await a_follower(d, frequency=Frequency.DAILY)
    with clock.frozen(NOON + timedelta(hours=1)):
        argument = await d.argue(d.luc, body="À regretter.")
        await d.argue(d.luc, body="À garder.")
    await type(argument).filter(id=argument.id).update(state=ItemState.HIDDEN)
    (mail,) = await digests()
    assert "À regretter." not in mail.text + mail.html


async def test_what_is_hidden_before_it_is_sent_is_taken_out(db: str, postman: Postman) -> None:
    with clock.frozen(NOON):
        d = await a_discussion()
        await a_follower(d, frequency=Frequency.DAILY)
    with clock.frozen(NOON + timedelta(hours=1)):
        argument = await d.argue(d.luc, body="À regretter.")
        await d.argue(d.luc, body="À garder.")
    (mail,) = await digests()
    assert "À regretter." in mail.text
    await type(argument).filter(id=argument.id).update(state=ItemState.HIDDEN)
    with clock.frozen(TOMORROW):
        assert await send_bulk() == 1
    sent = postman.arrived[0].as_string()
    text = postman.arrived[0].get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert "À garder." in text
    assert "À regretter." not in text
    assert "regretter" not in sent
    await mail.refresh_from_db()
    assert "À regretter." not in mail.text + mail.html, "nor does the mailbox keep it"


async def test_a_digest_of_which_nothing_is_left_is_dropped(db: str, postman: Postman) -> None:
    with clock.frozen(NOON):
        d = await a_discussion()
        await a_follower(d, frequency=Frequency.DAILY)
    with clock.frozen(NOON + timedelta(hours=1)):
        await d.argue(d.luc)
    await digests()
    await Contribution.filter(id=d.contribution.id).update(state=ItemState.HIDDEN)
    with clock.frozen(TOMORROW):
        await send_bulk()
    assert not postman.arrived
    assert (await Mail.get(template="digest")).state is MailState.DROPPED


async def test_a_worker_that_dies_between_writes_nothing_twice(db: str) -> None:
    with clock.frozen(NOON):
        d = await a_discussion()
        await a_follower(d, frequency=Frequency.DAILY)
    with clock.frozen(NOON + timedelta(hours=1)):
        await d.argue(d.luc)
    await digests()
    await Follow.all().update(told_until=NOON)
    assert len(await digests()) == 1, "the key of the edition"


def test_editions_are_at_seven_and_on_mondays() -> None:
    at = datetime(2026, 3, 11, 6, 59, tzinfo=PARIS)
    assert last_edition(Frequency.DAILY, at, PARIS) == datetime(2026, 3, 10, 7, tzinfo=PARIS)
    assert last_edition(Frequency.DAILY, at + timedelta(minutes=1), PARIS) == datetime(2026, 3, 11, 7, tzinfo=PARIS)
    assert last_edition(Frequency.WEEKLY, at, PARIS) == datetime(2026, 3, 9, 7, tzinfo=PARIS)
    summer = datetime(2026, 3, 29, 12, tzinfo=PARIS)  # the clocks changed that night
    assert last_edition(Frequency.DAILY, summer, PARIS) == datetime(2026, 3, 29, 7, tzinfo=PARIS)


def test_changing_from_one_digest_to_the_other_loses_nothing() -> None:
    assert told_until(Frequency.DAILY, Frequency.WEEKLY, NOON, TOMORROW) == NOON
    assert told_until(Frequency.NONE, Frequency.DAILY, NOON, TOMORROW) == TOMORROW
    assert told_until(Frequency.IMMEDIATE, Frequency.DAILY, NOON, TOMORROW) == TOMORROW
