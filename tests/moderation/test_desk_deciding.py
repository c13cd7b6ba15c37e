"""Deciding in the browser: two clicks and one sentence, then the next; nothing typed is lost, nothing overwritten."""

import asyncio
from datetime import timedelta

import pytest
from starlette.applications import Starlette

from consult.accounts.models import Restriction
from consult.arguments.models import Argument
from consult.contributions.actions import publish_contribution
from consult.contributions.models import Contribution
from consult.core import clock
from consult.moderation.actions.deciding import decide
from consult.moderation.models import Case, Decision, Effect, Kind
from tests.cast import Person
from tests.moderation.desk import REASON, Desk, a_desk

HIDE = {"effect": "hide", "ground": "insult", "reason": REASON}


async def _decide(desk: Desk, person: Person, case: Case, query: str = "", **values: str):
    path = f"/moderation/cases/{case.id}"
    return await desk.window(person).post(f"{path}/decide{query}", values, page=f"{path}{query}")


async def test_hiding_leads_to_the_next_item_with_the_way_back(app: Starlette) -> None:
    desk = await a_desk(app)
    argument, first = await desk.reported_argument("Un premier texte, insultant.")
    _, second = await desk.reported_argument("Un second texte, insultant.")
    done = await _decide(desk, desk.maud, first, **HIDE)
    decision = await Decision.get()
    assert done.location == f"/moderation/cases/{second.id}?done={decision.id}"
    assert (await Argument.get(id=argument.id)).state == "hidden"
    shown = await desk.window(desk.maud).get(done.location)
    assert "Décision enregistrée : masqué." in shown.words
    assert f"/moderation/decisions/{decision.id}/again" in shown.text


async def test_the_last_item_leads_back_to_the_queue_in_the_same_filters(app: Starlette) -> None:
    desk = await a_desk(app)
    _, case = await desk.reported_argument()
    await desk.report(Kind.CONTRIBUTION, desk.talk.contribution.id)
    done = await _decide(desk, desk.maud, case, "?kind=argument", effect="keep", reason="Ce texte reste dans le débat.")
    decision = await Decision.get()
    assert done.location == f"/moderation?kind=argument&done={decision.id}"
    assert "Décision enregistrée : publié ou maintenu." in (await desk.window(desk.maud).get(done.location)).words


async def test_the_next_item_is_one_that_this_moderator_may_decide(app: Starlette) -> None:
    desk = await a_desk(app)
    _, first = await desk.reported_argument("Un premier texte, insultant.")
    own = await desk.talk.argue(desk.maud, body="Ce que dit une modératrice.")
    await desk.report(Kind.ARGUMENT, own.id)
    _, third = await desk.reported_argument("Un troisième texte, insultant.")
    assert (await _decide(desk, desk.maud, first, **HIDE)).location.startswith(f"/moderation/cases/{third.id}?")


async def test_what_is_wrong_is_said_and_what_was_typed_is_kept(app: Starlette) -> None:
    desk = await a_desk(app)
    _, case = await desk.reported_argument()
    nothing = await _decide(desk, desk.maud, case, ground="hatred", reason="Je réfléchis encore.")
    assert nothing.status == 422
    assert nothing.title.startswith("Erreur :")
    assert "Choisissez ce que vous décidez" in nothing.words
    assert "Je réfléchis encore." in nothing.words
    assert nothing.find(".//option[@value='hatred'][@selected]")
    short = await _decide(desk, desk.maud, case, effect="hide", ground="insult", reason="Non.")
    assert short.status == 422
    assert short.find(".//input[@value='hide'][@checked]")
    assert "en une phrase au moins" in short.words
    unlawful = await _decide(desk, desk.maud, case, effect="hide_illegal", ground="insult", reason=REASON)
    assert "choisissez un motif de la loi" in unlawful.words
    assert await Decision.all().count() == 0


async def test_a_correction_has_a_deadline(app: Starlette) -> None:
    desk = await a_desk(app)
    argument, case = await desk.reported_argument()
    day = (clock.now() + timedelta(days=5)).date().isoformat()
    asked = {"effect": "correct", "ground": "insult", "reason": REASON, "until": day, "hidden_meanwhile": "y"}
    wrong = await _decide(desk, desk.maud, case, **{**asked, "until": "2020-01-01"})
    assert wrong.status == 422
    assert "entre un jour et soixante jours" in wrong.words
    assert (await _decide(desk, desk.maud, case, **asked)).status == 303
    decision = await Decision.get()
    assert decision.effect is Effect.CORRECT
    assert decision.hidden_meanwhile
    assert decision.until is not None
    assert decision.until - clock.now() > timedelta(days=4)
    assert (await Argument.get(id=argument.id)).state == "hidden"


async def test_a_duplicate_is_reunited_by_its_number(app: Starlette) -> None:
    desk = await a_desk(app)
    twin = await publish_contribution(
        desk.awa.voice(), **desk.talk.place, section_id=desk.talk.section.id, title="Une piste au canal",
        body="Une piste au bord du canal, encore.",
    )  # fmt: skip
    case = await desk.report(Kind.CONTRIBUTION, twin.id, "duplicate")
    merge = {"effect": "merge", "ground": "", "reason": "Elle demande la même chose que la n° 1."}
    for number in ("", "999", str(twin.number)):
        wrong = await _decide(desk, desk.maud, case, **merge, merged_into_number=number)
        assert wrong.status == 422
        assert "numéro d’une autre contribution publiée" in wrong.words
    assert (await _decide(desk, desk.maud, case, **merge, merged_into_number="1")).status == 303
    assert (await Contribution.get(id=twin.id)).merged_into_id == desk.talk.contribution.id


async def test_who_comes_second_reads_what_was_decided_and_keeps_their_words(app: Starlette) -> None:
    desk = await a_desk(app)
    _, case = await desk.reported_argument()
    marc, path = desk.window(desk.marc), f"/moderation/cases/{case.id}"
    guard = (await marc.get(path)).hidden(action="/decide")
    await _decide(desk, desk.maud, case, **HIDE)
    late = await marc.post(f"{path}/decide", {**guard, "effect": "keep", "reason": "Ce texte reste dans le débat."})
    assert late.status == 422
    assert "C’est déjà décidé : le texte est masqué" in late.words
    assert REASON in late.words
    assert "Maud Petit, de la modération" in late.words
    assert "Ce texte reste dans le débat." in late.words
    assert not late.find(".//input[@name='effect']")
    assert await Decision.all().count() == 1


async def test_a_form_sent_twice_decides_once(app: Starlette) -> None:
    desk = await a_desk(app)
    _, case = await desk.reported_argument()
    maud, path = desk.window(desk.maud), f"/moderation/cases/{case.id}"
    guard = (await maud.get(path)).hidden(action="/decide")
    for _ in range(2):
        assert (await maud.post(f"{path}/decide", {**guard, **HIDE})).status == 303
    assert await Decision.all().count() == 1


async def test_nobody_decides_on_their_own_text_nor_on_what_another_has_in_hand(app: Starlette) -> None:
    desk = await a_desk(app)
    _, other = await desk.reported_argument()
    own = await desk.talk.argue(desk.maud, body="Ce que dit une modératrice.")
    case = await desk.report(Kind.ARGUMENT, own.id)
    maud = desk.window(desk.maud)
    guard = (await maud.get(f"/moderation/cases/{other.id}")).hidden(action="/decide")
    refused = await maud.post(f"/moderation/cases/{case.id}/decide", {**guard, **HIDE})
    assert refused.status == 422
    assert "Vous avez écrit ce texte" in refused.words
    marc = desk.window(desk.marc)
    await marc.post(f"/moderation/cases/{other.id}/take", page=f"/moderation/cases/{other.id}")
    refused = await maud.post(f"/moderation/cases/{other.id}/decide", {**guard, **HIDE})
    assert refused.status == 422
    assert "Marc Roy s’en occupe en ce moment" in refused.words
    assert REASON in refused.words
    assert await Decision.all().count() == 0


async def test_what_one_reported_is_decided_by_somebody_else(app: Starlette) -> None:
    from consult.moderation.actions.reports import report_item

    desk = await a_desk(app)
    argument, case = await desk.reported_argument()
    await report_item(desk.maud.voice(), **desk.where, kind=Kind.ARGUMENT, item_id=argument.id, ground="insult")
    refused = await desk.window(desk.maud).get(f"/moderation/cases/{case.id}")
    assert "Vous avez signalé ce texte : quelqu’un d’autre décide" in refused.words
    assert not refused.find(".//input[@name='effect']")


async def test_a_decision_is_undone_by_another_one_with_its_reason(app: Starlette) -> None:
    desk = await a_desk(app)
    argument, case = await desk.reported_argument()
    await _decide(desk, desk.maud, case, **HIDE)
    decision = await Decision.get()
    maud, path = desk.window(desk.maud), f"/moderation/decisions/{decision.id}/again"
    assert REASON in (await maud.get(path)).words
    empty = await maud.post(path, {"reason": ""}, page=path)
    assert empty.status == 422
    done = await maud.post(path, {"reason": "J’ai lu trop vite : le texte reste."}, page=path)
    again = await Decision.get(replaces_id=decision.id)
    assert done.location == f"/moderation?done={again.id}"
    assert (await Argument.get(id=argument.id)).state == "published"
    assert "Une autre décision a déjà remplacé celle-ci" in (await maud.get(path)).words
    assert await Decision.all().count() == 2


async def test_keeping_is_not_undone(app: Starlette) -> None:
    desk = await a_desk(app)
    _, case = await desk.reported_argument()
    await _decide(desk, desk.maud, case, effect="keep", reason="Ce texte reste dans le débat.")
    shown = await desk.window(desk.maud).get(f"/moderation/decisions/{(await Decision.get()).id}/again")
    assert "il n’y a rien à défaire" in shown.words


async def test_an_illegal_text_is_out_of_the_moderators_sight_too(app: Starlette) -> None:
    desk = await a_desk(app)
    _, case = await desk.reported_argument("Un texte que la loi interdit.")
    await _decide(desk, desk.maud, case, effect="hide_illegal", ground="hatred", reason=REASON)
    for path in (f"/moderation/cases/{case.id}", f"/moderation/items/argument/{case.item_id}"):
        shown = await desk.window(desk.marc).get(path)
        assert "Un texte que la loi interdit." not in shown.text
        assert "sous scellés" in shown.words


async def test_an_account_is_suspended_from_its_case(app: Starlette) -> None:
    desk = await a_desk(app)
    _, case = await desk.reported_argument()
    _, later = await desk.reported_argument("Un autre texte de la même personne.")
    maud, path = desk.window(desk.maud), f"/moderation/cases/{case.id}/restrict"
    wrong = await maud.post(path, {"days": "4000", "ground": "insult", "reason": REASON}, page=path)
    assert wrong.status == 422
    assert "Choisissez une durée" in wrong.words
    assert REASON in wrong.words
    done = await maud.post(path, {"days": "7", "ground": "insult", "reason": REASON}, page=path)
    assert done.status == 303
    restriction = await Restriction.get()
    assert restriction.account_id == desk.awa.id
    assert "suspendu jusqu’au" in (await maud.get(done.location)).words
    assert (await Case.get(id=case.id)).is_open
    assert "/moderation/items/account" not in (await maud.get(f"/moderation/cases/{later.id}")).text
    again = f"/moderation/decisions/{restriction.decision_id}/again"
    assert "lève la suspension" in (await maud.get(again)).words
    lifted = await maud.post(again, {"reason": "La semaine suffisait largement."}, page=again)
    assert lifted.status == 303
    assert "/moderation/items/account" not in (await maud.get(lifted.location)).text
    assert (await Restriction.get()).lifted_at is not None


@pytest.mark.parametrize("path", ["take", "release", "notes", "decide", "restrict"])
async def test_a_form_that_is_not_ours_changes_nothing(app: Starlette, path: str) -> None:
    desk = await a_desk(app)
    _, case = await desk.reported_argument()
    answer = await desk.window(desk.maud).post(f"/moderation/cases/{case.id}/{path}", {**HIDE, "body": "Une note."})
    assert answer.status == 422
    assert await Decision.all().count() == 0
    assert (await Case.get(id=case.id)).assigned_to_id is None


async def test_what_was_hidden_can_be_put_back_in_its_case(app: Starlette) -> None:
    desk = await a_desk(app)
    argument, case = await desk.reported_argument()
    await decide(desk.maud.voice("moderator"), **desk.where, case_id=case.id, **HIDE)
    maud, path = desk.window(desk.maud), f"/moderation/items/argument/{argument.id}"
    opened = await maud.post(path, page=path)
    shown = await maud.get(opened.location)
    assert "Remettre en ligne" in shown.words


async def test_two_moderators_decide_at_once_and_one_does(app: Starlette) -> None:
    desk = await a_desk(app)
    _, case = await desk.reported_argument()
    path = f"/moderation/cases/{case.id}"
    windows = [desk.window(desk.maud), desk.window(desk.marc)]
    guards = [(await one.get(path)).hidden(action="/decide") for one in windows]
    keep = {"effect": "keep", "reason": "Ce texte reste dans le débat."}
    answers = await asyncio.gather(
        windows[0].post(f"{path}/decide", {**guards[0], **HIDE}),
        windows[1].post(f"{path}/decide", {**guards[1], **keep}),
    )
    assert sorted(answer.status for answer in answers) == [303, 422]
    second = next(answer for answer in answers if answer.status == 422)
    assert "C’est déjà décidé" in second.words
    assert await Decision.all().count() == 1


async def test_what_was_read_first_is_published_without_a_sentence(app: Starlette) -> None:
    desk = await a_desk(app)
    argument, case = await desk.held_argument()
    maud, path = desk.window(desk.maud), f"/moderation/cases/{case.id}"
    assert "Pas nécessaire pour publier" in (await maud.get(path)).words
    done = await maud.post(f"{path}/decide", {"effect": "keep", "reason": ""}, page=path)
    assert done.status == 303
    assert (await Argument.get(id=argument.id)).state == "published"
    shown = await maud.get(f"/moderation/items/argument/{argument.id}")
    assert "Lu avant publication : rien ne s’y oppose." in shown.words


async def test_hiding_it_or_leaving_what_was_reported_asks_for_the_sentence(app: Starlette) -> None:
    desk = await a_desk(app)
    _, reported = await desk.reported_argument()
    _, held = await desk.held_argument()
    maud, path = desk.window(desk.maud), f"/moderation/cases/{reported.id}"
    assert "Pas nécessaire pour publier" not in (await maud.get(path)).words
    left = await maud.post(f"{path}/decide", {"effect": "keep", "reason": ""}, page=path)
    path = f"/moderation/cases/{held.id}"
    hidden = await maud.post(f"{path}/decide", {**HIDE, "reason": ""}, page=path)
    for answer in (left, hidden):
        assert answer.status == 422
        assert "Expliquez votre décision" in answer.words
    assert await Decision.all().count() == 0
