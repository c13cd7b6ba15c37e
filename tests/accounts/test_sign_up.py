"""Opening an account. The same answer whether an address is known or not: see test_same_answer.py."""

from datetime import timedelta

import pytest
from starlette.applications import Starlette

from consult.accounts.actions import sweep
from consult.accounts.models import Account, Identity, MailLink, Session
from consult.core import clock
from consult.core.models import AuditEntry
from consult.web import limits
from tests.accounts.people import AWA, last_address, last_link, signed_up
from tests.browsing import Visitor
from tests.cast import a_person, a_territory


@pytest.fixture(autouse=True)
async def territory(app: Starlette) -> None:
    await a_territory()


async def test_signing_up_opens_a_pending_account_that_its_link_confirms(app: Starlette) -> None:
    visitor = await signed_up(app)
    shown = await visitor.get("/sign-up/sent")
    assert "awa@exemple.fr" in shown.words
    assert not await Identity.all().count(), "the address is claimed, not had"
    assert "pas encore confirmée" in (await visitor.get("/account")).words
    link = await last_address("awa@exemple.fr")
    assert "Awa Diallo" in (await visitor.get(link)).words
    confirmed = await visitor.post(link, page="")
    assert (confirmed.status, confirmed.location) == (303, "/account?done=confirmed")
    assert "pas encore confirmée" not in (await visitor.get(confirmed.location)).words
    assert (await Account.get()).confirmed_at is not None
    assert (await Identity.get()).email == "awa@exemple.fr"
    assert await Session.all().count() == 1


async def test_the_events_of_a_sign_up_hold_no_address(app: Starlette) -> None:
    visitor = await signed_up(app)
    await visitor.post(await last_address("awa@exemple.fr"), page="")
    entries = await AuditEntry.all()
    assert {"account_created", "account_confirmed", "signed_in"} <= {entry.event for entry in entries}
    assert not [entry for entry in entries if "exemple" in str(entry.details)]


async def test_where_an_account_is_made_from_is_a_digest_that_is_forgotten(app: Starlette) -> None:
    await signed_up(app)
    await signed_up(app, email="luc@exemple.fr", public_name="Luc Martin")
    places = set(await Account.all().values_list("signed_up_from", flat=True))
    assert len(places) == 1
    assert len(str(places.pop())) == 32
    with clock.frozen(clock.now() + timedelta(days=29), everywhere=True):
        await sweep()
        assert await Account.filter(signed_up_from="").count() == 0
    with clock.frozen(clock.now() + timedelta(days=31), everywhere=True):
        await sweep()
        assert await Account.filter(signed_up_from="").count() == 2


async def test_the_form_sent_twice_makes_one_account_and_both_answers_sign_in(app: Starlette) -> None:
    visitor = Visitor(app)
    form = {**AWA, **(await visitor.get("/sign-up")).guard()}
    cookies = dict(visitor.client.cookies)
    await visitor.post("/sign-up", form)
    visitor.client.cookies.clear()
    visitor.client.cookies.update(cookies)
    again = await visitor.post("/sign-up", form)
    assert again.location == "/sign-up/sent"
    assert (await visitor.get("/sign-up/sent")).status == 200
    assert await Account.all().count() == 1
    assert await MailLink.all().count() == 1


async def test_another_browser_cannot_reach_the_account_with_the_forms_key(app: Starlette) -> None:
    visitor, other = Visitor(app), Visitor(app)
    form = (await visitor.get("/sign-up")).guard()
    await visitor.post("/sign-up", {**AWA, **form})
    theirs = (await other.get("/sign-up")).guard()
    await other.post("/sign-up", {**AWA, **theirs, "once": form["once"]})
    assert await Account.all().count() == 2


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"email": ""}, "Saisissez votre adresse e-mail."),
        ({"email": "awa"}, "adresse e-mail complète"),
        ({"email": "awa@exemple"}, "adresse e-mail complète"),
        ({"email": "a" * 300 + "@exemple.fr"}, "adresse e-mail complète"),
        ({"public_name": ""}, "Choisissez le nom"),
        ({"public_name": "A"}, "au moins 2 caractères"),
        ({"public_name": "é" * 61}, "60 caractères au plus"),
        ({"public_name": "awa@exemple.fr"}, "ni adresse e-mail"),
        ({"public_name": "Compte supprimé"}, "réservé"),
        ({"public_name": "\x00\u202e"}, "Choisissez le nom"),
        ({"charter": ""}, "acceptez la charte"),
    ],
)
async def test_what_is_wrong_is_said_and_what_was_typed_is_kept(
    app: Starlette, changes: dict[str, str], words: str
) -> None:
    answer = await Visitor(app).post("/sign-up", {**AWA, **changes}, page="")
    assert answer.status == 422
    assert answer.title.startswith("Erreur :") or answer.title.startswith("Erreur\u00a0:")
    assert words in answer.words
    kept = {one.get("name"): one.get("value") for one in answer.find(".//input")}
    assert kept["public_name" if "email" in changes else "email"] in {"Awa Diallo", "awa@exemple.fr"}
    assert not await Account.all().count()


async def test_a_stale_form_says_so_and_keeps_what_was_typed(app: Starlette) -> None:
    visitor = Visitor(app)
    await visitor.get("/sign-up")
    answer = await visitor.post("/sign-up", {**AWA, "csrf": "0.0.0"})
    assert answer.status == 422
    assert "Rien n’est perdu" in answer.words
    assert "awa@exemple.fr" in answer.text


async def test_what_fills_the_hidden_field_is_no_person(app: Starlette) -> None:
    answer = await Visitor(app).post("/sign-up", {**AWA, "website": "https://exemple.fr"}, page="")
    assert (answer.status, answer.location) == (303, "/sign-up/sent")
    assert not await Account.all().count()


async def test_an_odd_name_is_kept_on_both_databases(app: Starlette) -> None:
    visitor = await signed_up(app, public_name="Zoé 🚲 <b>\x00\u202eÉlan")
    assert (await Account.get()).public_name == "Zoé 🚲 <b>Élan"
    assert "Zoé 🚲 <b>Élan" in (await visitor.get("/account")).words


async def test_the_page_after_goes_on_to_where_one_came_from(app: Starlette) -> None:
    visitor = Visitor(app)
    page = await visitor.get("/sign-up?next=/consultations/plan-velo")
    await visitor.post("/sign-up", {**AWA, **page.hidden(action="/sign-up")})
    assert 'href="/consultations/plan-velo"' in (await visitor.get("/sign-up/sent")).text
    link = await last_link("awa@exemple.fr")
    assert link.next_path == "/consultations/plan-velo"
    confirmed = await visitor.post(await last_address("awa@exemple.fr"), page="")
    assert confirmed.location == "/consultations/plan-velo"


@pytest.mark.parametrize("path", ["https://mal.example", "//mal.example", "/\\mal.example", "mal"])
async def test_nobody_is_sent_to_another_site(app: Starlette, path: str) -> None:
    visitor = Visitor(app)
    page = await visitor.get("/sign-up", params={"next": path})
    await visitor.post("/sign-up", {**AWA, **page.hidden(action="/sign-up"), "next": path})
    assert (await last_link("awa@exemple.fr")).next_path == ""


async def test_the_link_can_be_asked_again_to_an_address_put_right(app: Starlette) -> None:
    visitor = await signed_up(app, email="awa@exmple.fr")
    wrong = await last_address("awa@exmple.fr")
    answer = await visitor.post("/sign-up/sent", {"email": "awa@exemple.fr"}, page="")
    assert answer.location == "/sign-up/sent?again=1"
    assert "awa@exemple.fr" in (await visitor.get(answer.location)).words
    stranger = Visitor(app)
    assert (await stranger.get(wrong)).status == 410, "whoever has the wrong address gets nothing"
    await visitor.post(await last_address("awa@exemple.fr"), page="")
    assert (await Identity.get()).email == "awa@exemple.fr"


async def test_a_confirmed_account_needs_no_second_link(app: Starlette) -> None:
    awa = await a_person()
    visitor = Visitor(app, person=awa)
    assert (await visitor.get("/sign-up/sent")).location == "/account"
    assert (await visitor.get("/sign-up")).location == "/account"


async def test_signing_up_again_and_again_is_limited_and_keeps_what_was_typed(app: Starlette) -> None:
    for turn in range(10):
        await signed_up(app, email=f"awa{turn}@exemple.fr")
    answer = await Visitor(app).post("/sign-up", {**AWA, "email": "encore@exemple.fr"}, page="")
    assert answer.status == 429
    assert "encore@exemple.fr" in answer.text
    await limits.forget()


async def test_mails_to_one_address_are_limited(app: Starlette) -> None:
    for _ in range(5):
        await signed_up(app)
    answer = await Visitor(app).post("/sign-up", AWA, page="")
    assert answer.status == 429
    assert (await MailLink.all().count()) == 5
