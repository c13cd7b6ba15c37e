"""The queue: one list, oldest first, filtered, paged to its end, and only what is this territory's."""

import re
from datetime import datetime, timedelta

from starlette.applications import Starlette

from consult.consultations.models import Consultation
from consult.core.keys import new_key
from consult.moderation.models import Appeal, Case, CaseReason, Kind
from tests.browsing import Answer
from tests.cast import NOON, a_person, a_territory
from tests.counting import counted
from tests.discussion import Discussion, a_discussion
from tests.moderation.desk import a_desk


async def waiting(talk: Discussion, at: datetime, kind: Kind = Kind.CONTRIBUTION, **more: object) -> Case:
    """A case about the discussion's contribution, opened then."""
    key = new_key()
    return await Case.create(
        id=key, territory=talk.territory, consultation=talk.consultation, kind=kind, item_id=talk.contribution.id,
        contribution_id=talk.contribution.id, author_id=talk.luc.id, open_key=f"{kind}:{key}", opened_at=at,
        **{"reasons": ["report"], **more},
    )  # fmt: skip


def listed(page: Answer) -> list[int]:
    """The cases on a page, in order."""
    return [int(one) for one in re.findall(r'href="/moderation/cases/(\d+)[^"]*">(?!Commencer)', page.text)]


async def test_the_oldest_comes_first_with_its_reasons(app: Starlette, frozen: datetime) -> None:
    desk = await a_desk(app)
    late = await waiting(desk.talk, NOON - timedelta(hours=50), reasons=["report", "many_reports"], reports_count=4,
                         ground="hatred")  # fmt: skip
    early = await waiting(desk.talk, NOON - timedelta(hours=3), reasons=[CaseReason.BEFORE, CaseReason.LINKS])
    shown = await desk.window(desk.maud).get("/moderation")
    assert listed(shown) == [late.id, early.id]
    assert "2 éléments attendent une décision" in shown.words
    assert "1 au-delà du délai annoncé" in shown.words
    assert "signalé 4 fois" in shown.words
    assert "incitation à la haine" in shown.words
    assert "à lire avant publication" in shown.words
    assert "Une piste le long du canal" in shown.words


async def test_decided_cases_are_not_in_it(app: Starlette) -> None:
    desk = await a_desk(app)
    case = await waiting(desk.talk, NOON)
    await Case.filter(id=case.id).update(is_open=False, open_key=None)
    shown = await desk.window(desk.maud).get("/moderation")
    assert not listed(shown)
    assert "Rien n’attend" in shown.words


async def test_filters(app: Starlette, frozen: datetime) -> None:
    desk = await a_desk(app)
    other = await a_discussion(desk.talk.territory, slug="ecole")
    await Consultation.filter(id=other.consultation.id).update(moderation_hours=24, title="L’école")
    old = await waiting(desk.talk, NOON - timedelta(days=9), Kind.ARGUMENT, ground="insult")
    slow = await waiting(desk.talk, NOON - timedelta(hours=30), ground="hatred")
    quick = await waiting(other, NOON - timedelta(hours=30), Kind.SOURCE, ground="insult")
    new = await waiting(other, NOON - timedelta(hours=1))
    maud = desk.window(desk.maud)
    wanted = {
        "": [old, slow, quick, new],
        "consultation=ecole": [quick, new],
        "kind=argument": [old],
        "ground=insult": [old, quick],
        "age=late": [old, quick],
        "age=late&consultation=plan-velo": [old],
        "age=late&consultation=ecole": [quick],
        "age=day": [old, slow, quick],
        "age=week": [old],
        "kind=source&ground=insult&age=late&consultation=ecole": [quick],
        "kind=nothing&ground=nothing&age=nothing&consultation=nothing": [old, slow, quick, new],
    }
    for query, cases in wanted.items():
        shown = await maud.get(f"/moderation?{query}")
        assert listed(shown) == [case.id for case in cases], query
        if len(cases) > 1:
            assert f"{len(cases)} éléments attendent" in shown.words
    empty = await maud.get("/moderation?kind=amendment")
    assert "Rien n’attend sous ces filtres" in empty.words


async def test_filters_follow_into_the_case(app: Starlette) -> None:
    desk = await a_desk(app)
    _, case = await desk.reported_argument()
    shown = await desk.window(desk.maud).get("/moderation?kind=argument&ground=insult")
    assert f"/moderation/cases/{case.id}?kind=argument&amp;ground=insult" in shown.text
    inside = await desk.window(desk.maud).get(f"/moderation/cases/{case.id}?kind=argument&ground=insult")
    assert inside.find(f".//form[@action='/moderation/cases/{case.id}/decide?kind=argument&ground=insult']")


async def test_paging_to_the_end_shows_each_once(app: Starlette, frozen: datetime) -> None:
    desk = await a_desk(app)
    made = []
    for n in range(60):
        made.append(await waiting(desk.talk, NOON - timedelta(hours=100 - n // 7)))  # several at the same instant
    maud, path, seen = desk.window(desk.maud), "/moderation?kind=contribution", []
    while path:
        shown = await maud.get(path)
        seen += listed(shown)
        path = next((one.get("href") or "" for one in shown.find(".//a[@rel='next']")), "")
    assert seen == [case.id for case in sorted(made, key=lambda case: (case.opened_at, case.id))]


async def test_a_damaged_cursor_begins_at_the_beginning(app: Starlette) -> None:
    desk = await a_desk(app)
    case = await waiting(desk.talk, NOON)
    for after in ("x", "WyJhIiwxXQ", "WzEsMl0", "'; DROP TABLE case"):
        assert listed(await desk.window(desk.maud).get(f"/moderation?after={after}")) == [case.id]


async def test_the_neighbour_s_queue_is_theirs(app: Starlette) -> None:
    desk = await a_desk(app)
    case = await waiting(desk.talk, NOON)
    coteau = await a_territory("coteau")
    theirs = await a_discussion(coteau)
    own = await waiting(theirs, NOON)
    ana = await a_person("Ana", moderator=coteau)
    at_home = await desk.window(ana, "coteau.test").get("/moderation?consultation=plan-velo")
    assert listed(at_home) == [own.id]
    assert "Un élément attend une décision" in at_home.words
    assert listed(await desk.window(desk.maud).get("/moderation")) == [case.id]


async def test_appeals_are_counted_beside_it(app: Starlette) -> None:
    from consult.moderation.models import Decision, Effect

    desk = await a_desk(app)
    decision = await Decision.create(
        id=new_key(), reference="D-1", territory=desk.talk.territory, kind=Kind.CONTRIBUTION, item_id=1,
        effect=Effect.HIDE, opened_at=NOON, decided_at=NOON,
    )  # fmt: skip
    await Appeal.create(id=new_key(), reference="R-1", territory=desk.talk.territory, decision=decision,
                        account=desk.awa.account, text="Non.", made_at=NOON)  # fmt: skip
    shown = await desk.window(desk.maud).get("/moderation")
    assert re.search(r"Recours\s+1", shown.words)


async def test_a_page_costs_the_same_with_one_or_many(app: Starlette) -> None:
    desk = await a_desk(app)
    await desk.reported_argument()
    maud, costs = desk.window(desk.maud), []
    await maud.get("/moderation")
    for _ in range(2):
        with counted() as asked:
            await maud.get("/moderation?age=late")
            await maud.get("/moderation")
        costs.append(len(asked))
        for n in range(8):
            await desk.reported_argument(f"Un argument de plus, le {n}e.")
        source = await desk.talk.source(desk.awa)
        await desk.report(Kind.SOURCE, source.id)
    assert costs[0] == costs[1] <= 12, costs
