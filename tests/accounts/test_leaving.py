"""Leaving, and taking one's data along."""

import json
from datetime import timedelta

import pytest
from starlette.applications import Starlette
from tortoise import Tortoise
from tortoise.fields.relational import ForeignKeyFieldInstance

from consult.accounts import elsewhere, personal_data
from consult.accounts.actions import sweep
from consult.accounts.models import Account, Identity, LinkPurpose, MailLink, Session, Staff
from consult.app import load_effects
from consult.consultations.items import ItemState
from consult.contributions.models import Contribution, Draft
from consult.core import clock
from consult.core.database import execute
from consult.core.keys import new_key
from consult.core.outbox import drain_all
from consult.notifications.models import Mail, UndeliverableAddress
from consult.organisations.models import Invitation, Member
from consult.territories.models import Territory
from consult.votes.models import Choice, Vote
from tests.accounts.people import PASSWORD, signed_up, with_password
from tests.browsing import Visitor
from tests.cast import NOON, Person, a_consultation, a_person, a_territory, an_organisation

OWN = {"account", "identity", "session", "mail_link", "staff"}


@pytest.fixture
async def vallon(app: Starlette, frozen: object) -> Territory:
    """Our territory."""
    return await a_territory()


async def _a_life(territory: Territory) -> tuple[Person, Contribution]:
    """Somebody who has left traces everywhere."""
    awa = await with_password(await a_person("Awa Diallo", moderator=territory))
    consultation, _, sections = await a_consultation(territory)
    organisation = await an_organisation(territory, awa)
    now = clock.now()
    for state in (ItemState.PUBLISHED, ItemState.WAITING):
        text = await Contribution.create(
            consultation=consultation, section=sections[0], author=awa.account, state=state, title="Une piste",
            body="Le long de la rivière.", body_html="<p>Le long de la rivière.</p>", created_at=now,
            number=1 if state is ItemState.PUBLISHED else None,
        )  # fmt: skip
    published = await Contribution.get(state=ItemState.PUBLISHED)
    await Vote.create(
        consultation=consultation, contribution=published, account=awa.account, choice=Choice.AGREE, revision=1,
        created_at=now, changed_at=now,
    )  # fmt: skip
    await Draft.create(account=awa.account, consultation=consultation, title="À finir", created_at=now, updated_at=now)
    await Invitation.create(
        organisation=organisation, email=awa.email, invited_by=awa.account, created_at=now, expires_at=now
    )
    for account in (awa.account, None):
        await Mail.create(
            key=f"k{new_key()}", account=account, template="x", recipient=awa.email, subject="s",
            text=f"Bonjour {awa.email}", html="", created_at=now,
        )  # fmt: skip
    await UndeliverableAddress.create(id=new_key(), email_key=awa.email, since=now)
    for owner in (awa.account, None):
        await MailLink.create(
            account=owner, purpose=LinkPurpose.SIGN_IN, email=awa.email, email_key=awa.email, created_at=now,
            expires_at=now,
        )  # fmt: skip
    assert text.state is ItemState.WAITING
    return awa, published


async def _everything() -> str:
    """All rows of all tables, as text."""
    apps = Tortoise.apps
    assert apps is not None
    tables = {model._meta.db_table for models in apps.values() for model in models.values()}
    rows = [await execute(f'SELECT * FROM "{table}"') for table in sorted(tables)]
    return "\n".join(map(str, rows))


# ---------------------------------------------------------------- deletion


async def test_deletion_asks_first_and_says_what_stays(app: Starlette, vallon: Territory) -> None:
    page = await Visitor(app, person=await a_person()).get("/account/delete")
    assert "C’est définitif" in page.words
    assert "Compte supprimé" in page.words
    assert await Account.filter(deleted_at=None).count() == 1


async def test_deletion_leaves_no_identity_anywhere(app: Starlette, vallon: Territory) -> None:
    awa, published = await _a_life(vallon)
    visitor = Visitor(app, person=awa)
    before = await _everything()
    assert awa.email in before
    answer = await visitor.post("/account/delete", page="")
    assert answer.location == "/sign-in?done=deleted"
    assert "est supprimé" in (await visitor.get(answer.location)).words
    assert "Awa Diallo" not in await _everything()
    load_effects()
    await drain_all()
    assert (await Mail.get()).recipient == awa.email, "what says so is the last that holds the address"
    await Mail.all().delete()
    after = await _everything()
    assert awa.email not in after
    assert "Awa Diallo" not in after
    for model in (Identity, Session, Staff, Member, Draft, MailLink, Mail):
        assert not await model.all().exists(), model
    account = await Account.get(id=awa.id)
    assert account.public_name == "Compte supprimé"
    assert account.deleted_at == NOON
    assert [one.id for one in await Contribution.all()] == [published.id], "published stays, waiting goes"
    assert await Vote.all().count() == 1
    assert (await Visitor(app, person=awa).get("/account")).status == 303


async def test_a_session_opened_while_its_person_left_is_nobodys(app: Starlette, vallon: Territory) -> None:
    awa = await a_person()
    visitor = Visitor(app, person=awa)
    assert (await visitor.get("/account")).status == 200
    await Account.filter(id=awa.id).update(deleted_at=NOON)
    assert (await visitor.get("/account")).location == "/sign-in?next=%2Faccount"


async def test_the_address_is_free_for_a_new_account(app: Starlette, vallon: Territory) -> None:
    from tests.accounts.people import last_address

    awa = await a_person()
    await Visitor(app, person=awa).post("/account/delete", page="")
    visitor = await signed_up(app, email=awa.email)
    await visitor.post(await last_address(awa.email), page="")
    assert (await Identity.get()).account_id != awa.id


async def test_an_older_session_shows_who_it_is(app: Starlette, vallon: Territory) -> None:
    awa = await with_password(await a_person())
    luc = await a_person("Luc Martin")
    with clock.frozen(NOON + timedelta(minutes=15), everywhere=True):
        assert (await Visitor(app, person=luc).post("/account/delete", page="")).status == 422
        visitor = Visitor(app, person=awa)
        assert (await visitor.post("/account/delete", {"current_password": "faux"}, page="")).status == 422
        assert (await visitor.post("/account/delete", page="")).status == 422
        assert await Account.filter(deleted_at=None).count() == 2
        assert (await visitor.post("/account/delete", {"current_password": PASSWORD}, page="")).status == 303


async def test_the_last_administrator_cannot_leave(app: Starlette, vallon: Territory) -> None:
    awa = await a_person(administrator=vallon)
    await a_person("Neighbour", administrator=await a_territory("coteau"))
    answer = await Visitor(app, person=awa).post("/account/delete", page="")
    assert answer.status == 422
    assert "dernière personne" in answer.words
    await a_person("Luc Martin", administrator=vallon)
    assert (await Visitor(app, person=awa).post("/account/delete", page="")).status == 303


async def test_a_pending_account_can_leave_too(app: Starlette, vallon: Territory) -> None:
    visitor = await signed_up(app)
    assert (await visitor.post("/account/delete", page="")).status == 303
    assert "awa@exemple.fr" not in await _everything()


# ---------------------------------------------------------------- everything that is held


def test_every_table_that_names_an_account_is_known() -> None:
    apps = Tortoise.apps
    assert apps is not None
    found = {
        (model._meta.db_table, str(field.source_field))
        for models in apps.values()
        for model in models.values()
        for field in model._meta.fields_map.values()
        if isinstance(field, ForeignKeyFieldInstance) and field.related_model is Account
    }
    told = {(place.table, place.column) for place in elsewhere.PLACES}
    assert {one for one in found if one[0] not in OWN} == told


@pytest.fixture(autouse=True)
async def _models(db: str) -> None:
    """The models, loaded."""


async def test_the_download_contains_everything(app: Starlette, vallon: Territory) -> None:
    awa, _ = await _a_life(vallon)
    visitor = Visitor(app, person=awa)
    answer = await visitor.get("/account/data.json")
    assert answer.headers["content-disposition"] == 'attachment; filename="consult.json"'
    data = json.loads(answer.text)
    assert data["identity"][0]["email"] == awa.email
    assert data["account"][0]["public_name"] == "Awa Diallo"
    for name in ("sessions", "links", "staff", *{place.table for place in elsewhere.PLACES} - {"amendment"}):
        assert name in data, name
    for name in ("contribution", "vote", "draft", "member", "invitation", "mail"):
        assert data[name], name
    assert data["contribution"][0]["body"] == "Le long de la rivière."
    assert "argon2" not in answer.text
    page = await visitor.get("/account/data")
    for words in (awa.email, "Le long de la rivière.", "À finir"):
        assert words in page.words


async def test_the_download_holds_nothing_of_a_neighbour(app: Starlette, vallon: Territory) -> None:
    awa, _ = await _a_life(vallon)
    luc = await a_person("Luc Martin")
    answer = await Visitor(app, person=luc).get("/account/data.json")
    assert awa.email not in answer.text
    assert "rivière" not in answer.text


async def test_a_room_says_what_it_holds_in_its_own_words(
    app: Starlette, vallon: Territory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(personal_data, "_readers", {})

    async def votes_of(account_id: int) -> list[dict[str, object]]:
        return [{"vote": "d’accord", "account": account_id}]

    personal_data.register("vote", votes_of)
    awa = await a_person()
    assert (await personal_data.collect(awa.id))["vote"] == [{"vote": "d’accord", "account": awa.id}]


# ---------------------------------------------------------------- what nobody came back for


async def test_claims_that_nobody_confirms_are_emptied_after_sixty_days(app: Starlette, vallon: Territory) -> None:
    await signed_up(app)
    person = await a_person("Luc Martin")
    with clock.frozen(NOON + timedelta(days=59), everywhere=True):
        assert await sweep() == 0
    with clock.frozen(NOON + timedelta(days=61), everywhere=True):
        assert await sweep() == 1
    assert "awa@exemple.fr" not in await _everything()
    assert (await Account.get(id=person.id)).deleted_at is None
