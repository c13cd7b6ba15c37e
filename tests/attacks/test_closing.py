"""Closing: a round ends at its instant for everybody, however many press the button; a late text is shown back."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from starlette.applications import Starlette

from consult.arguments.actions import correct_argument, publish_argument, withdraw_argument
from consult.arguments.models import Side
from consult.contributions.actions import (
    decline_amendment,
    propose_amendment,
    publish_contribution,
    revise_contribution,
    withdraw_contribution,
)
from consult.core import clock
from consult.core.database import execute, instant
from consult.core.errors import Refused
from consult.sources.actions import publish_source
from consult.votes.actions import cast_vote, give_support, withdraw_vote
from tests.attacks.crawling import changed, guard_of, rows
from tests.attacks.recount import recount
from tests.attacks.world import Place, a_side
from tests.browsing import Visitor
from tests.cast import Person, a_person
from tests.discussion import Discussion, a_discussion

WRITERS = 30
MICROSECOND = timedelta(microseconds=1)


async def test_thirty_writers_race_the_closing_and_none_is_late(db: str) -> None:
    """Each begins again and again until it is told that it is too late; real time, every verb."""
    d = await a_discussion()
    people = [await a_person(f"Personne {n}") for n in range(WRITERS)]
    argument, amendment = await d.argue(people[0]), await d.amend(people[1])
    last = await publish_contribution(
        d.luc.voice(), **d.place, section_id=d.section.id, title="À retirer", body="Pour voir."
    )
    d.round.closes_at = clock.now() + timedelta(seconds=1.2)
    await d.round.save()
    at: dict[str, Any] = {**d.place, "contribution_id": d.contribution.id}
    verbs: list[Callable[[Person, int], Awaitable[Any]]] = [
        lambda who, n: publish_contribution(
            who.voice(), **d.place, section_id=d.section.id, title=f"{who.id} {n}", body="Texte"
        ),
        lambda who, n: publish_argument(who.voice(), **at, side=Side.FOR, body=f"Raison {n}"),
        lambda who, n: publish_source(
            who.voice(), **at, title=f"Rapport {n}", link="https://example.org", category="report"
        ),
        lambda who, n: cast_vote(who.voice(), **at, choice=("agree", "mixed", "disagree")[n % 3]),
        lambda who, n: propose_amendment(
            who.voice(), **at, base_revision=1, title="T", body=f"Texte {n} {who.id}", reason="Parce que."
        ),
        lambda who, n: revise_contribution(
            d.luc.voice(), **{**at, "contribution_id": last.id}, base_revision=1, title="T", body=f"{n} {who.id}"
        ),
    ]
    late = await asyncio.gather(*(_until_told(verbs[n % len(verbs)], people[n], d) for n in range(WRITERS)))
    assert min(late) >= d.round.closes_at, "nobody is refused before the end"
    before = await rows()
    finals: list[Awaitable[Any]] = [
        withdraw_contribution(d.luc.voice(), **d.place, contribution_id=last.id),
        withdraw_argument(people[0].voice(), **d.place, argument_id=argument.id),
        correct_argument(people[0].voice(), **d.place, argument_id=argument.id, body="Autre"),
        decline_amendment(d.luc.voice(), **at, amendment_id=amendment.id, reason="Parce que non."),
        withdraw_vote(people[3].voice(), **at),
        give_support(people[2].voice(), **d.place, argument_id=argument.id),
    ]
    answers = await asyncio.gather(*finals, return_exceptions=True)
    assert [getattr(getattr(one, "refusal", None), "code", one) for one in answers] == ["round_closed"] * len(finals)
    assert changed(before, await rows()) == []
    written = [instant(row["at"]) for row in await execute("SELECT at FROM audit")]
    assert max(one for one in written if one) < d.round.closes_at
    assert await recount() == []


async def _until_told(verb: Callable[[Person, int], Awaitable[Any]], who: Person, d: Discussion) -> datetime:
    """Write until the round is closed; the instant at which that was said."""
    for n in range(10_000):
        try:
            await verb(who, n)
        except Refused as error:
            if error.refusal.code == "round_closed":
                return clock.now()
        await asyncio.sleep(0.01)
    raise AssertionError("nobody said that it was over")


TEXT = "Une phrase que personne ne doit perdre."
PRIVATE = ("draft", "audit", "outbox")  # a late text is kept for its writer
FORMS = {
    "/consultations/plan-velo/contributions/new": {"title": "Mon titre à garder", "body": TEXT},
    "{path}/arguments/new": {"side": "for", "body": TEXT},
    "{path}/sources/new": {"title": TEXT, "link": "https://example.org/a-garder", "category": "report"},
    "{path}/amendments/new": {"title": "Mon titre à garder", "body": TEXT, "reason": TEXT, "base": "1"},
}


@pytest.fixture
async def place(db: str) -> Place:
    return await a_side("vallon")


def _forms(place: Place) -> list[tuple[str, dict[str, str]]]:
    more = {"section": str(place.section.id), "button": "publish"}
    return [(address.format(path=place.path), {**sent, **more}) for address, sent in FORMS.items()]


async def test_a_late_text_is_shown_back_whatever_was_written(app: Starlette, place: Place) -> None:
    ines = place.visitor(app, "ines")
    csrf, closes_at = await guard_of(ines), place.consultations["plan-velo"][1].closes_at
    with clock.frozen(closes_at - timedelta(hours=1), everywhere=True):
        csrf = await guard_of(ines)
    with clock.frozen(closes_at, everywhere=True):
        for number, (address, sent) in enumerate(_forms(place)):
            before = await rows()
            answer = await ines.post(address, {**sent, "csrf": csrf, "once": f"essai-0000000{number}"})
            assert answer.status == 422, address
            for name in ("title", "body", "reason", "link"):
                assert sent.get(name, "") in answer.text, (address, name)
            stored = [
                line for line in changed(before, await rows()) if not line.startswith(("draft", "audit", "outbox"))
            ]
            assert stored == [], "a draft is all that a late text leaves"


async def test_the_last_instant_is_in_time(app: Starlette, place: Place) -> None:
    ines, closes_at = place.visitor(app, "ines"), place.consultations["plan-velo"][1].closes_at
    with clock.frozen(closes_at - MICROSECOND, everywhere=True):
        csrf = await guard_of(ines)
        for number, (address, sent) in enumerate(_forms(place)):
            answer = await ines.post(address, {**sent, "csrf": csrf, "once": f"essai-0000000{number}"})
            assert answer.status == 303, (address, answer.text)


@pytest.mark.parametrize("slug", ["bientot", "ancienne", "brouillon"])
@pytest.mark.parametrize("who", ["ines", "administrator"])
async def test_no_form_writes_in_a_round_that_is_not_open(app: Starlette, place: Place, slug: str, who: str) -> None:
    """Before, after, and in a draft: also for whoever administers."""
    visitor = place.visitor(app, who)
    csrf, before = await guard_of(visitor), await rows()
    section = str(place.consultations[slug][2][0].id)
    data = {
        "title": "Titre",
        "body": TEXT,
        "section": section,
        "button": "publish",
        "csrf": csrf,
        "once": "essai-00000009",
    }
    answer = await visitor.client.post(f"/consultations/{slug}/contributions/new", data=data)
    assert answer.status_code in {404, 422}
    stored = [line for line in changed(before, await rows()) if not line.startswith(PRIVATE)]
    assert stored == []


async def test_the_page_says_closed_at_the_instant_although_it_was_kept(app: Starlette, place: Place) -> None:
    somebody, closes_at = Visitor(app), place.consultations["plan-velo"][1].closes_at
    with clock.frozen(closes_at - MICROSECOND, everywhere=True):
        assert "Ouverte jusqu’à" in (await somebody.get(place.path)).words
    with clock.frozen(closes_at, everywhere=True):
        assert "est maintenant fermée" in (await somebody.get(place.path)).words
