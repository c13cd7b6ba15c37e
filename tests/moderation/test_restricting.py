"""Suspending an account: for a stated time, in this territory, for a reason; reading never."""

from datetime import timedelta
from typing import Any

import pytest

from consult.accounts.models import Account, Restriction
from consult.core import clock
from consult.core.errors import NotFound
from consult.moderation.actions.appealing import appeal
from consult.moderation.actions.correcting import send_correction
from consult.moderation.actions.restricting import restrict_account
from consult.moderation.actions.undoing import decide_again
from consult.moderation.models import Case, Decision, Effect, Kind
from tests.attacks.recount import recount
from tests.cast import NOON, a_person, a_territory
from tests.discussion import a_discussion
from tests.moderation.affairs import REASON, Affair, an_affair, events_named, refused

UNTIL = NOON + timedelta(days=30)


@pytest.fixture
async def a(db: str, frozen: object) -> Affair:
    """Everybody in place."""
    return await an_affair()


async def suspended(a: Affair, **changed: Any) -> Decision:
    """Mona suspends Luc for thirty days."""
    values = {"account_id": a.d.luc.id, "until": UNTIL, "ground": "insult", "reason": REASON, **a.here, **changed}
    return await restrict_account(values.pop("voice", a.moderator), **values)


async def test_a_suspended_account_neither_writes_nor_votes_until_the_end(a: Affair) -> None:
    decision = await suspended(a)
    assert (decision.kind, decision.item_id, decision.account_id) == (Kind.ACCOUNT, a.d.luc.id, a.d.luc.id)
    assert (decision.effect, decision.until, decision.consultation_id) == (Effect.RESTRICT, UNTIL, None)
    row = await Restriction.get()
    assert (row.account_id, row.decision_id, row.since, row.until) == (a.d.luc.id, decision.id, NOON, UNTIL)
    for work in (a.d.argue(a.d.luc), a.d.source(a.d.luc), a.d.vote(a.d.luc)):
        assert await refused(work) == "restricted"
    assert (await a.d.argue(a.rita)).id
    with clock.frozen(UNTIL, everywhere=True):
        a.d.round.closes_at = UNTIL + timedelta(days=9)
        await a.d.round.save()
        assert (await a.d.argue(a.d.luc)).id
    assert len(await events_named("decision_made")) == 1


async def test_a_suspension_ends_at_the_territory(a: Affair) -> None:
    await suspended(a)
    elsewhere = await a_discussion(await a_territory("coteau"))
    assert (await elsewhere.argue(a.d.luc)).id


async def test_a_suspension_is_lifted_by_undoing_it(a: Affair) -> None:
    decision = await suspended(a)
    undone = await decide_again(a.other, **a.here, decision_id=decision.id, reason="Nous nous étions trompés.")
    assert (undone.effect, undone.replaces_id, undone.kind) == (Effect.KEEP, decision.id, Kind.ACCOUNT)
    assert (await Restriction.get()).lifted_at == NOON
    assert (await a.d.argue(a.d.luc)).id
    assert await refused(decide_again(a.other, **a.here, decision_id=decision.id, reason=REASON)) == "already_undone"
    assert await recount() == []


async def test_who_is_suspended_still_appeals_and_corrects(a: Affair) -> None:
    asked = await a.decide("correct", hidden_meanwhile=True)
    decision = await suspended(a)
    said = {"title": "Une piste", "body": "Une piste, plus poliment."}
    await send_correction(a.d.luc.voice(), **a.here, decision_id=asked.id, **said)
    made = await appeal(a.d.luc.voice(), **a.here, decision_id=decision.id, text="Je n’ai insulté personne.")
    assert made.decision_id == decision.id


async def test_nobody_lifts_their_own_suspension(a: Affair) -> None:
    decision = await suspended(a)
    work = decide_again(a.d.luc.voice("moderator"), **a.here, decision_id=decision.id, reason=REASON)
    assert await refused(work) == "own_item"


async def test_a_form_sent_twice_suspends_once(a: Affair) -> None:
    made = [await suspended(a, once="one.form") for _ in range(2)]
    assert made[0].id == made[1].id
    assert await Restriction.all().count() == 1


async def test_the_case_that_led_to_it_stays_open(a: Affair) -> None:
    case = await a.case()
    decision = await suspended(a, case_id=case.id)
    assert decision.case_id == case.id
    assert (await Case.get()).is_open
    neighbour = await an_affair(territory=await a_territory("coteau"))
    with pytest.raises(NotFound):
        await suspended(a, case_id=(await neighbour.case()).id)


async def test_whoever_reported_a_text_does_not_suspend_its_author_for_it(a: Affair) -> None:
    await a.report(a.d.contribution, a.omar)
    case = await a.case()
    assert await refused(suspended(a, voice=a.other, case_id=case.id)) == "own_report"
    assert (await suspended(a, case_id=case.id)).case_id == case.id


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"until": None}, "no_until"),
        ({"until": NOON + timedelta(hours=22)}, "restriction_dates"),
        ({"until": NOON + timedelta(days=367)}, "restriction_dates"),
        ({"ground": ""}, "no_ground"),
        ({"ground": "automatic"}, "no_ground"),
        ({"reason": ""}, "no_reason"),
    ],
)
async def test_what_a_suspension_needs(a: Affair, changed: dict[str, Any], code: str) -> None:
    assert await refused(suspended(a, **changed)) == code
    assert not await Restriction.exists()


@pytest.mark.parametrize("days", [1, 366])
async def test_from_a_day_to_a_year(a: Affair, days: int) -> None:
    assert (await suspended(a, until=NOON + timedelta(days=days))).until == NOON + timedelta(days=days)


async def test_only_moderators_suspend_and_not_themselves(a: Affair) -> None:
    for voice in (a.rita.voice(), a.mona.voice("administrator"), a.mona.voice("guarantor")):
        assert await refused(suspended(a, voice=voice)) == "not_moderator"
    await a.d.argue(a.mona)
    assert await refused(suspended(a, account_id=a.mona.id)) == "own_account"


async def test_only_who_has_written_here_is_known_here(a: Affair) -> None:
    elsewhere = await a_discussion(await a_territory("coteau"))
    stranger = await a_person("Sam Roux")
    await elsewhere.argue(stranger)
    for account_id in (stranger.id, elsewhere.luc.id, a.rita.id, 12345):
        with pytest.raises(NotFound):
            await suspended(a, account_id=account_id)
    await Account.filter(id=a.d.luc.id).update(deleted_at=NOON)
    with pytest.raises(NotFound):
        await suspended(a)
