"""In whose name: the field that a writing form carries, and the voice that comes of it."""

from dataclasses import replace

from starlette.requests import Request
from wtforms.fields import SelectField

from consult.core.errors import Refusal, refuse
from consult.core.keys import parse_key
from consult.core.language import N_
from consult.core.voice import Voice
from consult.organisations.queries import voices_of
from consult.web.context import territory, visitor
from consult.web.forms import Form

NOT_YOUR_VOICE = Refusal("not_your_voice", N_("Vous ne pouvez pas parler au nom de cette organisation"), field="voice")


class VoiceForm(Form):
    """A form whose text may be written in one's own name or in an organisation's."""

    voice = SelectField(N_("Au nom de"), choices=[], validate_choice=False)


async def offer_voices(request: Request, form: VoiceForm) -> bool:
    """Fill in the choices; False when the person can speak only for themselves (the field is then not shown)."""
    account = visitor(request).account_id
    offered = await voices_of(account, territory(request).id) if account else []
    own = (visitor(request).public_name, "")
    form.voice.choices = [("", own[0]), *((str(one["id"]), str(one["name"])) for one in offered)]
    return bool(offered)


async def chosen_voice(request: Request, choice: str | None) -> Voice:
    """The voice of a choice made in the form.

    Raises:
        Refused: the person may not speak for that organisation (not a member, or it is not verified).
    """
    voice = visitor(request).voice()
    if not choice:
        return voice
    key = parse_key(choice)
    offered = await voices_of(visitor(request).account_id or 0, territory(request).id)
    match = next((one for one in offered if one["id"] == key), None)
    refuse(NOT_YOUR_VOICE if match is None else None)
    assert match is not None
    return replace(voice, organisation_id=key, kind=str(match["kind"]))
