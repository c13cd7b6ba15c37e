"""The results by section and by kind of author: told where enough people wrote, and coarsened where few did."""

import json

from starlette.applications import Starlette

from consult.analysis.keeping import keep_figures_of
from consult.contributions.actions import publish_contribution
from tests.analysis.test_results import API, PAGE, PARIS
from tests.browsing import Visitor
from tests.cast import a_consultation, a_person, a_territory, an_organisation


async def test_moderate_crosses_are_told_and_small_ones_coarsened(app: Starlette, frozen: object) -> None:
    here = await a_territory()
    consultation, _, sections = await a_consultation(here, sections=4)
    people = [await a_person(f"Voisine {n}") for n in range(8)]
    bodies = [await an_organisation(here, person, name=f"Association {n}") for n, person in enumerate(people)]

    async def write_all(place: int, persons: int, organisations: int) -> None:
        for n in range(persons + organisations):
            who = n - persons
            await publish_contribution(
                people[n].voice() if who < 0 else people[who].voice(organisation=bodies[who]),
                territory_id=here.id,
                consultation_id=consultation.id,
                section_id=sections[place].id,
                title=f"Idée {place} {n}",
                body="Un texte assez long.",
                once=None,
            )

    for place, numbers in enumerate(((7, 2), (6, 6), (8, 7), (5, 0))):
        await write_all(place, *numbers)
    await keep_figures_of(consultation.id, PARIS)
    told = json.loads((await Visitor(app).get(API)).text)
    cells = [tuple(one["contributions"].values()) for one in told["cross"]["sections"]]
    assert cells == [(None, "<5"), (None, None), (8, 7), (5, 0)], "one more is hidden with it: 15 - 6 - 7 would be 2"
    page = (await Visitor(app).get(f"{PAGE}?author=organisation")).words
    assert "1 Rubrique 1 moins de 5" in page
    assert "2 Rubrique 2 non montré" in page
    assert "3 Rubrique 3 7" in page
    third = (await Visitor(app).get(f"{PAGE}?author=organisation&section={sections[2].id}")).text
    assert "les organisations ont publié 7 contributions" in third
    assert "<tbody></tbody>" not in third, "no table where there is nothing to put into it"
    one_day = told["cross"]["time"]["parts"][-1]["contributions"]
    assert one_day == {"person": 26, "organisation": 15}, "that day holds everything there is"
