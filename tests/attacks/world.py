"""What the attacks are made on: two territories full of people and texts, each item in each state, each with a mark.

Whatever nobody but its author may read holds :data:`SECRET` and a word of its own, so that one look at a page says what
has leaked. Both territories have consultations under the same addresses: only the host tells them apart.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from starlette.applications import Starlette

from consult.accounts.models import Role
from consult.analysis.keeping import keep_all_figures
from consult.arguments.actions import publish_argument
from consult.arguments.models import Argument, Side
from consult.consultations.items import ItemState
from consult.consultations.models import Consultation, ConsultationState, Round, Section
from consult.contributions.actions import propose_amendment, publish_contribution, revise_contribution, save_draft
from consult.contributions.models import Amendment, Contribution, Draft
from consult.contributions.search import forget_contribution
from consult.core.database import execute
from consult.core.outbox import drain_together
from consult.organisations.models import Organisation, OrganisationState
from consult.register.heads import sign_heads
from consult.sources.actions import publish_source
from consult.sources.models import Source
from consult.territories.models import Territory
from consult.votes.actions import cast_vote
from tests.browsing import Visitor
from tests.cast import HOSTS, Person, a_consultation, a_person, a_territory, an_organisation

SECRET = "zzsecret"
STATES = ("published", "withdrawn", "hidden", "waiting")


@dataclass
class Place:
    """One territory: its people by name, its consultations by address, its items by kind and state."""

    territory: Territory
    people: dict[str, Person] = field(default_factory=dict)
    consultations: dict[str, tuple[Consultation, Round, list[Section]]] = field(default_factory=dict)
    organisations: dict[str, Organisation] = field(default_factory=dict)
    contributions: dict[str, Contribution] = field(default_factory=dict)
    amendments: dict[str, Amendment] = field(default_factory=dict)
    arguments: dict[str, Argument] = field(default_factory=dict)
    sources: dict[str, Source] = field(default_factory=dict)
    draft: Draft | None = None

    @property
    def host(self) -> str:
        return HOSTS[self.territory.slug]

    @property
    def open(self) -> Consultation:
        return self.consultations["plan-velo"][0]

    @property
    def section(self) -> Section:
        return self.consultations["plan-velo"][2][0]

    @property
    def where(self) -> dict[str, int]:
        """What every action below the open consultation is told."""
        return {"territory_id": self.territory.id, "consultation_id": self.open.id}

    @property
    def public(self) -> Contribution:
        return self.contributions["published"]

    @property
    def path(self) -> str:
        """The address of the public contribution."""
        return f"/consultations/plan-velo/contributions/{self.public.number}"

    def visitor(self, app: Starlette, who: str = "") -> Visitor:
        """Somebody of this territory at its address."""
        return Visitor(app, self.host, self.people[who] if who else None)


@dataclass
class World:
    """Ours and the neighbour."""

    vallon: Place
    coteau: Place


async def a_world() -> World:
    """Both territories, with everything in them."""
    return World(await a_side("vallon"), await a_side("coteau"))


async def a_side(slug: str) -> Place:
    """One territory, with everything in it."""
    side = Place(await a_territory(slug))
    for name in ("luc", "awa", "ines", "omar", "paul"):
        side.people[name] = await a_person(f"{name.title()} {slug.title()}")
    side.people["pending"] = await a_person(f"Pending {slug.title()}", confirmed=False)
    for role in Role:
        side.people[role.value] = await a_person(f"{role.value.title()} {slug}", **{role.value: side.territory})
    await _consultations(side)
    people = side.people
    side.organisations["verified"] = await an_organisation(
        side.territory, people["omar"], people["paul"], name=f"Vélo {slug.title()}"
    )
    side.organisations["waiting"] = await an_organisation(
        side.territory, people["ines"], name=f"{SECRET}orgwaiting{slug}", state=OrganisationState.WAITING
    )
    await _texts(side)
    # what the worker does of its own accord: the register and the figures are pages too
    await drain_together()
    await sign_heads()
    await keep_all_figures()
    return side


async def _consultations(side: Place) -> None:
    territory = side.territory
    day = timedelta(days=1)
    shapes: dict[str, dict[str, Any]] = {
        "plan-velo": {},
        "brouillon": {"state": ConsultationState.DRAFT},
        "bientot": {"opens_in": day, "closes_in": 20 * day},
        "ancienne": {"opens_in": -20 * day, "closes_in": -day},
    }
    for slug, options in shapes.items():
        side.consultations[slug] = await a_consultation(territory, slug, sections=2, **options)
    draft = side.consultations["brouillon"][0]
    draft.title = f"{SECRET}draft{territory.slug}"
    await draft.save()


async def _texts(side: Place) -> None:
    """Each kind of text in each state; hidden ones by a decision, which a later issue will write."""
    slug, luc, awa, ines = side.territory.slug, side.people["luc"], side.people["awa"], side.people["ines"]
    pending = side.people["pending"]
    for state in STATES:
        secret = state != "published"
        word = f"{SECRET}contribution{state}" if secret else f"piste {slug}"
        side.contributions[state] = await publish_contribution(
            (pending if state == "waiting" else luc).voice(),
            **side.where,
            section_id=side.section.id,
            title=f"Titre {word}",
            body=f"Le texte de {word}, en entier.",
        )
    side.contributions["organisation"] = await publish_contribution(
        side.people["omar"].voice(organisation=side.organisations["verified"]),
        **side.where,
        section_id=side.section.id,
        title=f"La voix du vélo {slug}",
        body="Nous proposons une piste.",
    )
    side.contributions["organisation-hidden"] = await publish_contribution(
        side.people["omar"].voice(organisation=side.organisations["verified"]),
        **side.where,
        section_id=side.section.id,
        title=f"{SECRET}orghidden",
        body=f"{SECRET}orghidden",
    )
    for state in ("withdrawn", "hidden"):  # with something beneath it, which goes with it
        above = side.contributions[state]
        word = f"{SECRET}beneath{state}"
        under = await publish_argument(
            awa.voice(), **side.where, contribution_id=above.id, side=Side.FOR, body=f"{word}argument"
        )
        await publish_source(
            awa.voice(), **side.where, contribution_id=above.id, argument_id=under.id, title=f"{word}source",
            link=f"https://example.org/{word}", category="report",
        )  # fmt: skip
        revised = await revise_contribution(
            luc.voice(), **side.where, contribution_id=above.id, base_revision=1, title=f"{word}title",
            body=f"{word}revised",
        )  # fmt: skip
        side.amendments[f"beneath-{state}"] = await propose_amendment(
            awa.voice(), **side.where, contribution_id=above.id, base_revision=revised.revision, title=f"{word}title",
            body=f"{word}amended", reason=f"{word}reason",
        )  # fmt: skip
        side.arguments[f"beneath-{state}"] = under
    for state in STATES:
        await _beneath(side, state, awa if state != "waiting" else pending)
    await cast_vote(ines.voice(), **side.where, contribution_id=side.public.id, choice="agree")
    await cast_vote(awa.voice(), **side.where, contribution_id=side.public.id, choice="mixed")
    await _held(side, luc, awa)
    for state in ("withdrawn", "hidden"):
        await _remove(side.contributions[state], state)
        await _remove(side.arguments[state], state)
        await _remove(side.sources[state], state)
        await _remove(side.amendments[state], state)
    await _remove(side.contributions["organisation-hidden"], "hidden")
    side.draft = await save_draft(
        luc.voice(), **side.where, section_id=side.section.id, title=f"{SECRET}draftof luc", body=f"{SECRET}draftbody"
    )


async def _beneath(side: Place, state: str, writer: Person) -> None:
    word = f"{SECRET}%s{state}" if state != "published" else f"%s {side.territory.slug}"
    voice = writer.voice()
    at = {**side.where, "contribution_id": side.public.id}
    side.arguments[state] = await publish_argument(
        voice, **at, side=Side.AGAINST, body=f"Parce que {word % 'argument'}."
    )
    side.sources[state] = await publish_source(
        voice, **at, title=f"Rapport {word % 'source'}", link=f"https://example.org/{(word % 'link').split()[0]}",
        category="report", note=f"Note {word % 'note'}",
    )  # fmt: skip
    side.amendments[state] = await propose_amendment(
        voice, **at, base_revision=1, title=f"Titre {word % 'amendment'}", body=f"Texte {word % 'amendment'}",
        reason=f"Motif {word % 'reason'}",
    )  # fmt: skip
    if state in ("withdrawn", "hidden"):  # what was said about an amendment that is gone
        amendment = side.amendments[state]
        about = await publish_argument(voice, **at, side=Side.FOR, body=f"{word % 'about'}", amendment_id=amendment.id)
        side.arguments[f"about-{state}"] = about
        side.sources[f"about-{state}"] = await publish_source(
            voice, **at, argument_id=about.id, title=f"{word % 'aboutsource'}", link="https://example.org/a",
            category="report",
        )  # fmt: skip


async def _held(side: Place, luc: Person, awa: Person) -> None:
    """One of each kind waits for a moderator: sent while the consultation was read first."""
    key = side.open.id
    await execute("UPDATE consultation SET moderation = 'before' WHERE id = :key", key=key)
    word = f"{SECRET}contributionheld"
    side.contributions["held"] = await publish_contribution(
        luc.voice(), **side.where, section_id=side.section.id, title=f"Titre {word}", body=f"Le texte de {word}."
    )
    await _beneath(side, "held", awa)
    await execute("UPDATE consultation SET moderation = 'after' WHERE id = :key", key=key)


async def _remove(row: Any, state: str) -> None:
    """What a withdrawal, or a decision of moderation, leaves: the text is still in the row."""
    row.state = ItemState(state)
    row.removed_at = row.published_at
    row.removed_ground = "contraire à la charte" if state == "hidden" else ""
    await row.save(update_fields=["state", "removed_at", "removed_ground"])
    if isinstance(row, Contribution):
        await forget_contribution(row.id)
    await execute("UPDATE consultation SET changes = changes + 1 WHERE id = :key", key=row.consultation_id)
