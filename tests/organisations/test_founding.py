"""Presenting an organisation, changing it, and what the territory decides."""

import asyncio
from typing import Any

import pytest

from consult.core.errors import NotFound, Refused
from consult.core.models import AuditEntry
from consult.core.voice import Voice
from consult.organisations.actions import (
    change_organisation,
    create_organisation,
    refuse_organisation,
    take_back_verification,
    verify_organisation,
)
from consult.organisations.models import Member, MemberRole, Organisation, OrganisationState
from consult.territories.models import Territory
from tests.cast import Person, a_person, a_territory

SIREN = "552008443"
OTHER_SIREN = "732829320"
RNA = "W751234567"
FACTS: dict[str, Any] = {"name": "Vélo Vallon", "kind": "association", "number": RNA}
REASON = "Le numéro n’est pas celui de cette association."


async def founded(territory: Territory, person: Person, **more: Any) -> Organisation:
    return await create_organisation(person.voice(), territory_id=territory.id, **(FACTS | more))


async def an_administrator(territory: Territory, name: str = "Inès") -> Voice:
    return (await a_person(name, administrator=territory)).voice("administrator")


async def code_of(awaitable: Any) -> str:
    with pytest.raises(Refused) as caught:
        await awaitable
    return caught.value.refusal.code


async def events() -> list[str]:
    return [row.event for row in await AuditEntry.all().order_by("id")]


async def test_its_founder_owns_it_and_it_waits(db: str) -> None:
    vallon, awa = await a_territory(), await a_person()
    made = await founded(vallon, awa)
    assert (made.state, made.number_kind, made.number) == (OrganisationState.WAITING, "rna", RNA)
    member = await Member.get(organisation=made)
    assert (member.account_id, member.role) == (awa.id, MemberRole.OWNER)
    assert await events() == ["organisation_created"]


async def test_somebody_unconfirmed_presents_none(db: str) -> None:
    vallon, awa = await a_territory(), await a_person(confirmed=False)
    assert await code_of(founded(vallon, awa)) == "unconfirmed"
    assert not await Organisation.exists()


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"name": " "}, "no_name"),
        ({"name": "x" * 121}, "long_name"),
        ({"kind": "club"}, "no_kind"),
        ({"number": "552008444"}, "number_wrong"),
        ({"number": "55200844"}, "number_shape"),
        ({"kind": "company"}, "not_rna"),
        ({"kind": "public_body", "number": ""}, "number_needed"),
        ({"kind": "other", "number": ""}, "no_address"),
        ({"site": "javascript:alert(1)"}, "bad_site"),
        ({"site": "https://velo.example/" + "x" * 500}, "bad_site"),
        ({"number": SIREN, "number_kind": "rna"}, "number_wrong"),
        ({"presentation": "x" * 1001}, "long_presentation"),
    ],
)
async def test_what_is_wrong_is_said(db: str, more: dict[str, str], code: str) -> None:
    vallon, awa = await a_territory(), await a_person()
    assert await code_of(founded(vallon, awa, **more)) == code
    assert not await Organisation.exists()


async def test_a_collective_without_number_gives_an_address(db: str) -> None:
    vallon, awa = await a_territory(), await a_person()
    made = await founded(vallon, awa, kind="other", number="", address="Mairie, Vallon")
    another = await founded(vallon, awa, kind="union", number="", address="Bourse du travail")
    assert (made.number_kind, made.number) == ("", "")
    assert another.id != made.id, "none has a number, and none stands in another's way"


async def test_a_site_may_be_typed_as_people_say_it(db: str) -> None:
    vallon, awa = await a_territory(), await a_person()
    assert (await founded(vallon, awa, site="velo-vallon.example")).site == "https://velo-vallon.example"


async def test_a_form_sent_twice_makes_one(db: str) -> None:
    vallon, awa = await a_territory(), await a_person()
    first = await founded(vallon, awa, once="a.1")
    assert (await founded(vallon, awa, once="a.1")).id == first.id
    assert await Organisation.all().count() == await Member.all().count() == 1


async def test_a_number_is_one_organisations_in_a_territory(db: str) -> None:
    vallon, coteau = await a_territory(), await a_territory("coteau")
    awa, luc = await a_person(), await a_person("Luc Martin")
    await founded(vallon, awa, number="W751 234 567")
    assert await code_of(founded(vallon, luc, name="Autre")) == "number_known"
    await founded(coteau, luc)


async def test_a_refused_organisation_keeps_nobody_from_its_number(db: str) -> None:
    vallon, awa, luc = await a_territory(), await a_person(), await a_person("Luc Martin")
    ines = await an_administrator(vallon)
    squatter = await founded(vallon, awa)
    await refuse_organisation(ines, territory_id=vallon.id, organisation_id=squatter.id, reason=REASON)
    await founded(vallon, luc)
    again = change_organisation(awa.voice(), territory_id=vallon.id, organisation_id=squatter.id, **FACTS)
    assert await code_of(again) == "number_known"
    assert (
        await code_of(verify_organisation(ines, territory_id=vallon.id, organisation_id=squatter.id)) == "number_known"
    )


async def test_the_territory_verifies_it(db: str) -> None:
    vallon, awa = await a_territory(), await a_person()
    ines = await an_administrator(vallon)
    made = await founded(vallon, awa)
    done = await verify_organisation(ines, territory_id=vallon.id, organisation_id=made.id, revision=1)
    assert (done.state, done.decided_by_id) == (OrganisationState.VERIFIED, ines.account_id)
    assert done.verified_at == done.decided_at is not None
    await verify_organisation(ines, territory_id=vallon.id, organisation_id=made.id)
    assert (await events()).count("organisation_verified") == 1


async def test_only_its_own_territory_decides(db: str) -> None:
    vallon, coteau, awa = await a_territory(), await a_territory("coteau"), await a_person()
    made = await founded(vallon, awa)
    neighbour = await an_administrator(coteau)
    with pytest.raises(NotFound):
        await verify_organisation(neighbour, territory_id=coteau.id, organisation_id=made.id)
    moderator = (await a_person("Paul", moderator=vallon)).voice("moderator")
    for voice in (awa.voice(), moderator):
        assert (
            await code_of(verify_organisation(voice, territory_id=vallon.id, organisation_id=made.id))
            == "not_administrator"
        )
        refusing = refuse_organisation(voice, territory_id=vallon.id, organisation_id=made.id, reason=REASON)
        assert await code_of(refusing) == "not_administrator"
    assert (await Organisation.get()).state is OrganisationState.WAITING


async def test_a_refusal_has_a_reason_and_is_answered_by_asking_again(db: str) -> None:
    vallon, awa = await a_territory(), await a_person()
    ines = await an_administrator(vallon)
    made = await founded(vallon, awa)
    refusing = refuse_organisation(ines, territory_id=vallon.id, organisation_id=made.id, reason=" non ")
    assert await code_of(refusing) == "no_reason"
    refused = await refuse_organisation(ines, territory_id=vallon.id, organisation_id=made.id, reason=REASON)
    assert (refused.state, refused.decision_reason) == (OrganisationState.REFUSED, REASON)
    again = await change_organisation(
        awa.voice(), territory_id=vallon.id, organisation_id=made.id, **(FACTS | {"number": SIREN})
    )
    assert (again.state, again.number) == (OrganisationState.WAITING, SIREN)
    assert again.asked_at is not None
    assert "verification_asked" in await events()


async def test_nobody_decides_on_what_they_have_not_read(db: str) -> None:
    vallon, awa = await a_territory(), await a_person()
    ines = await an_administrator(vallon)
    made = await founded(vallon, awa)
    place: dict[str, Any] = {"territory_id": vallon.id, "organisation_id": made.id}
    await change_organisation(awa.voice(), **place, **(FACTS | {"name": "Mairie de Vallon"}))
    assert await code_of(verify_organisation(ines, **place, revision=made.revision)) == "stale_organisation"
    assert (
        await code_of(refuse_organisation(ines, **place, revision=made.revision, reason=REASON)) == "stale_organisation"
    )


async def test_another_name_shows_once_it_is_verified(db: str) -> None:
    vallon, awa = await a_territory(), await a_person()
    ines = await an_administrator(vallon)
    made = await founded(vallon, awa)
    place: dict[str, Any] = {"territory_id": vallon.id, "organisation_id": made.id}
    await verify_organisation(ines, **place)
    asked = await change_organisation(
        awa.voice(), **place, **(FACTS | {"name": "Mairie de Vallon", "site": "https://velo.example"})
    )
    assert (asked.name, asked.state) == ("Vélo Vallon", OrganisationState.VERIFIED)
    assert asked.asked is not None
    assert asked.asked["name"] == "Mairie de Vallon"
    assert asked.site == "https://velo.example", "the rest is the owners' own"
    refused = await refuse_organisation(ines, **place, reason=REASON)
    assert (refused.name, refused.state, refused.asked) == ("Vélo Vallon", OrganisationState.VERIFIED, None)
    await change_organisation(awa.voice(), **place, **(FACTS | {"name": "Vélo Vallon et Coteau"}))
    done = await verify_organisation(ines, **place)
    assert (done.name, done.asked, done.asked_at) == ("Vélo Vallon et Coteau", None, None)


async def test_what_was_asked_can_be_dropped_again(db: str) -> None:
    vallon, awa = await a_territory(), await a_person()
    ines = await an_administrator(vallon)
    made = await founded(vallon, awa)
    place: dict[str, Any] = {"territory_id": vallon.id, "organisation_id": made.id}
    await verify_organisation(ines, **place)
    await change_organisation(awa.voice(), **place, **(FACTS | {"name": "Mairie"}))
    back = await change_organisation(awa.voice(), **place, **FACTS)
    assert (back.asked, back.asked_at) == (None, None)
    assert await code_of(refuse_organisation(ines, **place, reason=REASON)) == "nothing_asked"
    asked = (await events()).count("verification_asked")
    await change_organisation(awa.voice(), **place, **FACTS)
    assert (await events()).count("verification_asked") == asked == 1


async def test_a_verification_can_be_taken_back(db: str) -> None:
    vallon, awa = await a_territory(), await a_person()
    ines = await an_administrator(vallon)
    made = await founded(vallon, awa)
    place: dict[str, Any] = {"territory_id": vallon.id, "organisation_id": made.id}
    assert await code_of(take_back_verification(ines, **place, reason=REASON)) == "nothing_asked"
    await verify_organisation(ines, **place)
    assert await code_of(take_back_verification(awa.voice(), **place, reason=REASON)) == "not_administrator"
    taken = await take_back_verification(ines, **place, reason=REASON)
    assert taken.state is OrganisationState.REFUSED
    assert taken.verified_at is not None, "what it said while it was verified stays under its name"


async def test_only_its_owner_changes_it(db: str) -> None:
    vallon, awa, luc = await a_territory(), await a_person(), await a_person("Luc Martin")
    made = await founded(vallon, awa)
    await founded(vallon, luc, name="Autre", number=OTHER_SIREN)
    with pytest.raises(NotFound):
        await change_organisation(luc.voice(), territory_id=vallon.id, organisation_id=made.id, **FACTS)
    await Member.create(organisation=made, account=luc.account, created_at=made.created_at)
    changing = change_organisation(luc.voice(), territory_id=vallon.id, organisation_id=made.id, **FACTS)
    assert await code_of(changing) == "not_owner"
    coteau = await a_territory("coteau")
    with pytest.raises(NotFound):
        await change_organisation(awa.voice(), territory_id=coteau.id, organisation_id=made.id, **FACTS)


async def test_two_with_one_number_at_once_make_one(db: str) -> None:
    vallon = await a_territory()
    people = [await a_person(f"Personne {place}") for place in range(4)]
    done = await asyncio.gather(*(founded(vallon, one) for one in people), return_exceptions=True)
    assert sum(isinstance(one, Organisation) for one in done) == 1
    assert {one.refusal.code for one in done if isinstance(one, Refused)} == {"number_known"}
    assert await Organisation.all().count() == 1
