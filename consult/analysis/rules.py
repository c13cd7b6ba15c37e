"""The journal in words: a sentence an event, and what the journal keeps to itself. A test holds it to the events."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from consult.core.language import N_


@dataclass(frozen=True)
class Told:
    """How an event is told.

    Attributes:
        words: what was done, as it goes on from the name of who did it.
        unnamed: whoever did it is not named: saying that something is wrong must cost nobody anything.
    """

    words: str
    unnamed: bool = False


MODERATION, CALENDAR, TEXTS, STAFF, ORGANISATIONS, TERRITORY = (
    "moderation", "calendar", "texts", "staff", "organisations", "territory",
)  # fmt: skip

CHAPTERS: dict[str, str] = {
    MODERATION: N_("Modération"),
    CALENDAR: N_("Consultations et calendrier"),
    TEXTS: N_("Textes des participants"),
    STAFF: N_("Équipe et comptes"),
    ORGANISATIONS: N_("Organisations"),
    TERRITORY: N_("Territoire et envois"),
}

JOURNAL: dict[str, dict[str, Told]] = {
    MODERATION: {
        "item_reported": Told(N_("a signalé un texte"), unnamed=True),
        "case_opened": Told(N_("a mis un texte dans la file des modérateurs")),  # by a report: see names_nobody
        "case_assigned": Told(N_("s’occupe d’un cas de la file")),
        "case_released": Told(N_("ne s’occupe plus d’un cas de la file")),
        "case_dropped": Told(N_("a retiré de la file un texte parti avec son compte")),
        "note_written": Told(N_("a laissé une note sur un cas")),
        "decision_made": Told(N_("a pris une décision de modération")),
        "correction_sent": Told(N_("a envoyé la correction demandée")),
        "appeal_made": Told(N_("a formé un recours")),
        "appeal_heard": Told(N_("a répondu à un recours")),
        "watch_changed": Told(N_("a changé ce que la modération surveille")),
        "sealed_texts_dropped": Told(N_("a effacé des textes sous scellés dont le délai légal est passé")),
        "reporters_forgotten": Told(N_("a effacé les coordonnées de signalements clos")),
    },
    CALENDAR: {
        "consultation_created": Told(N_("a commencé une consultation")),
        "consultation_edited": Told(N_("a réécrit la présentation d’une consultation")),
        "consultation_published": Told(N_("a publié une consultation")),
        "consultation_imported": Told(N_("a importé une consultation")),
        "round_added": Told(N_("a ajouté une période")),
        "round_edited": Told(N_("a changé une période")),
        "round_removed": Told(N_("a supprimé une période")),
        "round_extended": Told(N_("a prolongé une période")),
        "round_shortened": Told(N_("a raccourci une période")),
        "round_reopened": Told(N_("a rouvert une période")),
        "period_closed": Told(N_("a clos une période")),
        "rules_changed": Told(N_("a changé les règles d’une période ouverte")),
        "section_added": Told(N_("a ajouté une rubrique")),
        "section_edited": Told(N_("a changé une rubrique")),
        "section_moved": Told(N_("a déplacé une rubrique")),
        "section_removed": Told(N_("a supprimé une rubrique")),
        "exports_asked": Told(N_("a demandé les fichiers d’une consultation"), unnamed=True),
        "exports_ready": Told(N_("a établi les fichiers d’une consultation")),
        "exports_expired": Told(N_("a retiré des fichiers qui contenaient un texte retiré depuis")),
        "tally_recorded": Told(N_("a enregistré un décompte de votes")),
    },
    TEXTS: {
        "contribution_published": Told(N_("a publié une contribution")),
        "contribution_left_waiting": Told(N_("a écrit une contribution, qui attend la confirmation de son adresse")),
        "contribution_held": Told(N_("a écrit une contribution, qu’un modérateur lira d’abord")),
        "contribution_revised": Told(N_("a donné une nouvelle version à une contribution")),
        "contribution_withdrawn": Told(N_("a retiré sa contribution")),
        "amendment_proposed": Told(N_("a proposé une modification")),
        "amendment_left_waiting": Told(N_("a écrit une modification, qui attend la confirmation de son adresse")),
        "amendment_held": Told(N_("a écrit une modification, qu’un modérateur lira d’abord")),
        "amendment_adopted": Told(N_("a adopté une modification")),
        "amendment_declined": Told(N_("a refusé une modification")),
        "amendment_withdrawn": Told(N_("a retiré sa proposition de modification")),
        "argument_published": Told(N_("a publié un argument")),
        "argument_left_waiting": Told(N_("a écrit un argument, qui attend la confirmation de son adresse")),
        "argument_held": Told(N_("a écrit un argument, qu’un modérateur lira d’abord")),
        "argument_corrected": Told(N_("a corrigé son argument")),
        "argument_withdrawn": Told(N_("a retiré son argument")),
        "source_published": Told(N_("a donné une source")),
        "source_left_waiting": Told(N_("a donné une source, qui attend la confirmation de son adresse")),
        "source_held": Told(N_("a donné une source, qu’un modérateur lira d’abord")),
        "source_corrected": Told(N_("a corrigé sa source")),
        "source_withdrawn": Told(N_("a retiré sa source")),
    },
    STAFF: {
        "role_given": Told(N_("a donné un rôle dans l’équipe")),
        "role_taken": Told(N_("a retiré un rôle dans l’équipe")),
        "staff_invited": Told(N_("a invité une personne dans l’équipe")),
        "sign_in_link_printed": Told(N_("a fait un lien de connexion depuis la ligne de commande")),
        "account_added": Told(N_("a ajouté un compte depuis la ligne de commande")),
    },
    ORGANISATIONS: {
        "organisation_created": Told(N_("a présenté une organisation")),
        "organisation_changed": Told(N_("a changé ce qui est montré d’une organisation")),
        "verification_asked": Told(N_("a demandé la vérification d’une organisation")),
        "organisation_verified": Told(N_("a vérifié une organisation")),
        "organisation_refused": Told(N_("a refusé une organisation")),
        "organisation_change_refused": Told(N_("a refusé le changement demandé par une organisation")),
        "verification_taken_back": Told(N_("a retiré la vérification d’une organisation")),
        "member_invited": Told(N_("a invité quelqu’un dans une organisation")),
        "invitation_taken_back": Told(N_("a repris une invitation dans une organisation")),
        "member_joined": Told(N_("a rejoint une organisation")),
        "member_role_changed": Told(N_("a changé le rôle d’un membre d’une organisation")),
        "member_left": Told(N_("a quitté une organisation")),
        "member_removed": Told(N_("a retiré un membre d’une organisation")),
    },
    TERRITORY: {
        "territory_added": Told(N_("a ouvert le territoire")),
        "territory_page_changed": Told(N_("a écrit une page du territoire")),
        "demo_voters_added": Told(N_("a ajouté les votants de la démonstration")),
        "demo_votes_cast": Told(N_("a compté les votes de la démonstration")),
        "demo_loaded": Told(N_("a chargé la démonstration")),
    },
}

_OWN = "what a person does with their own account concerns nobody else"
_BALLOT = "who votes, and for what, is told to nobody"
_MAIL = "whether a person wants our mails, or gets them, concerns nobody else"
LEFT_OUT: dict[str, str] = {
    "receipt_asked": _BALLOT,
    "account_created": _OWN,
    "account_confirmed": _OWN,
    "accounts_merged": _OWN,
    "account_deleted": _OWN,
    "claims_swept": _OWN,
    "confirmation_asked": _OWN,
    "email_change_asked": _OWN,
    "email_changed": _OWN,
    "password_changed": _OWN,
    "preferences_changed": _OWN,
    "public_name_changed": _OWN,
    "sessions_closed": _OWN,
    "sign_in_link_asked": _OWN,
    "signed_in": _OWN,
    "draft_saved": _OWN,
    "draft_discarded": _OWN,
    "vote_cast": _BALLOT,
    "vote_withdrawn": _BALLOT,
    "support_given": _BALLOT,
    "support_withdrawn": _BALLOT,
    "followed": _MAIL,
    "follow_changed": _MAIL,
    "mails_refused": _MAIL,
    "mail_bounced": _MAIL,
    "address_works_again": _MAIL,
    "authorship_refreshed": "a reaction of ours to a change of name, which is told by nobody",
}


def told(event: str) -> Told:
    """How an event is told; one that a later release dropped is told by its own name."""
    return next((chapter[event] for chapter in JOURNAL.values() if event in chapter), Told(event))


def names_nobody(event: str, details: Mapping[str, Any]) -> bool:
    """Whether a line must not say whose act it was: a report, and what followed from it in the reporter's own act."""
    return told(event).unnamed or (event == "case_opened" and any("report" in one for one in details["reasons"]))


def is_automatic(event: str, details: Mapping[str, Any]) -> bool:
    """Whether nobody did it: a threshold hides in the very act of the last person who reported."""
    return event == "decision_made" and bool(details["automated"])


def events_asked_for(kind: str) -> tuple[str, ...]:
    """The events that a filter stands for: a chapter's, one event, or everything that the journal tells."""
    if kind in JOURNAL:
        return tuple(JOURNAL[kind])
    every = tuple(event for chapter in JOURNAL.values() for event in chapter)
    return (kind,) if kind in every else every
