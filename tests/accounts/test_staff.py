"""Who works for a territory."""

import re
from collections.abc import Callable

import pytest
from starlette.applications import Starlette
from typer.testing import CliRunner

from consult.accounts.actions import give_role, take_role
from consult.accounts.commands import add_staff
from consult.accounts.models import Account, Identity, LinkPurpose, Role, Staff
from consult.accounts.queries import roles_of, staff_of
from consult.core.errors import ConsultError, NotFound, Refused
from consult.core.models import AuditEntry
from consult.core.voice import SYSTEM
from consult.territories.models import Territory
from tests.accounts.people import last_address
from tests.browsing import Visitor
from tests.cast import Person, a_person, a_territory


@pytest.fixture
async def vallon(app: Starlette) -> Territory:
    """Our territory."""
    return await a_territory()


@pytest.fixture
async def luc(vallon: Territory) -> Person:
    """Its administrator."""
    return await a_person("Luc Martin", administrator=vallon)


async def test_the_staff_page_is_for_administrators_of_this_territory(
    app: Starlette, vallon: Territory, luc: Person
) -> None:
    coteau = await a_territory("coteau")
    neighbour = await a_person("Lina Coteau", administrator=coteau)
    moderator = await a_person("Paul Modere", moderator=vallon)
    assert (await Visitor(app, person=luc).get("/admin/staff")).status == 200
    assert (await Visitor(app, person=neighbour).get("/admin/staff")).status == 404
    assert (await Visitor(app, person=moderator).get("/admin/staff")).status == 403
    assert (await Visitor(app).get("/admin/staff")).location.startswith("/sign-in")
    there = Visitor(app, "coteau.test", neighbour)
    assert "Luc Martin" not in (await there.get("/admin/staff")).words


async def test_somebody_new_is_invited_and_becomes_staff_by_following_the_link(
    app: Starlette, vallon: Territory, luc: Person
) -> None:
    visitor = Visitor(app, person=luc)
    answer = await visitor.post("/admin/staff", {"email": "ines@exemple.fr", "role": "moderator"}, page="")
    assert answer.location == "/admin/staff?done=invited"
    page = await visitor.get(answer.location)
    assert "ines@exemple.fr, Modération" in page.words
    assert not await staff_of(vallon.id, Role.MODERATOR), "not yet"
    ines = Visitor(app)
    link = await last_address("ines@exemple.fr", LinkPurpose.INVITE)
    nameless = await ines.post(link, {"public_name": ""}, page="")
    assert nameless.status == 422
    assert (await ines.post(link, {"public_name": "Inès Roux"}, page="")).status == 303
    assert "Modération" in (await ines.get("/account")).words
    assert [one["public_name"] for one in await staff_of(vallon.id, Role.MODERATOR)] == ["Inès Roux"]
    assert "ines@exemple.fr" not in (await visitor.get("/admin/staff")).words


async def test_somebody_known_is_invited_in_the_same_words_and_keeps_their_account(
    app: Starlette, vallon: Territory, luc: Person
) -> None:
    awa = await a_person()
    visitor = Visitor(app, person=luc)
    await visitor.post("/admin/staff", {"email": awa.email, "role": "guarantor"}, page="")
    assert "Awa Diallo" not in (await visitor.get("/admin/staff")).words
    hers = Visitor(app)
    link = await last_address(awa.email, LinkPurpose.INVITE)
    assert "Awa Diallo" in (await hers.get(link)).words
    await hers.post(link, page="")
    assert [one["role"] for one in await roles_of(awa.id)] == ["guarantor"]
    assert await Identity.all().count() == 2
    assert "Awa Diallo" in (await visitor.get("/admin/staff")).words


async def test_a_role_that_somebody_has_already_is_held_once_after_the_link(
    app: Starlette, vallon: Territory, luc: Person
) -> None:
    awa = await a_person(moderator=vallon)
    await Visitor(app, person=luc).post("/admin/staff", {"email": awa.email, "role": "moderator"}, page="")
    await Visitor(app).post(await last_address(awa.email, LinkPurpose.INVITE), page="")
    assert await Staff.filter(role=Role.MODERATOR).values_list("account_id", flat=True) == [awa.id]


async def test_an_invitation_sent_again_is_one_invitation(app: Starlette, vallon: Territory, luc: Person) -> None:
    visitor = Visitor(app, person=luc)
    for _ in range(2):
        await visitor.post("/admin/staff", {"email": "ines@exemple.fr", "role": "moderator"}, page="")
    assert await Staff.filter(role=Role.MODERATOR).count() == 1
    await visitor.post("/admin/staff", {"email": "ines@exemple.fr", "role": "mediator"}, page="")
    assert await Staff.all().count() == 3


async def test_an_invitation_taken_back_gives_nothing(app: Starlette, vallon: Territory, luc: Person) -> None:
    visitor = Visitor(app, person=luc)
    await visitor.post("/admin/staff", {"email": "ines@exemple.fr", "role": "moderator"}, page="")
    link = await last_address("ines@exemple.fr", LinkPurpose.INVITE)
    row = await Staff.get(role=Role.MODERATOR)
    await visitor.post(f"/admin/staff/{row.id}/remove", page="")
    assert (await Visitor(app).get(link)).status == 410


async def test_an_invited_account_signs_in_to_nothing_before_the_link(
    app: Starlette, vallon: Territory, luc: Person
) -> None:
    await Visitor(app, person=luc).post("/admin/staff", {"email": "ines@exemple.fr", "role": "moderator"}, page="")
    assert not await Identity.filter(email_key="ines@exemple.fr").exists()
    assert (await Account.get(public_name="")).confirmed_at is None


@pytest.mark.parametrize("changes", [{"email": "rien"}, {"role": "roi"}, {"email": ""}])
async def test_a_wrong_invitation_is_shown_back(
    app: Starlette, vallon: Territory, luc: Person, changes: dict[str, str]
) -> None:
    form = {"email": "ines@exemple.fr", "role": "moderator", **changes}
    answer = await Visitor(app, person=luc).post("/admin/staff", form, page="")
    assert answer.status == 422
    assert await Staff.all().count() == 1


async def test_a_role_is_taken_after_asking(app: Starlette, vallon: Territory, luc: Person) -> None:
    await a_person("Paul Modere", moderator=vallon)
    row = await Staff.get(role=Role.MODERATOR)
    visitor = Visitor(app, person=luc)
    path = f"/admin/staff/{row.id}/remove"
    assert "Paul Modere" in (await visitor.get(path)).words
    assert await Staff.filter(id=row.id).exists()
    assert (await visitor.post(path, page="")).location == "/admin/staff?done=removed"
    assert not await Staff.filter(id=row.id).exists()
    assert (await AuditEntry.all().order_by("-id").first()).event == "role_taken"  # type: ignore[union-attr]


async def test_the_last_administrator_stays(app: Starlette, vallon: Territory, luc: Person) -> None:
    await a_person("Lina Coteau", administrator=await a_territory("coteau"))
    visitor = Visitor(app, person=luc)
    await visitor.post("/admin/staff", {"email": "ines@exemple.fr", "role": "administrator"}, page="")
    row = await Staff.get(account_id=luc.id)
    answer = await visitor.post(f"/admin/staff/{row.id}/remove", page="")
    assert answer.status == 422
    assert "dernière personne" in answer.words, "an open invitation does not administer"


async def test_a_neighbours_staff_cannot_be_reached(app: Starlette, vallon: Territory, luc: Person) -> None:
    coteau = await a_territory("coteau")
    neighbour = await a_person("Lina Coteau", administrator=coteau)
    row = await Staff.get(account_id=neighbour.id)
    assert (await Visitor(app, person=luc).get(f"/admin/staff/{row.id}/remove")).status == 404
    with pytest.raises(NotFound):
        await take_role(luc.voice("administrator"), territory_id=vallon.id, staff_id=row.id)


@pytest.mark.parametrize("roles", [(), ("moderator",), ("guarantor", "mediator", "rapporteur", "decision_maker")])
async def test_only_administrators_give_and_take_roles(
    app: Starlette, vallon: Territory, luc: Person, roles: tuple[str, ...]
) -> None:
    awa = await a_person()
    row = await Staff.get(account_id=luc.id)
    acts: list[Callable[[], object]] = [
        lambda: give_role(awa.voice(*roles), territory_id=vallon.id, account_id=awa.id, role=Role.MODERATOR),
        lambda: take_role(awa.voice(*roles), territory_id=vallon.id, staff_id=row.id),
    ]
    for act in acts:
        with pytest.raises(Refused) as refused:
            await act()  # type: ignore[misc]
        assert refused.value.refusal.code == "not_your_staff"


async def test_a_role_given_twice_is_held_once(app: Starlette, vallon: Territory, luc: Person) -> None:
    for _ in range(2):
        await give_role(SYSTEM, territory_id=vallon.id, account_id=luc.id, role=Role.MODERATOR)
    assert len(await roles_of(luc.id)) == 2
    assert await AuditEntry.filter(event="role_given").count() == 1


# ---------------------------------------------------------------- from the command line


async def test_the_command_makes_an_account_and_a_link_of_one_use(app: Starlette, vallon: Territory) -> None:
    path = await add_staff(email="Chef@Exemple.fr", territory="vallon", role="administrator")
    account = await Account.get()
    assert account.public_name == "Équipe Commune de Vallon", "a name apart from the address"
    visitor = Visitor(app)
    assert (await visitor.post(path, page="")).location == "/account"
    assert (await visitor.get("/admin/staff")).status == 200
    assert (await Account.get()).confirmed_at is not None
    assert (await Visitor(app).get(path)).status == 410


async def test_the_command_gives_a_known_account_the_role(app: Starlette, vallon: Territory) -> None:
    awa = await a_person()
    await add_staff(email=awa.email, territory=None, role="decision-maker")
    assert [one["role"] for one in await roles_of(awa.id)] == ["decision_maker"]
    assert await Account.all().count() == 1


async def test_the_command_says_what_is_wrong(app: Starlette, vallon: Territory) -> None:
    with pytest.raises(ConsultError, match="no role is called king"):
        await add_staff(email="a@exemple.fr", territory="vallon", role="king")
    with pytest.raises(Refused):
        await add_staff(email="rien", territory="vallon", role="moderator")
    with pytest.raises(NotFound):
        await add_staff(email="a@exemple.fr", territory="nowhere", role="moderator")
    assert not await Account.all().exists()


def test_the_command_prints_the_link(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from consult.cli import app as command
    from consult.settings import settings

    monkeypatch.setenv("CONSULT_DATABASE_URL", database_url)
    settings.cache_clear()
    try:
        runner = CliRunner()
        assert runner.invoke(command, ["territory", "add", "vallon", "--name", "Vallon"]).exit_code == 0
        done = runner.invoke(
            command, ["staff", "add", "chef@exemple.fr", "--territory", "vallon", "--role", "administrator"]
        )
        assert done.exit_code == 0, done.output
        assert re.search(r"^http://127\.0\.0\.1:8000/links/\S+$", done.output, re.MULTILINE)
        wrong = runner.invoke(command, ["staff", "add", "chef@exemple.fr", "--role", "king"])
        assert wrong.exit_code == 1
    finally:
        monkeypatch.undo()
        settings.cache_clear()
