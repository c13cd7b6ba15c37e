"""Who may write, reword, withdraw or amend a contribution, and when. Pure: everything is handed in."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from consult.consultations.items import ItemState
from consult.consultations.models import ConsultationState, ModerationTime
from consult.consultations.rules import NOT_YET, Deed, RoundLike, deed_refusal
from consult.contributions.models import AmendmentOutcome, Contribution
from consult.core.errors import Refusal
from consult.core.language import N_
from consult.core.text.cleaning import visible_length
from consult.core.voice import Voice

LONGEST_TITLE = 120
LONGEST_BODY = 20_000
LONGEST_REASON = 2_000
LONGEST_REVISION_REASON = 280
MOST_DRAFTS = 50
# What the columns hold, in code points: a character that a person sees may be made of several.
_TITLE_COLUMN, _BODY_COLUMN, _REASON_COLUMN = 240, 100_000, 300

NO_TITLE = Refusal("no_title", N_("Donnez un titre à votre texte"), field="title")
LONG_TITLE = Refusal(
    "long_title", N_("Le titre est trop long : %(most)s signes au plus"), {"most": LONGEST_TITLE}, field="title"
)
NO_BODY = Refusal("no_body", N_("Écrivez votre texte"), field="body")
LONG_BODY = Refusal("long_body", N_("Le texte est trop long : 20 000 signes au plus"), field="body")
NO_REASON = Refusal("no_reason", N_("Dites pourquoi, en une phrase au moins"), field="reason")
LONG_REASON = Refusal("long_reason", N_("Le motif est trop long : raccourcissez-le"), field="reason")
NO_SECTION = Refusal("no_section", N_("Choisissez une rubrique de cette consultation"), field="section")
NOT_AUTHOR = Refusal("not_author", N_("Seul l’auteur de cette contribution peut le faire"))
NOT_PROPOSER = Refusal("not_proposer", N_("Seule la personne qui a fait cette proposition peut la retirer"))
GONE = Refusal("gone", N_("Cette contribution n’est plus publiée"))
AMENDMENT_GONE = Refusal("amendment_gone", N_("Cette proposition de modification n’est plus publiée"))
OWN = Refusal("own_contribution", N_("C’est votre contribution : modifiez-la directement"))
ANSWERED = Refusal("amendment_answered", N_("L’auteur a déjà répondu à cette proposition de modification"))
STALE_AMENDMENT = Refusal(
    "stale_amendment",
    N_(
        "La contribution a changé depuis cette proposition : elle ne peut plus être reprise telle quelle. "
        "Vous pouvez la reporter à la main dans le texte actuel."
    ),
)
STALE_WORDING = Refusal(
    "stale_wording",
    N_(
        "La contribution a été modifiée entre-temps, peut-être depuis un autre onglet. "
        "Votre texte est conservé ci-dessous : comparez-le avec le texte actuel, puis enregistrez de nouveau."
    ),
)
UNCHANGED = Refusal("unchanged", N_("Votre texte est le même que le texte actuel : il n’y a rien à enregistrer"))
MANY_DRAFTS = Refusal(
    "many_drafts",
    N_("Vous avez déjà %(most)s brouillons : supprimez-en un avant d’en garder un autre"),
    {"most": MOST_DRAFTS},
)
MERGED = Refusal(
    "merged",
    N_("Cette contribution a été réunie avec une autre : elle reste lisible, mais on n’y ajoute plus rien"),
)
NOT_TO_BE_MERGED = Refusal(
    "not_to_be_merged",
    N_("Une contribution se réunit avec une autre de la même consultation, publiée et qui n’est pas elle-même réunie"),
)


class ConsultationLike(Protocol):
    """What the rules need of a consultation."""

    state: ConsultationState


class Moderated(Protocol):
    """When moderators read what is written in a consultation."""

    moderation: ModerationTime


class Authored(Protocol):
    """What the rules need of an item: its state and in whose name it was written."""

    state: ItemState
    author_id: int | None
    organisation_id: int | None


class ContributionLike(Authored, Protocol):
    """What the rules need of a contribution."""

    merged_into_id: int | None


class AmendmentLike(Authored, Protocol):
    """What the rules need of an amendment."""

    outcome: AmendmentOutcome
    base_revision: int


def is_author(voice: Voice, item: Authored) -> bool:
    """Whether a voice is the author of an item.

    A text written in one's own name belongs to the person. A text written in the name of an organisation belongs to
    the organisation: whoever speaks for it today answers for it, and a member who has left it no longer does.
    """
    if item.organisation_id is not None:
        return voice.organisation_id == item.organisation_id
    return voice.account_id is not None and voice.account_id == item.author_id


def text_refusals(title: str, body: str) -> list[Refusal]:
    """A contribution has a title of at most 120 and a text of at most 20,000 characters, as a person counts them."""
    found = []
    if not title:
        found.append(NO_TITLE)
    elif len(title) > _TITLE_COLUMN or visible_length(title) > LONGEST_TITLE:
        found.append(LONG_TITLE)
    if not body:
        found.append(NO_BODY)
    elif len(body) > _BODY_COLUMN or visible_length(body) > LONGEST_BODY:
        found.append(LONG_BODY)
    return found


def text_refusal(title: str, body: str) -> Refusal | None:
    """The first thing that is wrong with a text, if any."""
    return next(iter(text_refusals(title, body)), None)


def reason_refusal(reason: str, *, needed: bool = True) -> Refusal | None:
    """Proposing a wording, and declining one, take a reason; the author's own revision may have one."""
    if not reason:
        return NO_REASON if needed else None
    if not needed and (len(reason) > _REASON_COLUMN or visible_length(reason) > LONGEST_REVISION_REASON):
        return LONG_REASON
    return LONG_REASON if visible_length(reason) > LONGEST_REASON else None


def reads_first(consultation: Moderated) -> bool:
    """Whether what people write in a consultation waits for a moderator before it is published."""
    return consultation.moderation is ModerationTime.BEFORE


def merged_refusal(merged_into_id: int | None) -> Refusal | None:
    """A contribution that was reunited with another one takes nothing new: no argument, source, vote, amendment or
    wording. What stands beneath it stays, and its author may still withdraw it.
    """
    return MERGED if merged_into_id is not None else None


def contribution_refusal(
    consultation: ConsultationLike, rounds: Sequence[RoundLike], section: object | None, at: datetime
) -> Refusal | None:
    """Anybody with an account may contribute to a published consultation, while a round that allows contributing is
    open, in a section that accepts contributions. An account whose address is not confirmed may write too: its text
    waits and is judged again by this same rule at the instant of its publication.
    """
    if consultation.state is not ConsultationState.PUBLISHED:
        return NOT_YET
    return deed_refusal(Deed.CONTRIBUTE, rounds, section, at)


def revision_refusal(voice: Voice, item: ContributionLike, rounds: Sequence[RoundLike], at: datetime) -> Refusal | None:
    """The author may reword a published contribution as often as wanted while a round that allows contributing is
    open; each wording is kept and shown. What the section accepts does not matter: the contribution is already in it.
    After the round nobody rewords anything.
    """
    if not is_author(voice, item):
        return NOT_AUTHOR
    if item.state is not ItemState.PUBLISHED:
        return GONE
    return deed_refusal(Deed.CONTRIBUTE, rounds, None, at) or merged_refusal(item.merged_into_id)


def withdrawal_refusal(voice: Voice, item: Authored, rounds: Sequence[RoundLike], at: datetime) -> Refusal | None:
    """The author may withdraw a contribution under the same conditions as reword it, and a merged one too. A text that
    still waits has never been public: who wrote it may take it back at any time, in whatever name it is written.
    """
    if item.state is ItemState.WAITING:
        return None if item.author_id == voice.account_id else NOT_AUTHOR
    if not is_author(voice, item):
        return NOT_AUTHOR
    if item.state is not ItemState.PUBLISHED:
        return GONE
    return deed_refusal(Deed.CONTRIBUTE, rounds, None, at)


def amendment_refusal(
    voice: Voice, item: ContributionLike, rounds: Sequence[RoundLike], section: object | None, at: datetime
) -> Refusal | None:
    """Anybody but its author may propose another wording of a published contribution, while a round that allows
    amending is open, in a section that accepts amendments.
    """
    if item.state is not ItemState.PUBLISHED:
        return GONE
    if is_author(voice, item) or (voice.account_id is not None and voice.account_id == item.author_id):
        return OWN
    return deed_refusal(Deed.AMEND, rounds, section, at) or merged_refusal(item.merged_into_id)


def answer_refusal(
    voice: Voice, item: ContributionLike, amendment: AmendmentLike, rounds: Sequence[RoundLike], at: datetime
) -> Refusal | None:
    """The contribution's author answers a proposed wording once, by adopting or declining it, while a round that
    allows amending is open. Nobody is obliged to answer.
    """
    if not is_author(voice, item):
        return NOT_AUTHOR
    if item.state is not ItemState.PUBLISHED:
        return GONE
    if amendment.state is not ItemState.PUBLISHED:
        return AMENDMENT_GONE
    if amendment.outcome is not AmendmentOutcome.PENDING:
        return ANSWERED
    return deed_refusal(Deed.AMEND, rounds, None, at) or merged_refusal(item.merged_into_id)


def staleness_refusal(present_revision: int, amendment: AmendmentLike) -> Refusal | None:
    """An amendment is adopted as it stands only onto the very wording it was written for: it replaces the whole text,
    and would otherwise undo silently what the author has changed since.
    """
    return STALE_AMENDMENT if amendment.base_revision != present_revision else None


def amendment_withdrawal_refusal(
    voice: Voice, amendment: AmendmentLike, rounds: Sequence[RoundLike], at: datetime
) -> Refusal | None:
    """Whoever proposed a wording may withdraw it until the contribution's author has answered, while a round that
    allows amending is open. One that still waits has never been public: its writer may take it back at any time.
    """
    if amendment.state is ItemState.WAITING:
        return None if amendment.author_id == voice.account_id else NOT_PROPOSER
    if not is_author(voice, amendment):
        return NOT_PROPOSER
    if amendment.state is not ItemState.PUBLISHED:
        return AMENDMENT_GONE
    if amendment.outcome is not AmendmentOutcome.PENDING:
        return ANSWERED
    return deed_refusal(Deed.AMEND, rounds, None, at)


def draft_refusal(others: int) -> Refusal | None:
    """An account keeps at most fifty drafts."""
    return MANY_DRAFTS if others >= MOST_DRAFTS else None


def merging_refusal(row: Contribution, into: Contribution) -> Refusal | None:
    """A public contribution is reunited with another public one of the same consultation, which stands for itself."""
    same_place = row.id != into.id and row.consultation_id == into.consultation_id
    both_public = row.state is ItemState.PUBLISHED and into.state is ItemState.PUBLISHED
    return None if same_place and both_public and into.merged_into_id is None else NOT_TO_BE_MERGED
