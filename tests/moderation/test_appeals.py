"""Appeals: six months, once, by whom it concerns; heard by somebody else; both decisions stay in the record."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from consult.accounts.models import Account, Restriction, Staff
from consult.contributions.actions import publish_contribution
from consult.core import clock
from consult.core.errors import NotFound
from consult.core.voice import Voice
from consult.moderation.actions.appealing import appeal, hear_appeal
from consult.moderation.actions.deciding import decide
from consult.moderation.actions.restricting import restrict_account
from consult.moderation.actions.undoing import decide_again
from consult.moderation.actions.watching import set_watch
from consult.moderation.models import Appeal, Case, Decision, Effect
from consult.moderation.rules.appealing import appeal_until, months_after
from tests.attacks.recount import recount
from tests.cast import NOON, Person, a_person, a_territory, an_organisation
from tests.moderation.affairs import REASON, Affair, an_affair, events_named, refused, state_of

WHY = "Je ne vois pas où est l’insulte dans ce texte."
ANSWER = "Après relecture, une collègue en juge de même."


@pytest.fixture
async def a(db: str, frozen: object) -> Affair:
    """Everybody in place."""
    return await an_affair()


async def appealed(a: Affair, decision: Decision, person: Person | None = None, **more: Any) -> Appeal:
    """Luc appeals, unless somebody else does."""
    values = {"text": WHY, **more}
    return await appeal((person or a.d.luc).voice(), **a.here, decision_id=decision.id, **values)


async def heard(a: Affair, made: Appeal, voice: Voice | None = None, outcome: str = "reversed", **more: Any) -> Appeal:
    """Omar hears it, unless somebody else does."""
    values = {"reason": ANSWER, **more}
    return await hear_appeal(voice or a.other, **a.here, appeal_id=made.id, outcome=outcome, **values)


# ---------------------------------------------------------------- making one


async def test_the_author_appeals_once(a: Affair) -> None:
    decision = await a.decide("hide")
    made = await appealed(a, decision, once="one.form")
    assert made.reference.startswith("R-2026-")
    assert (await appealed(a, decision, once="one.form")).id == made.id
    assert await refused(appealed(a, decision, once="another")) == "appealed_already"
    assert await refused(appealed(a, decision)) == "appealed_already"
    assert len(await events_named("appeal_made")) == 1
    assert WHY not in str(await events_named("appeal_made"))


async def test_nobody_else_appeals(a: Affair) -> None:
    decision = await a.decide("hide")
    for person in (a.rita, a.mona):
        assert await refused(appealed(a, decision, person)) == "not_addressee"
    neighbour = await a_territory("coteau")
    with pytest.raises(NotFound):
        await appeal(a.d.luc.voice(), territory_id=neighbour.id, decision_id=decision.id, text=WHY)


async def test_what_was_kept_or_undone_is_not_appealed(a: Affair) -> None:
    assert await refused(appealed(a, await a.decide("keep"))) == "nothing_to_appeal"
    decision = await a.decide("hide")
    await decide_again(a.moderator, **a.here, decision_id=decision.id, reason="Une erreur de notre part.")
    assert await refused(appealed(a, decision)) == "already_undone"


@pytest.mark.parametrize(("text", "code"), [(" ", "no_appeal_text"), ("x" * 5_001, "long_appeal_text")])
async def test_an_appeal_says_why(a: Affair, text: str, code: str) -> None:
    assert await refused(appealed(a, await a.decide("hide"), text=text)) == code


async def test_an_appeal_is_made_within_six_months(a: Affair) -> None:
    decision = await a.decide("hide")
    end = datetime(2026, 9, 10, 12, 0, tzinfo=UTC) + timedelta(days=1)  # a day of grace: the mail took its time
    with clock.frozen(end + timedelta(seconds=1), everywhere=True):
        assert await refused(appealed(a, decision)) == "appeal_too_late"
    with clock.frozen(end, everywhere=True):
        assert (await appealed(a, decision)).made_at == end


def test_six_months_are_those_of_the_calendar() -> None:
    for day, end in (
        (datetime(2026, 8, 31, 9, tzinfo=UTC), datetime(2027, 2, 28, 9, tzinfo=UTC)),
        (datetime(2027, 8, 31, 9, tzinfo=UTC), datetime(2028, 2, 29, 9, tzinfo=UTC)),
        (datetime(2026, 12, 31, 9, tzinfo=UTC), datetime(2027, 6, 30, 9, tzinfo=UTC)),
        (datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC)),
    ):
        assert appeal_until(day) == end
    assert months_after(datetime(2026, 3, 31, tzinfo=UTC), -6) == datetime(2025, 9, 30, tzinfo=UTC)


async def test_a_text_of_an_organisation_is_defended_by_its_members(db: str, frozen: object) -> None:
    territory = await a_territory()
    luc, lea = await a_person("Luc Fabre"), await a_person("Léa Fabre")
    body = await an_organisation(territory, luc, lea)
    a = await an_affair(territory=territory, author=luc.voice(organisation=body))
    elsewhere = await a_person("Max Faure")
    await an_organisation(territory, elsewhere, name="Vélo Coteau")
    decision = await a.decide("hide")
    assert await refused(appealed(a, decision, elsewhere)) == "not_addressee"
    assert (await appealed(a, decision, lea)).account_id == lea.id
    assert await refused(heard(a, await Appeal.get(), luc.voice("moderator"))) == "own_item"


# ---------------------------------------------------------------- hearing it


@pytest.mark.parametrize("effect", ["hide", "hide_illegal", "correct"])
async def test_a_reversal_is_a_new_decision_that_puts_back(a: Affair, effect: str) -> None:
    decision = await a.decide(effect, hidden_meanwhile=effect == "correct")
    made = await appealed(a, decision)
    with clock.frozen(NOON + timedelta(days=3), everywhere=True):
        done = await heard(a, made)
    new = await Decision.get(id=done.new_decision_id)
    assert (new.effect, new.replaces_id, new.by_id, new.reason) == (Effect.KEEP, decision.id, a.omar.id, ANSWER)
    assert (new.opened_at, new.decided_at) == (NOON, NOON + timedelta(days=3))
    assert (done.outcome, done.heard_by_id, done.heard_at) == ("reversed", a.omar.id, NOON + timedelta(days=3))
    assert await state_of(a.d.contribution) == "published"
    assert a.d.contribution.body
    assert await recount() == []
    assert len(await events_named("appeal_heard")) == 1


async def test_a_decision_that_stands_is_left_as_it_is(a: Affair) -> None:
    made = await appealed(a, await a.decide("hide"))
    done = await heard(a, made, outcome="upheld")
    assert (done.outcome, done.new_decision_id, done.reason) == ("upheld", None, ANSWER)
    assert await state_of(a.d.contribution) == "hidden"
    assert await Decision.all().count() == 1
    assert await recount() == []


async def test_a_merge_and_a_suspension_are_appealed_too(a: Affair) -> None:
    other = await publish_contribution(
        a.rita.voice(), **a.d.place, section_id=a.d.section.id, title="Au bord de l’eau", body="Une voie."
    )
    merged = await a.decide("merge", merged_into_number=other.number)
    await heard(a, await appealed(a, merged))
    await a.d.contribution.refresh_from_db()
    assert a.d.contribution.merged_into_id is None
    restricted = await restrict_account(
        a.moderator, **a.here, account_id=a.d.luc.id, until=NOON + timedelta(days=9), ground="insult", reason=REASON
    )
    done = await heard(a, await appealed(a, restricted))
    assert (await Restriction.get()).lifted_at == NOON
    assert (await Decision.get(id=done.new_decision_id)).replaces_id == restricted.id


async def test_an_appeal_is_heard_once(a: Affair) -> None:
    made = await appealed(a, await a.decide("hide"))
    await heard(a, made)
    assert (await heard(a, made)).outcome == "reversed"  # the same form again
    third = await a_person("Tess Noir", moderator=a.d.territory)
    assert await refused(heard(a, made, third.voice("moderator"))) == "heard_already"
    assert await refused(heard(a, made, outcome="upheld")) == "heard_already"
    assert await Decision.all().count() == 2


@pytest.mark.parametrize(
    ("values", "code"),
    [({"outcome": "perhaps"}, "no_outcome"), ({"reason": ""}, "no_reason"), ({"reason": "x" * 2_001}, "long_reason")],
)
async def test_an_answer_has_an_outcome_and_a_reason(a: Affair, values: dict[str, Any], code: str) -> None:
    made = await appealed(a, await a.decide("hide"))
    assert await refused(heard(a, made, **values)) == code


async def test_who_does_not_hear_it(a: Affair) -> None:
    decision = await a.decide("hide")
    made = await appealed(a, decision)
    await a_person("Tess Noir", moderator=a.d.territory)
    rob = await a_person("Rob Vert", moderator=a.d.territory)
    for voice, code in (
        (a.moderator, "own_decision"),
        (a.mona.voice("administrator", "guarantor"), "own_decision"),
        (a.d.luc.voice("moderator"), "own_item"),
        (a.rita.voice(), "not_hearer"),
        (rob.voice("rapporteur"), "not_hearer"),
        (rob.voice("administrator"), "others_hear"),
        (rob.voice("guarantor"), "others_hear"),
    ):
        assert await refused(heard(a, made, voice)) == code
    neighbour = await a_territory("coteau")
    with pytest.raises(NotFound):
        await hear_appeal(a.other, territory_id=neighbour.id, appeal_id=made.id, outcome="upheld", reason=ANSWER)


async def test_whoever_reported_it_does_not_hear_it(a: Affair) -> None:
    await a.report(a.d.contribution, a.omar)
    made = await appealed(a, await a.decide("hide"))
    assert await refused(heard(a, made)) == "own_report"


@pytest.mark.parametrize("role", ["administrator", "guarantor"])
async def test_where_no_other_moderator_can_the_administrator_or_the_guarantor_hears(a: Affair, role: str) -> None:
    await Staff.filter(account_id=a.omar.id).delete()
    ada = await a_person("Ada Blanc", **{role: a.d.territory})
    made = await appealed(a, await a.decide("hide"))
    assert (await heard(a, made, ada.voice(role))).heard_by_id == ada.id


async def test_a_moderator_in_conflict_counts_as_none(a: Affair) -> None:
    await a.report(a.d.contribution, a.omar)
    ada = await a_person("Ada Blanc", administrator=a.d.territory)
    made = await appealed(a, await a.decide("hide"))
    assert (await heard(a, made, ada.voice("administrator"))).heard_by_id == ada.id


async def test_a_moderator_of_another_territory_counts_as_none(a: Affair) -> None:
    await Staff.filter(account_id=a.omar.id).delete()
    await a_person("Nora Lopez", moderator=await a_territory("coteau"))
    ada = await a_person("Ada Blanc", administrator=a.d.territory)
    made = await appealed(a, await a.decide("hide"))
    assert (await heard(a, made, ada.voice("administrator"))).heard_at


async def test_a_moderator_who_has_left_counts_as_none(a: Affair) -> None:
    ada = await a_person("Ada Blanc", administrator=a.d.territory)
    made = await appealed(a, await a.decide("hide"))
    assert await refused(heard(a, made, ada.voice("administrator"))) == "others_hear"
    await Account.filter(id=a.omar.id).update(deleted_at=NOON)
    assert (await heard(a, made, ada.voice("administrator"))).heard_by_id == ada.id


# ---------------------------------------------------------------- beside other decisions


async def test_while_an_appeal_waits_the_decision_is_not_undone_beside_it(a: Affair) -> None:
    decision = await a.decide("hide")
    await appealed(a, decision)
    work = decide_again(a.moderator, **a.here, decision_id=decision.id, reason="Une erreur de notre part.")
    assert await refused(work) == "appeal_pending"
    assert await refused(a.decide("keep")) == "appeal_pending"
    await heard(a, await Appeal.get(), outcome="upheld")
    assert (await a.decide("keep")).replaces_id == decision.id


@pytest.mark.parametrize(("effect", "outcome"), [("keep", "reversed"), ("hide", "upheld")])
async def test_an_appeal_against_a_machine_is_answered_by_the_first_person_who_decides(
    a: Affair, effect: str, outcome: str
) -> None:
    await set_watch(a.moderator, **a.here, words="", most_links=3, hide_after=2)
    for name in ("Jo Blanc", "Lou Blanc"):
        await a.report(a.d.contribution, await a_person(name))
    automatic = await Decision.get()
    made = await appealed(a, automatic)
    decision = await a.decide(effect)
    await made.refresh_from_db()
    assert (made.outcome, made.heard_by_id, made.new_decision_id) == (outcome, a.mona.id, decision.id)
    assert made.reason == REASON
    assert await recount() == []


async def test_an_appeal_against_a_machine_may_be_heard_by_itself(a: Affair) -> None:
    await set_watch(a.moderator, **a.here, words="", most_links=3, hide_after=2)
    for name in ("Jo Blanc", "Lou Blanc"):
        await a.report(a.d.contribution, await a_person(name))
    await heard(a, await appealed(a, await Decision.get()))
    assert await state_of(a.d.contribution) == "published"
    await a.report(a.d.contribution)
    assert await state_of(a.d.contribution) == "published"  # the machine does not insist
    case = await Case.get()
    assert case.is_open  # the reports are still to be answered
    await decide(a.moderator, **a.here, case_id=case.id, effect="keep", reason=REASON)
    assert await recount() == []
