"""A case as its moderator meets it: the item in its context, the decision, and what comes next."""

from starlette.applications import Starlette

from consult.moderation.models import Decision, Kind, Note
from tests.moderation.desk import REASON, a_desk


async def test_a_case_shows_the_item_in_its_context(app: Starlette) -> None:
    desk = await a_desk(app)
    argument, case = await desk.reported_argument()
    shown = await desk.window(desk.maud).get(f"/moderation/cases/{case.id}")
    assert shown.status == 200
    assert "Argument contre, sous la contribution n° 1" in shown.words
    assert "Vous êtes tous des incapables" in shown.words
    assert "Une piste le long du canal" in shown.words
    assert "C’est insultant." in shown.words
    assert "une personne avec un compte" in shown.words
    assert "Lanceuse" not in shown.text, "who reported is nobody's business here"
    assert "Le plan vélo" in shown.words
