"""Who hears of what by mail: once, in their language, with links of the territory, and never of what is hidden."""

from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest

from consult.accounts import actions as accounts
from consult.accounts.models import Account, MailLink
from consult.accounts.rules import Address
from consult.app import load_effects
from consult.arguments.actions import publish_argument, withdraw_argument
from consult.arguments.models import Side
from consult.consultations.items import ItemState
from consult.contributions.actions import (
    adopt_amendment,
    decline_amendment,
    propose_amendment,
    publish_contribution,
)
from consult.contributions.models import Amendment, Contribution
from consult.core.errors import NotFound
from consult.core.models import OutboxRow
from consult.core.outbox import drain_all
from consult.notifications.effects import mail_argument
from consult.notifications.models import Mail, MailState, UndeliverableAddress
from consult.notifications.queries import Reader
from consult.notifications.sending import send_waiting
from consult.notifications.writing import mail_key
from consult.territories.models import Territory
from tests.cast import Person, a_consultation, a_person, a_territory, an_organisation
from tests.notifications.postman import Postman

AWA = Address("awa@example.org", "awa@example.org")


@pytest.fixture(autouse=True)
def _effects() -> None:
    load_effects()


async def mails() -> list[Mail]:
    await drain_all()
    return await Mail.all().order_by("id")


async def the_mail() -> Mail:
    written = await mails()
    assert len(written) == 1
    return written[0]


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.hrefs: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag not in {"script", "form", "img", "iframe"}
        self.hrefs += [value or "" for name, value in attrs if name == "href"]


def links_of(mail: Mail) -> list[str]:
    parser = _Links()
    parser.feed(mail.html)
    return parser.hrefs


class Scene:
    """A contribution of Luc's that Awa may argue about."""

    territory: Territory
    luc: Person
    awa: Person
    contribution: Contribution

    @property
    def place(self) -> dict[str, Any]:
        return {
            "territory_id": self.territory.id,
            "consultation_id": self.contribution.consultation_id,
            "contribution_id": self.contribution.id,
        }


@pytest.fixture
async def scene(db: str) -> Scene:
    one = Scene()
    one.territory = await a_territory()
    one.luc, one.awa = await a_person("Luc Martin"), await a_person("Awa Diallo")
    consultation, _, sections = await a_consultation(one.territory)
    one.contribution = await publish_contribution(
        one.luc.voice(),
        territory_id=one.territory.id,
        consultation_id=consultation.id,
        section_id=sections[0].id,
        title="Une piste <b>rue Haute</b>",
        body="Il en faut une.",
    )
    return one


async def argue(scene: Scene, person: Person, **more: Any) -> Any:
    return await publish_argument(
        person.voice(), **scene.place, **{"side": Side.AGAINST, "body": "Elle est trop **étroite** & pentue.", **more}
    )


async def amend(scene: Scene, person: Person) -> Amendment:
    return await propose_amendment(
        person.voice(),
        **scene.place,
        base_revision=1,
        title="Une piste rue Basse",
        body="Il en faut une, plus large.",
        reason="La rue Haute est étroite.",
    )


# ---------------------------------------------------------------- arguments and amendments


async def test_an_argument_is_told_to_the_author_of_the_contribution(scene: Scene) -> None:
    await argue(scene, scene.awa)
    mail = await the_mail()
    assert mail.recipient == scene.luc.email
    assert mail.subject == "Un argument contre\u00a0: contribution n° 1"
    assert "Awa Diallo a donné un argument contre votre contribution n° 1, " in mail.text
    assert "«\u00a0Une piste <b>rue Haute</b>\u00a0»" in mail.text
    assert "    Elle est trop étroite & pentue." in mail.text
    assert "&lt;b&gt;rue Haute" in mail.html
    assert "/account/notifications" in mail.text
    assert any("/consultations/plan-velo/contributions/1/arguments/" in href for href in links_of(mail))


async def test_an_organisation_speaks_under_its_name(scene: Scene) -> None:
    body = await an_organisation(scene.territory, scene.awa)
    await publish_argument(scene.awa.voice(organisation=body), **scene.place, side=Side.FOR, body="Oui.")
    text = (await the_mail()).text
    assert "Vélo Vallon a donné" in text
    assert "Awa" not in text


async def test_nobody_is_told_of_their_own_act(scene: Scene) -> None:
    await argue(scene, scene.luc)
    assert await mails() == []


@pytest.mark.parametrize("choice", ["notify_replies", "notify_amendments"])
async def test_choices_are_kept(scene: Scene, choice: str) -> None:
    await Account.filter(id=scene.luc.id).update(**{choice: False})
    await argue(scene, scene.awa)
    await amend(scene, scene.awa)
    assert [one.template for one in await mails()] == [
        {"notify_replies": "amendment_proposed", "notify_amendments": "argument"}[choice]
    ]


async def test_an_amendment_and_its_answer_are_told(scene: Scene) -> None:
    first, second = await amend(scene, scene.awa), await amend(scene, await a_person("Zoé Petit"))
    for_author = await mails()
    assert {(one.recipient, one.template) for one in for_author} == {(scene.luc.email, "amendment_proposed")}
    assert "    La rue Haute est étroite." in for_author[0].text
    await decline_amendment(scene.luc.voice(), **scene.place, amendment_id=second.id, reason="Elle l’est aussi.")
    await adopt_amendment(scene.luc.voice(), **scene.place, amendment_id=first.id)
    answers = (await mails())[2:]
    assert [one.template for one in answers] == ["amendment_declined", "amendment_adopted"]
    assert answers[1].recipient == scene.awa.email
    assert "    Elle l’est aussi." in answers[0].text


async def test_an_argument_about_an_amendment_is_told_to_who_proposed_it(scene: Scene) -> None:
    amendment = await amend(scene, scene.awa)
    await mails()
    await argue(scene, await a_person("Zoé Petit"), amendment_id=amendment.id)
    last = (await mails())[-1]
    assert (last.recipient, last.template) == (scene.awa.email, "argument")
    assert "votre proposition de modification" in last.text


async def test_an_event_makes_one_mail_however_often_its_reaction_runs(scene: Scene) -> None:
    argument = await argue(scene, scene.awa)
    await drain_all()
    row = await OutboxRow.get(effect="notifications.effects.mail_argument")
    from consult.core.events import event_from

    event = event_from(row.event, row.payload)
    await mail_argument(event, row.id)
    await mail_argument(event, row.id)
    assert len(await mails()) == 1
    assert (await the_mail()).about_id == argument.id


async def test_no_mail_about_what_was_withdrawn_before_it_is_written(scene: Scene) -> None:
    argument = await argue(scene, scene.awa)
    await withdraw_argument(
        scene.awa.voice(),
        territory_id=scene.territory.id,
        consultation_id=scene.contribution.consultation_id,
        argument_id=argument.id,
    )
    assert await mails() == []


@pytest.mark.parametrize("what", ["argument", "contribution"])
async def test_no_mail_about_what_is_hidden_before_it_is_sent(scene: Scene, postman: Postman, what: str) -> None:
    argument = await argue(scene, scene.awa)
    assert (await the_mail()).state is MailState.WAITING
    if what == "argument":
        await type(argument).filter(id=argument.id).update(state=ItemState.HIDDEN)
    else:
        await Contribution.filter(id=scene.contribution.id).update(state=ItemState.HIDDEN)
    await send_waiting()
    assert (await Mail.get()).state is MailState.DROPPED
    assert not postman.arrived


async def test_no_mail_about_an_amendment_that_is_hidden_before_it_is_sent(scene: Scene, postman: Postman) -> None:
    amendment = await amend(scene, scene.awa)
    assert (await the_mail()).state is MailState.WAITING
    await Amendment.filter(id=amendment.id).update(state=ItemState.HIDDEN)
    await send_waiting()
    assert (await Mail.get()).state is MailState.DROPPED
    assert not postman.arrived


async def test_a_mail_of_an_action_leaves_by_the_post(scene: Scene, postman: Postman) -> None:
    await argue(scene, scene.awa)
    await drain_all()
    assert await send_waiting() == 1
    assert postman.arrived[0]["Subject"] == "Un argument contre\u00a0: contribution n° 1"
    assert postman.to == [[scene.luc.email]]


async def test_who_leaves_gets_one_last_mail_and_their_address_is_forgotten(scene: Scene, postman: Postman) -> None:
    await Account.filter(id=scene.luc.id).update(language="en")
    await accounts.delete_account(scene.luc.voice(), session_id=None, proven=True, territory_id=scene.territory.id)
    mail = await the_mail()
    assert (mail.recipient, mail.account_id, mail.subject) == (scene.luc.email, None, "Your account is deleted")
    assert "What stays: your published texts" in mail.text
    assert links_of(mail) == ["http://vallon.test:8000/"], "it leads nowhere but to the site"
    assert "Luc" not in mail.text + mail.html
    assert not await MailLink.all().exists(), "the mail alone still holds the address"
    assert await send_waiting() == 1
    assert postman.to == [[scene.luc.email]]
    assert not await Mail.all().exists()


@pytest.mark.parametrize("answer", ["550 5.1.1 no such mailbox", "554 no"])
async def test_an_address_that_refuses_the_last_mail_is_forgotten_too(
    scene: Scene, postman: Postman, answer: str
) -> None:
    await accounts.delete_account(scene.luc.voice(), session_id=None, proven=True)
    await drain_all()
    postman.recipient_answers = [answer]
    assert await send_waiting() == 0
    assert not await Mail.all().exists()
    assert not await UndeliverableAddress.all().exists()


async def test_the_last_mail_is_tried_again_while_the_post_is_down(scene: Scene, postman: Postman) -> None:
    await accounts.delete_account(scene.luc.voice(), session_id=None, proven=True)
    await drain_all()
    postman.recipient_answers = ["451 later"]
    assert await send_waiting() == 0
    assert (await Mail.get()).state is MailState.WAITING


async def test_an_address_that_was_never_confirmed_gets_no_last_mail(scene: Scene) -> None:
    await accounts.delete_account(
        replace(scene.luc.voice(), confirmed=False), session_id=None, proven=True, territory_id=scene.territory.id
    )
    assert await mails() == []
    assert not await MailLink.all().exists()


async def test_a_deleted_account_hears_nothing_more(scene: Scene) -> None:
    await accounts.delete_account(scene.luc.voice(), session_id=None, proven=True)
    await mails()
    await Mail.all().delete()
    await argue(scene, scene.awa)
    assert await mails() == []


async def test_the_neighbour_is_not_written_to(scene: Scene) -> None:
    with pytest.raises(NotFound):
        await publish_argument(
            scene.awa.voice(),
            **{**scene.place, "territory_id": (await a_territory("coteau")).id},
            side=Side.FOR,
            body="Oui.",
        )
    assert await mails() == []


def test_two_long_addresses_make_two_keys_that_the_column_holds() -> None:
    keys = {mail_key("event", Reader(f"{'a' * 240}{name}@example.org", "fr")) for name in ("ann", "bob")}
    assert len(keys) == 2
    assert max(len(key) for key in keys) <= 160
