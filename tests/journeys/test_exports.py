"""Taking the results away: a consultation that is over, and one that is not, with and without scripts."""

import asyncio
import csv
import io
from datetime import timedelta
from pathlib import Path

import pytest

from consult.consultations.models import Round
from tests.cast import a_person
from tests.discussion import a_discussion
from tests.journeys.conftest import Place
from tests.journeys.walking import Walker

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def opened(reader: Walker, name: str) -> str:
    """A file by its name, downloaded and read."""
    async with reader.page.expect_download() as coming:
        await reader.page.locator(f"main a[href$='/{name}']").click()
    path = Path(await (await coming.value).path())
    return await asyncio.to_thread(path.read_text, encoding="utf-8")


async def test_the_files_of_a_consultation_that_is_over_are_there_and_open_rightly(place: Place) -> None:
    discussion = await a_discussion(place.territory)
    await discussion.argue(await a_person("Awa Diallo"), body="Plus sûr à l’été « sans voiture » ; vraiment.")
    await Round.filter(id=discussion.round.id).update(closes_at=discussion.round.opens_at + timedelta(days=2))
    reader = await place.walker()
    await reader.finds("/consultations/plan-velo/exports", "Tout, vérifiable")
    await reader.reads("Résultats définitifs", "Pour ouvrir dans un tableur", "Licence Ouverte 2.0")
    raw = await reader.save("Arguments, CSV")
    rows = list(csv.DictReader(io.StringIO(raw)))
    assert [row["body"] for row in rows] == ["Plus sûr à l’été « sans voiture » ; vraiment."]
    assert "@example.org" not in raw
    await reader.open("Un tableau à la fois, pour un double-clic")
    sheet = await opened(reader, "arguments-tableur.csv")
    assert sheet.startswith("\ufeff"), "a spreadsheet reads the accents rightly"
    assert len(list(csv.reader(io.StringIO(sheet), delimiter=";"))) == 2


async def test_while_it_is_open_anybody_may_have_provisional_files(place: Place) -> None:
    await a_discussion(place.territory)
    reader = await place.walker()
    await reader.go("/consultations/plan-velo/exports")
    await reader.reads("La consultation n’est pas terminée")
    await reader.press("Préparer des fichiers provisoires")
    await reader.finds("/consultations/plan-velo/exports", "Fichiers provisoires")
    await reader.reads("Ils sont arrêtés au", "le nom de chaque fichier le dit")
    rows = list(csv.DictReader(io.StringIO(await reader.save("Contributions, CSV"))))
    assert [row["provisional"] for row in rows] == ["true"]
