"""Counting what a consultation's results are made of, from its rows: grouped in the database, a few numbers a section.

Called inside of ``snapshot()``, so that every statement sees the same instant. Counting.py defines what is public.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from consult.analysis.models import ConsultationFigures
from consult.analysis.queries.coarsening import FEW, Cell, Told, coarsen
from consult.analysis.queries.counting import (
    AMENDMENTS,
    ARGUMENTS,
    CONTRIBUTIONS,
    SOURCES,
    VOTES,
    count_consultation,
    seconds_of,
)
from consult.analysis.queries.periods import Periods, day_of, local_day_sql, periods_of
from consult.consultations.queries import SectionNode, outline, rounds_of
from consult.core.database import stream_rows

# Whoever answers for the consultation wrote what is put to it. That is official, and no cross of personal attributes.
PERSON, ORGANISATION, ORGANISER = "person", "organisation", "organiser"
CROSSED = (PERSON, ORGANISATION)
WRITERS = (*CROSSED, ORGANISER)
SERIES = ("contributions", "arguments", "votes")
WRITTEN = ("contributions", "arguments")
CHOICES = ("agree", "mixed", "disagree")
TOPS = ("supported", "contested", "argued")
TOP_SIZE = 10
MOST_PARTS = 92

_WHO = (
    f"CASE WHEN i.author_kind = 'citizen' THEN '{PERSON}' WHEN i.author_kind = '{ORGANISER}' THEN '{ORGANISER}'"
    f" ELSE '{ORGANISATION}' END"
)
_AUTHOR = "COALESCE(i.organisation_id, i.author_id)"
_WRITTEN_AT = "COALESCE(i.published_at, i.created_at)"
_ROWS = {"contributions": CONTRIBUTIONS, "arguments": ARGUMENTS, "votes": VOTES}
_SECTION = {"contributions": "i.section_id", "arguments": "c.section_id", "votes": "c.section_id"}
# the numbers of a section: what stands in it, whoever wrote it; the row's counters count what is public (see recount)
NUMBERS = {
    "contributions": "1",
    "arguments": "i.arguments_count",
    "sources": "i.sources_count",
    "amendments": "i.amendments_count",
    "votes": "i.votes_total",
    "both_sides": "CASE WHEN i.arguments_for > 0 AND i.arguments_against > 0 THEN 1 ELSE 0 END",
    **{f"{end}_voters": f"i.votes_{end} + i.earlier_{end}" for end in CHOICES},
    **{f"{end}_tallied": f"i.tally_{end}" for end in CHOICES},
}
_RANKED = {
    "supported": "i.votes_agree + i.earlier_agree + i.tally_agree",
    "contested": "i.contested",
    "argued": "i.arguments_count",
}


@dataclass
class Counted:
    """A consultation's figures, as :class:`ConsultationFigures` keeps them.

    ``results`` holds: ``each``, ``starts`` and ``last`` (the parts of its time); ``sides`` and ``votes`` (arguments by
    side, votes by what is voted on and choice, voters and tallies apart); ``sections`` by key (``numbers``, and in
    ``time`` a row ``[part, contributions, arguments, votes]`` for each part in which anything happened); ``writers``
    (numbers of persons and of organisations); ``cross`` (theirs by section and by part, coarsened); ``tops`` (for each
    section and writer the numbers of the first contributions).
    """

    changes: int = 0
    totals: dict[str, int] = field(default_factory=dict)
    days: list[list[Any]] = field(default_factory=list)
    kinds: dict[str, list[int]] = field(default_factory=dict)
    decisions: dict[str, int] = field(default_factory=dict)
    results: dict[str, Any] = field(default_factory=dict)


def kept(row: ConsultationFigures | None) -> Counted | None:
    """What the worker has counted; None as long as it has not."""
    if row is None or not row.results:
        return None
    return Counted(row.changes, row.totals, row.days, row.kinds, row.decisions, row.results)


async def count_results(consultation_id: int, zone: ZoneInfo, at: datetime) -> Counted | None:
    """Count everything: the dashboard's figures and the results. None when there is no such consultation.

    Args:
        at: the instant that the figures speak of; quiet days are drawn up to it, or to the last closing.
    """
    figures = await count_consultation(consultation_id, zone)
    if figures is None:
        return None
    rounds, roots = await rounds_of(consultation_id), await outline(consultation_id)
    periods = periods_of(figures.days, rounds, at, zone, MOST_PARTS)
    counting = _Counting(consultation_id, zone, periods, roots)
    results = await counting.all() if figures.days else counting.nothing()
    return Counted(
        changes=figures.changes,
        totals=figures.totals,
        days=[[day.isoformat(), *numbers] for day, numbers in figures.days.items()],
        kinds=figures.kinds,
        decisions=figures.decisions,
        results={
            "each": periods.each,
            "starts": [day.isoformat() for day in periods.starts],
            "last": periods.last.isoformat() if periods.starts else None,
            **results,
        },
    )


@dataclass
class _Counting:
    """One count, with what its statements share."""

    consultation_id: int
    zone: ZoneInfo
    periods: Periods
    roots: list[SectionNode]

    def nothing(self) -> dict[str, Any]:
        """The same for a consultation in which nothing has been published."""
        return {
            "sides": {"for": 0, "against": 0},
            "votes": _no_votes(),
            "sections": {},
            "writers": self._by_writer({}, {name: {} for name in SERIES}),
            "cross": {
                "why": dict.fromkeys(WRITTEN, ""),
                "sections": {name: {} for name in WRITTEN},
                "parts": {name: [[0, 0] for _ in self.periods.starts] for name in WRITTEN},
            },
            "tops": {},
        }

    async def all(self) -> dict[str, Any]:
        """The part of the results that is counted in the rows."""
        numbers = await self._numbers()
        time = {name: await self._time(name) for name in SERIES}
        sections = {name: await self._cross_of_sections(name, time[name]) for name in WRITTEN}
        return {
            **await self._sides_and_votes(numbers),
            "sections": self._by_section(numbers, time),
            "writers": self._by_writer(numbers, time),
            "cross": {
                "why": {name: why for name, (why, _) in sections.items()},
                "sections": {name: told for name, (_, told) in sections.items()},
                "parts": {name: await self._cross_of_parts(name, time[name]) for name in WRITTEN},
            },
            "tops": await self._tops(),
        }

    async def _rows(self, sql: str) -> list[dict[str, Any]]:
        async with aclosing(stream_rows(sql, consultation=self.consultation_id)) as rows:
            return [row async for row in rows]

    async def _numbers(self) -> dict[tuple[int, str], dict[str, int]]:
        """What stands in each section, by who wrote the contribution."""
        sums = ", ".join(f"CAST(SUM({what}) AS BIGINT) AS {name}" for name, what in NUMBERS.items())
        rows = await self._rows(
            f"SELECT i.section_id AS section, {_WHO} AS who, {sums} {CONTRIBUTIONS} GROUP BY i.section_id, {_WHO}"
        )
        return {(row["section"], row["who"]): {name: int(row[name]) for name in NUMBERS} for row in rows}

    def _day(self) -> str:
        """The local day of ``seconds``, a column of the query that it is put into."""
        return local_day_sql("seconds", self.periods.starts[0], self.periods.last, self.zone)

    async def _time(self, name: str) -> dict[tuple[int, str, int], int]:
        """How much of one thing there is in each section, by who wrote it, in each part of the time."""
        instant, who = ("i.created_at", "''") if name == "votes" else (_WRITTEN_AT, _WHO)
        sql = (
            f"SELECT section, who, {self._day()} AS day, COUNT(*) AS number"
            f" FROM (SELECT {_SECTION[name]} AS section, {who} AS who, {seconds_of(instant)} AS seconds {_ROWS[name]})"
            f" one GROUP BY section, who, {self._day()}"
        )
        place, found = self.periods.places(), defaultdict[tuple[int, str, int], int](int)
        async with aclosing(stream_rows(sql, consultation=self.consultation_id)) as rows:
            async for row in rows:
                found[row["section"], row["who"], place(day_of(int(row["day"])))] += int(row["number"])
        return found

    async def _people(self, name: str, key: str) -> dict[tuple[int, str], set[int]]:
        """A few of the different authors in each section (or on each day): no more than it takes to know there are."""
        inner = f"SELECT DISTINCT {key} AS place, who, author FROM (SELECT {_SECTION[name]} AS section, {_WHO} AS who,"
        inner += (
            f" {_AUTHOR} AS author, {seconds_of(_WRITTEN_AT)} AS seconds {_ROWS[name]}) one WHERE author IS NOT NULL"
        )
        sql = (
            f"SELECT place, who, author FROM (SELECT place, who, author, ROW_NUMBER() OVER (PARTITION BY place, who"
            f" ORDER BY author) AS turn FROM ({inner}) distinct_ones) few WHERE turn <= {FEW}"
        )
        found: dict[tuple[int, str], set[int]] = defaultdict(set)
        for row in await self._rows(sql):
            found[int(row["place"]), row["who"]].add(row["author"])
        return found

    def _by_section(
        self, numbers: dict[tuple[int, str], dict[str, int]], time: dict[str, dict[tuple[int, str, int], int]]
    ) -> dict[str, Any]:
        sections: dict[str, dict[str, Any]] = {}
        for (section, _), one in numbers.items():
            known = sections.setdefault(str(section), {"numbers": dict.fromkeys(NUMBERS, 0), "time": []})
            for name, number in one.items():
                known["numbers"][name] += number
        parts: dict[tuple[int, int], list[int]] = defaultdict(lambda: [0] * len(SERIES))
        for place, name in enumerate(SERIES):
            for (section, _, part), number in time[name].items():
                parts[section, part][place] += number
        for (section, part), series in sorted(parts.items()):
            sections[str(section)]["time"].append([part, *series])
        return sections

    def _by_writer(
        self, numbers: dict[tuple[int, str], dict[str, int]], time: dict[str, dict[tuple[int, str, int], int]]
    ) -> dict[str, dict[str, int]]:
        """What persons and organisations wrote in all, and what the others made of it."""
        found = {who: dict.fromkeys((*WRITTEN, "votes", "both_sides", *_ENDS), 0) for who in WRITERS}
        for (_, who), one in numbers.items():
            for name in ("votes", "both_sides", *_ENDS):
                found[who][name] += one[name]
        for name in WRITTEN:
            for (_, who, _), number in time[name].items():
                found[who][name] += number
        return found

    async def _cross_of_sections(
        self, name: str, time: dict[tuple[int, str, int], int]
    ) -> tuple[str, dict[str, list[Told]]]:
        """Sections, each with everything below it, by who wrote; and why nothing of it is told, if nothing is."""
        people = await self._people(name, "section")
        own: dict[int, list[int]] = defaultdict(lambda: [0, 0])
        for (section, who, _), number in time.items():
            if who in CROSSED:
                own[section][CROSSED.index(who)] += number
        cells: dict[int, Cell] = {}

        def build(node: SectionNode) -> tuple[Cell, tuple[set[int], set[int]]]:
            mine = (people.get((node.id, PERSON), set()), people.get((node.id, ORGANISATION), set()))
            alone, below = _cell(own[node.id], mine), [build(child) for child in node.children]
            mine = _union([mine, *(who for _, who in below)])
            cells[node.id] = _sum([alone, *(cell for cell, _ in below)], mine) if below else alone
            return cells[node.id], mine

        built = [build(root) for root in self.roots]
        why = coarsen(_sum([cell for cell, _ in built], _union(who for _, who in built)))
        return why, {str(section): list(cell.told()) for section, cell in cells.items()}

    async def _cross_of_parts(self, name: str, time: dict[tuple[int, str, int], int]) -> list[list[Told]]:
        """The parts of the time by who wrote."""
        place = self.periods.places()
        people = [(set[int](), set[int]()) for _ in self.periods.starts]
        for (day, who), few in (await self._people(name, self._day())).items():
            if who in CROSSED:
                people[place(day_of(day))][CROSSED.index(who)].update(few)
        own = [[0, 0] for _ in self.periods.starts]
        for (_, who, part), number in time.items():
            if who in CROSSED:
                own[part][CROSSED.index(who)] += number
        cells = [_cell(numbers, who) for numbers, who in zip(own, people, strict=True)]
        coarsen(_sum(cells, _union(people)))
        return [list(cell.told()) for cell in cells]

    async def _sides_and_votes(self, numbers: dict[tuple[int, str], dict[str, int]]) -> dict[str, Any]:
        """Arguments by side, and votes by what is voted on: ``[voters, tallied]`` for each choice."""
        sides = {"for": 0, "against": 0}
        votes = _no_votes()
        for end in CHOICES:
            for one in numbers.values():
                _add(votes["contributions"][end], {how: one[f"{end}_{how}"] for how in _HOW})
        supports = "CAST(SUM(i.supports) AS BIGINT) AS voters, CAST(SUM(i.tally_supports) AS BIGINT) AS tallied"
        ballots = AMENDMENTS.replace(" WHERE", " JOIN vote v ON v.amendment_id = i.id WHERE")
        tallies = AMENDMENTS.replace(" WHERE", " JOIN tally t ON t.amendment_id = i.id WHERE")
        for row in await self._rows(f"SELECT i.side, COUNT(*) AS number, {supports} {ARGUMENTS} GROUP BY i.side"):
            sides[row["side"]] = int(row["number"])
            _add(votes["arguments"]["support"], row)
        for row in await self._rows(f"SELECT {supports} {SOURCES}"):
            _add(votes["sources"]["support"], row)
        for row in await self._rows(
            f"SELECT v.choice, COUNT(*) AS voters, 0 AS tallied {ballots} GROUP BY v.choice"
        ) + await self._rows(
            " UNION ALL ".join(
                f"SELECT '{end}' AS choice, 0 AS voters, CAST(SUM(t.{end}) AS BIGINT) AS tallied {tallies}"
                for end in CHOICES
            )
        ):
            _add(votes["amendments"][row["choice"]], row)
        return {"sides": sides, "votes": votes}

    async def _tops(self) -> dict[str, dict[str, dict[str, list[list[int]]]]]:
        """The first contributions of each section and writer, by each of the ranks: ``[number, what they are by]``."""
        found: dict[str, dict[str, dict[str, list[list[int]]]]] = defaultdict(lambda: defaultdict(dict))
        for top, rank in _RANKED.items():
            sql = (
                f"SELECT section, who, number, value FROM (SELECT i.section_id AS section, {_WHO} AS who, i.number,"
                f" {rank} AS value, ROW_NUMBER() OVER"
                f" (PARTITION BY i.section_id, {_WHO} ORDER BY {rank} DESC, i.number) AS turn"
                f" {CONTRIBUTIONS} AND {rank} > 0) ranked WHERE turn <= {TOP_SIZE} ORDER BY section, who, turn"
            )
            for row in await self._rows(sql):
                place = found[str(row["section"])][row["who"]].setdefault(top, [])
                place.append([int(row["number"]), int(row["value"])])
        return found


_HOW = ("voters", "tallied")
_ENDS = tuple(f"{end}_{how}" for end in CHOICES for how in _HOW)


def _cell(numbers: list[int], authors: tuple[set[int], set[int]], parts: list[Cell] | None = None) -> Cell:
    """A cell; authors whose account is gone are not told apart, and count as one."""
    people = [min(FEW, max(len(who), 1 if number else 0)) for number, who in zip(numbers, authors, strict=True)]
    return Cell(numbers[0], numbers[1], (people[0], people[1]), parts or [])


def _sum(parts: list[Cell], authors: tuple[set[int], set[int]]) -> Cell:
    numbers = [sum(part.persons for part in parts), sum(part.organisations for part in parts)]
    return _cell(numbers, authors, parts)


def _union(many: Iterable[tuple[set[int], set[int]]]) -> tuple[set[int], set[int]]:
    persons, organisations = set[int](), set[int]()
    for one in many:
        persons |= one[0]
        organisations |= one[1]
    return persons, organisations


def _no_votes() -> dict[str, dict[str, list[int]]]:
    return {
        "contributions": {end: [0, 0] for end in CHOICES},
        "amendments": {end: [0, 0] for end in CHOICES},
        "arguments": {"support": [0, 0]},
        "sources": {"support": [0, 0]},
    }


def _add(sums: list[int], row: Mapping[str, Any]) -> None:
    for place, name in enumerate(_HOW):
        sums[place] += int(row[name] or 0)
