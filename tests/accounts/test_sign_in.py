"""Signing in and out, sessions, passwords."""

from datetime import timedelta

import pytest
from argon2 import PasswordHasher, extract_parameters
from starlette.applications import Starlette

from consult.accounts import passwords
from consult.accounts.models import Account, Identity, LinkPurpose, MailLink, Session
from consult.accounts.queries import token_digest
from consult.accounts.rules import SESSION_LIFE
from consult.core import clock
from consult.settings import settings
from consult.web.cookies import SESSION_DAYS, cookie_name
from tests.accounts.people import PASSWORD, with_password
from tests.browsing import Visitor
from tests.cast import NOON, Person, a_person, a_territory


@pytest.fixture
async def awa(app: Starlette) -> Person:
    """Somebody of Vallon, with a password."""
    await a_territory()
    return await with_password(await a_person())


async def _sign_in(visitor: Visitor, person: Person, password: str = PASSWORD, **more: str):  # type: ignore[no-untyped-def]
    return await visitor.post("/sign-in", {"email": person.email, "password": password, **more}, page="")


# ---------------------------------------------------------------- by password


async def test_the_right_password_signs_in(app: Starlette, awa: Person) -> None:
    visitor = Visitor(app)
    answer = await _sign_in(visitor, awa)
    assert (answer.status, answer.location) == (303, "/account")
    assert "Awa Diallo" in (await visitor.get("/account")).words


async def test_the_address_is_the_same_in_capitals(app: Starlette, awa: Person) -> None:
    answer = await Visitor(app).post("/sign-in", {"email": f" {awa.email.upper()} ", "password": PASSWORD}, page="")
    assert answer.status == 303


async def test_an_accent_is_the_same_however_the_keyboard_composed_it(app: Starlette, awa: Person) -> None:
    await with_password(awa, "de l\u2019e\u0301te\u0301 au printemps")
    assert (await _sign_in(Visitor(app), awa, "de l\u2019\u00e9t\u00e9 au printemps")).status == 303


async def test_a_wrong_password_keeps_the_address_and_not_the_password(app: Starlette, awa: Person) -> None:
    answer = await _sign_in(Visitor(app), awa, "tout faux, tout faux")
    assert answer.status == 422
    assert awa.email in answer.text
    assert "tout faux" not in answer.text
    assert "ne convient pas" in answer.words


async def test_whoever_types_no_password_is_sent_a_link(app: Starlette, awa: Person) -> None:
    """Most people have none, and the first button is the one they press."""
    answer = await _sign_in(Visitor(app), awa, "")
    assert (answer.status, answer.location) == (303, "/sign-in/sent")
    assert (await MailLink.filter(purpose=LinkPurpose.SIGN_IN).get()).email == awa.email


async def test_it_goes_on_to_where_one_came_from(app: Starlette, awa: Person) -> None:
    visitor = Visitor(app)
    sent_away = await visitor.get("/account/name")
    assert sent_away.location == "/sign-in?next=%2Faccount%2Fname"
    page = await visitor.get(sent_away.location)
    fields = page.hidden(action="/sign-in")
    answer = await visitor.post("/sign-in", {**fields, "email": awa.email, "password": PASSWORD})
    assert answer.location == "/account/name"


async def test_five_tries_at_one_address_are_enough(app: Starlette, awa: Person) -> None:
    for _ in range(5):
        assert (await _sign_in(Visitor(app), awa, "tout faux, tout faux")).status == 422
    assert (await _sign_in(Visitor(app), awa)).status == 429


async def test_a_deleted_account_does_not_sign_in(app: Starlette, awa: Person) -> None:
    await Account.filter(id=awa.id).update(deleted_at=clock.now())
    assert (await _sign_in(Visitor(app), awa)).status == 422


# ---------------------------------------------------------------- how passwords are kept


async def test_passwords_are_hashed_with_argon2id_of_19_mib_two_passes_one_lane() -> None:
    stored = await passwords.make_hash(PASSWORD)
    found = extract_parameters(stored)
    assert stored.startswith("$argon2id$")
    assert (found.memory_cost, found.time_cost, found.parallelism) == (19_456, 2, 1)
    assert extract_parameters(passwords.DUMMY) == found
    assert await passwords.make_hash(PASSWORD) != stored, "each has its own salt"
    assert not passwords.is_outdated(stored)


async def test_a_hash_of_an_earlier_time_is_made_anew_at_sign_in(app: Starlette, awa: Person) -> None:
    old = PasswordHasher(time_cost=1, memory_cost=8_192, parallelism=1).hash(PASSWORD)
    await Identity.filter(account_id=awa.id).update(password_hash=old)
    assert (await _sign_in(Visitor(app), awa)).status == 303
    stored = (await Identity.get(account_id=awa.id)).password_hash
    assert stored is not None
    assert stored != old
    assert (await _sign_in(Visitor(app), awa)).status == 303


async def test_a_hash_that_is_none_is_wrong() -> None:
    assert not await passwords.is_right("not a hash", PASSWORD)
    assert not await passwords.is_right(None, PASSWORD)


# ---------------------------------------------------------------- sessions


async def test_the_session_rotates_at_sign_in(app: Starlette, awa: Person) -> None:
    visitor = Visitor(app)
    await visitor.get("/sign-in")
    anonymous = visitor.client.cookies[cookie_name()]
    await _sign_in(visitor, awa)
    token = visitor.client.cookies[cookie_name()]
    assert anonymous.startswith("a.")
    assert token.startswith("s.")
    assert len(token) > 40
    assert token[2:] != anonymous[2:]
    assert await Session.filter(digest=token_digest(token)).exists()
    assert not [one for one in await Session.all() if token in str(dict(one))], "the token itself is not stored"


async def test_signing_in_over_a_pending_account_ends_its_session(app: Starlette, awa: Person) -> None:
    pending = await a_person("Awa bis", confirmed=False)
    visitor = Visitor(app, person=pending)
    await _sign_in(visitor, awa)
    assert not await Session.filter(account_id=pending.id).exists()


async def test_somebody_signed_in_is_not_asked_again(app: Starlette, awa: Person) -> None:
    assert (await Visitor(app, person=awa).get("/sign-in?next=/charter")).location == "/charter"


async def test_the_cookie_of_http_is_for_one_machine(app: Starlette, awa: Person) -> None:
    said = (await _sign_in(Visitor(app), awa)).headers["set-cookie"]
    assert said.startswith("consult=s.")
    assert "httponly" in said.lower()
    assert "samesite=lax" in said.lower()


async def test_the_cookie_of_https_is_bound_to_the_host(
    app: Starlette, awa: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONSULT_BASE_URL", "https://vallon.test")
    monkeypatch.setenv("CONSULT_SECRET_KEY", "k" * 50)
    settings.cache_clear()
    try:
        visitor = Visitor(app)
        visitor.client.base_url = "https://vallon.test"
        answer = await _sign_in(visitor, awa)
        said = answer.headers["set-cookie"]
        assert said.startswith("__Host-consult=s.")
        for flag in ("Secure", "HttpOnly", "Path=/", "SameSite=lax"):
            assert flag.lower() in said.lower()
        assert "domain" not in said.lower()
        assert (await visitor.get("/account")).status == 200
    finally:
        monkeypatch.undo()
        settings.cache_clear()


async def test_a_session_ends_after_thirty_days(app: Starlette, awa: Person, frozen: object) -> None:
    visitor = Visitor(app)
    await with_password(awa)
    await _sign_in(visitor, awa)
    assert timedelta(days=SESSION_DAYS) == SESSION_LIFE
    with clock.frozen(NOON + SESSION_LIFE - timedelta(seconds=1), everywhere=True):
        assert (await visitor.get("/account")).status == 200
    with clock.frozen(NOON + SESSION_LIFE, everywhere=True):
        assert (await visitor.get("/account")).status == 303


async def test_signing_out_ends_the_session_on_the_server(app: Starlette, awa: Person) -> None:
    visitor = Visitor(app, person=awa)
    answer = await visitor.post("/sign-out", page="/account")
    assert answer.location == "/sign-in?done=out"
    assert "déconnecté" in (await visitor.get(answer.location)).words
    assert (await Visitor(app, person=awa).get("/account")).status == 303, "the cookie no longer counts"


async def test_nobody_is_signed_out_by_another_sites_form(app: Starlette, awa: Person) -> None:
    await Visitor(app, person=awa).post("/sign-out", {})
    assert (await Visitor(app, person=awa).get("/account")).status == 200


async def test_sessions_are_listed_and_closed_one_by_one(app: Starlette, awa: Person) -> None:
    phone = Visitor(app)
    phone.client.headers["user-agent"] = "Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0"
    await _sign_in(phone, awa)
    visitor = Visitor(app, person=awa)
    page = await visitor.get("/account/sessions")
    assert "Firefox, Android" in page.words
    assert "(celui-ci)" in page.words
    other = await Session.filter(account_id=awa.id).order_by("-id").first()
    assert other is not None
    path = f"/account/sessions/{other.id}/close"
    await visitor.post(path, page.hidden(action=path))
    assert (await phone.get("/account")).status == 303
    assert (await visitor.get("/account")).status == 200


async def test_a_neighbours_session_cannot_be_closed(app: Starlette, awa: Person) -> None:
    luc = await a_person("Luc Martin")
    theirs = await Session.get(account_id=luc.id)
    visitor = Visitor(app, person=awa)
    guard = (await visitor.get("/account")).guard()
    await visitor.post(f"/account/sessions/{theirs.id}/close", guard)
    assert await Session.filter(id=theirs.id).exists()


async def test_all_other_sessions_are_closed_together(app: Starlette, awa: Person) -> None:
    others = [Visitor(app), Visitor(app)]
    for other in others:
        await _sign_in(other, awa)
    visitor = Visitor(app, person=awa)
    await visitor.post("/account/sessions/close-others", page="/account/sessions")
    assert await Session.filter(account_id=awa.id).count() == 1
    assert (await visitor.get("/account")).status == 200
