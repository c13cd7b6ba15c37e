"""What mails of moderation need to know. Never a text, a title or a name of what was decided upon."""

from dataclasses import dataclass
from datetime import datetime

from consult.core.database import execute, instant
from consult.moderation.models import Decision, Effect, Kind, Report
from consult.moderation.rules.appealing import appeal_until
from consult.moderation.rules.statement import ARTICLES, BY_NOBODY, BY_PERSON, FOUND, scope_of, title_of
from consult.moderation.rules.words import EFFECTS, GROUNDS, KINDS

_TABLES = {
    Kind.CONTRIBUTION: "contribution i JOIN contribution c ON c.id = i.id",
    Kind.AMENDMENT: "amendment i JOIN contribution c ON c.id = i.contribution_id",
    Kind.ARGUMENT: "argument i JOIN contribution c ON c.id = i.contribution_id",
    Kind.SOURCE: "source i JOIN contribution c ON c.id = i.contribution_id",
}


@dataclass(frozen=True)
class Concerned:
    """What a report or a decision is about, in words that are translated where they are shown.

    Attributes:
        number: of the contribution that it is, or stands under; None for one that waits.
        published_at: when it became public.
        effect, title, scope, found, by: of a decision.
    """

    kind: str
    consultation: str
    ground: str
    number: int | None = None
    path: str = ""
    organisation: str = ""
    is_account: bool = False
    written_at: datetime | None = None
    published_at: datetime | None = None
    article: str = ""
    effect: str = ""
    title: str = ""
    scope: str = ""
    found: str = ""
    by: str = ""
    appeal_until: datetime | None = None


async def reported(report: Report) -> Concerned:
    """What a report is about."""
    rows = await execute("SELECT title FROM consultation WHERE id = :key", key=report.consultation_id)
    return Concerned(KINDS[report.kind], rows[0]["title"] if rows else "", GROUNDS[report.ground])


async def decided(decision: Decision) -> Concerned:
    """What a decision is about, how far it goes and why, as the statement of reasons has it."""
    row = await _item(decision.kind, decision.item_id)
    undoes = decision.replaces_id is not None
    number, path = row.get("number"), f"/consultations/{row.get('slug')}/contributions/{row.get('number')}"
    if decision.kind in {Kind.ARGUMENT, Kind.AMENDMENT}:
        path += f"/{decision.kind.value}s/{decision.item_id}"
    return Concerned(
        kind=KINDS[decision.kind],
        consultation=str(row.get("consultation", "")),
        ground=GROUNDS.get(decision.ground, ""),
        number=int(str(number)) if number else None,
        path=f"{path}#source-{decision.item_id}" if decision.kind is Kind.SOURCE else path,
        organisation=await _organisation(decision.organisation_id),
        is_account=decision.kind is Kind.ACCOUNT,
        written_at=instant(row.get("created_at")),
        published_at=instant(row.get("published_at")),
        article=ARTICLES.get(decision.ground, ""),
        effect=EFFECTS[decision.effect],
        title=title_of(decision.effect, decision.kind, undoes=undoes),
        scope=scope_of(decision.effect, hidden_meanwhile=decision.hidden_meanwhile),
        found=FOUND.get(decision.found_by, FOUND[""]),
        by=BY_NOBODY if decision.automated else BY_PERSON,
        appeal_until=None if decision.effect is Effect.KEEP else appeal_until(decision.decided_at),
    )


async def _item(kind: Kind, item_id: int) -> dict[str, object]:
    if kind not in _TABLES:
        return {}
    rows = await execute(
        f"SELECT i.created_at, i.published_at, c.number, k.title AS consultation, k.slug FROM {_TABLES[kind]}"
        " JOIN consultation k ON k.id = c.consultation_id WHERE i.id = :key",
        key=item_id,
    )
    return rows[0] if rows else {}


async def _organisation(organisation_id: int | None) -> str:
    rows = (
        await execute("SELECT name FROM organisation WHERE id = :key", key=organisation_id) if organisation_id else []
    )
    return str(rows[0]["name"]) if rows else ""


async def queues() -> list[dict[str, object]]:
    """Every territory where items wait: its time zone, how many wait, and since when the oldest does."""
    rows = await execute(
        "SELECT t.id AS territory_id, t.timezone, COUNT(*) AS waiting, MIN(m.opened_at) AS since"
        " FROM moderation_case m JOIN territory t ON t.id = m.territory_id"
        " WHERE m.is_open = :yes GROUP BY t.id, t.timezone",
        yes=True,
    )
    return [{**row, "since": instant(row["since"])} for row in rows]
