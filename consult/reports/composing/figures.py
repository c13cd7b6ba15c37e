"""The public figures as a chapter: each chart with the table of its numbers. They are counted nowhere here."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any

from consult.analysis.pages.charts import KIND_WORDS
from consult.analysis.queries.periods import periods_of
from consult.consultations.rules import Dated
from consult.moderation.rules.words import EFFECTS
from consult.reports.blocks import legal, plain
from consult.reports.composing.words import Calendar, figure, gettext, ngettext, share
from consult.reports.content import Chart, Heading, Node, Paragraph, Prose, Table, Words

TOTALS = ("participants", "contributions", "arguments", "sources", "votes", "amendments")
MOST_PARTS = 62


def figure_nodes(figures: Mapping[str, Any], calendar: Calendar, rounds: Sequence[Dated]) -> Iterator[Node]:
    """« La participation en chiffres »."""
    yield Heading(1, gettext("Participation en chiffres"), "figures", opens_page=True)
    yield from _totals(figures)
    yield from _votes(figures["votes"])
    undated = figures["votes"].get("contributions", {}).get("total", {}).get("tallied", 0)
    yield from _days(figures["days"], calendar, rounds, undated=undated)
    yield from _kinds(figures["kinds"])
    yield from _sections(figures["sections"])
    yield from _tops(figures["top"])


def _totals(figures: Mapping[str, Any]) -> Iterator[Node]:
    totals = figures["totals"]
    words = {
        "participants": gettext("Participants"),
        "contributions": gettext("Contributions"),
        "arguments": gettext("Arguments"),
        "sources": gettext("Sources"),
        "votes": gettext("Votes"),
        "amendments": gettext("Propositions de modification"),
    }
    rows = [(words[name], figure(totals[name])) for name in TOTALS]
    rows.insert(3, (gettext("dont pour"), figure(totals["arguments_for"])))
    rows.insert(4, (gettext("dont contre"), figure(totals["arguments_against"])))
    yield Table(
        gettext("Ensemble de la consultation"),
        (gettext("Ce qui est compté"), gettext("Nombre")),
        tuple(rows),
        (False, True),
    )
    both = figures["both_sides"]
    if both["of"]:
        yield Prose(
            plain(
                ngettext(
                    "%(num)s contribution sur %(of)s a reçu des arguments des deux côtés (%(share)s).",
                    "%(num)s contributions sur %(of)s ont reçu des arguments des deux côtés (%(share)s).",
                    both["number"],
                    of=figure(both["of"]),
                    share=share(both["number"], both["of"]),
                )
            )
        )


def _votes(votes: Mapping[str, Any]) -> Iterator[Node]:
    """The votes on contributions, voters and tallies apart where there are tallies."""
    told = votes.get("contributions")
    if not told or not told["total"]["total"]:
        return
    words = (
        ("agree", gettext("D’accord")),
        ("mixed", gettext("Mitigé")),
        ("disagree", gettext("Pas d’accord")),
        ("total", gettext("Total")),
    )
    whole = told["total"]["total"]
    yield _bars(
        gettext("Votes sur les contributions"),
        [label for _, label in words[:3]],
        [told[n]["total"] for n, _ in words[:3]],
    )
    if told["total"]["tallied"]:
        yield Table(
            gettext("Répartition des votes sur les contributions"),
            (
                gettext("Avis"),
                gettext("Votes sur ce site"),
                gettext("Votes repris d’ailleurs"),
                gettext("En tout"),
                gettext("Part"),
            ),
            tuple(
                (
                    label,
                    *(figure(told[name][how]) for how in ("voters", "tallied", "total")),
                    share(told[name]["total"], whole),
                )
                for name, label in words
            ),
            (False, True, True, True, True),
        )
        return
    yield Table(
        gettext("Répartition des votes sur les contributions"),
        (gettext("Avis"), gettext("Votes"), gettext("Part")),
        tuple((label, figure(told[name]["total"]), share(told[name]["total"], whole)) for name, label in words),
        (False, True, True),
    )


def _days(
    days: Sequence[Mapping[str, Any]], calendar: Calendar, rounds: Sequence[Dated], *, undated: int
) -> Iterator[Node]:
    """One chart a series and one table for all, by day, or by week or month where the days would be too many."""
    if not days:
        return
    active = [date.fromisoformat(one["day"]) for one in days]
    end = datetime.combine(active[-1], time(23, 59), calendar.zone).astimezone(UTC)
    periods = periods_of(active, rounds, end, calendar.zone, MOST_PARTS)
    place, parts = periods.places(), len(periods.starts)
    names = {
        "day": (gettext("Jour par jour"), gettext("Jour")),
        "week": (gettext("Semaine par semaine"), gettext("Semaine du")),
        "month": (gettext("Mois par mois"), gettext("Mois du")),
    }[periods.each]
    yield Heading(2, names[0], "days")
    series = (
        ("contributions", gettext("Contributions")),
        ("arguments", gettext("Arguments")),
        ("votes", gettext("Votes")),
    )
    values = {name: [0] * parts for name, _ in series}
    for day, one in zip(active, days, strict=True):
        for name, _ in series:
            values[name][place(day)] += int(one[name])
    told = [calendar.day(start) for start in periods.starts]
    shown = [(name, words) for name, words in series if any(values[name])]
    for name, words in shown:
        yield _columns(words, told, values[name])
    yield Table(
        gettext("Participation dans le temps"),
        (names[1], *(words for _, words in shown)),
        tuple((words, *(figure(values[name][at]) for name, _ in shown)) for at, words in enumerate(told)),
        (False, *(True for _ in shown)),
    )
    if undated:
        yield Prose(
            plain(gettext("Les votes repris d’ailleurs n’ont pas de date : ils ne sont pas dans ce tableau.")), "note"
        )


def _columns(caption: str, days: Sequence[str], values: Sequence[int]) -> Chart:
    most = max(values)
    alt = gettext(
        "%(caption)s, du %(first)s au %(last)s : %(total)s en tout ; le plus grand nombre, %(most)s, le %(day)s.",
        caption=caption,
        first=days[0],
        last=days[-1],
        total=figure(sum(values)),
        most=figure(most),
        day=days[values.index(most)],
    )
    return Chart(caption, alt, "columns", tuple(days), tuple(values), tuple(figure(one) for one in values))


def _kinds(kinds: Sequence[Mapping[str, Any]]) -> Iterator[Node]:
    if not kinds:
        return
    sources = [KIND_WORDS.get(one["kind"], one["kind"]) for one in kinds]
    names = [gettext(source) for source in sources]
    yield Heading(2, gettext("Qui a participé"), "kinds")
    yield _bars(gettext("Contributions selon qui les a écrites"), names, [one["contributions"] for one in kinds])
    yield Table(
        gettext("Participation par sorte d’auteurs"),
        (gettext("Qui"), gettext("Auteurs"), gettext("Contributions"), gettext("Arguments")),
        tuple(
            (name, figure(one["authors"]), figure(one["contributions"]), figure(one["arguments"]))
            for name, one in zip(names, kinds, strict=True)
        ),
        (False, True, True, True),
    )


def _bars(caption: str, labels: Sequence[str], values: Sequence[int]) -> Chart:
    shown = [figure(value) for value in values]
    told = " ; ".join(f"{label}, {number}" for label, number in zip(labels, shown, strict=True))
    return Chart(caption, f"{caption}{gettext(' :')} {told}.", "bars", tuple(labels), tuple(values), tuple(shown))


def _sections(sections: Sequence[Mapping[str, Any]]) -> Iterator[Node]:
    every = list(_walk(sections))
    if not every:
        return
    yield Heading(2, gettext("Rubrique par rubrique"), "sections")
    if len(sections) > 1:
        yield _bars(
            gettext("Contributions par rubrique"),
            [legal(f"{one['number']}. {one['title']}") for one in sections],
            [one["below"]["contributions"] for one in sections],
        )
    names = ("contributions", "arguments", "sources", "votes")
    yield Table(
        gettext("Participation par rubrique, avec les rubriques qu’elle contient"),
        (gettext("Rubrique"), gettext("Contributions"), gettext("Arguments"), gettext("Sources"), gettext("Votes")),
        tuple(
            (legal(f"{one['number']}. {one['title']}"), *(figure(one["below"][name]) for name in names))
            for one in every
        ),
        (False, True, True, True, True),
    )


def _walk(sections: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for one in sections:
        yield one
        yield from _walk(one["children"])


def _tops(tops: Mapping[str, Sequence[Mapping[str, Any]]]) -> Iterator[Node]:
    told = (
        ("supported", gettext("Les plus soutenues"), gettext("Votes d’accord")),
        ("contested", gettext("Les plus controversées"), gettext("Votes du camp le moins nombreux")),
        ("argued", gettext("Les plus argumentées"), gettext("Arguments")),
    )
    if not any(tops[name] for name, _, _ in told):
        return
    yield Heading(2, gettext("Contributions qui ressortent"), "tops")
    for name, caption, unit in told:
        if tops[name]:
            yield Table(
                caption,
                (gettext("Contribution"), unit),
                tuple(
                    (
                        f"{gettext('n° %(number)s', number=one['number'])} – {legal(one['title'])}",
                        figure(one["value"]),
                    )
                    for one in tops[name]
                ),
                (False, True),
            )


def decision_nodes(figures: Mapping[str, Any], record: str) -> Iterator[Node]:
    """« Décisions de modération », in numbers."""
    decisions = figures["decisions"]
    yield Heading(1, gettext("Décisions de modération"), "decisions")
    rows = [(gettext(words), figure(decisions[effect])) for effect, words in EFFECTS.items() if decisions.get(effect)]
    if not rows:
        yield Prose(plain(gettext("Aucune décision de modération n’a été prise.")))
        return
    yield Table(
        gettext("Décisions selon leur effet"),
        (gettext("Effet"), gettext("Nombre")),
        tuple((words[:1].upper() + words[1:], number) for words, number in rows),
        (False, True),
    )
    said = []
    if decisions.get("automated"):
        said.append(
            ngettext(
                "%(num)s de ces décisions a été prise par un seuil automatique, en attendant qu’une personne relise.",
                "%(num)s de ces décisions ont été prises par un seuil automatique, en attendant qu’une personne"
                " relise.",
                decisions["automated"],
            )
        )
    if decisions.get("appeals"):
        said.append(ngettext("%(num)s recours a été formé.", "%(num)s recours ont été formés.", decisions["appeals"]))
    yield Prose(plain(*said))
    record_words = gettext("Chaque décision est publiée avec son motif :")
    yield Prose((Paragraph((Words(f"{record_words} "), Words(record, link=record))),))
