"""The four texts that a territory owes its public, and who writes them."""

import pytest
from starlette.applications import Starlette

from consult.core.errors import Forbidden
from consult.core.models import AuditEntry
from consult.territories.actions import write_territory_page
from consult.territories.models import TerritoryPage
from tests.browsing import Visitor
from tests.cast import a_person, a_territory


async def test_an_administrator_writes_a_text_and_everybody_reads_it_at_once(app: Starlette) -> None:
    here = await a_territory()
    luc = Visitor(app, person=await a_person("Luc", administrator=here))
    reader = Visitor(app)
    assert "pas encore été rédigé" in (await reader.get("/charter")).words
    guard = (await luc.get("/admin/pages/charter")).guard()
    for _ in range(2):
        sent = await luc.post("/admin/pages/charter", {**guard, "body": "Restons **polis**.\n\n<script>x</script>"})
        assert sent.location == "/admin/pages?done=charter"
    shown = await reader.get("/charter")
    assert "Restons polis." in shown.words.replace(" .", ".")
    assert "<script>x" not in shown.text
    assert "Le texte est enregistré." in (await luc.get("/admin/pages?done=charter")).words
    assert await AuditEntry.all().count() == 1


async def test_an_empty_or_endless_text_is_refused(app: Starlette) -> None:
    luc = Visitor(app, person=await a_person("Luc", administrator=await a_territory()))
    for body, words in (("  ", "Écrivez le texte"), ("mot " * 20_000, "c’est trop long")):
        answer = await luc.post("/admin/pages/legal", {"body": body}, page="")
        assert answer.status == 422
        assert words in answer.words
    assert not await TerritoryPage.all().count()


async def test_there_are_four_texts_and_no_other(app: Starlette) -> None:
    luc = Visitor(app, person=await a_person("Luc", administrator=await a_territory()))
    listed = [one.get("href") for one in (await luc.get("/admin/pages")).find(".//main//a")]
    assert listed == [f"/admin/pages/{name}" for name in ("accessibility", "legal", "privacy", "charter")]
    assert (await luc.get("/admin/pages/manifesto")).status == 404


@pytest.mark.parametrize("path", ["/admin/pages", "/admin/pages/charter"])
async def test_the_neighbour_s_administrator_does_not_enter(app: Starlette, path: str) -> None:
    here, there = await a_territory("vallon"), await a_territory("coteau")
    zoe = await a_person("Zoe", administrator=there)
    mia = await a_person("Mia", moderator=here)
    assert (await Visitor(app, person=zoe).get(path)).status == 404
    assert (await Visitor(app, person=mia).get(path)).status == 403
    with pytest.raises(Forbidden):
        await write_territory_page(mia.voice("moderator"), territory_id=here.id, name="charter", body="x")
