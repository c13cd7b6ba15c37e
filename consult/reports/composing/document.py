"""A consultation as a document: its cover, its chapters in order, its contributions as they come from the database."""

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC
from typing import Any

import segno

from consult.analysis.queries.figures import About, public_figures
from consult.consultations.models import ModerationTime, Procedure
from consult.consultations.pages.words import DEED_WORDS, deeds_of, listing, shown_frame
from consult.consultations.queries import SectionNode, outline, rounds_of, rule_changes_of, snapshots_of
from consult.exports.package.words import LICENCE_PAGE
from consult.exports.tables.shape import Scope
from consult.reports.blocks import blocks, legal, paragraphs, plain
from consult.reports.composing.figures import decision_nodes, figure_nodes
from consult.reports.composing.items import DEEPEST, Teller
from consult.reports.composing.words import Calendar, figure, gettext, language, ngettext, region
from consult.reports.content import (
    Contribution,
    Cover,
    Entry,
    Front,
    Heading,
    Labels,
    Listing,
    ListItem,
    Node,
    Paragraph,
    Prose,
    Table,
    Tombstone,
    Words,
)
from consult.reports.queries import Row, consultation_row, contributions_of, length, numbered_in, weight

MOST_TEXTS = 8_000
MOST_CHARACTERS = 4_000_000
"""Beyond one of these a document tells everything but the texts, which are in the files: see ADR 0027."""


@dataclass
class Document:
    """A consultation ready to be written: what comes first, and the rest as it is read.

    Attributes:
        abridged: whether its contributions are too many for a document: they are told in numbers only.
    """

    scope: Scope
    row: Row
    roots: list[SectionNode]
    figures: dict[str, Any]
    front: Front
    calendar: Calendar
    abridged: bool = False
    early: list[Node] = field(default_factory=list)

    async def nodes(self) -> AsyncIterator[Node]:
        """Everything after the contents, in reading order; one contribution at a time."""
        for node in self.early:
            yield node
        yield Heading(1, gettext("Contributions"), "contributions", opens_page=True)
        for node in self._how_to_read():
            yield node
        teller = Teller(self.calendar, f"{self.scope.url}/contributions")
        for root in self.roots:
            for section in root.walk():
                for node in self._section(section):
                    yield node
                if not self.abridged:
                    async for one in self._contributions(section, teller):
                        yield one
        for node in self._last():
            yield node

    async def _contributions(self, section: SectionNode, teller: Teller) -> AsyncIterator[Contribution | Tombstone]:
        level = _level(section) + 1
        async for batch in contributions_of(section.id):
            for row, beneath in batch:
                yield teller.contribution(row, beneath, level)

    def _section(self, section: SectionNode) -> Iterator[Node]:
        yield Heading(_level(section), _section_title(section), f"s{section.id}")
        if section.explanation_html:
            yield Prose(blocks(section.explanation_html))
        if section.count or not section.children:
            words = ngettext("%(num)s contribution", "%(num)s contributions", section.count)
            yield Prose(plain((words if section.count else gettext("Aucune contribution")) + "."), "note")

    def _how_to_read(self) -> Iterator[Node]:
        if self.abridged:
            yield Prose(plain(self.front.cover.abridged, *_whole_texts(self.scope)))
            return
        yield Prose(
            plain(
                gettext(
                    "Les contributions suivent le plan de la consultation, et dans chaque rubrique leur numéro. Les"
                    " votes sont donnés en nombres ; une barre en montre les trois parts : d’accord, mitigé, pas"
                    " d’accord."
                ),
                gettext(
                    "Les arguments marqués d’un signe plus soutiennent la contribution, ceux marqués d’un signe moins"
                    " s’y opposent ; les plus soutenus viennent d’abord."
                ),
                gettext(
                    "Un texte retiré par son auteur, ou masqué par une décision de modération, garde sa place : on en"
                    " lit le numéro, la date et le motif, jamais le texte."
                ),
            ),
        )

    def _last(self) -> Iterator[Node]:
        yield Heading(1, gettext("Vérifier et réutiliser"), "check", opens_page=True)
        yield Prose(
            plain(
                gettext(
                    "Ce document reprend les données publiques de la consultation, arrêtées à l’instant indiqué sur sa"
                    " couverture. Ses chiffres sont ceux de la page des résultats et des fichiers de données : tous"
                    " viennent du même calcul."
                ),
            )
        )
        items = [
            (gettext("Résultats"), f"{self.scope.url}/results"),
            (gettext("Fichiers de données, et ce document"), f"{self.scope.url}/exports"),
            (gettext("Registre public"), f"{self.scope.address}/register"),
        ]
        yield Prose((Listing(tuple(ListItem((_linked(words, link),)) for words, link in items)),))
        yield Prose(
            plain(
                gettext(
                    "Chaque publication, modification, retrait et décision est inscrit au registre public, dont l’état"
                    " est signé. Le paquet de données contient les preuves : la commande « consult verify » les"
                    " contrôle sans passer par ce site, et dit ce qui manquerait ou aurait changé."
                ),
                gettext(
                    "Le fichier de ce document a une empreinte SHA-256, affichée sur la page des fichiers : refait à"
                    " partir des mêmes données, il est le même à l’octet près."
                ),
            )
        )
        yield Heading(2, gettext("Licence"), "licence")
        yield Prose((_linked(gettext("Licence Ouverte 2.0"), LICENCE_PAGE),))
        yield Prose(
            plain(
                gettext(
                    "Vous pouvez reproduire, diffuser et réutiliser ces données librement, à condition d’en citer la"
                    " source et la date : « %(source)s, données arrêtées le %(day)s ».",
                    source=f"{self.row['territory_name']}, {self.scope.title}",
                    day=self.calendar.day(self.scope.cut_off),
                )
            )
        )


async def compose(scope: Scope) -> Document:
    """Read what the first pages need; call it inside of ``snapshot()``, and read the nodes there too."""
    row = await consultation_row(scope.consultation_id)
    calendar = Calendar(scope.zone)
    roots = await outline(scope.consultation_id)
    about = About(scope.consultation_id, scope.slug, scope.title, scope.zone, scope.cut_off, scope.provisional)
    figures = await public_figures(about)
    abridged = await _is_too_much(scope.consultation_id)
    early = [
        *_presentation(row),
        *await _calendar_nodes(scope, calendar),
        *figure_nodes(figures, calendar, await rounds_of(scope.consultation_id)),
        *decision_nodes(figures, f"{scope.address}/moderation/decisions"),
    ]
    coming = 0 if abridged else await numbered_in(roots)
    front = _front(scope, row, calendar, figures, abridged, _contents(early, roots), coming)
    return Document(scope, row, roots, figures, front, calendar, abridged, early)


async def _is_too_much(consultation_id: int) -> bool:
    if await weight(consultation_id) > MOST_TEXTS:
        return True
    return await length(consultation_id) > MOST_CHARACTERS


def _level(section: SectionNode) -> int:
    return min(2 + section.depth, DEEPEST - 1)


def _section_title(section: SectionNode) -> str:
    return legal(f"{section.number}. {section.title}")


def _linked(words: str, link: str) -> Paragraph:
    return Paragraph((Words(f"{words}{gettext(' :')} "), Words(link, link=link)))


def _whole_texts(scope: Scope) -> list[str]:
    return [gettext("Tous les textes sont dans les fichiers de données : %(address)s", address=f"{scope.url}/exports")]


def _front(
    scope: Scope,
    row: Row,
    calendar: Calendar,
    figures: dict[str, Any],
    abridged: bool,
    contents: Sequence[Entry],
    coming: int,
) -> Front:
    title, as_of = legal(scope.title), gettext("Données arrêtées le %(moment)s", moment=calendar.moment(scope.cut_off))
    subtitle = gettext("Compte rendu de la consultation")
    return Front(
        language=language(),
        region=region(),
        title=" – ".join([title, subtitle, *([gettext("Document provisoire")] if scope.provisional else [])]),
        subject=legal(scope.question),
        author=legal(row["territory_name"]),
        running=f"{title} – {as_of}",
        cut_off=scope.cut_off.astimezone(UTC),
        accent=row["accent"],
        cover=_cover(scope, row, calendar, figures, abridged, subtitle),
        labels=Labels(
            contents=gettext("Sommaire"),
            page_of=gettext("page {page} sur {pages}"),
            wording=gettext("Rédaction proposée"),
            emoji_note=gettext(
                "Les signes que ce fichier PDF ne sait pas dessiner y sont remplacés par leur code Unicode, comme"
                " [U+4E2D]. La page à imprimer, le document DOCX et les fichiers de données les donnent tels quels."
            ),
        ),
        contents=contents,
        about=coming,
    )


def _cover(scope: Scope, row: Row, calendar: Calendar, figures: dict[str, Any], abridged: bool, subtitle: str) -> Cover:
    totals: dict[str, int] = figures["totals"]
    told = (
        (totals["contributions"], _word_of("contribution", totals["contributions"])),
        (totals["arguments"], _word_of("argument", totals["arguments"])),
        (totals["votes"], _word_of("vote", totals["votes"])),
        (totals["participants"], _word_of("participant", totals["participants"])),
    )
    return Cover(
        territory=legal(row["territory_name"]),
        title=legal(scope.title),
        subtitle=subtitle,
        question=legal(scope.question),
        period=_period(scope, calendar),
        as_of=gettext(
            "Données arrêtées le %(moment)s (%(zone)s)", moment=calendar.moment(scope.cut_off), zone=calendar.name()
        ),
        address=scope.url,
        address_label=gettext("À lire en ligne, avec les fichiers de données :"),
        provisional=gettext("La consultation n’est pas close : ces textes et ces chiffres peuvent encore changer.")
        if scope.provisional
        else "",
        provisional_short=gettext("Document provisoire") if scope.provisional else "",
        abridged=gettext(
            "Document abrégé : cette consultation compte trop de textes pour un document à lire. Il en donne le"
            " calendrier, le plan et les chiffres."
        )
        if abridged
        else "",
        key_figures=tuple((figure(number), words) for number, words in told),
        qr=segno.make(scope.url, micro=False, error="m").svg_inline(border=0, omitsize=True),
    )


def _word_of(name: str, number: int) -> str:
    """« contributions »: the word alone, in the right number."""
    return {
        "contribution": lambda: ngettext("contribution", "contributions", number),
        "argument": lambda: ngettext("argument", "arguments", number),
        "vote": lambda: ngettext("vote", "votes", number),
        "participant": lambda: ngettext("participant", "participants", number),
    }[name]()


def _period(scope: Scope, calendar: Calendar) -> str:
    if scope.opens_at is None or scope.closes_at is None:
        return ""
    return gettext(
        "Consultation ouverte du %(first)s au %(last)s",
        first=calendar.day(scope.opens_at),
        last=calendar.last_day(scope.closes_at),
    )


def _contents(early: Sequence[Node], roots: Sequence[SectionNode]) -> list[Entry]:
    entries = [Entry(node.level, node.text, node.key) for node in early if isinstance(node, Heading)]
    entries.append(Entry(1, gettext("Contributions"), "contributions"))
    for root in roots:
        entries += [Entry(_level(one), _section_title(one), f"s{one.id}") for one in root.walk()]
    entries.append(Entry(1, gettext("Vérifier et réutiliser"), "check"))
    entries.append(Entry(2, gettext("Licence"), "licence"))
    return entries


def _presentation(row: Row) -> Iterator[Node]:
    yield Heading(1, gettext("Présentation"), "presentation", opens_page=True)
    if row["question"]:
        yield Heading(2, gettext("La question posée"), "question")
        yield Prose(paragraphs(row["question"]))
    if row["presentation_html"]:
        yield Heading(2, gettext("Ce que dit l’organisateur"), "organiser")
        yield Prose(blocks(row["presentation_html"]))
    frame = shown_frame(Procedure(row["procedure"]))
    if row["legal_basis"] or frame["article"]:
        yield Heading(2, gettext("Cadre juridique"), "legal")
        if frame["article"]:
            yield Prose(plain(f"{gettext('Cadre')}{gettext(' :')} {frame['label']}. {frame['article']}."))
        yield Prose(paragraphs(row["legal_basis"]))
    yield Heading(2, gettext("Modération"), "moderation")
    before = gettext("Chaque texte a été lu par un modérateur avant d’être publié.")
    after = gettext("Les textes ont été publiés tout de suite ; un modérateur a lu ceux qui étaient signalés.")
    yield Prose(plain(before if row["moderation"] == ModerationTime.BEFORE else after))


async def _calendar_nodes(scope: Scope, calendar: Calendar) -> list[Node]:
    nodes: list[Node] = [Heading(1, gettext("Calendrier"), "calendar")]
    rounds = await rounds_of(scope.consultation_id)
    if rounds:
        nodes.append(
            Table(
                gettext("Périodes de participation (%(zone)s)", zone=calendar.name()),
                (gettext("Période"), gettext("Ouverture"), gettext("Fermeture"), gettext("Ce que l’on peut y faire")),
                tuple(
                    (
                        legal(one.title),
                        calendar.moment(one.opens_at),
                        calendar.end(one.closes_at),
                        listing([DEED_WORDS[deed] for deed in deeds_of(one)]),
                    )
                    for one in rounds
                ),
            )
        )
    else:
        nodes.append(Prose(plain(gettext("Les dates de participation ne sont pas encore fixées."))))
    nodes += await _rule_changes(scope, calendar)
    return nodes + await _closings(scope, calendar)


async def _rule_changes(scope: Scope, calendar: Calendar) -> list[Node]:
    changes = await rule_changes_of(scope.consultation_id)
    if not changes:
        return []
    rows = tuple((calendar.moment(one["at"]), legal(one["reason"])) for one in reversed(changes))
    columns = (gettext("Date"), gettext("Raison donnée"))
    return [
        Heading(2, gettext("Règles modifiées en cours de route"), "rules"),
        Table(gettext("Modifications des règles"), columns, rows),
    ]


async def _closings(scope: Scope, calendar: Calendar) -> list[Node]:
    nodes: list[Node] = []
    for one in await snapshots_of(scope.consultation_id):
        nodes.append(Heading(2, legal(one["name"]), f"closing{one['id']}"))
        said = [
            gettext(
                "Période « %(name)s » close le %(end)s.", name=legal(one["round"]), end=calendar.end(one["closes_at"])
            )
        ]
        nodes.append(Prose(plain(*said)))
        if one["sequel"]:
            nodes.append(Prose(paragraphs(one["sequel"])))
        if one["sequel_on"]:
            nodes.append(Prose(plain(gettext("Prévu le %(day)s.", day=calendar.day(one["sequel_on"])))))
    return nodes
