"""Decisions: each effect, each rule that keeps from deciding, and that nothing decided is overwritten."""

from datetime import timedelta
from typing import Any

import pytest

from consult.accounts.models import Restriction
from consult.arguments.actions import withdraw_argument
from consult.consultations.items import ItemState
from consult.contributions.actions import publish_contribution
from consult.contributions.models import Contribution
from consult.core import clock
from consult.core.errors import NotFound
from consult.moderation.actions.cases import take_case, write_note
from consult.moderation.actions.deciding import decide, decide_many
from consult.moderation.actions.undoing import decide_again
from consult.moderation.models import Case, Decision, Effect, Report, SealedText
from consult.moderation.rules.deciding import state_refusal
from tests.attacks.recount import recount
from tests.cast import NOON, a_person, a_territory
from tests.discussion import a_discussion
from tests.moderation.affairs import REASON, Affair, an_affair, events_named, refused, state_of


@pytest.fixture
async def a(db: str, frozen: object) -> Affair:
    """Everybody in place."""
    return await an_affair()


async def test_a_decision_is_a_statement_of_reasons(a: Affair) -> None:
    await a.report(a.d.contribution)
    with clock.frozen(NOON + timedelta(hours=5), everywhere=True):
        decision = await a.decide("hide", ground="off_topic")
    assert decision.reference.startswith("D-2026-")
    assert (decision.effect, decision.ground, decision.reason) == (Effect.HIDE, "off_topic", REASON)
    assert (decision.account_id, decision.by_id, decision.automated) == (a.d.luc.id, a.mona.id, False)
    assert (decision.opened_at, decision.decided_at) == (NOON, NOON + timedelta(hours=5))
    assert (decision.found_by, decision.replaces_id, decision.until) == ("report", None, None)
    made = await events_named("decision_made")
    assert len(made) == 1
    assert REASON not in str(made)


async def test_deciding_closes_the_case_and_answers_its_reports(a: Affair) -> None:
    await a.report(a.d.contribution)
    await a.report(a.d.contribution, await a_person("Jo Blanc"), ground="hatred")
    decision = await a.decide("hide")
    case = await Case.get()
    assert (case.is_open, case.open_key, case.closed_at) == (False, None, NOON)
    assert {report.decision_id for report in await Report.all()} == {decision.id}
    assert {report.answered_at for report in await Report.all()} == {NOON}


async def test_a_new_case_follows_a_closed_one(a: Affair) -> None:
    await a.decide("keep")
    await a.report(a.d.contribution)
    assert await Case.filter(is_open=True).count() == 1
    assert await Case.all().count() == 2


# ---------------------------------------------------------------- effects


@pytest.mark.parametrize("what", ["contribution", "argument", "source", "amendment"])
@pytest.mark.parametrize("effect", ["hide", "hide_illegal"])
async def test_hiding_and_undoing_it(a: Affair, what: str, effect: str) -> None:
    items = {
        "contribution": a.d.contribution,
        "argument": await a.d.argue(a.rita),
        "source": await a.d.source(a.rita, note="Très complet."),
        "amendment": await a.d.amend(a.rita),
    }
    item = items[what]
    await item.refresh_from_db()
    text = item.body
    decision = await a.decide(effect, item)
    assert await state_of(item) == "hidden"
    assert (item.body == "") == (effect == "hide_illegal")
    assert await SealedText.all().count() == (effect == "hide_illegal")
    assert await recount() == []
    undone = await decide_again(a.other, **a.here, decision_id=decision.id, reason="Nous nous étions trompés.")
    assert (undone.effect, undone.replaces_id, undone.by_id) == (Effect.KEEP, decision.id, a.omar.id)
    assert await state_of(item) == "published"
    assert item.body == text
    assert not await SealedText.exists()
    assert await recount() == []
    await decision.refresh_from_db()
    assert (decision.effect, decision.reason) == (effect, REASON)


async def test_keeping_leaves_what_is_public(a: Affair) -> None:
    await a.decide("keep")
    assert await state_of(a.d.contribution) == "published"
    assert await recount() == []


async def test_a_merge_points_at_the_other_contribution(a: Affair) -> None:
    other = await publish_contribution(
        a.rita.voice(),
        **a.d.place,
        section_id=a.d.section.id,
        title="Au bord de l’eau",
        body="Une voie au bord de l’eau.",
    )
    decision = await a.decide("merge", ground="", merged_into_number=other.number)
    assert (decision.ground, decision.merged_into_id) == ("duplicate", other.id)
    await a.d.contribution.refresh_from_db()
    assert (a.d.contribution.merged_into_id, a.d.contribution.state.value) == (other.id, "published")
    assert await recount() == []
    assert await refused(a.decide("merge", merged_into_number=other.number)) == "merged_already"
    # it stays reunited whatever is decided about its text, until that very decision is undone
    kept = await a.decide("keep")
    assert kept.replaces_id is None
    await a.d.contribution.refresh_from_db()
    assert a.d.contribution.merged_into_id == other.id
    assert (
        await refused(a.decide("merge", other, ground="", merged_into_number=a.d.contribution.number)) == "merge_into"
    )
    await decide_again(a.moderator, **a.here, decision_id=decision.id, reason="Ce n’est pas la même chose.")
    await a.d.contribution.refresh_from_db()
    assert a.d.contribution.merged_into_id is None
    assert await recount() == []


async def test_what_others_were_merged_into_is_not_merged(a: Affair) -> None:
    made = [
        await publish_contribution(
            a.rita.voice(), **a.d.place, section_id=a.d.section.id, title=f"Piste {n}", body=f"Piste numéro {n}."
        )
        for n in range(2)
    ]
    await a.decide("merge", made[0], merged_into_number=made[1].number)
    work = a.decide("merge", made[1], merged_into_number=a.d.contribution.number)
    assert await refused(work) == "has_merged"


@pytest.mark.parametrize("number", [None, 0, 1, 99])
async def test_a_merge_needs_another_contribution(a: Affair, number: int | None) -> None:
    assert await refused(a.decide("merge", merged_into_number=number)) == "merge_into"


async def test_only_contributions_merge(a: Affair) -> None:
    argument = await a.d.argue(a.rita)
    assert await refused(a.decide("merge", argument, merged_into_number=1)) == "merge_what"


async def test_a_merge_stays_in_its_consultation(a: Affair) -> None:
    other = await a_discussion(a.d.territory, slug="plan-bus")
    second = await publish_contribution(
        a.rita.voice(), **other.place, section_id=other.section.id, title="Un bus", body="Un bus de nuit."
    )
    assert second.number == 2
    assert await refused(a.decide("merge", merged_into_number=2)) == "merge_into"


@pytest.mark.parametrize("hidden", [True, False])
async def test_a_correction_is_asked_for_with_a_deadline(a: Affair, hidden: bool) -> None:
    decision = await a.decide("correct", hidden_meanwhile=hidden)
    assert (decision.until, decision.hidden_meanwhile) == (NOON + timedelta(days=7), hidden)
    assert await state_of(a.d.contribution) == ("hidden" if hidden else "published")
    assert await recount() == []
    await decide_again(a.moderator, **a.here, decision_id=decision.id, reason="Le texte convient tel qu’il est.")
    assert await state_of(a.d.contribution) == "published"
    assert await recount() == []


async def test_an_amendment_is_not_corrected(a: Affair) -> None:
    assert await refused(a.decide("correct", await a.d.amend(a.rita))) == "amendment_stands"


async def test_the_next_decision_replaces_what_was_in_force(a: Affair) -> None:
    asked = await a.decide("correct", hidden_meanwhile=True)
    hidden = await a.decide("hide")
    kept = await a.decide("keep")
    again = await a.decide("hide")
    assert [one.replaces_id for one in (asked, hidden, kept, again)] == [None, asked.id, hidden.id, None]
    assert await recount() == []


# ---------------------------------------------------------------- what is written


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"effect": "nothing"}, "no_effect"),
        ({"effect": "restrict", "until": NOON + timedelta(days=3)}, "no_effect"),
        ({"effect": "hide", "ground": ""}, "no_ground"),
        ({"effect": "hide", "ground": "automatic"}, "no_ground"),
        ({"effect": "hide", "ground": "ugly"}, "no_ground"),
        ({"effect": "keep", "ground": "ugly"}, "no_ground"),
        ({"effect": "hide_illegal", "ground": "insult"}, "not_law"),
        ({"effect": "hide", "reason": "  "}, "no_reason"),
        ({"effect": "keep", "reason": "Non."}, "no_reason"),
        ({"effect": "hide", "reason": "x" * 2_001}, "long_reason"),
        ({"effect": "correct", "until": None}, "no_until"),
        ({"effect": "correct", "until": NOON}, "correction_dates"),
        ({"effect": "correct", "until": NOON + timedelta(days=61)}, "correction_dates"),
    ],
)
async def test_what_a_decision_needs(a: Affair, values: dict[str, Any], code: str) -> None:
    case = await a.case()
    given = {"ground": "insult", "reason": REASON, **values}
    assert await refused(decide(a.moderator, **a.here, case_id=case.id, **given)) == code
    assert not await Decision.exists()
    assert (await Case.get()).is_open


# ---------------------------------------------------------------- who decides


async def test_only_moderators_decide(a: Affair) -> None:
    for voice in (
        a.rita.voice(),
        a.mona.voice(),
        a.mona.voice("administrator"),
        a.mona.voice("guarantor", "administrator", "rapporteur"),
    ):
        assert await refused(a.decide("keep", voice=voice)) == "not_moderator"
    neighbour = await a_person("Nora Lopez", moderator=await a_territory("coteau"))
    assert await refused(a.decide("hide", voice=neighbour.voice())) == "not_moderator"


async def test_a_moderator_of_another_territory_finds_nothing(a: Affair) -> None:
    case, neighbour = await a.case(), await a_territory("coteau")
    nora = await a_person("Nora Lopez", moderator=neighbour)
    values: dict[str, Any] = {"effect": "hide", "ground": "insult", "reason": REASON}
    with pytest.raises(NotFound):
        await decide(nora.voice("moderator"), territory_id=neighbour.id, case_id=case.id, **values)
    decision = await a.decide("hide")
    with pytest.raises(NotFound):
        await decide_again(
            nora.voice("moderator"), territory_id=neighbour.id, decision_id=decision.id, reason="Pas ici chez moi."
        )


async def test_nobody_decides_on_what_they_wrote_or_reported(a: Affair) -> None:
    assert await refused(a.decide("keep", voice=a.d.luc.voice("moderator"))) == "own_item"
    await a.report(a.d.contribution, a.omar)
    assert await refused(a.decide("keep", voice=a.other)) == "own_report"
    decision = await a.decide("hide")
    for voice, code in ((a.d.luc.voice("moderator"), "own_item"), (a.other, "own_report")):
        work = decide_again(voice, **a.here, decision_id=decision.id, reason="Je préfère qu’il revienne.")
        assert await refused(work) == code


async def test_who_has_become_the_author_meanwhile_does_not_decide_either(a: Affair) -> None:
    """A pending account may turn out to be a moderator's: what it wrote is theirs from then on."""
    case = await a.case()
    await Contribution.filter(id=a.d.contribution.id).update(author_id=a.mona.id)
    assert await refused(decide(a.moderator, **a.here, case_id=case.id, effect="keep", reason=REASON)) == "own_item"


@pytest.mark.parametrize("effect", [one for one in Effect if one is not Effect.HIDE_ILLEGAL])
def test_a_sealed_text_stays_sealed_whatever_is_decided(effect: Effect) -> None:
    refusal = state_refusal(effect, ItemState.HIDDEN, sealed=True)
    assert refusal is not None
    assert refusal.code == "sealed"
    assert state_refusal(effect, ItemState.HIDDEN, sealed=False) is None


async def test_what_somebody_has_in_hand_is_theirs(a: Affair) -> None:
    case = await a.case()
    await take_case(a.moderator, **a.here, case_id=case.id)
    assert await refused(a.decide("hide", voice=a.other)) == "assigned_to_another"
    with clock.frozen(NOON + timedelta(minutes=31), everywhere=True):
        assert (await a.decide("hide", voice=a.other)).by_id == a.omar.id


async def test_who_comes_second_is_told_what_was_decided(a: Affair) -> None:
    case = await a.case()
    await a.decide("hide")
    work = decide(a.other, **a.here, case_id=case.id, effect="keep", reason=REASON)
    with pytest.raises(Exception, match="masqué") as caught:
        await work
    assert caught.value.refusal.code == "decided_meanwhile"


async def test_a_form_sent_twice_decides_once(a: Affair) -> None:
    case = await a.case()
    values: dict[str, Any] = {"effect": "hide", "ground": "insult", "reason": REASON, "once": "one.form"}
    made = [await decide(a.moderator, **a.here, case_id=case.id, **values) for _ in range(2)]
    assert made[0].id == made[1].id
    assert await Decision.all().count() == 1
    for _ in range(2):
        await decide_again(
            a.moderator, **a.here, decision_id=made[0].id, reason="Une erreur de notre part.", once="two"
        )
    assert await Decision.all().count() == 2


async def test_the_key_of_another_form_is_worth_nothing(a: Affair) -> None:
    items = [a.d.contribution, await a.d.argue(a.rita)]
    made = [await a.decide("hide", item, once="one.form") for item in items]
    assert made[0].id != made[1].id
    undone = [await decide_again(a.other, **a.here, decision_id=one.id, reason=REASON, once="two") for one in made]
    assert [one.replaces_id for one in undone] == [one.id for one in made]
    reports = [await a.report(item, await a_person("Jo Blanc"), once="three") for item in items]
    assert [one.item_id for one in reports] == [item.id for item in items]
    notes = [
        await write_note(a.moderator, **a.here, case_id=report.case_id or 0, body="Vu", once="four")
        for report in reports
    ]
    assert [one.case_id for one in notes] == [report.case_id for report in reports]


async def test_a_decision_is_undone_once(a: Affair) -> None:
    decision = await a.decide("hide")
    kept = await decide_again(a.moderator, **a.here, decision_id=decision.id, reason="Une erreur de notre part.")
    for made, code in ((decision, "already_undone"), (kept, "nothing_to_undo")):
        assert await refused(decide_again(a.moderator, **a.here, decision_id=made.id, reason=REASON)) == code
    again = await a.decide("hide")
    assert await refused(decide_again(a.moderator, **a.here, decision_id=again.id, reason="Non")) == "no_reason"
    assert await refused(decide_again(a.rita.voice(), **a.here, decision_id=again.id, reason=REASON)) == "not_moderator"


async def test_what_its_author_took_back_meanwhile(a: Affair) -> None:
    argument = await a.d.argue(a.rita)
    await a.report(argument, await a_person("Jo Blanc"))
    await withdraw_argument(a.rita.voice(), **a.d.place, argument_id=argument.id)
    for effect in ("hide", "correct"):
        assert await refused(a.decide(effect, argument)) == "withdrawn"
    await a.decide("keep", argument)
    assert await state_of(argument) == "withdrawn"
    assert (await Report.get()).answered_at == NOON
    decision = await a.decide("hide_illegal", argument)
    assert await state_of(argument) == "withdrawn"
    assert argument.body == ""
    await decide_again(a.other, **a.here, decision_id=decision.id, reason="Rien d’illégal là-dedans.")
    assert await state_of(argument) == "withdrawn"
    assert argument.body
    assert await recount() == []


async def test_a_sealed_text_comes_back_only_by_undoing_its_seal(a: Affair) -> None:
    await a.decide("hide_illegal")
    assert await refused(a.case()) == "sealed"


# ---------------------------------------------------------------- several at once


async def test_several_are_decided_one_by_one(a: Affair) -> None:
    arguments = [await a.d.argue(a.rita, body=f"Raison {n}.") for n in range(3)]
    cases = [await a.case(one) for one in arguments]
    own = await a.case(await a.d.argue(a.mona, body="À moi."))
    await take_case(a.other, **a.here, case_id=cases[1].id)
    ids = [one.id for one in (*cases, own)] + [cases[0].id, 12345]
    outcomes = await decide_many(
        a.moderator, **a.here, case_ids=ids, effect="hide", ground="off_topic", reason=REASON, once="bulk"
    )
    told = [
        (one.case_id, one.refusal.code if one.refusal else one.decision and one.decision.effect) for one in outcomes
    ]
    assert told == [
        (cases[0].id, "hide"),
        (cases[1].id, "assigned_to_another"),
        (cases[2].id, "hide"),
        (own.id, "own_item"),
        (12345, "not_found"),
    ]
    assert await recount() == []
    again = await decide_many(
        a.moderator, **a.here, case_ids=ids, effect="hide", ground="off_topic", reason=REASON, once="bulk"
    )
    assert [one.decision and one.decision.id for one in again] == [one.decision and one.decision.id for one in outcomes]


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"case_ids": range(101)}, "many_cases"),
        ({"case_ids": []}, "no_cases"),
        ({"effect": "hide_illegal", "ground": "hatred"}, "not_in_bulk"),
        ({"ground": ""}, "no_ground"),
        ({"reason": ""}, "no_reason"),
    ],
)
async def test_what_several_need(a: Affair, values: dict[str, Any], code: str) -> None:
    given = {"case_ids": [1], "effect": "hide", "ground": "insult", "reason": REASON, **values}
    assert await refused(decide_many(a.moderator, **a.here, **given)) == code
    del given["case_ids"]
    work = decide_many(a.rita.voice("administrator"), **a.here, case_ids=[1], **given)
    assert await refused(work) == "not_moderator"


async def test_no_decision_restricts_anybody_by_itself(a: Affair) -> None:
    await a.decide("hide_illegal")
    assert not await Restriction.exists()
