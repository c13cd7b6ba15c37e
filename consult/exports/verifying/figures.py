"""The figures counted again from the tables: what was written, and every vote, contribution by contribution."""

from collections import Counter
from typing import Any

from consult.exports.verifying import layout
from consult.exports.verifying.archive import Archive
from consult.exports.verifying.checks import Check, Report, Unreadable, day, plain
from consult.exports.verifying.evidence import parsed
from consult.exports.verifying.index import Index
from consult.exports.verifying.rows import file_of, rows_of

CHOICES = ("agree", "mixed", "disagree")
_TEXTS = ("contributions", "amendments", "arguments", "sources")
_OF_KIND = {"contribution": "contributions", "amendment": "amendments", "argument": "arguments", "source": "sources"}
_SUPPORTED = {"arguments", "sources"}
_COLUMNS = {
    "contributions": (
        "number",
        "state",
        *(f"{kind}_{end}" for kind in ("votes", "earlier", "tally") for end in CHOICES),
    ),
    "arguments": ("state", "side"),
}
Counted = Counter[tuple[str, ...]]


def check_figures(archive: Archive, report: Report, index: Index) -> None:
    """figures.json says what the tables add up to."""
    check = report.add("figures")
    counted: Counted = Counter()
    for count in (_count_texts, _count_votes, _count_tallies):
        try:
            count(archive, counted, check, index)
        except Unreadable as error:
            check.fault(str(error))
    if not check.ok:
        return
    _compare_each(check, index)
    try:
        figures = parsed(archive.text(layout.FIGURES), layout.FIGURES)
    except Unreadable as error:
        check.fault(str(error))
        return
    wanted = _wanted(counted)
    for path, number in wanted.items():
        said = _at(figures, path)
        if said != number or isinstance(said, bool):
            check.fault(f"{layout.FIGURES}: {'.'.join(path)} is {plain(said, 40)}; the tables add up to {number}.")
    cast = counted["cast",]
    _compare_with_register(check, index, counted)
    _compare_with_closing(report, index, wanted)
    tallied = wanted["votes", "contributions", "total", "tallied"]
    check.words = (
        f"{len(wanted)} figures are what the tables add up to ({cast} votes and supports one by one, {tallied} tallied"
        " votes)"
    )


def _count_texts(archive: Archive, counted: Counted, check: Check, index: Index) -> None:
    for table in _TEXTS:
        for row in rows_of(archive, file_of(archive, table), _COLUMNS.get(table, ("state",))):
            if row.text("state") != "published":
                continue
            counted["text", table] += 1
            if table == "arguments":
                counted["side", row.text("side")] += 1
            if table == "contributions":
                said = [row.number(f"votes_{end}") + row.number(f"earlier_{end}") for end in CHOICES]
                tallied = [row.number(f"tally_{end}") for end in CHOICES]
                index.says(row.number("number"), [*said, *tallied], row.place)


def _count_votes(archive: Archive, counted: Counted, check: Check, index: Index) -> None:
    for row in rows_of(archive, file_of(archive, "votes"), ("kind", "contribution", "item_id", "voter", "choice")):
        kind, choice = _OF_KIND.get(row.text("kind"), ""), row.text("choice")
        if not kind or (choice not in CHOICES and not (choice == "support" and kind in _SUPPORTED)):
            check.fault(f"{row.place}: nobody can vote so: {plain(row.text('kind'), 30)}, {plain(choice, 30)}.")
            continue
        counted["votes", kind, choice, "voters"] += 1
        counted["cast",] += 1
        if kind == "contributions":
            index.adds(row.number("contribution"), CHOICES.index(choice), 1)


def _count_tallies(archive: Archive, counted: Counted, check: Check, index: Index) -> None:
    columns = ("kind", "contribution", *CHOICES, "supports")
    for row in rows_of(archive, file_of(archive, "tallies"), columns):
        kind = _OF_KIND.get(row.text("kind"), "")
        if not kind:
            check.fault(f"{row.place}: nothing is tallied so: {plain(row.text('kind'), 30)}.")
            continue
        for place, choice in enumerate(CHOICES):
            many = row.maybe(choice) or 0
            counted["votes", kind, choice, "tallied"] += many
            if kind == "contributions":
                index.adds(row.number("contribution"), 3 + place, many)
        counted["votes", kind, "support", "tallied"] += row.maybe("supports") or 0


def _wanted(counted: Counted) -> dict[tuple[str, ...], int]:
    """Every figure that the tables tell, by its path in figures.json."""
    wanted: dict[tuple[str, ...], int] = {("totals", table): counted["text", table] for table in _TEXTS}
    wanted |= {("totals", f"arguments_{side}"): counted["side", side] for side in ("for", "against")}
    for kind in _TEXTS:
        choices = ("support",) if kind in _SUPPORTED else CHOICES
        for how in ("voters", "tallied"):
            for choice in choices:
                wanted["votes", kind, choice, how] = counted["votes", kind, choice, how]
            wanted["votes", kind, "total", how] = sum(counted["votes", kind, choice, how] for choice in choices)
        for choice in (*choices, "total"):
            wanted["votes", kind, choice, "total"] = (
                wanted["votes", kind, choice, "voters"] + wanted["votes", kind, choice, "tallied"]
            )
    wanted["totals", "votes"] = wanted["votes", "contributions", "total", "total"]
    return wanted


def _at(value: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _compare_each(check: Check, index: Index) -> None:
    """A contribution's own counters are the votes and the tallies that the other tables hold for it."""
    for number, place, what, said, found in index.disagreeing():
        names = [f"{choice} ({how})" for how in ("votes", "tallied") for choice in CHOICES]
        if place is None:
            check.fault(f"data: votes are counted for contribution {number}, which has no public row.")
        else:
            check.fault(f"{place}: contribution {number} says {said} {names[what]}; the other tables hold {found}.")


def _compare_with_register(check: Check, index: Index, counted: Counted) -> None:
    """There are no more votes than the register recorded: each has an entry of its own, or was recorded in bulk."""
    found, recorded = {"voted": 0, "supported": 0}, index.cast
    for path, many in counted.items():
        if path[0] == "votes" and path[3] == "voters":
            found["supported" if path[1] in _SUPPORTED else "voted"] += many
    for kind, words in (("voted", "votes"), ("supported", "supports")):
        if found[kind] > recorded[kind] + recorded["in bulk"]:
            check.fault(f"data/votes: there are {found[kind]} {words}; the register recorded {recorded[kind]} of them.")
            return
    if sum(found.values()) > sum(recorded.values()):
        check.fault(
            f"data/votes: there are {sum(found.values())} votes and supports; the register recorded"
            f" {sum(recorded.values())} of them."
        )


def _compare_with_closing(report: Report, index: Index, wanted: dict[tuple[str, ...], int]) -> None:
    """What was counted at the closing, beside what is there now: moderation goes on, so it is told and not judged."""
    if index.tally is None:
        return
    closing = {name: index.tally.get(name) for name in (*_TEXTS, "votes")}
    now = {name: wanted["totals", name] for name in closing}
    at = day(index.tally["at"])
    if closing == now:
        report.notes.append(f"the register tallied the same numbers on {at}, once the last round was over.")
        return
    told = ", ".join(
        f"{plain(closing[name], 20)} {name} (now {now[name]})" for name in now if closing[name] != now[name]
    )
    report.notes.append(f"once the last round was over, the register tallied {told}, on {at}.")
