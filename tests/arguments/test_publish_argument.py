"""Arguing for or against a contribution, or one of its amendments."""

from datetime import timedelta

import pytest

from consult.accounts.events import AccountConfirmed
from consult.arguments.actions import publish_argument, publish_waiting_arguments, withdraw_argument
from consult.arguments.effects import publish_what_waited
from consult.arguments.models import Argument, Side
from consult.contributions.models import Amendment
from consult.core import clock
from consult.core.errors import NotFound, Refused
from consult.core.models import AuditEntry
from consult.organisations.models import OrganisationState
from tests.cast import Person, a_person, a_territory, an_organisation
from tests.discussion import Discussion, a_discussion


async def counted(d: Discussion) -> tuple[int, int, int, int]:
    """For, against and all of the contribution; all of the consultation."""
    c = d.contribution
    await c.refresh_from_db()
    await d.consultation.refresh_from_db()
    return c.arguments_for, c.arguments_against, c.arguments_count, d.consultation.arguments_count


async def confirm(person: Person) -> None:
    person.account.confirmed_at = clock.now()
    await person.account.save()
    await publish_what_waited(AccountConfirmed(account_id=person.id), 1)


async def test_an_argument_is_public_and_counted(db: str) -> None:
    d = await a_discussion()
    awa = await a_person("Awa")
    before = d.contribution.changes
    argument = await d.argue(awa, Side.FOR, "  C’est **plus sûr**.\r\n")
    await d.argue(awa, Side.AGAINST, "C’est trop cher.")
    assert await counted(d) == (1, 1, 2, 2)
    assert d.contribution.changes == before + 2
    assert argument.body == "C’est **plus sûr**."
    assert argument.body_html == "<p>C’est <strong>plus sûr</strong>.</p>"
    assert (await AuditEntry.filter(event="argument_published").first()).account_id == awa.id  # type: ignore[union-attr]


async def test_a_form_sent_twice_makes_one_argument(db: str) -> None:
    d = await a_discussion()
    awa = await a_person("Awa")
    first = await d.argue(awa, once="1.form")
    again = await d.argue(awa, once="1.form")
    assert again.id == first.id
    assert await Argument.all().count() == 1
    assert await counted(d) == (1, 0, 1, 1)


async def test_a_form_sent_again_after_closing_gives_the_first(db: str) -> None:
    d = await a_discussion()
    awa = await a_person("Awa")
    first = await d.argue(awa, once="1.form")
    await d.close()
    assert (await d.argue(awa, once="1.form")).id == first.id
    with pytest.raises(Refused, match="round_closed"):
        await d.argue(awa, once="1.other")


@pytest.mark.parametrize(
    ("body", "code"), [("", "no_body"), (" \n\t\N{ZERO WIDTH SPACE}", "no_body"), ("é" * 3001, "long_body")]
)
async def test_a_text_has_1_to_3000_characters(db: str, body: str, code: str) -> None:
    d = await a_discussion()
    with pytest.raises(Refused, match=code):
        await d.argue(d.luc, body=body)
    await d.argue(d.luc, body="é" * 3000)
    assert await counted(d) == (1, 0, 1, 1)


async def test_the_last_instant_is_before_closing(db: str) -> None:
    d = await a_discussion()
    with clock.frozen(d.round.closes_at - timedelta(microseconds=1)):
        await d.argue(d.luc)
    with clock.frozen(d.round.closes_at), pytest.raises(Refused, match="round_closed"):
        await d.argue(d.luc)
    with clock.frozen(d.round.opens_at - timedelta(microseconds=1)), pytest.raises(Refused, match="round_coming"):
        await d.argue(d.luc)
    assert await counted(d) == (1, 0, 1, 1)


async def test_a_round_or_a_section_without_arguments_refuses_them(db: str) -> None:
    d = await a_discussion(may_argue=False)
    with pytest.raises(Refused, match="not_in_this_round"):
        await d.argue(d.luc)
    d.round.may_argue, d.section.accepts_arguments = True, False
    await d.round.save()
    await d.section.save()
    with pytest.raises(Refused, match="not_in_this_section"):
        await d.argue(d.luc)
    assert await counted(d) == (0, 0, 0, 0)


async def test_the_neighbour_finds_nothing_to_argue_about(db: str) -> None:
    d = await a_discussion()
    other = await a_discussion(await a_territory("coteau"))
    awa = await a_person("Awa")
    text = {"contribution_id": d.contribution.id, "side": Side.FOR, "body": "Oui."}
    for place in (other.place, {**d.place, "territory_id": other.territory.id}):
        with pytest.raises(NotFound):
            await publish_argument(awa.voice(), **place, **text)  # type: ignore[arg-type]
    assert await counted(d) == await counted(other) == (0, 0, 0, 0)


async def test_nothing_is_said_under_a_hidden_contribution(db: str) -> None:
    d = await a_discussion()
    await d.hide()
    with pytest.raises(NotFound):
        await d.argue(d.luc)


# ---------------------------------------------------------------- amendments


async def test_arguments_about_an_amendment_are_not_the_contributions_own(db: str) -> None:
    d = await a_discussion()
    awa = await a_person("Awa")
    amendment = await d.amend(awa)
    await d.argue(d.luc, Side.FOR, "Mieux dit.", amendment)
    assert await counted(d) == (0, 0, 1, 1)


async def test_an_answered_or_absent_amendment_takes_no_argument(db: str) -> None:
    d = await a_discussion()
    other = await a_discussion(d.territory, slug="autre")
    awa = await a_person("Awa")
    elsewhere = await other.amend(awa)
    with pytest.raises(NotFound):
        await d.argue(d.luc, amendment=elsewhere)
    amendment = await d.amend(awa)
    await Amendment.filter(id=amendment.id).update(outcome="adopted")
    with pytest.raises(Refused, match="amendment_answered"):
        await d.argue(d.luc, amendment=amendment)
    assert await counted(d) == (0, 0, 0, 0)


# ---------------------------------------------------------------- before the address is confirmed


async def test_the_argument_of_an_unconfirmed_person_waits(db: str) -> None:
    d = await a_discussion()
    awa = await a_person("Awa", confirmed=False)
    argument = await d.argue(awa)
    assert argument.state == "waiting"
    assert await counted(d) == (0, 0, 0, 0)
    await confirm(awa)
    await argument.refresh_from_db()
    assert argument.state == "published"
    assert argument.published_at is not None
    assert await counted(d) == (1, 0, 1, 1)
    await publish_what_waited(AccountConfirmed(account_id=awa.id), 1)
    assert await counted(d) == (1, 0, 1, 1)


async def test_what_waits_goes_on_waiting_after_closing(db: str) -> None:
    d = await a_discussion()
    awa = await a_person("Awa", confirmed=False)
    argument = await d.argue(awa)
    with clock.frozen(d.round.closes_at):
        await confirm(awa)
    await argument.refresh_from_db()
    assert argument.state == "waiting"
    assert await counted(d) == (0, 0, 0, 0)


async def test_what_waits_under_a_hidden_contribution_stays_there(db: str) -> None:
    d = await a_discussion()
    awa = await a_person("Awa", confirmed=False)
    await d.argue(awa)
    await d.hide()
    await confirm(awa)
    assert await Argument.filter(state="published").count() == 0


async def test_somebody_unconfirmed_is_published_by_nobody(db: str) -> None:
    d = await a_discussion()
    awa = await a_person("Awa", confirmed=False)
    await d.argue(awa)
    assert await publish_waiting_arguments(awa.id) == 0


async def test_what_waits_for_a_body_that_may_not_speak_goes_on_waiting(db: str) -> None:
    territory = await a_territory()
    awa = await a_person("Awa", confirmed=False)
    body = await an_organisation(territory, awa)
    d = await a_discussion(territory)
    await d.argue(awa.voice(organisation=body))
    body.state = OrganisationState.REFUSED
    await body.save()
    await confirm(awa)
    assert await Argument.filter(state="waiting").count() == 1


async def test_what_waits_may_be_withdrawn_at_any_time_and_leaves_no_mention(db: str) -> None:
    d = await a_discussion()
    awa = await a_person("Awa", confirmed=False)
    argument = await d.argue(awa)
    with clock.frozen(d.round.closes_at):
        await withdraw_argument(awa.voice(), **d.place, argument_id=argument.id)
    await argument.refresh_from_db()
    assert (argument.state, argument.published_at) == ("withdrawn", None)
    assert await counted(d) == (0, 0, 0, 0)
