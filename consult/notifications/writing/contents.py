"""What each announcement says, made from the database when it is written: nothing of what was hidden meanwhile."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from consult.consultations.models import ConsultationState, Round, Snapshot
from consult.core.database import execute
from consult.notifications.models import Mailing
from consult.notifications.queries.news import lines_of
from consult.notifications.queries.standing import closing_named
from consult.notifications.writing import Letter
from consult.notifications.writing.mailings import NOBODY, content


@dataclass(frozen=True)
class Place:
    """A consultation, as mails name it."""

    title: str
    path: str


async def place_of(consultation_id: int) -> Place | None:
    """A public consultation."""
    rows = await execute(
        "SELECT title, slug FROM consultation WHERE id = :key AND state = :published",
        key=consultation_id,
        published=ConsultationState.PUBLISHED.value,
    )
    return Place(rows[0]["title"], f"/consultations/{rows[0]['slug']}") if rows else None


@content("news")
async def news(mailing: Mailing) -> Letter | None:
    """Something new in what its readers follow; None when it is no longer public."""
    lines = await lines_of([(mailing.kind, mailing.target_id or 0)])
    if not lines:
        return None
    line = lines[0]
    followed = f"section:{line.section_id}" if line.kind == "contribution" else f"contribution:{line.contribution_id}"
    return Letter(
        "news",
        NOBODY,
        about=line.named,
        values={"line": line},
        event=mailing.key,
        refusable=f"follow:{followed}",
    )


@content("round_moved")
async def round_moved(mailing: Mailing) -> Letter | None:
    """A round closes later or earlier than it was said, or is open again; None when that is past, too."""
    said = await _round(mailing)
    if said is None:
        return None
    said["closed_at"] = datetime.fromisoformat(mailing.values["closed_at"])
    return _of_consultation("round_moved", mailing, {**said, "move": mailing.values["move"]}, said["about"])


@content("reminder")
async def reminder(mailing: Mailing) -> Letter | None:
    """A round closes soon; None when it closes at another moment by now."""
    said = await _round(mailing)
    return _of_consultation("reminder", mailing, said, said["about"]) if said else None


async def _round(mailing: Mailing) -> dict[str, Any] | None:
    """The round, as long as its closing is the one that was announced."""
    place = await place_of(mailing.consultation_id)
    row = await Round.get_or_none(id=mailing.target_id, consultation_id=mailing.consultation_id)
    if place is None or row is None or row.closes_at != datetime.fromisoformat(mailing.values["closes_at"]):
        return None
    about = (closing_named(row.closes_at.timestamp()), row.id)
    return {"place": place, "round": row.title, "closes_at": row.closes_at, "about": about}


@content("period_closed")
async def period_closed(mailing: Mailing) -> Letter | None:
    """A round is over and done with: thanks, the figures as they were frozen, what comes next."""
    place = await place_of(mailing.consultation_id)
    row = await Snapshot.get_or_none(id=mailing.target_id, consultation_id=mailing.consultation_id).select_related(
        "round"
    )
    if place is None or row is None:
        return None
    values = {
        "place": place,
        "round": row.round.title,
        "figures": _Figures(row.figures),
        "sequel": row.sequel,
        "sequel_on": row.sequel_on,
        "closes_at": row.closes_at,
    }
    return _of_consultation("period_closed", mailing, values, ("snapshot", row.id))


def _of_consultation(template: str, mailing: Mailing, values: dict[str, Any], about: tuple[str, int]) -> Letter:
    return Letter(
        template,
        NOBODY,
        about=about,
        values=values,
        event=mailing.key,
        refusable=f"follow:consultation:{mailing.consultation_id}",
    )


class _Figures:
    """The figures of a snapshot, 0 for what one did not count yet."""

    def __init__(self, figures: dict[str, Any]) -> None:
        for name in ("contributions", "arguments", "sources", "votes", "amendments", "participants"):
            value = figures.get(name)
            setattr(self, name, value if isinstance(value, int) else 0)
