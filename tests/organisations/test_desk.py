"""What the territory's administrators decide, in the browser."""

from datetime import timedelta

from starlette.applications import Starlette

from consult.core.models import AuditEntry
from consult.organisations.actions import change_organisation
from consult.organisations.models import Organisation, OrganisationState
from tests.browsing import Visitor
from tests.cast import a_person, a_territory, an_organisation

REASON = "Le numéro est celui d’une autre association."
WAITING = OrganisationState.WAITING


async def test_those_that_wait_come_first_the_longest_waiting_first(app: Starlette) -> None:
    vallon = await a_territory()
    ines = await a_person("Inès", administrator=vallon)
    await an_organisation(vallon, name="Ancienne")
    late = await an_organisation(vallon, name="Tardive", state=WAITING)
    early = await an_organisation(vallon, name="Matinale", state=WAITING)
    await Organisation.filter(id=early.id).update(asked_at=late.created_at - timedelta(days=2))
    words = (await Visitor(app, person=ines).get("/admin/organisations")).words
    assert words.index("Matinale") < words.index("Tardive") < words.index("Ancienne")


async def test_only_this_territorys_administrators_decide(app: Starlette) -> None:
    vallon, coteau = await a_territory(), await a_territory("coteau")
    body = await an_organisation(vallon, name="Vélo Vallon", state=WAITING)
    abroad = await a_person("Ana", administrator=coteau)
    moderator = await a_person("Max", moderator=vallon)
    here = f"/admin/organisations/{body.id}"
    for path in ("/admin/organisations", here, f"{here}/refuse"):
        assert (await Visitor(app, person=abroad).get(path)).status == 404
        assert (await Visitor(app, person=moderator).get(path)).status == 403
    at_home = Visitor(app, "coteau.test", person=abroad)
    assert "Vélo Vallon" not in (await at_home.get("/admin/organisations")).words
    for path in (here, f"{here}/refuse", f"{here}/take-back"):
        assert (await at_home.get(path)).status == 404
    guard = {"csrf": "x", "once": "y"}
    assert (await at_home.post(f"{here}/verify", guard)).status == 404
    assert (await Organisation.get(id=body.id)).state is WAITING


async def test_the_page_says_what_the_number_is_worth(app: Starlette) -> None:
    vallon = await a_territory()
    ines = Visitor(app, person=await a_person("Inès", administrator=vallon))
    awa = await a_person()
    body = await an_organisation(vallon, awa, state=WAITING)
    twin = await an_organisation(vallon, awa, name="La même maison")
    await Organisation.filter(id=body.id).update(number_kind="siren", number="552008443")
    await Organisation.filter(id=twin.id).update(number_kind="siret", number="55200844300012")
    shown = await ines.get(f"/admin/organisations/{body.id}")
    assert "SIREN 552 008 443" in shown.words
    assert "clé de contrôle du SIREN est juste" in shown.words
    assert "annuaire-entreprises.data.gouv.fr/entreprise/552008443" in shown.words
    assert not [one for one in shown.find(".//main//a") if (one.get("href") or "").startswith("http")]
    assert "La même maison" in shown.words
    assert "Awa Diallo (responsable)" in shown.words
    await Organisation.filter(id=body.id).update(number_kind="rna", number="W751234567")
    assert "Il n’a pas de clé de contrôle" in (await ines.get(f"/admin/organisations/{body.id}")).words
    await Organisation.filter(id=body.id).update(number_kind="", number="")
    assert "Pas de numéro" in (await ines.get(f"/admin/organisations/{body.id}")).words


async def test_an_administrator_verifies(app: Starlette) -> None:
    vallon = await a_territory()
    ines = Visitor(app, person=await a_person("Inès", administrator=vallon))
    body = await an_organisation(vallon, state=WAITING)
    here = f"/admin/organisations/{body.id}"
    guard = (await ines.get(here)).hidden(0, "/verify")
    for _ in range(2):
        answer = await ines.post(f"{here}/verify", guard)
        assert answer.location == "/admin/organisations?done=verified"
    assert (await Organisation.get()).state is OrganisationState.VERIFIED
    assert await AuditEntry.filter(event="organisation_verified").count() == 1


async def test_an_administrator_reads_again_what_has_changed(app: Starlette) -> None:
    vallon = await a_territory()
    awa = await a_person()
    ines = Visitor(app, person=await a_person("Inès", administrator=vallon))
    body = await an_organisation(vallon, awa, state=WAITING)
    here = f"/admin/organisations/{body.id}"
    guard = (await ines.get(here)).hidden(0, "/verify")
    await change_organisation(
        awa.voice(), territory_id=vallon.id, organisation_id=body.id, name="Mairie", kind="association",
        address="1, place du Marché",
    )  # fmt: skip
    answer = await ines.post(f"{here}/verify", guard)
    assert answer.status == 422
    assert "a changé sa demande" in answer.words
    assert "Mairie" in answer.words
    assert (await Organisation.get()).state is WAITING


async def test_a_refusal_asks_for_its_reason(app: Starlette) -> None:
    vallon = await a_territory()
    awa = await a_person()
    ines = Visitor(app, person=await a_person("Inès", administrator=vallon))
    body = await an_organisation(vallon, awa, state=WAITING)
    where = f"/admin/organisations/{body.id}/refuse"
    revision = {"revision": "1"}
    empty = await ines.post(where, {"reason": "Non.", **revision}, page="")
    assert empty.status == 422
    assert "Dites pourquoi" in empty.words
    assert "Non." in empty.words
    assert (await ines.post(where, {"reason": REASON, **revision}, page="")).status == 303
    assert (await Organisation.get()).decision_reason == REASON
    assert REASON in (await Visitor(app, person=awa).get("/account/organisations")).words


async def test_a_change_is_shown_beside_what_is_verified(app: Starlette) -> None:
    vallon = await a_territory()
    awa = await a_person()
    ines = Visitor(app, person=await a_person("Inès", administrator=vallon))
    body = await an_organisation(vallon, awa)
    await change_organisation(
        awa.voice(), territory_id=vallon.id, organisation_id=body.id, name="Vélo Vallon et Coteau", kind="association",
        number="W751234567",
    )  # fmt: skip
    here = f"/admin/organisations/{body.id}"
    assert "Demande un changement" in (await ines.get("/admin/organisations")).words
    shown = await ines.get(here)
    assert "Vélo Vallon et Coteau" in shown.words
    assert "aujourd’hui : Vélo Vallon" in shown.words
    guard = shown.hidden(0, "/verify")
    await ines.post(f"{here}/verify", guard)
    assert (await Organisation.get()).name == "Vélo Vallon et Coteau"


async def test_a_verification_is_taken_back_with_a_reason(app: Starlette) -> None:
    vallon = await a_territory()
    ines = Visitor(app, person=await a_person("Inès", administrator=vallon))
    body = await an_organisation(vallon)
    where = f"/admin/organisations/{body.id}/take-back"
    assert (await ines.post(where, {"reason": REASON}, page="")).status == 303
    assert (await Organisation.get()).state is OrganisationState.REFUSED
    assert (await ines.get(where)).status == 404


async def test_reading_decides_nothing(app: Starlette) -> None:
    vallon = await a_territory()
    ines = Visitor(app, person=await a_person("Inès", administrator=vallon))
    waiting = await an_organisation(vallon, state=WAITING)
    verified = await an_organisation(vallon, name="Autre")
    for path in ("", f"/{waiting.id}", f"/{waiting.id}/refuse", f"/{verified.id}/take-back"):
        assert (await ines.get(f"/admin/organisations{path}")).status == 200
    assert not await AuditEntry.exists()
