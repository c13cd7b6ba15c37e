"""Writes the documents that the code knows best, so that they cannot disagree with it: ``make documents``.

docs/events.md is written from the declared events: their docstrings, their public fields, and who reacts to them.
"""

import dataclasses
import importlib
import inspect
import pkgutil
import re
import sys
from pathlib import Path

import click
import typer

import consult
from consult.core.events import Event, all_events, effects_of

ROOT = Path(__file__).resolve().parents[1]
EVENTS = "docs/events.md"

INTRODUCTION = """\
# Events

What can happen, in the past tense, as the rooms declare it in their `events.py`. An action records at least one event
in its own transaction; the audit keeps it, and the outbox carries it to its effects, each at least once. The fields are
identifiers and public values only: no text of people, no address, no secret. `territory_id` is in all of them.

This page is written by `make documents`."""


def import_rooms() -> None:
    """Import the events and the effects of every room, so that they are declared."""
    for room in pkgutil.iter_modules(consult.__path__, "consult."):
        if not room.ispkg:
            continue
        for layer in ("events", "effects"):
            name = f"{room.name}.{layer}"
            if importlib.util.find_spec(name) is not None:
                importlib.import_module(name)


def events_document() -> str:
    """The text that docs/events.md should have."""
    import_rooms()
    by_room: dict[str, list[type[Event]]] = {}
    for event in all_events().values():
        if event.__module__.startswith("consult."):
            by_room.setdefault(event.__module__.split(".")[1], []).append(event)
    parts = [INTRODUCTION]
    for room, events in sorted(by_room.items()):
        parts.append(f"\n## {room}")
        for event in sorted(events, key=lambda one: one.__name__):
            parts.append(_one_event(event))
    return "\n".join(parts) + "\n"


def _one_event(event: type[Event]) -> str:
    named = [f"`{one.name}`" for one in dataclasses.fields(event) if one.name != "territory_id"]
    said = re.sub(r"\s+", " ", inspect.cleandoc(event.__doc__ or "").split("\n\n")[0]).strip()
    lines = [
        f"### {event.__name__}\n",
        f"{said}\n",
        f"- recorded as `{event.name}`",
        f"- fields: {', '.join(named) or 'none'}",
    ]
    reactions = effects_of(event(**{one.name: None for one in dataclasses.fields(event)}))
    if reactions:
        lines.append(f"- effects: {', '.join(f'`{one}`' for one in sorted(reactions))}")
    return "\n" + "\n".join(lines)


def command_names() -> list[str]:
    """Every command of ``consult``, the ones inside others in full."""
    from consult.cli import app

    def walk(command: click.Command, name: str) -> list[str]:
        inside = getattr(command, "commands", None)
        if inside is None:
            return [name]
        return [
            one for key, value in sorted(inside.items()) if not value.hidden for one in walk(value, f"{name} {key}")
        ]

    return walk(typer.main.get_command(app), "consult")


if __name__ == "__main__":
    written = ROOT / EVENTS
    written.write_text(events_document(), encoding="utf-8")
    print(f"{EVENTS} is written", file=sys.stderr)
