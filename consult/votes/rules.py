"""Who may vote and support, and who may add counted votes. Pure: everything is handed in."""

from collections.abc import Sequence
from datetime import datetime

from consult.accounts.models import Role
from consult.arguments.rules import amendment_refusal
from consult.consultations.rules import UNCONFIRMED, Deed, RoundLike, deed_refusal
from consult.core.errors import Refusal
from consult.core.language import N_
from consult.core.voice import Voice

LONGEST_ORIGIN = 40
LONGEST_LABEL = 200

NO_ACCOUNT = Refusal("no_account", N_("Connectez-vous pour voter"))
NO_CHOICE = Refusal("no_choice", N_("Choisissez l’un des trois avis"), field="choice")
WORDING_CHANGED = Refusal(
    "wording_changed",
    N_("Ce texte a été modifié pendant que vous le lisiez. Relisez-le, puis votez sur le texte actuel."),
)
OWN_ITEM = Refusal("own_item", N_("On ne soutient pas son propre argument ni sa propre source"))
OWN_BODY = Refusal(
    "own_body", N_("Vous êtes membre de l’organisation qui a écrit ce texte : vous ne pouvez pas le soutenir")
)
NOT_ADMINISTRATOR = Refusal("not_administrator", N_("Seule l’administration du territoire peut ajouter un décompte"))
BAD_TALLY = Refusal("bad_tally", N_("Un décompte a une origine, son nom en clair, et des nombres à partir de zéro"))


def voter_refusal(voice: Voice) -> Refusal | None:
    """One person, one vote: whoever votes has an account whose address is confirmed. An organisation has no vote; its
    members vote as the persons they are.
    """
    if voice.account_id is None:
        return NO_ACCOUNT
    return None if voice.confirmed else UNCONFIRMED


def vote_refusal(
    rounds: Sequence[RoundLike],
    section: object,
    at: datetime,
    *,
    read: int | None,
    present: int,
    outcome: str | None,
) -> Refusal | None:
    """One may vote on a public contribution, one's own included, or on an amendment that its author's answer has not
    settled, while a round that allows voting is open, in a section that accepts votes. The vote is on the wording that
    was read: when there is a newer one, it must be read first.

    Args:
        read: the number of the wording on the voter's page, None when the page did not say.
        present: the number of the present wording.
        outcome: what became of the amendment, None for a contribution.
    """
    refusal = deed_refusal(Deed.VOTE, rounds, section, at)
    if refusal is None and outcome is not None:
        refusal = amendment_refusal(outcome)
    return refusal or (WORDING_CHANGED if read is not None and read != present else None)


def support_refusal(
    voice: Voice,
    *,
    author_id: int | None,
    organisation_id: int | None,
    is_member: bool,
    rounds: Sequence[RoundLike],
    section: object,
    outcome: str | None,
    at: datetime,
) -> Refusal | None:
    """One may support an argument or a source of somebody else, under the same conditions as vote. What one wrote
    oneself is one's own, in whatever name; and so is what was written in the name of an organisation, for its members.
    """
    if author_id is not None and author_id == voice.account_id:
        return OWN_ITEM
    if organisation_id is not None and is_member:
        return OWN_BODY
    return vote_refusal(rounds, section, at, read=None, present=0, outcome=outcome)


def tally_refusal(voice: Voice, origin: str, label: str, numbers: Sequence[int]) -> Refusal | None:
    """Counted votes are added by the territory's administrators, or by the instance itself (an import, the demo), and
    always say where they come from. No round need be open: paper is counted afterwards.
    """
    if voice.account_id is not None and Role.ADMINISTRATOR not in voice.roles:
        return NOT_ADMINISTRATOR
    right = 0 < len(origin) <= LONGEST_ORIGIN and 0 < len(label) <= LONGEST_LABEL and min(numbers) >= 0
    return None if right else BAD_TALLY
