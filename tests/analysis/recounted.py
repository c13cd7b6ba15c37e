"""The public figures counted again, from nothing but the exported tables: as somebody does who has downloaded them."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from tests.exports.reading import ENDS, Counted, Rows, public

ITEMS = {"contributions": "contribution", "amendments": "amendment", "arguments": "argument", "sources": "source"}


def otherwise(figures: dict[str, Any], tables: dict[str, Rows], zone: str = "Europe/Paris") -> list[str]:
    """Where the figures say something else than the tables."""
    alive = {kind: public(tables[kind]) for kind in ITEMS}
    counted = Counted(tables)
    wanted = {
        **{f"totals.{kind}": len(alive[kind]) for kind in ITEMS},
        **{
            f"totals.arguments_{side}": sum(1 for row in alive["arguments"] if row["side"] == side)
            for side in ("for", "against")
        },
        "totals.votes": sum(counted.votes(row["id"]) for row in alive["contributions"]),
        "both_sides.number": sum(
            1
            for row in alive["contributions"]
            if counted.beneath[row["number"], "for"] and counted.beneath[row["number"], "against"]
        ),
        "decisions": dict(Counter(row["effect"] for row in tables["decisions"])),
        "days": _days(alive, tables, ZoneInfo(zone)),
        **_votes(tables),
        **_tops(alive, counted),
        **_kinds(alive),
        **_sections(alive, tables),
    }
    return [f"{path} is {_at(figures, path)}, counted {value}" for path, value in wanted.items() if
            _at(figures, path) != value]  # fmt: skip


def _at(figures: dict[str, Any], path: str) -> Any:
    if path == "decisions":
        return {name: n for name, n in figures["decisions"].items() if name not in {"automated", "appeals"}}
    if path == "days":
        return {one["day"]: (one["contributions"], one["arguments"], one["votes"]) for one in figures["days"]}
    if path.startswith("top."):
        return [(one["number"], one["value"]) for one in figures["top"][path.removeprefix("top.")]]
    if path.startswith("kinds."):
        return {one["kind"]: one[path.removeprefix("kinds.")] for one in figures["kinds"] if one[path[6:]]}
    if path.startswith("sections."):
        _, name, which = path.split(".")
        return {one["id"]: one[which][name] for one in every_section(figures["sections"])}
    found: Any = figures
    for part in path.split("."):
        found = found[part]
    return found


def every_section(sections: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """A tree of sections, in reading order."""
    for one in sections:
        yield one
        yield from every_section(one["children"])


def _votes(tables: dict[str, Rows]) -> dict[str, int]:
    wanted = {}
    for kind, item in ITEMS.items():
        ends = ENDS if kind in {"contributions", "amendments"} else ("support",)
        for end in ends:
            voters = sum(1 for row in tables["votes"] if row["kind"] == item and row["choice"] == end)
            column = "supports" if end == "support" else end
            tallied = sum(row[column] for row in tables["tallies"] if row["kind"] == item)
            wanted |= {f"votes.{kind}.{end}.voters": voters, f"votes.{kind}.{end}.tallied": tallied}
    return wanted


def _days(alive: dict[str, Rows], tables: dict[str, Rows], zone: ZoneInfo) -> dict[str, tuple[int, int, int]]:
    days: dict[str, list[int]] = {}
    for place, kind in enumerate(("contributions", "arguments")):
        for row in alive[kind]:
            day = datetime.fromisoformat(row["published_at"]).astimezone(zone).date().isoformat()
            days.setdefault(day, [0, 0, 0])[place] += 1
    for row in tables["votes"]:
        if row["kind"] == "contribution":
            days.setdefault(row["on"], [0, 0, 0])[2] += 1
    return {day: (numbers[0], numbers[1], numbers[2]) for day, numbers in days.items()}


def _tops(alive: dict[str, Rows], counted: Counted) -> dict[str, list[tuple[int, int]]]:
    def agree(row: dict[str, Any], end: str) -> int:
        return counted.chosen[row["id"], end] + counted.tallied[row["id"], end]

    ranks = {
        "supported": lambda row: agree(row, "agree"),
        "contested": lambda row: min(agree(row, "agree"), agree(row, "disagree")),
        "argued": lambda row: counted.beneath[row["number"], "arguments"],
    }
    return {
        f"top.{top}": sorted(
            ((row["number"], rank(row)) for row in alive["contributions"] if rank(row)),
            key=lambda one: (-one[1], one[0]),
        )[:10]
        for top, rank in ranks.items()
    }


def _kinds(alive: dict[str, Rows]) -> dict[str, dict[str, int]]:
    kinds = {kind: Counter(row["author_kind"] for row in alive[kind]) for kind in ("contributions", "arguments")}
    return {f"kinds.{kind}": dict(found) for kind, found in kinds.items()}


def _sections(alive: dict[str, Rows], tables: dict[str, Rows]) -> dict[str, dict[str, int]]:
    """Contributions and arguments in each section, and in it with all below it."""
    above = {row["id"]: row["parent_id"] for row in tables["sections"]}
    section_of = {row["number"]: row["section_id"] for row in alive["contributions"]}
    numbers = {
        "contributions": [row["number"] for row in alive["contributions"]],
        "arguments": [row["contribution"] for row in alive["arguments"]],
    }
    wanted = {}
    for name, found in numbers.items():
        own, below = dict.fromkeys(above, 0), dict.fromkeys(above, 0)
        for number in found:
            section = section_of[number]
            own[section] += 1
            while section:
                below[section] += 1
                section = above[section]
        wanted |= {f"sections.{name}.own": own, f"sections.{name}.below": below}
    return wanted
