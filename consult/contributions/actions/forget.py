"""What an account's deletion, or its new public name, means for what it wrote."""

from consult.consultations.actions import lock_consultation
from consult.contributions.events import AuthorshipRefreshed
from consult.contributions.models import Amendment, Contribution, Draft
from consult.core.action import Action
from consult.core.database import execute
from consult.core.voice import SYSTEM


async def refresh_authorship(account_id: int, *, account_deleted: bool) -> None:
    """Have everything that an account wrote shown anew; its deletion also drops what was never public.

    What is public stays, under no name: the account's row has lost it. Drafts and texts that wait go with the account.
    """
    concerned = await execute(
        "SELECT consultation_id FROM contribution WHERE author_id = :account"
        " UNION SELECT consultation_id FROM amendment WHERE author_id = :account"
        " UNION SELECT consultation_id FROM draft WHERE account_id = :account ORDER BY consultation_id",
        account=account_id,
    )
    for row in concerned:
        await _refresh_in(row["consultation_id"], account_id, account_deleted)


async def _refresh_in(consultation_id: int, account_id: int, account_deleted: bool) -> None:
    async with Action(SYSTEM) as action:
        view = await lock_consultation(action, consultation_id)
        if account_deleted:
            await Draft.filter(account_id=account_id, consultation_id=consultation_id).delete()
            await Amendment.filter(author_id=account_id, consultation_id=consultation_id, state="waiting").delete()
            await Contribution.filter(author_id=account_id, consultation_id=consultation_id, state="waiting").delete()
        shown = await execute(
            "UPDATE contribution SET changes = changes + 1 WHERE consultation_id = :consultation AND (author_id ="
            " :account OR id IN (SELECT contribution_id FROM amendment WHERE author_id = :account)) RETURNING id",
            consultation=consultation_id,
            account=account_id,
        )
        for one in shown:
            action.changed("contribution", one["id"])
        action.record(
            AuthorshipRefreshed(
                territory_id=view.row.territory_id,
                consultation_id=consultation_id,
                account_deleted=account_deleted,
            )
        )
