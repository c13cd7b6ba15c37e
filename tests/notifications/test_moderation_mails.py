"""Mails of moderation: receipts, statements of reasons, appeals and answers; never the text in question."""

from datetime import datetime, timedelta

import pytest

from consult.app import load_effects
from consult.consultations.models import Consultation, ModerationTime
from consult.contributions.actions import publish_contribution
from consult.core import clock
from consult.core.outbox import drain_all
from consult.moderation.actions.appealing import appeal, hear_appeal
from consult.moderation.actions.reports import report_item
from consult.moderation.actions.restricting import restrict_account
from consult.moderation.models import Case, Decision, Kind
from consult.notifications.models import Mail
from consult.notifications.sending import send_waiting
from consult.notifications.writing import queue
from consult.notifications.writing.queue import write_queue_notices
from tests.cast import NOON, Person, a_person, an_organisation
from tests.moderation.affairs import REASON, STRANGER, Affair, an_affair
from tests.notifications.postman import Postman

SECRET = "Des mots que personne ne doit relire."


@pytest.fixture(autouse=True)
def _effects() -> None:
    load_effects()
    queue._told.clear()


async def mails(*templates: str) -> list[Mail]:
    """What was written, of some templates."""
    await drain_all()
    return [one for one in await Mail.all().order_by("id") if not templates or one.template in templates]


def spares(mail: Mail, *secrets: str) -> None:
    """A mail holds nothing of these."""
    for secret in (SECRET, "Une piste le long du canal", *secrets):
        assert secret not in mail.subject + mail.text + mail.html


async def test_a_report_is_acknowledged_with_its_number(db: str) -> None:
    a = await an_affair()
    argument = await a.d.argue(a.d.luc, body=SECRET)
    report = await a.report(argument, text="Lisez donc.")
    (mail,) = await mails("report_received")
    assert mail.recipient == a.rita.email
    assert report.reference in mail.subject
    assert "argument" in mail.text
    spares(mail, "Lisez donc.")


async def test_somebody_without_an_account_is_answered_at_the_address_they_left(db: str, postman: Postman) -> None:
    a = await an_affair()
    await report_item(
        STRANGER, territory_id=a.d.territory.id, kind=Kind.CONTRIBUTION, item_id=a.d.contribution.id, ground="hatred",
        text="Voyez.", name="Jean", email="jean@example.org", language="en",
    )  # fmt: skip
    (received,) = await mails("report_received")
    assert (received.recipient, received.account_id) == ("jean@example.org", None)
    assert '<html lang="en">' in received.html
    await a.decide("hide")
    (answered,) = await mails("report_answered")
    assert answered.recipient == "jean@example.org"
    await send_waiting()
    assert ["jean@example.org"] in postman.to


@pytest.mark.parametrize(("effect", "words"), [("hide", "masqué"), ("keep", "publié ou maintenu")])
async def test_every_reporter_learns_the_outcome_once(db: str, effect: str, words: str) -> None:
    a = await an_affair()
    zoe = await a_person("Zoé Petit")
    argument = await a.d.argue(a.d.luc, body=SECRET)
    for person in (a.rita, zoe):
        await a.report(argument, person)
    await a.decide(effect, argument)
    answered = await mails("report_answered")
    assert {one.recipient for one in answered} == {a.rita.email, zoe.email}
    for one in answered:
        assert words in one.text
        spares(one, REASON)


@pytest.mark.parametrize(
    ("effect", "template", "subject"),
    [
        ("hide", "statement", "Votre texte est masqué"),
        ("hide_illegal", "statement", "Votre texte est masqué et mis sous scellés"),
        ("correct", "correction_asked", "Une correction vous est demandée avant le"),
    ],
)
async def test_the_author_gets_the_statement_of_reasons(db: str, effect: str, template: str, subject: str) -> None:
    a = await an_affair()
    argument = await a.d.argue(a.d.luc, body=SECRET)
    await mails()
    decision = await a.decide(effect, argument)
    (mail,) = await mails(template)
    assert mail.recipient == a.d.luc.email
    assert mail.subject.startswith(subject)
    assert decision.reference in mail.text
    assert REASON in mail.text
    assert "Une personne de l’équipe de modération a pris cette décision." in mail.text
    assert f"http://vallon.test:8000/account/decisions/{decision.id}" in mail.text
    assert "saisir la justice" in mail.text
    assert mail.unsubscribe == "", "a statement of reasons cannot be refused"
    spares(mail)


async def test_the_time_to_appeal_is_said(db: str) -> None:
    with clock.frozen(NOON):
        a = await an_affair()
        await a.decide("hide")
        (mail,) = await mails("statement")
    assert "jusqu’au 10 septembre 2026" in mail.text


async def test_those_responsible_for_the_organisation_get_it_too(db: str) -> None:
    owner, member = await a_person("Olga Duval"), await a_person("Marc Roy")
    a = await an_affair()
    body = await an_organisation(a.d.territory, owner, member)
    argument = await a.d.argue(member.voice(organisation=body), body=SECRET)
    await a.decide("hide", argument)
    written = await mails("statement")
    assert {one.recipient for one in written} == {owner.email, member.email}
    assert all("Vélo Vallon" in one.text for one in written)


async def test_what_is_kept_says_nothing_to_its_author(db: str) -> None:
    a = await an_affair()
    await a.decide("keep")
    assert await mails() == []


async def test_what_a_decision_gives_back_is_told(db: str) -> None:
    a = await an_affair()
    first = await a.decide("hide")
    await mails()
    from consult.moderation.actions.undoing import decide_again

    await decide_again(a.other, **a.here, decision_id=first.id, reason="C’était une erreur.")
    (mail,) = await mails("item_published")
    assert mail.subject == "Votre texte est de nouveau publié"
    assert f"http://vallon.test:8000{a.d.path}" in mail.text


async def test_a_text_read_before_publication_is_told_when_it_is_public(db: str, postman: Postman) -> None:
    a = await an_affair()
    await Consultation.filter(id=a.d.consultation.id).update(moderation=ModerationTime.BEFORE)
    zoe = await a_person("Zoé Petit")
    held = await publish_contribution(
        zoe.voice(), **a.d.place, section_id=a.d.section.id, title="Des arceaux", body=SECRET
    )
    await drain_all()
    case = await Case.get(item_id=held.id)
    from consult.moderation.actions.deciding import decide

    await decide(a.moderator, **a.here, case_id=case.id, effect="keep", reason="Rien à redire.")
    (mail,) = await mails("item_published")
    assert (mail.recipient, mail.subject) == (zoe.email, "Votre texte est publié")
    await type(held).filter(id=held.id).update(state="hidden")
    await send_waiting()
    assert [zoe.email] not in postman.to, "hidden again before it left"


async def test_a_suspended_account_hears_until_when(db: str) -> None:
    with clock.frozen(NOON):
        a = await an_affair()
        await restrict_account(
            a.moderator, **a.here, account_id=a.d.luc.id, until=NOON + timedelta(days=7), ground="insult",
            reason=REASON,
        )  # fmt: skip
        (mail,) = await mails("statement")
    assert mail.subject == "Votre compte est suspendu pour un temps"
    assert "Jusqu’au 17 mars 2026" in mail.text
    assert "Elle concerne votre compte." in mail.text


async def appealed(a: Affair, person: Person | None = None) -> tuple[Decision, int]:
    """Luc's contribution is hidden, and he appeals."""
    decision = await a.decide("hide")
    made = await appeal((person or a.d.luc).voice(), **a.here, decision_id=decision.id, text="Relisez, je vous prie.")
    return decision, made.id


async def test_an_appeal_reaches_those_who_may_hear_it(db: str) -> None:
    a = await an_affair()
    await a_person("Alma Faure", administrator=a.d.territory)
    _, appeal_id = await appealed(a)
    (mail,) = await mails("appeal_received")
    assert mail.recipient == a.omar.email, "not Mona who decided, nor the administrator as long as there is a moderator"
    assert f"/moderation/appeals/{appeal_id}" in mail.text
    spares(mail, "Relisez")


async def test_where_nobody_else_moderates_the_administrator_hears(db: str) -> None:
    a = await an_affair()
    await a.omar.account.staff.all().delete()  # type: ignore[attr-defined]
    alma = await a_person("Alma Faure", administrator=a.d.territory)
    paul = await a_person("Paul Garant", guarantor=a.d.territory)
    await appealed(a)
    assert {one.recipient for one in await mails("appeal_received")} == {alma.email, paul.email}


@pytest.mark.parametrize(("outcome", "words"), [("upheld", "maintenue"), ("reversed", "annulée")])
async def test_whoever_appealed_is_answered(db: str, outcome: str, words: str) -> None:
    a = await an_affair()
    decision, appeal_id = await appealed(a)
    await mails()
    await hear_appeal(a.other, **a.here, appeal_id=appeal_id, outcome=outcome, reason="Après relecture.")
    (mail,) = await mails("appeal_answered")
    assert mail.recipient == a.d.luc.email
    assert words in mail.text
    assert "Après relecture." in mail.text
    assert f"/account/decisions/{decision.id}" in mail.text
    assert await mails("item_published") == [], "one event, one mail"
    spares(mail)


async def notices(at: datetime) -> list[Mail]:
    """What moderators were told of their queue by an instant."""
    with clock.frozen(at):
        await write_queue_notices()
    return await Mail.filter(template="cases_waiting").order_by("id")


async def test_moderators_hear_of_the_queue_once_a_day(db: str) -> None:
    with clock.frozen(NOON):
        a = await an_affair()
        await a.case()
        await a.case(await a.d.argue(a.d.luc, body=SECRET))
    assert await notices(NOON + timedelta(hours=1)) == [], "the next morning"
    for hours in (20, 21, 22):
        written = await notices(NOON + timedelta(hours=hours))
        assert {one.recipient for one in written} == {a.mona.email, a.omar.email}
        assert len(written) == 2
    assert written[0].subject == "2 textes attendent la modération"
    spares(written[0])
    assert len(await notices(NOON + timedelta(hours=44))) == 4, "and the day after"
