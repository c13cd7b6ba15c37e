"""``/register/verify``: a good receipt is found good, one changed character is said where, nothing crashes it."""

import json
import random
import string
from typing import Any

import pytest
from starlette.applications import Starlette

from consult.arguments.actions import withdraw_argument
from consult.contributions.actions import revise_contribution
from consult.core.database import execute
from consult.register.appending import append
from consult.register.canonical import canonical
from consult.register.heads import rotate_key, sign_head
from consult.register.pages.judging import TITLES
from consult.register.pages.verifying import LARGEST
from consult.web import limits
from tests.browsing import Answer, Visitor
from tests.cast import a_territory
from tests.discussion import a_discussion
from tests.register.facts import a_fact
from tests.register.public import Entered, entered

PATH = "/register/verify"
HALVES = (
    b'{"format":"consult-receipt/1","entry":"\\ud800","head":"\\ud800","position":0,"inclusion":[],"keys":["\\ud800"]}'
)


@pytest.fixture
async def here(app: Starlette) -> Entered:
    return await entered()


async def receipt_of(app: Starlette, here: Entered, **of: Any) -> dict[str, Any]:
    """A receipt as anybody downloads it."""
    row = await here.entry(**(of or {"kind": "published", "item_kind": "contribution"}))
    found: dict[str, Any] = json.loads((await Visitor(app).get(f"/register/entries/{row.position}/receipt.json")).text)
    return found


async def given(app: Starlette, receipt: Any, host: str = "vallon.test") -> Answer:
    """The page that answers to a receipt pasted in the form."""
    text = receipt if isinstance(receipt, str) else json.dumps(receipt, ensure_ascii=False, indent=1)
    return await Visitor(app, host).post(PATH, {"text": text}, page="")


async def uploaded(app: Starlette, content: bytes, **more: str) -> Answer:
    """The page that answers to a file."""
    somebody = Visitor(app)
    guard = (await somebody.get(PATH)).guard()
    response = await somebody.client.post(PATH, data={**guard, **more}, files={"file": ("recu.json", content)})
    return somebody._answer(response)


def lines(page: Answer) -> list[tuple[bool, str]]:
    """What was checked: whether it is right, and its title."""
    return [
        ("ok" in one.get("class", ""), one.findtext(".//strong") or "")
        for one in page.find(".//ol[@class='checks']/li")
    ]


async def test_a_good_receipt_is_good_line_by_line(app: Starlette, here: Entered) -> None:
    page = await given(app, await receipt_of(app, here))
    assert page.status == 200
    assert "Ce reçu est bon" in page.words
    assert lines(page) == [(True, title) for title in TITLES.values()]
    assert "« Contribution n° 1 publiée »" in page.words
    assert "Le texte est toujours public, tel quel." in page.words
    assert "Elle relierait" not in page.text, "the text is not shown again: a page of ours says nothing that was pasted"


async def test_large_numbers_are_written_as_on_the_page_of_the_entry(app: Starlette, here: Entered) -> None:
    await append(here.territory_id, [a_fact(number) for number in range(1000)])
    await here.d.argue(here.awa, body="Encore.")
    await here.enter()
    await sign_head(here.territory_id)
    row = await here.entry(kind="published", item_kind="argument")
    place = f"n° {row.position:,}".replace(",", "\u202f")
    assert place in (await Visitor(app).get(f"/register/entries/{row.position}")).text
    assert place in (await given(app, await receipt_of(app, here, kind="published", item_kind="argument"))).text


async def test_a_file_is_taken_with_or_without_a_mark_of_order(app: Starlette, here: Entered) -> None:
    receipt = json.dumps(await receipt_of(app, here)).encode()
    for content in (receipt, b"\xef\xbb\xbf" + receipt, receipt + b"\r\n"):
        assert "Ce reçu est bon" in (await uploaded(app, content)).words


async def test_the_receipt_of_a_vote_is_good_too(app: Starlette, here: Entered) -> None:
    page = await given(app, await receipt_of(app, here, kind="voted"))
    assert "Ce reçu est bon" in page.words
    assert "« Vote enregistré »" in page.words
    assert "Ce que c’est devenu" not in page.words


@pytest.mark.parametrize(
    ("changed", "where"),
    [
        ({"content": {"body": "Une piste le long du canal.\n\nElle relierait la gare au lycéé."}}, "le texte"),
        ({"content": {"title": "Une piste le long du Canal"}}, "le texte"),
        ({"salt": "00" * 32}, "le texte"),
        ({"position": 1}, "la place dans le registre"),
        ({"inclusion": []}, "la place dans le registre"),
        ({"entry": '{"at":"2026-01-01T00:00:00Z","kind":"published","v":1}'}, "le texte, la place dans le registre"),
        ({"entry": "{}"}, "l’inscription"),
        ({"format": "consult-receipt/2"}, "le fichier"),
        ({"keys": []}, "le fichier"),
        ({"position": True}, "le fichier"),
        ({"position": -1}, "le fichier"),
        ({"inclusion": ["zz"]}, "le fichier"),
        ({"head": "non"}, "la signature"),
    ],
)
async def test_what_was_changed_is_found_and_said(
    app: Starlette, here: Entered, changed: dict[str, Any], where: str
) -> None:
    receipt = await receipt_of(app, here)
    if isinstance(changed.get("content"), dict):
        changed = {"content": receipt["content"] | changed["content"]}
    page = await given(app, receipt | changed)
    assert page.status == 200
    assert f"Ce reçu n’est pas bon Ce qui ne va pas : {where}." in page.words
    assert "Le registre d’aujourd’hui" not in page.words


async def test_it_says_which_part_of_a_text_differs(app: Starlette, here: Entered) -> None:
    receipt = await receipt_of(app, here)
    receipt["content"]["title"] += "."
    assert "Ce qui diffère de ce qui a été inscrit : le titre." in (await given(app, receipt)).words
    receipt["content"]["title"] = receipt["content"]["title"][:-1]
    receipt["salt"] = "11" * 32
    assert "le secret du reçu (« salt »)" in (await given(app, receipt)).words


async def test_a_head_signed_by_others_is_not_this_register_s(app: Starlette, here: Entered) -> None:
    receipt = await receipt_of(app, here)
    coteau = await a_territory("coteau")
    d = await a_discussion(coteau)
    neighbours = Entered(d, here.awa, here.omar)
    await neighbours.enter()
    page = await given(app, receipt, "coteau.test")
    assert "Ce qui ne va pas : la signature." in page.words
    assert "Ce reçu vient d’un autre registre, « 127.0.0.1:8000/register/vallon »" in page.words


async def test_what_became_of_the_text_is_said(app: Starlette, here: Entered) -> None:
    receipt = await receipt_of(app, here)
    argument = await receipt_of(app, here, kind="published", item_kind="argument")
    await revise_contribution(
        here.d.luc.voice(), **here.d.place, contribution_id=here.d.contribution.id, base_revision=1,
        title="Une piste", body="Autrement.",
    )  # fmt: skip
    row = await here.entry(kind="published", item_kind="argument")
    await withdraw_argument(here.awa.voice(), **here.d.place, argument_id=row.item_id)
    await here.enter()
    assert "Le texte a été modifié depuis : il en est à la version 2." in (await given(app, receipt)).words
    page = await given(app, argument)
    assert "Ce reçu est bon" in page.words, "who has the receipt can still prove what was entered"
    assert "Le texte a été retiré par son auteur le" in page.words
    await execute("UPDATE contribution SET state = 'hidden'")
    assert "Le texte a été masqué par une décision de modération." in (await given(app, receipt)).words


async def test_it_holds_after_the_key_has_changed(app: Starlette, here: Entered) -> None:
    receipt = await receipt_of(app, here)
    await rotate_key(here.territory_id)
    assert "Ce reçu est bon" in (await given(app, receipt)).words
    young = await receipt_of(app, here, kind="key_changed")
    page = await given(app, young)
    assert "« Clé du registre remplacée »" in page.words
    assert "Ce reçu est bon" in page.words


async def test_a_register_that_was_tampered_with_is_found_out(app: Starlette, here: Entered) -> None:
    receipt = await receipt_of(app, here)
    await execute("UPDATE register_entry SET entry = REPLACE(entry, 'published', 'withdrawn') WHERE position = 0")
    page = await given(app, receipt)
    assert "Ce qui ne va pas : le registre d’aujourd’hui." in page.words
    assert "Gardez ce reçu : il le prouve." in page.words


async def test_half_a_character_in_a_head_is_a_fault_of_the_receipt_and_not_ours(app: Starlette, here: Entered) -> None:
    receipt = await receipt_of(app, here)
    receipt["head"] = receipt["head"].replace("/register/", "/register/\ud800", 1)
    page = await given(app, json.dumps(receipt))
    assert page.status == 200
    assert (False, TITLES["head"]) in lines(page)


@pytest.mark.parametrize("text", ["", "  ", "x", "[]", "null", "1", '"reçu"', "{", "[" * 20_000, '{"a":' * 20_000,
                                  "9" * 5_000, "NaN", "\ud800", "\x00"])  # fmt: skip
async def test_what_is_no_receipt_is_said_and_kept(app: Starlette, here: Entered, text: str) -> None:
    page = await given(app, text.encode("utf-8", "replace").decode())
    assert page.status == 422
    assert page.title.startswith("Erreur :")


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xfe\x00",
        b"PK\x03\x04" + bytes(range(256)),
        b"{" * 5000,
        b'{"format":1e999999}',
        b"{}",
        b'{"format":"consult-receipt/1"}',
        b'{"position":' + b"9" * 4000 + b"}",
        HALVES,
    ],
)
async def test_no_file_makes_it_fail(app: Starlette, here: Entered, content: bytes) -> None:
    page = await uploaded(app, content)
    assert page.status in {200, 422}
    assert "Ce reçu est bon" not in page.words


async def test_what_is_too_large_is_refused(app: Starlette, here: Entered) -> None:
    page = await uploaded(app, b"[" + b"0," * (LARGEST // 2) + b"0]")
    assert page.status == 422
    assert "C’est trop grand pour être un reçu." in page.words


async def test_whatever_is_changed_it_answers(app: Starlette, here: Entered) -> None:
    """A receipt with a part missing, of another kind, or damaged in one place is never good, and never an error."""
    receipt, dice = await receipt_of(app, here), random.Random(4)
    odd = [None, True, 0, -1, 1 << 70, 1.5, "", "é", [], [[]], {}, {"a": {}}, ["x"] * 3]
    spoilt = [{key: value for key, value in receipt.items() if key != gone} for gone in receipt
              if gone not in {"territory", "register", "content", "salt"}]  # fmt: skip
    spoilt += [receipt | {key: dice.choice(odd)} for key in receipt if key not in {"territory", "register"}]
    text = json.dumps(receipt, ensure_ascii=False)
    somebody = Visitor(app)
    guard = (await somebody.get(PATH)).guard()
    for one in spoilt:
        page = await somebody.post(PATH, {**guard, "text": json.dumps(one)})
        assert page.status in {200, 422}
        assert "Ce reçu est bon" not in page.words
    within = (text.index('"entry"'), text.index('"keys"'))
    for _ in range(15):
        place = dice.randrange(*within)
        other = dice.choice([char for char in string.ascii_letters + string.digits if char != text[place]])
        page = await somebody.post(PATH, {**guard, "text": text[:place] + other + text[place + 1 :]})
        assert page.status in {200, 422}
        assert "Ce reçu est bon" not in page.words, (place, text[place - 10 : place + 10])


async def test_it_may_be_asked_so_often(app: Starlette, here: Entered) -> None:
    receipt, somebody = json.dumps(await receipt_of(app, here)), Visitor(app)
    guard = (await somebody.get(PATH)).guard()
    for _ in range(60):
        await somebody.client.post(PATH, data=guard)
    page = await somebody.post(PATH, {**guard, "text": receipt})
    assert page.status == 422
    assert "Trop d’essais en peu de temps." in page.words
    assert '"format"' in page.find(".//textarea")[0].text  # type: ignore[operator]
    await limits.forget()


async def test_a_form_of_another_site_is_not_heeded(app: Starlette, here: Entered) -> None:
    page = await Visitor(app).post(PATH, {"text": json.dumps(await receipt_of(app, here))})
    assert page.status == 422
    assert "Ce reçu est bon" not in page.words


@pytest.mark.parametrize("at", ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "0001-01-01T00:00:00+23:59", "x"])
async def test_a_receipt_from_the_end_of_time_breaks_no_page(app: Starlette, here: Entered, at: str) -> None:
    receipt = await receipt_of(app, here)
    receipt["entry"] = canonical({**json.loads(receipt["entry"]), "at": at}).decode()
    page = await given(app, receipt)
    assert page.status == 200
    assert (False, TITLES["inclusion"]) in lines(page)
