"""A consultation that is over reads as the original did, in the issue's own sentences."""

from datetime import timedelta

import pytest

from consult.consultations.models import Round
from tests.cast import a_person
from tests.discussion import a_discussion
from tests.journeys.conftest import Place

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
CLOSED = "La période de participation est maintenant fermée. Merci à tous d’avoir participé."


@pytest.mark.parametrize("signed_in", [False, True], ids=["stranger", "signed-in"])
async def test_nothing_is_asked_and_everything_is_said(place: Place, signed_in: bool) -> None:
    discussion = await a_discussion(place.territory)
    await Round.filter(id=discussion.round.id).update(closes_at=discussion.round.opens_at + timedelta(days=2))
    reader = await place.walker(await a_person("Awa Diallo") if signed_in else None)
    await reader.finds("/", "Terminées")
    await reader.follow("Le plan vélo")
    await reader.reads(CLOSED)
    await reader.reads_not("Écrire une contribution")
    await reader.go(discussion.path)
    await reader.reads(CLOSED, "Aucun argument pour", "Aucun argument contre", "Aucune source déposée")
    assert (await reader.text()).count("La consultation est fermée") >= 3, "at arguments for, against, and sources"
    assert await reader.page.get_by_role("main").get_by_role("textbox").count() == 0
    assert await reader.page.get_by_role("main").get_by_role("button").filter(visible=True).count() <= 1, "but to copy"
