"""Members and invitations in the browser."""

from datetime import timedelta

from starlette.applications import Starlette

from consult.core import clock
from consult.core.models import AuditEntry
from consult.organisations import invitations
from consult.organisations.models import Invitation, Member, MemberRole, Organisation
from consult.territories.models import Territory
from tests.browsing import Visitor
from tests.cast import Person, a_person, a_territory, an_organisation


async def invited(app: Starlette, body: Organisation, owner: Person, email: str = "zoe@exemple.fr") -> Invitation:
    visitor = Visitor(app, person=owner)
    answer = await visitor.post(f"/organisations/{body.id}/members", {"email": email, "role": "member"}, page="")
    assert answer.location == f"/organisations/{body.id}/members?done=invited", answer.words
    return await Invitation.all().order_by("-id").first()  # type: ignore[return-value]


async def cast(app: Starlette) -> tuple[Territory, Person, Organisation]:
    vallon = await a_territory()
    awa = await a_person()
    return vallon, awa, await an_organisation(vallon, awa)


async def test_the_answer_is_the_same_whether_the_address_is_known(app: Starlette) -> None:
    _, awa, body = await cast(app)
    luc = await a_person("Luc Martin")
    visitor = Visitor(app, person=awa)
    answers = [
        await visitor.post(f"/organisations/{body.id}/members", {"email": email, "role": "member"}, page="")
        for email in (luc.email, "personne@exemple.fr")
    ]
    assert len({(one.status, one.location) for one in answers}) == 1
    listed = await visitor.get(f"/organisations/{body.id}/members")
    assert "personne@exemple.fr" in listed.words
    assert "Luc Martin" not in listed.words


async def test_an_address_that_is_none_is_said_and_kept(app: Starlette) -> None:
    _, awa, body = await cast(app)
    answer = await Visitor(app, person=awa).post(
        f"/organisations/{body.id}/members", {"email": "zoé chez elle", "role": "owner"}, page=""
    )
    assert answer.status == 422
    assert answer.title.startswith("Erreur :")
    assert [one.get("value") for one in answer.find(".//input") if one.get("name") == "email"] == ["zoé chez elle"]
    assert not await Invitation.exists()


async def test_an_invitation_form_sent_twice_makes_one(app: Starlette) -> None:
    _, awa, body = await cast(app)
    visitor = Visitor(app, person=awa)
    guard = (await visitor.get(f"/organisations/{body.id}/members")).guard()
    for _ in range(2):
        sent = {"email": "zoe@exemple.fr", "role": "member", **guard}
        assert (await visitor.post(f"/organisations/{body.id}/members", sent)).status == 303
    assert await Invitation.all().count() == await AuditEntry.filter(event="member_invited").count() == 1


async def test_invitations_are_limited(app: Starlette) -> None:
    _, awa, body = await cast(app)
    visitor = Visitor(app, person=awa)
    statuses = [
        (await visitor.post(f"/organisations/{body.id}/members", {"email": "zoe@exemple.fr"}, page="")).status
        for _ in range(7)
    ]
    assert statuses == [303] * 5 + [429] * 2, "one address gets no more than five mails an hour"


async def test_a_link_shows_what_it_is_and_keeps_the_way_back(app: Starlette) -> None:
    _, awa, body = await cast(app)
    path = invitations.address((await invited(app, body, awa)).id)
    stranger = Visitor(app)
    shown = await stranger.get(path)
    assert shown.status == 200
    assert "Awa Diallo vous invite" in shown.words
    assert "zoe@exemple.fr" not in shown.words
    assert not shown.find(".//main//form")
    links = [one.get("href") or "" for one in shown.find(".//main//a")]
    assert f"/sign-in?next={path}" in links
    assert f"/sign-up?next={path}" in links
    assert shown.headers["referrer-policy"] == "no-referrer"
    assert shown.headers["cache-control"] == "no-store"
    form = {"csrf": "x", "once": "y"}
    assert (await stranger.post(path, form)).location.startswith("/sign-in?next=%2Finvitations%2F")


async def test_whoever_holds_the_link_joins_once(app: Starlette) -> None:
    _, awa, body = await cast(app)
    zoe, paul = await a_person("Zoé Petit"), await a_person("Paul")
    path = invitations.address((await invited(app, body, awa)).id)
    late, visitor = Visitor(app, person=paul), Visitor(app, person=zoe)
    guard = (await late.get(path)).guard()
    joined = await visitor.post(path, page="")
    assert joined.location == "/account/organisations?done=joined"
    assert "Vous pouvez écrire en son nom" in (await visitor.get(joined.location)).words
    over = await late.post(path, guard)
    assert over.status == 410
    assert "n’est plus valable" in over.words
    assert (await visitor.get(path)).status == 410
    assert await Member.filter(organisation=body).count() == 2


async def test_an_old_foreign_or_invented_link_joins_nothing(app: Starlette) -> None:
    _, awa, body = await cast(app)
    zoe = await a_person("Zoé Petit")
    sent = await invited(app, body, awa)
    path = invitations.address(sent.id)
    await a_territory("coteau")
    assert (await Visitor(app, "coteau.test", person=zoe).get(path)).status == 404
    visitor = Visitor(app, person=zoe)
    assert (await visitor.get(path + "x")).status == 404
    assert (await visitor.get("/invitations/" + "x" * 400)).status == 404
    with clock.frozen(sent.expires_at + timedelta(seconds=1), everywhere=True):
        assert (await visitor.get(path)).status == 410
    assert await Member.all().count() == 1


async def test_an_invitation_is_taken_back(app: Starlette) -> None:
    _, awa, body = await cast(app)
    sent = await invited(app, body, awa)
    visitor = Visitor(app, person=awa)
    where = f"/organisations/{body.id}/invitations/{sent.id}/take-back"
    assert "zoe@exemple.fr" in (await visitor.get(where)).words
    assert (await visitor.post(where, page="")).status == 303
    assert (await visitor.get(where)).status == 404
    assert (await Visitor(app).get(invitations.address(sent.id))).status == 410


async def test_an_owner_promotes_and_removes(app: Starlette) -> None:
    vallon, awa, _ = await cast(app)
    luc = await a_person("Luc Martin")
    body = await an_organisation(vallon, awa, luc, name="Autre")
    member = await Member.get(organisation=body, account=luc.account)
    visitor = Visitor(app, person=awa)
    here = f"/organisations/{body.id}/members"
    promoted = await visitor.post(f"{here}/{member.id}/role", {"button": "owner"}, page="")
    assert promoted.location == f"{here}?done=role"
    assert (await Member.get(id=member.id)).role is MemberRole.OWNER
    removed = await visitor.post(f"{here}/{member.id}/remove", page="")
    assert removed.location == f"{here}?done=removed"
    assert (await Visitor(app, person=luc).get(here)).status == 404
    own = await Member.get(organisation=body)
    refused = await visitor.post(f"{here}/{own.id}/role", {"button": "member"}, page="")
    assert refused.status == 422
    assert "seule personne responsable" in refused.words


async def test_members_read_the_list_and_no_more(app: Starlette) -> None:
    vallon, awa, _ = await cast(app)
    luc = await a_person("Luc Martin")
    body = await an_organisation(vallon, awa, luc, name="Autre")
    await invited(app, body, awa)
    own = await Member.get(organisation=body, account=awa.account)
    visitor = Visitor(app, person=luc)
    here = f"/organisations/{body.id}/members"
    shown = await visitor.get(here)
    assert "Awa Diallo" in shown.words
    assert "zoe@exemple.fr" not in shown.words
    assert not shown.find(".//main//form")
    assert (await visitor.get(f"{here}/{own.id}/remove")).status == 403
    assert (await visitor.get(f"{here}/{own.id}/role")).status == 403


async def test_the_administration_names_somebody_where_nobody_is_left(app: Starlette) -> None:
    vallon, awa, body = await cast(app)
    luc, ines = await a_person("Luc Martin"), await a_person("Inès", administrator=vallon)
    member = await Member.create(organisation=body, account=luc.account, created_at=body.created_at)
    visitor = Visitor(app, person=ines)
    here = f"/organisations/{body.id}/members"
    assert (await visitor.get(here)).status == 404
    await Member.filter(account=awa.account).delete()
    assert "Plus personne n’est responsable" in (await visitor.get(here)).words
    assert "sans responsable" in (await visitor.get("/admin/organisations")).words
    assert (await visitor.post(f"{here}/{member.id}/role", {"button": "owner"}, page="")).status == 303
    assert (await Member.get(id=member.id)).role is MemberRole.OWNER
