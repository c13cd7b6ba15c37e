"""Who comes to the desk: this territory's staff. To everybody else there is no such address."""

import pytest
from starlette.applications import Starlette

from consult.core.models import AuditEntry
from consult.moderation.actions.deciding import decide
from consult.moderation.models import Case, Decision, Watch
from tests.cast import a_person, a_territory
from tests.moderation.desk import REASON, Desk, a_desk

READ = (
    "/moderation",
    "/moderation/cases/{case}",
    "/moderation/cases/{case}/restrict",
    "/moderation/items/argument/{item}",
    "/moderation/decisions/{decision}/again",
    "/moderation/bulk?case={case}",
    "/moderation/bulk/outcome?case={case}",
    "/moderation/appeals",
    "/moderation/settings",
)
SENT = (
    "/moderation/cases/{case}/take",
    "/moderation/cases/{case}/release",
    "/moderation/cases/{case}/notes",
    "/moderation/cases/{case}/decide",
    "/moderation/cases/{case}/restrict",
    "/moderation/items/argument/{item}",
    "/moderation/decisions/{decision}/again",
    "/moderation/bulk",
    "/moderation/settings",
)
# The lists of one's own territory are there for the neighbour too, with nothing of ours in them.
OWN_LISTS = {
    "/moderation",
    "/moderation/bulk",
    "/moderation/bulk/outcome",
    "/moderation/appeals",
    "/moderation/settings",
}
EVERYTHING = {
    "effect": "hide",
    "ground": "insult",
    "reason": REASON,
    "body": "Une note.",
    "days": "7",
    "most_links": "1",
}


async def addresses(desk: Desk) -> dict[str, int]:
    """What fills the addresses in: a case that waits, its item, and a decision."""
    _, decided = await desk.reported_argument("Un texte déjà masqué.")
    decision = await decide(
        desk.maud.voice("moderator"), **desk.where, case_id=decided.id, effect="hide", ground="insult", reason=REASON
    )
    argument, case = await desk.reported_argument()
    return {"case": case.id, "item": argument.id, "decision": decision.id}


async def test_a_participant_finds_nothing_at_any_address(app: Starlette) -> None:
    desk = await a_desk(app)
    here = await addresses(desk)
    entries = await AuditEntry.all().count()
    awa = desk.window(desk.awa)
    guard = (await awa.get("/account/name")).guard()
    for path in READ:
        assert (await awa.get(path.format(**here))).status == 404, path
        assert (await desk.window(None).get(path.format(**here))).location.startswith("/sign-in"), path
    for path in SENT:
        assert (await awa.post(path.format(**here), {**guard, **EVERYTHING, "case": str(here["case"])})).status == 404
    assert await AuditEntry.all().count() == entries


async def test_the_neighbour_s_moderator_finds_nothing_of_ours(app: Starlette) -> None:
    desk = await a_desk(app)
    here = await addresses(desk)
    entries = await AuditEntry.all().count()
    ana = await a_person("Ana", moderator=await a_territory("coteau"))
    abroad, at_home = desk.window(ana), desk.window(ana, "coteau.test")
    guard = (await at_home.get("/moderation/settings")).guard()
    for path in READ:
        assert (await abroad.get(path.format(**here))).status == 404, path
        shown = await at_home.get(path.format(**here))
        own = path.split("?")[0] in OWN_LISTS
        assert shown.status == (200 if own else 404), path
        assert "incapables" not in shown.text
    for path in SENT:
        sent = {**guard, **EVERYTHING, "case": str(here["case"])}
        assert (await abroad.post(path.format(**here), sent)).status == 404, path
        if path not in OWN_LISTS:
            assert (await at_home.post(path.format(**here), sent)).status == 404, path
    assert await AuditEntry.all().count() == entries
    assert (await Case.get(id=here["case"])).is_open


async def test_reading_every_address_changes_nothing(app: Starlette) -> None:
    desk = await a_desk(app)
    here = await addresses(desk)
    entries, cases = await AuditEntry.all().count(), await Case.all().order_by("id").values()
    for person in (desk.maud, desk.marc):
        for path in READ:
            assert (await desk.window(person).get(path.format(**here))).status == 200, path
    assert await AuditEntry.all().count() == entries
    assert await Case.all().order_by("id").values() == cases
    assert not await Watch.exists()


ABSENT = ("cases/1", "items/argument/1", "items/account/1", "items/vote/1", "decisions/1/again", "appeals/1")


@pytest.mark.parametrize("address", ABSENT)
async def test_what_is_not_there_is_not_found(app: Starlette, address: str) -> None:
    desk = await a_desk(app)
    maud = desk.window(desk.maud)
    assert (await maud.get(f"/moderation/{address}")).status == 404


async def test_what_waits_for_its_author_to_confirm_is_nobody_s_business(app: Starlette) -> None:
    desk = await a_desk(app)
    newcomer = await a_person("Jeanne", confirmed=False)
    argument = await desk.talk.argue(newcomer, body="Pas encore confirmée.")
    assert (await desk.window(desk.maud).get(f"/moderation/items/argument/{argument.id}")).status == 404


async def test_the_desk_is_in_the_header_of_those_who_work_there(app: Starlette) -> None:
    desk = await a_desk(app)
    territory = desk.talk.territory
    for role, there in (("moderator", True), ("guarantor", True), ("administrator", True), ("rapporteur", False)):
        person = await a_person(role.title(), **{role: territory})
        shown = await desk.window(person).get("/")
        assert bool(shown.find(".//header//a[@href='/moderation']")) is there, role
    assert not (await desk.window(desk.awa).get("/")).find(".//header//a[@href='/moderation']")
    administrator = await a_person("Ada", administrator=territory)
    assert (await desk.window(administrator).get("/admin")).find(".//main//a[@href='/moderation']")


async def test_settings(app: Starlette) -> None:
    desk = await a_desk(app)
    maud, path = desk.window(desk.maud), "/moderation/settings"
    first = await maud.get(path)
    assert first.find(".//input[@name='most_links'][@value='3']")
    assert first.find(".//input[@name='hide_after'][@value='0']")
    wrong = await maud.post(path, {"words": "arnaque", "most_links": "2", "hide_after": "1"}, page=path)
    assert wrong.status == 422
    assert "arnaque" in wrong.words
    letters = await maud.post(path, {"words": "arnaque", "most_links": "beaucoup", "hide_after": "0"}, page=path)
    assert letters.status == 422
    done = await maud.post(path, {"words": "arnaque\nArgent facile", "most_links": "2", "hide_after": "5"}, page=path)
    assert done.location == f"{path}?done=watch"
    watch = await Watch.get()
    assert (watch.words, watch.most_links, watch.hide_after) == ("arnaque\nArgent facile", 2, 5)
    assert "Argent facile" in (await maud.get(path)).words
    gus = desk.window(await a_person("Gus", guarantor=desk.talk.territory))
    assert (await gus.get(path)).status == 403
    ada = desk.window(await a_person("Ada", administrator=desk.talk.territory))
    assert (await ada.post(path, {"most_links": "0", "hide_after": "0"}, page=path)).status == 303
    assert (await Watch.get()).most_links == 0
    assert await Decision.all().count() == 0
