"""The public figures of a consultation: THE one place where the page, the API and the files take them from.

``public_figures`` gives a JSON value whose shape is a promise (docs/figures.md). Words are codes, never translated;
keys are strings; a share is a number between 0 and 1, or null where there is nothing to share.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from consult.analysis.models import ConsultationFigures
from consult.analysis.queries.coarsening import FEW
from consult.analysis.queries.results import (
    CROSSED,
    TOP_SIZE,
    TOPS,
    WRITERS,
    WRITTEN,
    Counted,
    count_results,
)
from consult.consultations.queries import SectionNode, outline
from consult.core import changes
from consult.core.database import execute, instant
from consult.territories.queries import base_address

FORMAT = "consult-figures/1"
FIGURES = "figures"  # what pages that are kept compare: when they were counted
SHOWN = ("contributions", "arguments", "sources", "amendments", "votes")


@dataclass(frozen=True)
class About:
    """What the figures are of.

    Attributes:
        at: the instant they speak of (of counting, or a file's cut-off).
        provisional: whether people may still take part.
    """

    consultation_id: int
    slug: str
    title: str
    zone: ZoneInfo
    at: datetime
    provisional: bool


async def public_figures(about: About, counted: Counted | None = None) -> dict[str, Any]:
    """Everything that is told of a consultation in numbers; a JSON value.

    Args:
        counted: what the worker keeps; without it everything is counted now, which belongs inside of ``snapshot()``.

    Raises:
        LookupError: there is no such consultation.
    """
    counted = counted or await count_results(about.consultation_id, about.zone, about.at)
    if counted is None:
        raise LookupError(f"no consultation {about.consultation_id}")
    roots, url = await outline(about.consultation_id), await _url(about)
    totals, results = counted.totals, counted.results
    return {
        "format": FORMAT,
        "consultation": {"slug": about.slug, "title": about.title, "url": url},
        "at": about.at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "timezone": about.zone.key,
        "provisional": about.provisional,
        "totals": {
            **{name: totals[name] for name in (*SHOWN, "participants", "authors", "voters")},
            "arguments_for": results["sides"]["for"],
            "arguments_against": results["sides"]["against"],
        },
        "votes": _votes(results),
        "both_sides": share(total_of(results, "both_sides"), totals["contributions"]),
        "days": [
            {"day": day, "contributions": numbers[0], "arguments": numbers[1], "votes": numbers[2]}
            for day, *numbers in counted.days
        ],
        "kinds": [
            {"kind": kind, "authors": numbers[0], "contributions": numbers[1], "arguments": numbers[2]}
            for kind, numbers in sorted(counted.kinds.items())
        ],
        "writers": {who: {name: results["writers"][who][name] for name in (*WRITTEN, "votes")} for who in WRITERS},
        "sections": [section_figures(root, results) for root in roots],
        "cross": _cross(results, roots),
        "top": {
            top: [{**one, "url": f"{url}/contributions/{one['number']}"} for one in rows]
            for top, rows in (await tops_of(about.consultation_id, results)).items()
        },
        "decisions": {
            **{effect: number for effect, number in sorted(counted.decisions.items()) if effect != "automated"},
            "automated": counted.decisions.get("automated", 0),
            "appeals": totals.get("appeals", 0),
        },
    }


async def _url(about: About) -> str:
    """The full address of the consultation, on its territory's own host."""
    rows = await execute(
        "SELECT h.host FROM territory_host h JOIN consultation c ON c.territory_id = h.territory_id"
        " WHERE c.id = :consultation ORDER BY h.host",
        consultation=about.consultation_id,
    )
    return f"{base_address(row['host'] for row in rows).rstrip('/')}/consultations/{about.slug}"


def section_figures(node: SectionNode, results: dict[str, Any]) -> dict[str, Any]:
    """A section: what stands in it (``own``), and in it and all sections below it together (``below``)."""
    children = [section_figures(child, results) for child in node.children]
    numbers = results["sections"].get(str(node.id), {}).get("numbers", {})
    own = {name: numbers.get(name, 0) for name in SHOWN}
    return {
        "id": str(node.id),
        "number": node.number,
        "title": node.title,
        "own": own,
        "below": {name: own[name] + sum(child["below"][name] for child in children) for name in SHOWN},
        "children": children,
    }


def first_of(
    results: dict[str, Any], sections: set[int] | None = None, writer: str = ""
) -> dict[str, list[tuple[int, int]]]:
    """The first contributions by each rank: ``(number, value)``, of some sections or of one kind of writer only."""
    chosen: dict[str, list[tuple[int, int]]] = {top: [] for top in TOPS}
    for section, by_writer in results["tops"].items():
        if sections is not None and int(section) not in sections:
            continue
        for who, tops in by_writer.items():
            for top, rows in tops.items() if writer in {"", who} else ():
                chosen[top] += [(number, value) for number, value in rows]
    return {top: sorted(rows, key=lambda row: (-row[1], row[0]))[:TOP_SIZE] for top, rows in chosen.items()}


async def titles_of(consultation_id: int, numbers: set[int]) -> dict[int, str]:
    """The titles of contributions that are public now: what was hidden since the count is not named."""
    if not numbers:
        return {}
    rows = await execute(
        "SELECT number, title FROM contribution"
        " WHERE consultation_id = :consultation AND number IN :numbers AND state = 'published'",
        consultation=consultation_id,
        numbers=sorted(numbers),
    )
    return {row["number"]: row["title"] for row in rows}


async def tops_of(
    consultation_id: int, results: dict[str, Any], sections: set[int] | None = None, writer: str = ""
) -> dict[str, list[dict[str, Any]]]:
    """The first contributions by each rank with their titles: of everything, or of a part."""
    first = first_of(results, sections, writer)
    titles = await titles_of(consultation_id, {number for rows in first.values() for number, _ in rows})
    return {
        top: [{"number": number, "title": titles[number], "value": value} for number, value in rows if number in titles]
        for top, rows in first.items()
    }


def _votes(results: dict[str, Any]) -> dict[str, Any]:
    """Votes by what is voted on: for each choice, and in all, by voters, by tallies, and together."""
    told: dict[str, Any] = {}
    for item, by_choice in results["votes"].items():
        told[item] = {choice: _both(*numbers) for choice, numbers in by_choice.items()}
        told[item]["total"] = _both(*(sum(numbers) for numbers in zip(*by_choice.values(), strict=True)))
    return told


def _both(voters: int, tallied: int) -> dict[str, int]:
    return {"voters": voters, "tallied": tallied, "total": voters + tallied}


def total_of(results: dict[str, Any], name: str) -> int:
    """One of the numbers of sections, summed over all of them."""
    return sum(section["numbers"][name] for section in results["sections"].values())


def share(number: int, of: int) -> dict[str, Any]:
    """A number, what it is a part of, and which part."""
    return {"number": number, "of": of, "share": round(number / of, 4) if of else None}


def _cross(results: dict[str, Any], roots: list[SectionNode]) -> dict[str, Any]:
    """What persons and what organisations wrote, by section (with all below it) and by part of the time, coarsened."""
    by_section, by_part = results["cross"]["sections"], results["cross"]["parts"]
    return {
        "fewest_people": FEW,
        "withheld": {name: results["cross"]["why"][name] or None for name in WRITTEN},
        "sections": [
            {"id": str(node.id), "number": node.number}
            | {name: _told(by_section[name].get(str(node.id), [0, 0])) for name in WRITTEN}
            for root in roots
            for node in root.walk()
        ],
        "time": {
            "each": results["each"],
            "parts": [
                {"from": start} | {name: _told(by_part[name][place]) for name in WRITTEN}
                for place, start in enumerate(results["starts"])
            ],
        },
    }


def _told(cell: list[Any]) -> dict[str, Any]:
    return dict(zip(CROSSED, cell, strict=True))


def stamp_of(row: ConsultationFigures | None) -> int:
    """Which count it is, as a number that only grows: when it was, and what it saw. 0 where nothing was counted."""
    return _stamp(row.counted_at, row.changes) if row else 0


def _stamp(counted_at: datetime | None, seen: int) -> int:
    return int(counted_at.timestamp() * 1_000_000) + seen if counted_at else 0


async def _counted(key: int) -> int:
    rows = await execute("SELECT counted_at, changes FROM consultation_figures WHERE consultation_id = :key", key=key)
    return _stamp(instant(rows[0]["counted_at"]), rows[0]["changes"]) if rows else 0


changes.counted(FIGURES, _counted)
