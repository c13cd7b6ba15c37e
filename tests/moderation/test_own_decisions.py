"""What somebody is told of the decisions about them: the statement of reasons, the appeal, the correction."""

from datetime import timedelta

import pytest
from starlette.applications import Starlette

from consult.contributions.actions import publish_contribution
from consult.core import clock
from consult.moderation.actions.appealing import hear_appeal
from consult.moderation.actions.restricting import restrict_account
from consult.moderation.actions.undoing import decide_again
from consult.moderation.models import Appeal, Case, Decision, Report
from consult.moderation.rules.appealing import GRACE, appeal_until
from tests.attacks.crawling import changed, rows
from tests.browsing import Visitor
from tests.cast import Person, a_person, a_territory, an_organisation
from tests.moderation.affairs import REASON, Affair, an_affair

OWN = "/account/decisions"


def of(decision: Decision, end: str = "") -> str:
    return f"{OWN}/{decision.id}{end}"


async def test_the_statement_says_all_that_the_law_asks_for(app: Starlette) -> None:
    affair = await an_affair()
    await affair.report(affair.d.contribution)
    made = await affair.decide("hide")
    luc = Visitor(app, person=affair.d.luc)
    listed = await luc.get(OWN)
    assert "Votre texte est masqué" in listed.words
    said = (await luc.get(of(made))).words
    for part in (
        made.reference, REASON, "propos insultants", "charte de participation", "Le plan vélo", "contribution n° 1",
        "Elle relierait la gare au lycée", "n’est plus visible de personne", "Sans limite de durée", "l’a signalé",
        "Une personne de l’équipe de modération a pris cette décision", "Faire un recours", "tribunal",
        "règlement extrajudiciaire", "Vous seul le voyez",
    ):  # fmt: skip
        assert part in said, part
    assert affair.rita.account.public_name not in said
    assert affair.mona.account.public_name not in said
    assert OWN in [one.get("href") for one in (await luc.get("/account")).find(".//a")]


@pytest.mark.parametrize("effect", ["correct", "merge", "hide_illegal", "keep"])
async def test_each_effect_has_its_statement(app: Starlette, effect: str) -> None:
    affair = await an_affair()
    more = {}
    if effect == "merge":
        other = await publish_contribution(
            affair.rita.voice(), **affair.d.place, section_id=affair.d.section.id, title="Autre", body="Autre texte."
        )
        more = {"merged_into_number": other.number, "ground": "duplicate"}
    made = await affair.decide(effect, **more)
    luc = Visitor(app, person=affair.d.luc)
    shown = await luc.get(of(made))
    assert shown.status == 200
    expected = {
        "correct": "Corriger mon texte", "merge": "Contribution n° 2", "hide_illegal": "sous scellés",
        "keep": "Votre texte est publié",
    }  # fmt: skip
    assert expected[effect] in shown.words
    if effect == "hide_illegal":
        assert "Elle relierait la gare" not in shown.text
        assert "article 24 de la loi du 29 juillet 1881" in shown.words
    if effect == "keep":
        assert "recours" not in shown.words
        assert made.reference not in (await luc.get(OWN)).words  # nothing was taken away


async def test_a_suspended_account_reads_until_when_and_why(app: Starlette) -> None:
    affair = await an_affair()
    until = clock.now() + timedelta(days=30)
    made = await restrict_account(
        affair.moderator, **affair.here, account_id=affair.d.luc.id, until=until, ground="insult", reason=REASON
    )
    luc = Visitor(app, person=affair.d.luc)
    said = (await luc.get(of(made))).words
    assert "Votre compte est suspendu" in said
    assert "Votre compte" in said
    undone = await decide_again(affair.moderator, **affair.here, decision_id=made.id, reason=REASON)
    assert "La suspension de votre compte est levée" in (await luc.get(of(undone))).words
    assert f"{OWN}/{undone.id}" in (await luc.get(of(made))).text


async def test_nobody_else_reads_it(app: Starlette) -> None:
    affair = await an_affair()
    made = await affair.decide("correct")
    await a_territory("coteau")
    strangers = [
        Visitor(app, person=affair.rita),
        Visitor(app, person=affair.mona),
        Visitor(app, person=await a_person("Gisèle", guarantor=affair.d.territory)),
        Visitor(app, "coteau.test", affair.d.luc),  # the author himself, at the neighbour's
    ]
    for visitor in strangers:
        csrf = (await visitor.get("/language")).guard()["csrf"]
        for end in ("", "/appeal", "/correct"):
            assert (await visitor.client.get(of(made, end))).status_code == 404, end
        for end in ("/appeal", "/correct"):
            sent = {"csrf": csrf, "once": "par-la-poste", "text": "Non.", "title": "Non", "body": "Non."}
            assert (await visitor.client.post(of(made, end), data=sent)).status_code == 404, end
        assert made.reference not in (await visitor.get(OWN)).text
    nobody = await Visitor(app).get(of(made))
    assert nobody.status == 303
    assert "/sign-in" in nobody.location
    assert await Appeal.all().count() == 0


async def test_members_of_the_organisation_read_what_was_decided_about_its_texts(app: Starlette) -> None:
    affair = await an_affair()
    paul, lea = await a_person("Paul Roux"), await a_person("Léa Sage")
    body = await an_organisation(affair.d.territory, paul, lea)
    argument = await affair.d.argue(paul.voice(organisation=body))
    made = await affair.decide("hide", argument)
    for member in (paul, lea):
        assert "Vélo Vallon" in (await Visitor(app, person=member).get(of(made))).words
    await body.members.filter(account_id=paul.id).delete()
    assert (await Visitor(app, person=paul).get(of(made))).status == 404
    sent = await Visitor(app, person=lea).post(of(made, "/appeal"), {"text": "Ce n’est pas une insulte."}, page="")
    assert sent.status == 303


async def appealed(app: Starlette, affair: Affair, made: Decision, person: Person | None = None) -> Visitor:
    """Luc appeals, with a form."""
    luc = Visitor(app, person=person or affair.d.luc)
    sent = await luc.post(of(made, "/appeal"), {"text": "Je n’ai insulté personne."}, page="")
    assert sent.status == 303, sent.words
    return luc


async def test_an_appeal_is_made_once_and_its_answer_is_read(app: Starlette) -> None:
    affair = await an_affair()
    made = await affair.decide("hide")
    luc = await appealed(app, affair, made)
    row = await Appeal.get()
    said = (await luc.get(of(made) + "?done=appealed")).words
    assert row.reference in said
    assert "Une autre personne que celle qui a décidé l’examine" in said
    again = await luc.get(of(made, "/appeal"))
    assert "déjà été fait" in again.words
    assert not again.find(".//textarea")
    late = await luc.post(of(made, "/appeal"), {"text": "Encore.", **(await luc.get("/language")).guard()})
    assert late.status == 422
    assert "Encore." in late.text
    assert await Appeal.all().count() == 1
    await hear_appeal(affair.other, **affair.here, appeal_id=row.id, outcome="reversed", reason="Rien d’insultant ici.")
    said = (await luc.get(of(made))).words
    assert "Le recours est accepté" in said
    assert "Rien d’insultant ici." in said
    assert "n’est plus en vigueur" in said
    new = await Decision.get(replaces_id=made.id)
    assert "Votre texte est de nouveau publié" in (await luc.get(of(new))).words
    assert "Votre texte est de nouveau publié" in (await luc.get(OWN)).words


async def test_the_same_form_sent_twice_makes_one_appeal(app: Starlette) -> None:
    affair = await an_affair()
    made = await affair.decide("hide")
    luc = Visitor(app, person=affair.d.luc)
    guard = (await luc.get(of(made, "/appeal"))).hidden(action="/appeal")
    answers = [await luc.post(of(made, "/appeal"), {**guard, "text": "Je n’ai insulté personne."}) for _ in range(2)]
    assert [one.status for one in answers] == [303, 303]
    assert await Appeal.all().count() == 1


async def test_an_appeal_without_a_word_is_asked_for_again(app: Starlette) -> None:
    affair = await an_affair()
    made = await affair.decide("hide")
    luc = Visitor(app, person=affair.d.luc)
    assert (await luc.post(of(made, "/appeal"), {"text": " "}, page="")).status == 422
    stale = await luc.post(of(made, "/appeal"), {"text": "Un texte gardé.", "csrf": "x.y.z"})
    assert stale.status == 422
    assert "Un texte gardé." in stale.text


async def test_an_appeal_comes_too_late_after_six_months(app: Starlette) -> None:
    affair = await an_affair()
    made = await affair.decide("hide")
    end = appeal_until(made.decided_at) + GRACE
    luc = Visitor(app, person=affair.d.luc)
    with clock.frozen(end - timedelta(minutes=1), everywhere=True):
        assert (await luc.get(of(made, "/appeal"))).find(".//textarea")
        guard = (await luc.get(of(made, "/appeal"))).hidden(action="/appeal")
    with clock.frozen(end + timedelta(minutes=1), everywhere=True):
        said = await luc.get(of(made))
        assert "six mois" in said.words
        assert f"{of(made)}/appeal" not in said.text
        assert not (await luc.get(of(made, "/appeal"))).find(".//textarea")
        late = await luc.post(of(made, "/appeal"), {**guard, "text": "Une minute trop tard."})
    assert late.status == 422
    assert "Une minute trop tard." in late.text
    assert await Appeal.all().count() == 0


async def test_a_correction_starts_from_the_text_and_is_sent(app: Starlette) -> None:
    affair = await an_affair()
    made = await affair.decide("correct")
    luc = Visitor(app, person=affair.d.luc)
    form = await luc.get(of(made, "/correct"))
    assert REASON in form.words
    assert "Elle relierait la gare au lycée." in form.text
    assert form.find(".//input[@name='title']")[0].get("value") == "Une piste le long du canal"
    empty = await luc.post(of(made, "/correct"), {"title": "Un titre gardé", "body": ""}, page="")
    assert empty.status == 422
    assert "Un titre gardé" in empty.text
    same = await luc.post(
        of(made, "/correct"), {"title": affair.d.contribution.title, "body": affair.d.contribution.body}, page=""
    )
    assert same.status == 422
    sent = await luc.post(of(made, "/correct"), {"title": "Une piste", "body": "Un texte apaisé."}, page="")
    assert sent.status == 303
    case = await Case.filter(is_open=True).get()
    assert "corrected" in case.reasons
    said = await luc.get(sent.location)
    assert "va la relire" in said.words
    assert f"{of(made)}/correct" not in said.text
    again = await luc.get(of(made, "/correct"))
    assert "déjà envoyé" in again.words


@pytest.mark.parametrize("kind", ["argument", "source"])
async def test_arguments_and_sources_are_corrected_too(app: Starlette, kind: str) -> None:
    affair = await an_affair()
    item = await (affair.d.argue if kind == "argument" else affair.d.source)(affair.d.luc)
    made = await affair.decide("correct", item, hidden_meanwhile=True)
    luc = Visitor(app, person=affair.d.luc)
    assert "n’est pas visible tant que" in (await luc.get(of(made))).words
    values = {"body": "Un argument apaisé.", "title": "Un titre", "link": "https://example.org/b", "category": "law"}
    sent = await luc.post(of(made, "/correct"), values, page="")
    assert sent.status == 303, sent.words
    await item.refresh_from_db()
    assert item.body == "Un argument apaisé."


async def test_a_correction_comes_too_late_after_its_deadline(app: Starlette) -> None:
    affair = await an_affair()
    made = await affair.decide("correct")
    luc = Visitor(app, person=affair.d.luc)
    with clock.frozen(clock.now() + timedelta(days=8), everywhere=True):
        assert "délai pour corriger est passé" in (await luc.get(of(made, "/correct"))).words
        sent = await luc.post(
            of(made, "/correct"), {**(await luc.get("/language")).guard(), "title": "Trop tard", "body": "Gardé ici."}
        )
    assert sent.status == 422
    assert "Gardé ici." in sent.text


async def test_what_asks_for_no_correction_has_no_form(app: Starlette) -> None:
    affair = await an_affair()
    made = await affair.decide("hide")
    luc = Visitor(app, person=affair.d.luc)
    assert (await luc.get(of(made, "/correct"))).status == 404


async def test_one_reads_what_became_of_ones_reports(app: Starlette) -> None:
    affair = await an_affair()
    rita = Visitor(app, person=affair.rita)
    assert "rien signalé" in (await rita.get("/account/reports")).words
    await affair.report(affair.d.contribution)
    report = await Report.get()
    waiting = (await rita.get("/account/reports")).words
    assert report.reference in waiting
    assert "en attente d’une décision" in waiting
    made = await affair.decide("hide")
    said = (await rita.get("/account/reports")).words
    assert "Le texte a été masqué" in said
    assert "annulée" not in said
    assert made.reference not in said  # it is its author's
    await decide_again(affair.moderator, **affair.here, decision_id=made.id, reason=REASON)
    assert "annulée ensuite" in (await rita.get("/account/reports")).words
    for other in (Visitor(app, person=affair.d.luc), Visitor(app, "vallon.test", affair.mona)):
        assert report.reference not in (await other.get("/account/reports")).text


async def test_a_scanner_that_follows_the_link_of_a_mail_changes_nothing(app: Starlette) -> None:
    affair = await an_affair()
    await affair.report(affair.d.contribution)
    made = await affair.decide("correct")
    luc, before = Visitor(app, person=affair.d.luc), await rows()
    for visitor in (luc, Visitor(app)):
        for path in (OWN, of(made), of(made, "/appeal"), of(made, "/correct"), "/account/reports"):
            answer = await visitor.client.get(path, params={"text": "Oui.", "body": "Oui.", "title": "Oui"})
            assert answer.status_code in {200, 303}
    assert changed(before, await rows()) == []


async def test_a_report_cannot_be_sent_with_somebody_elses_form(app: Starlette) -> None:
    """A token is good for the browser that it was made for, and for one sending."""
    affair = await an_affair()
    made = await affair.decide("correct")
    stolen = (await Visitor(app, person=affair.d.luc).get(of(made, "/appeal"))).hidden(action="/appeal")
    rita = Visitor(app, person=affair.rita)
    item = await affair.d.argue(affair.d.luc)
    answer = await rita.post(f"/report/argument/{item.id}", {**stolen, "ground": "insult", "text": "Gardé."})
    assert answer.status == 422
    assert "Gardé." in answer.text
    assert await Report.all().count() == 0
