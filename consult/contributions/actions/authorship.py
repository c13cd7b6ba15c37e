"""What a new name, or an account's deletion, means for the pages that print it."""

from consult.consultations.actions import lock_consultation
from consult.contributions.events import AuthorshipRefreshed
from consult.core.action import Action
from consult.core.database import execute
from consult.core.voice import SYSTEM

# Everything that prints an author on a contribution's page. The rooms above may not be imported, so their tables are
# named here: one place that makes pages anew rather than one in every room.
_CONTRIBUTIONS = " UNION ".join(
    f"SELECT consultation_id, {key} AS id FROM {table} WHERE (author_id = :account OR organisation_id = :organisation)"
    " AND state = 'published'"
    for table, key in (
        ("contribution", "id"),
        ("amendment", "contribution_id"),
        ("argument", "contribution_id"),
        ("source", "contribution_id"),
    )
)


async def refresh_authorship(*, account_id: int = 0, organisation_id: int = 0) -> None:
    """Have every page made anew that prints an account, or an organisation, as an author.

    What is public stays after an account's deletion, under no name: the account's row has lost it.
    """
    whose = {"account": account_id, "organisation": organisation_id}
    concerned = await execute(
        f"SELECT DISTINCT consultation_id FROM ({_CONTRIBUTIONS}) shown ORDER BY consultation_id", whose
    )
    for row in concerned:
        await _refresh_in(row["consultation_id"], whose)


async def _refresh_in(consultation_id: int, whose: dict[str, int]) -> None:
    async with Action(SYSTEM) as action:
        view = await lock_consultation(action, consultation_id)
        shown = await execute(
            "UPDATE contribution SET changes = changes + 1 WHERE consultation_id = :consultation"
            f" AND id IN (SELECT id FROM ({_CONTRIBUTIONS}) shown) RETURNING id",
            {**whose, "consultation": consultation_id},
        )
        for one in shown:
            action.changed("contribution", one["id"])
        action.record(AuthorshipRefreshed(territory_id=view.row.territory_id, consultation_id=consultation_id))
