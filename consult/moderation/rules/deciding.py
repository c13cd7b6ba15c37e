"""Who may decide what, on what ground and until when. Pure: everything is handed in."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Protocol

from consult.accounts.models import Role
from consult.consultations.items import ItemState
from consult.core.errors import Refusal
from consult.core.language import N_
from consult.core.text.cleaning import visible_length
from consult.core.voice import Voice
from consult.moderation.models import Effect, Kind
from consult.moderation.rules.reporting import Conflict
from consult.moderation.rules.words import CHARTER, LAW

ASSIGNED_FOR = timedelta(minutes=30)
SHORTEST_REASON, LONGEST_REASON = 10, 2_000
LONGEST_NOTE = 2_000
# In code points: a character that a person sees may be made of several.
_TEXT_COLUMN = 10_000
MOST_AT_ONCE = 100
CORRECTION_TIME = (timedelta(days=1), timedelta(days=60))
RESTRICTION_TIME = (timedelta(days=1), timedelta(days=366))
# A form counts in days, and is filled in before it is judged.
_READING_TIME = timedelta(hours=1)

NOT_MODERATOR = Refusal("not_moderator", N_("Seule l’équipe de modération de ce territoire peut le faire"))
ASSIGNED = Refusal("assigned_to_another", N_("%(name)s s’en occupe en ce moment : prenez la suivante"))
DECIDED_MEANWHILE = {
    Effect.KEEP: Refusal("decided_meanwhile", N_("C’est déjà décidé : le texte est publié ou maintenu")),
    Effect.CORRECT: Refusal("decided_meanwhile", N_("C’est déjà décidé : une correction est demandée à l’auteur")),
    Effect.MERGE: Refusal("decided_meanwhile", N_("C’est déjà décidé : la contribution est réunie avec une autre")),
    Effect.HIDE: Refusal("decided_meanwhile", N_("C’est déjà décidé : le texte est masqué")),
    Effect.HIDE_ILLEGAL: Refusal("decided_meanwhile", N_("C’est déjà décidé : le texte est masqué et sous scellés")),
}
CASE_CLOSED = Refusal("decided_meanwhile", N_("Ce texte n’attend plus de décision"))
OWN_ITEM = Refusal("own_item", N_("Vous avez écrit ce texte, ou parlez pour qui l’a écrit : quelqu’un d’autre décide"))
OWN_REPORT = Refusal("own_report", N_("Vous avez signalé ce texte : quelqu’un d’autre décide"))
OWN_TARGET = Refusal(
    "own_target",
    N_("Vous avez écrit la contribution à garder, ou parlez pour qui l’a écrite : quelqu’un d’autre décide"),
    field="merged_into_number",
)
OWN_ACCOUNT = Refusal("own_account", N_("On ne suspend pas son propre compte"))
NO_EFFECT = Refusal("no_effect", N_("Choisissez une décision"), field="effect")
NO_GROUND = Refusal("no_ground", N_("Choisissez le motif : un article de la charte, ou la loi"), field="ground")
NOT_LAW = Refusal(
    "not_law", N_("On ne met sous scellés que ce que la loi interdit : choisissez un motif de la loi"), field="ground"
)
NO_REASON = Refusal("no_reason", N_("Expliquez votre décision à l’auteur, en une phrase au moins"), field="reason")
LONG_REASON = Refusal("long_reason", N_("L’explication est trop longue : 2 000 signes au plus"), field="reason")
NO_NOTE = Refusal("no_note", N_("Écrivez votre note"), field="body")
LONG_NOTE = Refusal("long_note", N_("La note est trop longue : 2 000 signes au plus"), field="body")
NO_UNTIL = Refusal("no_until", N_("Dites jusqu’à quand"), field="until")
CORRECTION_DATES = Refusal(
    "correction_dates", N_("Laissez à l’auteur entre un jour et soixante jours pour corriger"), field="until"
)
RESTRICTION_DATES = Refusal(
    "restriction_dates", N_("Un compte est suspendu pour un jour au moins et un an au plus"), field="until"
)
MERGE_WHAT = Refusal("merge_what", N_("Seule une contribution peut être réunie avec une autre"), field="effect")
MERGE_INTO = Refusal(
    "merge_into",
    N_("Donnez le numéro d’une autre contribution publiée de la même consultation"),
    field="merged_into_number",
)
HAS_MERGED = Refusal(
    "has_merged",
    N_("D’autres contributions ont été réunies avec celle-ci : elle ne peut pas l’être à son tour"),
    field="effect",
)
MERGED_ALREADY = Refusal(
    "merged_already",
    N_("Cette contribution est déjà réunie avec une autre : défaites d’abord cette décision"),
    field="effect",
)
AMENDMENT_STANDS = Refusal(
    "amendment_stands",
    N_("Une proposition de modification ne se corrige pas : son auteur peut en faire une autre"),
    field="effect",
)
WITHDRAWN = Refusal("withdrawn", N_("Son auteur l’a retiré entre-temps : il n’y a plus qu’à classer l’affaire"))
MANY_CASES = Refusal(
    "many_cases", N_("Décidez %(most)s textes à la fois, au plus"), {"most": MOST_AT_ONCE}, field="cases"
)
NO_CASES = Refusal("no_cases", N_("Cochez au moins un texte"), field="cases")
NOT_IN_BULK = Refusal("not_in_bulk", N_("Plusieurs textes à la fois se maintiennent ou se masquent"), field="effect")
NOTHING_TO_UNDO = Refusal("nothing_to_undo", N_("Cette décision n’a rien retiré : il n’y a rien à défaire"))
ALREADY_UNDONE = Refusal("already_undone", N_("Une autre décision a déjà remplacé celle-ci"))
APPEAL_PENDING = Refusal("appeal_pending", N_("Un recours est en cours : c’est en l’examinant qu’on y revient"))
SEALED = Refusal("sealed", N_("Ce texte est sous scellés : il ne peut revenir qu’en défaisant cette décision"))


class CaseLike(Protocol):
    """What the rules need of a case."""

    is_open: bool
    assigned_to_id: int | None
    assigned_until: datetime | None


def moderator_refusal(voice: Voice) -> Refusal | None:
    """Moderators decide; administrators and guarantors read."""
    return None if voice.account_id is not None and Role.MODERATOR in voice.roles else NOT_MODERATOR


def conflict_refusal(conflict: Conflict) -> Refusal | None:
    """Nobody decides on what they wrote, what was written in a name they speak in, or what they reported."""
    if conflict.wrote:
        return OWN_ITEM
    return OWN_REPORT if conflict.reported else None


def target_refusal(conflict: Conflict) -> Refusal | None:
    """Nobody reunites what others wrote with their own: the discussion goes on under the target."""
    return OWN_TARGET if conflict.wrote else None


def is_assigned(case: CaseLike, at: datetime) -> bool:
    """Whether somebody has the case in hand at an instant; an assignment ends by itself."""
    return case.assigned_to_id is not None and case.assigned_until is not None and at < case.assigned_until


def assignment_refusal(voice: Voice, case: CaseLike, at: datetime, *, name: str = "") -> Refusal | None:
    """What somebody else has in hand is theirs until they let go of it, or half an hour has gone by.

    Args:
        name: the public name of whoever has it.
    """
    if not is_assigned(case, at) or case.assigned_to_id == voice.account_id:
        return None
    return Refusal(ASSIGNED.code, ASSIGNED.text, {"name": name or "?"})


def decision_refusal(
    voice: Voice, case: CaseLike, conflict: Conflict, at: datetime, *, decided: str = "", name: str = ""
) -> Refusal | None:
    """Whether this moderator may decide this case now, whatever the decision. The page hides the form with it.

    Args:
        decided: the effect of the decision that closed the case, to tell who came second what was decided.
        name: the public name of whoever has the case in hand.
    """
    refusal = moderator_refusal(voice)
    if refusal is None and not case.is_open:
        refusal = DECIDED_MEANWHILE[Effect(decided)] if decided in DECIDED_MEANWHILE else CASE_CLOSED
    return refusal or conflict_refusal(conflict) or assignment_refusal(voice, case, at, name=name)


def reason_refusal(reason: str) -> Refusal | None:
    """What a moderator writes to explain a decision is a sentence at least; see :func:`speaks_for_itself`."""
    if visible_length(reason) < SHORTEST_REASON:
        return NO_REASON
    return LONG_REASON if len(reason) > _TEXT_COLUMN or visible_length(reason) > LONGEST_REASON else None


def speaks_for_itself(effect: str, state: str, reports: int) -> bool:
    """Publishing what waited to be read first, and what nobody reported, is not explained; all else is."""
    return effect == Effect.KEEP and state == ItemState.WAITING and not reports


def note_refusal(body: str) -> Refusal | None:
    """A note says something, in 2,000 characters at most."""
    if not body:
        return NO_NOTE
    return LONG_NOTE if len(body) > _TEXT_COLUMN or visible_length(body) > LONGEST_NOTE else None


def ground_refusal(effect: str, ground: str) -> Refusal | None:
    """All but keeping needs a ground; a text is sealed for what the law forbids only."""
    if effect == Effect.KEEP:
        return None if not ground or ground in (*CHARTER, *LAW) else NO_GROUND
    if ground not in (*CHARTER, *LAW):
        return NO_GROUND
    return NOT_LAW if effect == Effect.HIDE_ILLEGAL and ground not in LAW else None


def until_refusal(effect: str, until: datetime | None, at: datetime) -> Refusal | None:
    """How long an author has to correct, or an account is suspended; other decisions have no end."""
    if effect not in {Effect.CORRECT, Effect.RESTRICT}:
        return None
    if until is None:
        return NO_UNTIL
    least, most = CORRECTION_TIME if effect == Effect.CORRECT else RESTRICTION_TIME
    if least - _READING_TIME <= until - at <= most:
        return None
    return CORRECTION_DATES if effect == Effect.CORRECT else RESTRICTION_DATES


def form_refusals(
    kind: str,
    effect: str,
    ground: str,
    reason: str,
    at: datetime,
    *,
    until: datetime | None = None,
    merged_into_number: int | None = None,
) -> list[Refusal]:
    """All that is wrong with a decision as it was written, in the order of the form."""
    if effect not in set(Effect) - {Effect.RESTRICT}:
        return [NO_EFFECT]
    found: Iterable[Refusal | None] = (
        MERGE_WHAT if effect == Effect.MERGE and kind != Kind.CONTRIBUTION else None,
        AMENDMENT_STANDS if effect == Effect.CORRECT and kind == Kind.AMENDMENT else None,
        ground_refusal(effect, ground),
        until_refusal(effect, until, at),
        MERGE_INTO if effect == Effect.MERGE and merged_into_number is None else None,
        reason_refusal(reason),
    )
    return [one for one in found if one is not None]


def state_refusal(effect: str, state: ItemState, *, sealed: bool) -> Refusal | None:
    """What its author has withdrawn is only left alone, or put under seal; a sealed text stays sealed until the
    decision that sealed it is undone.
    """
    if sealed and effect != Effect.HIDE_ILLEGAL:
        return SEALED
    if state is ItemState.WITHDRAWN and effect not in {Effect.KEEP, Effect.HIDE_ILLEGAL}:
        return WITHDRAWN
    return None


def restriction_refusals(
    voice: Voice, account_id: int, ground: str, reason: str, until: datetime | None, at: datetime
) -> list[Refusal]:
    """All that is wrong with suspending an account: by a moderator, not oneself, with ground, reason and an end."""
    found = (
        moderator_refusal(voice),
        OWN_ACCOUNT if voice.account_id == account_id else None,
        ground_refusal(Effect.RESTRICT, ground),
        until_refusal(Effect.RESTRICT, until, at),
        reason_refusal(reason),
    )
    return [one for one in found if one is not None]


def bulk_refusal(count: int, effect: str) -> Refusal | None:
    """At most a hundred at a time, kept or hidden."""
    if effect not in {Effect.KEEP, Effect.HIDE}:
        return NOT_IN_BULK
    if not count:
        return NO_CASES
    return MANY_CASES if count > MOST_AT_ONCE else None


def undoing_refusal(effect: str, *, replaced: bool, appealed: bool) -> Refusal | None:
    """A decision is undone once, by another one; while an appeal waits, only in hearing it.

    Args:
        replaced: another decision has undone or concluded it already.
        appealed: an appeal against it waits to be heard.
    """
    if effect == Effect.KEEP:
        return NOTHING_TO_UNDO
    if replaced:
        return ALREADY_UNDONE
    return APPEAL_PENDING if appealed else None
