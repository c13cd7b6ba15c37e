"""A receipt proves its entry to anybody; it shows a text while everybody may read it, and a vote's choice never."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consult.app import load_effects
from consult.arguments.actions import correct_argument, withdraw_argument
from consult.contributions.actions import revise_contribution
from consult.core.outbox import drain_all
from consult.register.checking import FORMAT, check_receipt
from consult.register.heads import public_keys, sign_head
from consult.register.models import RegisterEntry
from consult.register.queries import entries_page, entry_at, entry_of_item, receipts_of, register_size
from consult.register.receipts import receipt_of
from tests.cast import Person, a_person
from tests.discussion import Discussion, a_discussion
from tests.moderation.affairs import an_affair

load_effects()


async def receipt(d: Discussion, position: int = -1, person: Person | None = None) -> dict[str, Any]:
    """The receipt of an entry, the last one unless told otherwise, once a head covers it."""
    await drain_all()
    await sign_head(d.territory.id)
    position = position if position >= 0 else await register_size(d.territory.id) - 1
    entry = await entry_at(d.territory.id, position)
    assert entry is not None
    found = await receipt_of(d.territory, entry, account_id=person.id if person else None)
    assert found is not None
    return found


def faults(found: Any, **more: Any) -> list[str]:
    """The names of the checks that fail."""
    return [check.name for check in check_receipt(found, **more) if not check.ok]


async def test_a_receipt_is_good_for_anybody(db: str) -> None:
    d = await a_discussion()
    found = await receipt(d)
    assert json.loads(json.dumps(found)) == found
    checks = check_receipt(found)
    assert [(check.name, check.ok) for check in checks] == [
        ("form", True), ("entry", True), ("content", True), ("head", True), ("inclusion", True),
    ]  # fmt: skip
    assert faults(found, trusted_keys=await public_keys(d.territory.id)) == []
    assert found["content"]["body"] == d.contribution.body
    assert found["territory"] == {"slug": "vallon", "name": "Commune de Vallon"}
    assert found["format"] == FORMAT


async def test_there_is_none_before_a_head_is_signed(db: str) -> None:
    d = await a_discussion()
    await drain_all()
    entry = await entry_at(d.territory.id, 0)
    assert entry is not None
    assert await receipt_of(d.territory, entry) is None


async def test_the_receipt_of_a_vote_says_neither_what_nor_on_what(db: str) -> None:
    d = await a_discussion()
    awa = await a_person("Awa")
    await d.vote(awa, "disagree")
    found = await receipt(d, person=awa)
    assert faults(found) == []
    assert "content" not in found
    assert "salt" not in found
    entry = json.loads(found["entry"])
    assert set(entry) == {"v", "at", "kind", "consultation", "content"}
    row = await RegisterEntry.get(kind="voted")
    assert row.salt is not None
    assert bytes(row.salt).hex() not in json.dumps(found)


async def test_a_text_leaves_the_receipt_when_it_leaves_the_page(db: str) -> None:
    d = await a_discussion()
    awa = await a_person("Awa")
    argument = await d.argue(awa)
    assert "content" in await receipt(d, 1)
    await d.hide()
    assert "content" not in await receipt(d, 0, d.luc), "hidden by a decision"
    assert "content" not in await receipt(d, 1), "what stands beneath it is not public either"
    assert "content" in await receipt(d, 1, awa), "but its author may read it"
    await d.contribution.filter(id=d.contribution.id).update(state="published")
    await withdraw_argument(awa.voice(), **d.place, argument_id=argument.id)
    found = await receipt(d, 1, awa)
    assert "content" not in found
    assert faults(found) == [], "and still proves that something was entered"


async def test_a_past_wording_is_shown_unless_a_moderator_had_it_corrected(db: str) -> None:
    a = await an_affair()
    awa = await a_person("Awa")
    argument = await a.d.argue(awa, body="Le maire est sur.")
    await correct_argument(awa.voice(), **a.d.place, argument_id=argument.id, body="Le maire est sûr.")
    assert (await receipt(a.d, 1))["content"]["body"] == "Le maire est sur."
    await a.decide("correct", argument)
    assert "content" not in await receipt(a.d, 1)
    await revise_contribution(
        a.d.luc.voice(), **a.d.place, contribution_id=a.d.contribution.id, base_revision=1, title="Neuf", body="Neuf."
    )
    assert (await receipt(a.d, 0))["content"]["title"] == a.d.contribution.title


async def test_another_key_is_not_trusted(db: str) -> None:
    d = await a_discussion()
    found = await receipt(d)
    assert faults(found, trusted_keys=["consult.example/register/x+00000000+AQ=="]) == ["head"]
    assert faults(found, trusted_keys=[]) == ["head"]


async def test_one_changed_character_anywhere_is_found(db: str) -> None:
    d = await a_discussion()
    await d.argue(await a_person("Awa"))
    found = await receipt(d, 0)
    assert faults(found) == []
    for path in (
        ("entry",),
        ("head",),
        ("salt",),
        ("inclusion", 0),
        ("keys", 0),
        ("content", "body"),
        ("content", "title"),
    ):
        tampered = json.loads(json.dumps(found))
        place: Any = tampered
        for step in path[:-1]:
            place = place[step]
        text = place[path[-1]]
        for at in {0, len(text) // 2, len(text) - 1}:
            place[path[-1]] = text[:at] + ("1" if text[at] != "1" else "2") + text[at + 1 :]
            assert faults(tampered), path
    for name, value in (
        ("position", 1),
        ("position", -1),
        ("position", True),
        ("inclusion", []),
        ("content", {}),
        ("salt", None),
    ):
        assert faults({**found, name: value}), name
    assert faults({name: value for name, value in found.items() if name != "salt"}) == ["content"]


@pytest.mark.engine_free
@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), lambda inner: (
    st.lists(inner) | st.dictionaries(st.sampled_from(["format", "entry", "head", "keys", "inclusion", "x"]), inner)
)))  # fmt: skip
def test_nothing_that_a_stranger_hands_in_makes_it_fail(given_in: Any) -> None:
    assert not all(check.ok for check in check_receipt(given_in))
    shaped = {"format": FORMAT, "entry": "{}", "head": "x", "position": 0, "inclusion": [], "keys": ["x"]}
    assert not all(check.ok for check in check_receipt({**shaped, "content": given_in, "salt": "00" * 32}))
    assert not all(check.ok for check in check_receipt({**shaped, "entry": json.dumps(given_in)}))


async def test_entries_are_found_by_place_consultation_item_and_owner(db: str) -> None:
    d = await a_discussion()
    awa = await a_person("Awa")
    argument = await d.argue(awa)
    await d.vote(awa)
    other = await a_discussion(d.territory, slug="autre")
    await drain_all()
    assert [entry.position for entry in (await entries_page(d.territory.id)).items] == [3, 2, 1, 0]
    theirs = await entries_page(d.territory.id, consultation_id=other.consultation.id)
    assert [entry.position for entry in theirs.items] == [3]
    assert [entry.kind for entry in (await receipts_of(awa.id)).items] == ["voted", "published"]
    assert (await receipts_of(awa.id, territory_id=d.territory.id + 1)).items == []
    found = await entry_of_item(d.territory.id, "argument", argument.id, 1)
    assert found is not None
    assert found.position == 1
    assert await entry_of_item(d.territory.id + 1, "argument", argument.id) is None
    assert await entry_at(d.territory.id, 1 << 70) is None
