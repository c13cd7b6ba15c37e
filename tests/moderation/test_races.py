"""Two at once: one decides, the other is told; and nothing is counted twice. On both engines."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from consult.arguments.actions import withdraw_argument
from consult.core import clock
from consult.core.errors import NotFound, Refused
from consult.moderation.actions.appealing import appeal, hear_appeal
from consult.moderation.actions.cases import take_case
from consult.moderation.actions.correcting import reopen_overdue, send_correction
from consult.moderation.actions.deciding import decide
from consult.moderation.actions.reports import report_item
from consult.moderation.actions.restricting import restrict_account
from consult.moderation.actions.undoing import decide_again
from consult.moderation.actions.watching import set_watch
from consult.moderation.models import Appeal, Case, Decision, Report, Watch
from tests.attacks.recount import recount
from tests.cast import a_person
from tests.moderation.affairs import REASON, STRANGER, Affair, an_affair, kind_of, state_of


@pytest.fixture
async def a(db: str) -> Affair:
    """Everybody in place; the clock runs."""
    return await an_affair()


async def at_once(*work: Any) -> tuple[list[Any], list[str]]:
    """What was done, and the codes of what was refused; nothing else may go wrong."""
    results = await asyncio.gather(*work, return_exceptions=True)
    for one in results:
        if isinstance(one, BaseException) and not isinstance(one, Refused):
            raise one
    done = [one for one in results if not isinstance(one, Refused)]
    return done, [one.refusal.code for one in results if isinstance(one, Refused)]


async def test_of_two_moderators_one_decides(a: Affair) -> None:
    for n in range(4):
        argument = await a.d.argue(a.rita, body=f"Avis {n}.")
        await a.report(argument, await a_person(f"Voisin {n}"))
        case = await Case.get(item_id=argument.id)
        values: dict[str, Any] = {"case_id": case.id, "reason": REASON, **a.here}
        done, told = await at_once(
            decide(a.moderator, effect="hide", ground="insult", **values),
            decide(a.other, effect="keep", **values),
            decide(a.moderator, effect="hide_illegal", ground="hatred", **values),
        )
        assert len(done) == 1
        assert told == ["decided_meanwhile"] * 2
        decision = await Decision.get(case_id=case.id)
        assert (await state_of(argument) == "published") == (decision.effect == "keep")
        assert (await Report.get(case_id=case.id)).decision_id == decision.id
    assert await recount() == []


async def test_a_form_sent_many_times_at_once_decides_once(a: Affair) -> None:
    case = await a.case()
    values: dict[str, Any] = {"case_id": case.id, "effect": "hide", "ground": "insult", "reason": REASON, **a.here}
    done, told = await at_once(*(decide(a.moderator, **values, once="one.form") for _ in range(5)))
    assert (len({one.id for one in done}), told) == (1, [])
    assert await Decision.all().count() == 1
    assert await recount() == []


async def test_of_two_who_take_a_case_one_has_it(a: Affair) -> None:
    case = await a.case()
    done, told = await at_once(*(take_case(voice, **a.here, case_id=case.id) for voice in (a.moderator, a.other)))
    assert (len(done), told) == (1, ["assigned_to_another"])


async def test_an_item_reported_by_many_at_once_has_one_case(a: Affair) -> None:
    people = [await a_person(f"Voisin {n}") for n in range(6)]
    by_rita = [a.report(a.d.contribution) for _ in range(3)]
    await at_once(*(a.report(a.d.contribution, person) for person in people), *by_rita)
    assert (await Case.get()).reports_count == await Report.all().count() == 7


async def test_a_stranger_reports_once_however_fast(a: Affair) -> None:
    item = a.d.contribution
    one: dict[str, Any] = {"name": "Jeanne Roy", "email": "jeanne@exemple.fr", "ground": "hatred", **a.here}
    await at_once(*(report_item(STRANGER, **one, kind=kind_of(item), item_id=item.id) for _ in range(4)))
    assert await Report.all().count() == 1


async def test_the_threshold_hides_once(a: Affair) -> None:
    await at_once(*(set_watch(a.moderator, **a.here, words="", most_links=3, hide_after=3) for _ in range(2)))
    assert await Watch.all().count() == 1
    people = [await a_person(f"Voisin {n}") for n in range(6)]
    reports = (a.report(a.d.contribution, person) for person in people)
    results = await asyncio.gather(*reports, return_exceptions=True)
    assert {type(one) for one in results} == {Report, NotFound}  # who comes after it is hidden finds it no more
    assert (await Case.get()).reports_count == 3
    assert await Decision.all().count() == 1
    assert await state_of(a.d.contribution) == "hidden"
    assert await recount() == []


async def test_an_author_who_takes_back_what_is_being_decided(a: Affair) -> None:
    for n in range(4):
        argument = await a.d.argue(a.rita, body=f"Avis {n}.")
        case = await a.case(argument)
        values: dict[str, Any] = {"case_id": case.id, "effect": "hide", "ground": "insult", "reason": REASON}
        done, told = await at_once(
            decide(a.moderator, **a.here, **values),
            withdraw_argument(a.rita.voice(), **a.d.place, argument_id=argument.id),
        )
        assert len(done) == 1
        assert told in (["withdrawn"], ["gone"])
        assert await state_of(argument) == ("hidden" if told == ["gone"] else "withdrawn")
    assert await recount() == []


async def test_people_argue_while_the_contribution_is_hidden_and_shown_again(a: Affair) -> None:
    people = [await a_person(f"Voisin {n}") for n in range(6)]
    decision = await a.decide("hide")

    async def argue(person: Any, n: int) -> None:
        await a.d.argue(person, body=f"Avis {n}.")

    results = await asyncio.gather(
        decide_again(a.other, **a.here, decision_id=decision.id, reason=REASON),
        *(argue(person, n) for n, person in enumerate(people)),
        return_exceptions=True,
    )
    assert not isinstance(results[0], BaseException)
    assert await recount() == []


async def test_a_decision_is_undone_once_and_appealed_once(a: Affair) -> None:
    decision = await a.decide("hide")
    done, told = await at_once(
        *(appeal(a.d.luc.voice(), **a.here, decision_id=decision.id, text="Je ne comprends pas.") for _ in range(3))
    )
    assert (len(done), told) == (1, ["appealed_already"] * 2)
    third = await a_person("Tess Noir", moderator=a.d.territory)
    made = await Appeal.get()
    done, told = await at_once(
        hear_appeal(a.other, **a.here, appeal_id=made.id, outcome="reversed", reason=REASON),
        hear_appeal(third.voice("moderator"), **a.here, appeal_id=made.id, outcome="upheld", reason=REASON),
        decide_again(a.moderator, **a.here, decision_id=decision.id, reason=REASON),
    )
    assert len(done) == 1
    assert set(told) <= {"heard_already", "appeal_pending", "already_undone"}
    assert await Decision.filter(replaces_id=decision.id).count() <= 1
    assert await recount() == []


async def test_a_correction_sent_at_its_deadline(a: Affair) -> None:
    decision = await a.decide("correct", until=clock.now() + timedelta(days=2))
    await Decision.filter(id=decision.id).update(until=clock.now() + timedelta(milliseconds=30))
    values = {"title": "Une piste", "body": "Une piste plus polie."}
    await asyncio.gather(
        *(send_correction(a.d.luc.voice(), **a.here, decision_id=decision.id, **values) for _ in range(2)),
        *(reopen_overdue() for _ in range(3)),
        return_exceptions=True,
    )
    with clock.frozen(clock.now() + timedelta(minutes=1), everywhere=True):
        await reopen_overdue()
    case = await Case.get(is_open=True)
    assert len(case.reasons) == 1
    assert await recount() == []


async def test_a_suspension_and_its_undoing_at_once(a: Affair) -> None:
    values: dict[str, Any] = {"account_id": a.d.luc.id, "ground": "insult", "reason": REASON, **a.here}
    until = clock.now() + timedelta(days=3)
    done, _ = await at_once(*(restrict_account(a.moderator, **values, until=until, once="one") for _ in range(3)))
    assert len({one.id for one in done}) == 1
    done, told = await at_once(
        *(decide_again(voice, **a.here, decision_id=done[0].id, reason=REASON) for voice in (a.moderator, a.other))
    )
    assert (len(done), told) == (1, ["already_undone"])
