"""Sessions and identity: who is signed in, for how long, who finds out who has an account, and what is left of one."""

import asyncio
import statistics
import time
from datetime import timedelta

import pytest
from starlette.applications import Starlette

from consult.accounts import links
from consult.accounts.actions import Browser, make_sign_in_link, sign_in_by_link
from consult.accounts.models import Identity, Session
from consult.accounts.rules import read_address
from consult.core import clock
from consult.core.errors import Refused
from consult.core.outbox import drain_all
from consult.core.signing import sign
from consult.core.voice import Voice
from consult.notifications.models import Mail
from tests.accounts.people import PASSWORD, last_link, with_password
from tests.attacks.crawling import guard_of, rows
from tests.browsing import Visitor
from tests.cast import Person, a_person, a_territory, an_organisation
from tests.discussion import a_discussion

WRONG = "ce n’est pas le bon mot"


async def _sign_in(visitor: Visitor, email: str, password: str, **more: str) -> int:
    data = {"email": email, "password": password, "csrf": await guard_of(visitor), "once": "connexion-01", **more}
    return (await visitor.client.post("/sign-in", data=data)).status_code


# ---------------------------------------------------------------- guessing passwords


async def test_a_password_is_guessed_no_oftener_for_an_instance_with_many_territories(app: Starlette) -> None:
    """Accounts are the instance's: a second host gives no second row of tries."""
    await a_territory("vallon"), await a_territory("coteau")
    awa = await with_password(await a_person("Awa"))
    tries = {"vallon.test": 0, "coteau.test": 0}
    for host in tries:
        for _ in range(12):
            if await _sign_in(Visitor(app, host), awa.email, WRONG) == 422:
                tries[host] += 1
    assert sum(tries.values()) <= 5, f"tries that were looked at: {tries}"


async def test_many_accounts_are_not_sprayed_with_one_password(app: Starlette) -> None:
    await a_territory("vallon")
    answers = [await _sign_in(Visitor(app), f"personne{n}@exemple.fr", WRONG) for n in range(25)]
    assert answers.count(422) <= 10
    assert answers[-1] == 429


async def test_a_told_network_address_is_not_believed(app: Starlette) -> None:
    """The application itself heeds no X-Forwarded-For: that is the server's, for the proxies that it was told of."""
    await a_territory("vallon")
    answers = []
    for n in range(15):
        visitor = Visitor(app)
        visitor.client.headers["x-forwarded-for"] = f"203.0.113.{n}"
        answers.append(await _sign_in(visitor, f"personne{n}@exemple.fr", WRONG))
    assert answers[-1] == 429


# ---------------------------------------------------------------- who has an account


async def test_a_wrong_password_takes_as_long_whether_the_address_is_known(
    app: Starlette, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def allow(*_: object) -> None: ...

    monkeypatch.setattr("consult.web.limits.count", allow)
    await a_territory("vallon")
    known, without = await with_password(await a_person("Awa")), await a_person("Luc")
    visitor, took, sizes = Visitor(app), {}, set()  # type: ignore[var-annotated]
    csrf = await guard_of(visitor)
    for email in (known.email, without.email, "personne@exemple.fr"):
        times = []
        for _ in range(7):
            begun = time.perf_counter()
            data = {"email": email, "password": WRONG, "csrf": csrf, "once": "connexion-01"}
            answer = await visitor.client.post("/sign-in", data=data, headers={"accept-encoding": "identity"})
            times.append(time.perf_counter() - begun)
            sizes.add((answer.status_code, len(answer.text) - len(email)))
        took[email] = min(times)
    assert len(sizes) == 1, sizes
    assert min(took.values()) > 0.5 * statistics.median(took.values()), took


# ---------------------------------------------------------------- sessions


@pytest.mark.parametrize("planted", ["s.planted-by-somebody-else", "a.planted-by-somebody-else", "", "s." + "x" * 4000])
async def test_a_planted_cookie_never_becomes_a_session(app: Starlette, planted: str) -> None:
    await a_territory("vallon")
    awa = await with_password(await a_person("Awa"))
    victim = Visitor(app)
    if planted:
        victim.client.cookies.set("consult", planted, domain="vallon.test")
    assert await _sign_in(victim, awa.email, PASSWORD) == 303
    attacker = Visitor(app)
    attacker.client.cookies.set("consult", planted or "s.", domain="vallon.test")
    assert (await attacker.client.get("/account")).status_code == 303
    assert (await victim.client.get("/account")).status_code == 200


async def _two_browsers(app: Starlette) -> tuple[Person, Visitor, Visitor]:
    await a_territory("vallon")
    awa = await with_password(await a_person("Awa"))
    here, there = Visitor(app), Visitor(app)
    for one in (here, there):
        assert await _sign_in(one, awa.email, PASSWORD) == 303
    return awa, here, there


async def test_signing_in_again_ends_the_session_before(app: Starlette) -> None:
    awa, here, _ = await _two_browsers(app)
    former = here.client.cookies.get("consult", domain="vallon.test")
    assert await _sign_in(here, awa.email, PASSWORD) == 303
    stolen = Visitor(app)
    stolen.client.cookies.set("consult", former or "", domain="vallon.test")
    assert (await stolen.client.get("/account")).status_code == 303


@pytest.mark.parametrize("what", ["password", "delete", "close-others", "email"])
async def test_every_other_session_ends_with_what_ends_it(app: Starlette, what: str) -> None:
    awa, here, there = await _two_browsers(app)
    data = {"csrf": await guard_of(here), "once": "terminer-01"}
    if what == "password":
        sent = {**data, "password": "une tout autre phrase de passe", "current_password": PASSWORD}
        assert (await here.client.post("/account/password", data=sent)).status_code == 303
    elif what == "delete":
        assert (
            await here.client.post("/account/delete", data={**data, "current_password": PASSWORD})
        ).status_code == 303
    elif what == "close-others":
        assert (await here.client.post("/account/sessions/close-others", data=data)).status_code == 303
    else:
        await here.client.post("/account/email", data={**data, "email": "neuve@exemple.fr"})
        link = await last_link("neuve@exemple.fr")
        assert (await here.client.post(links.address(link.id), data=data)).status_code == 303
    assert (await there.client.get("/account")).status_code == 303
    assert (await here.client.get("/account")).status_code == (303 if what == "delete" else 200)
    assert await Session.filter(account_id=awa.id).count() == (0 if what == "delete" else 1)


async def test_a_session_ends_by_itself(app: Starlette) -> None:
    _, here, _ = await _two_browsers(app)
    with clock.frozen(clock.now() + timedelta(days=30, seconds=1), everywhere=True):
        assert (await here.client.get("/account")).status_code == 303


async def test_a_link_followed_ten_times_at_once_opens_one_session(db: str) -> None:
    territory = await a_territory("vallon")
    awa = await a_person("Awa")
    address = read_address(awa.email, strict=False)
    assert address is not None
    link = await make_sign_in_link(territory_id=territory.id, address=address, life=timedelta(minutes=10))
    before = await Session.filter(account_id=awa.id).count()
    follow = (
        sign_in_by_link(
            Voice(None), link_id=link.id, territory_id=territory.id, browser=Browser(token=f"s.{n}", name="")
        )
        for n in range(10)
    )
    answers = await asyncio.gather(*follow, return_exceptions=True)
    assert sum(isinstance(one, Refused) for one in answers) == 9
    assert await Session.filter(account_id=awa.id).count() == before + 1


async def test_a_link_of_one_purpose_serves_no_other(app: Starlette) -> None:
    """An invitation's token, a form's, or somebody's key signed for something else: none opens anything."""
    await a_territory("vallon")
    awa = await a_person("Awa")
    for token in (
        sign("invitation", awa.id),
        sign("mail-link", str(awa.id)),
        sign("mail-link", [awa.id]),
        "x" * 5000,
        ".",
    ):
        for begin in ("/links/", "/invitations/"):
            assert (await Visitor(app).client.get(begin + token)).status_code in {404, 410}


# ---------------------------------------------------------------- leaving


@pytest.mark.parametrize(
    "email", ["awa.partie@exemple.fr", "Awa.PARTIE@Exemple.FR", "Éléonore.PARTIE@exemple.fr", "awa.partie@exämple.fr"]
)
async def test_nothing_of_an_address_or_a_name_is_left_of_a_deleted_account(app: Starlette, email: str) -> None:
    """All tables are looked through, mails, invitations, journal and outbox included. A mail that told somebody else of
    an argument still holds the name that stood beside it then, until mails are swept.
    """
    d = await a_discussion()
    awa = await with_password(await a_person("Zzawa Zzdiallo"))
    address = read_address(email)
    assert address is not None
    await Identity.filter(account_id=awa.id).update(email=address.email, email_key=address.key)
    omar = await a_person("Omar")
    body = await an_organisation(d.territory, omar)
    here, member = Visitor(app, person=awa), Visitor(app, person=omar)
    data = {"email": email, "role": "member", "csrf": await guard_of(member), "once": "inviter-01"}
    assert (await member.client.post(f"/organisations/{body.id}/members", data=data)).status_code == 303
    ask = Visitor(app)
    data = {"email": email, "button": "link", "csrf": await guard_of(ask), "once": "demander-01"}
    assert (await ask.client.post("/sign-in", data=data)).status_code == 303
    sign_up = {
        "email": email,
        "public_name": "Autre",
        "charter": "y",
        "csrf": await guard_of(ask),
        "once": "ouvrir-0001",
    }
    assert (await ask.client.post("/sign-up", data=sign_up)).status_code == 303
    await d.argue(awa)
    await d.vote(awa)
    await drain_all()
    held = str(await rows())
    assert address.email in held
    assert "Zzawa" in held
    data = {"current_password": PASSWORD, "csrf": await guard_of(here), "once": "partir-0001"}
    assert (await here.client.post("/account/delete", data=data)).status_code == 303
    await drain_all()
    left = await rows()
    goodbye = await Mail.get(template="account_deleted")  # it goes as soon as it is sent (tests/notifications)
    assert left["mail"].pop(goodbye.id)["recipient"] == address.email
    for table, found in left.items():
        for key, row in found.items():
            words = str(row).lower()
            names = set() if table == "mail" and row["account_id"] != awa.id else {"zzawa", "zzdiallo"}
            for trace in {address.email.lower(), address.key} | names:
                assert trace not in words, (table, key, row)
