"""Reporting: once a person and item, with a receipt; many reports hide until a person has looked."""

from typing import Any

import pytest
from tortoise.exceptions import IntegrityError

from consult.core.errors import NotFound
from consult.core.keys import new_key
from consult.core.voice import Voice
from consult.moderation.actions.reports import report_item
from consult.moderation.actions.undoing import decide_again
from consult.moderation.actions.watching import set_watch
from consult.moderation.models import Case, Decision, Effect, Ground, Kind, Report
from tests.attacks.recount import recount
from tests.cast import a_person, a_territory, an_organisation
from tests.discussion import a_discussion
from tests.moderation.affairs import STRANGER, Affair, an_affair, events_named, refused, state_of


@pytest.fixture
async def a(db: str, frozen: object) -> Affair:
    """Everybody in place."""
    return await an_affair()


async def as_a_stranger(a: Affair, ground: str = "hatred", **more: Any) -> Report:
    """Somebody without an account reports Luc's contribution."""
    values: dict[str, Any] = {"name": "Jeanne Roy", "email": "jeanne@exemple.fr", **more}
    item = a.d.contribution
    return await report_item(STRANGER, **a.here, kind=Kind.CONTRIBUTION, item_id=item.id, ground=ground, **values)


async def test_a_report_has_a_reference_and_opens_a_case(a: Affair) -> None:
    report = await a.report(a.d.contribution, text="Regardez la fin.")
    assert report.reference.startswith("S-2026-")
    assert len(report.reference) == len("S-2026-7K3M9Q")
    case = await Case.get()
    assert (case.reasons, case.ground, case.reports_count) == (["report"], "insult", 1)
    assert (case.kind, case.item_id, case.author_id) == (Kind.CONTRIBUTION, a.d.contribution.id, a.d.luc.id)
    assert len(await events_named("item_reported")) == 1
    assert "Regardez" not in str(await events_named("item_reported"))


async def test_every_kind_of_item_can_be_reported(a: Affair) -> None:
    argument = await a.d.argue(a.mona)
    source = await a.d.source(a.mona)
    amendment = await a.d.amend(a.mona)
    under = await a.d.argue(a.omar, body="Trop large.", amendment=amendment)
    for item in (a.d.contribution, argument, source, amendment, under):
        assert (await a.report(item)).item_id == item.id
    assert await Case.all().count() == 5
    assert set(await Case.all().values_list("contribution_id", flat=True)) == {a.d.contribution.id}


async def test_the_second_report_of_a_person_gives_the_first_back(a: Affair) -> None:
    first = await a.report(a.d.contribution)
    again = await a.report(a.d.contribution, ground="hatred")
    assert again.id == first.id
    assert await Report.all().count() == 1


async def test_a_thousand_reports_of_one_person_are_one(a: Affair) -> None:
    for n in range(50):  # the thousand of the issue, shortened: each goes the same way
        await a.report(a.d.contribution, once=f"form.{n}")
    assert (await Case.get()).reports_count == await Report.all().count() == 1


async def test_the_database_keeps_a_second_report_out(a: Affair) -> None:
    first = await a.report(a.d.contribution)
    with pytest.raises(IntegrityError):
        await Report.create(
            id=new_key(), reference="S-2026-AAAAAA", territory_id=first.territory_id,
            consultation_id=first.consultation_id, kind=first.kind, item_id=first.item_id, account_id=a.rita.id,
            ground=Ground.INSULT, created_at=first.created_at,
        )  # fmt: skip


async def test_the_ground_of_a_case_is_the_one_most_often_reported(a: Affair) -> None:
    await a.report(a.d.contribution, ground="off_topic")
    for name in ("Jo", "Lou"):
        await a.report(a.d.contribution, await a_person(f"{name} Blanc"), ground="hatred")
    case = await Case.get()
    assert (case.ground, case.reports_count, case.reasons) == ("hatred", 3, ["report"])


async def test_nobody_reports_their_own_text(a: Affair) -> None:
    assert await refused(a.report(a.d.contribution, a.d.luc)) == "own_text"


async def test_nobody_reports_the_text_of_their_organisation(db: str, frozen: object) -> None:
    territory = await a_territory()
    luc, lea = await a_person("Luc Fabre"), await a_person("Léa Fabre")
    body = await an_organisation(territory, luc, lea)
    elsewhere = await an_organisation(territory, await a_person("Max Faure"), name="Vélo Coteau")
    a = await an_affair(territory=territory, author=luc.voice(organisation=body))
    assert await refused(a.report(a.d.contribution, lea)) == "own_text"
    assert elsewhere.id != body.id
    assert (await a.report(a.d.contribution)).id


async def test_only_what_is_public_is_reported(a: Affair) -> None:
    argument = await a.d.argue(a.mona)
    await a.decide("hide")
    for item in (a.d.contribution, argument):
        with pytest.raises(NotFound):
            await a.report(item)


async def test_nothing_of_another_territory_is_reported(a: Affair) -> None:
    neighbour = await a_discussion(await a_territory("coteau"))
    with pytest.raises(NotFound):
        await a.report(neighbour.contribution)
    assert not await Report.exists()


async def test_an_account_is_no_item(a: Affair) -> None:
    with pytest.raises(NotFound):
        await report_item(a.rita.voice(), **a.here, kind=Kind.ACCOUNT, item_id=a.d.luc.id, ground="insult")


@pytest.mark.parametrize(
    ("ground", "more", "code"),
    [
        ("nonsense", {}, "no_ground"),
        ("automatic", {}, "no_ground"),
        ("other", {}, "no_report_text"),
        ("other", {"text": "  \u200b "}, "no_report_text"),
        ("insult", {"text": "x" * 2_001}, "long_report_text"),
        ("insult", {"text": "e" + "\u0301" * 10_000}, None),
    ],
)
async def test_what_a_report_is_made_of(a: Affair, ground: str, more: dict[str, Any], code: str | None) -> None:
    if code is None:
        assert len((await a.report(a.d.contribution, ground=ground, **more)).text) < 10
    else:
        assert await refused(a.report(a.d.contribution, ground=ground, **more)) == code


# ---------------------------------------------------------------- without an account


async def test_a_stranger_reports_what_the_law_forbids(a: Affair) -> None:
    report = await as_a_stranger(a, email=" Jeanne@Exemple.FR ", name="  Jeanne\u202e  Roy ")
    assert (report.account_id, report.name, report.email) == (None, "Jeanne Roy", "Jeanne@exemple.fr")


@pytest.mark.parametrize(
    ("ground", "more", "code"),
    [
        ("insult", {}, "sign_in_to_report"),
        ("duplicate", {}, "sign_in_to_report"),
        ("hatred", {"name": ""}, "no_reporter_name"),
        ("hatred", {"name": "x" * 101}, "long_reporter_name"),
        ("hatred", {"email": ""}, "no_reporter_email"),
        ("hatred", {"email": "jeanne"}, "no_reporter_email"),
        ("child_abuse", {"name": "", "email": "jeanne"}, "no_reporter_email"),
    ],
)
async def test_a_stranger_says_who_they_are(a: Affair, ground: str, more: dict[str, Any], code: str) -> None:
    assert await refused(as_a_stranger(a, ground, **more)) == code
    assert not await Report.exists()


async def test_child_abuse_is_reported_without_a_name(a: Affair) -> None:
    report = await as_a_stranger(a, "child_abuse", name="", email="")
    assert (report.name, report.email) == ("", "")
    assert (await Case.get()).ground == "child_abuse"


async def test_a_stranger_reports_an_item_once(a: Affair) -> None:
    first = await as_a_stranger(a)
    assert (await as_a_stranger(a, email="JEANNE@exemple.fr")).id == first.id
    assert (await as_a_stranger(a, email="paul@exemple.fr")).id != first.id


async def test_a_form_without_address_sent_twice_is_one_report(a: Affair) -> None:
    sent = [await as_a_stranger(a, "child_abuse", name="", email="", once="one.form") for _ in range(2)]
    assert sent[0].id == sent[1].id


async def test_who_is_signed_in_leaves_no_address(a: Affair) -> None:
    report = await a.report(a.d.contribution, name="Jeanne", email="jeanne@exemple.fr")
    assert (report.account_id, report.name, report.email) == (a.rita.id, "", "")


# ---------------------------------------------------------------- many reports


async def many(a: Affair, people: int, **kind: Any) -> None:
    """That many different people report Luc's contribution."""
    for n in range(people):
        await a.report(a.d.contribution, await a_person(f"Voisin {n}", **kind))


async def test_many_reports_hide_until_a_person_has_looked(a: Affair) -> None:
    await set_watch(a.moderator, **a.here, words="", most_links=3, hide_after=3)
    await many(a, 2)
    assert await state_of(a.d.contribution) == "published"
    await a.report(a.d.contribution)
    assert await state_of(a.d.contribution) == "hidden"
    decision, case = await Decision.get(), await Case.get()
    assert (decision.effect, decision.ground) == (Effect.HIDE, "automatic")
    assert (decision.automated, decision.by_id, decision.found_by) == (True, None, "report")
    assert case.is_open
    assert case.reasons == ["report", "many_reports"]
    assert not await Report.filter(answered_at__not_isnull=True).exists()
    assert await recount() == []


async def test_many_reports_hide_once_what_a_moderator_shows_again_stays_shown(a: Affair) -> None:
    await set_watch(a.moderator, **a.here, words="", most_links=3, hide_after=2)
    await many(a, 2)
    provisional = await Decision.get()
    await decide_again(a.moderator, **a.here, decision_id=provisional.id, reason="Rien de tout cela n’y est.")
    assert await state_of(a.d.contribution) == "published"
    await a.report(a.d.contribution)
    assert await state_of(a.d.contribution) == "published"


async def test_a_person_decides_after_the_threshold(a: Affair) -> None:
    await set_watch(a.moderator, **a.here, words="", most_links=3, hide_after=2)
    await many(a, 2)
    provisional = await Decision.get()
    decision = await a.decide("keep")
    assert (decision.replaces_id, decision.automated) == (provisional.id, False)
    assert await state_of(a.d.contribution) == "published"
    assert await Report.filter(decision_id=decision.id).count() == 2
    assert await recount() == []


async def test_what_a_person_has_kept_is_hidden_again_only_by_new_reports(a: Affair) -> None:
    await set_watch(a.moderator, **a.here, words="", most_links=3, hide_after=2)
    await many(a, 2)
    await a.decide("keep")
    await a.report(a.d.contribution)
    assert await state_of(a.d.contribution) == "published"
    await a.report(a.d.contribution, await a_person("Une autre"))
    assert await state_of(a.d.contribution) == "hidden"


async def test_without_a_threshold_nothing_hides_by_itself(a: Affair) -> None:
    await many(a, 5)
    assert await state_of(a.d.contribution) == "published"


async def test_strangers_and_unconfirmed_accounts_do_not_count_towards_hiding(a: Affair) -> None:
    await set_watch(a.moderator, **a.here, words="", most_links=3, hide_after=2)
    await many(a, 3, confirmed=False)
    await as_a_stranger(a)
    await as_a_stranger(a, email="paul@exemple.fr")
    await a.report(a.d.contribution)
    assert (await Case.get()).reports_count == 6
    assert await state_of(a.d.contribution) == "published"


async def test_somebody_unconfirmed_may_report(a: Affair) -> None:
    voice = Voice(account_id=(await a_person("Nouvelle", confirmed=False)).id, confirmed=False)
    await report_item(voice, **a.here, kind=Kind.CONTRIBUTION, item_id=a.d.contribution.id, ground="insult")
    assert (await Case.get()).reports_count == 1
