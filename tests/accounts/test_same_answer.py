"""Nobody learns whether an address has an account (ADR 0010): with the address known or not, one answer."""

from collections.abc import Awaitable, Callable

import pytest
from starlette.applications import Starlette

from consult.accounts import passwords
from consult.accounts.models import Account, Identity, Session
from consult.accounts.queries import token_digest
from consult.web import limits
from consult.web.cookies import cookie_name
from tests.accounts.people import AWA, PASSWORD, bare, with_password
from tests.browsing import Answer, Visitor
from tests.cast import Person, a_person, a_territory
from tests.counting import counted

KNOWN, UNKNOWN = "connue@exemple.fr", "inconnue@exemple.fr"


@pytest.fixture
async def known(app: Starlette) -> Person:
    """Somebody whose address is known, with a password."""
    territory = await a_territory()
    person = await with_password(await a_person("Luc Martin", administrator=territory))
    await Identity.filter(account_id=person.id).update(email=KNOWN, email_key=KNOWN)
    return person


async def _both(act: Callable[[str], Awaitable[list[Answer]]]) -> tuple[list[Answer], list[Answer]]:
    """The answers for the known address and for the unknown one."""
    await limits.forget()
    return await act(KNOWN), await act(UNKNOWN)


def _same(known: list[Answer], unknown: list[Answer]) -> None:
    for one, other in zip(known, unknown, strict=True):
        assert one.status == other.status
        assert one.location == other.location
        assert bare(one, KNOWN) == bare(other, UNKNOWN)
        assert sorted(one.headers.keys()) == sorted(other.headers.keys())


async def test_sign_up_answers_the_same(app: Starlette, known: Person) -> None:
    async def act(email: str) -> list[Answer]:
        visitor = Visitor(app)
        answers = [await visitor.post("/sign-up", {**AWA, "email": email}, page="")]
        answers += [await visitor.get(path) for path in ("/sign-up/sent", "/account", "/account/email")]
        answers.append(await visitor.post("/sign-up/sent", {"email": email}, page=""))
        answers.append(await visitor.get("/account/password"))
        return answers

    _same(*await _both(act))


async def test_asking_for_a_link_answers_the_same(app: Starlette, known: Person) -> None:
    async def act(email: str) -> list[Answer]:
        visitor = Visitor(app)
        answer = await visitor.post("/sign-in", {"email": email, "button": "link"}, page="")
        return [answer, await visitor.get("/sign-in/sent")]

    _same(*await _both(act))


async def test_a_wrong_password_answers_the_same(app: Starlette, known: Person) -> None:
    async def act(email: str) -> list[Answer]:
        return [await Visitor(app).post("/sign-in", {"email": email, "password": "faux mot de passe"}, page="")]

    first, second = await _both(act)
    assert first[0].status == 422
    _same(first, second)


async def test_too_many_tries_answer_the_same(app: Starlette, known: Person) -> None:
    async def act(email: str) -> list[Answer]:
        await limits.forget()
        visitor = Visitor(app)
        return [await visitor.post("/sign-in", {"email": email, "password": "faux"}, page="") for _ in range(6)]

    first, second = await _both(act)
    assert [one.status for one in first] == [422] * 5 + [429]
    _same(first, second)


async def test_changing_to_an_address_answers_the_same(app: Starlette, known: Person) -> None:
    async def act(email: str) -> list[Answer]:
        visitor = Visitor(app, person=await a_person())
        answer = await visitor.post("/account/email", {"email": email}, page="")
        return [answer, await visitor.get(answer.location)]

    first, second = await _both(act)
    assert first[0].location == "/account?done=email-asked"
    emails = await Identity.exclude(email=KNOWN).order_by("id").values_list("email", flat=True)
    assert bare(first[1], emails[0]) == bare(second[1], emails[1])  # type: ignore[index]


async def test_inviting_to_the_staff_answers_the_same(app: Starlette, known: Person) -> None:
    visitor = Visitor(app, person=known)

    async def act(email: str) -> list[Answer]:
        answer = await visitor.post("/admin/staff", {"email": email, "role": "moderator"}, page="")
        return [answer]

    _same(*await _both(act))
    shown = await visitor.get("/admin/staff")
    assert KNOWN in shown.words
    assert UNKNOWN in shown.words
    assert shown.words.count("n’a pas encore été suivi") == 2


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/sign-up", AWA),
        ("/sign-in", {"button": "link"}),
    ],
)
async def test_the_handler_does_not_even_look(app: Starlette, known: Person, path: str, form: dict[str, str]) -> None:
    visitor = Visitor(app)
    guard = (await visitor.get(path)).guard()
    with counted() as asked:
        answer = await visitor.post(path, {**form, **guard, "email": KNOWN})
    assert answer.status == 303
    assert not [one for one in asked if '"identity"' in one or " identity " in one], asked


async def test_changing_the_address_and_inviting_do_not_look_either(app: Starlette, known: Person) -> None:
    visitor = Visitor(app, person=known)
    for path, form in (("/account/email", {}), ("/admin/staff", {"role": "moderator"})):
        guard = (await visitor.get(path)).guard()
        with counted() as asked:
            answer = await visitor.post(path, {**form, **guard, "email": UNKNOWN})
        assert answer.status == 303
        assert not [one for one in asked if "identity" in one and "email_key" in one.partition("WHERE")[2]], asked


async def test_without_an_account_a_password_is_verified_all_the_same(
    app: Starlette, known: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    verified: list[str] = []
    verify = passwords._verify
    monkeypatch.setattr(passwords, "_verify", lambda stored, plain: verified.append(stored) or verify(stored, plain))
    for email in (KNOWN, UNKNOWN):
        await Visitor(app).post("/sign-in", {"email": email, "password": "faux mot de passe"}, page="")
    await Identity.filter(email=KNOWN).update(password_hash=None)
    await Visitor(app).post("/sign-in", {"email": KNOWN, "password": PASSWORD}, page="")
    assert len(verified) == 3
    parameters = {tuple(stored.split("$")[1:4]) for stored in verified}
    assert parameters == {("argon2id", "v=19", "m=19456,t=2,p=1")}


async def test_nobody_gets_into_a_known_account_by_signing_up(app: Starlette, known: Person) -> None:
    visitor = Visitor(app)
    await visitor.post("/sign-up", {**AWA, "email": KNOWN}, page="")
    token = visitor.client.cookies[cookie_name()]
    session = await Session.get(digest=token_digest(token)).prefetch_related("account")
    assert session.account.id != known.id
    assert "Luc Martin" not in (await visitor.get("/account")).text
    assert await Account.all().count() == 2
