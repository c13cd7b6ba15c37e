"""Reporting: who may, what they are told, and that a thousand of them make one row."""

from datetime import timedelta

import pytest
from starlette.applications import Starlette

from consult.core import clock
from consult.core.database import execute
from consult.core.signing import sign
from consult.moderation.models import Report
from consult.moderation.pages.reporting import RECEIPT
from tests.browsing import Answer, Visitor
from tests.cast import a_person, a_territory
from tests.discussion import Discussion, a_discussion

STRANGER = {"name": "Paul Passant", "email": "paul@exemple.fr"}


def address(d: Discussion) -> str:
    return f"/report/contribution/{d.contribution.id}"


async def followed(visitor: Visitor, answer: Answer) -> Answer:
    assert answer.status == 303, answer.words
    return await visitor.get(answer.location)


async def test_somebody_signed_in_reports_and_reads_the_number(app: Starlette) -> None:
    d = await a_discussion()
    awa = Visitor(app, person=await a_person())
    shown = await awa.get(address(d))
    assert shown.status == 200
    assert "Une piste le long du canal" in shown.words
    assert "Contraire à la charte" in shown.words
    assert "Interdit par la loi" in shown.words
    assert shown.headers["cache-control"] == "private, no-store"
    assert shown.headers["x-robots-tag"] == "noindex"
    sent = await awa.post(address(d), {"ground": "off_topic", "text": "Rien à voir."}, page="")
    row = await Report.get()
    assert (row.kind, row.item_id, row.ground, row.text) == (
        "contribution",
        d.contribution.id,
        "off_topic",
        "Rien à voir.",
    )
    assert row.reference in (await followed(awa, sent)).words
    again = await awa.get(address(d))
    assert "Vous avez déjà signalé" in again.words
    assert row.reference in again.words


@pytest.mark.parametrize("kind", ["argument", "source", "amendment"])
async def test_every_kind_of_item_is_reported_from_its_own_link(app: Starlette, kind: str) -> None:
    d = await a_discussion()
    author = await a_person("Inès Roux")
    item = await {"argument": d.argue, "source": d.source, "amendment": d.amend}[kind](author)
    path = f"{d.path}/amendments/{item.id}" if kind == "amendment" else d.path
    here = f"/report/{kind}/{item.id}"
    links = [one.get("href") for one in (await Visitor(app).get(path)).find(".//a")]
    assert here in links
    assert here not in [one.get("href") for one in (await Visitor(app, person=author).get(path)).find(".//a")]
    awa = Visitor(app, person=await a_person())
    assert (await awa.post(here, {"ground": "advertising"}, page="")).status == 303
    assert await Report.filter(kind=kind, item_id=item.id).count() == 1


async def test_without_an_account_one_reports_what_the_law_forbids(app: Starlette) -> None:
    d = await a_discussion()
    somebody = Visitor(app)
    shown = await somebody.get(address(d))
    values = [one.get("value") for one in shown.find(".//input[@name='ground']")]
    assert "hatred" in values
    assert "off_topic" not in values
    charter = await somebody.post(address(d), {"ground": "off_topic", **STRANGER}, page="")
    assert charter.status == 422
    nobody = await somebody.post(address(d), {"ground": "hatred", "text": "Le début."}, page="")
    assert nobody.status == 422
    assert "Le début." in nobody.text
    assert "Donnez votre nom" in nobody.words
    sent = await somebody.post(address(d), {"ground": "hatred", **STRANGER}, page="")
    row = await Report.get()
    receipt = await followed(somebody, sent)
    assert row.reference in receipt.words
    assert (row.name, row.email, row.account_id) == ("Paul Passant", "paul@exemple.fr", None)
    for private in ("Passant", "paul@exemple.fr"):
        assert private not in receipt.text


async def test_an_abuse_of_children_needs_no_name(app: Starlette) -> None:
    d = await a_discussion()
    somebody = Visitor(app)
    receipt = await followed(somebody, await somebody.post(address(d), {"ground": "child_abuse"}, page=""))
    assert (await Report.get()).reference in receipt.words
    assert "pas laissé d’adresse" in receipt.words


async def test_other_grounds_ask_for_a_word(app: Starlette) -> None:
    d = await a_discussion()
    awa = Visitor(app, person=await a_person())
    answer = await awa.post(address(d), {"ground": "other"}, page="")
    assert answer.status == 422
    assert "contraire à la loi" in answer.words
    assert (await awa.post(address(d), {}, page="")).status == 422
    assert await Report.all().count() == 0


async def test_what_is_not_public_here_cannot_be_reported(app: Starlette) -> None:
    d = await a_discussion()
    await a_territory("coteau")
    awa = await a_person()
    argument = await d.argue(await a_person("Inès Roux"))
    for visitor in (Visitor(app, "coteau.test", awa), Visitor(app, "coteau.test")):
        assert (await visitor.client.get(address(d))).status_code == 404
    csrf = (await Visitor(app, person=awa).get("/language")).guard()["csrf"]
    await d.hide()
    here = Visitor(app, person=awa)
    for path in (
        address(d),
        f"/report/argument/{argument.id}",
        "/report/account/1",
        "/report/mail/1",
        "/report/source/0",
    ):
        assert (await here.client.get(path)).status_code == 404, path
        sent = await here.client.post(path, data={"ground": "insult", "csrf": csrf, "once": "par-la-poste"})
        assert sent.status_code == 404, path
    assert await Report.all().count() == 0


async def test_ones_own_text_is_not_reported(app: Starlette) -> None:
    d = await a_discussion()
    answer = await Visitor(app, person=d.luc).post(address(d), {"ground": "insult"}, page="")
    assert answer.status == 422
    assert "C’est votre texte" in answer.words


async def test_a_form_sent_twice_makes_one_report(app: Starlette) -> None:
    d = await a_discussion()
    somebody = Visitor(app)
    guard = (await somebody.get(address(d))).hidden(action=address(d))
    first = await somebody.post(address(d), {**guard, "ground": "threat", **STRANGER})
    second = await somebody.post(address(d), {**guard, "ground": "threat", **STRANGER})
    assert first.status == second.status == 303
    assert await Report.all().count() == 1


async def test_a_stale_or_foreign_form_keeps_what_was_typed(app: Starlette) -> None:
    d = await a_discussion()
    awa = Visitor(app, person=await a_person())
    answer = await awa.post(address(d), {"ground": "insult", "text": "Au second paragraphe.", "csrf": "x.y.z"})
    assert answer.status == 422
    assert "Au second paragraphe." in answer.text
    assert await Report.all().count() == 0


async def test_what_fills_the_hidden_field_is_no_person(app: Starlette) -> None:
    d = await a_discussion()
    answer = await Visitor(app).post(address(d), {"ground": "threat", **STRANGER, "website": "http://x"}, page="")
    assert answer.status == 303
    assert await Report.all().count() == 0


async def test_a_thousand_reports_make_one_row(app: Starlette) -> None:
    """The twenty-first hears that it is too often, with its text kept; nothing grows."""
    d = await a_discussion()
    awa = Visitor(app, person=await a_person())
    guard = (await awa.get(address(d))).hidden(action=address(d))
    statuses = []
    for n in range(1_000):
        sent = {"csrf": guard["csrf"], "once": f"fois-numero-{n:04}", "ground": "insult", "text": f"Encore {n}."}
        statuses.append((await awa.client.post(address(d), data=sent)).status_code)
    assert statuses[:20] == [303] * 20
    assert set(statuses[20:]) == {429}
    last = await awa.post(address(d), {"csrf": guard["csrf"], "ground": "insult", "text": "Un texte gardé."})
    assert last.status == 429
    assert "Un texte gardé." in last.text
    for table in ("report", "moderation_case"):
        assert (await execute(f"SELECT COUNT(*) AS n FROM {table}"))[0]["n"] == 1
    assert (await execute("SELECT COUNT(*) AS n FROM audit WHERE event = 'item_reported'"))[0]["n"] == 1


async def test_a_stranger_cannot_fill_the_queue(app: Starlette) -> None:
    d = await a_discussion()
    somebody = Visitor(app)
    guard = (await somebody.get(address(d))).hidden(action=address(d))
    for n in range(60):
        sent = {"csrf": guard["csrf"], "once": f"fois-numero-{n:04}", "ground": "threat", "name": "X"}
        answer = await somebody.client.post(address(d), data={**sent, "email": f"x{n}@exemple.fr"})
        assert answer.status_code in {303, 429}
    assert await Report.all().count() == 20
    assert (await execute("SELECT COUNT(*) AS n FROM moderation_case"))[0]["n"] == 1


async def test_a_receipt_is_opened_by_its_own_signed_word_only(app: Starlette) -> None:
    d = await a_discussion()
    await a_territory("coteau")
    somebody = Visitor(app)
    sent = await somebody.post(address(d), {"ground": "threat", **STRANGER}, page="")
    row = await Report.get()
    assert (await Visitor(app).get(sent.location)).status == 200  # the link is the key, as in the mail
    for wrong in (
        "",
        "x",
        str(row.id),
        row.reference,
        sign("link", row.id),
        sign(RECEIPT, row.id + 1),
        sign(RECEIPT, "x"),
    ):
        assert (await somebody.client.get("/report/sent", params={"receipt": wrong})).status_code == 404, wrong
    assert (await Visitor(app, "coteau.test").client.get(sent.location)).status_code == 404
    assert (await somebody.client.get("/report/sent")).status_code == 404
    with clock.frozen(clock.now() + timedelta(days=1), everywhere=True):
        assert (await somebody.get(sent.location)).status == 200
