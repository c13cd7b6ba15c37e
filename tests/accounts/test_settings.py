"""What a person decides about their own account."""

from datetime import timedelta

import pytest
from starlette.applications import Starlette

from consult.accounts.models import Account, Identity, Session
from consult.core import clock
from consult.core.models import AuditEntry
from tests.accounts.people import PASSWORD, signed_up, with_password
from tests.browsing import Visitor
from tests.cast import NOON, Person, a_person, a_territory

NEW = "un vélo rouge sous la pluie"
LATER = NOON + timedelta(minutes=15)


@pytest.fixture
async def awa(app: Starlette, frozen: object) -> Person:
    """Somebody of Vallon, who has just signed in."""
    await a_territory()
    return await a_person()


async def _hash(person: Person) -> str | None:
    return (await Identity.get(account_id=person.id)).password_hash


@pytest.mark.parametrize(
    "path",
    [
        "/account", "/account/name", "/account/email", "/account/password", "/account/notifications",
        "/account/sessions", "/account/data", "/account/delete",
    ],
)  # fmt: skip
async def test_settings_are_for_people_signed_in(app: Starlette, awa: Person, path: str) -> None:
    assert (await Visitor(app).get(path)).location.startswith("/sign-in?next=")
    events = await AuditEntry.all().count()
    assert (await Visitor(app, person=awa).get(path)).status == 200
    assert await AuditEntry.all().count() == events, "reading changes nothing"


async def test_the_public_name_changes(app: Starlette, awa: Person) -> None:
    visitor = Visitor(app, person=awa)
    answer = await visitor.post("/account/name", {"public_name": "  Awa  D. "}, page="")
    assert answer.location == "/account?done=name"
    assert "Awa D." in (await visitor.get("/account")).words
    assert (await AuditEntry.get()).event == "public_name_changed"


async def test_a_name_that_cannot_be_public_is_shown_back(app: Starlette, awa: Person) -> None:
    answer = await Visitor(app, person=awa).post("/account/name", {"public_name": "www.awa.fr"}, page="")
    assert answer.status == 422
    assert "www.awa.fr" in answer.text


# ---------------------------------------------------------------- password


async def test_a_first_password_is_chosen_and_other_sessions_end(app: Starlette, awa: Person) -> None:
    now = clock.now()
    other = await Session.create(
        digest="d", account=awa.account, created_at=now, last_seen_at=now, expires_at=now + timedelta(days=1)
    )
    answer = await Visitor(app, person=awa).post("/account/password", {"password": NEW}, page="")
    assert answer.location == "/account?done=password"
    assert await _hash(awa)
    assert not await Session.filter(id=other.id).exists()
    assert await Session.filter(account_id=awa.id).count() == 1


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("court", "au moins 12"),
        ("a" * 201, "au plus"),
        ("abcabcabcabcabc", "trop facilement"),
        ("EMAIL", "trop facilement"),
    ],
)
async def test_a_weak_password_is_refused_and_never_shown(
    app: Starlette, awa: Person, password: str, words: str
) -> None:
    password = awa.email if password == "EMAIL" else password
    answer = await Visitor(app, person=awa).post("/account/password", {"password": password}, page="")
    assert answer.status == 422
    assert words in answer.words
    assert f'value="{password}"' not in answer.text
    assert await _hash(awa) is None


async def test_an_older_session_gives_the_present_password(app: Starlette, awa: Person) -> None:
    await with_password(awa)
    before = await _hash(awa)
    visitor = Visitor(app, person=awa)
    with clock.frozen(LATER, everywhere=True):
        assert "current_password" in (await visitor.get("/account/password")).text
        without = await visitor.post("/account/password", {"password": NEW}, page="")
        wrong = await visitor.post("/account/password", {"password": NEW, "current_password": "faux"}, page="")
        assert (without.status, wrong.status) == (422, 422)
        assert "pas votre mot de passe actuel" in wrong.words
        assert await _hash(awa) == before
        right = await visitor.post("/account/password", {"password": NEW, "current_password": PASSWORD}, page="")
    assert right.location == "/account?done=password"
    assert await _hash(awa) != before


async def test_a_fresh_session_by_link_replaces_a_forgotten_password(app: Starlette, awa: Person) -> None:
    await with_password(awa, "celui que j’ai oublié")
    page = await Visitor(app, person=awa).get("/account/password")
    assert "current_password" not in page.text
    assert (await Visitor(app, person=awa).post("/account/password", {"password": NEW}, page="")).status == 303


async def test_one_may_do_without_a_password_again(app: Starlette, awa: Person) -> None:
    await with_password(awa)
    answer = await Visitor(app, person=awa).post("/account/password", {"button": "none"}, page="")
    assert answer.location == "/account?done=no-password"
    assert await _hash(awa) is None


async def test_a_pending_account_chooses_no_password(app: Starlette, awa: Person) -> None:
    visitor = await signed_up(app)
    guard = (await visitor.get("/account/name")).guard()
    answer = await visitor.post("/account/password", {**guard, "password": NEW})
    assert answer.status == 422
    assert "Confirmez d’abord" in answer.words


# ---------------------------------------------------------------- notifications and language


async def test_mails_are_chosen(app: Starlette, awa: Person) -> None:
    visitor = Visitor(app, person=awa)
    page = await visitor.get("/account/notifications")
    assert len(page.find(".//input[@checked]")) == 2
    await visitor.post("/account/notifications", {"amendments": "y"}, page="")
    account = await Account.get(id=awa.id)
    assert (account.notify_replies, account.notify_amendments) == (False, True)


async def test_a_visitor_chooses_a_language_that_a_cookie_keeps(app: Starlette, awa: Person) -> None:
    visitor = Visitor(app)
    fields = (await visitor.get("/language?next=/charter")).hidden(action="/language")
    answer = await visitor.post("/language", {**fields, "language": "en"})
    assert answer.location == "/charter"
    assert visitor.client.cookies["language"] == "en"
    page = await visitor.get("/charter")
    assert page.root is not None
    assert page.root.get("lang") == "en"


async def test_a_persons_language_stays_with_the_account(app: Starlette, awa: Person) -> None:
    visitor = Visitor(app, person=awa)
    await visitor.post("/language", {"language": "en"}, page="")
    assert (await Account.get(id=awa.id)).language == "en"
    page = await Visitor(app, person=awa).get("/account")
    assert page.root is not None
    assert page.root.get("lang") == "en"


async def test_an_unknown_language_is_refused(app: Starlette, awa: Person) -> None:
    assert (await Visitor(app).post("/language", {"language": "tlh"}, page="")).status == 422
