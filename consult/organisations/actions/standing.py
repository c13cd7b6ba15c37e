"""Judging, inside an action, whether its voice may speak, and taking the lock of an organisation."""

from consult.core.action import Action
from consult.core.errors import NotFound, refuse
from consult.organisations.models import Organisation
from consult.organisations.queries import standing_of
from consult.organisations.rules import Standing, voice_refusal


async def judge_voice(action: Action) -> None:
    """Refuse a voice that no longer stands: every action that speaks calls this after it has taken its lock.

    Raises:
        Refused: the account is no member of the organisation in whose name it acts, or the organisation is not
            verified, or not here.
    """
    organisation_id = action.voice.organisation_id
    if organisation_id is not None:
        standing = await standing_of(organisation_id, action.voice.account_id)
        refuse(voice_refusal(standing, action.territory_id))


async def lock_organisation(action: Action, organisation_id: int) -> tuple[Organisation, Standing]:
    """Take an organisation's lock; what the voice's account is in it is read after that.

    Raises:
        NotFound: the action's territory has no such organisation.
    """
    row = (
        await Organisation.filter(id=organisation_id, territory_id=action.territory_id or 0).select_for_update().first()
    )
    standing = await standing_of(organisation_id, action.voice.account_id) if row else None
    if row is None or standing is None:
        raise NotFound
    return row, standing
