"""The demonstration's content as it stands in ``content/*.toml`` (its README says the shape), and its times."""

import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

FOLDER = Path(__file__).parent / "content"
NAMES = ("open", "before", "coming", "closed")
Table = dict[str, Any]


@dataclass(frozen=True)
class Play:
    """A consultation of the demonstration, with all its contributions in the order of their numbers."""

    table: Table
    rounds: list[Table]
    sections: list[Table]
    contributions: list[Table]
    waiting: list[Table]
    drafts: list[Table]
    held: list[Table]

    @property
    def slug(self) -> str:
        """Its address."""
        return str(self.table["slug"])


@dataclass(frozen=True)
class Content:
    """Everything that the demonstration shows."""

    territory: Table
    staff: list[Table]
    sign_in: list[Table]
    people: list[Table]
    organisations: list[Table]
    pages: list[Table]
    plays: list[Play]
    moderation: Table


def read_content() -> Content:
    """Read all of it."""
    territory = _file("territory.toml")
    return Content(
        territory=territory["territory"],
        staff=territory["staff"],
        sign_in=territory["sign_in"],
        people=_file("people.toml")["people"],
        organisations=_file("organisations.toml")["organisations"],
        pages=_file("pages.toml")["pages"],
        plays=[_play(f"consultation-{name}.toml") for name in NAMES],
        moderation=_file("moderation.toml"),
    )


def _file(name: str) -> Table:
    return tomllib.loads((FOLDER / name).read_text(encoding="utf-8"))


def _play(name: str) -> Play:
    found = _file(name)
    rows = [row for one in found["consultation"]["contribution_files"] for row in _file(one)["contributions"]]
    return Play(
        table=found["consultation"],
        rounds=found["rounds"],
        sections=found["sections"],
        contributions=sorted(rows, key=lambda row: int(row["number"])),
        waiting=found.get("waiting", []),
        drafts=found.get("drafts", []),
        held=found.get("held", []),
    )


@dataclass(frozen=True)
class Times:
    """Instants counted from the moment of loading; days and hours of rounds in the territory's zone."""

    loaded_at: datetime
    zone: ZoneInfo

    def ago(self, days: float) -> datetime:
        """So many days back."""
        return self.loaded_at - timedelta(days=days)

    def on(self, day: int, clock: str) -> datetime:
        """« 09:00 » of the day that is so many days from today, whatever the clocks did in between."""
        local_day = self.loaded_at.astimezone(self.zone).date() + timedelta(days=day)
        return datetime.combine(local_day, time.fromisoformat(clock), self.zone).astimezone(UTC)


def texts(table: Table) -> tuple[str, str]:
    """A title and a body as they would be typed."""
    return str(table.get("title", "")).strip(), str(table.get("body", "")).strip()
