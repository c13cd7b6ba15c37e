"""Links sent by e-mail: one use, a time, a page before the act, and the person is who reads the mail."""

from datetime import timedelta

import pytest
from starlette.applications import Starlette

from consult.accounts import actions, elsewhere, links
from consult.accounts.actions.links import Confirmation
from consult.accounts.models import Account, Identity, LinkPurpose, MailLink, Session
from consult.consultations.items import ItemState
from consult.contributions.models import Contribution
from consult.core import clock
from consult.core.errors import Refused
from consult.core.keys import new_key
from consult.core.models import AuditEntry
from consult.core.voice import Voice
from consult.territories.models import Territory
from tests.accounts.people import PASSWORD, last_address, last_link, signed_up, with_password
from tests.browsing import Visitor
from tests.cast import NOON, Person, a_consultation, a_person, a_territory


@pytest.fixture(autouse=True)
async def territory(app: Starlette) -> Territory:
    return await a_territory()


async def _known(email: str = "awa@exemple.fr", name: str = "Awa la vraie") -> Person:
    person = await a_person(name)
    await Identity.filter(account_id=person.id).update(email=email, email_key=email)
    return person


async def _asked(app: Starlette, email: str) -> str:
    answer = await Visitor(app).post("/sign-in", {"email": email, "button": "link"}, page="")
    assert answer.location == "/sign-in/sent"
    return await last_address(email, LinkPurpose.SIGN_IN)


async def _writes_something(territory: Territory, account: Account) -> Contribution:
    consultation, _, sections = await a_consultation(territory)
    return await Contribution.create(
        id=new_key(),
        consultation=consultation,
        section=sections[0],
        author=account,
        state=ItemState.WAITING,
        title="Une piste",
        body="Le long de la rivière.",
        body_html="<p>Le long de la rivière.</p>",
        created_at=clock.now(),
    )


# ---------------------------------------------------------------- signing in


async def test_a_sign_in_link_signs_in_once(app: Starlette) -> None:
    person = await _known()
    link = await _asked(app, "awa@exemple.fr")
    visitor = Visitor(app)
    assert "Awa la vraie" in (await visitor.get(link)).words
    assert (await visitor.post(link, page="")).location == "/account"
    assert "Awa la vraie" in (await visitor.get("/account")).words
    again = Visitor(app)
    assert (await again.get(link)).status == 410
    guard = (await again.get("/sign-in")).guard()
    assert (await again.post(link, guard)).status == 410
    assert await Session.filter(account_id=person.id).count() == 2, "the one of the cast, and the link's"


async def test_opening_a_link_changes_nothing(app: Starlette) -> None:
    await _known()
    link = await _asked(app, "awa@exemple.fr")
    before = [await model.all().order_by("id").values() for model in (Account, Identity, Session, MailLink)]
    events = await AuditEntry.all().count()
    for _ in range(3):
        assert (await Visitor(app).get(link)).status == 200
    assert before == [await model.all().order_by("id").values() for model in (Account, Identity, Session, MailLink)]
    assert await AuditEntry.all().count() == events


async def test_a_links_page_is_kept_nowhere_and_told_to_nobody(app: Starlette) -> None:
    await _known()
    answer = await Visitor(app).get(await _asked(app, "awa@exemple.fr"))
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"


async def test_a_sign_in_link_lasts_ten_minutes(app: Starlette, frozen: object) -> None:
    await _known()
    link = await _asked(app, "awa@exemple.fr")
    with clock.frozen(NOON + timedelta(minutes=9, seconds=59), everywhere=True):
        assert (await Visitor(app).get(link)).status == 200
    visitor = Visitor(app)
    guard = (await visitor.get(link)).guard()
    with clock.frozen(NOON + timedelta(minutes=10), everywhere=True):
        assert (await visitor.get(link)).status == 410
        assert (await visitor.post(link, guard)).status == 410
    assert await Session.all().count() == 1


async def test_the_act_itself_judges_its_link(app: Starlette, frozen: object) -> None:
    """Whatever the page has seen before: the link may have served, or its time have run out, in between."""
    await _known()
    await _asked(app, "awa@exemple.fr")
    link = await last_link("awa@exemple.fr", LinkPurpose.SIGN_IN)
    place = {"link_id": link.id, "territory_id": link.territory_id or 0}
    browser = actions.Browser(token="s.test")
    for wrong in ({"used_at": NOON}, {"expires_at": NOON}, {"purpose": LinkPurpose.NOTICE}):
        await MailLink.filter(id=link.id).update(**wrong)
        with pytest.raises(Refused, match="link_over"):
            await actions.sign_in_by_link(Voice(account_id=None), **place, browser=browser)
        await MailLink.filter(id=link.id).update(used_at=None, expires_at=link.expires_at, purpose=LinkPurpose.SIGN_IN)
    with pytest.raises(Refused, match="link_over"):
        await actions.confirm_address(Voice(account_id=None), **place, browser=browser, said=Confirmation())
    assert await Session.all().count() == 1, "the one of the cast"
    await actions.sign_in_by_link(Voice(account_id=None), **place, browser=browser)
    assert await Session.all().count() == 2


async def test_a_sign_in_link_for_nobody_opens_nothing(app: Starlette) -> None:
    link = await _asked(app, "personne@exemple.fr")
    assert (await Visitor(app).get(link)).status == 410
    assert not await Account.all().count()


@pytest.mark.parametrize("token", ["x", "MTIz.abc.def", "a" * 400])
async def test_a_made_up_link_opens_nothing(app: Starlette, token: str) -> None:
    assert (await Visitor(app).get(f"/links/{token}")).status == 410


def test_a_token_is_no_key_and_a_key_is_no_token() -> None:
    token = links.token_for(42)
    assert links.key_of(token) == 42
    assert links.key_of("42") is None
    head, _, signature = token.rpartition(".")
    assert links.key_of(f"{head}.{signature[::-1]}") is None


async def test_a_link_without_its_pages_guard_does_nothing(app: Starlette) -> None:
    await _known()
    link = await _asked(app, "awa@exemple.fr")
    assert (await Visitor(app).post(link, {})).status == 422
    assert (await last_link("awa@exemple.fr")).used_at is None


async def test_the_former_session_of_the_browser_ends(app: Starlette) -> None:
    await _known()
    other = await a_person("Luc Martin")
    visitor = Visitor(app, person=other)
    await visitor.post(await _asked(app, "awa@exemple.fr"), page="")
    assert not await Session.filter(account_id=other.id).exists()


# ---------------------------------------------------------------- confirming


async def test_a_password_may_be_chosen_while_confirming(app: Starlette) -> None:
    await signed_up(app)
    phone = Visitor(app)
    link = await last_address("awa@exemple.fr")
    short = await phone.post(link, {"password": "court"}, page="")
    assert short.status == 422
    assert "au moins 12 caractères" in short.words
    assert (await phone.post(link, {"password": PASSWORD}, page="")).status == 303
    answer = await Visitor(app).post("/sign-in", {"email": "awa@exemple.fr", "password": PASSWORD}, page="")
    assert answer.location == "/account"


async def test_whoever_typed_the_address_is_signed_out_when_somebody_else_confirms(app: Starlette) -> None:
    hijacker = await signed_up(app)
    victim = Visitor(app)
    link = await last_address("awa@exemple.fr")
    assert "un autre navigateur" in (await victim.get(link)).words
    await victim.post(link, page="")
    assert (await hijacker.get("/account")).location.startswith("/sign-in")
    assert (await victim.get("/account")).status == 200


async def test_what_somebody_else_wrote_need_not_be_published(app: Starlette, territory: Territory) -> None:
    await signed_up(app)
    pending = await Account.get()
    text = await _writes_something(territory, pending)
    victim = Visitor(app)
    link = await last_address("awa@exemple.fr")
    assert "Un texte attend" in (await victim.get(link)).words
    await victim.post(link, {"button": "without"}, page="")
    mine = await Identity.get(email_key="awa@exemple.fr")
    assert mine.account_id != pending.id
    assert not await Contribution.filter(id=text.id).exists()
    assert (await Account.get(id=pending.id)).deleted_at is not None


async def test_a_known_address_gets_what_was_written_while_signing_up_again(
    app: Starlette, territory: Territory
) -> None:
    person = await with_password(await _known())
    before = (await Identity.get(account_id=person.id)).password_hash
    visitor = await signed_up(app)
    pending = await Account.exclude(id=person.id).get()
    text = await _writes_something(territory, pending)
    link = await last_address("awa@exemple.fr")
    page = await visitor.get(link)
    assert "a déjà un compte" in page.words
    assert not page.find(".//input[@type='password']")
    await visitor.post(link, {"button": "keep", "password": "un tout autre mot de passe"}, page="")
    await text.refresh_from_db()
    assert text.author_id == person.id  # type: ignore[attr-defined]
    assert (await Identity.get(account_id=person.id)).password_hash == before
    assert "Awa la vraie" in (await visitor.get("/account")).words
    assert (await Account.get(id=pending.id)).public_name == "Compte supprimé"
    events = [entry.event for entry in await AuditEntry.all().order_by("id")]
    assert "accounts_merged" in events


async def test_a_known_address_need_not_take_what_somebody_else_wrote(app: Starlette, territory: Territory) -> None:
    person = await _known()
    await signed_up(app)
    pending = await Account.exclude(id=person.id).get()
    text = await _writes_something(territory, pending)
    await Visitor(app).post(await last_address("awa@exemple.fr"), {"button": "without"}, page="")
    assert not await Contribution.filter(id=text.id).exists()
    assert "accounts_merged" not in [entry.event for entry in await AuditEntry.all()]


async def test_two_sign_ups_of_one_address_become_one_account(app: Starlette) -> None:
    first, second = await signed_up(app), await signed_up(app, public_name="Awa D.")
    one, two = await MailLink.all().order_by("id")
    await first.post(links.address(one.id), page="")
    await second.post(links.address(two.id), page="")
    assert await Identity.all().count() == 1
    assert "Awa Diallo" in (await second.get("/account")).words


async def test_a_confirmation_link_lasts_seven_days_and_serves_once(app: Starlette, frozen: object) -> None:
    await signed_up(app)
    link = await last_address("awa@exemple.fr")
    with clock.frozen(NOON + timedelta(days=7), everywhere=True):
        assert (await Visitor(app).get(link)).status == 410
    visitor = Visitor(app)
    await visitor.post(link, page="")
    assert (await visitor.get(link)).status == 410


# ---------------------------------------------------------------- changing the address


async def _asks_change(app: Starlette, person: Person, email: str = "neuve@exemple.fr") -> tuple[Visitor, str]:
    visitor = Visitor(app, person=person)
    answer = await visitor.post("/account/email", {"email": email}, page="")
    assert answer.location == "/account?done=email-asked"
    return visitor, await last_address(email)


async def test_an_address_changes_when_its_owner_follows_the_link(app: Starlette) -> None:
    person = await a_person()
    visitor, link = await _asks_change(app, person)
    assert (await Identity.get()).email == person.email, "nothing changes before"
    assert (await visitor.post(link, page="")).location == "/account?done=email"
    assert (await Identity.get()).email == "neuve@exemple.fr"
    notice = await MailLink.get(purpose=LinkPurpose.NOTICE)
    assert notice.email == person.email
    event = await AuditEntry.get(event="email_changed")
    assert event.details["notice_id"] == notice.id
    assert "exemple" not in str(event.details)


async def test_whoever_reads_the_mail_of_a_mistyped_address_cannot_take_the_account(app: Starlette) -> None:
    person = await a_person()
    _, link = await _asks_change(app, person, "fautive@exemple.fr")
    neighbour = Visitor(app, person=await a_person("Luc Martin"))
    page = await neighbour.get(link)
    assert "Awa" not in page.words
    assert not [form for form in page.find(".//form") if form.get("action") is None]
    guard = (await neighbour.get("/account/name")).guard()
    assert (await neighbour.post(link, guard)).status == 410
    stranger = Visitor(app)
    guard = (await stranger.get("/sign-in")).guard()
    assert (await stranger.post(link, guard)).location.startswith("/sign-in?next=/links/")
    assert (await Identity.get(account_id=person.id)).email == person.email


async def test_an_address_of_another_account_cannot_be_taken(app: Starlette) -> None:
    await _known("prise@exemple.fr")
    visitor, link = await _asks_change(app, await a_person("Luc Martin"), "prise@exemple.fr")
    answer = await visitor.post(link, page="")
    assert answer.status == 422
    assert "d’un autre compte" in answer.words


async def test_an_old_session_must_be_shown_anew_before_the_address_changes(app: Starlette, frozen: object) -> None:
    person = await a_person()
    with clock.frozen(NOON + timedelta(minutes=16), everywhere=True):
        visitor = Visitor(app, person=person)
        page = await visitor.get("/account/email")
        assert "plus d’un quart d’heure" in page.words
        answer = await visitor.post("/account/email", {"email": "neuve@exemple.fr"}, page="")
    assert answer.status == 422
    assert not await MailLink.all().count()


async def test_moving_leaves_what_the_other_account_has_already(app: Starlette, territory: Territory) -> None:
    from consult.organisations.models import Member
    from tests.cast import an_organisation

    awa, luc = await a_person(), await a_person("Luc Martin")
    await an_organisation(territory, awa, luc)
    await elsewhere.move(awa.id, luc.id)
    assert await Member.filter(account_id=luc.id).count() == 1
    assert await Member.filter(account_id=awa.id).count() == 1
