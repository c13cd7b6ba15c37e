"""Appeals on the desk: heard by somebody else than who decided, with a reason, once."""

from datetime import timedelta

from starlette.applications import Starlette

from consult.accounts.models import Staff
from consult.arguments.models import Argument
from consult.core import clock
from consult.core.keys import new_key
from consult.moderation.actions.appealing import appeal
from consult.moderation.actions.deciding import decide
from consult.moderation.models import Appeal, Decision, Effect, Kind
from tests.cast import a_person, a_territory
from tests.moderation.desk import REASON, Desk, a_desk


async def an_appeal(desk: Desk) -> Appeal:
    """Awa appeals against what Maud has hidden."""
    _, case = await desk.reported_argument()
    decision = await decide(
        desk.maud.voice("moderator"), **desk.where, case_id=case.id, effect="hide", ground="insult", reason=REASON
    )
    return await appeal(desk.awa.voice(), **desk.where, decision_id=decision.id, text="Je ne vise personne.")


async def test_another_moderator_hears_it(app: Starlette) -> None:
    desk = await a_desk(app)
    row = await an_appeal(desk)
    marc, path = desk.window(desk.marc), f"/moderation/appeals/{row.id}"
    assert row.reference in (await marc.get("/moderation/appeals")).words
    shown = await marc.get(path)
    for words in (REASON, "propos insultants", "Je ne vise personne.", "Vous êtes tous des incapables"):
        assert words in shown.words
    empty = await marc.post(path, {"reason": "Il ne vise personne, en effet."}, page=path)
    assert empty.status == 422
    assert "Il ne vise personne, en effet." in empty.words
    short = await marc.post(path, {"outcome": "reversed", "reason": "Oui."}, page=path)
    assert short.status == 422
    done = await marc.post(path, {"outcome": "reversed", "reason": "Il ne vise personne, en effet."}, page=path)
    assert done.location == "/moderation/appeals?done=heard"
    assert "Le recours est tranché" in (await marc.get(done.location)).words
    assert (await Argument.get()).state == "published"
    heard = await marc.get("/moderation/appeals?heard=1")
    assert "décision annulée" in heard.words
    assert "Il ne vise personne, en effet." in (await marc.get(path)).words


async def test_who_decided_does_not_hear_it_and_reads_why(app: Starlette) -> None:
    desk = await a_desk(app)
    row = await an_appeal(desk)
    maud, path = desk.window(desk.maud), f"/moderation/appeals/{row.id}"
    shown = await maud.get(path)
    assert "Vous avez pris cette décision : quelqu’un d’autre examine le recours" in shown.words
    assert not shown.find(".//input[@name='outcome']")
    guard = (await maud.get("/moderation/settings")).guard()
    refused = await maud.post(path, {**guard, "outcome": "upheld", "reason": "Je maintiens ma décision."})
    assert refused.status == 422
    assert "Vous avez pris cette décision" in refused.words
    assert (await Appeal.get()).heard_at is None


async def test_the_guarantor_hears_it_only_where_no_moderator_can(app: Starlette) -> None:
    desk = await a_desk(app)
    row = await an_appeal(desk)
    gus = desk.window(await a_person("Gus", guarantor=desk.talk.territory))
    path = f"/moderation/appeals/{row.id}"
    assert "Une autre personne de l’équipe de modération peut l’examiner" in (await gus.get(path)).words
    await Staff.filter(account_id=desk.marc.id).delete()
    done = await gus.post(path, {"outcome": "upheld", "reason": "La décision dit ce qui ne va pas."}, page=path)
    assert done.location == "/moderation/appeals?done=heard"
    assert (await Appeal.get()).outcome == "upheld"


async def test_two_hear_it_at_once(app: Starlette) -> None:
    desk = await a_desk(app)
    row = await an_appeal(desk)
    lea = desk.window(await a_person("Léa", moderator=desk.talk.territory))
    marc, path = desk.window(desk.marc), f"/moderation/appeals/{row.id}"
    guard = (await lea.get(path)).guard()
    await marc.post(path, {"outcome": "upheld", "reason": "La décision dit ce qui ne va pas."}, page=path)
    late = await lea.post(path, {**guard, "outcome": "reversed", "reason": "Il ne vise personne, en effet."})
    assert late.status == 422
    assert "Ce recours a déjà reçu une réponse" in late.words
    assert "Il ne vise personne, en effet." in late.words
    assert "La décision dit ce qui ne va pas." in late.words


async def test_paging_to_the_end(app: Starlette) -> None:
    desk = await a_desk(app)
    now = clock.now()
    for n in range(60):
        decision = await Decision.create(
            id=new_key(), reference=f"D-{n}", territory=desk.talk.territory, kind=Kind.ARGUMENT, item_id=n,
            effect=Effect.HIDE, ground="insult", opened_at=now, decided_at=now,
        )  # fmt: skip
        heard = {"heard_at": now - timedelta(hours=n // 4), "outcome": "upheld"} if n % 2 else {}
        await Appeal.create(
            id=new_key(), reference=f"R-{n:02}", territory=desk.talk.territory, decision=decision,
            account=desk.awa.account, text="Non.", made_at=now, **heard,
        )  # fmt: skip
    maud = desk.window(desk.maud)
    for start, parity in (("/moderation/appeals", 0), ("/moderation/appeals?heard=1", 1)):
        path, seen = start, []
        while path:
            shown = await maud.get(path)
            seen += [one.text.split()[-1] for one in shown.find(".//main//h2/a") if one.text]
            path = next((one.get("href") or "" for one in shown.find(".//a[@rel='next']")), "")
        assert sorted(seen) == [f"R-{n:02}" for n in range(60) if n % 2 == parity]
    assert "30" in (await maud.get("/moderation/appeals")).words


async def test_the_neighbour_s_appeals_are_theirs(app: Starlette) -> None:
    desk = await a_desk(app)
    row = await an_appeal(desk)
    coteau = await a_territory("coteau")
    ana = desk.window(await a_person("Ana", moderator=coteau), "coteau.test")
    assert row.reference not in (await ana.get("/moderation/appeals")).text
    assert (await ana.get(f"/moderation/appeals/{row.id}")).status == 404
    guard = (await ana.get("/moderation/settings")).guard()
    answer = await ana.post(f"/moderation/appeals/{row.id}", {**guard, "outcome": "upheld", "reason": REASON})
    assert answer.status == 404
