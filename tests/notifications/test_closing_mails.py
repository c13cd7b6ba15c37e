"""Before a round closes, when its closing moves, and when it is done with: one mail each, to those concerned."""

from datetime import date, datetime, timedelta

import pytest

from consult.app import load_effects
from consult.consultations.actions import move_closing
from consult.consultations.models import Consultation, Round
from consult.consultations.rules.closing import ClosingMove
from consult.core import clock
from consult.moderation.actions.closing import close_period
from consult.notifications.models import Frequency, Mail, Mailing, MailState
from consult.notifications.rules import due_reminder
from consult.notifications.sending import send_bulk
from consult.notifications.writing.digests import write_digests
from consult.notifications.writing.mailings import write_all
from consult.notifications.writing.reminders import write_reminders
from tests.cast import NOON, a_person, a_territory
from tests.discussion import Discussion, a_discussion
from tests.notifications.following import a_follower, follows, written
from tests.notifications.postman import Postman

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _effects() -> None:
    load_effects()


async def reminders(at: datetime) -> list[Mail]:
    """What was written to remind people, by an instant."""
    with clock.frozen(at):
        await write_reminders()
        await write_all()
    return await Mail.filter(template="reminder").order_by("id")


async def move(d: Discussion, asked: ClosingMove, closes_at: datetime) -> None:
    """An administrator moves the closing."""
    alma = await a_person("Alma Faure", administrator=d.territory)
    await move_closing(
        alma.voice("administrator"), **d.place, round_id=d.round.id, asked=asked, closes_at=closes_at,
        reason="La neige a fermé les salles.",
    )  # fmt: skip


async def test_people_are_reminded_seven_and_two_days_before(db: str) -> None:
    with clock.frozen(NOON):
        d = await a_discussion()  # closes in twenty days
        zoe = await a_follower(d, frequency=Frequency.WEEKLY)
        quiet = await a_follower(d, "Paul Muet", kind="consultation", frequency=Frequency.NONE)
        await d.vote(quiet)
    assert await reminders(NOON + 12 * DAY) == []
    first = await reminders(NOON + 13 * DAY)
    assert {one.recipient for one in first} == {zoe.email, d.luc.email}
    assert "30 mars 2026" in first[0].text
    assert "/unsubscribe/" in first[0].text
    assert len(await reminders(NOON + 17 * DAY)) == 2, "once"
    assert len(await reminders(NOON + 18 * DAY + timedelta(minutes=5))) == 4
    assert len(await reminders(NOON + 21 * DAY)) == 4, "nothing once it is closed"


async def test_a_closing_that_moves_is_reminded_of_anew(db: str, postman: Postman) -> None:
    with clock.frozen(NOON):
        d = await a_discussion()
    assert len(await reminders(NOON + 18 * DAY)) == 1
    with clock.frozen(NOON + 18 * DAY):
        await move(d, ClosingMove.EXTEND, d.round.closes_at + 10 * DAY)
        await send_bulk()
    assert not [one for one in postman.arrived if "Bientôt" in str(one["Subject"])], "what it said is no longer so"
    assert await Mail.filter(template="reminder", state=MailState.DROPPED).count() == 1
    assert len(await reminders(NOON + 28 * DAY)) == 2


async def test_a_draft_and_a_round_to_come_are_not_reminded_of(db: str) -> None:
    with clock.frozen(NOON):
        d = await a_discussion()
        await Consultation.filter(id=d.consultation.id).update(state="draft")
        other = await a_discussion(await a_territory("coteau"))
        await Round.filter(id=other.round.id).update(opens_at=NOON + 19 * DAY)
    assert await reminders(NOON + 18 * DAY) == []


def test_after_a_breakdown_nobody_is_reminded_twice_at_once() -> None:
    opens, closes = NOON, NOON + 20 * DAY
    assert due_reminder([7, 2], opens, closes, closes - 1.5 * DAY) == 2
    assert due_reminder([7, 2], opens, closes, closes - 3 * DAY) == 7
    assert due_reminder([7, 2], opens, closes, closes) is None
    assert due_reminder([7, 2], closes - 5 * DAY, closes, closes - 4 * DAY) is None, "it opened less than 7 days before"
    assert due_reminder([], opens, closes, closes - DAY) is None


@pytest.mark.parametrize(
    ("asked", "days", "subject"), [(ClosingMove.EXTEND, 30, "Prolongée"), (ClosingMove.SHORTEN, 12, "Fin avancée")]
)
async def test_who_wants_every_news_hears_that_the_closing_moves(
    db: str, asked: ClosingMove, days: int, subject: str
) -> None:
    with clock.frozen(NOON):
        d = await a_discussion()
        zoe = await a_follower(d)
        await a_follower(d, "Paul Lent", frequency=Frequency.DAILY)
        await move(d, asked, NOON + days * DAY)
        (mail,) = await written("round_moved")
    assert mail.recipient == zoe.email
    assert mail.subject.startswith(subject)
    assert "30 mars 2026" in mail.text, "when it was to close before"


async def test_a_reopened_round_is_told(db: str) -> None:
    with clock.frozen(NOON):
        d = await a_discussion()
        zoe = await a_follower(d)
    with clock.frozen(NOON + 25 * DAY):
        await move(d, ClosingMove.REOPEN, NOON + 40 * DAY)
        (mail,) = await written("round_moved")
    assert (mail.recipient, mail.subject) == (zoe.email, "Rouverte\u00a0: Le plan vélo")


async def test_digests_tell_of_a_closing_that_moved(db: str) -> None:
    with clock.frozen(NOON):
        d = await a_discussion()
        await a_follower(d, kind="consultation", frequency=Frequency.DAILY)
    with clock.frozen(NOON + timedelta(hours=1)):
        await move(d, ClosingMove.EXTEND, NOON + 30 * DAY)
    with clock.frozen(NOON + DAY):
        await write_digests()
    (mail,) = await Mail.filter(template="digest")
    assert "La neige a fermé les salles." in mail.text


async def closed(d: Discussion) -> None:
    """A moderator closes the period."""
    mona = await a_person("Mona Petit", moderator=d.territory)
    await close_period(
        mona.voice("moderator"), **d.place, round_id=d.round.id, name="Printemps",
        sequel="La synthèse sera écrite.\nLe conseil y répondra.", sequel_on=date(2026, 6, 1),
    )  # fmt: skip


async def test_everybody_concerned_is_thanked_once(db: str, postman: Postman) -> None:
    with clock.frozen(NOON):
        d = await a_discussion()
        awa, zoe = await a_person(), await a_follower(d, frequency=Frequency.DAILY)
        await follows(d, awa)
        await d.argue(awa)
        await d.vote(awa)
        refuser = await a_person("Paul Muet")
        await d.vote(refuser)
        await follows(d, refuser, "consultation", Frequency.NONE)
        await written()
    with clock.frozen(NOON + 21 * DAY):
        await closed(d)
        mails = await written("period_closed")
        assert {one.recipient for one in mails} == {d.luc.email, awa.email, zoe.email}
        assert len(mails) == 3
        text = mails[0].text
        assert "Arguments\u00a0: 1." in text
        assert "    La synthèse sera écrite.\n    Le conseil y répondra." in text
        assert "1er juin 2026" in text
        await written()
        assert await Mail.filter(template="period_closed").count() == 3
        await send_bulk()
    assert sorted(to[0] for to in postman.to if "@" in to[0]).count(awa.email) >= 1


async def test_the_neighbour_s_people_hear_nothing(db: str) -> None:
    with clock.frozen(NOON):
        d = await a_discussion()
        other = await a_discussion(await a_territory("coteau"))
        await a_follower(other)
        await written()
    with clock.frozen(NOON + 21 * DAY):
        await closed(d)
        assert {one.recipient for one in await written("period_closed")} == {d.luc.email}
    assert await Mailing.filter(territory_id=other.territory.id, template="period_closed").count() == 0
