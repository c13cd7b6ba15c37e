"""The mailbox belongs to the demo: elsewhere there is no such page."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from starlette.applications import Starlette

from consult.accounts.models import Account
from consult.core.keys import new_key
from consult.core.outbox import drain_all
from consult.notifications.models import Mail
from consult.settings import settings
from tests.browsing import Visitor
from tests.cast import NOON, a_person, a_territory


@pytest.fixture
def demo(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The demo's setting, for the time of a test."""
    monkeypatch.setenv("CONSULT_DEMO", "1")
    settings.cache_clear()
    yield
    settings.cache_clear()


async def some_mails(territory_id: int, count: int = 1) -> list[Mail]:
    return [
        await Mail.create(
            id=new_key(),
            key=f"test.{place}.{territory_id}",
            territory_id=territory_id,
            template="sign_in",
            recipient="awa@example.org",
            subject=f"Courriel {place} <b>gras</b>",
            text="Bonjour,\n\nhttp://vallon.test/links/abc\n",
            html='<html lang="fr"><body style="color:red"><p onclick="x()">Bonjour</p><script>alert(1)</script>'
            '<a href="http://vallon.test/links/abc">ici</a></body></html>',
            created_at=NOON,
        )
        for place in range(count)
    ]


@pytest.mark.parametrize("role", [None, "administrator"])
async def test_outside_the_demo_there_is_no_mailbox(app: Starlette, role: str | None) -> None:
    territory = await a_territory()
    mails = await some_mails(territory.id)
    person = await a_person(administrator=territory) if role else None
    visitor = Visitor(app, person=person)
    for path in ("/mailbox", f"/mailbox/{mails[0].id}", "/components"):
        assert (await visitor.get(path)).status == 404


@pytest.mark.usefixtures("demo")
async def test_mails_are_listed_newest_first_page_by_page(app: Starlette) -> None:
    territory = await a_territory()
    await some_mails(territory.id, 23)
    visitor = Visitor(app)
    first = await visitor.get("/mailbox")
    assert first.words.index("Courriel 22 ") < first.words.index("Courriel 3 ")
    assert "<b>gras</b>" in first.words, "shown as it is written"
    following = next(one.get("href") for one in first.find(".//a") if one.get("rel") == "next")
    second = await visitor.get(following or "")
    assert "Courriel 2 " in second.words
    assert "Courriel 3 " not in second.words


@pytest.mark.usefixtures("demo")
async def test_a_mail_is_shown_with_its_links_and_nothing_that_runs(app: Starlette) -> None:
    territory = await a_territory()
    mail = (await some_mails(territory.id))[0]
    answer = await Visitor(app).get(f"/mailbox/{mail.id}")
    assert answer.status == 200
    hrefs = [one.get("href") for one in answer.find(".//a")]
    assert hrefs.count("http://vallon.test/links/abc") == 2
    assert "alert" not in answer.words
    assert "onclick" not in answer.text


@pytest.mark.usefixtures("demo")
async def test_a_neighbours_mails_are_not_here(app: Starlette) -> None:
    await a_territory()
    neighbour = await a_territory("coteau")
    mail = (await some_mails(neighbour.id))[0]
    assert (await Visitor(app).get(f"/mailbox/{mail.id}")).status == 404
    assert "Courriel" not in (await Visitor(app).get("/mailbox")).words


@pytest.mark.usefixtures("demo")
async def test_an_empty_mailbox_says_what_to_do(app: Starlette) -> None:
    await a_territory()
    assert "Demandez un lien de connexion" in (await Visitor(app).get("/mailbox")).words


@pytest.mark.usefixtures("demo")
async def test_the_components_are_shown(app: Starlette) -> None:
    await a_territory()
    assert (await Visitor(app).get("/components")).status == 200


@pytest.mark.usefixtures("demo")
async def test_a_newcomer_finds_the_link_in_the_mailbox_and_is_confirmed(app: Starlette) -> None:
    await a_territory()
    visitor = Visitor(app)
    sent = await visitor.post(
        "/sign-up",
        {"public_name": "Awa Diallo", "email": "awa@example.org", "charter": "y"},
        page="",
    )
    assert sent.status == 303
    await drain_all()
    mail = next(
        one.get("href")
        for one in (await visitor.get("/mailbox")).find(".//a")
        if "Confirmez" in "".join(one.itertext())
    )
    shown = await visitor.get(mail or "")
    link = next(one.get("href", "") for one in shown.find(".//a") if "/links/" in one.get("href", ""))
    path = urlsplit(link).path
    assert (await visitor.get(path)).status == 200
    assert not await Account.filter(confirmed_at__isnull=False).exists(), "reading the page confirms nothing"
    assert (await visitor.post(path, page="")).status == 303
    assert await Account.filter(confirmed_at__isnull=False).exists()
