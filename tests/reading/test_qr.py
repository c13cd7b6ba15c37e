"""The drawing on the printed sheet."""

from xml.etree import ElementTree

import pytest
from starlette.applications import Starlette

from tests.browsing import Visitor
from tests.cast import a_consultation, a_person, a_territory
from tests.reading.test_list import write

pytestmark = pytest.mark.usefixtures("frozen")
PAGE = "/consultations/plan-velo/contributions/1"


async def test_a_contribution_has_a_drawing_of_its_address_and_its_page_names_it(app: Starlette) -> None:
    territory = await a_territory()
    consultation, _, sections = await a_consultation(territory)
    await write(territory, consultation, sections[0], await a_person(), "Une piste")
    visitor = Visitor(app)
    answer = await visitor.get(f"{PAGE}/qr.svg")
    assert answer.headers["content-type"].startswith("image/svg+xml")
    assert ElementTree.fromstring(answer.text).tag == "{http://www.w3.org/2000/svg}svg"
    assert f"{PAGE}/qr.svg" in (await visitor.get(PAGE)).text


async def test_there_is_no_drawing_of_what_is_not_there(app: Starlette) -> None:
    await a_consultation(await a_territory())
    assert (await Visitor(app).get(f"{PAGE}/qr.svg")).status == 404
