"""What a new public name, or an account's deletion, means for what the account wrote."""

from consult.consultations.actions import lock_consultation
from consult.contributions.events import AuthorshipRefreshed
from consult.core.action import Action
from consult.core.database import execute
from consult.core.voice import SYSTEM


async def refresh_authorship(account_id: int) -> None:
    """Have every page that prints the name of an account as an author made anew.

    What is public stays after a deletion, under no name: the account's row has lost it.
    """
    concerned = await execute(
        "SELECT consultation_id FROM contribution WHERE author_id = :account"
        " UNION SELECT consultation_id FROM amendment WHERE author_id = :account ORDER BY consultation_id",
        account=account_id,
    )
    for row in concerned:
        await _refresh_in(row["consultation_id"], account_id)


async def _refresh_in(consultation_id: int, account_id: int) -> None:
    async with Action(SYSTEM) as action:
        view = await lock_consultation(action, consultation_id)
        shown = await execute(
            "UPDATE contribution SET changes = changes + 1 WHERE consultation_id = :consultation AND (author_id ="
            " :account OR id IN (SELECT contribution_id FROM amendment WHERE author_id = :account)) RETURNING id",
            consultation=consultation_id,
            account=account_id,
        )
        for one in shown:
            action.changed("contribution", one["id"])
        action.record(AuthorshipRefreshed(territory_id=view.row.territory_id, consultation_id=consultation_id))
