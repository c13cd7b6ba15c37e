"""Sessions: opened with a new token each time, closed one by one or all together."""

from dataclasses import dataclass

from consult.accounts.events import SessionsClosed, SignedIn
from consult.accounts.models import Account, Identity, Session, token_digest
from consult.accounts.rules import SESSION_LIFE
from consult.core.action import Action
from consult.core.errors import NotFound
from consult.core.keys import new_key
from consult.core.voice import Voice


@dataclass(frozen=True)
class Browser:
    """The browser that a session is opened in.

    Attributes:
        token: the new cookie's value; only its digest is stored.
        name: in a few words, for the list of sessions.
        former_session_id: the session it held until now, which ends: sessions rotate at sign-in.
        place: a keyed digest of the network address, kept with an account that is made from it.
    """

    token: str
    name: str = ""
    former_session_id: int | None = None
    place: str = ""


async def open_session(action: Action, account_id: int, browser: Browser, *, by: str) -> None:
    """Open a session inside an action; the browser's former one ends."""
    if browser.former_session_id is not None:
        await Session.filter(id=browser.former_session_id).delete()
    await Session.filter(account_id=account_id, expires_at__lte=action.at).delete()
    await Session.create(
        id=new_key(),
        digest=token_digest(browser.token),
        account_id=account_id,
        browser=browser.name[:120],
        created_at=action.at,
        last_seen_at=action.at,
        expires_at=action.at + SESSION_LIFE,
    )
    action.record(SignedIn(account_id=account_id, by=by))


async def sign_in(
    voice: Voice, *, territory_id: int, account_id: int, browser: Browser, new_hash: str | None = None
) -> None:
    """Open a session for somebody whose password was right.

    Args:
        new_hash: the same password hashed with today's parameters, when the stored hash is of an earlier time.
    """
    async with Action(Voice(account_id=account_id), territory_id=territory_id) as action:
        if not await Account.exists(id=account_id, deleted_at__isnull=True):
            raise NotFound
        if new_hash:
            await Identity.filter(account_id=account_id).update(password_hash=new_hash)
        await open_session(action, account_id, browser, by="password")


async def sign_out(voice: Voice, *, session_id: int) -> None:
    """Close the session of the browser that asks."""
    await close_session(voice, session_id=session_id)


async def close_session(voice: Voice, *, session_id: int) -> None:
    """Close one of one's own sessions; one that is closed already, or somebody else's, is left as it is."""
    assert voice.account_id is not None
    async with Action(voice) as action:
        count = await Session.filter(id=session_id, account_id=voice.account_id).delete()
        if not count:
            action.nothing_to_do()
            return
        action.record(SessionsClosed(account_id=voice.account_id, count=count))


async def close_sessions(voice: Voice, *, keep_session_id: int | None) -> int:
    """Close all of one's own sessions but one; how many there were."""
    assert voice.account_id is not None
    async with Action(voice) as action:
        count = await Session.filter(account_id=voice.account_id).exclude(id=keep_session_id or 0).delete()
        action.record(SessionsClosed(account_id=voice.account_id, count=count))
    return count
