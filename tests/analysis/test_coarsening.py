"""What is not told of a cross cannot be worked out: every world that fits what is told is tried."""

import random
from collections.abc import Iterator
from itertools import product

import pytest

from consult.analysis.queries.coarsening import FEW, FEW_PEOPLE, FEWER, Cell, coarsen

pytestmark = pytest.mark.engine_free


def cell(persons: int, organisations: int, people: tuple[int, int] | None = None, *parts: Cell) -> Cell:
    """A cell in which everybody wrote once, unless told otherwise."""
    return Cell(persons, organisations, people or (min(FEW, persons), min(FEW, organisations)), list(parts))


def whole(*parts: Cell) -> Cell:
    """What these make up, everybody being somebody else."""
    persons, organisations = sum(one.persons for one in parts), sum(one.organisations for one in parts)
    people = [min(FEW, sum(one.people[place] for one in parts)) for place in (0, 1)]
    return Cell(persons, organisations, (people[0], people[1]), list(parts))


def walk(one: Cell) -> Iterator[Cell]:
    yield one
    for part in one.parts:
        yield from walk(part)


def test_where_many_wrote_everything_is_told() -> None:
    parts = [cell(9, 7), cell(20, 5), cell(8, 0)]
    assert coarsen(whole(*parts)) == ""
    assert [one.told() for one in parts] == [(9, 7), (20, 5), (8, 0)]


def test_few_people_are_told_as_fewer_than_five() -> None:
    parts = [cell(9, 2), cell(20, 9), cell(30, 3), cell(40, 30)]
    coarsen(whole(*parts))
    assert parts[0].told() == (None, FEWER)
    assert parts[2].told() == (None, FEWER)
    assert parts[3].told() == (40, 30)


@pytest.mark.parametrize(
    ("people", "few"), [((9, 0), False), ((9, 1), True), ((4, 9), True), ((9, 4), True), ((5, 5), False)]
)
def test_few_are_fewer_than_five(people: tuple[int, int], few: bool) -> None:
    assert Cell(50, 50, people).few is few


def test_many_texts_of_one_person_are_texts_of_few_people() -> None:
    parts = [cell(50, 20, (FEW, 1)), cell(9, 9), cell(30, 2)]
    coarsen(whole(*parts))
    assert parts[0].told() == (None, FEWER)


def test_the_total_of_all_sections_does_not_give_the_only_hidden_number_back() -> None:
    parts = [cell(9, 2), cell(20, 9), cell(40, 30)]
    coarsen(whole(*parts))
    assert parts[0].told() != parts[1].told()
    assert [one.hidden for one in parts] == [True, True, False]
    assert parts[1].told() == (None, None), "hidden for the other's sake, and not said to be of few people"


def test_what_stands_in_a_section_itself_is_not_given_back_by_the_sections_below_it() -> None:
    alone, below = cell(9, 1), cell(20, 9)
    parent = whole(alone, below)
    coarsen(whole(parent, cell(30, 30)))
    assert alone.hidden
    assert below.hidden


def test_a_section_below_a_hidden_one_is_hidden() -> None:
    below = cell(3, 0)
    parent = whole(below, cell(0, 2))
    coarsen(whole(parent, cell(30, 30), cell(2, 20)))
    assert parent.hidden
    assert below.hidden


def test_nothing_is_told_where_the_whole_would_tell_it() -> None:
    few = [cell(20, 1), cell(9, 2)]
    assert coarsen(whole(*few)) == FEW_PEOPLE
    assert [one.told() for one in few] == [(None, None)] * 2


def test_where_one_kind_of_author_wrote_nobody_s_kind_is_left_to_hide() -> None:
    alike = [cell(20, 0), cell(3, 0)]
    assert coarsen(whole(*alike)) == ""
    assert [one.told() for one in alike] == [(20, 0), (3, 0)]


def test_an_empty_cross_is_no_trouble() -> None:
    assert coarsen(whole()) == ""


def worlds(one: Cell) -> list[dict[int, int]]:
    """Every way in which the organisations' numbers may be, for whoever knows the totals and what is told."""

    def fits(number: int) -> bool:
        if not one.hidden:
            return number == one.organisations
        persons, organisations = one.told()
        enough = one.silent or (
            (persons is not None or one.total - number >= FEW) and (organisations is not None or number >= FEW)
        )
        return enough and 0 <= number <= one.total

    if not one.parts:
        return [{id(one): number} for number in range(one.total + 1) if fits(number)]
    found = []
    for chosen in product(*(worlds(part) for part in one.parts)):
        number = sum(world[id(part)] for world, part in zip(chosen, one.parts, strict=True))
        if fits(number):
            found.append({id(one): number} | {key: value for world in chosen for key, value in world.items()})
    return found


def invented(chance: random.Random, depth: int = 2) -> tuple[Cell, set[int], set[int]]:
    """A tree of sections in which some people write much, and in several places."""
    if depth == 0 or chance.random() < 0.4:
        persons, organisations = chance.choice([0, 0, 1, 2, 6, 7]), chance.choice([0, 0, 1, 2, 6])
        who = [set(chance.sample(range(8), chance.randint(1, number))) if number else set() for number in
               (persons, organisations)]  # fmt: skip
        one = Cell(persons, organisations, (min(FEW, len(who[0])), min(FEW, len(who[1]))))
        return one, who[0], who[1]
    made = [invented(chance, depth - 1) for _ in range(chance.randint(1, 3))]
    who = [set().union(*(one[place] for one in made)) for place in (1, 2)]
    parts = [one[0] for one in made]
    numbers = sum(one.persons for one in parts), sum(one.organisations for one in parts)
    return Cell(*numbers, (min(FEW, len(who[0])), min(FEW, len(who[1]))), parts), who[0], who[1]


def test_no_hidden_number_can_be_worked_out() -> None:
    attacked = 0
    for seed in range(400):
        every, _, _ = invented(random.Random(seed))
        coarsen(every)
        size = 1
        for one in walk(every):
            size *= one.total + 1 if one.hidden and not one.parts else 1
        if size > 5_000 or not (every.persons and every.organisations):
            continue  # too many to try; or one kind of author, of whom every number is a public total
        possible = worlds(every)
        assert possible, seed
        for one in walk(every):
            if one.few and one.total != every.total:  # what holds everything crosses nothing
                assert one.hidden, seed
                assert len({world[id(one)] for world in possible}) > 1, (seed, one)
                attacked += 1
    assert attacked > 300
