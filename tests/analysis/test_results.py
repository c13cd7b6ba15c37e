"""The results: the page, the API and the files say the same numbers, and they cost a visit nothing."""

import json
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from starlette.applications import Starlette

from consult.analysis.keeping import keep_all_figures, keep_figures_of
from consult.analysis.models import ConsultationFigures
from consult.analysis.queries.figures import About, public_figures
from consult.arguments.models import Side
from consult.consultations.models import Consultation, Section
from consult.contributions.actions import publish_contribution, revise_contribution, withdraw_contribution
from consult.contributions.models import Contribution
from consult.core import clock
from consult.core.database import snapshot
from consult.core.keys import new_key
from consult.core.voice import SYSTEM
from consult.moderation import effects
from consult.organisations.models import OrganisationKind
from consult.votes.actions import cast_vote, record_tally
from tests.analysis.recounted import every_section, otherwise
from tests.analysis.situations import a_scene
from tests.browsing import Visitor
from tests.cast import NOON, a_consultation, a_person, a_territory, an_organisation
from tests.counting import counted
from tests.exports.reading import tables_of
from tests.filled import REAL_DATA, REAL_SLUG
from tests.moderation.affairs import Affair, an_affair

assert effects
PARIS = ZoneInfo("Europe/Paris")
PAGE = "/consultations/plan-velo/results"
API = "/api/v1/consultations/plan-velo/results"


async def counted_now(consultation: Consultation) -> dict[str, Any]:
    """What a package is given."""
    async with snapshot():
        return await public_figures(
            About(consultation.id, consultation.slug, consultation.title, PARIS, clock.now(), True)
        )


async def write(a: Affair, who: Any, title: str, section: Section | None = None, organisation: Any = None) -> Any:
    """Somebody publishes a contribution."""
    return await publish_contribution(
        who.voice(organisation=organisation),
        **a.d.place,
        section_id=(section or a.d.section).id,
        title=title,
        body=f"{title}, un peu partout.",
        once=None,
    )


@pytest.fixture
async def a(db: str, frozen: object) -> Affair:
    """A world in which everything has happened: sections below one another, two kinds of authors, what is gone."""
    a = await an_affair()
    luc, section = a.d.luc, a.d.section
    below = await Section.create(id=new_key(), consultation=a.d.consultation, parent=section, title="Le canal")
    people = [await a_person(f"Voisine {n}") for n in range(6)]
    body = await an_organisation(a.d.territory, people[0], kind=OrganisationKind.ASSOCIATION)
    made = [await write(a, person, f"Idée {n}", below) for n, person in enumerate(people)]
    theirs = await write(a, people[0], "Une idée d’association", organisation=body)
    for person, choice in zip(people, ("agree", "agree", "disagree", "mixed", "agree", "disagree"), strict=True):
        await cast_vote(person.voice(), **a.d.place, contribution_id=theirs.id, choice=choice)
        await a.d.argue(person, Side.FOR if choice == "agree" else Side.AGAINST, f"Parce que {person.id}.")
    amendment = await a.d.amend(people[1])
    await a.d.argue(people[2], amendment=amendment)
    await a.d.vote(people[3], "agree", amendment)
    await a.d.support(luc, await a.d.source(people[4], await a.d.argue(people[5], body="Avec une source.")))
    await a.d.vote(people[2], "disagree")
    await record_tally(
        SYSTEM,
        **a.d.place,
        contribution_id=a.d.contribution.id,
        origin="workshop",
        origin_label="Atelier",
        agree=12,
        mixed=3,
        disagree=7,
    )
    for contribution in made[:2]:
        await cast_vote(luc.voice(), **a.d.place, contribution_id=contribution.id, choice="agree")
    await a.decide("hide", made[0])
    await a.decide("merge", made[1], merged_into_number=theirs.number)
    await a.decide("hide", await a.d.argue(a.rita, body="Une insulte."))
    await withdraw_contribution(people[2].voice(), **a.d.place, contribution_id=made[2].id)
    await keep_figures_of(a.d.consultation.id, PARIS)
    return a


async def test_page_api_and_files_say_the_same(app: Starlette, a: Affair) -> None:
    visitor = Visitor(app)
    told = json.loads((await visitor.get(API)).text)
    _, tables = await tables_of(a.d.territory.id, a.d.consultation.slug)
    assert otherwise(told, tables) == []
    now = await counted_now(a.d.consultation)
    assert {**told, "at": ""} == {**now, "at": ""}, "what is kept is what is counted for a package"
    totals = told["totals"]
    assert (totals["contributions"], totals["votes"], told["votes"]["contributions"]["total"]["tallied"]) == (6, 30, 22)
    words = (await visitor.get(PAGE)).words
    for number, word in ((totals["arguments"], "arguments"), (totals["votes"], "votes"), (6, "contributions")):
        assert f"{number} {word}" in words
    assert "1 contribution sur 6 a des arguments pour et des arguments contre" in words
    for top in told["top"].values():
        for one in top:
            assert one["title"] in words


async def test_votes_on_an_earlier_wording_still_support(app: Starlette, a: Affair) -> None:
    await a.d.vote(await a_person("Une voisine de plus"), "agree")
    await keep_figures_of(a.d.consultation.id, PARIS)
    before = json.loads((await Visitor(app).get(API)).text)["top"]
    await revise_contribution(
        a.d.luc.voice(), **a.d.place, contribution_id=a.d.contribution.id, base_revision=1, title="Des pistes larges",
        body="Deux mètres au moins.",
    )  # fmt: skip
    await keep_figures_of(a.d.consultation.id, PARIS)
    after = json.loads((await Visitor(app).get(API)).text)["top"]
    for top in ("supported", "contested"):
        values = [[(one["number"], one["value"]) for one in told[top]] for told in (before, after)]
        assert values[0] == values[1], top


async def test_the_parts_of_the_time_add_up(app: Starlette, a: Affair) -> None:
    kept = await ConsultationFigures.get()
    parts = [numbers for section in kept.results["sections"].values() for _, *numbers in section["time"]]
    tallied = kept.totals["tallied"]
    assert [sum(series) for series in zip(*parts, strict=True)] == [
        kept.totals["contributions"], kept.totals["arguments"], kept.totals["votes"] - tallied,
    ]  # fmt: skip
    drawn = [sum(numbers[place] for _, *numbers in kept.days) for place in range(3)]
    assert drawn == [sum(series) for series in zip(*parts, strict=True)]


@pytest.mark.real_data
async def test_on_the_real_consultation_too(real_consultation: Starlette) -> None:
    assert await keep_all_figures() == 1
    visitor, consultation = Visitor(real_consultation), await Consultation.get(slug=REAL_SLUG)
    told = json.loads((await visitor.get(f"/api/v1/consultations/{REAL_SLUG}/results")).text)
    scope, tables = await tables_of(consultation.territory_id, REAL_SLUG)
    assert otherwise(told, tables) == []
    async with snapshot():
        about = About(consultation.id, consultation.slug, consultation.title, PARIS, scope.cut_off, scope.provisional)
        packaged = await public_figures(about)
    assert {**told, "at": ""} == {**packaged, "at": ""}
    public = json.loads((REAL_DATA / "figures.json").read_text(encoding="utf-8"))["public"]
    totals, votes = told["totals"], told["votes"]
    assert {name: totals[name] for name in ("arguments", "arguments_for", "arguments_against", "sources")} == {
        name: public[name] for name in ("arguments", "arguments_for", "arguments_against", "sources")
    }
    assert (totals["contributions"], totals["votes"]) == (public["opinions"], public["votes_total"])
    assert [votes["contributions"][end]["total"] for end in ("agree", "mixed", "disagree")] == [
        public[name] for name in ("votes_ok", "votes_mitige", "votes_nok")
    ]
    assert votes["arguments"]["support"]["total"] == public["argument_votes"]
    assert votes["sources"]["support"]["total"] == public["source_votes"]
    words = (await visitor.get(f"/consultations/{REAL_SLUG}/results")).words.replace("\u202f", " ")
    assert "500 contributions, 2 918 arguments et 238 sources, et 63 640 votes" in words
    assert "218 contributions sur 500" in words
    assert "108 652 36 12 338" in words, "numbers of tables are written as those of sentences"
    assert not told["provisional"]


async def test_a_section_is_shown_with_everything_below_it(app: Starlette, a: Affair) -> None:
    visitor = Visitor(app)
    (root,) = json.loads((await visitor.get(API)).text)["sections"]
    (below,) = root["children"]
    assert (root["own"]["contributions"], root["below"]["contributions"]) == (2, 6)
    words = (await visitor.get(f"{PAGE}?section={root['id']}")).words
    assert "Cette rubrique a reçu 6 contributions" in words
    assert "Le canal" in words
    words = (await visitor.get(f"{PAGE}?section={below['id']}")).words
    assert "Cette rubrique a reçu 4 contributions" in words
    assert "Une piste le long du canal" not in words, "it stands in the section above"


async def test_what_is_gone_since_the_count_is_not_named(app: Starlette, a: Affair) -> None:
    visitor = Visitor(app)
    assert "Une piste le long du canal" in (await visitor.get(PAGE)).words
    await a.decide("hide", a.d.contribution)
    answer = await visitor.get(PAGE)
    assert "Une piste le long du canal" not in answer.text
    assert "seront bientôt recomptés" in answer.words
    assert "Une piste le long du canal" not in (await visitor.get(API)).text
    await keep_figures_of(a.d.consultation.id, PARIS)
    assert "seront bientôt recomptés" not in (await visitor.get(PAGE)).words


async def test_few_people_are_not_singled_out(app: Starlette, a: Affair) -> None:
    """One association wrote: neither its texts by section nor its days may be told, nor what would give them back."""
    visitor = Visitor(app)
    told = json.loads((await visitor.get(API)).text)
    assert told["cross"]["withheld"]["contributions"] == "few_people"
    cells = [one["contributions"] for one in told["cross"]["sections"] + told["cross"]["time"]["parts"]]
    assert {value for cell in cells for value in cell.values()} == {None}
    words = (await visitor.get(f"{PAGE}?author=organisation")).words
    assert "Les organisations ont publié 1 contribution" in words
    assert "en dire plus pourrait désigner quelqu’un" in words
    section = told["sections"][0]["children"][0]["id"]
    words = (await visitor.get(f"{PAGE}?author=organisation&section={section}")).words
    assert "Trop peu d’auteurs de cette sorte" in words
    assert "Une idée d’association" not in words


async def test_where_one_kind_wrote_a_section_has_its_numbers_and_its_lists(app: Starlette, a: Affair) -> None:
    """As on the real consultation: the whole has said of everybody that they are persons."""
    await a.decide("hide", await Contribution.get(title="Une idée d’association"))
    await keep_figures_of(a.d.consultation.id, PARIS)
    visitor = Visitor(app)
    told = json.loads((await visitor.get(API)).text)
    assert told["cross"]["withheld"] == {"contributions": None, "arguments": None}
    below = told["sections"][0]["below"]
    for name in ("contributions", "arguments"):
        assert below[name] > 0
        assert told["cross"]["sections"][0][name] == {"person": below[name], "organisation": 0}
    words = (await visitor.get(f"{PAGE}?author=person&section={told['sections'][0]['id']}")).words
    assert "Trop peu d’auteurs" not in words
    assert f"les particuliers ont publié {below['contributions']} contribution" in words
    assert "Les plus argumentées" in words, "what stands out leads to the items"


async def test_before_the_first_count_it_says_so(app: Starlette) -> None:
    await a_scene(app)
    answer = await Visitor(app).get(PAGE)
    assert answer.status == 200
    assert "n’ont pas encore été comptés" in answer.words
    answer = await Visitor(app).get(API)
    assert (answer.status, answer.headers["retry-after"]) == (503, "60")
    assert json.loads(answer.text)["error"] == "not_counted_yet"
    assert not await ConsultationFigures.exists(), "a GET counts nothing"


async def test_an_empty_consultation_has_results_too(app: Starlette) -> None:
    consultation, _, _ = await a_consultation(await a_territory())
    await keep_all_figures()
    visitor = Visitor(app)
    assert "Personne n’a encore participé" in (await visitor.get(PAGE)).words
    told = json.loads((await visitor.get(API)).text)
    assert not any(told["totals"].values())
    assert told["both_sides"] == {"number": 0, "of": 0, "share": None}
    assert (await visitor.get(f"{PAGE}?author=person")).status == 200
    assert told == {**await counted_now(consultation), "at": told["at"]}


@pytest.mark.engine_free
async def test_the_neighbours_and_drafts_are_not_found(app: Starlette) -> None:
    await a_scene(app)
    await a_territory("coteau")
    stranger = Visitor(app, "coteau.test")
    assert (await stranger.get(PAGE)).status == 404
    assert (await stranger.get(API)).status == 404
    await Consultation.all().update(state="draft")
    assert (await Visitor(app).get(PAGE)).status == 404
    assert (await Visitor(app).get(API)).status == 404


async def test_a_visit_costs_the_same_whatever_there_is_and_reads_no_votes(app: Starlette, a: Affair) -> None:
    visitor, section = Visitor(app, person=a.rita), a.d.section.id
    await visitor.get(PAGE)
    for address in (PAGE, f"{PAGE}?section={section}&author=person", API):
        with counted() as asked:
            await visitor.get(address)
        assert len(asked) <= 11, asked
        assert not [one for one in asked if "vote " in one or '"argument"' in one or "COUNT(" in one]
        assert not [one for one in asked if "FROM contribution" in one and "number IN" not in one]


async def test_it_is_kept_until_it_is_counted_again(app: Starlette) -> None:
    scene = await a_scene(app)
    await scene.count()
    visitor = Visitor(app)
    for address in (PAGE, f"{PAGE}?author=person", API):
        await visitor.get(address)
        first = await visitor.get(address)
        with counted() as asked:
            again = await visitor.get(address)
        assert again.text == first.text
        assert not asked, asked
        same = await visitor.get(address, headers={"if-none-match": first.headers["etag"]})
        assert same.status == 304
    await cast_vote(
        scene.awa.voice(),
        territory_id=scene.here.id,
        consultation_id=scene.consultation.id,
        contribution_id=scene.contribution.id,
        choice="agree",
    )
    await scene.count()
    assert json.loads((await visitor.get(API)).text)["totals"]["votes"] == 2


@pytest.mark.engine_free
async def test_the_api_is_open_to_other_sites(app: Starlette) -> None:
    scene = await a_scene(app)
    await scene.count()
    answer = await Visitor(app).get(API)
    assert answer.headers["content-type"].startswith("application/json")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "set-cookie" not in answer.headers


@pytest.mark.engine_free
async def test_filters_that_name_nothing_are_not_heeded(app: Starlette) -> None:
    scene = await a_scene(app)
    await scene.count()
    whole = (await Visitor(app).get(PAGE)).words
    for asked in ("section=9", "section=x", "author=mayor", "section=9999999999999999999999", "author="):
        assert (await Visitor(app).get(f"{PAGE}?{asked}")).words == whole


@pytest.mark.engine_free
@pytest.mark.parametrize(("length", "each", "most"), [(80, "day", 92), (400, "week", 92), (730, "month", 26)])
async def test_long_consultations_are_drawn_in_few_columns(
    app: Starlette, frozen: object, length: int, each: str, most: int
) -> None:
    await a_consultation(await a_territory(), opens_in=timedelta(days=-length), closes_in=timedelta(days=5))
    await keep_all_figures()
    time = json.loads((await Visitor(app).get(API)).text)["cross"]["time"]
    assert time["each"] == each
    assert length / 31 < len(time["parts"]) <= most


async def test_it_is_counted_again_once_it_is_over(app: Starlette, frozen: object) -> None:
    scene = await a_scene(app)
    assert await keep_all_figures() == 1
    assert json.loads((await Visitor(app).get(API)).text)["provisional"]
    with clock.frozen(NOON + timedelta(days=21), everywhere=True):
        assert await keep_all_figures() == 1
        told = json.loads((await Visitor(app).get(API)).text)
        assert not told["provisional"]
        assert told["cross"]["time"]["parts"][-1]["from"] == "2026-03-30", "quiet days are drawn to the closing"
        assert await keep_all_figures() == 0
    assert scene


@pytest.mark.engine_free
async def test_many_sections_have_a_page_that_is_kept(app: Starlette) -> None:
    scene = await a_scene(app)
    await Section.bulk_create(
        Section(id=new_key(), consultation=scene.consultation, position=n, title=f"Rubrique de rang {n}")
        for n in range(500)
    )
    await scene.count()
    visitor = Visitor(app)
    answer = await visitor.get(PAGE)
    assert len(answer.content) < 1024 * 1024, "pages above that are not kept"
    assert "Les 30 rubriques qui ont le plus de contributions" in answer.words
    assert len([*every_section(json.loads((await visitor.get(API)).text)["sections"])]) == 502


@pytest.mark.engine_free
async def test_the_consultation_leads_to_its_results_and_its_files(app: Starlette) -> None:
    await a_scene(app)
    text = (await Visitor(app).get("/consultations/plan-velo")).text
    assert f'href="{PAGE}"' in text
    assert 'href="/consultations/plan-velo/exports"' in text


@pytest.mark.engine_free
async def test_it_speaks_english(app: Starlette) -> None:
    scene = await a_scene(app)
    await scene.count()
    visitor = Visitor(app)
    visitor.client.cookies.set("language", "en")
    words = (await visitor.get(PAGE)).words
    assert "Results" in words
    assert "Résultats" not in words
