"""Detours around moderation: texts that come back, texts that nobody reads, decisions in one's own affair."""

from datetime import timedelta
from typing import Any

import pytest
from starlette.applications import Starlette

from consult.accounts.models import Restriction
from consult.app import load_effects
from consult.arguments.actions import correct_argument
from consult.consultations.models import Consultation, ModerationTime
from consult.contributions.actions import propose_amendment, publish_contribution, revise_contribution
from consult.contributions.models import Contribution
from consult.core import clock, outbox
from consult.core.keys import new_key
from consult.moderation import effects
from consult.moderation.actions.appealing import appeal, hear_appeal
from consult.moderation.actions.cases import write_note
from consult.moderation.actions.correcting import send_correction
from consult.moderation.actions.deciding import decide
from consult.moderation.actions.undoing import decide_again
from consult.moderation.models import Case, Decision
from consult.notifications.models import Frequency, Mail
from consult.notifications.sending import send_all
from consult.notifications.writing.digests import write_digests
from consult.settings import settings
from tests.attacks.recount import number_gaps, recount
from tests.browsing import Visitor
from tests.cast import NOON, a_person
from tests.moderation.affairs import REASON, Affair, an_affair, refused, state_of
from tests.moderation.desk import a_desk
from tests.notifications.following import a_follower, written
from tests.notifications.postman import a_postman

assert effects
SECRET = "06 12 34 56 78"
CLEAN: dict[str, Any] = {"title": "Une piste le long du canal", "body": "Une piste, sans le numéro de personne."}


@pytest.fixture
async def a(db: str, frozen: object) -> Affair:
    """Everybody in place."""
    return await an_affair()


async def contribute(a: Affair, body: str, **more: Any) -> Contribution:
    """Rita contributes."""
    return await publish_contribution(
        a.rita.voice(), **a.d.place, section_id=a.d.section.id, title="Des bancs", body=body, **more
    )


# ---------------------------------------------------------------- a wording that was to be corrected does not come back


async def corrected(a: Affair, item: Any, *, kept: bool = True, **words: Any) -> Decision:
    """A moderator asks for another wording, its author sends it a minute later, and another minute later it is kept."""
    decision = await a.decide("correct", item, ground="personal_data", hidden_meanwhile=True)
    with clock.frozen(NOON + timedelta(minutes=1), everywhere=True):
        case = await send_correction(a.rita.voice(), **a.here, decision_id=decision.id, **words)
    with clock.frozen(NOON + timedelta(minutes=2), everywhere=True):
        if kept:
            await decide(a.moderator, **a.here, case_id=case.id, effect="keep", reason=REASON)
    return decision


async def pages_of(app: Starlette, *paths: str) -> str:
    """What a passer-by reads at some addresses, all of which are there."""
    passer = Visitor(app, "vallon.test")
    found = [await passer.get(path) for path in paths]
    assert {one.status for one in found} == {200}
    return "".join(one.text for one in found)


async def test_the_wording_that_was_to_be_corrected_is_not_in_the_history(app: Starlette, a: Affair) -> None:
    row = await contribute(a, f"Appelez le voisin au {SECRET}.")
    await corrected(a, row, **CLEAN)
    assert await state_of(row) == "published"
    path = f"/consultations/{a.d.consultation.slug}/contributions/{row.number}"
    said = await pages_of(app, path, f"{path}/history")
    assert SECRET not in said
    assert "sans le numéro de personne" in said


async def test_nor_on_the_page_of_a_corrected_argument(app: Starlette, a: Affair) -> None:
    argument = await a.d.argue(a.rita, body=f"Appelez le voisin au {SECRET}.")
    await corrected(a, argument, body=CLEAN["body"])
    assert SECRET not in await pages_of(app, a.d.path, f"{a.d.path}/arguments/{argument.id}")


async def test_nor_is_what_an_amendment_would_have_changed_in_it(app: Starlette, a: Affair) -> None:
    row = await contribute(a, f"Appelez le voisin au {SECRET}.")
    proposed = await propose_amendment(
        a.d.luc.voice(),
        **a.d.place,
        contribution_id=row.id,
        base_revision=1,
        title=row.title,
        body="Appelez la mairie.",
        reason="On n’appelle pas les gens chez eux.",
    )
    await corrected(a, row, **CLEAN)
    path = f"/consultations/{a.d.consultation.slug}/contributions/{row.number}"
    assert SECRET not in await pages_of(app, path, f"{path}/amendments/{proposed.id}")


async def test_a_wording_found_right_after_all_is_in_the_history_again(app: Starlette, a: Affair) -> None:
    row = await contribute(a, "Appelez la mairie.")
    decision = await corrected(a, row, kept=False, **CLEAN)
    path = f"/consultations/{a.d.consultation.slug}/contributions/{row.number}/history"
    with clock.frozen(NOON + timedelta(minutes=3), everywhere=True):
        await decide_again(a.other, **a.here, decision_id=decision.id, reason=REASON)
    assert "Appelez la mairie." in await pages_of(app, path)


async def test_a_moderator_still_reads_what_was_corrected(app: Starlette, a: Affair) -> None:
    row = await contribute(a, f"Appelez le voisin au {SECRET}.")
    await corrected(a, row, **CLEAN)
    desk = Visitor(app, "vallon.test", a.mona)
    assert SECRET in (await desk.get(f"/moderation/items/contribution/{row.id}")).text


async def test_no_mail_that_leaves_later_quotes_it(a: Affair, monkeypatch: pytest.MonkeyPatch) -> None:
    load_effects()
    every_morning = await a_follower(a.d, "Zoé Petit", kind="consultation", frequency=Frequency.DAILY)
    at_once = await a_follower(a.d, "Ali Petit", kind="consultation")
    with clock.frozen(NOON + timedelta(minutes=1), everywhere=True):
        row = await contribute(a, f"Appelez le voisin au {SECRET}.")
        await written()
    with clock.frozen(NOON + timedelta(days=1), everywhere=True):
        while await write_digests():
            pass
        quoting = Mail.filter(text__contains=SECRET)
        assert {mail.recipient for mail in await quoting} == {every_morning.email, at_once.email}
        decision = await a.decide("correct", row, ground="personal_data")
        case = await send_correction(a.rita.voice(), **a.here, decision_id=decision.id, **CLEAN)
        await decide(a.moderator, **a.here, case_id=case.id, effect="keep", reason=REASON)
        with a_postman() as postman:
            monkeypatch.setenv("CONSULT_SMTP_URL", postman.url)
            settings.cache_clear()
            await send_all()
    settings.cache_clear()
    said = [str(part.get_content()) for one in postman.arrived for part in one.walk() if not part.is_multipart()]
    assert any("sans le numéro de personne" in one for one in said), "the digest speaks of it as it reads now"
    assert not [one for one in said if SECRET in one]


# ---------------------------------------------------------------- what is read first is read again when it changes


async def read_first(a: Affair) -> None:
    """From now on a moderator reads everything before it is published."""
    await Consultation.filter(id=a.d.consultation.id).update(moderation=ModerationTime.BEFORE)


async def published_after_reading(a: Affair, item: Any) -> Any:
    """Somebody reads it and lets it pass."""
    await outbox.drain_all()
    case = await Case.get(is_open=True)
    await decide(a.moderator, **a.here, case_id=case.id, effect="keep", reason=REASON)
    await item.refresh_from_db()
    await outbox.drain_all()
    assert not await Case.exists(is_open=True)
    return item


async def test_where_texts_are_read_first_a_new_wording_comes_before_a_moderator(a: Affair) -> None:
    await read_first(a)
    row = await published_after_reading(a, await contribute(a, "Des bancs, s’il vous plaît."))
    with clock.frozen(NOON + timedelta(minutes=5), everywhere=True):
        await revise_contribution(
            a.rita.voice(), **a.d.place, contribution_id=row.id, base_revision=1, title="Des bancs", body="Vous !"
        )
        await outbox.drain_all()
    case = await Case.get(is_open=True)
    assert (case.item_id, case.reasons) == (row.id, ["corrected"])


async def test_so_does_a_corrected_argument(a: Affair) -> None:
    await read_first(a)
    argument = await published_after_reading(a, await a.d.argue(a.rita, body="Un avis."))
    with clock.frozen(NOON + timedelta(minutes=5), everywhere=True):
        await correct_argument(a.rita.voice(), **a.d.place, argument_id=argument.id, body="Autre chose.")
        await outbox.drain_all()
    assert (await Case.get(is_open=True)).reasons == ["corrected"]


# ---------------------------------------------------------------- what was never public is not lost by undoing


@pytest.mark.parametrize("hidden", [True, False])
async def test_undoing_a_correction_of_what_waited_publishes_it(a: Affair, hidden: bool) -> None:
    await read_first(a)
    row = await contribute(a, "Des bancs.")
    decision = await a.decide("correct", row, hidden_meanwhile=hidden)
    await decide_again(a.other, **a.here, decision_id=decision.id, reason=REASON)
    assert await state_of(row) == "published"
    assert (await recount(), await number_gaps()) == ([], [])


async def test_an_appeal_against_it_that_succeeds_publishes_it_too(a: Affair) -> None:
    await read_first(a)
    row = await contribute(a, "Des bancs.")
    decision = await a.decide("correct", row)
    made = await appeal(a.rita.voice(), **a.here, decision_id=decision.id, text="Il n’y a rien à corriger.")
    await hear_appeal(a.other, **a.here, appeal_id=made.id, outcome="reversed", reason=REASON)
    assert await state_of(row) == "published"


# ---------------------------------------------------------------- in one's own affair


async def test_nobody_reunites_what_others_wrote_with_their_own(a: Affair) -> None:
    mine = await publish_contribution(
        a.moderator, **a.d.place, section_id=a.d.section.id, title="Ma piste", body="La mienne est mieux."
    )
    merging = a.decide("merge", ground="duplicate", merged_into_number=mine.number)
    assert await refused(merging) == "own_target"
    done = await a.decide("merge", ground="duplicate", merged_into_number=mine.number, voice=a.other)
    parting = decide_again(a.moderator, **a.here, decision_id=done.id, reason=REASON)
    assert await refused(parting) == "own_item"


async def test_nor_hears_the_appeal_of_who_was_reunited_with_it(a: Affair) -> None:
    mine = await publish_contribution(
        a.moderator, **a.d.place, section_id=a.d.section.id, title="Ma piste", body="La mienne est mieux."
    )
    done = await a.decide("merge", ground="duplicate", merged_into_number=mine.number, voice=a.other)
    made = await appeal(a.d.luc.voice(), **a.here, decision_id=done.id, text="Ce n’est pas la même piste.")
    hearing: dict[str, Any] = {"appeal_id": made.id, "outcome": "upheld", "reason": REASON}
    assert await refused(hear_appeal(a.moderator, **a.here, **hearing)) == "own_item"
    guarantor = (await a_person("Guy Roux")).voice("guarantor")
    assert (await hear_appeal(guarantor, **a.here, **hearing)).outcome == "upheld"


async def test_who_wrote_it_reads_neither_what_reporters_said_nor_the_teams_notes(app: Starlette, a: Affair) -> None:
    argument = await a.d.argue(a.moderator, body="Vous n’y connaissez rien.")
    report = await a.report(argument, text="Elle me poursuit depuis le conseil de quartier.")
    note = {"case_id": report.case_id, "body": "Ce n’est pas la première fois."}
    await write_note(a.other, **a.here, **note)
    path = f"/moderation/cases/{report.case_id}"
    told = (await Visitor(app, "vallon.test", a.omar).get(path)).words
    assert "conseil de quartier" in told
    assert "pas la première fois" in told
    own = (await Visitor(app, "vallon.test", a.mona).get(path)).words
    assert "conseil de quartier" not in own
    assert "pas la première fois" not in own


# ---------------------------------------------------------------- who is suspended publishes nothing


async def suspend(a: Affair) -> None:
    """Rita may not write for a month."""
    until = clock.now() + timedelta(days=30)
    here: dict[str, Any] = {"territory_id": a.d.territory.id, "account_id": a.rita.id, "decision_id": new_key()}
    await Restriction.create(id=new_key(), **here, since=clock.now(), until=until)


async def test_a_suspended_account_puts_no_correction_in_public(a: Affair) -> None:
    row = await contribute(a, "Des bancs.")
    decision = await a.decide("correct", row)
    await suspend(a)
    sending = send_correction(a.rita.voice(), **a.here, decision_id=decision.id, **CLEAN)
    assert await refused(sending) == "restricted"


async def test_out_of_sight_it_may_correct_what_a_moderator_will_read(a: Affair) -> None:
    row = await contribute(a, "Des bancs.")
    decision = await a.decide("correct", row, hidden_meanwhile=True)
    await suspend(a)
    case = await send_correction(a.rita.voice(), **a.here, decision_id=decision.id, **CLEAN)
    assert (case.reasons, await state_of(row)) == (["corrected"], "hidden")


# ---------------------------------------------------------------- what is typed at the desk


async def test_the_last_day_of_all_is_no_deadline(app: Starlette, db: str) -> None:
    desk = await a_desk(app)
    _, case = await desk.reported_argument()
    maud = desk.window(desk.maud)
    page = await maud.get(f"/moderation/cases/{case.id}")
    typed = {"effect": "correct", "ground": "insult", "reason": REASON, "until": "9999-12-31"}
    answer = await maud.post(f"/moderation/cases/{case.id}/decide", {**page.hidden(action="/decide"), **typed})
    assert answer.status == 422
