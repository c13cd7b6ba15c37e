"""Who may report what, and what a report is made of. Pure: everything is handed in."""

from dataclasses import dataclass

from consult.accounts.rules import read_address
from consult.core.errors import Refusal
from consult.core.language import N_
from consult.core.text.cleaning import visible_length
from consult.core.voice import Voice
from consult.moderation.models import Ground
from consult.moderation.rules.words import CHARTER, LAW

LONGEST_REPORT = 2_000
# In code points: a character that a person sees may be made of several.
REPORT_COLUMN = 10_000
LONGEST_NAME = 100
MONTHS_TO_REMEMBER = 6
"""How long after the answer we keep who reported without an account."""

NO_GROUND = Refusal("no_ground", N_("Choisissez ce qui ne va pas dans ce texte"), field="ground")
SIGN_IN_TO_REPORT = Refusal(
    "sign_in_to_report",
    N_(
        "Pour signaler un manquement à la charte, connectez-vous. "
        "Sans compte, vous pouvez signaler ce que la loi interdit."
    ),
    field="ground",
)
NO_REPORT_TEXT = Refusal("no_report_text", N_("Dites en quelques mots ce qui est contraire à la loi"), field="text")
LONG_REPORT_TEXT = Refusal("long_report_text", N_("Le texte est trop long : 2 000 signes au plus"), field="text")
NO_REPORTER_NAME = Refusal("no_reporter_name", N_("Donnez votre nom"), field="name")
LONG_REPORTER_NAME = Refusal("long_reporter_name", N_("Le nom est trop long : 100 signes au plus"), field="name")
NO_REPORTER_EMAIL = Refusal(
    "no_reporter_email", N_("Saisissez une adresse e-mail complète, par exemple prenom.nom@exemple.fr."), field="email"
)
OWN_TEXT = Refusal("own_text", N_("C’est votre texte : vous pouvez le modifier ou le retirer vous-même"))


@dataclass(frozen=True)
class Conflict:
    """What stands between somebody and an item: having written it, speaking for who wrote it, having reported it."""

    wrote: bool = False
    reported: bool = False
    decided: bool = False


def report_refusals(voice: Voice | None, ground: str, text: str, name: str = "", email: str = "") -> list[Refusal]:
    """All that is wrong with a report, in the order of the form.

    Somebody signed in may report anything. Without an account one reports what the law forbids, with a name and an
    address so that an answer can be sent; an abuse of children is reported without either.
    """
    signed_in = voice is not None and voice.account_id is not None
    wrong = []
    if ground not in (*CHARTER, *LAW):
        wrong.append(NO_GROUND)
    elif ground in CHARTER and not signed_in:
        wrong.append(SIGN_IN_TO_REPORT)
    if ground == Ground.OTHER and not text:
        wrong.append(NO_REPORT_TEXT)
    elif len(text) > REPORT_COLUMN or visible_length(text) > LONGEST_REPORT:
        wrong.append(LONG_REPORT_TEXT)
    return wrong if signed_in else [*wrong, *_reporter_refusals(ground, name, email)]


def _reporter_refusals(ground: str, name: str, email: str) -> list[Refusal]:
    needed = ground != Ground.CHILD_ABUSE
    wrong = []
    if needed and not name:
        wrong.append(NO_REPORTER_NAME)
    elif len(name) > LONGEST_NAME:
        wrong.append(LONG_REPORTER_NAME)
    if (needed or email) and read_address(email) is None:
        wrong.append(NO_REPORTER_EMAIL)
    return wrong


def report_refusal(
    voice: Voice | None, conflict: Conflict, ground: str, text: str, name: str = "", email: str = ""
) -> Refusal | None:
    """Nobody reports what they wrote themselves, or what was written in a name they may speak in; then as above."""
    return OWN_TEXT if conflict.wrote else next(iter(report_refusals(voice, ground, text, name, email)), None)
