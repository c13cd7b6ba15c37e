"""The legal frames of a consultation: how long the public must have, what must be published. Pure.

These are templates to help those who organise: they refuse a calendar that the cited article does not allow, and they
remind of what must be published. They are no legal advice, and they do not know what else applies to a given subject.
The articles were read as in force in 2026; whoever changes a figure here cites the article that changed.
"""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from consult.consultations.models import Consultation, Procedure
from consult.consultations.rules import RoundLike
from consult.core.errors import Refusal
from consult.core.language import N_

PROCEDURE_TOO_SHORT = Refusal(
    "procedure_too_short",
    N_(
        "%(article)s : le public doit pouvoir s’exprimer pendant au moins %(least)s jours pleins d’affilée."
        " Ce calendrier lui en laisse %(days)s."
    ),
    field="closes_on",
)
PROCEDURE_TOO_LONG = Refusal(
    "procedure_too_long",
    N_("%(article)s : %(most)s mois au plus entre l’ouverture et la fermeture. Ce calendrier dure davantage."),
    field="closes_on",
)

SPEECH_TOO_LATE = Refusal(
    "speech_too_late",
    N_(
        "%(article)s : cette période a commencé sans que l’on puisse s’exprimer, et ses jours passés compteraient."
        " Avancez sa fermeture et ajoutez une autre période."
    ),
    field="may",
)


@dataclass(frozen=True)
class Duty:
    """Something that those who organise must publish.

    Attributes:
        months: for how long at least, 0 where the article says nothing of it.
    """

    text: str
    months: int = 0


@dataclass(frozen=True)
class Frame:
    """What a procedure asks for.

    Attributes:
        label: its name, a French source string.
        article: the article, as it is cited in either language; "" where no text asks for anything.
        gist: for whom it is, in one sentence.
        shortest_days: full days during which people may write, without a break.
        longest_months: from the first opening to the last closing; 0 for no limit.
        duties: what must be published, and for how long.
    """

    label: str
    article: str
    gist: str
    shortest_days: int = 0
    longest_months: int = 0
    duties: tuple[Duty, ...] = ()


def _free() -> Frame:
    """No text asks for anything: a survey of what people think, whose rules are those that it states itself."""
    return Frame(
        label=N_("Consultation libre"),
        article="",
        gist=N_("Aucun texte ne s’impose : les règles sont celles que vous annoncez."),
    )


def _voluntary() -> Frame:
    """CRPA, art. L131-1: an administration associates the public of its own accord.

    It makes the manner public, gives the useful information, leaves a reasonable time, and sees to it that the results,
    or what is to follow, are made public in due course. « Délai raisonnable » is no number, so none is enforced.
    """
    return Frame(
        label=N_("Consultation volontaire"),
        article="Code des relations entre le public et l’administration, art. L131-1",
        gist=N_("Vous associez le public de vous-même, sans qu’un texte vous y oblige : un délai raisonnable suffit."),
        duties=(
            Duty(N_("les modalités de la consultation et les informations utiles, dès l’ouverture")),
            Duty(N_("les résultats ou les suites envisagées, au moment approprié")),
        ),
    )


def _crpa() -> Frame:
    """CRPA, art. L132-1 and following: the open consultation that takes the place of an advisory body's opinion.

    L132-1 allows it before a regulatory act, on a website; L132-2 asks that its manner be made known and a synthesis be
    published. The fifteen days: « la durée de la consultation, qui ne peut être inférieure à quinze jours » (article 16
    of the law of 17 May 2011, now in L132-3), with R*132-4 to R*132-7 for how it is done: the decision and the draft
    are published, and the synthesis at the latest on the day of the act's signature. The numbers of these last articles
    were not checked against the code in force: cite L132-1 in public, as we do.
    """
    return Frame(
        label=N_("Consultation ouverte, à la place d’une commission"),
        article="Code des relations entre le public et l’administration, art. L132-1",
        gist=N_("Avant un acte réglementaire, au lieu de consulter une commission : 15 jours au moins."),
        shortest_days=15,
        duties=(
            Duty(N_("le projet d’acte, la date de fermeture et les modalités, dès l’ouverture")),
            Duty(N_("la synthèse des observations, au plus tard le jour de la signature de l’acte")),
        ),
    )


def _environment() -> Frame:
    """Code de l’environnement, art. L123-19-1 (II): the public takes part in decisions that bear on the environment.

    Observations may reach the authority during at least twenty-one days from the day when the draft and its note are
    made available. At the latest when the decision is published, and during three months at least, the authority
    publishes the synthesis of the observations, saying which were taken into account, the observations sent
    electronically and, in a separate document, the reasons of the decision. The decision may not be taken before the
    observations can have been considered (four days at least, unless there were none), which no calendar of rounds
    shows.
    """
    return Frame(
        label=N_("Participation du public en matière d’environnement"),
        article="Code de l’environnement, art. L123-19-1",
        gist=N_("Pour un projet de décision qui a une incidence sur l’environnement : 21 jours au moins."),
        shortest_days=21,
        duties=(
            Duty(N_("le projet de décision et sa note de présentation, dès l’ouverture")),
            Duty(N_("la synthèse des observations, en disant celles dont il a été tenu compte"), months=3),
            Duty(N_("les observations déposées par voie électronique"), months=3),
            Duty(N_("les motifs de la décision, dans un document séparé"), months=3),
        ),
    )


def _prior() -> Frame:
    """Code de l’environnement, art. L121-15-1 (what it is about) and L121-16 (how it is held): prior concertation.

    Fifteen days at least and three months at most; the public is told of its manner and duration fifteen days before
    it begins; its report is made public, and so are the measures that those responsible for the project draw from it.
    """
    return Frame(
        label=N_("Concertation préalable"),
        article="Code de l’environnement, art. L121-15-1 et L121-16",
        gist=N_("Avant un projet, un plan ou un programme : de 15 jours à 3 mois."),
        shortest_days=15,
        longest_months=3,
        duties=(
            Duty(N_("les modalités et la durée, 15 jours avant l’ouverture")),
            Duty(N_("le bilan de la concertation")),
            Duty(N_("les mesures retenues pour tenir compte de ses enseignements")),
        ),
    )


PROCEDURES: dict[Procedure, Frame] = {
    Procedure.FREE: _free(),
    Procedure.VOLUNTARY: _voluntary(),
    Procedure.CRPA_L132_1: _crpa(),
    Procedure.ENVIRONMENT_L123_19_1: _environment(),
    Procedure.PRIOR_CONCERTATION: _prior(),
}


def procedure_refusal(
    procedure: Procedure, rounds: Sequence[RoundLike], zone: ZoneInfo, since: datetime | None = None
) -> Refusal | None:
    """Why a legal frame does not allow a calendar, naming its article; None when it does.

    What counts is the time during which people may say something in words, without a break: rounds that touch are one
    stretch, rounds with a gap between them are not added up, and a round for votes alone adds nothing.

    Args:
        since: since when the public can see the consultation: nobody takes part before, whatever the dates say.
    """
    frame = PROCEDURES[procedure]
    spoken = [one for one in rounds if _speaks(one)]
    stretches = _stretches(spoken, since)
    if not rounds:
        return None
    days = max((full_days(opens, closes, zone) for opens, closes in stretches), default=0)
    if days < frame.shortest_days:
        said = {"article": frame.article, "least": frame.shortest_days, "days": days}
        return replace(PROCEDURE_TOO_SHORT, params=said)
    if frame.longest_months and stretches:
        first, last = stretches[0][0].astimezone(zone), stretches[-1][1].astimezone(zone)
        if last.replace(tzinfo=None) > months_later(first.replace(tzinfo=None), frame.longest_months):
            return replace(PROCEDURE_TOO_LONG, params={"article": frame.article, "most": frame.longest_months})
    return None


def late_speech_refusal(procedure: Procedure, present: RoundLike, new: RoundLike, at: datetime) -> Refusal | None:
    """Why a round that has begun in silence may not let people speak now: where a frame counts their days, it would
    count those that have gone by.
    """
    frame = PROCEDURES[procedure]
    if not frame.shortest_days or present.opens_at > at or _speaks(present) or not _speaks(new):
        return None
    return replace(SPEECH_TOO_LATE, params={"article": frame.article})


def _speaks(one: RoundLike) -> bool:
    return one.may_contribute or one.may_argue or one.may_amend


def full_days(opens_at: datetime, closes_at: datetime, zone: ZoneInfo) -> int:
    """Whole days from one instant to another, as a calendar and a clock on the wall of that zone count them.

    From the 20th at 9 h to the 21st at 9 h is a day, also in the night when clocks change and only 23 hours go by.
    """
    return max((_wall(closes_at, zone) - _wall(opens_at, zone)).days, 0)


def months_later(at: datetime, months: int) -> datetime:
    """The same day and hour that many months on, or the last day of a month that has no such day."""
    year, month = divmod(at.month - 1 + months, 12)
    year, month = at.year + year, month + 1
    return at.replace(year=year, month=month, day=min(at.day, monthrange(year, month)[1]))


def _wall(instant: datetime, zone: ZoneInfo) -> datetime:
    return instant.astimezone(zone).replace(tzinfo=None)


def _stretches(rounds: Sequence[RoundLike], since: datetime | None) -> list[tuple[datetime, datetime]]:
    found: list[tuple[datetime, datetime]] = []
    for one in sorted(rounds, key=lambda each: each.opens_at):
        opens, closes = max(one.opens_at, since) if since else one.opens_at, one.closes_at
        if closes <= opens:
            continue
        if found and opens <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], closes))
        else:
            found.append((opens, closes))
    return found


# ---------------------------------------------------------------- reminders before a closing

MOST_REMINDERS, EARLIEST_REMINDER = 5, 60
REMINDERS_WRONG = Refusal(
    "reminders_wrong",
    N_("Écrivez de 0 à 60 jours, cinq nombres au plus, séparés par des virgules. Exemple : 7, 2"),
    field="reminder_days",
)


def reminders_refusal(days: Sequence[int]) -> Refusal | None:
    """Whether people may be reminded that many days before a closing: 0 to 60, five times at most."""
    right = len(days) <= MOST_REMINDERS and all(0 <= one <= EARLIEST_REMINDER for one in days)
    return None if right else REMINDERS_WRONG


def procedure_values(row: Consultation) -> dict[str, Any]:
    """The frame and the reminders of a consultation, as they are told and compared."""
    return {"procedure": row.procedure.value, "reminder_days": list(row.reminder_days)}
