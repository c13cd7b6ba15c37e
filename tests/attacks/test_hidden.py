"""Hidden is hidden: the words of what waits, was withdrawn or hidden are looked for in everything that is answered."""

import pytest
from starlette.applications import Starlette

from tests.attacks.crawling import addresses, keys_of
from tests.attacks.world import SECRET, World, a_world

QUERIES = ("", "?after=WzFd", "?sort=votes", "?sort=random&seed=1", "?sort=argued", "?side=for", "?draft={draft}")
# nobody here wrote anything that is not public; the administrator may read drafts, and organisations that wait
STRANGERS = ("", "ines", "guarantor")


@pytest.fixture
async def world(db: str) -> World:
    return await a_world()


def pages_of(world: World, only: str) -> list[str]:
    """Every page, about everything that there is in the open consultation; a number too many, a draft, the past."""
    place = world.vallon
    numbers = [one.number for one in place.contributions.values() if one.number is not None]
    some = {"slug": ["plan-velo"], "path": ["site.css"], "name": ["charter"]}
    found = [*addresses("GET", {**some, "n": [*numbers, 99], "id": [1]}, only=only)]
    found += addresses("GET", {**some, "n": [1], "id": keys_of(place), "member": [1]}, only=only + ".*{id")
    for state in ("withdrawn", "hidden"):
        beneath = [place.arguments[f"beneath-{state}"].id, place.amendments[f"beneath-{state}"].id]
        number = place.contributions[state].number
        found += addresses("GET", {**some, "n": [number], "id": beneath, "member": [1]}, only=only + ".*{n:.*{id")
    found += addresses("GET", {**some, "slug": ["brouillon", "bientot", "ancienne"], "n": [1], "id": [1]}, only=only)
    return found


@pytest.mark.parametrize("who", STRANGERS)
async def test_no_page_holds_a_word_of_what_is_not_public(app: Starlette, world: World, who: str) -> None:
    visitor = world.vallon.visitor(app, who)
    for address in pages_of(world, "" if who else "^/(consultations|organisations|$)"):
        for query in QUERIES if address.endswith(("contributions", "new")) else ("",):
            if who == "ines" and address.endswith(str(world.vallon.organisations["waiting"].id)):
                continue  # hers
            answer = await visitor.client.get(address + query.format(draft=world.vallon.draft.id))  # type: ignore[union-attr]
            assert answer.status_code < 500, address
            mine = who == "ines" and address.startswith(("/account", "/organisations"))  # her own organisation waits
            assert mine or SECRET not in answer.text, f"{who or 'somebody'} reads {address}{query}"


@pytest.mark.parametrize(
    "words", ["zzsecr", "zzsecretc", "zzsecretbeneath", "zzsecretcontributionhidde", "zzsecretorg"]
)
async def test_no_search_finds_what_is_not_public(app: Starlette, world: World, words: str) -> None:
    for who in STRANGERS:
        visitor = world.vallon.visitor(app, who)
        found = await visitor.get("/consultations/plan-velo/contributions", params={"q": words})
        assert SECRET not in found.text.replace(words, ""), found.words
        assert "/contributions/1" not in found.text, found.words
        if who:
            similar = await visitor.client.get(
                "/consultations/plan-velo/contributions/similar", params={"title": SECRET, "body": words * 3}
            )
            assert SECRET not in similar.text


async def test_what_was_kept_is_answered_no_longer_once_it_is_withdrawn(app: Starlette, world: World) -> None:
    """A kept page, its compressed twin, the list, a search, and a browser that has the page already."""
    place = world.vallon
    somebody, luc = place.visitor(app), place.visitor(app, "luc")
    pages = [place.path, f"{place.path}/history", "/consultations/plan-velo/contributions",
             "/consultations/plan-velo/contributions?q=piste",
             "/consultations/plan-velo/contributions?sort=votes"]  # fmt: skip
    tags = {}
    for address in pages:
        for _ in range(2):  # kept, then answered from memory
            shown = await somebody.get(address)
            assert "piste vallon" in shown.text, address
        tags[address] = shown.headers.get("etag", "")
    assert all(tags.values())
    assert (await luc.post(f"{place.path}/withdraw", page="")).status == 303
    for address in pages:
        for headers in ({}, {"if-none-match": tags[address]}, {"accept-encoding": "identity"}):
            answer = await somebody.client.get(address, headers=headers)
            assert answer.status_code == 200, (address, headers)
            assert "piste vallon" not in answer.text, (address, headers)


async def test_what_stands_beneath_a_tombstone_answers_like_nothing(app: Starlette, world: World) -> None:
    """Its address gives away neither that it is there, nor what it was."""
    place, somebody = world.vallon, world.vallon.visitor(app)
    for state in ("withdrawn", "hidden"):
        above = f"/consultations/plan-velo/contributions/{place.contributions[state].number}"
        argument, amendment = place.arguments[f"beneath-{state}"], place.amendments[f"beneath-{state}"]
        there = await somebody.get(f"{above}/arguments/{argument.id}")
        never = await somebody.get(f"{above}/arguments/{argument.id + 1}")
        assert there.status == never.status == 404
        assert there.text.replace(str(argument.id), "") == never.text.replace(str(argument.id + 1), "")
        assert (await somebody.get(f"{above}/amendments/{amendment.id}")).status == 404


async def test_the_file_of_ones_data_holds_nothing_of_others(app: Starlette, world: World) -> None:
    for who in ("guarantor", "administrator"):
        data = await world.vallon.visitor(app, who).client.get("/account/data.json")
        assert data.status_code == 200
        assert SECRET not in data.text
