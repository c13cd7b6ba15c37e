"""The figures counted again from the tables: what was written, and every vote, contribution by contribution."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from consult.exports.verifying import layout
from consult.exports.verifying.archive import Archive
from consult.exports.verifying.checks import Check, Report, Unreadable, day, plain
from consult.exports.verifying.evidence import parsed
from consult.exports.verifying.index import Index
from consult.exports.verifying.recounting import OF_ARGUMENT, OF_CONTRIBUTION, Results
from consult.exports.verifying.rows import Row, file_of, rows_of

FORMAT = "consult-figures/1"
_SECONDS = len("2026-11-22T13:00:00")
CHOICES = ("agree", "mixed", "disagree")
_TEXTS = ("contributions", "amendments", "arguments", "sources")
_OF_KIND = {"contribution": "contributions", "amendment": "amendments", "argument": "arguments", "source": "sources"}
_SUPPORTED = {"arguments", "sources"}
_BENEATH = ("arguments_for", "arguments_against", "arguments_count", "sources_count", "amendments_count")
_NINE = tuple(f"{kind}_{end}" for kind in ("votes", "earlier", "tally") for end in CHOICES)
_VOTED = tuple(f"votes_{end}" for end in CHOICES)
_SUPPORTS = ("supports", "tally_supports", "supports_total")
_COLUMNS = {
    "contributions": ("number", "id", "state", *_NINE, "votes_total", *_BENEATH, *OF_CONTRIBUTION),
    "amendments": ("id", "contribution", "state", *_VOTED),
    "arguments": ("id", "contribution", "amendment_id", "state", "side", *_SUPPORTS, *OF_ARGUMENT),
    "sources": ("id", "contribution", "state", *_SUPPORTS),
}
Counted = Counter[tuple[str, ...]]


def check_figures(archive: Archive, report: Report, index: Index, own: Mapping[str, Any]) -> None:
    """figures.json says what the tables add up to.

    Args:
        own: what the package says of itself.
    """
    check, results = report.add("figures"), Results()
    counted: Counted = Counter()
    for count in (_count_texts, _count_votes, _count_tallies):
        try:
            count(archive, counted, check, index, results)
        except Unreadable as error:
            check.fault(str(error))
    if not check.ok:
        return
    _compare_each(check, index)
    try:
        figures = parsed(archive.text(layout.FIGURES), layout.FIGURES)
        results.read(archive, figures)
    except Unreadable as error:
        check.fault(str(error))
        return
    _compare_with_description(check, figures, own)
    wanted = _wanted(counted)
    for path, number in wanted.items():
        said = _at(figures, path)
        if said != number or isinstance(said, bool):
            check.fault(f"{layout.FIGURES}: {'.'.join(path)} is {plain(said, 40)}; the tables add up to {number}.")
    for fault in results.faults(figures, index.voters()):
        check.fault(fault)
    for effect, many in index.decided.items():
        if results.decisions[effect] < many:
            check.fault(
                f"data/decisions: {results.decisions[effect]} decisions are of the effect {plain(effect)!r};"
                f" the register recorded {many}."
            )
    cast = counted["cast",]
    _compare_with_register(check, index, counted)
    _compare_with_closing(report, index, wanted)
    tallied = wanted["votes", "contributions", "total", "tallied"]
    check.words = (
        f"{len(wanted) + results.compared} figures are what the tables add up to ({cast:,} votes and supports one by"
        f" one, {tallied:,} tallied votes)"
    )
    if any(path[0] == "votes" and path[3] == "tallied" and many for path, many in counted.items()):
        report.unchecked.append(
            "votes that were only tallied (taken over from elsewhere, on paper): nobody's receipt stands behind them."
        )


def _compare_with_description(check: Check, figures: Any, own: Mapping[str, Any]) -> None:
    """They are those of this consultation, at this instant."""
    for path, wanted in (
        (("format",), FORMAT),
        (("consultation", "slug"), own["consultation"]),
        (("provisional",), own["provisional"]),
    ):
        said = _at(figures, path)
        if said != wanted:
            check.fault(f"{layout.FIGURES}: {'.'.join(path)} is {plain(said, 40)!r}, not {plain(wanted, 40)!r}.")
    if f"{own['cut_off'][:_SECONDS]}Z" != _at(figures, ("at",)):  # the cut-off has milliseconds where there are any
        check.fault(f"{layout.FIGURES}: at is {plain(_at(figures, ('at',)), 40)!r}, not {plain(own['cut_off'], 40)!r}.")


def _named(kind: str, key: str, number: int) -> str:
    """What is voted on: a vote counts for this very item, under this very contribution."""
    return f"contribution {number} ({key})" if kind == "contributions" else f"{kind[:-1]} {key} under {_above(number)}"


def _above(number: int) -> str:
    return f"contribution {number}"


def _count_texts(archive: Archive, counted: Counted, check: Check, index: Index, results: Results) -> None:
    for table in _TEXTS:
        for row in rows_of(archive, file_of(archive, table), _COLUMNS[table]):
            if row.text("state") != "published":
                continue
            counted["text", table] += 1
            if table == "contributions":
                _count_contribution(row, check, index)
                results.contribution(row)
                continue
            above, number = _above(row.number("contribution")), row.number("contribution")
            index.adds(above, f"{table}_count", 1)
            if table == "arguments":
                side = row.text("side")
                counted["side", side] += 1
                if not row.text("amendment_id"):
                    index.adds(above, f"arguments_{'for' if side == 'for' else 'against'}", 1)
                results.argument(row)
            if table == "amendments":
                index.says(
                    _named(table, row.text("id"), number),
                    {end: row.number(f"votes_{end}") for end in CHOICES},
                    row.place,
                )
                continue
            supports, tallied, total = (row.number(name) for name in _SUPPORTS)
            index.says(_named(table, row.text("id"), number), {"voters": supports, "tallied": tallied}, row.place)
            if supports + tallied != total:
                check.fault(
                    f"{row.place}: supports_total is {total}; the two before it add up to {supports + tallied}."
                )


def _count_contribution(row: Row, check: Check, index: Index) -> None:
    number = row.number("number")
    counters = {f"{end} (votes)": row.number(f"votes_{end}") + row.number(f"earlier_{end}") for end in CHOICES}
    counters |= {f"{end} (tallied)": row.number(f"tally_{end}") for end in CHOICES}
    index.says(_named("contributions", row.text("id"), number), counters, row.place)
    index.says(_above(number), {name: row.number(name) for name in _BENEATH}, row.place)
    if row.number("votes_total") != sum(counters.values()):
        check.fault(
            f"{row.place}: votes_total is {row.number('votes_total')}; the columns before it add up to"
            f" {sum(counters.values())}."
        )


def _count_votes(archive: Archive, counted: Counted, check: Check, index: Index, results: Results) -> None:
    columns = ("kind", "contribution", "item_id", "voter", "choice", "on")
    for row in rows_of(archive, file_of(archive, "votes"), columns):
        kind, choice = _OF_KIND.get(row.text("kind"), ""), row.text("choice")
        if not kind or choice not in (("support",) if kind in _SUPPORTED else CHOICES):
            check.fault(f"{row.place}: nobody can vote so: {plain(row.text('kind'), 30)}, {plain(choice, 30)}.")
            continue
        counted["votes", kind, choice, "voters"] += 1
        counted["cast",] += 1
        named = _named(kind, row.text("item_id"), row.number("contribution"))
        index.votes(named, row.text("voter"))
        if kind == "contributions":
            index.adds(named, f"{choice} (votes)", 1)
            results.vote(row)
        else:
            index.adds(named, choice if kind == "amendments" else "voters", 1)
    twice = index.voted_twice()
    if twice:
        check.fault(f"data/votes: {twice} votes are not the first one of their voter on the same item.")


def _count_tallies(archive: Archive, counted: Counted, check: Check, index: Index, results: Results) -> None:
    columns = ("kind", "contribution", "item_id", *CHOICES, "supports")
    for row in rows_of(archive, file_of(archive, "tallies"), columns):
        kind = _OF_KIND.get(row.text("kind"), "")
        if not kind:
            check.fault(f"{row.place}: nothing is tallied so: {plain(row.text('kind'), 30)}.")
            continue
        named = _named(kind, row.text("item_id"), row.number("contribution"))
        for choice in CHOICES:
            many = row.maybe(choice) or 0
            counted["votes", kind, choice, "tallied"] += many
            if kind not in _SUPPORTED:
                index.adds(named, f"{choice} (tallied)" if kind == "contributions" else choice, many)
        supports = row.maybe("supports") or 0
        counted["votes", kind, "support", "tallied"] += supports
        if kind in _SUPPORTED:
            index.adds(named, "tallied", supports)


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
    """An item's own counters are what the other tables hold for it."""
    for of_what, place, what, said, found in index.disagreeing():
        if place is None:
            check.fault(f"data: {found} {what} are counted for {plain(of_what, 120)}, which has no public row.")
        else:
            check.fault(f"{place}: {plain(of_what, 120)} says {said} {what}; the other tables hold {found}.")


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
