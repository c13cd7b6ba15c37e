"""The verbs of mails: following, refusing, and what becomes of addresses that refuse mail."""

from typing import Any

from tortoise.exceptions import IntegrityError

from consult.core.action import Action
from consult.core.database import execute
from consult.core.errors import NotFound
from consult.core.keys import new_key
from consult.core.voice import SYSTEM, Voice
from consult.notifications.events import AddressWorksAgain, FollowChanged, Followed, MailBounced, MailsRefused
from consult.notifications.links import refusal_path
from consult.notifications.models import Follow, Frequency, Mail, MailState
from consult.notifications.rules import DIGESTS, told_until, what_is_refused

# Only what is public can be followed. The consultation comes with it: closings and reminders go by that.
_TARGETS = {
    "consultation": "SELECT k.id AS consultation_id FROM consultation k WHERE k.id = :key",
    "section": "SELECT s.consultation_id FROM section s JOIN consultation k ON k.id = s.consultation_id"
    " WHERE s.id = :key",
    "contribution": "SELECT c.consultation_id FROM contribution c JOIN consultation k ON k.id = c.consultation_id"
    " WHERE c.id = :key AND c.state = 'published'",
}
_SECTIONS_ABOVE = (
    "WITH RECURSIVE above(id, parent_id, consultation_id) AS ("
    "SELECT id, parent_id, consultation_id FROM section WHERE id = :key"
    " UNION SELECT s.id, s.parent_id, s.consultation_id FROM section s JOIN above a ON s.id = a.parent_id)"
    " SELECT id, consultation_id FROM above"
)


async def follow(voice: Voice, *, territory_id: int, kind: str, target_id: int, frequency: Frequency) -> Follow:
    """Hear of a consultation, a section or a contribution at a frequency; ``none`` stops it, and is remembered.

    What was followed and is no longer public can still be stopped. This writes nothing below the consultation, so its
    row is not locked: the constraint of one row an account and target is enough.

    Raises:
        NotFound: there is no such public thing in this territory.
    """
    try:
        return await _follow(voice, territory_id, kind, target_id, frequency)
    except IntegrityError:  # the same form came twice at once, and the other was first
        return await _follow(voice, territory_id, kind, target_id, frequency)


async def _follow(voice: Voice, territory_id: int, kind: str, target_id: int, frequency: Frequency) -> Follow:
    assert voice.account_id is not None
    async with Action(voice, territory_id=territory_id) as action:
        where = {"account_id": voice.account_id, "territory_id": territory_id, "kind": kind, "target_id": target_id}
        row = await Follow.filter(**where).select_for_update().first()
        if row is None:
            row = Follow(
                id=new_key(),
                **where,
                consultation_id=await _consultation_of(territory_id, kind, target_id),
                frequency=frequency,
                since=action.at,
                told_until=action.at,
            )
            await row.save(force_create=True)
            action.record(Followed(**_said(row)))
        elif row.frequency is frequency:
            action.nothing_to_do()
        else:
            row.told_until = told_until(row.frequency, frequency, row.told_until, action.at)
            row.frequency = frequency
            await row.save(update_fields=["frequency", "told_until"])
            action.record(FollowChanged(**_said(row)))
    return row


async def _consultation_of(territory_id: int, kind: str, target_id: int) -> int:
    if kind not in _TARGETS:
        raise NotFound
    sql = f"{_TARGETS[kind]} AND k.territory_id = :territory AND k.state = 'published'"
    found = await execute(sql, key=target_id, territory=territory_id)
    if not found:
        raise NotFound
    return int(found[0]["consultation_id"])


def _said(row: Follow) -> dict[str, Any]:
    return {
        "territory_id": row.territory_id,
        "kind": row.kind,
        "target_id": row.target_id,
        "consultation_id": row.consultation_id,
        "frequency": row.frequency.value,
    }


async def refuse_mails(*, account_id: int, what: str) -> None:
    """Stop mails of a kind, by the link that one of them carried; those that wait to be sent are dropped.

    Whoever holds the mail may do it, signed in or not, any number of times.

    Raises:
        NotFound: there is no such kind.
    """
    refused = what_is_refused(what)
    if refused is None:
        raise NotFound
    async with Action(Voice(account_id=account_id)) as action:
        if refused.kind in {"replies", "amendments"}:
            column = f"notify_{refused.kind}"
            changed = await execute(
                f"UPDATE account SET {column} = :no WHERE id = :account AND {column} = :yes RETURNING id",
                no=False,
                yes=True,
                account=account_id,
            )
        elif refused.kind == "digest":
            digests = Follow.filter(account_id=account_id, territory_id=refused.key, frequency__in=DIGESTS)
            changed = [{}] * await digests.update(frequency=Frequency.NONE)
        else:
            changed = await _stop_following(action, account_id, refused.followed, refused.key)
        dropped = await _drop_waiting(account_id, what)
        if changed or dropped:
            action.record(MailsRefused(account_id=account_id, what=what))
        else:
            action.nothing_to_do()


async def _stop_following(action: Action, account_id: int, kind: str, key: int) -> list[dict[str, object]]:
    """With a section goes what made its news arrive: the sections above it, and the consultation.

    Who refuses the news of a consultation may never have followed it (a reminder to who took part): a row says it.
    """
    targets = [(kind, key)]
    if kind == "section":
        above = await execute(_SECTIONS_ABOVE, key=key)
        targets = [("section", row["id"]) for row in above]
        targets += [("consultation", above[0]["consultation_id"])] if above else []
    changed: list[dict[str, object]] = []
    for one, target in targets:
        changed += await execute(
            "UPDATE follow SET frequency = 'none' WHERE account_id = :account AND kind = :kind AND target_id = :target"
            " AND frequency <> 'none' RETURNING id",
            account=account_id,
            kind=one,
            target=target,
        )
    if kind == "consultation" and not changed:
        changed += await _refuse_consultation(action, account_id, key)
    return changed


async def _refuse_consultation(action: Action, account_id: int, key: int) -> list[dict[str, object]]:
    place = await execute(
        "SELECT k.territory_id FROM consultation k, account a"
        " WHERE k.id = :key AND a.id = :account AND a.deleted_at IS NULL",
        key=key,
        account=account_id,
    )
    if not place:
        return []
    return await execute(
        "INSERT INTO follow (id, account_id, territory_id, consultation_id, kind, target_id, frequency, since,"
        " told_until) VALUES (:id, :account, :territory, :key, 'consultation', :target, 'none', :at, :until)"
        " ON CONFLICT (account_id, kind, target_id) DO NOTHING RETURNING id",
        id=new_key(),
        account=account_id,
        territory=place[0]["territory_id"],
        key=key,
        target=key,
        at=action.at,
        until=action.at,
    )


async def _drop_waiting(account_id: int, what: str) -> int:
    return await Mail.filter(
        account_id=account_id, state=MailState.WAITING, unsubscribe=refusal_path(account_id, what)
    ).update(state=MailState.DROPPED, next_try_at=None)


async def note_bounce(*, mail_id: int, email_key: str, status: str, said: str, for_good: bool) -> None:
    """Keep what a mail server said of a mail; when it is for good, nothing more is sent to that address."""
    async with Action(SYSTEM) as action:
        row = await Mail.filter(id=mail_id).select_for_update().first()
        if row is None:
            action.nothing_to_do()
            return
        action.territory_id = row.territory_id
        row.error = said[:1000]
        if for_good:
            row.state, row.next_try_at = MailState.FAILED, None
            await execute(
                "INSERT INTO undeliverable_address (id, email_key, since, reason) VALUES (:id, :key, :at, :reason)"
                " ON CONFLICT (email_key) DO NOTHING",
                id=new_key(),
                key=email_key,
                at=action.at,
                reason=said[:300],
            )
        await row.save(update_fields=["error", "state", "next_try_at"])
        action.record(MailBounced(territory_id=row.territory_id, mail_id=mail_id, status=status, for_good=for_good))


async def trust_address(*, account_id: int) -> None:
    """Write to an account's address again: its owner has just followed a link that came there."""
    async with Action(Voice(account_id=account_id)) as action:
        found = await execute(
            "DELETE FROM undeliverable_address WHERE email_key IN"
            " (SELECT email_key FROM identity WHERE account_id = :account) RETURNING id",
            account=account_id,
        )
        if found:
            action.record(AddressWorksAgain(account_id=account_id))
        else:
            action.nothing_to_do()
