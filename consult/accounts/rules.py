"""What may be done with accounts, and why not. Pure: no database, no clock of its own."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from email_validator import EmailNotValidError, validate_email

from consult.accounts.models import Role
from consult.core.errors import Refusal
from consult.core.language import N_
from consult.core.text.cleaning import clean_line, visible_length
from consult.core.voice import Voice

SESSION_LIFE = timedelta(days=30)
SIGN_IN_LINK_LIFE = timedelta(minutes=10)
CONFIRM_LINK_LIFE = timedelta(days=7)
CHANGE_LINK_LIFE = timedelta(hours=24)
# of a link printed by the command line, which has to be carried to somebody
PRINTED_LINK_LIFE = timedelta(hours=24)
KEEP_LINKS = timedelta(days=30)
KEEP_CLAIMS = timedelta(days=60)
# of the digest that tells moderators that several new accounts come from one network
KEEP_PLACES = timedelta(days=30)
FRESH = timedelta(minutes=15)
NAME_MIN, NAME_MAX = 2, 60
PASSWORD_MIN, PASSWORD_MAX = 12, 200
DELETED_NAME = N_("Compte supprimé")
RESTRICTED = N_(
    "Par une décision de modération, vous ne pouvez ni écrire ni voter ici jusqu’au %(until)s inclus. "
    "La page « Mes décisions » de votre compte en donne le motif et dit comment la contester"
)
RESTRICTED_HERE = N_("Votre compte est suspendu ici jusqu’au %(until)s inclus")

NOT_AN_ADDRESS = Refusal(
    "not_an_address",
    N_("Saisissez une adresse e-mail complète, par exemple prenom.nom@exemple.fr."),
    field="email",
)
NAME_SHORT = Refusal("name_short", N_("Écrivez au moins %(min)s caractères."), {"min": NAME_MIN}, field="public_name")
NAME_LONG = Refusal("name_long", N_("Écrivez %(max)s caractères au plus."), {"max": NAME_MAX}, field="public_name")
NAME_TELLS = Refusal(
    "name_tells",
    N_("Ce nom sera public : n’y mettez ni adresse e-mail ni adresse de site."),
    field="public_name",
)
NAME_TAKEN_BY_US = Refusal("name_reserved", N_("Ce nom est réservé. Choisissez-en un autre."), field="public_name")
PASSWORD_SHORT = Refusal(
    "password_short",
    N_("Écrivez au moins %(min)s caractères. Une phrase fait un bon mot de passe."),
    {"min": PASSWORD_MIN},
    field="password",
)
PASSWORD_LONG = Refusal(
    "password_long", N_("Écrivez %(max)s caractères au plus."), {"max": PASSWORD_MAX}, field="password"
)
PASSWORD_EASY = Refusal(
    "password_easy",
    N_("Ce mot de passe se devine trop facilement : trop répétitif, ou tiré de votre adresse ou de votre nom."),
    field="password",
)
WRONG_PASSWORD = Refusal(
    "wrong_password",
    N_("L’adresse ou le mot de passe ne convient pas. Vous pouvez aussi recevoir un lien de connexion."),
)
WRONG_OWN_PASSWORD = Refusal(
    "wrong_own_password", N_("Ce n’est pas votre mot de passe actuel."), field="current_password"
)
NOT_FRESH = Refusal(
    "not_fresh",
    N_("Vous êtes connecté depuis un moment. Pour ce changement, déconnectez-vous puis connectez-vous de nouveau."),
)
UNCONFIRMED = Refusal("unconfirmed", N_("Confirmez d’abord votre adresse e-mail."))
ALREADY_CONFIRMED = Refusal("already_confirmed", N_("Votre adresse est déjà confirmée."))
LINK_OVER = Refusal("link_over", N_("Ce lien n’est plus valable : il a déjà servi, ou son délai est passé."))
ADDRESS_TAKEN = Refusal(
    "address_taken",
    N_("Cette adresse est celle d’un autre compte. Supprimez d’abord l’autre compte, ou choisissez une autre adresse."),
)
LAST_ADMINISTRATOR = Refusal(
    "last_administrator",
    N_("C’est la dernière personne qui administre ce territoire. Donnez d’abord ce rôle à quelqu’un d’autre."),
)
YOU_ARE_LAST = Refusal(
    "last_administrator",
    N_("Vous êtes la dernière personne à administrer un territoire. Donnez d’abord ce rôle à quelqu’un d’autre."),
)
NOT_YOUR_STAFF = Refusal("not_your_staff", N_("Seule l’administration du territoire peut changer son équipe."))


@dataclass(frozen=True)
class Address:
    """An e-mail address as it is written to, and the key under which two writings of it are the same."""

    email: str
    key: str


def read_address(text: str, *, strict: bool = True) -> Address | None:
    """The address in what somebody typed, None when there is none.

    Args:
        strict: also refuse domains that no mail reaches from outside, mostly slips; the command line does not.
    """
    text = text.strip()
    try:
        found = validate_email(text, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        local = None if strict else re.fullmatch(r"[\w.+-]+@[\w.-]+", text, re.ASCII)
        return Address(text, text.lower()) if local else None
    key = f"{unicodedata.normalize('NFKC', found.local_part).casefold()}@{(found.ascii_domain or found.domain).lower()}"
    return Address(found.normalized, key) if max(len(key), len(found.normalized)) <= 254 else None


def name_refusal(name: str) -> Refusal | None:
    """A public name is a name that one can print beside a text: short, no address in it, none of ours."""
    plain = clean_line(name)
    if visible_length(plain) < NAME_MIN:
        return NAME_SHORT
    if visible_length(plain) > NAME_MAX or len(plain) > 80:
        return NAME_LONG
    if "@" in plain or "://" in plain or "www." in plain.lower():
        return NAME_TELLS
    return NAME_TAKEN_BY_US if plain.casefold() == DELETED_NAME.casefold() else None


def password_refusal(password: str, *about: str) -> Refusal | None:
    """A password is long rather than odd, and not what everybody who knows the person would try first.

    Args:
        about: the person's address and name.
    """
    if len(password) < PASSWORD_MIN:
        return PASSWORD_SHORT
    if len(password) > PASSWORD_MAX:
        return PASSWORD_LONG
    folded = password.casefold()
    known = [word.casefold() for word in about if word]
    if len(set(folded)) < 5 or any(folded == word or folded == word.partition("@")[0] for word in known):
        return PASSWORD_EASY
    return None


def fresh_refusal(session_began_at: datetime | None, at: datetime) -> Refusal | None:
    """What cannot be undone is done by somebody who has just shown who they are (:data:`FRESH`)."""
    return None if session_began_at is not None and at - session_began_at < FRESH else NOT_FRESH


def staff_refusal(voice: Voice) -> Refusal | None:
    """A territory's administrators decide who is on its staff; so do the people who run the instance."""
    return None if voice.account_id is None or Role.ADMINISTRATOR in voice.roles else NOT_YOUR_STAFF


def restriction_refusal(until: datetime | None, at: datetime, zone: ZoneInfo, *, short: bool = False) -> Refusal | None:
    """Who was restricted by a decision neither writes nor votes until its end, excluded; they go on reading.

    Args:
        until: the end of the restriction, None for everybody else.
        zone: the territory's: people are told the last day by its calendar.
        short: in fewer words, where the page has said the rest already.
    """
    if until is None or at >= until:
        return None
    last_day = (until - timedelta(microseconds=1)).astimezone(zone).date()
    return Refusal("restricted", RESTRICTED_HERE if short else RESTRICTED, {"until": last_day})
