"""One's own organisations in the browser: presenting, correcting, leaving."""

from typing import Any

from starlette.applications import Starlette

from consult.core.models import AuditEntry
from consult.organisations.models import Member, Organisation, OrganisationState
from tests.browsing import Visitor
from tests.cast import a_person, a_territory, an_organisation

SAID: dict[str, Any] = {
    "name": "Vélo Vallon",
    "kind": "association",
    "number": "W751 234 567",
    "address": "1, place du Marché",
    "site": "https://velo-vallon.example",
}


async def test_a_member_presents_an_organisation(app: Starlette) -> None:
    await a_territory()
    awa = await a_person()
    visitor = Visitor(app, person=awa)
    empty = await visitor.get("/account/organisations")
    assert "membre d’aucune organisation" in empty.words
    answer = await visitor.post("/organisations/new", SAID, page="")
    assert (answer.status, answer.location) == (303, "/account/organisations?done=created")
    shown = await visitor.get(answer.location)
    assert "Vélo Vallon" in shown.words
    assert "Le territoire va la vérifier" in shown.words
    assert "Inviter une autre personne" in shown.words


async def test_somebody_signed_out_is_sent_to_sign_in(app: Starlette) -> None:
    await a_territory()
    visitor = Visitor(app)
    for path in ("/organisations/new", "/account/organisations"):
        assert (await visitor.get(path)).location.startswith("/sign-in?next=")


async def test_somebody_unconfirmed_is_told_what_to_do_first(app: Starlette) -> None:
    await a_territory()
    awa = await a_person(confirmed=False)
    visitor = Visitor(app, person=awa)
    shown = await visitor.get("/organisations/new")
    assert "Confirmez d’abord votre adresse e-mail" in shown.words
    assert not shown.find(".//main//form")


async def test_what_is_wrong_is_said_with_what_was_typed_kept(app: Starlette) -> None:
    await a_territory()
    awa = await a_person()
    visitor = Visitor(app, person=awa)
    typed = {**SAID, "name": "Vélo <b>Vallon</b> 🚲", "number": "552 008 444", "site": "ftp://velo"}
    answer = await visitor.post("/organisations/new", typed, page="")
    assert answer.status == 422
    assert answer.title.startswith("Erreur :")
    assert "un chiffre est faux" in answer.words
    assert "doit commencer par http" in answer.words
    values = {one.get("name"): one.get("value") for one in answer.find(".//input")}
    assert values["name"] == "Vélo <b>Vallon</b> 🚲"
    assert values["number"] == "552 008 444"
    chosen = [one.get("value") for one in answer.find(".//input") if one.get("checked") is not None]
    assert chosen == ["association"]
    assert not await Organisation.exists()


async def test_no_number_is_something_one_says(app: Starlette) -> None:
    await a_territory()
    awa = await a_person()
    visitor = Visitor(app, person=awa)
    silent = await visitor.post("/organisations/new", {**SAID, "number": ""}, page="")
    assert "cochez qu’elle n’en a pas" in silent.words
    company = {**SAID, "number": "", "no_number": "y", "kind": "company"}
    assert (
        "Une entreprise ou un organisme public a un SIREN"
        in (await visitor.post("/organisations/new", company, page="")).words
    )
    said = await visitor.post("/organisations/new", {**SAID, "number": "", "no_number": "y"}, page="")
    assert said.status == 303


async def test_a_number_that_is_known_is_refused_without_saying_whose_it_is(app: Starlette) -> None:
    vallon = await a_territory()
    awa, luc = await a_person(), await a_person("Luc Martin")
    body = await an_organisation(vallon, luc, name="Cyclistes unis")
    await Organisation.filter(id=body.id).update(number_kind="rna", number="W751234567")
    answer = await Visitor(app, person=awa).post("/organisations/new", SAID, page="")
    assert answer.status == 422
    assert "déjà connue ici" in answer.words
    assert "Cyclistes" not in answer.words
    assert "Luc" not in answer.words


async def test_a_form_sent_twice_presents_one(app: Starlette) -> None:
    await a_territory()
    awa = await a_person()
    visitor = Visitor(app, person=awa)
    guard = (await visitor.get("/organisations/new")).guard()
    first = await visitor.post("/organisations/new", {**SAID, **guard})
    second = await visitor.post("/organisations/new", {**SAID, **guard})
    assert first.location == second.location
    assert await Organisation.all().count() == 1


async def test_a_stale_form_keeps_what_was_typed(app: Starlette) -> None:
    await a_territory()
    awa = await a_person()
    answer = await Visitor(app, person=awa).post("/organisations/new", {**SAID, "csrf": "x", "once": "y"})
    assert answer.status == 422
    assert "trop longtemps" in answer.words
    assert "1, place du Marché" in answer.words
    assert not await Organisation.exists()


async def test_a_refused_organisation_reads_why_and_asks_again(app: Starlette) -> None:
    vallon = await a_territory()
    awa = await a_person()
    body = await an_organisation(vallon, awa, state=OrganisationState.REFUSED)
    await Organisation.filter(id=body.id).update(decision_reason="Le numéro est celui d’une autre.")
    visitor = Visitor(app, person=awa)
    mine = await visitor.get("/account/organisations")
    assert "Le numéro est celui d’une autre." in mine.words
    assert "Corriger et redemander" in mine.words
    edit = await visitor.get(f"/organisations/{body.id}/edit")
    assert "Le numéro est celui d’une autre." in edit.words
    answer = await visitor.post(f"/organisations/{body.id}/edit", SAID, page="")
    assert answer.location == "/account/organisations?done=asked"
    assert (await Organisation.get()).state is OrganisationState.WAITING


async def test_a_verified_organisation_keeps_its_name_until_the_change_is_verified(app: Starlette) -> None:
    vallon = await a_territory()
    awa = await a_person()
    body = await an_organisation(vallon, awa)
    visitor = Visitor(app, person=awa)
    answer = await visitor.post(f"/organisations/{body.id}/edit", {**SAID, "name": "Mairie de Vallon"}, page="")
    assert answer.location == "/account/organisations?done=asked"
    mine = await visitor.get(answer.location)
    assert "Mairie de Vallon" not in mine.words
    assert "attend la réponse du territoire" in mine.words
    edit = await visitor.get(f"/organisations/{body.id}/edit")
    values = {one.get("name"): one.get("value") for one in edit.find(".//input")}
    assert values["name"] == "Mairie de Vallon"
    public = await Visitor(app).get(f"/organisations/{body.id}")
    assert "Mairie" not in public.words


async def test_who_may_change_and_leave(app: Starlette) -> None:
    vallon = await a_territory()
    awa, luc, paul = await a_person(), await a_person("Luc Martin"), await a_person("Paul")
    body = await an_organisation(vallon, awa, luc)
    await an_organisation(vallon, paul, name="Auto Vallon")
    member, stranger = Visitor(app, person=luc), Visitor(app, person=paul)
    assert (await member.get(f"/organisations/{body.id}/edit")).status == 403
    for path in ("edit", "leave", "members"):
        assert (await stranger.get(f"/organisations/{body.id}/{path}")).status == 404
        abroad = Visitor(app, "coteau.test", person=awa)
    await a_territory("coteau")
    for path in ("edit", "leave", "members"):
        assert (await abroad.get(f"/organisations/{body.id}/{path}")).status == 404
    assert (await member.get(f"/organisations/{(1 << 63) + 1}/members")).status == 404
    left = await member.post(f"/organisations/{body.id}/leave", page="")
    assert left.location == "/account/organisations?done=left"
    owner = Visitor(app, person=awa)
    refused = await owner.post(f"/organisations/{body.id}/leave", page="")
    assert refused.status == 422
    assert "seule personne responsable" in refused.words
    assert await Member.filter(organisation=body).count() == 1


async def test_reading_changes_nothing(app: Starlette) -> None:
    vallon = await a_territory()
    awa, luc = await a_person(), await a_person("Luc Martin")
    body = await an_organisation(vallon, awa, luc)
    member = await Member.get(organisation=body, account=luc.account)
    here = f"/organisations/{body.id}"
    visitor = Visitor(app, person=awa)
    for path in (
        "/account/organisations",
        "/organisations/new",
        here,
        f"{here}/edit",
        f"{here}/leave",
        f"{here}/members",
        f"{here}/members/{member.id}/role",
        f"{here}/members/{member.id}/remove",
    ):
        assert (await visitor.get(path)).status == 200, path
    assert not await AuditEntry.exists()
    assert await Member.all().count() == 2
