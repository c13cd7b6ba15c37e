"""Who belongs to an organisation: invited, joined, promoted, removed, gone."""

from datetime import timedelta
from typing import Any

import pytest

from consult.accounts.actions import delete_account
from consult.accounts.personal_data import collect
from consult.accounts.rules import Address
from consult.app import load_effects
from consult.core import clock
from consult.core.errors import NotFound, Refused
from consult.core.models import AuditEntry
from consult.core.voice import Voice
from consult.organisations import invitations
from consult.organisations.actions import (
    accept_invitation,
    change_role,
    invite_member,
    leave_organisation,
    remove_member,
    take_back_invitation,
)
from consult.organisations.models import Invitation, Member, MemberRole, Organisation
from consult.organisations.queries import invitation_view, standing_of
from consult.territories.models import Territory
from tests.cast import NOON, Person, a_person, a_territory, an_organisation

ZOE = Address("zoe@exemple.fr", "zoe@exemple.fr")


async def code_of(awaitable: Any) -> str:
    with pytest.raises(Refused) as caught:
        await awaitable
    return caught.value.refusal.code


def at(territory: Territory, body: Organisation) -> dict[str, Any]:
    return {"territory_id": territory.id, "organisation_id": body.id}


async def member_of(body: Organisation, person: Person) -> Member:
    return await Member.get(organisation=body, account=person.account)


async def events() -> list[str]:
    return [row.event for row in await AuditEntry.all().order_by("id")]


async def test_an_owner_invites_and_whoever_holds_the_link_joins_once(db: str, frozen: object) -> None:
    vallon, awa, zoe, paul = await a_territory(), await a_person(), await a_person("Zoé"), await a_person("Paul")
    body = await an_organisation(vallon, awa)
    sent = await invite_member(awa.voice(), **at(vallon, body), address=ZOE)
    assert sent.expires_at == NOON + timedelta(days=14)
    assert invitations.key_of(invitations.token_for(sent.id)) == sent.id
    joined = await accept_invitation(zoe.voice(), territory_id=vallon.id, invitation_id=sent.id)
    assert joined.role is MemberRole.MEMBER
    await accept_invitation(zoe.voice(), territory_id=vallon.id, invitation_id=sent.id)
    assert await code_of(accept_invitation(paul.voice(), territory_id=vallon.id, invitation_id=sent.id)) == (
        "invitation_over"
    )
    assert await Member.filter(organisation=body).count() == 2
    assert await events() == ["member_invited", "member_joined"]


async def test_an_invitation_ends_after_fourteen_days(db: str) -> None:
    vallon, awa, zoe = await a_territory(), await a_person(), await a_person("Zoé")
    body = await an_organisation(vallon, awa)
    with clock.frozen(NOON):
        sent = await invite_member(awa.voice(), **at(vallon, body), address=ZOE)
    with clock.frozen(NOON + timedelta(days=14)):
        view = await invitation_view(sent.id)
        assert view is not None
        assert not view.good
        accepting = accept_invitation(zoe.voice(), territory_id=vallon.id, invitation_id=sent.id)
        assert await code_of(accepting) == "invitation_over"
    with clock.frozen(NOON + timedelta(days=14, microseconds=-1)):
        await accept_invitation(zoe.voice(), territory_id=vallon.id, invitation_id=sent.id)


async def test_an_invitation_of_the_neighbour_is_not_there(db: str) -> None:
    vallon, coteau = await a_territory(), await a_territory("coteau")
    awa, zoe = await a_person(), await a_person("Zoé")
    sent = await invite_member(awa.voice(), **at(coteau, await an_organisation(coteau, awa)), address=ZOE)
    with pytest.raises(NotFound):
        await accept_invitation(zoe.voice(), territory_id=vallon.id, invitation_id=sent.id)


async def test_an_address_invited_again_has_one_invitation(db: str) -> None:
    vallon, awa = await a_territory(), await a_person()
    body = await an_organisation(vallon, awa)
    first = await invite_member(awa.voice(), **at(vallon, body), address=ZOE, once="a.1")
    await invite_member(awa.voice(), **at(vallon, body), address=ZOE, once="a.1")
    assert (await events()).count("member_invited") == 1, "the form was sent twice"
    other = Address("Zoe@exemple.fr", "zoe@exemple.fr")
    again = await invite_member(awa.voice(), **at(vallon, body), address=other, role=MemberRole.OWNER, once="a.2")
    assert (again.id, again.role) == (first.id, MemberRole.OWNER)
    assert (await events()).count("member_invited") == 2, "another mail"


async def test_inviting_does_not_look_whether_the_address_is_known(db: str) -> None:
    vallon, awa, luc = await a_territory(), await a_person(), await a_person("Luc Martin")
    body = await an_organisation(vallon, awa, luc)
    sent = await invite_member(awa.voice(), **at(vallon, body), address=Address(luc.email, luc.email))
    assert sent.accepted_at is None
    await accept_invitation(luc.voice(), territory_id=vallon.id, invitation_id=sent.id)
    assert await Member.filter(organisation=body).count() == 2


async def test_only_owners_invite(db: str) -> None:
    vallon, awa, luc, paul = await a_territory(), await a_person(), await a_person("Luc"), await a_person("Paul")
    body = await an_organisation(vallon, awa, luc)
    await an_organisation(vallon, paul, name="Auto Vallon")
    assert await code_of(invite_member(luc.voice(), **at(vallon, body), address=ZOE)) == "not_owner"
    with pytest.raises(NotFound):
        await invite_member(paul.voice(), **at(vallon, body), address=ZOE)
    with pytest.raises(NotFound):
        await invite_member(paul.voice("administrator"), **at(vallon, body), address=ZOE)
    assert not await Invitation.exists()


async def test_an_invitation_is_taken_back(db: str) -> None:
    vallon, awa, zoe = await a_territory(), await a_person(), await a_person("Zoé")
    body = await an_organisation(vallon, awa)
    sent = await invite_member(awa.voice(), **at(vallon, body), address=ZOE)
    for _ in range(2):
        await take_back_invitation(awa.voice(), **at(vallon, body), invitation_id=sent.id)
    assert (await events()).count("invitation_taken_back") == 1
    accepting = accept_invitation(zoe.voice(), territory_id=vallon.id, invitation_id=sent.id)
    assert await code_of(accepting) == "invitation_over"


async def test_the_last_owner_does_not_leave(db: str) -> None:
    vallon, awa, luc = await a_territory(), await a_person(), await a_person("Luc Martin")
    body = await an_organisation(vallon, awa, luc)
    own, other = await member_of(body, awa), await member_of(body, luc)
    assert await code_of(leave_organisation(awa.voice(), **at(vallon, body))) == "last_owner"
    assert await code_of(remove_member(awa.voice(), **at(vallon, body), member_id=own.id)) == "last_owner"
    stepping_down = change_role(awa.voice(), **at(vallon, body), member_id=own.id, role=MemberRole.MEMBER)
    assert await code_of(stepping_down) == "last_owner"
    await change_role(awa.voice(), **at(vallon, body), member_id=other.id, role=MemberRole.OWNER)
    await leave_organisation(awa.voice(), **at(vallon, body))
    assert await code_of(leave_organisation(luc.voice(), **at(vallon, body))) == "last_owner"
    with pytest.raises(NotFound):
        await leave_organisation(awa.voice(), **at(vallon, body))


async def test_members_do_not_manage_members(db: str) -> None:
    vallon, awa, luc, paul = await a_territory(), await a_person(), await a_person("Luc"), await a_person("Paul")
    body = await an_organisation(vallon, awa, luc)
    elsewhere = await an_organisation(vallon, paul, name="Auto Vallon")
    own = await member_of(body, awa)
    assert await code_of(remove_member(luc.voice(), **at(vallon, body), member_id=own.id)) == "not_owner"
    for where in (body, elsewhere):
        with pytest.raises(NotFound):
            await remove_member(paul.voice(), **at(vallon, where), member_id=own.id)
    assert await Member.exists(id=own.id)


async def test_what_a_removed_member_invited_counts_no_more(db: str) -> None:
    vallon, awa, luc, zoe = await a_territory(), await a_person(), await a_person("Luc"), await a_person("Zoé")
    body = await an_organisation(vallon, awa, luc)
    member = await member_of(body, luc)
    await change_role(awa.voice(), **at(vallon, body), member_id=member.id, role=MemberRole.OWNER)
    sent = await invite_member(luc.voice(), **at(vallon, body), address=ZOE)
    await remove_member(awa.voice(), **at(vallon, body), member_id=member.id)
    accepting = accept_invitation(zoe.voice(), territory_id=vallon.id, invitation_id=sent.id)
    assert await code_of(accepting) == "invitation_over"


async def leave_for_good(person: Person) -> None:
    await delete_account(Voice(account_id=person.id), session_id=None, proven=True)


async def test_a_deleted_owner_leaves_an_organisation_that_the_administration_gives_to_another(db: str) -> None:
    vallon, awa, luc = await a_territory(), await a_person(), await a_person("Luc Martin")
    body = await an_organisation(vallon, awa, luc)
    ines = (await a_person("Inès", administrator=vallon)).voice("administrator")
    member = await member_of(body, luc)
    promoting = {**at(vallon, body), "member_id": member.id, "role": MemberRole.OWNER}
    with pytest.raises(NotFound):
        await change_role(ines, **promoting)
    await leave_for_good(awa)
    left = await standing_of(body.id, luc.id)
    assert left is not None
    assert left.ownerless
    assert await code_of(change_role(luc.voice(), **promoting)) == "not_owner"
    await change_role(ines, **promoting)
    with pytest.raises(NotFound):
        await invite_member(ines, **at(vallon, body), address=ZOE)


async def test_the_neighbours_administration_names_nobody(db: str) -> None:
    vallon, coteau = await a_territory(), await a_territory("coteau")
    awa, luc = await a_person(), await a_person("Luc Martin")
    body = await an_organisation(vallon, awa, luc)
    await leave_for_good(awa)
    abroad = (await a_person("Inès", administrator=coteau)).voice("administrator")
    with pytest.raises(NotFound):
        await invite_member(abroad, territory_id=coteau.id, organisation_id=body.id, address=ZOE)


async def test_a_person_reads_what_is_held_of_their_organisations(db: str) -> None:
    vallon, awa = await a_territory(), await a_person()
    body = await an_organisation(vallon, awa)
    await invite_member(awa.voice(), **at(vallon, body), address=ZOE)
    load_effects()
    parts = await collect(awa.id)
    assert [(row["organisation"], row["role"]) for row in parts["member"]] == [("Vélo Vallon", "owner")]
    assert [row["organisation"] for row in parts["invitation"]] == ["Vélo Vallon"]
    assert "zoe@exemple.fr" not in str(parts), "somebody else's address"
