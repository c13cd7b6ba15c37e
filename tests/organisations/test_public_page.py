"""The public page of an organisation: what it is, and what it said here."""

from starlette.applications import Starlette

from consult.arguments.models import Argument, Side
from consult.consultations.models import Consultation, ConsultationState
from consult.contributions.actions import publish_contribution
from consult.organisations.models import Organisation, OrganisationState
from consult.reading.organisation_queries import PAGE_SIZE
from tests.browsing import Visitor
from tests.cast import a_person, a_territory, an_organisation
from tests.counting import counted
from tests.discussion import Discussion, a_discussion


async def test_it_says_what_the_organisation_is(app: Starlette) -> None:
    vallon = await a_territory()
    body = await an_organisation(vallon)
    await Organisation.filter(id=body.id).update(
        number_kind="siret", number="55200844300012", site="https://www.velo.example/nous",
        address="1, place du Marché", verified_at=body.created_at,
    )  # fmt: skip
    shown = await Visitor(app).get(f"/organisations/{body.id}")
    assert shown.status == 200
    assert "SIRET 552 008 443 00012" in shown.words
    assert "Son identité a été vérifiée le" in shown.words
    site = next(one for one in shown.find(".//main//a") if one.get("href") == "https://www.velo.example/nous")
    assert site.get("rel") == "nofollow noopener ugc"
    assert "Elle ne s’est pas encore exprimée" in shown.words


async def test_what_is_not_verified_is_its_members_and_the_administrations(app: Starlette) -> None:
    vallon, coteau = await a_territory(), await a_territory("coteau")
    awa, paul = await a_person(), await a_person("Paul")
    ines, ana = await a_person("Inès", administrator=vallon), await a_person("Ana", administrator=coteau)
    await an_organisation(vallon, paul, name="Auto Vallon")
    for state in (OrganisationState.WAITING, OrganisationState.REFUSED):
        body = await an_organisation(vallon, awa, state=state)
        path = f"/organisations/{body.id}"
        statuses = [(await Visitor(app, person=one).get(path)).status for one in (None, paul, ana, awa, ines)]
        assert statuses == [404, 404, 404, 200, 200]
        assert (await Visitor(app, "coteau.test", person=awa).get(path)).status == 404
        assert (await Visitor(app, "coteau.test", person=ana).get(path)).status == 404


async def test_the_neighbours_organisation_is_not_there(app: Starlette) -> None:
    await a_territory()
    body = await an_organisation(await a_territory("coteau"))
    assert (await Visitor(app).get(f"/organisations/{body.id}")).status == 404
    assert (await Visitor(app, "coteau.test").get(f"/organisations/{body.id}")).status == 200
    assert (await Visitor(app).get(f"/organisations/{(1 << 63) + 1}")).status == 404


async def test_what_lost_its_verification_stays_readable(app: Starlette) -> None:
    vallon = await a_territory()
    body = await an_organisation(vallon, state=OrganisationState.REFUSED)
    await Organisation.filter(id=body.id).update(verified_at=body.created_at, decided_at=body.created_at)
    shown = await Visitor(app).get(f"/organisations/{body.id}")
    assert "n’est plus vérifiée" in shown.words


async def speaking(app: Starlette, *, shows_members: bool = False) -> tuple[Discussion, Organisation]:
    place = await a_discussion()
    awa = await a_person()
    body = await an_organisation(place.territory, awa, shows_members=shows_members)
    voice = awa.voice(organisation=body)
    await publish_contribution(
        voice,
        territory_id=place.territory.id,
        consultation_id=place.consultation.id,
        section_id=place.section.id,
        title="Des arceaux",
        body="Devant chaque école.",
    )
    argument = await place.argue(voice, Side.AGAINST, "Trop étroit pour deux.")
    await place.source(voice)
    await place.source(voice, argument, title="Relevé des largeurs")
    await place.amend(voice)
    return place, body


async def test_it_lists_what_was_said_the_latest_first(app: Starlette) -> None:
    place, body = await speaking(app)
    shown = await Visitor(app).get(f"/organisations/{body.id}")
    order = ["Modification proposée", "Relevé des largeurs", "Baromètre", "Trop étroit", "Des arceaux"]
    places = [shown.words.index(one) for one in order]
    assert places == sorted(places)
    assert "1 contribution · 1 proposition de modification · 1 argument · 2 sources" in shown.words
    hrefs = [one.get("href") for one in shown.find(".//main//h3/a")]
    argument = await Argument.get()
    assert f"{place.path}/arguments/{argument.id}" in hrefs
    for href in hrefs:
        assert (await Visitor(app).get((href or "").split("#")[0])).status == 200


async def test_the_members_name_is_there_only_if_the_organisation_says_so(app: Starlette) -> None:
    _, body = await speaking(app)
    visitor = Visitor(app)
    assert "Awa Diallo" not in (await visitor.get(f"/organisations/{body.id}")).words
    await Organisation.filter(id=body.id).update(shows_members=True)
    assert "Awa Diallo" in (await visitor.get(f"/organisations/{body.id}")).words


async def test_hidden_is_hidden_with_all_that_stands_beneath(app: Starlette) -> None:
    place, body = await speaking(app)
    await Argument.all().update(state="hidden")
    words = (await Visitor(app).get(f"/organisations/{body.id}")).words
    assert "Trop étroit" not in words
    assert "Relevé des largeurs" not in words
    assert "Baromètre" in words
    await place.hide()
    words = (await Visitor(app).get(f"/organisations/{body.id}")).words
    assert "Baromètre" not in words
    assert "Modification proposée" not in words
    assert "Des arceaux" in words
    await Consultation.all().update(state=ConsultationState.DRAFT)
    assert "Des arceaux" not in (await Visitor(app).get(f"/organisations/{body.id}")).words


async def test_the_list_is_paged_and_asks_the_same_of_the_database(app: Starlette) -> None:
    place, body = await speaking(app)
    awa = await a_person("Autre Awa")
    one = await an_organisation(place.territory, awa, name="Petite")
    visitor = Visitor(app)
    await visitor.get(f"/organisations/{one.id}")
    with counted() as few:
        await visitor.get(f"/organisations/{one.id}")
    argument = await Argument.get()
    rows = [
        Argument(
            consultation_id=argument.consultation_id,
            contribution_id=argument.contribution_id,
            organisation_id=body.id,
            side="for",
            body=f"Argument numéro {place}",
            body_html="",
            created_at=argument.created_at,
            published_at=argument.published_at,
        )
        for place in range(2 * PAGE_SIZE)
    ]
    await Argument.bulk_create(rows)
    with counted() as many:
        shown = await visitor.get(f"/organisations/{body.id}")
    assert len(many) == len(few) == 3, many
    seen: list[str] = []
    while True:
        seen += [item.get("href") or "" for item in shown.find(".//main//h3/a")]
        following = [item.get("href") for item in shown.find(".//main//a") if item.get("rel") == "next"]
        if not following:
            break
        shown = await visitor.get(following[0] or "")
    assert len(seen) == len(set(seen)) == 2 * PAGE_SIZE + 5
    assert (await visitor.get(f"/organisations/{body.id}?after=%00x")).status == 200
