"""In whose name: the field that a writing form carries, and the voice that comes of it.

The page offers only what stands at that moment; the action judges the voice again when it has its lock
(:func:`consult.organisations.actions.judge_voice`), by the same rule and the same reading.
"""

from dataclasses import replace

from starlette.requests import Request
from wtforms.fields import SelectField

from consult.core.errors import refuse
from consult.core.keys import parse_key
from consult.core.language import N_
from consult.core.voice import Voice
from consult.organisations.queries import standing_of, voices_of
from consult.organisations.rules import NOT_MEMBER, voice_refusal
from consult.web.context import territory, visitor
from consult.web.forms import Form, choices


class VoiceForm(Form):
    """A form whose text may be written in one's own name or in an organisation's."""

    voice = SelectField(N_("Au nom de"), choices=[], validate_choice=False)


async def offer_voices(request: Request, form: VoiceForm) -> bool:
    """Fill in the choices; False when the person can speak only for themselves (the field is then not shown).

    Where the organisation chosen was refused, the field is shown in any case, back at the person's own name, with the
    reason beside it.
    """
    account = visitor(request).account_id
    offered = await voices_of(account, territory(request).id) if account else []
    names = ((str(one["id"]), str(one["name"])) for one in offered)
    form.voice.choices = choices([("", visitor(request).public_name), *names])
    return bool(offered or form.voice.errors)


async def chosen_voice(request: Request, choice: str | None) -> Voice:
    """The voice of a choice made in the form.

    Raises:
        Refused: the person may not speak for that organisation (not a member, or it is not verified).
    """
    voice = visitor(request).voice()
    if not choice:
        return voice
    standing = await standing_of(parse_key(choice) or 0, voice.account_id)
    refuse(voice_refusal(standing, territory(request).id))
    if standing is None:
        refuse(NOT_MEMBER)
        return voice
    return replace(voice, organisation_id=standing.organisation_id, kind=standing.kind.value)
