"""What people see of moderation on the pages where they read and write."""

import re

import pytest
from starlette.applications import Starlette

from consult.accounts.models import Role, Staff
from consult.consultations.models import ModerationTime
from consult.contributions.actions import publish_contribution
from consult.contributions.models import Amendment, Contribution
from consult.core import clock
from consult.core.keys import new_key
from tests.browsing import Visitor
from tests.cast import Person, a_person, an_organisation
from tests.discussion import Discussion, a_discussion
from tests.moderation.standing import Desk
from tests.moderation.test_restricted import restrict

EXPECTED = "d’ordinaire en moins de 48 heures"


async def careful(d: Discussion) -> Discussion:
    """The same, read first from now on."""
    d.consultation.moderation = ModerationTime.BEFORE
    await d.consultation.save(update_fields=["moderation"])
    return d


async def another(d: Discussion, person: Person) -> Contribution:
    """One more contribution."""
    return await publish_contribution(
        person.voice(), **d.place, section_id=d.section.id, title="Une autre piste", body="Le long du canal aussi."
    )


async def a_moderator(d: Discussion) -> Person:
    """Somebody who decides here."""
    person = await a_person("Maud")
    await Staff.create(
        id=new_key(), territory=d.territory, account=person.account, role=Role.MODERATOR, created_at=clock.now()
    )
    return person


async def test_a_held_contribution_is_announced_then_followed_on_ones_own_page(app: Starlette) -> None:
    d, awa = await careful(await a_discussion()), await a_person("Awa")
    visitor = Visitor(app, person=awa)
    new = "/consultations/plan-velo/contributions/new"
    assert EXPECTED in (await visitor.get(new)).words
    sent = {"section": str(d.section.id), "title": "Un banc", "body": "Devant l’école.", "button": "publish"}
    answer = await visitor.post(new, sent, page="")
    assert answer.location == "/account/contributions?done=held"
    own = await visitor.get("/account/contributions?done=held")
    assert "Un modérateur doit le lire avant sa publication" in own.words
    assert "moins de 48 heures" in own.words
    row = await Contribution.get(title="Un banc")
    assert (await Visitor(app).get("/consultations/plan-velo/contributions")).words.count("Un banc") == 0
    back = f"/account/contributions/{row.id}/withdraw"
    assert (await visitor.post(back, page="")).location == "/account/contributions?done=withdrawn"


async def test_all_that_one_wrote_and_that_waits_stands_on_ones_own_page(app: Starlette) -> None:
    d, awa = await careful(await a_discussion()), await a_person("Awa")
    said, amendment = await d.argue(awa, body="Mon argument caché."), await d.amend(awa)
    await d.source(awa, title="Mon document")
    visitor = Visitor(app, person=awa)
    own = (await visitor.get("/account/contributions")).words
    for words in ("Mon argument caché.", "Mon document", "Modification proposée", "en attente de lecture"):
        assert words in own
    page = await visitor.get(d.path)
    assert "Envoyé, pas encore publié" in page.words
    assert f'id="argument-{said.id}"' in page.text
    assert "Corriger" not in page.words
    for other in (Visitor(app), Visitor(app, person=await a_person("Zoé"))):
        assert "Mon argument caché." not in (await other.get(d.path)).text
        assert (await other.get(f"{d.path}/arguments/{said.id}")).status == 404
    back = f"/account/amendments/{amendment.id}/withdraw"
    assert (await Visitor(app, person=await a_person("Zoé")).get(back)).status == 404
    assert (await visitor.post(back, page="")).location == "/account/contributions?done=withdrawn"
    assert (await Amendment.get(id=amendment.id)).state.value == "withdrawn"
    assert (await visitor.get(f"{d.path}/amendments/{amendment.id}")).status == 404


async def test_a_held_text_is_withdrawn_from_its_own_address(app: Starlette) -> None:
    d, awa = await careful(await a_discussion()), await a_person("Awa")
    said = await d.argue(awa)
    visitor = Visitor(app, person=awa)
    answer = await visitor.post(f"{d.path}/arguments/{said.id}/withdraw", page="")
    assert answer.status == 303
    assert "Envoyé, pas encore publié" not in (await visitor.get(d.path)).words


@pytest.mark.parametrize("page", ["", "/arguments/new?side=for", "/sources/new", "/amendments/new", "/edit", "/../new"])
async def test_a_restricted_person_is_told_before_they_write(app: Starlette, page: str) -> None:
    d = await a_discussion()
    who = d.luc if page == "/edit" else await a_person("Awa")
    await restrict(who, d.territory)
    address = d.path + page if page != "/../new" else "/consultations/plan-velo/contributions/new"
    shown = await Visitor(app, person=who).get(address)
    assert "Votre compte est suspendu ici jusqu’au" in shown.words
    assert 'href="/account/decisions"' in shown.text
    assert "Publier l’argument" not in shown.words


async def test_a_restricted_person_may_still_withdraw(app: Starlette) -> None:
    d = await a_discussion()
    await restrict(d.luc, d.territory)
    visitor = Visitor(app, person=d.luc)
    shown = await visitor.get(d.path)
    assert f'href="{d.path}/edit"' not in shown.text
    assert f'href="{d.path}/withdraw"' in shown.text
    assert (await visitor.post(f"{d.path}/withdraw", page="")).location == d.path


async def test_what_a_restricted_person_sends_is_shown_back(app: Starlette) -> None:
    d, awa = await a_discussion(), await a_person("Awa")
    visitor = Visitor(app, person=awa)
    form = await visitor.get(f"{d.path}/arguments/new?side=for")
    guard = dict(re.findall(r'name="(csrf|once)" value="([^"]+)"', form.text))
    await restrict(awa, d.territory)
    answer = await visitor.post(f"{d.path}/arguments/new", {**guard, "side": "for", "body": "Ma raison à moi."})
    assert answer.status == 422
    assert "Ma raison à moi." in answer.text


async def test_a_merged_contribution_says_where_the_discussion_goes_on(app: Starlette) -> None:
    d, zoe = await a_discussion(), await a_person("Zoé")
    other = await another(d, d.luc)
    await Desk(d).merge(d.contribution, other)
    for visitor in (Visitor(app), Visitor(app, person=zoe)):
        shown = await visitor.get(d.path)
        assert f"Réunie avec la contribution n° {other.number}" in shown.words.replace("\xa0", " ")
        assert "on n’y ajoute plus rien" in shown.words
        assert f'href="{d.path}/amendments/new"' not in shown.text
        target = await visitor.get(d.path.replace(f"/{d.contribution.number}", f"/{other.number}"))
        assert "Réunies avec celle-ci" in target.words
        assert f'href="{d.path}"' in target.text
    listed = (await Visitor(app).get("/consultations/plan-velo/contributions")).words.replace("\xa0", " ")
    assert f"réunie avec la contribution n° {other.number}" in listed
    author = await Visitor(app, person=d.luc).get(d.path)
    assert f'href="{d.path}/withdraw"' in author.text
    assert f'href="{d.path}/edit"' not in author.text
    new = await Visitor(app, person=zoe).get(f"{d.path}/arguments/new?side=for")
    assert "on n’y ajoute plus rien" in new.words
    await Desk(d).unmerge(await Contribution.get(id=d.contribution.id))
    assert "Réunie avec" not in (await Visitor(app).get(d.path)).words


async def test_an_organisations_page_marks_what_was_merged_and_drops_what_was_hidden(app: Starlette) -> None:
    d = await a_discussion()
    body = await an_organisation(d.territory, d.luc)
    voice = d.luc.voice(organisation=body)
    where = {**d.place, "section_id": d.section.id}
    merged = await publish_contribution(voice, **where, title="La même", body="La même piste.")
    hidden = await publish_contribution(voice, **where, title="Une insulte", body="Une insulte.")
    await Desk(d).merge(merged, d.contribution)
    await Desk(d).hide(hidden)
    shown = (await Visitor(app).get(f"/organisations/{body.id}")).words.replace("\xa0", " ")
    assert f"réunie avec la contribution n° {d.contribution.number}" in shown
    assert "Une insulte" not in shown


async def test_rewording_where_texts_are_read_first_says_what_happens(app: Starlette) -> None:
    d = await careful(await a_discussion())
    assert "un modérateur la lira ensuite" in (await Visitor(app, person=d.luc).get(f"{d.path}/edit")).words


async def test_a_tombstone_says_the_ground_and_leads_to_the_public_record(app: Starlette) -> None:
    d, awa = await a_discussion(), await a_person("Awa")
    said, given = await d.argue(awa, body="Une insulte."), await d.source(awa)
    amendment = await d.amend(awa, body="Une autre insulte.")
    for row in (said, given, amendment):
        await Desk(d).hide(row)
    shown = await Visitor(app).get(d.path)
    assert shown.words.count("propos insultants") == 3
    assert 'href="/moderation/decisions"' in shown.text
    await Visitor(app).get("/language?to=en")
    english = Visitor(app)
    english.client.cookies.set("language", "en")
    assert "propos insultants" not in (await english.get(d.path)).words
    await Desk(d).hide(d.contribution)
    for address in (d.path, "/consultations/plan-velo/contributions", f"{d.path}/history"):
        gone = await Visitor(app).get(address)
        assert "propos insultants" in gone.words
        assert 'href="/moderation/decisions"' in gone.text


async def test_people_report_and_moderators_decide(app: Starlette) -> None:
    d, awa = await a_discussion(), await a_person("Awa")
    said, given, amendment = await d.argue(awa), await d.source(awa), await d.amend(awa)
    items = {"contribution": d.contribution, "argument": said, "source": given, "amendment": amendment}
    addresses = {kind: f"/{kind}/{row.id}" for kind, row in items.items()}
    public = await Visitor(app).get(d.path)
    moderator = await Visitor(app, person=await a_moderator(d)).get(d.path)
    for address in addresses.values():
        assert re.search(rf'href="/report{address}" rel="nofollow"', public.text), address
        assert f"/moderation/items{address}" not in public.text
        assert f'href="/moderation/items{address}"' in moderator.text
        assert f"/report{address}" not in moderator.text
    own = (await Visitor(app, person=awa).get(d.path)).text
    assert f"/report/argument/{said.id}" not in own
    assert f"/report/contribution/{d.contribution.id}" in own
