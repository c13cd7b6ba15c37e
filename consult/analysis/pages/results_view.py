"""What the results page shows, out of the public figures: sentences, charts, tables, and links to what was counted."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from babel.lists import format_list

from consult.analysis.pages.charts import (
    KIND_WORDS,
    SERIES,
    charts_of,
    shown,
    shown_cell,
    sorted_kinds,
    table_of,
)
from consult.analysis.queries.coarsening import Told
from consult.analysis.queries.results import CHOICES, CROSSED, WRITTEN, Counted
from consult.core.keys import parse_key
from consult.core.language import N_
from consult.moderation.models import Effect
from consult.moderation.rules.words import EFFECTS
from consult.web.dates import NBSP, locale
from consult.web.language import gettext, ngettext

MOST_BARS = 30
WRITERS = {"person": N_("Particuliers"), "organisation": N_("Organisations")}
FEW_PEOPLE = N_(
    "Moins de 5 particuliers ou moins de 5 organisations ont écrit : en dire plus pourrait désigner quelqu’un."
)
TOPS = {
    "supported": (N_("Les plus soutenues"), N_("Le plus de votes « d’accord »."), "votes"),
    "contested": (
        N_("Les plus controversées"),
        N_("Beaucoup de votes pour et contre à la fois."),
        "contested",
    ),
    "argued": (N_("Les plus argumentées"), N_("Le plus d’arguments, pour ou contre."), "argued"),
}
Section = Mapping[str, Any]


@dataclass(frozen=True)
class Asked:
    """What part of the results is wanted.

    Attributes:
        section: with everything below it; None for the whole consultation.
        writer: ``person``, ``organisation`` or "".
    """

    section: Section | None = None
    writer: str = ""

    @classmethod
    def of(cls, figures: Mapping[str, Any], params: Mapping[str, str]) -> "Asked":
        """What an address asks for; what it names and is not there is not heeded."""
        key, writer = str(parse_key(params.get("section", "")) or ""), params.get("author", "")
        found = next((one for one in walk(figures["sections"]) if one["id"] == key), None)
        return cls(found, writer if writer in CROSSED else "")

    @property
    def anything(self) -> bool:
        """Whether only a part is wanted."""
        return self.section is not None or bool(self.writer)

    @property
    def ids(self) -> set[int] | None:
        """The sections wanted; None for all."""
        return {int(one["id"]) for one in walk([self.section])} if self.section else None

    def href(self, path: str, **other: str) -> str:
        """The page with another section or author."""
        asked = {"section": self.section["id"] if self.section else "", "author": self.writer} | other
        query = urlencode({name: value for name, value in asked.items() if value})
        return f"{path}?{query}" if query else path


def walk(sections: Any) -> Iterator[Section]:
    """Sections and all below them, in reading order."""
    for one in sections:
        yield one
        yield from walk(one["children"])


def results_view(
    figures: Mapping[str, Any], counted: Counted, asked: Asked, tops: Mapping[str, Any], path: str
) -> dict[str, Any]:
    """Everything that the template prints."""
    cell = _cross_of(figures, asked)
    told = _numbers(figures, counted, asked, cell)
    hidden = cell is not None and not all(isinstance(one, int) for one in cell.values())
    return {
        "headline": _headline(asked, told),
        "numbers": _big(figures, asked),
        "votes": _votes(figures, counted, asked),
        "voters": figures["votes"]["contributions"]["total"],
        "both_sides": _both_sides(figures, counted, asked),
        "hidden": hidden,
        "time": _time(figures, counted, asked),
        "kinds": _kinds(figures, asked),
        "sections": _sections(figures, asked, path),
        "cross": _cross(figures, asked),
        "tops": [] if hidden else _tops(tops, asked, path),
        "decisions": [] if asked.anything else _decisions(figures["decisions"]),
        "automated": figures["decisions"]["automated"],
        "is_empty": not any(figures["totals"].values()),
        **_part(figures, asked, path),
    }


def _part(figures: Mapping[str, Any], asked: Asked, path: str) -> dict[str, Any]:
    """Which part of the results is shown, and how to ask for another."""
    return {
        "selects": _selects(figures, asked),
        "section": asked.section,
        "writer": gettext(WRITERS[asked.writer]) if asked.writer else "",
        "reset_href": path if asked.anything else None,
        "both": bool(asked.section and asked.writer),
    }


def _cross_of(figures: Mapping[str, Any], asked: Asked) -> dict[str, Told] | None:
    """The one cell that is wanted, when a section and a kind of author are asked for at once."""
    if not (asked.section and asked.writer):
        return None
    row = next(one for one in figures["cross"]["sections"] if one["id"] == asked.section["id"])
    return {name: row[name][asked.writer] for name in WRITTEN}


def _numbers(
    figures: Mapping[str, Any], counted: Counted, asked: Asked, cell: dict[str, Told] | None
) -> dict[str, Told]:
    if cell is not None:
        return cell
    if asked.writer:
        return dict(figures["writers"][asked.writer])
    names = ("contributions", "arguments", "sources", "votes")
    of = asked.section["below"] if asked.section else figures["totals"]
    return {name: of[name] for name in names}


def _counts(told: Mapping[str, Told], *names: str) -> str:
    """« 500 contributions, 2 918 arguments et 238 sources »."""
    said = [
        _count(name, number)
        for name in names
        if isinstance(number := told.get(name), int) and (number or name == names[0])
    ]
    return str(format_list(said, locale=locale()))


def _count(name: str, number: int) -> str:
    words = {
        "contributions": ngettext("%(num)s contribution", "%(num)s contributions", number),
        "arguments": ngettext("%(num)s argument", "%(num)s arguments", number),
        "sources": ngettext("%(num)s source", "%(num)s sources", number),
        "votes": ngettext("%(num)s vote", "%(num)s votes", number),
    }
    return words[name] % {"num": shown(number)}


def _headline(asked: Asked, told: Mapping[str, Told]) -> str:
    """The results in one plain sentence."""
    if asked.section and asked.writer:
        if not any(isinstance(number, int) for number in told.values()):
            return ""
        sentence = {
            "person": gettext("Dans cette rubrique, les particuliers ont publié %(counts)s."),
            "organisation": gettext("Dans cette rubrique, les organisations ont publié %(counts)s."),
        }[asked.writer]
        return sentence % {"counts": _counts(told, *WRITTEN)}
    if asked.writer:
        sentence = {
            "person": gettext("Les particuliers ont publié %(counts)s ; leurs contributions ont reçu %(votes)s."),
            "organisation": gettext(
                "Les organisations ont publié %(counts)s ; leurs contributions ont reçu %(votes)s."
            ),
        }[asked.writer]
        return sentence % {"counts": _counts(told, *WRITTEN), "votes": _counts(told, "votes")}
    counts = {"counts": _counts(told, "contributions", "arguments", "sources"), "votes": _counts(told, "votes")}
    if asked.section:
        if not any(told.values()):
            return gettext("Cette rubrique n’a encore rien reçu.")
        return gettext("Cette rubrique a reçu %(counts)s, et %(votes)s sur ses contributions.") % counts
    if not any(told.values()):
        return gettext("Personne n’a encore participé.")
    return gettext("La consultation a reçu %(counts)s, et %(votes)s sur ses contributions.") % counts


def _big(figures: Mapping[str, Any], asked: Asked) -> list[tuple[int, str]]:
    """The large figures, of the whole."""
    if asked.anything:
        return []
    totals = figures["totals"]
    numbers = [
        (totals["participants"], ngettext("participant", "participants", totals["participants"])),
        (totals["authors"], ngettext("auteur", "auteurs", totals["authors"])),
        (totals["voters"], ngettext("votant", "votants", totals["voters"])),
        (totals["contributions"], ngettext("contribution", "contributions", totals["contributions"])),
        (totals["arguments"], ngettext("argument", "arguments", totals["arguments"])),
        (totals["votes"], ngettext("vote", "votes", totals["votes"])),
    ]
    return [(number, words) for number, words in numbers if number]


def _votes(figures: Mapping[str, Any], counted: Counted, asked: Asked) -> list[int] | None:
    """Votes on contributions by choice; None where a kind of author would be crossed with a section."""
    if asked.section and asked.writer:
        return None
    if asked.writer:
        numbers = [counted.results["writers"][asked.writer]]
    elif asked.section:
        numbers = list(_inside(counted, asked))
    else:
        return [figures["votes"]["contributions"][end]["total"] for end in CHOICES]
    return [sum(one[f"{end}_{how}"] for one in numbers for how in ("voters", "tallied")) for end in CHOICES]


def _inside(counted: Counted, asked: Asked) -> Iterator[dict[str, int]]:
    for key in asked.ids or ():
        if str(key) in counted.results["sections"]:
            yield counted.results["sections"][str(key)]["numbers"]


def _both_sides(figures: Mapping[str, Any], counted: Counted, asked: Asked) -> dict[str, Any] | None:
    if asked.section and asked.writer:
        return None
    if asked.writer:
        one = counted.results["writers"][asked.writer]
        number, of = one["both_sides"], one["contributions"]
    elif asked.section:
        number, of = sum(one["both_sides"] for one in _inside(counted, asked)), asked.section["below"]["contributions"]
    else:
        number, of = figures["both_sides"]["number"], figures["both_sides"]["of"]
    if not of:
        return None
    words = ngettext(
        "%(num)s contribution sur %(of)s a des arguments pour et des arguments contre.",
        "%(num)s contributions sur %(of)s ont des arguments pour et des arguments contre.",
        number,
    )
    rows = [
        (gettext("Pour et contre"), number),
        (gettext("D’un seul côté, ou d’aucun"), of - number),
    ]
    return {"words": words % {"num": shown(number), "of": shown(of)}, "percent": round(100 * number / of), "rows": rows}


def _time(figures: Mapping[str, Any], counted: Counted, asked: Asked) -> dict[str, Any] | None:
    """Charts over time and their table. Time, section and kind of author are never crossed all three."""
    each = counted.results["each"]
    starts = [date.fromisoformat(day) for day in counted.results["starts"]]
    if not starts or (asked.section and asked.writer):
        return None
    names: Sequence[str] = SERIES
    series: list[list[Any]] = [[0] * len(SERIES) for _ in starts]
    if asked.writer:
        told = _told_apart(figures, asked)
        names = [words for name, words in zip(WRITTEN, SERIES, strict=False) if name in told]
        series = [[part[name][asked.writer] for name in told] for part in figures["cross"]["time"]["parts"]]
        if not told:
            return None
    else:
        wanted = asked.ids
        for key, section in counted.results["sections"].items():
            for part, *numbers in section["time"] if wanted is None or int(key) in wanted else ():
                for place, number in enumerate(numbers):
                    series[part][place] += number
    return {
        "charts": [chart for chart in charts_of(each, starts, series, names) if chart["is_drawn"]],
        "table": table_of(each, starts, series, names),
        "has_hidden": any(not isinstance(number, int) for numbers in series for number in numbers),
    }


def _kinds(figures: Mapping[str, Any], asked: Asked) -> dict[str, Any] | None:
    """Who wrote: all kinds of authors, or in one section persons and organisations."""
    if asked.writer:
        return None
    if asked.section:
        row = next(one for one in figures["cross"]["sections"] if one["id"] == asked.section["id"])
        rows = [[gettext(WRITERS[who]), *(shown_cell(row[name][who]) for name in WRITTEN)] for who in CROSSED]
        return {"bars": [], "rows": rows, "withheld": _withheld(figures)}
    kinds = {one["kind"]: one for one in figures["kinds"]}
    names = sorted_kinds(kinds)
    words = {kind: gettext(KIND_WORDS.get(kind, kind)) for kind in names}
    return {
        "bars": [(words[kind], kinds[kind]["authors"]) for kind in names],
        "rows": [[words[kind], kinds[kind]["contributions"], kinds[kind]["arguments"]] for kind in names],
        "withheld": "",
    }


def _told_apart(figures: Mapping[str, Any], asked: Asked) -> list[str]:
    """What is told of persons and organisations apart, and was written by who is asked for, or else by both."""
    who = (asked.writer,) if asked.writer else CROSSED
    return [
        name
        for name in WRITTEN
        if not figures["cross"]["withheld"][name] and all(figures["writers"][one][name] for one in who)
    ]


def _withheld(figures: Mapping[str, Any]) -> str:
    """Why something is not told of persons and organisations apart, "" where all is."""
    return gettext(FEW_PEOPLE) if any(figures["cross"]["withheld"].values()) else ""


def _named(section: Section) -> str:
    return f"{section['number']}{NBSP} {section['title']}"


def _sections(figures: Mapping[str, Any], asked: Asked, path: str) -> dict[str, Any] | None:
    """The sections right below, drawn, and all below them in a table."""
    roots = asked.section["children"] if asked.section else figures["sections"]
    if asked.writer or not roots:
        return None
    drawn = list(roots)
    if len(drawn) > MOST_BARS:
        drawn = sorted(roots, key=lambda one: -one["below"]["contributions"])[:MOST_BARS]
    names = ("contributions", "arguments", "sources", "votes")
    return {
        "bars": [(_named(one), one["below"]["contributions"], asked.href(path, section=one["id"])) for one in drawn],
        "is_cut": len(drawn) < len(roots),
        "drawn": len(drawn),
        "rows": [[_named(one), *(one["below"][name] for name in names)] for one in walk(roots)],
    }


def _cross(figures: Mapping[str, Any], asked: Asked) -> dict[str, Any] | None:
    """All sections by kind of author, coarsened; for one kind only, when it is asked for, or nothing to compare."""
    if asked.section:
        return None
    rows, told = figures["cross"]["sections"], _told_apart(figures, asked)
    withheld = _withheld(figures) if asked.writer else ""
    if not rows or not told:
        return {"rows": [], "head": [], "withheld": withheld} if withheld else None
    titles = {one["id"]: _named(one) for one in walk(figures["sections"])}
    who = (asked.writer,) if asked.writer else CROSSED
    words = {"contributions": gettext("Contributions"), "arguments": gettext("Arguments")}
    return {
        "head": [
            words[name] if asked.writer else f"{words[name]}, {gettext(WRITERS[one]).lower()}"
            for name in told
            for one in who
        ],
        "rows": [[titles[row["id"]], *(shown_cell(row[name][one]) for name in told for one in who)] for row in rows],
        "withheld": withheld,
    }


def _tops(tops: Mapping[str, Any], asked: Asked, path: str) -> list[dict[str, Any]]:
    """Three lists of contributions, each with what put it there."""
    base = path.rsplit("/", 1)[0] + "/contributions"
    section = {"section": asked.section["id"]} if asked.section else {}
    return [
        {
            "title": gettext(title),
            "hint": gettext(hint),
            "items": [
                {
                    "number": one["number"],
                    "title": one["title"],
                    "href": f"{base}/{one['number']}",
                    "words": _why(top, one["value"]) % {"num": shown(one["value"])},
                }
                for one in tops[top]
            ],
            "more_href": f"{base}?{urlencode({**section, 'sort': sort})}",
        }
        for top, (title, hint, sort) in TOPS.items()
        if tops[top]
    ]


def _why(top: str, number: int) -> str:
    """What put a contribution into a list."""
    return {
        "supported": gettext("%(num)s d’accord"),
        "contested": gettext("au moins %(num)s de chaque côté"),
        "argued": ngettext("%(num)s argument", "%(num)s arguments", number),
    }[top]


def _decisions(decisions: Mapping[str, int]) -> list[tuple[str, int]]:
    return [(gettext(EFFECTS[effect]), decisions[effect]) for effect in Effect if decisions.get(effect)]


def _selects(figures: Mapping[str, Any], asked: Asked) -> list[tuple[str, str, list[tuple[str, str]], str]]:
    places = [(one["id"], NBSP * 3 * one["number"].count(".") + _named(one)) for one in walk(figures["sections"])]
    writers = [(who, gettext(words)) for who, words in WRITERS.items()]
    section = asked.section["id"] if asked.section else ""
    return [
        ("section", gettext("Rubrique"), [("", gettext("Toutes")), *places], section),
        ("author", gettext("Auteurs"), [("", gettext("Tous")), *writers], asked.writer),
    ]
