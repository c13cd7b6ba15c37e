"""What is found: similar contributions, search, tombstones; and that no page asks more when there is more."""

from collections.abc import Awaitable, Callable

import pytest
from starlette.applications import Starlette

from consult.consultations.items import ItemState
from consult.contributions.actions import revise_contribution, withdraw_contribution
from consult.contributions.models import Contribution
from consult.contributions.queries import contribution_by_number, similar_contributions
from consult.contributions.search import match_clause, match_words
from consult.core import changes
from consult.core.database import execute
from consult.core.text.stems import query_stems
from tests.browsing import Visitor
from tests.cast import a_person
from tests.contributions.situations import BODY, TITLE, Place
from tests.counting import counted

NEW = "/consultations/plan-velo/contributions/new"
SUBJECTS = {
    "Planter des arbres dans les cours d’école": "Les cours sont des fournaises en été : des tilleuls, des érables.",
    "Ouvrir la médiathèque le dimanche": "Les lycéens cherchent un endroit calme pour réviser le dimanche.",
    "Une piste cyclable sur le quai": "Les cyclistes du quai roulent entre les camions, une piste séparée suffirait.",
    "Éteindre l’éclairage la nuit": "Entre minuit et cinq heures, les lampadaires n’éclairent personne.",
}


async def found(typed: str) -> list[str]:
    """The titles that a search finds."""
    rows = await execute(
        f"SELECT c.title FROM contribution c WHERE {match_clause()} AND c.state = 'published' ORDER BY c.number",
        match=match_words(query_stems(typed)),
    )
    return [row["title"] for row in rows]


@pytest.mark.usefixtures("db")
async def test_what_says_nearly_the_same_comes_first_and_strangers_do_not_come() -> None:
    place = await Place.make()
    for title, body in SUBJECTS.items():
        await place.publish(title=title, body=body)
    similar = await similar_contributions(place.consultation.id, TITLE, BODY)
    assert similar[0].title == "Une piste cyclable sur le quai"
    assert similar[0].author["name"] == "Awa Diallo"
    assert "Ouvrir la médiathèque le dimanche" not in [one.title for one in similar]


@pytest.mark.usefixtures("db")
async def test_a_title_alone_is_enough_to_find_it_again() -> None:
    place = await Place.make()
    for title, body in SUBJECTS.items():
        await place.publish(title=title, body=body * 10)
    similar = await similar_contributions(place.consultation.id, "ouvrir la mediatheque dimanche", "")
    assert [one.title for one in similar] == ["Ouvrir la médiathèque le dimanche"]


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize(
    "typed", ["", "le la les", "\x00", "\"' AND NEAR( *", "a" * 5000, "👨‍👩‍👧‍👦 & | ! <->", "1 2 3"]
)
async def test_whatever_is_typed_the_index_is_asked_a_sound_question(typed: str) -> None:
    place = await Place.make()
    await place.publish()
    assert isinstance(await similar_contributions(place.consultation.id, typed, typed), list)


@pytest.mark.usefixtures("db")
async def test_similar_ones_are_public_ones_of_the_same_consultation() -> None:
    place, neighbour = await Place.make(), await Place.make("coteau")
    await neighbour.publish()
    luc = await a_person("Luc Morel", confirmed=False)
    await place.publish(luc.voice())
    gone = await place.publish()
    await withdraw_contribution(place.awa.voice(), contribution_id=gone.id, **place.where)
    assert not await similar_contributions(place.consultation.id, TITLE, BODY)
    kept = await place.publish()
    assert [one.number for one in await similar_contributions(place.consultation.id, TITLE, BODY)] == [kept.number]
    assert not await similar_contributions(place.consultation.id, TITLE, BODY, besides=kept.id)
    await Contribution.filter(id=kept.id).update(state=ItemState.HIDDEN)
    assert not await similar_contributions(place.consultation.id, TITLE, BODY), "though the index has its words yet"


@pytest.mark.usefixtures("db")
async def test_the_search_follows_every_wording_and_forgets_what_is_withdrawn() -> None:
    place = await Place.make()
    made = await place.publish(title="Les écoles", body="Des éoliennes dans la cour")
    assert await found("ecole") == ["Les écoles"]
    assert await found("éolienne") == ["Les écoles"]
    told = {**place.where, "contribution_id": made.id}
    await revise_contribution(place.awa.voice(), **told, base_revision=1, title="Les écoles", body="Des arbres")
    assert await found("éolienne") == []
    assert await found("arbre") == ["Les écoles"]
    await withdraw_contribution(place.awa.voice(), **told)
    assert await found("arbre") == []
    assert (await Contribution.get(id=made.id)).stems == ""
    asked = f"SELECT c.id FROM contribution c WHERE {match_clause()}"
    assert await execute(asked, match=match_words(query_stems("arbre"))) == [], "the index itself has forgotten it"


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize("number", [0, -1, 2, 1 << 31, 1 << 80])
async def test_a_number_that_is_nobodys_is_no_error(number: int) -> None:
    place = await Place.make()
    await place.publish()
    assert await contribution_by_number(place.consultation.id, number) is None
    assert await changes.current(("contribution", 1)) is None


# ---------------------------------------------------------------- as many questions, however many rows


async def fill(place: Place) -> None:
    """A dozen more of everything."""
    luc = await a_person("Luc Morel")
    first = await Contribution.filter(number=1).first()
    assert first is not None
    revision = first.revision
    for number in range(12):
        await place.publish(title=f"{TITLE} {number}", body=f"{BODY} {number}")
        await place.amend(luc.voice(), first, base_revision=1, body=f"Autrement {number}")
        told = {**place.where, "contribution_id": first.id, "title": TITLE, "base_revision": revision + number}
        await revise_contribution(place.awa.voice(), **told, body=f"{BODY} {revision + number}")  # type: ignore[arg-type]


Asks = Callable[[Visitor], Awaitable[object]]
PAGES: dict[str, Asks] = {
    "history": lambda visitor: visitor.get("/consultations/plan-velo/contributions/1/history"),
    "edit": lambda visitor: visitor.get("/consultations/plan-velo/contributions/1/edit"),
    "own": lambda visitor: visitor.get("/account/contributions"),
    "drafts": lambda visitor: visitor.get("/account/drafts"),
    "new": lambda visitor: visitor.get(NEW),
    "similar": lambda visitor: visitor.get(f"/consultations/plan-velo/contributions/similar?title={TITLE}&body=piste"),
}


async def test_no_page_asks_more_when_there_is_more(app: Starlette) -> None:
    place = await Place.make()
    await place.publish()
    visitor = Visitor(app, person=place.awa)
    few, many = {}, {}
    for name, ask in PAGES.items():
        await ask(visitor)
        with counted() as asked:
            await ask(visitor)
        few[name] = len(asked)
    await fill(place)
    for name, ask in PAGES.items():
        with counted() as asked:
            await ask(visitor)
        many[name] = len(asked)
    assert many == few
    assert max(few.values()) <= 10
