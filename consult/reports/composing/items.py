"""Contributions and what stands beneath them, from their rows to what a document says of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from consult.consultations.authors import author_of
from consult.consultations.items import ItemState
from consult.core.language import N_
from consult.core.text.links import safe_address
from consult.reports.blocks import blocks, legal, paragraphs
from consult.reports.composing.words import Calendar, figure, gettext, ngettext
from consult.reports.content import (
    Amendment,
    Annex,
    Argument,
    Ballots,
    Contribution,
    Side,
    Source,
    Tombstone,
)
from consult.reports.queries import Beneath, Row
from consult.sources.rules import CATEGORIES

DEEPEST = 5
GONE = {
    "contribution": (
        N_("Contribution n° %(number)s retirée par son auteur"),
        N_("Contribution n° %(number)s masquée par décision"),
    ),
    "amendment": (
        N_("Proposition de modification retirée par son auteur"),
        N_("Proposition de modification masquée par décision"),
    ),
    "argument": (N_("Argument retiré par son auteur"), N_("Argument masqué par décision")),
    "source": (N_("Source retirée par son auteur"), N_("Source masquée par décision")),
}  # fmt: skip
OUTCOMES = {
    "adopted": N_("adoptée par l’auteur"),
    "declined": N_("non retenue par l’auteur"),
    "pending": N_("en attente d’une réponse de l’auteur"),
}


@dataclass(frozen=True)
class Teller:
    """Says what rows hold.

    Attributes:
        address: of the consultation's contributions, to which a number is added.
    """

    calendar: Calendar
    address: str

    def contribution(self, row: Row, beneath: Beneath, level: int) -> Contribution | Tombstone:
        """A contribution with all that stands beneath it, or what is left of it."""
        if row["state"] != ItemState.PUBLISHED:
            return Tombstone(self.gone("contribution", row, number=row["number"]), level)
        own = [one for one in beneath.arguments if one["amendment_id"] is None]
        return Contribution(
            level=level,
            number=str(row["number"]),
            title=legal(row["title"]),
            key=f"c{row['number']}",
            href=f"{self.address}/{row['number']}",
            by=self.by(row),
            notes=self._notes(row, beneath),
            ballots=self._ballots(row, beneath.tallies),
            blocks=blocks(row["body_html"]),
            explanation=blocks(row["explanation_html"]),
            explanation_heading=gettext("L’explication de l’organisateur"),
            annexes=tuple(_annex(one) for one in row["annexes"] or ()),
            sides=self._sides(own, beneath.beside),
            sources_heading=ngettext("%(num)s source", "%(num)s sources", _public(beneath.sources)),
            sources=tuple(self._source(one) for one in beneath.sources),
            amendments_heading=gettext("Propositions de modification"),
            amendments=tuple(self._amendment(one, beneath) for one in beneath.amendments),
        )

    def by(self, row: Row, supports: int | None = None) -> str:
        """« par Jeanne Martin, le 23 janvier 2026 · 12 soutiens »."""
        author = author_of(row)
        words = [legal(author["name"]) or gettext("Compte supprimé")]
        kind = author["kind_label"]
        if kind:
            words.append(gettext(kind))
        who = ", ".join(words) + (f" ({legal(author['member'])})" if author.get("member") else "")
        told = [gettext("par %(who)s, le %(day)s", who=who, day=self.calendar.day(row["published_at"]))]
        edited = self.calendar.day(row["edited_at"]) if row["edited_at"] else ""
        if edited and edited != self.calendar.day(row["published_at"]):
            told.append(gettext("texte modifié le %(day)s", day=edited))
        if supports is not None:
            told.append(ngettext("%(num)s soutien", "%(num)s soutiens", supports))
        return " · ".join(told)

    def gone(self, kind: str, row: Row, **params: object) -> str:
        """What is left of a text that was withdrawn or hidden: when, and why."""
        own, decided = GONE[kind]
        source = own if row["state"] == ItemState.WITHDRAWN else decided
        words = gettext(source, **params)
        day = gettext("le %(day)s", day=self.calendar.day(row["removed_at"] or row["published_at"]))
        ground = row["removed_ground"]
        why = f"{gettext(' :')} {legal(gettext(ground))}" if ground else ""
        return f"{words}, {day}{why}."

    def _notes(self, row: Row, beneath: Beneath) -> tuple[str, ...]:
        notes = []
        if row["merged_into"]:
            notes.append(gettext("Réunie avec la contribution n° %(number)s", number=row["merged_into"]) + ".")
        if beneath.merged:
            numbers = ", ".join(gettext("n° %(number)s", number=number) for number in beneath.merged)
            notes.append(f"{gettext('Réunies avec celle-ci par la modération :')} {numbers}.")
        if row["imported_versions"]:
            notes.append(
                ngettext(
                    "%(num)s proposition de modification a été faite sur la plateforme d’origine ; son texte n’a pas"
                    " été repris.",
                    "%(num)s propositions de modification ont été faites sur la plateforme d’origine ; leurs textes"
                    " n’ont pas été repris.",
                    row["imported_versions"],
                )
            )
        return tuple(notes)

    def _ballots(self, row: Row, tallies: Sequence[Row]) -> Ballots:
        parts = tuple(row[f"votes_{end}"] + row[f"tally_{end}"] for end in ENDS)
        notes = [
            gettext(
                "%(origin)s : %(numbers)s.", origin=legal(one["origin_label"]), numbers=in_words([one[e] for e in ENDS])
            )
            for one in tallies
        ]
        earlier = [row[f"earlier_{end}"] for end in ENDS]
        if any(earlier):
            notes.append(gettext("Et sur une version antérieure du texte : %(numbers)s.", numbers=in_words(earlier)))
        return Ballots(votes_told(parts), (parts[0], parts[1], parts[2]), tuple(notes))

    def _sides(self, rows: Sequence[Row], beside: Mapping[int, Sequence[Row]]) -> tuple[Side, ...]:
        sides = []
        for side in ("for", "against"):
            said = [row for row in rows if row["side"] == side]
            if said:
                number = _public(said)
                heading = (
                    ngettext("%(num)s argument pour", "%(num)s arguments pour", number)
                    if side == "for"
                    else ngettext("%(num)s argument contre", "%(num)s arguments contre", number)
                )
                sides.append(Side(heading, side, tuple(self._argument(row, beside) for row in said)))
        return tuple(sides)

    def _argument(self, row: Row, beside: Mapping[int, Sequence[Row]]) -> Argument:
        if row["state"] != ItemState.PUBLISHED:
            return Argument((), "", gone=self.gone("argument", row))
        under = tuple(self._source(one) for one in beside.get(row["id"], ()))
        return Argument(blocks(row["body_html"]), self.by(row, row["supports_total"]), under)

    def _source(self, row: Row) -> Source:
        if row["state"] != ItemState.PUBLISHED:
            return Source("", "", "", gone=self.gone("source", row))
        category = CATEGORIES[row["category"]]
        about = f"{gettext(category)}, {self.by(row, row['supports_total'])}"
        return Source(legal(row["title"]), safe_address(row["link"]) or "", about, blocks(row["body_html"]))

    def _amendment(self, row: Row, beneath: Beneath) -> Amendment:
        if row["state"] != ItemState.PUBLISHED:
            return Amendment("", "", "", (), (), gone=self.gone("amendment", row))
        fate = OUTCOMES[row["outcome"]]
        outcome = gettext(fate)
        if row["outcome_at"]:
            outcome = f"{outcome}, {gettext('le %(day)s', day=self.calendar.day(row['outcome_at']))}"
        if row["outcome_reason"]:
            outcome = f"{outcome}{gettext(' :')} {legal(row['outcome_reason'])}"
        votes = (row["votes_agree"], row["votes_mixed"], row["votes_disagree"])
        said = [one for one in beneath.arguments if one["amendment_id"] == row["id"]]
        return Amendment(
            heading=gettext("Proposition de modification : %(title)s", title=legal(row["title"])),
            by=self.by(row),
            outcome=outcome[:1].upper() + outcome[1:],
            reason=paragraphs(row["reason"]),
            wording=blocks(row["body_html"]),
            ballots=Ballots(votes_told(votes), votes) if any(votes) else None,
            sides=self._sides(said, beneath.beside),
        )


ENDS = ("agree", "mixed", "disagree")


def in_words(numbers: Sequence[int]) -> str:
    """« 12 d’accord, 3 mitigés, 4 pas d’accord »."""
    agree, mixed, disagree = numbers
    return ", ".join(
        (
            gettext("%(num)s d’accord", num=figure(agree)),
            ngettext("%(num)s mitigé", "%(num)s mitigés", mixed),
            gettext("%(num)s pas d’accord", num=figure(disagree)),
        )
    )


def votes_told(numbers: Sequence[int]) -> str:
    """« 19 votes : 12 d’accord, 3 mitigés, 4 pas d’accord. »"""
    total = sum(numbers)
    if not total:
        return gettext("Aucun vote") + "."
    votes = ngettext("%(num)s vote", "%(num)s votes", total)
    return gettext("%(votes)s : %(numbers)s.", votes=votes, numbers=in_words(numbers))


def _public(rows: Sequence[Row]) -> int:
    return sum(1 for row in rows if row["state"] == ItemState.PUBLISHED)


def _annex(one: Mapping[str, str]) -> Annex:
    parts = ((gettext("Avant"), one.get("before", "")), (gettext("Après"), one.get("after", "")))
    return Annex(
        legal(one.get("title", "")) or gettext("Texte avant et après"),
        tuple((words, blocks(html)) for words, html in parts if html),
    )
