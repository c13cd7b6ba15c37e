"""The list of contributions: sorted, filtered, searched, paged, and never dearer when it is longer."""

from datetime import timedelta

import pytest
from starlette.applications import Starlette

from consult.consultations.items import ItemState
from consult.consultations.models import Consultation, Section
from consult.contributions.actions import publish_contribution
from consult.contributions.models import Contribution
from consult.core import clock
from consult.reading.list_queries import PAGE_SIZE
from consult.territories.models import Territory
from tests.browsing import Answer, Visitor
from tests.cast import NOON, Person, a_consultation, a_person, a_territory, an_organisation
from tests.counting import counted

pytestmark = pytest.mark.usefixtures("frozen")
LIST = "/consultations/plan-velo/contributions"


async def write(
    territory: Territory, consultation: Consultation, section: Section, person: Person, title: str, **values: object
) -> Contribution:
    """A published contribution, its counters set as a test wants them."""
    row = await publish_contribution(
        person.voice(),
        territory_id=territory.id,
        consultation_id=consultation.id,
        section_id=section.id,
        title=title,
        body=f"{title}, voilà ce que je propose.",
    )
    if values:
        await Contribution.filter(id=row.id).update(**values)
    return row


async def many(
    number: int, sections: int = 1, **values: object
) -> tuple[Territory, Consultation, list[Section], Person]:
    territory, person = await a_territory(), await a_person()
    consultation, _, made = await a_consultation(territory, sections=sections)
    for place in range(number):
        with clock.frozen(NOON + timedelta(minutes=place)):
            await write(territory, consultation, made[place % sections], person, f"Proposition {place + 1}", **values)
    return territory, consultation, made, person


def numbers(answer: Answer) -> list[int]:
    """The contribution numbers of a list, in order."""
    rows = answer.find(".//ul[@class='rows']/li")
    return [int("".join(row.find("./span[@class='number']").itertext()).split()[-1]) for row in rows]  # type: ignore[union-attr]


async def walk(visitor: Visitor, path: str) -> list[int]:
    """All numbers of a list, page after page, by its links."""
    seen: list[int] = []
    for _ in range(20):
        answer = await visitor.get(path)
        seen += numbers(answer)
        following = [link.get("href") for link in answer.find(".//a") if link.get("rel") == "next"]
        if not following:
            return seen
        path = following[0] or ""
    raise AssertionError("the list never ends")


async def test_the_list_begins_with_the_latest(app: Starlette) -> None:
    with clock.frozen(NOON, everywhere=True):
        await many(3)
    assert numbers(await Visitor(app).get(LIST)) == [3, 2, 1]


@pytest.mark.parametrize(
    ("sort", "column"), [("votes", "votes_total"), ("argued", "arguments_count"), ("contested", "contested")]
)
async def test_the_list_is_sorted_by_a_counter(app: Starlette, sort: str, column: str) -> None:
    territory, consultation, sections, person = await many(0)
    for place, value in enumerate((5, 9, 0, 9)):
        await write(territory, consultation, sections[0], person, f"Proposition {place}", **{column: value})
    assert numbers(await Visitor(app).get(f"{LIST}?sort={sort}")) == [4, 2, 1, 3]


@pytest.mark.parametrize("sort", ["recent", "votes", "argued", "contested", "random&seed=77"])
async def test_paging_shows_everything_once(app: Starlette, sort: str) -> None:
    await many(PAGE_SIZE * 2 + 3)
    assert sorted(await walk(Visitor(app), f"{LIST}?sort={sort}")) == list(range(1, PAGE_SIZE * 2 + 4))


async def test_a_seed_gives_the_same_order_again_and_another_seed_another_beginning(app: Starlette) -> None:
    await many(30)
    visitor = Visitor(app)
    assert await walk(visitor, f"{LIST}?sort=random&seed=5") == await walk(visitor, f"{LIST}?sort=random&seed=5")
    beginnings = {numbers(await visitor.get(f"{LIST}?sort=random&seed={seed * 10**8}"))[0] for seed in range(1, 21)}
    assert len(beginnings) > 3


async def test_a_section_shows_what_is_in_it_and_below(app: Starlette) -> None:
    _, _, sections, _ = await many(6, sections=3)
    await Section.filter(id=sections[1].id).update(parent_id=sections[0].id)
    answer = await Visitor(app).get(f"{LIST}?section={sections[0].id}")
    assert numbers(answer) == [5, 4, 2, 1]
    assert "4 contributions" in answer.words


async def test_a_section_of_another_consultation_is_ignored(app: Starlette) -> None:
    territory, *_ = await many(2)
    _, _, elsewhere = await a_consultation(territory, "autre")
    assert numbers(await Visitor(app).get(f"{LIST}?section={elsewhere[0].id}")) == [2, 1]


async def test_the_list_is_filtered_by_kind_of_author(app: Starlette) -> None:
    territory, consultation, sections, person = await many(2)
    body = await an_organisation(territory, person)
    await publish_contribution(
        person.voice(organisation=body),
        territory_id=territory.id,
        consultation_id=consultation.id,
        section_id=sections[0].id,
        title="Au nom de tous",
        body="Nous demandons un abri.",
    )
    answer = await Visitor(app).get(f"{LIST}?kind=association")
    assert numbers(answer) == [3]
    assert "1 contribution" in answer.words
    assert "Vélo Vallon" in answer.words


@pytest.mark.parametrize("typed", ["ecole", "ÉCOLES", "écoles", "l’école", "ecol"])
async def test_search_folds_accents_and_stems(app: Starlette, typed: str) -> None:
    territory, consultation, sections, person = await many(1)
    await write(territory, consultation, sections[0], person, "Une piste devant les Écoles")
    assert numbers(await Visitor(app).get(LIST, params={"q": typed})) == [2]


@pytest.mark.parametrize("typed", ['"', "' OR 1=1 --", "a*b:c^d", "(((", "NEAR(", "\x00", "le la les", "&|!"])
async def test_odd_searches_find_nothing_and_break_nothing(app: Starlette, typed: str) -> None:
    await many(1)
    answer = await Visitor(app).get(LIST, params={"q": typed})
    assert answer.status == 200


async def test_a_search_that_finds_nothing_says_what_to_do(app: Starlette) -> None:
    await many(1)
    answer = await Visitor(app).get(f"{LIST}?q=hippopotame")
    assert "Aucune contribution ne correspond" in answer.words


async def test_a_tombstone_stands_in_its_place_and_is_not_found_by_its_words(app: Starlette) -> None:
    territory, consultation, sections, person = await many(1)
    row = await write(territory, consultation, sections[0], person, "Un secret bien gardé")
    await Contribution.filter(id=row.id).update(
        state=ItemState.HIDDEN, removed_at=clock.now(), removed_ground="Hors sujet"
    )
    await write(territory, consultation, sections[0], person, "Après")
    visitor = Visitor(app)
    answer = await visitor.get(LIST)
    assert numbers(answer) == [3, 2, 1]
    assert "secret" not in answer.text
    assert "Hors sujet" in answer.words
    for query in ("q=secret", "sort=votes", "kind=citizen", "sort=random&seed=1"):
        found = await visitor.get(f"{LIST}?{query}")
        assert 2 not in numbers(found)
        assert "secret bien" not in found.text


async def test_what_waits_for_confirmation_is_not_listed(app: Starlette) -> None:
    territory, consultation, sections, _ = await many(1)
    await write(territory, consultation, sections[0], await a_person("Zoé", confirmed=False), "En attente")
    assert numbers(await Visitor(app).get(LIST)) == [1]
    assert "En attente" not in (await Visitor(app).get(f"{LIST}?q=attente&sort=votes")).words


async def test_nothing_of_the_neighbouring_territory_is_listed_or_counted(app: Starlette) -> None:
    await many(2)
    coteau, person = await a_territory("coteau"), await a_person("Léo")
    consultation, _, sections = await a_consultation(coteau)
    await write(coteau, consultation, sections[0], person, "Chez le voisin")
    here, there = Visitor(app, "vallon.test"), Visitor(app, "coteau.test")
    assert numbers(await here.get(LIST)) == [2, 1]
    assert numbers(await there.get(LIST)) == [1]
    assert "Aucune contribution ne correspond" in (await here.get(f"{LIST}?q=voisin")).words


@pytest.mark.parametrize("after", ["x", "W10", "WyJhIiwxXQ", "WzEsMV0", "%00", "a" * 500])
async def test_a_damaged_cursor_begins_at_the_beginning(app: Starlette, after: str) -> None:
    await many(2)
    assert numbers(await Visitor(app).get(f"{LIST}?after={after}")) == [2, 1]


@pytest.mark.parametrize("query", ["", "?sort=votes", "?q=proposition", "?kind=citizen", "?sort=random&seed=3"])
async def test_a_longer_list_asks_no_more_of_the_database(app: Starlette, query: str) -> None:
    territory, consultation, sections, person = await many(1)
    asked = []
    for _ in range(2):
        with counted() as statements:
            await Visitor(app).get(LIST + query)
        asked.append(len(statements))
        for place in range(PAGE_SIZE + 5):
            await write(territory, consultation, sections[0], person, f"Autre proposition {place}")
    assert asked[1] <= asked[0] <= 8, asked


async def test_the_index_gives_the_rows_in_their_order(db: str) -> None:
    """The plan of the default list sorts nothing: its cost does not grow with the consultation."""
    if not db.startswith("sqlite"):
        pytest.skip("PostgreSQL chooses its plan by the table's size; the same index serves it")
    from consult.core.database import execute

    plan = await execute(
        "EXPLAIN QUERY PLAN SELECT id FROM contribution i WHERE i.consultation_id = 1 AND i.published_at IS NOT NULL"
        " AND i.state <> 'waiting' ORDER BY i.published_at DESC, i.id DESC LIMIT 21"
    )
    assert not any("TEMP B-TREE" in str(row) for row in plan), plan
