"""What figures.json tells beside sums: by day, kind, section and rank; counted again while the tables are read."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from consult.exports.verifying import layout
from consult.exports.verifying.archive import Archive
from consult.exports.verifying.checks import Unreadable
from consult.exports.verifying.rows import Row, file_of, rows_of
from consult.exports.verifying.words import gettext as _
from consult.exports.verifying.words import ngettext, plain, value

OF_CONTRIBUTION = ("section_id", "title", "author_kind", "published_at")
OF_ARGUMENT = ("author_kind", "published_at")
_TOP_SIZE = 10
# More of these there never are; without a bound a file could make the memory grow.
_MOST = 50_000
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_BENEATH = {"contributions": "", "arguments": "arguments_count", "sources": "sources_count",
            "amendments": "amendments_count", "votes": "votes_total"}  # fmt: skip
_OFFICIAL = {"citizen": "person", "organiser": "organiser"}
Numbers = Counter[str]


class Results:
    """The figures by day, kind, writer, section and rank, as the rows add up to them."""

    def __init__(self) -> None:
        self.compared = 0
        self._days: Counter[tuple[str, str]] = Counter()
        self._kinds: Counter[tuple[str, str]] = Counter()
        self._writers: Counter[tuple[str, str]] = Counter()
        self._sections: dict[str, Numbers] = {}
        self._tops: dict[str, list[tuple[int, int, str]]] = {"supported": [], "contested": [], "argued": []}
        self._contributions = self._both_sides = 0
        self.decisions: Numbers = Counter()
        self._outline: dict[str, tuple[str, int]] = {}
        self._zone = ZoneInfo("UTC")

    def contribution(self, row: Row) -> None:
        """Take a public contribution, whose counters are compared with the other tables elsewhere."""
        self._written("contributions", row)
        self._contributions += 1
        self._both_sides += bool(row.number("arguments_for") and row.number("arguments_against"))
        self._writers[_writer(row), "votes"] += row.number("votes_total")
        own = _held(self._sections, row.text("section_id"), row)
        for name, column in _BENEATH.items():
            own[name] += row.number(column) if column else 1
        agree, disagree = (
            sum(row.number(f"{kind}_{end}") for kind in ("votes", "earlier", "tally")) for end in ("agree", "disagree")
        )
        ranks = {"supported": agree, "contested": min(agree, disagree), "argued": row.number("arguments_count")}
        for top, rank in ranks.items():
            if rank:
                best = self._tops[top]
                best.append((-rank, row.number("number"), row.text("title")))
                best.sort()
                del best[_TOP_SIZE:]

    def argument(self, row: Row) -> None:
        """Take a public argument."""
        self._written("arguments", row)

    def vote(self, row: Row) -> None:
        """Take a vote on a contribution."""
        day = row.text("on")
        if not _DAY.fullmatch(day):
            raise Unreadable(_("%(place)s : « %(text)s » n’est pas un jour.", place=row.place, text=plain(day, 40)))
        _bounded(self._days, row)
        self._days[day, "votes"] += 1

    def _written(self, what: str, row: Row) -> None:
        at = row.text("published_at")
        if not _INSTANT.fullmatch(at):
            raise Unreadable(
                _("%(place)s : « %(text)s » n’est pas une date avec son heure.", place=row.place, text=plain(at, 40))
            )
        self._days[_day_in(self._zone, _quarter(at)), what] += 1
        self._kinds[row.text("author_kind"), what] += 1
        self._writers[_writer(row), what] += 1
        _bounded(self._days, row)
        _bounded(self._kinds, row)

    def read(self, archive: Archive, figures: Any) -> None:
        """Read what it takes before rows are taken: the zone of days, the outline, the decisions.

        Raises:
            Unreadable: one of these is not what it should be.
        """
        zone = figures.get("timezone") if isinstance(figures, dict) else None
        try:
            self._zone = ZoneInfo(zone if isinstance(zone, str) else "")
        except (ValueError, LookupError, OSError):
            raise Unreadable(
                _(
                    "%(file)s : « %(zone)s » n’est pas un fuseau horaire (timezone).",
                    file=layout.FIGURES,
                    zone=plain(zone, 40),
                )
            ) from None
        for row in rows_of(archive, file_of(archive, "sections"), ("id", "parent_id", "contributions_count")):
            _bounded(self._outline, row)
            if row.text("id") in self._outline or row.text("parent_id") not in {"", *self._outline}:
                raise Unreadable(
                    _(
                        "%(place)s : cette section est là deux fois, ou sous une section qui ne la précède pas.",
                        place=row.place,
                    )
                )
            self._outline[row.text("id")] = row.text("parent_id"), row.number("contributions_count")
        for row in rows_of(archive, file_of(archive, "decisions"), ("effect", "automated", "appealed_on")):
            _bounded(self.decisions, row)
            self.decisions[row.text("effect")] += 1
            self.decisions["automated"] += row.truth("automated")
            self.decisions["appeals"] += bool(row.text("appealed_on"))

    def faults(self, figures: dict[str, Any], voters: int) -> Iterator[str]:
        """Where the figures say something else.

        Args:
            voters: how many different ones the votes are of.
        """
        for name, wanted, said in self._pairs(figures, voters):
            self.compared += 1
            if said != wanted:
                yield _(
                    "%(file)s : %(name)s dit %(said)s ; les tables donnent %(wanted)s.",
                    file=layout.FIGURES, name=name, said=value(said), wanted=value(wanted),
                )  # fmt: skip
        for key, (_above, many) in self._outline.items():
            if many != self._sections.get(key, Counter())["contributions"]:
                yield ngettext(
                    "data/sections : la section %(key)s annonce %(num)s contribution, elle en contient un autre"
                    " nombre.",
                    "data/sections : la section %(key)s annonce %(num)s contributions, elle en contient un autre"
                    " nombre.",
                    many, key=plain(key, 30),
                )  # fmt: skip
        for key in self._sections.keys() - self._outline.keys():
            yield _(
                "data/contributions : une contribution est dite dans la section « %(key)s », qui n’existe pas.",
                key=plain(key, 30),
            )

    def _pairs(self, figures: dict[str, Any], voters: int) -> Iterator[tuple[str, Any, Any]]:
        """Name, what was counted, what is said."""
        of, number = self._contributions, self._both_sides
        totals = figures["totals"] if isinstance(figures.get("totals"), dict) else {}
        yield "totals.voters", voters, totals.get("voters")
        yield "both_sides", _both(number, of), figures.get("both_sides")
        yield "days", self._by_day(), _keyed(figures.get("days"), "day", ("contributions", "arguments", "votes"))
        kinds: dict[Any, list[Any]] = {}
        for kind, _what in self._kinds:
            kinds[kind] = [self._kinds[kind, name] for name in ("contributions", "arguments")]
        said = _keyed(figures.get("kinds"), "kind", ("contributions", "arguments"))
        yield "kinds", kinds, {kind: numbers for kind, numbers in said.items() if numbers != [0, 0]}
        writers = {
            who: {name: self._writers[who, name] for name in ("contributions", "arguments", "votes")}
            for who in ("person", "organisation", "organiser")
        }
        yield "writers", writers, figures.get("writers")
        yield from self._by_section(figures.get("sections"))
        top = figures.get("top")
        for rank, best in self._tops.items():
            found = top.get(rank) if isinstance(top, dict) else None
            wanted = [[number, -negative, title] for negative, number, title in best]
            yield f"top.{rank}", wanted, _listed(found, ("number", "value", "title"))
        decisions = figures.get("decisions")
        told = {name: many for name, many in decisions.items() if many} if isinstance(decisions, dict) else decisions
        yield "decisions", {name: many for name, many in self.decisions.items() if many}, told

    def _by_day(self) -> dict[Any, list[Any]]:
        names = ("contributions", "arguments", "votes")
        return {day: [self._days[day, name] for name in names] for day, _what in list(self._days)}

    def _by_section(self, told: Any) -> Iterator[tuple[str, Any, Any]]:
        below = {key: Counter(self._sections.get(key, Counter())) for key in self._outline}
        for key, (above, _many) in reversed(self._outline.items()):
            if above:
                below[above].update(below[key])
        found, waiting = dict[Any, Any](), list(told) if isinstance(told, list) else []
        while waiting and len(found) <= _MOST:
            one = waiting.pop()
            if isinstance(one, dict):
                found[str(one.get("id"))] = one.get("own"), one.get("below")
                waiting += one["children"] if isinstance(one.get("children"), list) else []
        yield "sections", sorted(self._outline), sorted(found)
        for key, numbers in below.items():
            own = self._sections.get(key, Counter())
            wanted = tuple({name: one[name] for name in _BENEATH} for one in (own, numbers))
            yield f"sections.{plain(key, 30)}", wanted, found.get(key)


def _writer(row: Row) -> str:
    return _OFFICIAL.get(row.text("author_kind"), "organisation")


def _bounded(known: Any, row: Row) -> None:
    if len(known) > _MOST:
        raise Unreadable(_("%(place)s : il y en a plus de différents que n’en a aucune consultation.", place=row.place))


def _held(known: dict[str, Numbers], key: str, row: Row) -> Numbers:
    _bounded(known, row)
    return known.setdefault(key, Counter())


def _both(number: int, of: int) -> dict[str, Any]:
    return {"number": number, "of": of, "share": round(number / of, 4) if of else None}


def _keyed(told: Any, key: str, names: tuple[str, ...]) -> dict[Any, list[Any]]:
    rows = [one for one in told if isinstance(one, dict)] if isinstance(told, list) else []
    found = {str(one.get(key)): [one.get(name) for name in names] for one in rows}
    return found if len(found) == len(rows) else {"": [_("l’un d’eux est là deux fois")]}


def _listed(told: Any, names: tuple[str, ...]) -> list[list[Any]]:
    rows = [one for one in told if isinstance(one, dict)] if isinstance(told, list) else []
    return [[one.get(name) for name in names] for one in rows]


def _quarter(at: str) -> str:
    """The quarter of an hour of an instant: zones turn by no less, so a day is worked out once a quarter."""
    return f"{at[:14]}{int(at[14:16]) // 15 * 15:02}"


@lru_cache(maxsize=10_000)
def _day_in(zone: ZoneInfo, minute: str) -> str:
    try:
        return datetime.fromisoformat(minute).replace(tzinfo=UTC).astimezone(zone).date().isoformat()
    except (ValueError, OverflowError):
        return ""
