"""The register's pages: what was entered, in words; where it stands; its receipt. Nothing of what people wrote."""

import json
import re
from datetime import timedelta
from xml.etree import ElementTree

import pytest
from starlette.applications import Starlette

from consult.arguments.actions import withdraw_argument
from consult.arguments.models import Argument
from consult.consultations.models import Consultation
from consult.contributions.actions import revise_contribution
from consult.core import changes, clock
from consult.register import showing
from consult.register.appending import Fact, append
from consult.register.checking import check_receipt
from consult.register.heads import public_keys, rotate_key, sign_head
from consult.register.merkle import check_consistency, leaf_hash, root_of
from consult.register.models import RegisterEntry, RegisterHead
from consult.register.notes import check_note, fingerprint
from consult.register.pages.shown import entry_shown
from consult.register.queries import register_size
from consult.register.tiles import root_at
from tests.browsing import Visitor
from tests.cast import NOON, a_person, a_territory
from tests.counting import counted
from tests.discussion import a_discussion
from tests.register.public import Entered, entered

TEXTS = ("Une piste le long du canal", "Elle relierait", "C’est plus sûr", "Luc Martin", "Awa Diallo", "disagree")


@pytest.fixture
async def here(app: Starlette) -> Entered:
    return await entered()


async def test_entries_are_said_in_words_the_latest_first(app: Starlette, here: Entered) -> None:
    page = await Visitor(app).get("/register")
    said = [one.text for one in page.find(".//ul[@class='entries']//a") if one.get("href", "").startswith("/register")]
    assert said == [
        "Vote enregistré",
        "Source publiée sous la contribution n° 1",
        "Argument publié sous la contribution n° 1",
        "Contribution n° 1 publiée",
    ]
    assert "Inscriptions couvertes 4" in page.words
    assert not [words for words in TEXTS if words in page.text]


async def test_the_list_is_read_page_by_page_and_by_consultation(app: Starlette, here: Entered) -> None:
    for number in range(50):
        await here.d.argue(here.awa, body=f"Raison {number}")
    await here.enter()
    somebody = Visitor(app)
    first = await somebody.get("/register?consultation=plan-velo")
    following = next(one for one in first.find(".//a") if one.get("rel") == "next").get("href", "")
    second = await somebody.get(following)
    numbers = [[one.text for one in page.find(".//span[@class='place']")] for page in (first, second)]
    assert [len(one) for one in numbers] == [50, 4]
    assert not set(numbers[0]) & set(numbers[1])
    none = await somebody.get("/register?consultation=nulle-part")
    assert len(none.find(".//span[@class='place']")) == 50, "a consultation that is not there filters nothing"


async def test_heads_are_read_page_by_page_quiet_days_too(
    app: Starlette, here: Entered, monkeypatch: pytest.MonkeyPatch
) -> None:
    for days in (2, 4):
        with clock.frozen(clock.now() + timedelta(days=days)):
            await sign_head(here.territory_id)
    monkeypatch.setattr(showing, "HEADS_A_PAGE", 1)
    somebody, path = Visitor(app), "/register/heads"
    read: list[str] = []
    while path and len(read) < 9:
        page = await somebody.get(path)
        read.append(page.find(".//time")[0].get("datetime", ""))
        path = next((one.get("href", "") for one in page.find(".//a") if one.get("rel") == "next"), "")
    assert len(read) == await RegisterHead.filter(territory_id=here.territory_id).count() >= 3
    assert read == sorted(read, reverse=True), "the latest first, each once, though they are of one size"


async def test_a_replaced_key_can_still_be_compared_by_eye(app: Starlette, here: Entered) -> None:
    """Packages and receipts keep the signature of the key of their day: ``consult verify`` prints its fingerprint."""
    (former,) = await public_keys(here.territory_id)
    present = await rotate_key(here.territory_id)
    changes.forget_all()
    words = (await Visitor(app).get("/register")).words
    assert words.index(fingerprint(present)) < words.index("Clé remplacée") < words.index(fingerprint(former))


async def test_an_empty_register_says_so(app: Starlette) -> None:
    await a_territory()
    somebody = Visitor(app)
    assert "Rien n’est encore inscrit" in (await somebody.get("/register")).words
    assert "Aucun état n’est encore signé" in (await somebody.get("/register/heads")).words
    assert (await somebody.get("/register/head")).status == 404
    assert (await somebody.get("/register/key")).text == ""
    assert (await somebody.get("/register/verify")).status == 200


async def test_the_list_is_kept_until_something_is_entered(app: Starlette, here: Entered) -> None:
    somebody = Visitor(app)
    first = await somebody.get("/register")
    assert first.headers.get("etag")
    again = await somebody.client.get("/register", headers={"if-none-match": first.headers["etag"]})
    assert again.status_code == 304
    await here.d.argue(here.awa, body="Encore.")
    await here.enter()
    changes.forget_all()  # a second later
    assert "Inscriptions couvertes 5" in (await somebody.get("/register")).words


async def test_an_entry_has_its_words_its_place_and_its_receipt(app: Starlette, here: Entered) -> None:
    row = await here.entry(kind="published", item_kind="argument")
    page = await Visitor(app).get(f"/register/entries/{row.position}")
    for words in ("Argument publié sous la contribution n° 1", f"Inscription n° {row.position}", "Le plan vélo",
                  "Lire ce qui est inscrit", "Télécharger le reçu", "couvre 4 inscriptions"):  # fmt: skip
        assert words in page.words, words
    assert f'href="{here.d.path}/arguments/{row.item_id}"' in page.text
    assert not [words for words in TEXTS if words in page.text]


async def test_a_receipt_is_a_file_that_proves_itself(app: Starlette, here: Entered) -> None:
    row = await here.entry(kind="published", item_kind="contribution")
    answer = await Visitor(app).get(f"/register/entries/{row.position}/receipt.json")
    assert answer.headers["content-disposition"] == f'attachment; filename="recu-vallon-{row.position}.json"'
    receipt = json.loads(answer.text)
    assert all(one.ok for one in check_receipt(receipt, await public_keys(here.territory_id)))
    assert receipt["content"]["title"] == "Une piste le long du canal"
    assert receipt["register"].endswith("/register")


async def test_before_a_head_covers_it_an_entry_asks_for_patience(app: Starlette, here: Entered) -> None:
    argument = await here.d.argue(here.awa, body="Plus tard.")
    somebody = Visitor(app)
    coming = await somebody.get(f"/register/items/argument/{argument.id}")
    assert coming.status == 200
    assert "Il sera inscrit au registre dans moins d’une minute" in coming.words
    await here.enter(sign=False)
    there = await somebody.get(f"/register/items/argument/{argument.id}")
    page = await somebody.get(there.location)
    assert "Complet dans moins d’une minute" in page.words
    assert (await somebody.get(f"{there.location}/receipt.json")).status == 404
    await sign_head(here.territory_id)
    assert "Télécharger le reçu" in (await somebody.get(there.location)).words


async def test_an_item_leads_to_the_entry_of_its_present_wording(app: Starlette, here: Entered) -> None:
    somebody, key = Visitor(app), here.d.contribution.id
    first = await somebody.get(f"/register/items/contribution/{key}")
    assert first.status == 303
    await revise_contribution(
        here.d.luc.voice(), **here.d.place, contribution_id=key, base_revision=1, title="Une piste", body="Autrement."
    )
    await here.enter()
    second = await somebody.get(f"/register/items/contribution/{key}")
    assert second.location != first.location
    page = await somebody.get(second.location)
    assert "Contribution n° 1 modifiée : version 2" in page.words
    assert "Lire ce qui est inscrit" in page.words
    assert "Lire le texte d’aujourd’hui, modifié depuis" in (await somebody.get(first.location)).words


@pytest.mark.parametrize("path", ["argument/7", "account/1", "vote/1", "contribution/0", "register_entry/1"])
async def test_what_is_not_public_has_no_entry_to_be_led_to(app: Starlette, here: Entered, path: str) -> None:
    assert (await Visitor(app).get(f"/register/items/{path}")).status == 404


async def test_a_withdrawn_text_keeps_its_entry_and_loses_its_text(app: Starlette, here: Entered) -> None:
    row = await here.entry(kind="published", item_kind="argument")
    await withdraw_argument(here.awa.voice(), **here.d.place, argument_id=row.item_id)
    await here.enter()
    somebody = Visitor(app)
    page = await somebody.get(f"/register/entries/{row.position}")
    assert "Ce texte a été retiré par son auteur le" in page.words
    assert "content" not in json.loads((await somebody.get(f"/register/entries/{row.position}/receipt.json")).text)
    assert (await somebody.get(f"/register/items/argument/{row.item_id}")).status == 404


async def test_what_a_vote_is_about_is_for_its_voter_alone(app: Starlette, here: Entered) -> None:
    row = await here.entry(kind="voted")
    path = f"/register/entries/{row.position}"
    for visitor in (Visitor(app), Visitor(app, person=here.d.luc)):
        page = await visitor.get(path)
        assert page.status == 200
        assert "contribution n° 1" not in page.words
        assert here.d.path not in page.text
    own = await Visitor(app, person=here.awa).get(path)
    assert "Voir sur quoi porte ce vote" in own.words
    for visitor in (Visitor(app), Visitor(app, person=here.awa)):
        receipt = json.loads((await visitor.get(f"{path}/receipt.json")).text)
        assert not {"content", "salt"} & set(receipt)
        assert "disagree" not in json.dumps(receipt)
        assert str(here.d.contribution.id) not in json.dumps(receipt)


async def test_a_qr_leads_to_the_entry(app: Starlette, here: Entered) -> None:
    answer = await Visitor(app).get("/register/entries/0/qr.svg")
    assert answer.headers["content-type"] == "image/svg+xml"
    assert ElementTree.fromstring(answer.text).tag.endswith("svg")


async def test_the_neighbours_register_is_another(app: Starlette, here: Entered) -> None:
    coteau = await a_territory("coteau")
    await a_discussion(coteau)
    neighbour, row = Visitor(app, "coteau.test"), await here.entry(kind="published", item_kind="argument")
    assert "Argument publié" not in (await neighbour.get("/register")).text
    for path in (f"/register/entries/{row.position}", f"/register/entries/{row.position}/receipt.json",
                 f"/register/entries/{row.position}/qr.svg", f"/register/items/argument/{row.item_id}",
                 "/register/tile/entries/000.p/1", "/register/head"):  # fmt: skip
        assert (await neighbour.get(path)).status == 404, path
    assert "Vote" not in (await Visitor(app, "coteau.test", here.awa).get("/account/receipts")).words
    await Argument.filter(id=row.item_id).update(state="withdrawn")
    assert row.item_id is not None
    known = [
        (await showing.standing_of(where, "argument", row.item_id)).state for where in (here.territory_id, coteau.id)
    ]
    assert known == ["withdrawn", "gone"], "nor does the neighbour say what became of it"
    await Consultation.all().update(state="draft")
    assert (await showing.standing_of(here.territory_id, "argument", row.item_id)).state == "gone", "of no draft either"


async def test_places_that_are_not_there(app: Starlette, here: Entered) -> None:
    somebody = Visitor(app)
    for place in (4, 5, 99999999999999999999, (1 << 63) - 1):
        for end in ("", "/receipt.json", "/qr.svg"):
            assert (await somebody.get(f"/register/entries/{place}{end}")).status == 404


# ---------------------------------------------------------------- what programs read


async def test_the_head_is_a_note_signed_by_the_key(app: Starlette, here: Entered) -> None:
    somebody = Visitor(app)
    note, keys = await somebody.get("/register/head"), await somebody.get("/register/key")
    assert note.headers["content-type"].startswith("text/plain")
    head = check_note(note.text, keys.text.splitlines())
    assert (head.size, head.root) == (4, await root_at(here.territory_id, 4))
    assert (await somebody.get("/register/checkpoint")).text == note.text
    assert head.origin in (await somebody.get("/register/heads")).text


async def test_tiles_and_entries_are_those_of_the_tree(app: Starlette, here: Entered) -> None:
    somebody = Visitor(app)
    entries = (await somebody.get("/register/tile/entries/000.p/4")).content
    texts = []
    while entries:
        length = int.from_bytes(entries[:2], "big")
        texts, entries = [*texts, entries[2 : 2 + length]], entries[2 + length :]
    tile = await somebody.get("/register/tile/0/000.p/4")
    assert "immutable" in tile.headers["cache-control"]
    leaves = [tile.content[place : place + 32] for place in range(0, 128, 32)]
    assert leaves == [leaf_hash(text) for text in texts]
    assert root_of(leaves) == await root_at(here.territory_id, 4)
    assert (await somebody.get("/register/tile/0/000.p/2")).content == tile.content[:64]


@pytest.mark.parametrize(
    "path",
    ["0/000", "0/000.p/5", "0/001.p/1", "1/000.p/1", "64/000.p/1", "0/000.p/0", "0/000.p/256", "0/000.p/257", "0/0.p/1",
     "0/x000/000.p/1", "entries/000", "entries/000.p/5", "entries/x999/x999/x999/x999/x999/999", "x", "0/000.p/1/x",
     "0/٠٠٠.p/1", "00/000.p/1"],
)  # fmt: skip
async def test_tiles_that_are_not_there(app: Starlette, here: Entered, path: str) -> None:
    assert (await Visitor(app).get(f"/register/tile/{path}")).status == 404


async def test_a_whole_tile_is_kept_for_ever(app: Starlette, here: Entered) -> None:
    await append(here.territory_id, [Fact(at=NOON + timedelta(seconds=n), kind="opened", once=f"x{n}")
                                     for n in range(300)])  # fmt: skip
    somebody = Visitor(app)
    tile, above = await somebody.get("/register/tile/0/000"), await somebody.get("/register/tile/1/000.p/1")
    assert len(tile.content) == 256 * 32
    assert above.content == root_of([tile.content[place : place + 32] for place in range(0, len(tile.content), 32)])
    assert len((await somebody.get("/register/tile/0/001.p/48")).content) == 48 * 32
    assert (await somebody.get("/register/tile/entries/000")).status == 200


async def test_a_register_of_later_begins_with_that_of_today(app: Starlette, here: Entered) -> None:
    await here.d.argue(here.awa, body="Encore.")
    await here.enter()
    answer = await Visitor(app).get("/register/proof?from=3&to=5")
    proof = [bytes.fromhex(one) for one in json.loads(answer.text)["proof"]]
    old, new = [await root_at(here.territory_id, size) for size in (3, 5)]
    assert check_consistency(3, 5, proof, old, new)


@pytest.mark.parametrize("query", ["", "from=0&to=4", "from=3&to=2", "from=1&to=5", "from=-1&to=2", "from=a&to=b",
                                   "from=1", "from=٣&to=4", "from=1&to=99999999999999999999999"])  # fmt: skip
async def test_a_proof_that_cannot_be_is_said(app: Starlette, here: Entered, query: str) -> None:
    answer = await Visitor(app).get(f"/register/proof?{query}")
    assert answer.status == 400
    assert json.loads(answer.text)["size"] == 4


# ---------------------------------------------------------------- one's own


async def test_everybody_finds_their_own_receipts(app: Starlette, here: Entered) -> None:
    own = await Visitor(app, person=here.awa).get("/account/receipts")
    assert "Vote sur la contribution n° 1" in own.words
    assert "Argument publié sous la contribution n° 1" in own.words
    assert "Source" not in own.words
    assert "disagree" not in own.text
    nobody = await Visitor(app).get("/account/receipts")
    assert (nobody.status, nobody.location) == (303, "/sign-in?next=%2Faccount%2Freceipts")


async def test_links_lead_to_receipts(app: Starlette, here: Entered) -> None:
    link = f"/register/items/contribution/{here.d.contribution.id}"
    assert link in (await Visitor(app).get(here.d.path)).text
    argument = await here.entry(kind="published", item_kind="argument")
    of_it = f"/register/items/argument/{argument.item_id}"
    assert of_it in (await Visitor(app).get(f"{here.d.path}/arguments/{argument.item_id}")).text
    assert of_it in (await Visitor(app, person=here.awa).get(here.d.path)).text, "told to its author, a moment ago"
    assert of_it not in (await Visitor(app).get(here.d.path)).text
    luc = Visitor(app, person=here.d.luc)
    assert link in (await luc.get(here.d.path)).text
    assert '"/account/receipts"' in (await luc.get("/account")).text
    assert re.search(r'<li><a href="/register">', (await Visitor(app).get("/")).text)


async def test_pages_ask_no_more_of_the_database_when_there_is_more(app: Starlette, here: Entered) -> None:
    awa = Visitor(app, person=here.awa)
    paths = ["/register", "/account/receipts", "/register/heads", "/register/entries/0"]
    numbers = []
    for _ in range(2):
        with_each = []
        for path in paths:
            await awa.get(path)
            with counted() as asked:
                await awa.get(path)
            with_each.append(len(asked))
        numbers.append(with_each)
        for number in range(12):
            await here.d.vote(await a_person(f"Voisin {number}"))
            await here.d.argue(here.awa, body=f"Raison {number}")
        await here.d.vote(here.awa, "agree")
        await here.enter()
    assert numbers[0] == numbers[1]
    assert max(numbers[0]) <= 10, dict(zip(paths, numbers[0], strict=True))


@pytest.mark.engine_free
def test_a_consultation_that_is_not_public_is_neither_named_nor_linked_to() -> None:
    text = '{"at":"2026-03-10T12:00:00Z","consultation":"brouillon","kind":"closed","title":"Fin","v":1}'
    shown = entry_shown(3, NOON, text, {"plan-velo": "Un plan vélo"})
    assert (shown["slug"], shown["consultation"]) == ("", "")
    public = entry_shown(3, NOON, text, {"brouillon": "Publié depuis"})
    assert (public["slug"], public["consultation"]) == ("brouillon", "Publié depuis")


async def test_an_unknown_kind_of_entry_does_not_break_the_list(app: Starlette, here: Entered) -> None:
    """A later release may have entered it, before this one was put back."""
    row = await here.entry(kind="voted")
    await RegisterEntry.filter(id=row.id).update(entry='{"at":"never","kind":"brand_new","v":1}', kind="brand_new")
    somebody = Visitor(app)
    assert "Inscription d’une autre nature" in (await somebody.get("/register")).words
    assert (await somebody.get(f"/register/entries/{row.position}")).status == 200
    assert await register_size(here.territory_id) == 4
