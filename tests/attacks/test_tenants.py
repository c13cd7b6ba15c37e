"""Tenants: nothing of one territory is read, written, counted or guessed from the other; the neighbour tries."""

import itertools
from typing import Any

import pytest
from starlette.applications import Starlette

from consult.accounts.models import Staff
from tests.attacks.crawling import Rows, addresses, changed, guard_of, keys_of, rows
from tests.attacks.world import Place, World, a_side, a_world
from tests.browsing import Visitor

OURS = "vallon"  # stands in every public word of the territory that is attacked
NOT_TRIED = r"^(?!/sign-|/account/(delete|sessions|password|email|name|notifications)|/language|/links|/invitations)"


@pytest.fixture
async def world(db: str) -> World:
    return await a_world()


def foreign(place: Place) -> dict[str, Any]:
    """A form that names things of another territory wherever a form can name something."""
    return {
        "title": "Un titre", "body": "Un texte assez long pour tout.", "reason": "Un motif assez long pour tout.",
        "section": str(place.section.id), "voice": str(place.organisations["verified"].id), "choice": "agree",
        "support": "yes", "side": "for", "link": "https://example.org/x", "category": "report", "base": "1",
        "revision": "1", "argument": str(place.arguments["published"].id),
        "amendment": str(place.amendments["published"].id), "draft": str(place.draft.id) if place.draft else "",
        "parent": str(place.section.id), "email": "quelquun@exemple.fr", "role": "member", "button": "publish",
    }  # fmt: skip


NAMES = ("section", "voice", "argument", "amendment", "draft", "parent")


async def everything_sent(visitor: Visitor, place: Place, to: list[str]) -> None:
    """Send every form to every address: with all that is foreign, with one foreign thing only, with none."""
    csrf, form = await guard_of(visitor), foreign(place)
    forms = [form, {**form, **dict.fromkeys(NAMES, "")}]
    forms += [{**form, **dict.fromkeys(set(NAMES) - {one}, "")} for one in ("section", "argument", "amendment")]
    for number, (address, sent) in enumerate(itertools.product(to, forms)):
        once = f"essai-{number:08d}"
        answer = await visitor.client.post(address, data={**sent, "csrf": csrf, "once": once})
        assert answer.status_code < 500, (address, sent)


def touched(place_keys: range, before: Rows, after: Rows) -> list[str]:
    """Whatever was changed in the other territory, or now points into it."""
    said = []
    for line in changed(before, after):
        table, key = line.split(":")[0].split(" ")
        row = after[table].get(int(key)) or {} if key.isdigit() else {}
        inside = key.isdigit() and int(key) in place_keys
        points = [name for name, value in row.items() if isinstance(value, int) and value in place_keys]
        if inside or points:
            said.append(f"{line} → {points}")
    return said


def keys_between(place: Place) -> range:
    """Keys grow with time: those drawn while a territory was made are its own, but for the accounts of its people."""
    return range(place.territory.id, max(keys_of(place)) + 1)


@pytest.fixture
def no_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the attacker try as often as they like."""

    async def allow(*_: Any) -> None: ...

    monkeypatch.setattr("consult.web.limits.count", allow)


@pytest.mark.parametrize("who", ["administrator", "omar"])
async def test_no_form_sent_at_home_writes_in_the_neighbours_house(
    app: Starlette, world: World, who: str, no_limits: None
) -> None:
    """Its administrator, an owner of a body, an author: every form, with every key of the other territory."""
    ours, theirs = world.vallon, world.coteau
    attacker = theirs.visitor(app, who)
    values = {"slug": ["plan-velo"], "n": [1], "id": [
        ours.arguments["published"].id, ours.sources["published"].id, ours.amendments["published"].id,
        ours.organisations["verified"].id, ours.organisations["waiting"].id, ours.section.id,
        ours.consultations["plan-velo"][1].id, ours.draft.id if ours.draft else 0, ours.contributions["waiting"].id,
        (await Staff.filter(territory_id=ours.territory.id).first()).id,  # type: ignore[union-attr]
    ], "member": [1], "invitation": [1], "name": ["charter"]}  # fmt: skip
    before = await rows()
    await everything_sent(attacker, ours, sorted(set(addresses("POST", values, only=NOT_TRIED))))
    after = await rows()
    assert changed(before, after), "the attacker's forms are taken at home"
    assert touched(keys_between(ours), before, after) == []


async def test_who_administers_one_territory_is_nobody_in_the_other(
    app: Starlette, world: World, no_limits: None
) -> None:
    ours = world.vallon
    stranger = Visitor(app, ours.host, world.coteau.people["administrator"])
    values = {"slug": ["plan-velo", "brouillon"], "n": [1], "id": [
        ours.organisations["verified"].id, ours.organisations["waiting"].id, ours.section.id,
        ours.consultations["plan-velo"][1].id,
    ], "member": [1], "invitation": [1], "name": ["charter"]}  # fmt: skip
    before = await rows()
    for address in addresses("GET", values, only="^/(admin|organisations/{id:int}/)"):
        assert (await stranger.client.get(address)).status_code == 404, address
    await everything_sent(stranger, ours, [*addresses("POST", values, only="^/(admin|organisations/{id)")])
    assert changed(before, await rows()) == []


@pytest.mark.parametrize("who", ["", "administrator"])
async def test_no_page_at_home_shows_a_word_of_the_neighbours(app: Starlette, world: World, who: str) -> None:
    ours, theirs = world.vallon, world.coteau
    visitor = theirs.visitor(app, who)
    values = {"slug": ["plan-velo"], "n": [1], "id": keys_of(ours), "member": [1], "invitation": [1],
              "path": ["site.css"], "name": ["charter"]}  # fmt: skip
    for address in addresses("GET", values):
        if not who and address.startswith(("/admin", "/account")):
            continue
        answer = await visitor.client.get(address)
        assert answer.status_code < 500, address
        assert OURS not in answer.text.lower(), address
        if str(max(keys_of(ours))) in address:
            # 403: the address is another role's, whatever its key
            assert answer.status_code in {303, 403, 404}, address
    for query in ("argument", "amendment", "draft", "parent", "section", "after"):
        for key in keys_of(ours)[::3]:
            for address in (
                f"{theirs.path}/arguments/new",
                f"{theirs.path}/sources/new",
                f"{theirs.path}/edit",
                "/consultations/plan-velo/contributions/new",
                "/consultations/plan-velo/contributions",
            ):
                answer = await visitor.client.get(address, params={query: key})
                assert answer.status_code < 500, (address, query)
                assert OURS not in answer.text.lower(), (address, query)


async def test_a_contribution_of_the_same_consultation_lends_nothing_to_another(app: Starlette, world: World) -> None:
    """What stands under one contribution is not found, voted on or answered through another one's address."""
    place = world.vallon
    awa, csrf = place.visitor(app, "ines"), ""
    csrf = await guard_of(awa)
    other = place.contributions["organisation"]
    path = f"/consultations/plan-velo/contributions/{other.number}"
    argument, source = place.arguments["published"].id, place.sources["published"].id
    amendment = place.amendments["published"].id
    before = await rows()
    for end, sent in (
        (f"arguments/{argument}/support", {"support": "yes"}),
        (f"sources/{source}/support", {"support": "yes"}),
        (f"amendments/{amendment}/vote", {"choice": "agree"}),
        ("arguments/new", {"side": "for", "body": "Oui.", "amendment": str(amendment)}),
        ("sources/new", {"title": "T", "link": "https://example.org", "category": "report", "argument": str(argument)}),
    ):
        answer = await awa.client.post(f"{path}/{end}", data={**sent, "csrf": csrf, "once": "essai-00000001"})
        assert answer.status_code == 404, end
    for who in ("omar", "awa", "luc"):  # the other's author, the item's author, the first's author
        person = place.visitor(app, who)
        csrf = await guard_of(person)
        for end in (f"arguments/{argument}/edit", f"arguments/{argument}/withdraw", f"sources/{source}/edit",
                    f"sources/{source}/withdraw", f"amendments/{amendment}/adopt", f"amendments/{amendment}/decline",
                    f"amendments/{amendment}/withdraw"):  # fmt: skip
            sent = {"body": "Autre.", "reason": "Parce que je veux.", "csrf": csrf, "once": "essai-00000002"}
            assert (await person.client.get(f"{path}/{end}")).status_code == 404, (who, end)
            assert (await person.client.post(f"{path}/{end}", data=sent)).status_code == 404, (who, end)
    assert changed(before, await rows()) == []


async def test_only_its_author_acts_on_a_text(app: Starlette, world: World) -> None:
    """Every verb of an author, by everybody else: a citizen, a body's member, each role of the territory's staff."""
    place = world.vallon
    ends = ["edit", "withdraw"]
    ends += [f"arguments/{place.arguments['published'].id}/{verb}" for verb in ("edit", "withdraw")]
    ends += [f"sources/{place.sources['published'].id}/{verb}" for verb in ("edit", "withdraw")]
    ends += [f"amendments/{place.amendments['published'].id}/{verb}" for verb in ("adopt", "decline", "withdraw")]
    before = await rows()
    for who in ("ines", "omar", "pending", "administrator", "moderator", "mediator", "guarantor", "decision_maker"):
        person = place.visitor(app, who)
        csrf = await guard_of(person)
        for end in ends:
            sent = {"title": "À moi", "body": "À moi.", "reason": "Parce que je veux.", "base": "1", "csrf": csrf,
                    "once": "essai-00000003", "button": "publish", "link": "https://example.org", "category": "report",
                    "voice": str(place.organisations["verified"].id)}  # fmt: skip
            answer = await person.client.post(f"{place.path}/{end}", data=sent)
            assert answer.status_code in {403, 404}, (who, end, answer.status_code)
    assert changed(before, await rows()) == []


async def test_nobody_speaks_for_a_body_that_is_not_theirs(app: Starlette, world: World) -> None:
    """A stranger, a member of another body, a member of one that waits, and a member in the other territory."""
    ours, theirs = world.vallon, world.coteau
    before = await rows()
    for place, who, body in (
        (ours, "ines", ours.organisations["verified"]),
        (ours, "ines", ours.organisations["waiting"]),
        (ours, "administrator", ours.organisations["verified"]),
        (ours, "omar", theirs.organisations["verified"]),
        (theirs, "omar", ours.organisations["verified"]),
    ):
        person = place.visitor(app, who)
        csrf = await guard_of(person)
        for end, sent in (
            ("/arguments/new", {"side": "for", "body": "Nous."}),
            ("/sources/new", {"title": "T", "link": "https://example.org", "category": "report"}),
            ("/amendments/new", {"title": "T", "body": "Nous.", "reason": "Parce que.", "base": "1"}),
        ):
            data = {**sent, "voice": str(body.id), "csrf": csrf, "once": "essai-00000004", "button": "publish"}
            assert (await person.client.post(place.path + end, data=data)).status_code == 422, (who, end)
    stranger = Visitor(app, theirs.host, ours.people["omar"])  # their body is verified at home, not here
    data = {"side": "for", "body": "Nous.", "voice": str(ours.organisations["verified"].id), "once": "essai-00000005"}
    data["csrf"] = await guard_of(stranger)
    assert (await stranger.client.post(f"{theirs.path}/arguments/new", data=data)).status_code == 422
    assert changed(before, await rows()) == []


@pytest.mark.parametrize(
    "host",
    ["coteau.test@vallon.test", "vallon.test#coteau.test", "vallon.test, coteau.test", "vallon.test coteau.test", "",
     "vallon.test/../coteau.test", "xn--vallon.test", "vallon.test..", ".vallon.test", "127.0.0.1", "evil.example"],
)  # fmt: skip
async def test_a_host_that_is_not_ours_is_nobodys(app: Starlette, world: World, host: str) -> None:
    for more in ({}, {"x-forwarded-host": "vallon.test"}, {"forwarded": "host=vallon.test"}):
        answer = await world.coteau.visitor(app).client.get("/", headers={"host": host, **more})
        assert answer.status_code in {400, 404}, answer.text
        assert OURS not in answer.text.lower()
        assert "coteau" not in answer.text.lower()


async def test_a_forged_forwarded_host_changes_nothing(app: Starlette, world: World) -> None:
    visitor = world.coteau.visitor(app)
    plain = await visitor.get(world.coteau.path)
    forged = await visitor.get(world.coteau.path, headers={"x-forwarded-host": "vallon.test"})
    assert forged.text == plain.text


@pytest.mark.parametrize("host", ["vallon.test:31337", "VALLON.test", "vallon.test.", "Vallon.Test.:1"])
async def test_a_host_written_oddly_does_not_stay_on_the_page_kept_for_others(
    app: Starlette, world: World, host: str
) -> None:
    """The page prints its own address, for citing: whoever asks first does not choose it for everybody."""
    somebody = world.vallon.visitor(app)
    await somebody.get(world.vallon.path, headers={"host": host})
    shown = await somebody.get(world.vallon.path)
    assert f"//vallon.test:8000{world.vallon.path}" in shown.text, "the territory's host, CONSULT_BASE_URL's port"
    assert f"//{host}/" not in shown.text


async def test_the_only_territory_answers_any_host_and_repeats_none(app: Starlette) -> None:
    place = await a_side("vallon")
    somebody = place.visitor(app)
    await somebody.get(place.path, headers={"host": "evil.example"})
    assert "evil.example" not in (await somebody.get(place.path)).text
