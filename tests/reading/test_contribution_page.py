"""The page of a contribution: what it shows, and to whom."""

import re
from datetime import timedelta

import pytest
from starlette.applications import Starlette

from consult.arguments.actions import correct_argument, withdraw_argument
from consult.arguments.models import Argument, Side
from consult.contributions.actions import publish_contribution, revise_contribution, withdraw_contribution
from consult.contributions.models import Contribution
from consult.contributions.queries import public_place
from consult.core import clock
from consult.reading import contribution_queries as reads
from consult.reading.shown import argument_shown
from consult.sources.actions import withdraw_source
from consult.votes.actions import record_tally
from tests.browsing import Visitor
from tests.cast import Person, a_person, a_territory, an_organisation
from tests.discussion import Discussion, a_discussion, a_lively_discussion

# ---------------------------------------------------------------- what it shows


async def test_a_stranger_reads_all_of_it(app: Starlette) -> None:
    d = await a_lively_discussion(2)
    page = await Visitor(app).get(d.path)
    assert page.status == 200
    for words in (
        "Une piste le long du canal", "par Luc Martin", "Rubrique 1", "Ouverte jusqu’au", "2 arguments pour",
        "2 arguments contre", "Raison 0 d’être pour", "Rapport 1", "Enquête 1", "2 votes",
        "On doit pouvoir s’y croiser",
        "en attente d’une réponse de l’auteur", "Contribution n° 1, Luc Martin, ", "Se connecter pour donner son avis",
    ):  # fmt: skip
        assert words in page.words, words
    assert page.find(".//link[@rel='canonical']")[0].get("href", "").endswith(f"vallon.test:8000{d.path}")
    assert not [form for form in page.find(".//form") if form.get("method", "").lower() == "post"]


async def test_nothing_said_yet_is_said(app: Starlette) -> None:
    d = await a_discussion()
    page = await Visitor(app).get(d.path)
    for words in ("Aucun argument pour", "Aucun argument contre", "Aucune source déposée", "Aucun vote"):
        assert words in page.words


async def test_a_closed_consultation_says_so_everywhere(app: Starlette) -> None:
    d = await a_discussion()
    await d.close()
    for visitor in (Visitor(app), Visitor(app, person=d.luc)):
        page = await visitor.get(d.path)
        assert "La période de participation est maintenant fermée. Merci à tous d’avoir participé." in page.words
        for words in ("Aucun argument pour", "Aucun argument contre", "Aucune source déposée"):
            assert f"{words} La consultation est fermée" in page.words
        assert not [form for form in page.find(".//form") if form.get("method", "").lower() == "post"]
        assert "/edit" not in page.text


async def test_an_organisation_speaks_under_its_own_name(app: Starlette) -> None:
    territory = await a_territory()
    awa, zoe = await a_person("Awa Diallo"), await a_person("Zoé Petit")
    discreet = await an_organisation(territory, awa, name="Vélo Vallon")
    open_one = await an_organisation(territory, zoe, name="Canal pour tous", shows_members=True)
    d = await a_discussion(territory, author=awa.voice(organisation=discreet))
    await d.argue(zoe.voice(organisation=open_one))
    page = await Visitor(app).get(d.path)
    assert "Vélo Vallon" in page.words
    assert "Awa Diallo" not in page.words
    assert "Canal pour tous" in page.words
    assert "(Zoé Petit)" in page.words


async def test_a_deleted_account_is_said_to_be_deleted(app: Starlette) -> None:
    d = await a_discussion()
    d.luc.account.public_name = ""
    await d.luc.account.save()
    page = await Visitor(app).get(d.path)
    assert "Compte supprimé" in page.words
    assert "Contribution n° 1, Compte supprimé" in page.words


async def test_counted_votes_stand_with_their_origin(app: Starlette) -> None:
    d = await a_discussion()
    await d.vote(await a_person("Awa"), "agree")
    admin = await a_person("Ada", administrator=d.territory)
    await record_tally(
        admin.voice("administrator"), **d.place, contribution_id=d.contribution.id, origin="paper",
        origin_label="Bulletins recueillis en mairie", agree=3, disagree=2,
    )  # fmt: skip
    page = await Visitor(app).get(d.path)
    assert "6 votes" in page.words
    assert "Bulletins recueillis en mairie : 3 d’accord, 0 mitigé, 2 pas d’accord." in page.words
    assert not page.find(".//p[@class='tally-origin']//*[@lang]")


async def test_the_origin_of_counted_votes_says_that_it_is_french_on_english_pages(app: Starlette) -> None:
    d = await a_discussion()
    admin = await a_person("Ada", administrator=d.territory)
    counted = {**d.place, "contribution_id": d.contribution.id, "origin": "paper", "origin_label": "Réunion <publique>"}
    argument = await d.argue(await a_person("Awa"), Side.FOR)
    await record_tally(admin.voice("administrator"), **counted, agree=3)
    await record_tally(admin.voice("administrator"), **counted, argument_id=argument.id, supports=2)
    for path, many in ((d.path, 2), (f"{d.path}/arguments/{argument.id}", 1)):
        page = await Visitor(app).get(path, headers={"cookie": "language=en"})
        labels = page.find(".//p[@class='tally-origin']//span[@lang='fr']")
        assert [label.text for label in labels] == ["Réunion <publique>"] * many, path


async def test_votes_on_an_earlier_wording_stand_apart(app: Starlette) -> None:
    d = await a_discussion()
    awa = await a_person("Awa")
    await d.vote(awa, "agree")
    await revise_contribution(
        d.luc.voice(), **d.place, contribution_id=d.contribution.id, base_revision=1,
        title=d.contribution.title, body="Une piste large.",
    )  # fmt: skip
    page = await Visitor(app, person=awa).get(d.path)
    assert "Aucun vote" in page.words
    assert "Et sur une version antérieure du texte : 1 d’accord, 0 mitigé, 0 pas d’accord." in page.words
    assert "Vous avez voté sur une version antérieure." in page.words
    assert f"{d.path}/history" in page.text


async def test_the_neighbours_in_the_section_are_linked(app: Starlette) -> None:
    d = await a_discussion()
    page = await Visitor(app).get(d.path)
    assert "Dans la même rubrique" not in page.text
    await a_discussion_more(d, 2)
    page = await Visitor(app).get(f"{d.path[:-1]}2")
    assert [link.get("href") for link in page.find(".//a[@rel='prev']")] == [d.path]
    assert [link.get("href") for link in page.find(".//a[@rel='next']")] == [f"{d.path[:-1]}3"]


async def a_discussion_more(d: Discussion, how_many: int) -> None:
    for n in range(how_many):
        await publish_contribution(
            d.luc.voice(), **d.place, section_id=d.section.id, title=f"Autre {n}", body="Autre texte."
        )


# ---------------------------------------------------------------- further pages of a long discussion


async def test_a_long_side_goes_on(app: Starlette) -> None:
    d = await a_discussion()
    for n in range(25):
        await d.argue(d.luc, Side.FOR, f"Raison numéro {n:02} d’être pour.")
    visitor = Visitor(app)
    first = await visitor.get(d.path)
    more = [link.get("href", "") for link in first.find(".//a[@rel='next']")]
    assert len(more) == 1
    assert more[0].endswith("#side-for")
    second = await visitor.get(more[0].partition("#")[0])
    shown = [re.findall(r"Raison numéro (\d\d)", page.words) for page in (first, second)]
    assert [len(numbers) for numbers in shown] == [20, 5]
    assert sorted(shown[0] + shown[1]) == [f"{n:02}" for n in range(25)]
    assert "25 arguments pour" in second.words
    assert "Revenir au début" in second.words


# ---------------------------------------------------------------- tombstones


async def test_what_is_withdrawn_leaves_a_mention_without_text(app: Starlette) -> None:
    d = await a_discussion()
    awa = await a_person("Awa")
    argument, source = await d.argue(awa, body="Texte regretté."), await d.source(awa, title="Lien regretté")
    beside = await d.source(awa, argument, title="Autre lien regretté")
    await withdraw_argument(awa.voice(), **d.place, argument_id=argument.id)
    await withdraw_source(awa.voice(), **d.place, source_id=source.id)
    page = await Visitor(app).get(d.path)
    assert "Argument retiré par son auteur" in page.words
    assert "Source retirée par son auteur" in page.words
    for text in ("regretté", "example.org"):
        assert text not in page.text
    permalink = await Visitor(app).get(f"{d.path}/arguments/{argument.id}")
    assert permalink.status == 200
    assert "regretté" not in permalink.text
    assert str(beside.id) not in permalink.text


async def test_the_text_of_a_tombstone_does_not_leave_the_database(db: str) -> None:
    d = await a_discussion()
    argument = await d.argue(d.luc, body="Un canal, et rien que le canal.")
    await correct_argument(d.luc.voice(), **d.place, argument_id=argument.id, body="Le canal, donc.")
    source = await d.source(d.luc, title="Le canal en chiffres")
    await withdraw_argument(d.luc.voice(), **d.place, argument_id=argument.id)
    await withdraw_source(d.luc.voice(), **d.place, source_id=source.id)
    other = await d.argue(d.luc, body="Autre chose.")
    beside = await d.source(d.luc, other)
    await withdraw_source(d.luc.voice(), **d.place, source_id=beside.id)
    await d.contribution.refresh_from_db()
    d.contribution.annexes = [{"title": "Plan du canal", "url": "https://example.org/plan.pdf"}]
    await d.contribution.save()
    said = await reads.beneath(d.contribution.id, {})
    assert (len(said.argument_ids), len(said.sources.items)) == (2, 1), "a tombstone stands in its place"
    assert not said.beside, "but not under an argument"
    assert await reads.argument_wordings(argument.id) == []
    assert "canal" in str(await reads.contribution_frame(d.consultation.id, 1))
    await d.hide()
    assert "canal" not in f"{await reads.contribution_frame(d.consultation.id, 1)} {said}"
    gone = next(row for row in said.arguments["for"].items if row["id"] == argument.id)
    tombstone = argument_shown(None, gone, ())  # type: ignore[arg-type]
    assert set(tombstone) == {"key", "side", "state", "at", "ground"}
    assert await public_place(d.territory.id, d.consultation.slug, 1) is None


@pytest.mark.parametrize("end", ["withdrawn", "hidden"])
async def test_a_contribution_that_is_gone_leaves_number_date_and_ground(app: Starlette, end: str) -> None:
    d = await a_discussion()
    awa = await a_person("Awa")
    argument, amendment = await d.argue(awa), await d.amend(awa)
    await d.source(awa)
    if end == "hidden":
        await d.hide()
    else:
        await withdraw_contribution(d.luc.voice(), **d.place, contribution_id=d.contribution.id)
    for visitor in (Visitor(app), Visitor(app, person=awa)):
        page = await visitor.get(d.path)
        assert page.status == 200
        assert "Contribution n° 1" in page.words
        assert ("contraire à la charte" if end == "hidden" else "à la demande de son auteur") in page.words
        for text in ("canal", "plus sûr pour les enfants", "Baromètre", "croiser", "Luc Martin</b>"):
            assert text not in page.text, text
        for below in (f"arguments/{argument.id}", f"amendments/{amendment.id}", "arguments/new", "sources/new"):
            gone = await visitor.get(f"{d.path}/{below}")
            assert gone.status in {303, 404}, below
            assert "canal" not in gone.text


async def test_the_kept_page_goes_at_once_when_a_contribution_is_hidden(app: Starlette) -> None:
    d = await a_discussion()
    visitor = Visitor(app)
    assert "canal" in (await visitor.get(d.path)).text
    await withdraw_contribution(d.luc.voice(), **d.place, contribution_id=d.contribution.id)
    assert "canal" not in (await visitor.get(d.path)).text


# ---------------------------------------------------------------- who sees which button


async def test_the_author_alone_corrects_and_withdraws(app: Starlette) -> None:
    d = await a_discussion()
    awa, zoe = await a_person("Awa"), await a_person("Zoé")
    argument = await d.argue(awa)
    edit, withdraw = f"{d.path}/arguments/{argument.id}/edit", f"{d.path}/arguments/{argument.id}/withdraw"
    own = await Visitor(app, person=awa).get(d.path)
    assert edit in own.text
    assert withdraw in own.text
    other = await Visitor(app, person=zoe).get(d.path)
    assert edit not in other.text
    assert withdraw not in other.text
    with clock.frozen(clock.now() + timedelta(minutes=15), everywhere=True):
        later = await Visitor(app, person=awa).get(d.path)
    assert edit not in later.text
    assert withdraw in later.text


async def test_nobody_is_offered_to_support_their_own(app: Starlette) -> None:
    d = await a_discussion()
    awa, zoe = await a_person("Awa"), await a_person("Zoé")
    body = await an_organisation(d.territory, awa, zoe)
    argument = await d.argue(awa.voice(organisation=body))
    support = f"{d.path}/arguments/{argument.id}/support"
    assert support not in (await Visitor(app, person=awa).get(d.path)).text
    assert support not in (await Visitor(app, person=zoe).get(d.path)).text
    assert support in (await Visitor(app, person=d.luc).get(d.path)).text


async def test_what_waits_is_seen_by_its_author_alone(app: Starlette) -> None:
    d = await a_discussion()
    awa, zoe = await a_person("Awa", confirmed=False), await a_person("Zoé")
    await d.argue(awa, body="Un argument qui attend.")
    await d.source(awa, title="Une source qui attend")
    own = await Visitor(app, person=awa).get(d.path)
    for words in ("Un argument qui attend.", "Une source qui attend", "Confirmez d’abord votre adresse e-mail"):
        assert words in own.words
    assert "Aucun argument pour" in own.words
    for visitor in (Visitor(app), Visitor(app, person=zoe)):
        assert "qui attend" not in (await visitor.get(d.path)).text


# ---------------------------------------------------------------- the pages of one argument and of one amendment


async def test_an_argument_has_a_page_of_its_own(app: Starlette) -> None:
    d = await a_discussion()
    awa = await a_person("Awa")
    argument = await d.argue(awa, body="Plus sûr.")
    await d.source(awa, argument, title="Une enquête")
    await correct_argument(awa.voice(), **d.place, argument_id=argument.id, body="Bien plus sûr.")
    page = await Visitor(app).get(f"{d.path}/arguments/{argument.id}")
    for words in ("Argument pour", "Bien plus sûr.", "Une enquête", "Avant correction", "Plus sûr."):
        assert words in page.words
    for wrong in ("0", "9" * 30, str(argument.id + 1)):
        assert (await Visitor(app).get(f"{d.path}/arguments/{wrong}")).status == 404


async def test_an_amendment_has_a_page_of_its_own(app: Starlette) -> None:
    d = await a_discussion()
    awa, zoe = await a_person("Awa"), await a_person("Zoé")
    amendment = await d.amend(awa)
    await d.argue(zoe, Side.AGAINST, "Trop cher.", amendment)
    await d.vote(zoe, "disagree", amendment)
    path = f"{d.path}/amendments/{amendment.id}"
    page = await Visitor(app).get(path)
    for words in (
        "Proposition de modification",
        "On doit pouvoir s’y croiser.",
        "Trop cher.",
        "1 argument contre",
        "1 vote",
    ):
        assert words in page.words
    assert "Trop cher." not in (await Visitor(app).get(d.path)).words
    assert f"{path}/adopt" in (await Visitor(app, person=d.luc).get(path)).text
    assert f"{path}/withdraw" in (await Visitor(app, person=awa).get(path)).text
    assert f"{path}/adopt" not in (await Visitor(app, person=zoe).get(path)).text


async def test_the_neighbour_territory_knows_nothing_of_it(app: Starlette) -> None:
    d = await a_discussion()
    argument = await d.argue(d.luc)
    await a_discussion(await a_territory("coteau"))
    neighbour = Visitor(app, host="coteau.test", person=d.luc)
    assert (await neighbour.get(f"{d.path}/arguments/{argument.id}")).status == 404
    assert "arguments pour" not in (await neighbour.get(d.path)).words
    assert (await neighbour.get("/consultations/plan-velo/contributions/2")).status == 404


async def test_a_page_of_the_contribution_changes_nothing(app: Starlette) -> None:
    d = await a_lively_discussion(1)
    argument, before = await Argument.first(), await Contribution.get(id=d.contribution.id)
    for visitor in (Visitor(app), Visitor(app, person=d.luc)):
        for path in ("", f"/arguments/{argument.id if argument else 0}", "/arguments/new?side=for", "/sources/new"):
            await visitor.get(d.path + path)
    after = await Contribution.get(id=d.contribution.id)
    assert dict(before) == dict(after)


async def test_what_one_has_just_said_is_found_though_it_is_far_down_the_list(app: Starlette) -> None:
    d = await a_discussion()
    awa = await a_person("Awa")
    for n in range(21):
        await d.support(awa, await d.argue(d.luc, body=f"Raison {n}."))
    visitor = Visitor(app, person=awa)
    sent = await visitor.post(f"{d.path}/arguments/new", {"side": "for", "body": "La mienne."}, page=d.path)
    page = await visitor.get(d.path)
    key = sent.location.partition("#")[2]
    assert len(page.find(f".//*[@id='{key}']")) == 1
    assert "Votre argument est publié" in page.words
    assert f"{d.path}/arguments/{key.removeprefix('argument-')}" in page.text
    assert "Votre argument est publié" not in (await Visitor(app, person=await a_person("Zoé")).get(d.path)).words


async def test_what_one_has_just_published_says_so_in_its_place_for_two_minutes(app: Starlette, frozen: object) -> None:
    d = await a_discussion()
    awa = await a_person("Awa")
    argument = await d.argue(awa)
    source = await d.source(awa)

    async def notices(who: Person, minutes: float) -> list[str]:
        with clock.frozen(clock.now() + timedelta(minutes=minutes), everywhere=True):
            page = await Visitor(app, person=who).get(d.path)
        found = [page.find(f".//*[@id='{key}']//*[@role='status']") for key in keys]
        return ["".join(one[0].itertext()).strip() if one else "" for one in found]

    keys = f"argument-{argument.id}", f"source-{source.id}"
    assert await notices(awa, 2) == [
        "Votre argument est publié. Vous pouvez le corriger pendant 15 minutes. Voir le reçu",
        "Votre source est publiée. Vous pouvez la corriger pendant 15 minutes. Voir le reçu",
    ]
    assert await notices(awa, 2.1) == ["", ""]
    assert await notices(d.luc, 1) == ["", ""], "it is nobody else's"
    with clock.frozen(clock.now() + timedelta(minutes=10), everywhere=True):
        await correct_argument(awa.voice(), **d.place, argument_id=argument.id, body="C’est plus sûr, voilà.")
        assert await notices(awa, 0) == ["Votre correction est publiée. Voir le reçu", ""]
