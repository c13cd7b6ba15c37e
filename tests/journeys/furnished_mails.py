"""What people follow, what they are written, and what failed: the part of the furnished territory that mails have."""

from typing import TYPE_CHECKING

from itsdangerous import URLSafeSerializer

from consult.consultations.models import Consultation
from consult.contributions.models import Contribution
from consult.core import clock
from consult.core.keys import new_key
from consult.notifications.actions import follow
from consult.notifications.links import PURPOSE
from consult.notifications.models import Frequency, Mail, MailState
from tests.cast import Person
from tests.journeys.serving import SETTINGS

if TYPE_CHECKING:
    from tests.journeys.furnished import Furnished


async def followed(made: "Furnished", awa: Person) -> None:
    """Awa follows the consultation, a section and a contribution; one of her mails was refused."""
    territory = made.place.territory
    consultation = await Consultation.get(territory_id=territory.id, slug="plan-velo")
    other = await Contribution.get(consultation_id=consultation.id, number=made.here["other"])
    for kind, key, frequency in (
        ("consultation", consultation.id, Frequency.WEEKLY),
        ("section", int(str(made.here["section"])), Frequency.DAILY),
        ("contribution", other.id, Frequency.IMMEDIATE),
    ):
        await follow(awa.voice(), territory_id=territory.id, kind=kind, target_id=key, frequency=frequency)
    made.here |= {"consultation": consultation.id, "other_id": other.id}
    await Mail.create(
        id=new_key(),
        key=f"refused.{territory.slug}",
        territory_id=territory.id,
        account_id=awa.id,
        template="argument",
        recipient=awa.email,
        subject="Un argument pour : contribution n° 1",
        text="Bonjour",
        html="<p>Bonjour</p>",
        state=MailState.FAILED,
        error="SMTPRecipientsRefused: 550 5.1.1 no such user",
        attempts=1,
        created_at=clock.now(),
    )
    sealed = URLSafeSerializer(SETTINGS["CONSULT_SECRET_KEY"], salt=f"consult.{PURPOSE}")
    made.here["refusal"] = sealed.dumps([awa.id, f"follow:contribution:{other.id}"])
    made.here["refusal_of_replies"] = sealed.dumps([awa.id, "replies"])
