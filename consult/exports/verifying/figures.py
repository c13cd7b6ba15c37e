"""The figures counted again from the tables: what was written, and every vote, contribution by contribution."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from consult.core.language import N_
from consult.exports.verifying import layout
from consult.exports.verifying.archive import Archive
from consult.exports.verifying.checks import Check, Report, Unreadable
from consult.exports.verifying.evidence import parsed
from consult.exports.verifying.index import Index
from consult.exports.verifying.recounting import OF_ARGUMENT, OF_CONTRIBUTION, Results
from consult.exports.verifying.rows import Row, file_of, rows_of
from consult.exports.verifying.words import gettext as _
from consult.exports.verifying.words import instant, instants, item, ngettext, plain, value

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
_COUNTERS: dict[str, str] = {
    "agree (votes)": N_("votes « d’accord »"),
    "mixed (votes)": N_("votes « mitigé »"),
    "disagree (votes)": N_("votes « pas d’accord »"),
    "agree (tallied)": N_("votes « d’accord » repris d’un décompte"),
    "mixed (tallied)": N_("votes « mitigé » repris d’un décompte"),
    "disagree (tallied)": N_("votes « pas d’accord » repris d’un décompte"),
    "agree": N_("votes « d’accord »"),
    "mixed": N_("votes « mitigé »"),
    "disagree": N_("votes « pas d’accord »"),
    "voters": N_("soutiens donnés sur le site"),
    "tallied": N_("soutiens repris d’un décompte"),
    "arguments_for": N_("arguments pour"),
    "arguments_against": N_("arguments contre"),
    "arguments_count": N_("arguments en tout"),
    "sources_count": N_("sources en tout"),
    "amendments_count": N_("propositions de modification en tout"),
}
_TOO_MANY: dict[str, str] = {
    "voted": N_("data/votes : les votes sont au nombre de %(found)s ; le registre en a inscrit %(recorded)s."),
    "supported": N_("data/votes : les soutiens sont au nombre de %(found)s ; le registre en a inscrit %(recorded)s."),
}
_TALLIED: dict[str, str] = {
    "contributions": N_("contributions"),
    "amendments": N_("propositions de modification"),
    "arguments": N_("arguments"),
    "sources": N_("sources"),
    "votes": N_("votes"),
}
Counted = Counter[tuple[str, ...]]


def check_figures(archive: Archive, report: Report, index: Index, own: Mapping[str, Any]) -> None:
    """figures.json says what the tables add up to.

    Args:
        own: what the package says of itself.
    """
    check, results = report.add("figures"), Results()
    counted: Counted = Counter()
    figures: Any = None
    try:
        figures = parsed(archive.text(layout.FIGURES), layout.FIGURES)
        results.read(archive, figures)
    except Unreadable as error:  # what the tables hold is told all the same
        check.fault(str(error))
    for count in (_count_texts, _count_votes, _count_tallies):
        try:
            count(archive, counted, check, index, results)
        except Unreadable as error:
            check.fault(str(error))
    if not check.ok:
        return
    _compare_each(check, index)
    _compare_with_description(check, figures, own)
    wanted = _wanted(counted)
    for path, number in wanted.items():
        said = _at(figures, path)
        if said != number or isinstance(said, bool):
            check.fault(
                _(
                    "%(file)s : %(name)s dit %(said)s ; les tables donnent %(wanted)s.",
                    file=layout.FIGURES,
                    name=".".join(path),
                    said=value(said, 40),
                    wanted=number,
                )
            )
    for fault in results.faults(figures, index.voters()):
        check.fault(fault)
    for effect, many in index.decided.items():
        if results.decisions[effect] < many:
            check.fault(
                ngettext(
                    "data/decisions : %(num)s décision a l’effet « %(effect)s » ; le registre en a inscrit"
                    " %(recorded)s.",
                    "data/decisions : %(num)s décisions ont l’effet « %(effect)s » ; le registre en a inscrit"
                    " %(recorded)s.",
                    results.decisions[effect],
                    effect=plain(effect),
                    recorded=many,
                )
            )
    cast = counted["cast",]
    _compare_with_register(check, index, counted)
    _compare_with_closing(report, index, wanted)
    tallied = wanted["votes", "contributions", "total", "tallied"]
    check.words = _(
        "%(count)s chiffres sont ce que donnent les tables, recomptées (votes et soutiens un par un : %(cast)s ; votes"
        " repris d’un décompte : %(tallied)s)",
        count=len(wanted) + results.compared, cast=cast, tallied=tallied,
    )  # fmt: skip
    if any(path[0] == "votes" and path[3] == "tallied" and many for path, many in counted.items()):
        report.unchecked.append(
            _("les votes repris d’un décompte (sur papier, ou d’une autre plateforme) : aucun reçu ne les appuie.")
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
            check.fault(
                _(
                    "%(file)s : %(name)s dit « %(said)s », et non « %(wanted)s ».",
                    file=layout.FIGURES,
                    name=".".join(path),
                    said=value(said, 40),
                    wanted=value(wanted, 40),
                )
            )
    if f"{own['cut_off'][:_SECONDS]}Z" != _at(figures, ("at",)):  # the cut-off has milliseconds where there are any
        said, wanted = instants(_at(figures, ("at",)), own["cut_off"])
        check.fault(
            _(
                "%(file)s : ces chiffres sont datés du %(said)s, et non du %(wanted)s.",
                file=layout.FIGURES,
                said=said,
                wanted=wanted,
            )
        )


def _named(kind: str, key: str, number: int) -> str:
    """What is voted on: a vote counts for this very item, under this very contribution. For the index."""
    return f"{kind[:-1]}|{number}|{key}"


def _above(number: int) -> str:
    return f"contribution|{number}|"


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
                _adds_up_otherwise(check, row, "supports_total", total, supports + tallied)


def _count_contribution(row: Row, check: Check, index: Index) -> None:
    number = row.number("number")
    counters = {f"{end} (votes)": row.number(f"votes_{end}") + row.number(f"earlier_{end}") for end in CHOICES}
    counters |= {f"{end} (tallied)": row.number(f"tally_{end}") for end in CHOICES}
    index.says(_named("contributions", row.text("id"), number), counters, row.place)
    index.says(_above(number), {name: row.number(name) for name in _BENEATH}, row.place)
    if row.number("votes_total") != sum(counters.values()):
        _adds_up_otherwise(check, row, "votes_total", row.number("votes_total"), sum(counters.values()))


def _adds_up_otherwise(check: Check, row: Row, column: str, said: int, found: int) -> None:
    check.fault(
        _(
            "%(place)s : %(column)s dit %(said)s ; les colonnes qui précèdent donnent %(found)s.",
            place=row.place, column=column, said=said, found=found,
        )
    )  # fmt: skip


def _count_votes(archive: Archive, counted: Counted, check: Check, index: Index, results: Results) -> None:
    columns = ("kind", "contribution", "item_id", "voter", "choice", "on")
    for row in rows_of(archive, file_of(archive, "votes"), columns):
        kind, choice = _OF_KIND.get(row.text("kind"), ""), row.text("choice")
        if not kind or choice not in (("support",) if kind in _SUPPORTED else CHOICES):
            check.fault(
                _(
                    "%(place)s : personne ne peut voter ainsi (%(kind)s, %(choice)s).",
                    place=row.place,
                    kind=plain(row.text("kind"), 30),
                    choice=plain(choice, 30),
                )
            )
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
        check.fault(
            ngettext(
                "data/votes : %(num)s vote n’est pas le premier de son votant sur le même texte.",
                "data/votes : %(num)s votes ne sont pas les premiers de leur votant sur le même texte.",
                twice,
            )
        )


def _count_tallies(archive: Archive, counted: Counted, check: Check, index: Index, results: Results) -> None:
    columns = ("kind", "contribution", "item_id", *CHOICES, "supports")
    for row in rows_of(archive, file_of(archive, "tallies"), columns):
        kind = _OF_KIND.get(row.text("kind"), "")
        if not kind:
            check.fault(
                _(
                    "%(place)s : rien ne se décompte ainsi (%(kind)s).",
                    place=row.place,
                    kind=plain(row.text("kind"), 30),
                )
            )
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
        kind, number, key = of_what.split("|", 2)
        named = {"item": item(kind, number, key), "counter": _(_COUNTERS[what]), "found": found}
        if place is None:
            check.fault(
                _("data : %(item)s n’a pas de ligne publique, et on lui compte %(found)s %(counter)s.", **named)
            )
            continue
        check.fault(
            _(
                "%(place)s : %(item)s annonce %(said)s %(counter)s ; les autres tables en contiennent %(found)s.",
                place=place, said=said, **named,
            )
        )  # fmt: skip


def _compare_with_register(check: Check, index: Index, counted: Counted) -> None:
    """There are no more votes than the register recorded: each has an entry of its own, or was recorded in bulk."""
    found, recorded = {"voted": 0, "supported": 0}, index.cast
    for path, many in counted.items():
        if path[0] == "votes" and path[3] == "voters":
            found["supported" if path[1] in _SUPPORTED else "voted"] += many
    for kind, fault in _TOO_MANY.items():
        if found[kind] > recorded[kind] + recorded["in bulk"]:
            check.fault(_(fault, found=found[kind], recorded=recorded[kind]))
            return
    if sum(found.values()) > sum(recorded.values()):
        check.fault(
            _(
                "data/votes : votes et soutiens sont au nombre de %(found)s ; le registre en a inscrit %(recorded)s.",
                found=sum(found.values()), recorded=sum(recorded.values()),
            )
        )  # fmt: skip


def _compare_with_closing(report: Report, index: Index, wanted: dict[tuple[str, ...], int]) -> None:
    """What was counted at the closing, beside what is there now: moderation goes on, so it is told and not judged."""
    if index.tally is None:
        return
    closing = {name: index.tally.get(name) for name in (*_TEXTS, "votes")}
    now = {name: wanted["totals", name] for name in closing}
    at = instant(index.tally["at"])
    if closing == now:
        report.notes.append(
            _("le registre a compté les mêmes nombres le %(at)s, une fois la dernière période terminée.", at=at)
        )
        return
    told = ", ".join(
        _(
            "%(counter)s : %(then)s (%(now)s à présent)",
            counter=_(_TALLIED[name]),
            then=value(closing[name], 20),
            now=now[name],
        )
        for name in now
        if closing[name] != now[name]
    )
    report.notes.append(
        _("une fois la dernière période terminée, le %(at)s, le registre a compté : %(told)s.", at=at, told=told)
    )
