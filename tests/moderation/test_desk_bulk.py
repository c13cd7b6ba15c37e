"""Several items, one decision: chosen in the queue, confirmed on a page, each decided by itself."""

from starlette.applications import Starlette

from consult.arguments.models import Argument
from consult.moderation.models import Case, Decision, Kind
from tests.moderation.desk import REASON, Desk, a_desk

HIDE = {"effect": "hide", "ground": "advertising", "reason": REASON}


async def three(desk: Desk) -> list[Case]:
    """Three arguments reported as advertising."""
    return [(await desk.reported_argument(f"Achetez la brochure numéro {n}."))[1] for n in range(3)]


def chosen(cases: list[Case]) -> str:
    """The address of the page that asks about them."""
    return "/moderation/bulk?" + "&".join(f"case={case.id}" for case in cases)


async def test_the_queue_s_boxes_lead_to_the_page_that_asks(app: Starlette) -> None:
    desk = await a_desk(app)
    cases = await three(desk)
    shown = await desk.window(desk.maud).get("/moderation?kind=argument")
    boxes = [int(one.get("value") or 0) for one in shown.find(".//input[@name='case']")]
    assert boxes == [case.id for case in cases]
    assert shown.find(".//form[@action='/moderation/bulk'][@method='get']")
    assert shown.find(".//form[@action='/moderation/bulk']/input[@name='kind'][@value='argument']")


async def test_one_decision_for_several(app: Starlette) -> None:
    desk = await a_desk(app)
    cases = await three(desk)
    maud = desk.window(desk.maud)
    asked = await maud.get(chosen(cases[:2]))
    assert "Une décision pour 2 éléments" in asked.words
    assert "Achetez la brochure numéro 0." in asked.words
    assert await Decision.all().count() == 0
    done = await maud.post("/moderation/bulk", {**asked.guard(), **HIDE, "case": [str(one.id) for one in cases[:2]]})
    assert done.status == 303
    outcome = await maud.get(done.location)
    assert "2 éléments sont décidés" in outcome.words
    assert "Revenir sur cette décision" in outcome.words
    states = [(await Argument.get(id=case.item_id)).state for case in cases]
    assert states == ["hidden", "hidden", "published"]


async def test_what_is_refused_stops_nothing_else(app: Starlette) -> None:
    desk = await a_desk(app)
    cases = await three(desk)
    own = await desk.talk.argue(desk.maud, body="Ce que dit une modératrice.")
    cases.append(await desk.report(Kind.ARGUMENT, own.id))
    maud, marc = desk.window(desk.maud), desk.window(desk.marc)
    guard = (await maud.get(chosen(cases))).guard()
    path = f"/moderation/cases/{cases[0].id}"
    await marc.post(f"{path}/decide", {"effect": "keep", "reason": "Ce texte reste dans le débat."}, page=path)
    await marc.post(f"/moderation/cases/{cases[1].id}/take", page=f"/moderation/cases/{cases[1].id}")
    again = await maud.get(chosen(cases))
    for words in ("Déjà décidé : publié ou maintenu", "Marc Roy s’en occupe", "Vous avez écrit ce texte"):
        assert words in again.words
    done = await maud.post("/moderation/bulk", {**guard, **HIDE, "case": [str(one.id) for one in cases]})
    outcome = await maud.get(done.location)
    assert "1 élément est décidé" in outcome.words
    assert "3 ne le sont pas" in outcome.words
    for words in ("Quelqu’un d’autre a décidé entre-temps", "Marc Roy s’en occupe", "Vous avez écrit ce texte"):
        assert words in outcome.words
    assert await Decision.filter(by_id=desk.maud.id).count() == 1
    assert (await maud.get(done.location)).words == outcome.words, "reading it again sends nothing"


async def test_a_bulk_form_sent_twice_decides_once(app: Starlette) -> None:
    desk = await a_desk(app)
    cases = await three(desk)
    maud = desk.window(desk.maud)
    guard = (await maud.get(chosen(cases))).guard()
    for _ in range(2):
        sent = {**guard, **HIDE, "case": [str(one.id) for one in cases]}
        assert (await maud.post("/moderation/bulk", sent)).status == 303
    assert await Decision.all().count() == 3


async def test_what_is_missing_is_said_and_the_choice_is_kept(app: Starlette) -> None:
    desk = await a_desk(app)
    cases = await three(desk)
    maud = desk.window(desk.maud)
    guard = (await maud.get(chosen(cases))).guard()
    keys = [str(one.id) for one in cases]
    wrong = await maud.post("/moderation/bulk", {**guard, "effect": "hide", "reason": REASON, "case": keys})
    assert wrong.status == 422
    assert "Choisissez le motif" in wrong.words
    assert REASON in wrong.words
    assert len(wrong.find(".//input[@name='case'][@checked]")) == 3
    assert "Choisissez ce que vous décidez" in (await maud.post("/moderation/bulk", {**guard, "case": keys})).words
    for effect in ("merge", "correct", "hide_illegal"):
        refused = await maud.post("/moderation/bulk", {**guard, **HIDE, "effect": effect, "case": keys})
        assert refused.status == 422
    assert (await maud.post("/moderation/bulk", {**HIDE, "case": keys})).status == 422, "not a form of ours"
    assert await Decision.all().count() == 0


async def test_texts_read_first_are_published_together_without_a_sentence(app: Starlette) -> None:
    desk = await a_desk(app)
    reported = await three(desk)
    held = [(await desk.held_argument(f"Raison {n}."))[1] for n in range(2)]
    maud = desk.window(desk.maud)
    asked = await maud.get(chosen(held))
    assert "Pas nécessaire pour publier" in asked.words
    assert "Pas nécessaire pour publier" not in (await maud.get(chosen(reported))).words
    keep = {**asked.guard(), "effect": "keep", "reason": ""}
    wrong = await maud.post("/moderation/bulk", {**keep, "case": [str(one.id) for one in reported]})
    assert wrong.status == 422
    assert "Expliquez votre décision" in wrong.words
    assert len(wrong.find(".//input[@name='case'][@checked]")) == 3
    done = await maud.post("/moderation/bulk", {**keep, "case": [str(one.id) for one in held]})
    assert done.status == 303
    assert "2 éléments sont décidés" in (await maud.get(done.location)).words
    assert [(await Argument.get(id=one.item_id)).state for one in held] == ["published", "published"]


async def test_nothing_chosen_says_what_to_do(app: Starlette) -> None:
    desk = await a_desk(app)
    maud = desk.window(desk.maud)
    for query in ("", "?case=", "?case=abc", "?case=12345"):
        assert "Rien n’est coché" in (await maud.get(f"/moderation/bulk{query}")).words


async def test_the_neighbour_s_cases_cannot_be_chosen(app: Starlette) -> None:
    from tests.cast import a_person, a_territory

    desk = await a_desk(app)
    cases = await three(desk)
    coteau = await a_territory("coteau")
    ana = desk.window(await a_person("Ana", moderator=coteau), "coteau.test")
    shown = await ana.get(chosen(cases))
    assert "Rien n’est coché" in shown.words
    guard = (await ana.get("/account/name")).guard()
    done = await ana.post("/moderation/bulk", {**guard, **HIDE, "case": [str(one.id) for one in cases]})
    assert "Rien n’a été décidé" in (await ana.get(done.location)).words
    assert await Decision.all().count() == 0
