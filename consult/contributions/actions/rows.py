"""What several verbs share: locking, what was sent before, the search row, a new wording."""

from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from tortoise.models import Model

from consult.accounts.rules import restriction_refusal
from consult.consultations.actions.locking import ConsultationView, lock_consultation
from consult.consultations.items import Item
from consult.consultations.models import Consultation, ConsultationState, Round
from consult.contributions.models import Contribution, Revision, excerpt_of, search_stems
from consult.contributions.rules import text_refusal
from consult.contributions.search import index_contribution
from consult.core.action import Action
from consult.core.database import columns_of, execute, instances
from consult.core.errors import NotFound, refuse
from consult.core.keys import new_key
from consult.core.text.cleaning import clean_line, clean_text
from consult.core.text.markdown import render_markdown
from consult.core.voice import Voice
from consult.organisations.actions import judge_voice
from consult.territories.models import Territory

AnyItem = TypeVar("AnyItem", bound=Item)


@dataclass(frozen=True)
class Wording:
    """A title and a text, cleaned, rendered and ready to be searched: all that is slow, done before the lock."""

    title: str
    body: str
    body_html: str
    excerpt: str
    stems: str

    @classmethod
    def of(cls, title: str, body: str) -> "Wording":
        """Clean and render what was typed.

        Raises:
            Refused: it is empty or too long.
        """
        title, body = clean_line(title), clean_text(body)
        refuse(text_refusal(title, body))
        body_html = render_markdown(body)
        return cls(title, body, body_html, excerpt_of(body_html), search_stems(title, body_html))

    def same_as(self, row: Contribution) -> bool:
        """Whether it says to the letter what the contribution says."""
        return (self.title, self.body) == (row.title, row.body)


async def lock_below(
    action: Action, territory_id: int, consultation_id: int, *, adds: bool = True, **totals: int
) -> tuple[Consultation, list[Round]]:
    """Take the lock of a published consultation of this territory, and judge under it whether the voice may speak.

    Args:
        adds: False where somebody only takes back what is theirs, which no restriction keeps them from.
        totals: counters of the consultation to move in the same statement.

    Raises:
        NotFound: there is none.
        Refused: the account is restricted by a decision, or the voice is that of an organisation for which it may not
            speak, or no longer.
    """
    view = await lock_consultation(action, consultation_id, **totals)
    if view.row.territory_id != territory_id or view.row.state is not ConsultationState.PUBLISHED:
        raise NotFound
    if adds:
        await judge_restriction(action, view)
    await judge_voice(action)
    return view.row, view.rounds


async def judge_restriction(action: Action, view: ConsultationView) -> None:
    """Refuse whoever may not write in the territory of the consultation whose lock is held.

    Raises:
        Refused: the account is restricted by a decision.
    """
    if view.restricted_until is not None and view.restricted_until > action.at:
        (zone,) = await Territory.filter(id=view.row.territory_id).values_list("timezone", flat=True)
        refuse(restriction_refusal(view.restricted_until, action.at, ZoneInfo(str(zone))))


async def made_by_form(model: type[AnyItem], once: str | None) -> AnyItem | None:
    """The row that this very form has made already: sent twice, it makes one."""
    return await _first(model, {"once": once}) if once else None


async def said_already(model: type[AnyItem], voice: Voice, **said: Any) -> AnyItem | None:
    """What this voice has said in the same place in the very same words, unless it was withdrawn or hidden.

    A browser that goes back shows a form with another key, and the words that were sent.
    """
    mine = {"author_id": voice.account_id, "organisation_id": voice.organisation_id}
    return await _first(model, mine | said, " AND state IN ('published', 'waiting')") if voice.account_id else None


async def made_before(model: type[AnyItem], voice: Voice, once: str | None, **said: Any) -> AnyItem | None:
    """Both in one query: the row that this form has made, or else the same words in the same place.

    Two halves rather than an OR, which SQLite answers by reading the whole table.
    """
    mine = {"author_id": voice.account_id, "organisation_id": voice.organisation_id, **said}
    same, given = _same(mine)
    rows = f"SELECT {columns_of(model)} FROM {model._meta.db_table}"
    sql = (
        f"{rows} WHERE once = :once UNION ALL"
        f" SELECT * FROM ({rows} WHERE {same} AND state IN ('published', 'waiting') LIMIT 1) said LIMIT 1"
    )
    return next(iter(await instances(model, sql, given, once=once or "")), None)


async def add_row(action: Action, row: Item) -> None:
    """Have a new row written with the action's audit, in one go; nothing after it in the action may ask for it."""
    columns = _columns(type(row))
    names = ", ".join(columns.values())
    values = {name: row._meta.fields_map[name].to_db_value(getattr(row, name), row) for name in columns}
    places = ", ".join(f":{name}" for name in columns)
    action.write(f"INSERT INTO {row._meta.db_table} ({names}) VALUES ({places})", **values)
    row._saved_in_db = True


@cache
def _columns(model: type[Model]) -> dict[str, str]:
    return dict(model._meta.fields_db_projection)


async def _first(model: type[AnyItem], values: dict[str, Any], more: str = "") -> AnyItem | None:
    same, given = _same(values)
    sql = f"SELECT {columns_of(model)} FROM {model._meta.db_table} WHERE {same}{more} LIMIT 1"
    return next(iter(await instances(model, sql, given)), None)


def _same(values: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    # The plus keeps SQLite from choosing the index of a column that nearly all rows leave empty.
    same = " AND ".join(f"+{name} IS NULL" if value is None else f"{name} = :{name}" for name, value in values.items())
    return same, {name: value for name, value in values.items() if value is not None}


async def contribution_inside(consultation_id: int, contribution_id: int) -> Contribution:
    """A contribution of the consultation whose lock is held, as it stands now.

    Raises:
        NotFound: there is none.
    """
    row = await Contribution.get_or_none(id=contribution_id, consultation_id=consultation_id)
    if row is None:
        raise NotFound
    return row


async def count_change(action: Action, contribution_id: int) -> None:
    """Say that something shown on a contribution's page has changed."""
    await execute("UPDATE contribution SET changes = changes + 1 WHERE id = :key", key=contribution_id)
    action.changed("contribution", contribution_id)


async def write_revision(
    action: Action, row: Contribution, wording: Wording, *, reason: str = "", amendment_id: int | None = None
) -> None:
    """Keep a wording in the history, under the contribution's present ``revision`` number."""
    await Revision.create(
        id=new_key(),
        contribution_id=row.id,
        number=row.revision,
        title=wording.title,
        body=wording.body,
        body_html=wording.body_html,
        account_id=action.voice.account_id,
        amendment_id=amendment_id,
        reason=reason,
        created_at=action.at,
    )


async def reword(
    action: Action, row: Contribution, wording: Wording, *, reason: str = "", amendment_id: int | None = None
) -> None:
    """Give a contribution its next wording.

    The votes cast on the wording before are kept and set apart: ``votes_*`` are added to ``earlier_*`` and start from
    nothing, while ``votes_total`` and ``contested``, which speak of all votes, do not move. The voters' rows are left
    as they are; their ``revision`` says which wording each voter read. Who votes again takes the old choice out of
    ``earlier_*`` and puts the new one into ``votes_*``.
    """
    await execute(
        "UPDATE contribution SET title = :title, body = :body, body_html = :html, excerpt = :excerpt, stems = :stems,"
        " revision = revision + 1, edited_at = :at, changes = changes + 1,"
        " earlier_agree = earlier_agree + votes_agree, earlier_mixed = earlier_mixed + votes_mixed,"
        " earlier_disagree = earlier_disagree + votes_disagree,"
        " votes_agree = 0, votes_mixed = 0, votes_disagree = 0 WHERE id = :key",
        title=wording.title,
        body=wording.body,
        html=wording.body_html,
        excerpt=wording.excerpt,
        stems=wording.stems,
        at=action.at,
        key=row.id,
    )
    await row.refresh_from_db()
    await write_revision(action, row, wording, reason=reason, amendment_id=amendment_id)
    await index_contribution(row.id, wording.stems)
    action.changed("contribution", row.id)
