"""Reads of consultations. Everything starts from a territory, and from what a visitor may see there."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from consult.consultations.models import Consultation, ConsultationState, Round, RuleChange, Section, Snapshot
from consult.consultations.rules import (
    SECTION_FLAG,
    Dated,
    RoundState,
    consultation_state,
    next_instant,
    round_moment,
    time_left_changes,
)
from consult.core import changes
from consult.core.database import execute, instances


@dataclass(frozen=True)
class ConsultationView:
    """A consultation with its rounds, as pages and rules need it together.

    Attributes:
        restricted_until: until when the account that acts may not write here, as the consultation's lock found it.
    """

    row: Consultation
    rounds: list[Round]
    restricted_until: datetime | None = None

    def state(self, at: datetime) -> RoundState:
        """Coming, open or closed at an instant."""
        return consultation_state(self.rounds, at)

    def fresh_until(self, at: datetime, zone: ZoneInfo) -> datetime:
        """How long a page about it stays true: it counts the days, and near an opening or a closing the hours."""
        return rounds_fresh_until(self.rounds, at, zone)


def rounds_fresh_until(rounds: Sequence[Dated], at: datetime, zone: ZoneInfo) -> datetime:
    """When the sentence about these rounds changes by itself: at midnight, at their instants, and as they come near."""
    tomorrow = at.astimezone(zone).date() + timedelta(days=1)
    turns = [datetime.combine(tomorrow, time(), zone).astimezone(UTC)]
    instant = next_instant(rounds, at)
    moment = round_moment(rounds, at).instant
    turns += [one for one in (instant, moment and time_left_changes(moment, at)) if one]
    turn = max(min(turns), at + timedelta(seconds=1))
    return min(turn, instant) if instant else turn  # the second's grace is for counting days, never for an end


async def find_consultation(territory_id: int, slug: str, *, drafts: bool = False) -> ConsultationView | None:
    """A territory's consultation by its slug; two queries.

    Args:
        drafts: whether this visitor may see what is not published (administrators).
    """
    found = await instances(
        Consultation,
        "SELECT * FROM consultation WHERE territory_id = :territory AND slug = :slug",
        territory=territory_id,
        slug=slug,
    )
    if not found or (found[0].state is not ConsultationState.PUBLISHED and not drafts):
        return None
    return ConsultationView(found[0], await rounds_of(found[0].id))


async def rounds_of(consultation_id: int) -> list[Round]:
    """The rounds of a consultation, in the order of their opening; one query."""
    sql = "SELECT * FROM round WHERE consultation_id = :consultation ORDER BY opens_at, id"
    return await instances(Round, sql, consultation=consultation_id)


async def sections_of(consultation_id: int) -> list[Section]:
    """All sections of a consultation, in the outline's order of siblings (``position``)."""
    return await Section.filter(consultation_id=consultation_id).order_by("position", "id")


@dataclass
class SectionNode:
    """A section in its place.

    Attributes:
        depth: 0 at the root.
        number: « 2.1 », by position.
        count: the public contributions in the section itself.
        total: these and those of all sections below it.
    """

    id: int
    parent_id: int | None
    title: str
    explanation_html: str
    count: int
    accepts: dict[str, bool]
    depth: int = 0
    number: str = ""
    total: int = 0
    children: list["SectionNode"] = field(default_factory=list)

    def walk(self) -> Iterator["SectionNode"]:
        """The section and all below it, in reading order."""
        yield self
        for child in self.children:
            yield from child.walk()


SECTION_COLUMNS = (
    "id", "parent_id", "title", "explanation_html", "contributions_count", *SECTION_FLAG.values(),
)  # fmt: skip


async def outline(consultation_id: int) -> list[SectionNode]:
    """The tree of a consultation's sections with their counts, in reading order; one query."""
    rows = await execute(
        f"SELECT {', '.join(SECTION_COLUMNS)} FROM section WHERE consultation_id = :consultation ORDER BY position, id",
        consultation=consultation_id,
    )
    nodes = {
        row["id"]: SectionNode(
            id=row["id"],
            parent_id=row["parent_id"],
            title=row["title"],
            explanation_html=row["explanation_html"],
            count=row["contributions_count"],
            accepts={flag: bool(row[flag]) for flag in SECTION_FLAG.values()},
        )
        for row in rows
    }
    roots: list[SectionNode] = []
    for node in nodes.values():
        parent = nodes.get(node.parent_id) if node.parent_id else None
        (parent.children if parent else roots).append(node)
    _place(roots, 0, "")
    return roots


def _place(nodes: list[SectionNode], depth: int, prefix: str) -> None:
    for place, node in enumerate(nodes, 1):
        node.depth, node.number = depth, f"{prefix}{place}"
        _place(node.children, depth + 1, f"{node.number}.")
        node.total = node.count + sum(child.total for child in node.children)


@dataclass(frozen=True)
class ConsultationCard:
    """A consultation as lists show it."""

    id: int
    slug: str
    title: str
    question: str
    is_draft: bool
    changes: int
    contributions: int
    arguments: int
    votes: int
    rounds: list[Round]


@dataclass(frozen=True)
class ConsultationShelf:
    """A territory's consultations in the order in which they matter now.

    Attributes:
        open: the one that closes first stands first.
        coming: the one that opens first.
        closed: the last one closed.
        drafts: only for those who may see them; the newest first.
        changes: what a kept page compares, as :data:`consultations <consult.core.changes>` of the territory.
    """

    open: list[ConsultationCard]
    coming: list[ConsultationCard]
    closed: list[ConsultationCard]
    drafts: list[ConsultationCard]
    changes: int

    def all(self) -> list[ConsultationCard]:
        """Every card, in order."""
        return [*self.open, *self.coming, *self.closed, *self.drafts]

    def fresh_until(self, at: datetime, zone: ZoneInfo) -> datetime:
        """How long a page that lists them stays true."""
        return min(
            (rounds_fresh_until(card.rounds, at, zone) for card in self.all()), default=rounds_fresh_until([], at, zone)
        )


async def consultations_of(territory_id: int, at: datetime, *, drafts: bool = False) -> ConsultationShelf:
    """The consultations of a territory by their state at an instant; two queries however many there are.

    Args:
        drafts: whether this visitor may see what is not published (administrators).
    """
    wanted = Consultation.filter(territory_id=territory_id)
    if not drafts:
        wanted = wanted.filter(state=ConsultationState.PUBLISHED)
    rows = await wanted.order_by("-id").values(*CARD_COLUMNS)
    rounds: dict[int, list[Round]] = {row["id"]: [] for row in rows}
    held = Round.filter(consultation__territory_id=territory_id).order_by("opens_at", "id")
    for one in await held if rows else []:
        if one.consultation_id in rounds:
            rounds[one.consultation_id].append(one)
    cards = [_card(row, rounds[row["id"]]) for row in rows]
    return _shelf(cards, at)


CARD_COLUMNS = (
    "id", "slug", "title", "question", "state", "changes", "contributions_count", "arguments_count", "votes_count",
)  # fmt: skip


def _card(row: dict[str, Any], rounds: list[Round]) -> ConsultationCard:
    return ConsultationCard(
        id=row["id"],
        slug=row["slug"],
        title=row["title"],
        question=row["question"],
        is_draft=row["state"] == ConsultationState.DRAFT,
        changes=row["changes"],
        contributions=row["contributions_count"],
        arguments=row["arguments_count"],
        votes=row["votes_count"],
        rounds=rounds,
    )


def _shelf(cards: list[ConsultationCard], at: datetime) -> ConsultationShelf:
    public = [card for card in cards if not card.is_draft]
    by_state: dict[RoundState, list[ConsultationCard]] = {state: [] for state in RoundState}
    for card in public:
        by_state[consultation_state(card.rounds, at)].append(card)
    end = datetime.max.replace(tzinfo=UTC)
    return ConsultationShelf(
        open=sorted(by_state[RoundState.OPEN], key=lambda card: round_moment(card.rounds, at).instant or end),
        coming=sorted(by_state[RoundState.COMING], key=lambda card: round_moment(card.rounds, at).instant or end),
        closed=sorted(
            by_state[RoundState.CLOSED], key=lambda card: max(one.closes_at for one in card.rounds), reverse=True
        ),
        drafts=[card for card in cards if card.is_draft],
        changes=sum(card.changes for card in public),
    )


async def rule_changes_of(consultation_id: int) -> list[dict[str, Any]]:
    """The changes made to the rules once people could take part, newest first, with who made them; one query."""
    return await (
        RuleChange.filter(consultation_id=consultation_id)
        .order_by("-at", "-id")
        .values("id", "at", "reason", "before", "after", by="account__public_name")
    )


async def snapshots_of(consultation_id: int) -> list[dict[str, Any]]:
    """The rounds that were closed and done with, newest first, with their frozen figures; one query."""
    return await (
        Snapshot.filter(consultation_id=consultation_id)
        .order_by("-closes_at", "-id")
        .values("id", "name", "at", "closes_at", "figures", "sequel", "sequel_on", round="round__title")
    )


async def _changes(key: int) -> int | None:
    rows = await execute("SELECT changes FROM consultation WHERE id = :key", key=key)
    return rows[0]["changes"] if rows else None


async def _rules_changes(key: int) -> int | None:
    rows = await execute("SELECT rules_changes FROM consultation WHERE id = :key", key=key)
    return rows[0]["rules_changes"] if rows else None


async def _territory_changes(key: int) -> int | None:
    """All changes in a territory's public consultations: counters only grow, and a publication adds its own."""
    rows = await execute(
        "SELECT CAST(COALESCE(SUM(changes), 0) AS BIGINT) AS changes FROM consultation"
        " WHERE territory_id = :key AND state = :published",
        key=key,
        published=ConsultationState.PUBLISHED.value,
    )
    return rows[0]["changes"] if rows else None


changes.counted("consultations", _territory_changes)
changes.counted("consultation", _changes)
changes.counted("rules", _rules_changes)
