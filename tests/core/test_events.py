"""Facts and who reacts to them."""

import json
from dataclasses import dataclass, fields
from typing import Any, get_args, get_origin, get_type_hints

import pytest

from consult.app import load_effects
from consult.core import events
from consult.core.events import Event, effect, effects_of, event_from, reaction_named
from tests.core.facts import AppleFell, reacting


async def _sweep_up(event: AppleFell, outbox_id: int) -> None:
    """React."""


def test_an_event_is_named_after_its_class() -> None:
    assert AppleFell.name == "apple_fell"


def test_two_events_of_one_name_are_refused() -> None:
    """The second would take the place of the first, and its rows in the outbox."""
    with pytest.raises(TypeError, match="two events are called AppleFell"):

        @dataclass(frozen=True, kw_only=True)
        class AppleFell(Event):  # the other one stands in facts.py
            where: str

    assert "tree" in {one.name for one in fields(events.all_events()["apple_fell"])}


def test_two_reactions_of_one_name_are_refused() -> None:
    def another() -> Any:
        async def _sweep_up(event: AppleFell, outbox_id: int) -> None:
            """Do something else."""

        return _sweep_up

    with reacting(_sweep_up), pytest.raises(TypeError, match="two reactions"):
        effect(AppleFell)(another())


def test_nobody_reacts_to_events_in_general() -> None:
    with pytest.raises(TypeError):
        effect(Event)(_sweep_up)


def test_a_reaction_has_a_name_that_lasts() -> None:
    with reacting(_sweep_up) as names:
        assert names() == effects_of(AppleFell(tree=1)) == ["tests.core.test_events._sweep_up"]
        assert reaction_named("apple_fell", "tests.core.test_events._sweep_up") is _sweep_up
        assert reaction_named("apple_fell", "tests.core.test_events.gone") is None
    assert reaction_named("pear_fell", "whatever") is None


def test_an_event_comes_back_from_what_was_stored() -> None:
    event = AppleFell(tree=1 << 62, territory_id=3)
    assert event_from(event.name, json.loads(json.dumps(event.payload()))) == event


def test_a_field_that_a_later_release_has_dropped_is_ignored() -> None:
    assert event_from("apple_fell", {"tree": 1, "territory_id": None, "colour": "red"}) == AppleFell(tree=1)


def test_an_unknown_event_is_told() -> None:
    with pytest.raises(KeyError):
        event_from("pear_fell", {})


PLAIN = {int, str, bool, type(None)}


def _is_plain(kind: Any) -> bool:
    if kind in PLAIN:
        return True
    return get_origin(kind) is not None and all(_is_plain(one) for one in get_args(kind) if one is not Ellipsis)


def test_every_event_can_be_stored_and_holds_no_person_s_own_data() -> None:
    """Rows of the audit are kept for ever: no address, no text of people, no secret."""
    load_effects()
    for name, event_type in events.all_events().items():
        kinds = get_type_hints(event_type)
        for one in fields(event_type):
            assert _is_plain(kinds[one.name]), f"{name}.{one.name} is no plain value: JSON would not give it back"
            private = {"email", "password", "token", "text", "body", "title"} & set(one.name.split("_"))
            assert not private, f"{name}.{one.name} looks like something that an audit may not keep"
