"""Corrections: by the author, in time, whether the round is open or not; or the deadline passes and somebody looks."""

from datetime import timedelta
from typing import Any

import pytest

from consult.arguments.actions import withdraw_argument
from consult.arguments.models import ArgumentRevision
from consult.consultations.models import Consultation, ModerationTime
from consult.contributions.actions import publish_contribution, revise_contribution
from consult.contributions.models import Contribution, Revision
from consult.contributions.search import match_clause, match_words
from consult.core import clock, outbox
from consult.core.database import execute
from consult.core.errors import NotFound
from consult.moderation import effects
from consult.moderation.actions.cases import open_case
from consult.moderation.actions.correcting import reopen_overdue, send_correction
from consult.moderation.actions.deciding import decide
from consult.moderation.actions.undoing import decide_again
from consult.moderation.actions.watching import set_watch
from consult.moderation.models import Case, Decision
from consult.sources.models import SourceRevision
from tests.attacks.recount import recount
from tests.cast import NOON, a_person, a_territory, an_organisation
from tests.moderation.affairs import REASON, Affair, an_affair, events_named, refused, state_of

assert effects
NEW = {"title": "Une piste le long du canal", "body": "Une piste le long du canal, sans gros mots."}
LATER = NOON + timedelta(days=7)


@pytest.fixture
async def a(db: str, frozen: object) -> Affair:
    """Everybody in place."""
    return await an_affair()


async def sent(a: Affair, decision: Decision, person: Any = None, **changed: Any) -> Case:
    """Luc sends his correction."""
    values = {**NEW, **changed}
    return await send_correction((person or a.d.luc).voice(), **a.here, decision_id=decision.id, **values)


async def found(word: str) -> int:
    """How many contributions a search finds."""
    rows = await execute(f"SELECT c.id FROM contribution c WHERE {match_clause()}", match=match_words([word]))
    return len(rows)


async def test_a_correction_is_a_revision_and_is_read_by_a_moderator(a: Affair) -> None:
    await a.d.vote(a.rita)
    decision = await a.decide("correct")
    case = await sent(a, decision)
    assert (case.is_open, case.reasons) == (True, ["corrected"])
    await a.d.contribution.refresh_from_db()
    assert (a.d.contribution.body, a.d.contribution.revision) == (NEW["body"], 2)
    assert (a.d.contribution.votes_agree, a.d.contribution.earlier_agree) == (0, 1)
    assert await Revision.filter(contribution_id=a.d.contribution.id).count() == 2
    assert await found("canal") == 1
    assert await recount() == []
    told = await events_named("correction_sent")
    assert len(told) == 1
    assert "gros mots" not in str(told)


async def test_what_was_hidden_meanwhile_stays_hidden_until_it_is_kept(a: Affair) -> None:
    decision = await a.decide("correct", hidden_meanwhile=True)
    case = await sent(a, decision)
    assert await state_of(a.d.contribution) == "hidden"
    assert await found("canal") == 0
    assert not await events_named("contribution_revised")
    assert await recount() == []
    kept = await decide(a.other, **a.here, case_id=case.id, effect="keep", reason=REASON)
    assert await state_of(a.d.contribution) == "published"
    assert (await found("canal"), kept.replaces_id) == (1, decision.id)
    assert await recount() == []


async def test_a_correction_that_does_not_do_is_hidden(a: Affair) -> None:
    case = await sent(a, await a.decide("correct"))
    await decide(a.moderator, **a.here, case_id=case.id, effect="hide", ground="insult", reason=REASON)
    assert await state_of(a.d.contribution) == "hidden"
    assert await recount() == []


async def test_an_argument_is_corrected_after_its_quarter_of_an_hour(a: Affair) -> None:
    argument = await a.d.argue(a.rita)
    decision = await a.decide("correct", argument, hidden_meanwhile=True)
    with clock.frozen(NOON + timedelta(days=2), everywhere=True):
        await sent(a, decision, a.rita, body="C’est plus sûr.")
    await argument.refresh_from_db()
    assert (argument.body, argument.revision, argument.state.value) == ("C’est plus sûr.", 2, "hidden")
    assert (await ArgumentRevision.get()).body == "C’est plus sûr pour les enfants."
    assert await recount() == []


async def test_a_source_is_corrected_with_its_link(a: Affair) -> None:
    source = await a.d.source(a.rita)
    decision = await a.decide("correct", source)
    for link, code in (("ftp://x", "bad_link"), ("", "no_link")):
        assert await refused(sent(a, decision, a.rita, title="Baromètre", body="", link=link)) == code
    work = sent(a, decision, a.rita, title="Baromètre du vélo", body="", link="https://example.org/barometre")
    assert await refused(work) == "unchanged"
    await sent(a, decision, a.rita, title="Baromètre", body="Page 3.", link="https://example.org/b2")
    await source.refresh_from_db()
    assert (source.link, source.category.value, source.revision) == ("https://example.org/b2", "report", 2)
    assert (await SourceRevision.get()).link == "https://example.org/barometre"
    assert await recount() == []


async def test_what_is_wrong_with_a_correction(a: Affair) -> None:
    decision = await a.decide("correct")
    await a.d.contribution.refresh_from_db()
    for changed, code in (
        ({"body": " "}, "no_body"),
        ({"title": "x" * 121}, "long_title"),
        ({"title": a.d.contribution.title, "body": a.d.contribution.body}, "unchanged"),
    ):
        assert await refused(sent(a, decision, **changed)) == code


async def test_who_sends_a_correction(a: Affair) -> None:
    decision = await a.decide("correct")
    for person in (a.rita, a.mona):
        assert await refused(sent(a, decision, person)) == "not_addressee"
    neighbour = await a_territory("coteau")
    with pytest.raises(NotFound):
        await send_correction(a.d.luc.voice(), territory_id=neighbour.id, decision_id=decision.id, **NEW)


async def test_any_member_corrects_for_their_organisation(db: str, frozen: object) -> None:
    territory = await a_territory()
    luc, lea = await a_person("Luc Fabre"), await a_person("Léa Fabre")
    body = await an_organisation(territory, luc, lea)
    a = await an_affair(territory=territory, author=luc.voice(organisation=body))
    assert (await sent(a, await a.decide("correct"), lea)).is_open


async def test_a_correction_is_sent_before_its_deadline_even_after_the_round(a: Affair) -> None:
    decision = await a.decide("correct")
    await a.d.close()
    with clock.frozen(LATER, everywhere=True):
        assert await refused(sent(a, decision)) == "correction_too_late"
    with clock.frozen(LATER - timedelta(seconds=1), everywhere=True):
        assert (await sent(a, decision)).is_open


async def test_a_correction_is_sent_once(a: Affair) -> None:
    decision = await a.decide("correct")
    await sent(a, decision)
    assert await refused(sent(a, decision, body="Encore autre chose.")) == "corrected_already"
    await a.decide("keep")
    assert await refused(sent(a, decision, body="Encore autre chose.")) == "correction_not_asked"


async def test_a_correction_sent_twice_is_one(a: Affair) -> None:
    source = await a.d.source(a.rita)
    argument = await a.d.argue(a.rita)
    said = {"title": "Baromètre", "body": "Page 3.", "link": "https://example.org/b2"}
    for item, person, words in (
        (a.d.contribution, a.d.luc, NEW),
        (source, a.rita, said),
        (argument, a.rita, {"body": "Plus sûr."}),
    ):
        decision = await a.decide("correct", item)
        cases = [await sent(a, decision, person, **words) for _ in range(2)]
        assert cases[0].id == cases[1].id
        await item.refresh_from_db()
        assert item.revision == 2
        assert await refused(sent(a, decision, a.mona, **words)) == "not_addressee"
    assert len(await events_named("correction_sent")) == 3


async def test_nothing_is_corrected_that_was_not_asked_for(a: Affair) -> None:
    assert await refused(sent(a, await a.decide("hide"))) == "correction_not_asked"


async def test_what_was_taken_back_is_not_corrected(a: Affair) -> None:
    argument = await a.d.argue(a.rita)
    decision = await a.decide("correct", argument)
    await withdraw_argument(a.rita.voice(), **a.d.place, argument_id=argument.id)
    assert await refused(sent(a, decision, a.rita)) == "correction_not_asked"


async def test_an_ordinary_revision_counts_as_the_correction(a: Affair) -> None:
    decision = await a.decide("correct")
    await revise_contribution(a.d.luc.voice(), **a.d.place, contribution_id=a.d.contribution.id, base_revision=1, **NEW)
    for _ in range(2):
        await outbox.drain_all()
        await execute("UPDATE outbox SET done_at = NULL, next_try_at = :now, attempts = 0", now=clock.now())
    case = await Case.get(is_open=True)
    assert case.reasons == ["corrected"]
    assert await refused(sent(a, decision, body="Encore autre chose.")) == "corrected_already"


# ---------------------------------------------------------------- the deadline


async def test_a_deadline_that_passes_puts_the_item_back_in_the_queue_once(a: Affair) -> None:
    decision = await a.decide("correct")
    assert await reopen_overdue() == 0
    with clock.frozen(LATER - timedelta(seconds=1), everywhere=True):
        assert await reopen_overdue() == 0
    with clock.frozen(LATER, everywhere=True):
        assert await reopen_overdue() == 1
        assert await reopen_overdue() == 0
        case = await Case.get(is_open=True)
        assert (case.reasons, case.opened_at) == (["deadline"], LATER)
        hidden = await decide(a.moderator, **a.here, case_id=case.id, effect="hide", ground="insult", reason=REASON)
        assert hidden.replaces_id == decision.id
        assert await reopen_overdue() == 0
    assert await recount() == []


async def test_what_was_corrected_kept_undone_or_taken_back_is_not_reopened(a: Affair) -> None:
    argument = await a.d.argue(a.rita, body="Un avis.")
    other = await a.d.argue(a.omar, body="Un autre.")
    third = await a.d.argue(a.rita, body="Un troisième.")
    await sent(a, await a.decide("correct"))
    await a.decide("correct", argument)
    await a.decide("keep", argument)
    undone = await a.decide("correct", other)
    await decide_again(a.moderator, **a.here, decision_id=undone.id, reason="Une erreur de notre part.")
    await a.decide("correct", third)
    await withdraw_argument(a.rita.voice(), **a.d.place, argument_id=third.id)
    with clock.frozen(LATER, everywhere=True):
        assert await reopen_overdue() == 0
    assert await Case.filter(is_open=True).count() == 1


async def test_a_report_after_the_deadline_does_not_stand_for_it(a: Affair) -> None:
    await a.decide("correct")
    with clock.frozen(LATER + timedelta(minutes=1), everywhere=True):
        await a.report(a.d.contribution)
        assert await reopen_overdue() == 1
        assert await reopen_overdue() == 0
    case = await Case.get(is_open=True)
    assert case.reasons == ["report", "deadline"]


async def test_every_overdue_correction_is_reopened_however_many(a: Affair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("consult.moderation.actions.correcting._AT_ONCE", 2)
    for n in range(5):
        await a.decide("correct", await a.d.argue(await a_person(f"Voisine {n}"), body=f"Avis {n}."))
    with clock.frozen(LATER, everywhere=True):
        assert await reopen_overdue() == 5
        assert await reopen_overdue() == 0


async def test_a_moderators_own_case_does_not_settle_a_correction(a: Affair) -> None:
    decision = await a.decide("correct")
    await open_case(a.moderator, **a.here, kind=decision.kind, item_id=decision.item_id)
    assert (await sent(a, decision)).reasons == ["corrected"]
    assert (await Contribution.get(id=a.d.contribution.id)).revision == 2


async def test_a_text_that_waits_is_corrected_before_it_is_ever_public(a: Affair) -> None:
    await Consultation.filter(id=a.d.consultation.id).update(moderation=ModerationTime.BEFORE)
    row = await publish_contribution(
        a.rita.voice(), **a.d.place, section_id=a.d.section.id, title="Des bancs", body="Des bancs, bon sang."
    )
    await outbox.drain_all()
    decision = await a.decide("correct", row)
    assert await state_of(row) == "waiting"
    case = await sent(a, decision, a.rita, title="Des bancs", body="Des bancs, s’il vous plaît.")
    assert (await state_of(row), await found("banc")) == ("waiting", 0)
    await decide(a.moderator, **a.here, case_id=case.id, effect="keep", reason=REASON)
    await row.refresh_from_db()
    assert (row.state.value, row.number, row.revision, await found("banc")) == ("published", 2, 2, 1)
    assert await recount() == []


async def test_what_many_had_hidden_comes_back_for_a_correction_in_sight(a: Affair) -> None:
    await set_watch(a.moderator, **a.here, words="", most_links=3, hide_after=2)
    for name in ("Jo Blanc", "Lou Blanc"):
        await a.report(a.d.contribution, await a_person(name))
    assert await state_of(a.d.contribution) == "hidden"
    await a.decide("correct")
    assert await state_of(a.d.contribution) == "published"
    assert await recount() == []
