"""A territory in which every page has something to show: what the tests of all pages visit.

Awa (``citizen``) wrote the things that only their author may edit; Luc administers; Marie is somebody else. ``here``
gives the parts of addresses: ``{n}`` is Awa's contribution, ``{other}`` is Marie's, ``{argument}`` is Awa's, and so on.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from itsdangerous import URLSafeTimedSerializer

from consult.accounts.links import PURPOSE as MAIL_LINK
from consult.accounts.models import LinkPurpose, MailLink, Role, Staff
from consult.analysis.keeping import keep_all_figures
from consult.arguments.actions import publish_argument
from consult.arguments.models import Side
from consult.consultations.actions import edit_round
from consult.consultations.models import Consultation, ConsultationState, Round, Section
from consult.consultations.rules import Deed
from consult.contributions.actions import (
    adopt_amendment,
    decline_amendment,
    propose_amendment,
    publish_contribution,
    revise_contribution,
    save_draft,
    withdraw_amendment,
    withdraw_contribution,
)
from consult.contributions.models import Contribution
from consult.core import clock
from consult.core.keys import new_key
from consult.core.voice import SYSTEM
from consult.imports.actions import import_cap_collectif
from consult.notifications.models import Mail
from consult.organisations.invitations import PURPOSE as INVITATION
from consult.organisations.models import Invitation, Member, Organisation, OrganisationState
from consult.sources.actions import publish_source
from consult.territories.actions import write_territory_page
from consult.votes.actions import cast_vote, give_support
from tests.cast import Person, a_consultation, a_person, an_organisation
from tests.imports.answers import an_argument, an_opinion, write_lines
from tests.journeys.conftest import Place
from tests.journeys.furnished_closing import closed_periods
from tests.journeys.furnished_desk import the_desk
from tests.journeys.furnished_mails import followed
from tests.journeys.furnished_moderation import moderated
from tests.journeys.furnished_results import results
from tests.journeys.serving import SETTINGS

LONG_WORD = "Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz"
BODY = f"""Les guichets sont **loin de tout**, et les horaires ne conviennent pas à ceux qui travaillent.

> On nous renvoie toujours vers le site.

- un guichet itinérant, le samedi ;
- une adresse : https://exemple.fr/{"tres-longue-adresse-" * 6}fin

{LONG_WORD}"""


@dataclass
class Furnished:
    """The territory, its people, and the parts of its addresses."""

    place: Place
    people: dict[str, Person | None] = field(default_factory=dict)
    here: dict[str, object] = field(default_factory=dict)


def server_token(purpose: str, key: int) -> str:
    """A token as the server signs it: this process has another secret."""
    secret = SETTINGS["CONSULT_SECRET_KEY"]
    return str(URLSafeTimedSerializer(secret, salt=f"consult.{purpose}").dumps(key))


async def furnish(place: Place, folder: Path) -> Furnished:
    """Write all of it (the database is open)."""
    made = Furnished(place)
    awa = await a_person("Awa Diallo")
    luc = await a_person("Luc Martin", administrator=place.territory)
    marie = await a_person("Marie Lune", moderator=place.territory)
    newcomer = await a_person("Jeanne Nouvelle", confirmed=False)
    made.people = {"nobody": None, "citizen": awa, "administrator": luc, "moderator": marie, "newcomer": newcomer}
    made.here["staff"] = (await Staff.get(account_id=marie.id, role=Role.MODERATOR)).id
    await organisations(made, awa, marie)
    await open_consultation(made, awa, luc, marie, newcomer)
    await other_consultations(made, folder)
    await closed_periods(made, awa, marie, newcomer)
    await letters(made, awa)
    await followed(made, awa)
    await moderated(made, awa, marie, server_token)
    await the_desk(made, luc, marie)
    for name in ("accessibility", "legal", "privacy"):
        await write_territory_page(luc.voice("administrator"), territory_id=place.territory.id, name=name, body=BODY)
    await keep_all_figures()
    await results(made)
    return made


async def organisations(made: Furnished, awa: Person, marie: Person) -> None:
    """One verified with members and an invitation, one waiting, one refused."""
    territory = made.place.territory
    body = await an_organisation(territory, awa, marie, name="Association Fil Rural", shows_members=True)
    waiting = await an_organisation(territory, awa, name="Collectif des usagers", state=OrganisationState.WAITING)
    refused = await an_organisation(territory, awa, name="Fausse Mairie", state=OrganisationState.REFUSED)
    await Organisation.filter(id=refused.id).update(decision_reason="Ce nom est trompeur.", decided_at=clock.now())
    await Organisation.filter(id=body.id).update(
        presentation="Nous aidons à faire ses démarches.",
        address="3 rue du Four\n15300 Murat",
        verified_at=clock.now(),
        site="https://filrural.example/",
        number="732829320",
        number_kind="siren",
    )
    invitation = await Invitation.create(
        id=new_key(),
        organisation=body,
        email="karim@exemple.fr",
        invited_by=awa.account,
        created_at=clock.now(),
        expires_at=clock.now() + timedelta(days=14),
    )
    member = await Member.get(organisation=body, account_id=marie.id)
    made.here |= {"org": body.id, "org_waiting": waiting.id, "org_refused": refused.id, "member": member.id}
    made.here |= {"invitation": invitation.id, "invitation_token": server_token(INVITATION, invitation.id)}


async def open_consultation(made: Furnished, awa: Person, luc: Person, marie: Person, newcomer: Person) -> None:
    """An open consultation where everything has happened."""
    territory = made.place.territory
    consultation, one_round, sections = await a_consultation(territory, "plan-velo", sections=3)
    where = {"territory_id": territory.id, "consultation_id": consultation.id}
    await Section.filter(id=sections[1].id).update(
        parent_id=sections[0].id, explanation=BODY, explanation_html=f"<p>{LONG_WORD}</p><ul><li>Un</li></ul>"
    )
    await Consultation.filter(id=consultation.id).update(
        presentation_html=f"<p>Un plan. {LONG_WORD}</p><blockquote><p>Pourquoi ?</p></blockquote><ol><li>Un</li></ol>",
        legal_basis="Article L. 131-1 du code des relations entre le public et l’administration.",
    )
    await Round.create(
        id=new_key(),
        consultation=consultation,
        title="Votes",
        opens_at=one_round.closes_at + timedelta(days=5),
        closes_at=one_round.closes_at + timedelta(days=9),
        may_contribute=False,
    )
    await edit_round(
        luc.voice("administrator"),
        **where,
        round_id=one_round.id,
        title="Contributions",
        opens_at=one_round.opens_at,
        closes_at=one_round.closes_at + timedelta(days=2),
        may=frozenset(Deed),
        reason="Deux réunions ont été annulées par la neige.",
    )
    association = await Organisation.get(id=made.here["org"])
    voices = {"mine": awa.voice(), "other": marie.voice(), "body": awa.voice(organisation=association)}

    async def contribute(voice: str, title: str) -> Contribution:
        return await publish_contribution(voices[voice], **where, section_id=sections[0].id, title=title, body=BODY)

    mine = await contribute("mine", f"Un guichet itinérant dans chaque canton, {LONG_WORD}")
    other = await contribute("other", "Des permanences le samedi")
    quiet = await contribute("body", "Un numéro de téléphone unique")
    gone = await contribute("mine", "Trop vite écrit")
    await withdraw_contribution(awa.voice(), **where, contribution_id=gone.id)
    hidden = await contribute("other", "Hors sujet")
    await Contribution.filter(id=hidden.id).update(
        state="hidden", removed_at=clock.now(), removed_ground="contraire à la charte : propos injurieux"
    )
    for number in range(22):
        await contribute("other", f"Une contribution de plus, la {number}e")
    under = {**where, "contribution_id": mine.id}
    await cast_vote(marie.voice(), **under, choice="mixed")
    await revise_contribution(
        awa.voice(), **under, base_revision=1, title=mine.title, body=f"{BODY}\n\nEt le samedi.", reason="Le samedi."
    )
    for person, choice in ((marie, "agree"), (luc, "disagree"), (awa, "agree")):
        await cast_vote(person.voice(), **under, choice=choice)
    argument = await publish_argument(awa.voice(), **under, side=Side.FOR, body=BODY)
    against = await publish_argument(voices["body"], **under, side=Side.AGAINST, body="Trop cher pour une commune.")
    theirs = await publish_argument(marie.voice(), **under, side=Side.FOR, body="Les enfants aussi en ont besoin.")
    await give_support(marie.voice(), **where, argument_id=argument.id)
    values = {"link": "https://example.org/" + "a" * 120, "category": "report", "note": f"Page 12. {LONG_WORD}"}
    source = await publish_source(awa.voice(), **under, title="Baromètre des démarches", **values)
    await publish_source(marie.voice(), **under, argument_id=argument.id, title="Rapport", **values)
    amendments = [await amend(marie, under, f"Et le soir, {number}.") for number in range(4)]
    await publish_argument(
        marie.voice(), **under, side=Side.FOR, body="C’est plus juste.", amendment_id=amendments[0].id
    )
    await decline_amendment(awa.voice(), **under, amendment_id=amendments[1].id, reason="Pas la place.")
    await withdraw_amendment(marie.voice(), **under, amendment_id=amendments[2].id)
    await adopt_amendment(awa.voice(), **under, amendment_id=amendments[3].id)
    pending = await amend(marie, under, "Et le dimanche.", base=3)
    own = await propose_amendment(
        awa.voice(), **where, contribution_id=other.id, base_revision=1, title=other.title,
        body="Et le soir.", reason="Pour ceux qui travaillent.",
    )  # fmt: skip
    draft = await save_draft(awa.voice(), **where, section_id=None, title="Un brouillon", body="À finir.")
    held = await publish_contribution(
        newcomer.voice(), **where, section_id=sections[0].id, title="En attente", body="De confirmation."
    )
    held_amendment = await propose_amendment(
        newcomer.voice(), **where, contribution_id=other.id, base_revision=1, title=other.title,
        body="Et à midi.", reason="Pour ceux qui déjeunent.",
    )  # fmt: skip
    made.here |= {
        "slug": "plan-velo", "n": mine.number, "held_amendment": held_amendment.id, "other": other.number,
        "quiet": quiet.number, "gone": gone.number,
        "hidden": hidden.number, "argument": argument.id, "against": against.id, "theirs": theirs.id,
        "source": source.id, "amendment": pending.id, "stale": amendments[0].id, "declined": amendments[1].id,
        "withdrawn": amendments[2].id, "adopted": amendments[3].id, "own_amendment": own.id, "draft": draft.id,
        "held": held.id, "section": sections[0].id, "empty_section": sections[2].id, "round": one_round.id,
        "coming_round": (await Round.get(consultation=consultation, title="Votes")).id,
    }  # fmt: skip


async def amend(marie: Person, under: dict[str, int], more: str, base: int = 2):
    """Marie proposes another wording of Awa's contribution."""
    row = await Contribution.get(id=under["contribution_id"])
    return await propose_amendment(
        marie.voice(),
        **under,
        base_revision=base,
        title=row.title,
        body=f"{row.body}\n\n{more}",
        reason="Pour ceux qui travaillent.",
    )


async def other_consultations(made: Furnished, folder: Path) -> None:
    """One to come, one that is over, a draft without anything, one imported."""
    territory = made.place.territory
    await a_consultation(territory, "bientot", opens_in=timedelta(days=3), closes_in=timedelta(days=30))
    over, one_round, sections = await a_consultation(territory, "terminee")
    luc = made.people["administrator"]
    assert luc is not None
    await publish_contribution(
        luc.voice(), territory_id=territory.id, consultation_id=over.id, section_id=sections[0].id,
        title="Ce qui fut dit", body=BODY,
    )  # fmt: skip
    await Round.filter(id=one_round.id).update(closes_at=clock.now() - timedelta(days=1))
    await a_consultation(territory, "brouillon", state=ConsultationState.DRAFT)
    empty, _, (section,) = await a_consultation(territory, "vide", state=ConsultationState.DRAFT)
    await Round.filter(consultation=empty).delete()
    await Section.filter(id=section.id).delete()
    path = write_lines(folder / "opinions.jsonl", an_opinion(2906, arguments=[an_argument(1)], arguments_count=1))
    await import_cap_collectif(SYSTEM, territory_id=territory.id, slug="importee", title="Importée", path=path)


async def letters(made: Furnished, awa: Person) -> None:
    """A link of each purpose, and a mail in the mailbox."""
    territory, now = made.place.territory, clock.now()
    newcomer = made.people["newcomer"]
    assert newcomer is not None
    for purpose, account_id, email in (
        (LinkPurpose.SIGN_IN, None, awa.email),
        (LinkPurpose.CONFIRM, newcomer.id, f"jeanne.{territory.slug}@exemple.fr"),
        (LinkPurpose.CHANGE_EMAIL, awa.id, f"awa.{territory.slug}@exemple.fr"),
        (LinkPurpose.INVITE, newcomer.id, f"equipe.{territory.slug}@exemple.fr"),
    ):
        link = await MailLink.create(
            id=new_key(), account_id=account_id, purpose=purpose, email=email, email_key=email,
            territory_id=territory.id, created_at=now, expires_at=now + timedelta(days=1),
        )  # fmt: skip
        made.here[f"link_{purpose.value}"] = server_token(MAIL_LINK, link.id)
    mail = await Mail.create(
        id=new_key(), key=f"furnished.{territory.slug}", territory_id=territory.id, account_id=awa.id,
        template="sign_in_link", recipient=awa.email, subject="Votre lien pour vous connecter",
        text="Bonjour,\n\nVoici votre lien.", html="<p>Bonjour</p>", state="sent", created_at=now, sent_at=now,
    )  # fmt: skip
    made.here["mail"] = mail.id
