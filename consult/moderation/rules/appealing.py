"""Who may appeal and until when; who hears an appeal; who sends a correction. Pure: everything is handed in."""

import calendar
from datetime import datetime, timedelta
from typing import Protocol

from consult.accounts.models import Role
from consult.core.errors import Refusal
from consult.core.language import N_
from consult.core.text.cleaning import visible_length
from consult.core.voice import Voice
from consult.moderation.models import AppealOutcome, Effect
from consult.moderation.rules.deciding import OWN_ITEM, OWN_REPORT
from consult.moderation.rules.reporting import Conflict

MONTHS_TO_APPEAL = 6
GRACE = timedelta(days=1)
"""The six months run from the day on which the person was told (DSA, art. 20), and a mail may take some hours."""
LONGEST_APPEAL = 5_000
_TEXT_COLUMN = 25_000

NOT_ADDRESSEE = Refusal("not_addressee", N_("Cette décision ne s’adresse pas à vous"))
NOTHING_TO_APPEAL = Refusal("nothing_to_appeal", N_("Cette décision n’a rien retiré : il n’y a pas de recours à faire"))
APPEAL_TOO_LATE = Refusal(
    "appeal_too_late", N_("Un recours se fait dans les six mois qui suivent la décision, et ce délai est passé")
)
APPEALED_ALREADY = Refusal("appealed_already", N_("Un recours a déjà été fait contre cette décision"))
APPEAL_UNDONE = Refusal("already_undone", N_("Une autre décision a déjà remplacé celle-ci"))
NO_APPEAL_TEXT = Refusal("no_appeal_text", N_("Dites pourquoi la décision doit être revue"), field="text")
LONG_APPEAL_TEXT = Refusal("long_appeal_text", N_("Le texte est trop long : 5 000 signes au plus"), field="text")
NOT_HEARER = Refusal("not_hearer", N_("Un recours est examiné par l’équipe de modération"))
OTHERS_HEAR = Refusal(
    "others_hear", N_("Une autre personne de l’équipe de modération peut l’examiner : c’est à elle de le faire")
)
OWN_DECISION = Refusal("own_decision", N_("Vous avez pris cette décision : quelqu’un d’autre examine le recours"))
HEARD_ALREADY = Refusal("heard_already", N_("Ce recours a déjà reçu une réponse"))
NO_OUTCOME = Refusal("no_outcome", N_("Dites si la décision est maintenue ou annulée"), field="outcome")
NOT_ASKED = Refusal("correction_not_asked", N_("Aucune correction n’est demandée pour ce texte"))
CORRECTION_TOO_LATE = Refusal(
    "correction_too_late", N_("Le délai pour corriger est passé. L’équipe de modération va reprendre ce texte.")
)
CORRECTED_ALREADY = Refusal("corrected_already", N_("Vous avez déjà envoyé votre correction : elle va être relue"))
UNCHANGED = Refusal("unchanged", N_("Votre texte est le même qu’avant : il n’y a rien à envoyer"))


class DecisionLike(Protocol):
    """What the rules need of a decision."""

    effect: Effect
    account_id: int | None
    organisation_id: int | None
    decided_at: datetime
    until: datetime | None


def appeal_until(decided_at: datetime) -> datetime:
    """The same hour six calendar months later; the month's last day where it has no such day."""
    return months_after(decided_at, MONTHS_TO_APPEAL)


def months_after(instant: datetime, months: int) -> datetime:
    """The same day and hour so many calendar months later, or earlier; the last day of a month that has no such day."""
    years, month = divmod(instant.month - 1 + months, 12)
    year = instant.year + years
    return instant.replace(year=year, month=month + 1, day=min(instant.day, calendar.monthrange(year, month + 1)[1]))


def is_addressee(voice: Voice, decision: DecisionLike, *, member: bool) -> bool:
    """Whether a decision is addressed to this person: to the author, or, for a text in the name of an organisation,
    to whoever is its member today.
    """
    if decision.organisation_id is not None:
        return member
    return voice.account_id is not None and voice.account_id == decision.account_id


def text_refusal(text: str) -> Refusal | None:
    """An appeal says why, in 5,000 characters at most."""
    if not text:
        return NO_APPEAL_TEXT
    return LONG_APPEAL_TEXT if len(text) > _TEXT_COLUMN or visible_length(text) > LONGEST_APPEAL else None


def appeal_refusal(
    voice: Voice, decision: DecisionLike, at: datetime, *, member: bool, appealed: bool, replaced: bool
) -> Refusal | None:
    """Whoever a decision is addressed to may appeal against it once, within six months, unless it kept the text or has
    been undone already.

    Args:
        member: the person is a member of the organisation in whose name the text was written.
        appealed: somebody has appealed already.
        replaced: another decision has undone or concluded it.
    """
    if not is_addressee(voice, decision, member=member):
        return NOT_ADDRESSEE
    if decision.effect is Effect.KEEP:
        return NOTHING_TO_APPEAL
    if appealed:
        return APPEALED_ALREADY
    if replaced:
        return APPEAL_UNDONE
    return APPEAL_TOO_LATE if at > appeal_until(decision.decided_at) + GRACE else None


def hearing_refusal(voice: Voice, conflict: Conflict, *, heard: bool, able: frozenset[int]) -> Refusal | None:
    """An appeal is heard by a moderator who has not decided, written or reported; where the territory has no such
    moderator, by an administrator or its guarantor, who has not either.

    Args:
        conflict: of the person who wants to hear it.
        able: the moderators of the territory who could hear it.
    """
    if voice.account_id is None or not voice.roles & {Role.MODERATOR, Role.ADMINISTRATOR, Role.GUARANTOR}:
        return NOT_HEARER
    if heard:
        return HEARD_ALREADY
    if conflict.decided:
        return OWN_DECISION
    if conflict.wrote:
        return OWN_ITEM
    if conflict.reported:
        return OWN_REPORT
    if Role.MODERATOR in voice.roles:
        return None
    return OTHERS_HEAR if able else None


def outcome_refusal(outcome: str) -> Refusal | None:
    """The decision stands, or it does not."""
    return None if outcome in set(AppealOutcome) else NO_OUTCOME


def sending_refusal(
    voice: Voice, decision: DecisionLike, at: datetime, *, member: bool, replaced: bool, corrected: bool
) -> Refusal | None:
    """The author, or the organisation, sends the correction that was asked for once, before the deadline, whether the
    round is still open or not.
    """
    if not is_addressee(voice, decision, member=member):
        return NOT_ADDRESSEE
    if decision.effect is not Effect.CORRECT or decision.until is None or replaced:
        return NOT_ASKED
    if corrected:
        return CORRECTED_ALREADY
    return CORRECTION_TOO_LATE if at >= decision.until else None
