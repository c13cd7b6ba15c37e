"""The demonstration shows moderation at work: a queue, decisions of every kind, appeals, a closed round, followers."""

from collections import Counter

from starlette.applications import Starlette

from consult.accounts.models import Restriction
from consult.analysis.models import ConsultationFigures
from consult.consultations.models import Consultation, Snapshot
from consult.contributions.models import Contribution
from consult.moderation.models import Appeal, Case, CaseReason, Decision, Effect, Report
from consult.notifications.models import Follow, Mail, Mailing
from tests.attacks.recount import number_gaps, recount


async def test_its_counters_and_numbers_are_right(demonstration: Starlette) -> None:
    assert await recount() == []
    assert await number_gaps() == []


async def test_the_queue_holds_a_dozen_cases_of_many_reasons(demonstration: Starlette) -> None:
    cases = await Case.filter(is_open=True)
    assert 8 <= len(cases) <= 14
    reasons = Counter(reason for case in cases for reason in case.reasons)
    wanted = {CaseReason.BEFORE, CaseReason.REPORT, CaseReason.MANY_REPORTS, CaseReason.WORDS, CaseReason.LINKS}
    assert wanted <= set(reasons)
    assert len({case.ground for case in cases if case.ground}) >= 4
    assert len({case.kind for case in cases}) == 4
    assert len([case for case in cases if case.assigned_to_id]) == 1
    assert await Report.filter(account_id=None).count() == 1, "somebody without an account"


async def test_decisions_of_every_kind_stand_with_their_reasons(demonstration: Starlette) -> None:
    decisions = await Decision.all()
    assert {one.effect for one in decisions} >= set(Effect) - {Effect.HIDE_ILLEGAL}
    assert all(one.reason for one in decisions)
    assert [one.ground for one in decisions if one.automated] == ["automatic"]
    assert Counter(one.outcome for one in await Appeal.all()) == {"upheld": 1, "reversed": 1, "": 1}
    assert await Contribution.filter(merged_into_id__isnull=False).count() == 1
    assert await Restriction.all().count() == 1


async def test_the_round_that_is_over_was_closed_and_everybody_who_took_part_has_the_mail(
    demonstration: Starlette,
) -> None:
    snapshot = await Snapshot.get()
    closed = await Consultation.get(id=snapshot.consultation_id)
    figures = await ConsultationFigures.get(consultation_id=closed.id)
    counters = ("contributions", "arguments", "sources", "votes", "amendments")
    assert {name: snapshot.figures[name] for name in counters} == {name: figures.totals[name] for name in counters}
    assert snapshot.figures["participants"] == figures.totals["participants"]
    assert snapshot.sequel
    assert await Mailing.filter(finished_at=None).count() == 0
    templates = {row["template"] for row in await Mail.all().values("template")}
    wanted = {"period_closed", "statement", "appeal_received", "appeal_answered", "report_received", "report_answered",
              "correction_asked", "item_published", "digest", "cases_waiting"}  # fmt: skip
    assert wanted <= templates
    assert await Follow.all().count() >= 5
