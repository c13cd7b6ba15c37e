"""A case as its moderator meets it: the item in its context, who has it in hand, what is noted about it."""

from datetime import timedelta

from starlette.applications import Starlette

from consult.contributions.actions import revise_contribution
from consult.core import clock
from consult.core.models import AuditEntry
from consult.moderation.actions.cases import take_case
from consult.moderation.models import Case, CaseReason, Kind, Note
from tests.cast import a_person, an_organisation
from tests.counting import counted
from tests.moderation.desk import REASON, a_desk


async def test_a_case_shows_the_item_in_its_context(app: Starlette) -> None:
    desk = await a_desk(app)
    _, case = await desk.reported_argument()
    shown = await desk.window(desk.maud).get(f"/moderation/cases/{case.id}")
    assert shown.status == 200
    assert "Argument contre, sous la contribution n° 1" in shown.words
    assert "Vous êtes tous des incapables" in shown.words
    assert "Une piste le long du canal" in shown.words
    assert "C’est insultant." in shown.words
    assert "Le plan vélo" in shown.words


async def test_nobody_reads_who_reported(app: Starlette) -> None:
    desk = await a_desk(app)
    _, case = await desk.reported_argument()
    shown = await desk.window(desk.maud).get(f"/moderation/cases/{case.id}")
    assert "une personne avec un compte" in shown.words
    assert "Lanceuse" not in shown.text
    assert str(desk.reporters[0].id) not in shown.text


async def test_each_kind_of_item_has_its_case(app: Starlette) -> None:
    desk = await a_desk(app)
    amendment = await desk.talk.amend(desk.awa)
    source = await desk.talk.source(desk.awa)
    wanted = {
        (Kind.CONTRIBUTION, desk.talk.contribution.id): "Contribution n° 1",
        (Kind.AMENDMENT, amendment.id): "Proposition de modification de la contribution n° 1",
        (Kind.SOURCE, source.id): "Source, sous la contribution n° 1",
    }
    for (kind, item_id), words in wanted.items():
        case = await desk.report(kind, item_id)
        shown = await desk.window(desk.maud).get(f"/moderation/cases/{case.id}")
        assert words in shown.words
        offered = {one.get("value") for one in shown.find(".//input[@name='effect']")}
        assert {"keep", "hide", "hide_illegal"} <= offered
        assert ("merge" in offered) is (kind is Kind.CONTRIBUTION)
        assert ("correct" in offered) is (kind is not Kind.AMENDMENT)


async def test_earlier_wordings_are_read_with_the_present_one(app: Starlette) -> None:
    desk = await a_desk(app)
    row = desk.talk.contribution
    await revise_contribution(
        desk.talk.luc.voice(), **desk.talk.place, contribution_id=row.id, base_revision=1, title=row.title,
        body="Une autre rédaction, plus posée.", reason="",
    )  # fmt: skip
    case = await desk.report(Kind.CONTRIBUTION, row.id)
    shown = await desk.window(desk.maud).get(f"/moderation/cases/{case.id}")
    assert "Une autre rédaction" in shown.words
    assert "1 version antérieure" in shown.words
    assert "Elle relierait la gare au lycée" in shown.words


async def test_what_signals_found_is_said(app: Starlette) -> None:
    desk = await a_desk(app)
    case = await desk.seen(Kind.CONTRIBUTION, desk.talk.contribution.id, CaseReason.WORDS, CaseReason.SIMILAR)
    await Case.filter(id=case.id).update(details={"words": ["arnaque"], "links": 7, "similar": [1], "new_accounts": 3})
    shown = await desk.window(desk.maud).get(f"/moderation/cases/{case.id}")
    assert "mot surveillé" in shown.words
    assert "arnaque" in shown.words
    assert "7 liens dans le texte" in shown.words
    assert "3 comptes récents" in shown.words


async def test_reading_a_case_assigns_and_changes_nothing(app: Starlette) -> None:
    desk = await a_desk(app)
    _, case = await desk.reported_argument()
    before = await AuditEntry.all().count()
    for path in (f"/cases/{case.id}", f"/items/argument/{case.item_id}", "", f"/cases/{case.id}/restrict"):
        assert (await desk.window(desk.maud).get(f"/moderation{path}")).status == 200
    assert await AuditEntry.all().count() == before
    assert (await Case.get(id=case.id)).assigned_to_id is None


async def test_taking_a_case_in_hand_and_letting_go_of_it(app: Starlette) -> None:
    desk = await a_desk(app)
    _, case = await desk.reported_argument()
    maud, path = desk.window(desk.maud), f"/moderation/cases/{case.id}"
    taken = await maud.post(f"{path}/take", page=path)
    assert taken.location == f"{path}?done=taken"
    assert "Vous vous en occupez" in (await maud.get(taken.location)).words
    assert (await Case.get(id=case.id)).assigned_to_id == desk.maud.id
    seen = await desk.window(desk.marc).get(path)
    assert "Maud Petit s’en occupe en ce moment" in seen.words
    assert not seen.find(".//input[@name='effect']")
    assert "Maud Petit s’en occupe" in (await desk.window(desk.marc).get("/moderation")).words
    assert (await maud.post(f"{path}/release", page=path)).location == f"{path}?done=released"
    assert (await desk.window(desk.marc).get(path)).find(".//input[@name='effect']")


async def test_an_assignment_ends_by_itself(app: Starlette) -> None:
    desk = await a_desk(app)
    _, case = await desk.reported_argument()
    await take_case(desk.maud.voice("moderator"), **desk.where, case_id=case.id)
    await Case.filter(id=case.id).update(assigned_until=clock.now() - timedelta(seconds=1))
    assert (await desk.window(desk.marc).get(f"/moderation/cases/{case.id}")).find(".//input[@name='effect']")


async def test_notes_are_between_moderators(app: Starlette) -> None:
    desk = await a_desk(app)
    _, case = await desk.reported_argument()
    maud, path = desk.window(desk.maud), f"/moderation/cases/{case.id}"
    empty = await maud.post(f"{path}/notes", {"body": " "}, page=path)
    assert empty.status == 422
    assert "Écrivez votre note" in empty.words
    guard = (await maud.get(path)).hidden(action="/notes")
    for _ in range(2):
        assert (await maud.post(f"{path}/notes", {**guard, "body": "À voir avec Marc."})).status == 303
    assert await Note.all().count() == 1
    assert "À voir avec Marc." in (await desk.window(desk.marc).get(path)).words
    public = await desk.window(None).get(f"{desk.talk.path}/arguments/{case.item_id}")
    assert "À voir avec Marc." not in public.text


async def test_who_may_not_decide_reads_why(app: Starlette) -> None:
    desk = await a_desk(app)
    body = await an_organisation(desk.talk.territory, desk.awa, desk.marc, name="Les amis")
    argument = await desk.talk.argue(desk.maud, body="Un argument de modératrice.")
    spoken = await desk.talk.argue(desk.awa.voice(organisation=body), body="Au nom des amis du vélo.")
    own, theirs = await desk.report(Kind.ARGUMENT, argument.id), await desk.report(Kind.ARGUMENT, spoken.id)
    for person, case in ((desk.maud, own), (desk.marc, theirs)):
        shown = await desk.window(person).get(f"/moderation/cases/{case.id}")
        assert "Vous avez écrit ce texte, ou parlez pour qui l’a écrit" in shown.words
        assert not shown.find(".//input[@name='effect']")


async def test_guarantor_and_administrator_read_without_buttons(app: Starlette) -> None:
    desk = await a_desk(app)
    _, case = await desk.reported_argument()
    guarantor = await a_person("Gus", guarantor=desk.talk.territory)
    administrator = await a_person("Ada", administrator=desk.talk.territory)
    for person in (guarantor, administrator):
        window = desk.window(person)
        for path in ("/moderation", f"/moderation/cases/{case.id}", f"/moderation/items/argument/{case.item_id}"):
            shown = await window.get(path)
            assert shown.status == 200
            posts = [one for one in shown.find(".//form") if one.get("method", "").lower() == "post"]
            assert not posts, path
            assert not shown.find(".//input[@type='checkbox']")
        for path in ("take", "release", "notes", "decide"):
            assert (await window.post(f"/moderation/cases/{case.id}/{path}", {"csrf": "x"})).status == 403
        assert (await window.get(f"/moderation/cases/{case.id}/restrict")).status == 403


async def test_an_item_that_does_not_wait_is_put_in_the_queue(app: Starlette) -> None:
    desk = await a_desk(app)
    argument = await desk.talk.argue(desk.awa)
    maud, path = desk.window(desk.maud), f"/moderation/items/argument/{argument.id}"
    assert "Examiner ce texte" in (await maud.get(path)).words
    first = await maud.post(path, page=path)
    case = await Case.get()
    assert first.location == f"/moderation/cases/{case.id}?done=opened"
    assert f"/moderation/cases/{case.id}" in (await maud.get(path)).text
    assert (await maud.post(path, page=first.location)).status in {303, 422}
    assert await Case.all().count() == 1


async def test_an_author_s_earlier_decisions_are_counted_and_listed(app: Starlette) -> None:
    desk = await a_desk(app)
    _, first = await desk.reported_argument("Un premier texte, insultant.")
    maud = desk.window(desk.maud)
    path = f"/moderation/cases/{first.id}"
    await maud.post(f"{path}/decide", {"effect": "hide", "ground": "insult", "reason": REASON}, page=path)
    _, second = await desk.reported_argument("Un second texte, insultant.")
    shown = await maud.get(f"/moderation/cases/{second.id}")
    assert "Décisions à son égard : masqué (1)" in shown.words
    assert REASON in shown.words


async def test_a_case_costs_the_same_however_much_was_said(app: Starlette) -> None:
    desk = await a_desk(app)
    _, case = await desk.reported_argument()
    await desk.reported_argument("Un autre argument, qui vient après.")
    maud, costs = desk.window(desk.maud), []
    await maud.get(f"/moderation/cases/{case.id}")
    for _ in range(3):
        with counted() as asked:
            await maud.get(f"/moderation/cases/{case.id}")
        costs.append(len(asked))
        for n in range(4):
            await desk.report(Kind.ARGUMENT, case.item_id)
            await Note.create(id=case.id + n + 1 + 10 * len(costs), case=case, account_id=desk.marc.id, body="Note",
                              created_at=clock.now())  # fmt: skip
            await desk.reported_argument(f"Encore un autre argument, le {n}e.")
    assert costs[0] == costs[1] == costs[2] <= 16, costs
