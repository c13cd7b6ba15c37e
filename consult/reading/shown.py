"""What stands beneath a contribution, as components take it: who looks at it decides which buttons come with it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from types import SimpleNamespace
from typing import Any

from consult.arguments.rules import may_still_correct
from consult.consultations.authors import author_of
from consult.consultations.items import ItemState
from consult.consultations.queries import ConsultationView
from consult.consultations.rules import Deed, deed_refusal
from consult.contributions.rules import merged_refusal
from consult.core.errors import Refusal
from consult.reading.contribution_queries import SIDES, Beneath, Marks, Row
from consult.sources.rules import CATEGORIES

JUST_NOW = timedelta(minutes=2)


@dataclass(frozen=True)
class Scene:
    """A contribution's surroundings: the consultation, the instant, who looks, and what may be done now.

    Attributes:
        path: the contribution's address.
        account_id: who looks, None for somebody signed out; ``confirmed`` whether their address is.
        cursors: where the lists of this page begin, as its address says it ("" at their beginnings).
        settled: why nobody may argue or vote about the amendment shown any more, if there is one.
        barred: why this person may neither write nor vote here, by a decision.
        moderates: whether they decide about texts here.
    """

    view: ConsultationView
    frame: Row
    path: str
    at: datetime
    account_id: int | None = None
    confirmed: bool = False
    marks: Marks = field(default_factory=Marks)
    cursors: str = ""
    settled: Refusal | None = None
    barred: Refusal | None = None
    moderates: bool = False

    @cached_property
    def _refusals(self) -> dict[Deed, Refusal | None]:
        section = SimpleNamespace(**self.frame)
        merged = self.barred or merged_refusal(self.frame["merged_into_id"])
        judged = {deed: deed_refusal(deed, self.view.rounds, section, self.at) or merged for deed in Deed}
        return judged | {deed: judged[deed] or self.settled for deed in (Deed.ARGUE, Deed.VOTE)}

    def refusal(self, deed: Deed) -> Refusal | None:
        """Why something may not be done here now, None when it may."""
        return self._refusals[deed]

    def round_allows(self, deed: Deed) -> bool:
        """Whether the author may still correct or withdraw: the rounds alone decide it."""
        return deed_refusal(deed, self.view.rounds, None, self.at) is None

    def watched(self, kind: str, row: Row) -> Row:
        """Where somebody reports a text of somebody else, or a moderator decides about it."""
        if self.marks.is_own(row, self.account_id):
            return {}
        if self.moderates:
            return {"moderate_href": f"/moderation/items/{kind}/{row['id']}"}
        return {"report_href": f"/report/{kind}/{row['id']}"}

    def just_done(self, row: Row) -> str:
        """What the visitor did to a text a moment ago: « published », « corrected » or nothing. Without a word at the
        place where the text stands, who has pressed the button doubts it.
        """
        if not self.marks.wrote(row, self.account_id) or self.at - (row["edited_at"] or row["published_at"]) > JUST_NOW:
            return ""
        return "corrected" if row["edited_at"] else "published"

    def actions_on(self, row: Row, deed: Deed, place: str) -> Row:
        """The addresses of the buttons and links that this person gets with an argument or a source."""
        shown: Row = {"supported": row["id"] in self.marks.supported}
        shown |= self.watched(place.removesuffix("s"), row)
        if self.account_id is None:
            return shown
        href = f"{self.path}/{place}/{row['id']}"
        if self.confirmed and self.refusal(Deed.VOTE) is None and not self.marks.is_own(row, self.account_id):
            shown["support_href"] = f"{href}/support{'?' if self.cursors else ''}{self.cursors}"
        shown["just_done"] = self.just_done(row)
        if self.marks.wrote(row, self.account_id) and self.round_allows(deed):
            shown["withdraw_href"] = f"{href}/withdraw"
            if self.barred is None and may_still_correct(row["published_at"], self.at):
                shown["correct_href"] = f"{href}/edit"
        return shown


def judgement(scene: Scene, kind: str, row: Row) -> Row:
    """The way to report something on a page of its own, or for a moderator to decide about it."""
    return {"report_href": "", "moderate_href": ""} | scene.watched(kind, row)


def tombstone(row: Row) -> Row:
    """All that is public of a text that was withdrawn or hidden."""
    return {
        "key": row["id"],
        "state": row["state"],
        "at": row["removed_at"] or row["published_at"],
        "ground": row["removed_ground"],
    }


def source_shown(scene: Scene, row: Row) -> Row:
    """A source, as ``components/source.html`` takes it."""
    if row["state"] != ItemState.PUBLISHED:
        return tombstone(row)
    site = row["link"].split("/")[2] if row["link"] else ""
    return {
        "key": row["id"],
        "state": row["state"],
        "title": row["title"],
        "href": row["link"],
        "site": site.removeprefix("www."),
        "category": row["category"],
        "category_label": CATEGORIES[row["category"]],
        "note_html": row["body_html"],
        "author": author_of(row),
        "at": row["published_at"],
        "supports": row["supports_total"],
        **scene.actions_on(row, Deed.SOURCE, "sources"),
    }


def argument_shown(scene: Scene, row: Row, beside: Sequence[Row]) -> Row:
    """An argument, as ``components/argument.html`` takes it, with some of its sources."""
    if row["state"] != ItemState.PUBLISHED:
        return tombstone(row) | {"side": row["side"]}
    href = f"{scene.path}/arguments/{row['id']}"
    shown = {
        "key": row["id"],
        "side": row["side"],
        "state": row["state"],
        "body_html": row["body_html"],
        "author": author_of(row),
        "at": row["published_at"],
        "edited_at": row["edited_at"],
        "href": href,
        "supports": row["supports_total"],
        "sources": [source_shown(scene, one) for one in beside],
        "more_sources": max(0, row["sources_count"] - len(beside)),
        **scene.actions_on(row, Deed.ARGUE, "arguments"),
    }
    if scene.refusal(Deed.SOURCE) is None:
        shown["source_href"] = f"{scene.path}/sources/new?argument={row['id']}"
    return shown


def board_shown(scene: Scene, said: Beneath) -> dict[str, list[Row]]:
    """Both sides of the board."""
    return {
        side: [argument_shown(scene, row, said.beside.get(row["id"], ())) for row in said.arguments[side].items]
        for side in SIDES
    }


def amendment_listed(scene: Scene, row: Row) -> Row:
    """A proposed wording in the contribution's list: who, when, why, what became of it."""
    if row["state"] != ItemState.PUBLISHED:
        return tombstone(row)
    return {
        "key": row["id"],
        "state": row["state"],
        "author": author_of(row),
        "at": row["published_at"],
        "reason": row["reason"],
        "outcome": row["outcome"],
        "outcome_at": row["outcome_at"],
        "href": f"{scene.path}/amendments/{row['id']}",
        **judgement(scene, "amendment", row),
        "votes": [row["votes_agree"], row["votes_mixed"], row["votes_disagree"]],
    }


def votes_shown(frame: Row, tallies: Sequence[Row]) -> dict[str, Any]:
    """The contribution's votes: those on the present wording with the tallies, and apart those on earlier wordings."""
    ends = ("agree", "mixed", "disagree")
    return {
        "bar": [frame[f"votes_{end}"] + frame[f"tally_{end}"] for end in ends],
        "earlier": [frame[f"earlier_{end}"] for end in ends],
        "earlier_total": sum(frame[f"earlier_{end}"] for end in ends),
        "total": frame["votes_total"],
        "tallies": [
            {
                "label": one["origin_label"],
                "numbers": [one[end] for end in ends],
                "total": sum(one[end] for end in ends),
            }
            for one in tallies
            if any(one[end] for end in ends)
        ],
    }


def supports_from_elsewhere(tallies: Sequence[Row]) -> list[Row]:
    """Where counted supports of the arguments and sources shown come from."""
    return [{"label": one["origin_label"], "supports": one["supports"]} for one in tallies if one["supports"]]
