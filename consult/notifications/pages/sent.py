"""``/admin/mails``: what was sent to whom, and why it failed, for administrators; guarantors read it too."""

from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from consult.core.language import N_
from consult.notifications.models import MailState
from consult.notifications.pages.mailbox import STATES, sends_mail
from consult.notifications.queries.sent import sent_mails
from consult.web.context import territory
from consult.web.language import gettext
from consult.web.render import page

TEMPLATES = {
    "account_deleted": N_("Compte supprimé"),
    "account_restored": N_("Suspension levée"),
    "address_changed": N_("Adresse changée"),
    "amendment_adopted": N_("Modification adoptée"),
    "amendment_declined": N_("Modification non retenue"),
    "amendment_proposed": N_("Modification proposée"),
    "appeal_answered": N_("Réponse à un recours"),
    "appeal_received": N_("Recours à examiner"),
    "argument": N_("Argument reçu"),
    "cases_waiting": N_("Textes à modérer"),
    "confirm_address": N_("Adresse à confirmer"),
    "correction_asked": N_("Correction demandée"),
    "digest": N_("Résumé de ce qui est suivi"),
    "item_published": N_("Texte publié après lecture"),
    "known_address": N_("Adresse à confirmer"),
    "new_address": N_("Nouvelle adresse"),
    "new_address_taken": N_("Nouvelle adresse"),
    "news": N_("Nouveauté suivie"),
    "organisation_asked": N_("Organisation à vérifier"),
    "organisation_change_refused": N_("Organisation : changement refusé"),
    "organisation_invitation": N_("Invitation dans une organisation"),
    "organisation_refused": N_("Organisation refusée"),
    "organisation_taken_back": N_("Organisation : vérification retirée"),
    "organisation_verified": N_("Organisation vérifiée"),
    "password_changed": N_("Mot de passe changé"),
    "period_closed": N_("Période terminée"),
    "exports_ready": N_("Fichiers prêts"),
    "receipt": N_("Reçu du registre"),
    "reminder": N_("Rappel avant la fin"),
    "report_answered": N_("Réponse à un signalement"),
    "report_received": N_("Signalement reçu"),
    "round_moved": N_("Dates changées"),
    "sign_in": N_("Lien de connexion"),
    "sign_in_unknown": N_("Lien de connexion"),
    "staff_invitation": N_("Invitation dans l’équipe"),
    "statement": N_("Décision de modération"),
}


async def mails_page(request: Request) -> Response:
    """A page of the territory's mails, the newest first, perhaps of one state only."""
    asked = request.query_params.get("state", "")
    state = asked if asked in set(MailState) else ""
    found = await sent_mails(territory(request).id, state=state, after=request.query_params.get("after", ""))
    here = "/admin/mails" + (f"?{urlencode({'state': state})}" if state else "")
    following = urlencode({**({"state": state} if state else {}), "after": found.after})
    return page(
        request,
        "notifications/sent.html",
        mails=found.items,
        sends=sends_mail(),
        states=STATES,
        templates=TEMPLATES,
        state=state,
        choices=[("", gettext("Tous")), *((value.value, gettext(words)) for value, words in STATES.items())],
        next_href=f"/admin/mails?{following}" if found.after else None,
        first_href=None if found.is_first else here,
    )
