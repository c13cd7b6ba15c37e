"""News at once: one event, one mail at most, never of one's own acts, nothing of what is hidden meanwhile."""

import pytest

from consult.app import load_effects
from consult.consultations.items import ItemState
from consult.consultations.models import Section
from consult.contributions.actions import adopt_amendment, publish_contribution, revise_contribution
from consult.core.keys import new_key
from consult.notifications.models import Frequency, Mail, Mailing, MailState
from consult.notifications.sending import send_bulk
from tests.cast import Person, a_person
from tests.discussion import Discussion, a_discussion
from tests.notifications.following import a_follower, follows, written
from tests.notifications.postman import Postman


@pytest.fixture(autouse=True)
def _effects() -> None:
    load_effects()


async def contribute(d: Discussion, person: Person, title: str = "Des arceaux à la gare", **more: int):
    """Somebody publishes a contribution beside the discussion's."""
    place = {"section_id": d.section.id, **more}
    return await publish_contribution(person.voice(), **d.place, **place, title=title, body="Vingt arceaux.")


@pytest.mark.parametrize("kind", ["argument", "source", "amendment", "revision"])
async def test_who_follows_a_contribution_hears_what_is_added(db: str, kind: str) -> None:
    d = await a_discussion()
    awa, zoe = await a_person(), await a_follower(d)
    await written()
    if kind == "argument":
        await d.argue(awa)
    elif kind == "source":
        await d.source(awa)
    elif kind == "amendment":
        await d.amend(awa)
    else:
        await revise_contribution(
            d.luc.voice(), **d.place, contribution_id=d.contribution.id, base_revision=1,
            title=d.contribution.title, body="Une piste large le long du canal.", reason="Plus large.",
        )  # fmt: skip
    (mail,) = [one for one in await written() if one.recipient == zoe.email]
    assert (mail.template, mail.about_kind, mail.is_bulk) == ("news", kind, True)
    assert "contribution n° 1" in mail.subject
    assert f"http://vallon.test:8000{d.path}" in mail.text
    assert "http://vallon.test:8000/unsubscribe/" in mail.text
    assert "/unsubscribe/" in mail.html


async def test_who_follows_the_section_and_the_consultation_gets_one_mail(db: str) -> None:
    d = await a_discussion()
    zoe = await a_follower(d, kind="section")
    await follows(d, zoe, "consultation")
    await written()
    await contribute(d, await a_person())
    assert [one.recipient for one in await written("news")] == [zoe.email]


async def test_a_section_s_news_reach_those_who_follow_the_section_around_it(db: str) -> None:
    d = await a_discussion()
    zoe = await a_follower(d, kind="section")
    inner = await Section.create(id=new_key(), consultation=d.consultation, parent=d.section, title="Gare")
    await contribute(d, await a_person(), section_id=inner.id)
    assert [one.recipient for one in await written("news")] == [zoe.email]


async def test_nobody_hears_of_their_own_act(db: str) -> None:
    d = await a_discussion()
    zoe = await a_follower(d)
    await follows(d, zoe, "consultation")
    await written()
    await d.argue(zoe)
    await contribute(d, zoe)
    assert [one.recipient for one in await written()] == [d.luc.email], "only the author of the contribution"


async def test_the_author_who_follows_gets_the_one_mail_that_authors_get(db: str) -> None:
    d = await a_discussion()
    await follows(d, d.luc)
    await d.argue(await a_person())
    assert [(one.recipient, one.template) for one in await written()] == [(d.luc.email, "argument")]


async def test_the_author_who_wants_no_replies_and_follows_hears_of_it_all_the_same(db: str) -> None:
    d = await a_discussion()
    d.luc.account.notify_replies = False
    await d.luc.account.save()
    await follows(d, d.luc)
    await d.argue(await a_person())
    assert [(one.recipient, one.template) for one in await written()] == [(d.luc.email, "news")]


async def test_who_proposed_an_adopted_wording_hears_of_it_once(db: str) -> None:
    d = await a_discussion()
    zoe = await a_follower(d)
    amendment = await d.amend(zoe)
    await written()
    await adopt_amendment(d.luc.voice(), **d.place, contribution_id=d.contribution.id, amendment_id=amendment.id)
    to_zoe = [one.template for one in await written() if one.recipient == zoe.email]
    assert to_zoe == ["amendment_adopted"]


@pytest.mark.parametrize("frequency", [Frequency.DAILY, Frequency.WEEKLY, Frequency.NONE])
async def test_who_chose_digests_or_nothing_hears_nothing_at_once(db: str, frequency: Frequency) -> None:
    d = await a_discussion()
    await a_follower(d, frequency=frequency)
    await d.argue(d.luc)
    assert await written() == []
    assert not await Mailing.exists()


async def test_an_unconfirmed_follower_is_not_written_to(db: str) -> None:
    d = await a_discussion()
    newcomer = await a_person("Jeanne Nouvelle", confirmed=False)
    await follows(d, newcomer)
    await d.argue(d.luc)
    assert await written() == []


@pytest.mark.parametrize("when", ["before", "after"])
async def test_nothing_of_what_was_hidden_leaves(db: str, postman: Postman, when: str) -> None:
    d = await a_discussion()
    await a_follower(d)
    argument = await d.argue(d.luc, body="Des mots que l’on regrette.")
    if when == "after":
        (mail,) = await written("news")
        assert "Des mots" in mail.text
    await type(argument).filter(id=argument.id).update(state=ItemState.HIDDEN)
    await written()
    await send_bulk()
    assert not postman.arrived
    assert [one.state for one in await Mail.filter(template="news")] == ([MailState.DROPPED] if when == "after" else [])


async def test_the_source_of_a_hidden_argument_is_not_told(db: str, postman: Postman) -> None:
    d = await a_discussion()
    await a_follower(d)
    argument = await d.argue(d.luc)
    await d.source(d.luc, argument, title="Un baromètre secret")
    await written()
    await type(argument).filter(id=argument.id).update(state=ItemState.HIDDEN)
    await send_bulk()
    assert not postman.arrived


async def test_the_mail_has_the_headers_of_one_click(db: str, postman: Postman) -> None:
    d = await a_discussion()
    await a_follower(d)
    await d.argue(d.luc)
    await written()
    assert await send_bulk() == 1
    message = postman.arrived[0]
    assert message["List-Unsubscribe"].startswith("<http://vallon.test:8000/unsubscribe/")
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


async def test_the_neighbour_s_follower_of_the_same_key_hears_nothing(db: str) -> None:
    """A follow of another kind that has the same number is another thing."""
    d = await a_discussion()
    zoe = await a_person("Zoé Petit")
    row = await follows(d, zoe)
    await type(row).filter(id=row.id).update(kind="section")
    await d.argue(d.luc)
    assert await written() == []
