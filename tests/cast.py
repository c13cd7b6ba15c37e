"""The small fixed cast of all tests: two neighbouring territories and the people in them.

Strangers differ from the entitled person in one thing only: same role in the other territory, same territory in another
organisation. A test that refuses somebody should refuse the nearest neighbour.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from consult.accounts.models import Account, Identity, Role, Session, Staff
from consult.accounts.queries import token_digest
from consult.consultations.models import Consultation, ConsultationState, Round, Section
from consult.core import clock
from consult.core.keys import new_key
from consult.core.voice import Voice
from consult.organisations.models import Member, MemberRole, Organisation, OrganisationKind, OrganisationState
from consult.territories.models import Territory, TerritoryHost, TerritoryKind
from consult.territories.queries import forget_territories

NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
HOSTS = {"vallon": "vallon.test", "coteau": "coteau.test"}


@dataclass
class Person:
    """An account with what a test needs of it."""

    account: Account
    token: str
    email: str

    @property
    def id(self) -> int:
        return self.account.id

    def voice(self, *roles: str, organisation: Organisation | None = None) -> Voice:
        """Speaking for themselves, or for an organisation."""
        return Voice(
            account_id=self.account.id,
            organisation_id=organisation.id if organisation else None,
            confirmed=self.account.confirmed_at is not None,
            kind=organisation.kind.value if organisation else "citizen",
            roles=frozenset(roles),
        )


async def a_territory(slug: str = "vallon") -> Territory:
    """A commune with its host; ``vallon`` is ours, ``coteau`` its neighbour."""
    territory = await Territory.create(
        id=new_key(), slug=slug, name=f"Commune de {slug.title()}", kind=TerritoryKind.COMMUNE, created_at=clock.now()
    )
    await TerritoryHost.create(host=HOSTS.get(slug, f"{slug}.test"), territory=territory)
    forget_territories()
    return territory


async def a_person(name: str = "Awa Diallo", *, confirmed: bool = True, **roles_in: Territory) -> Person:
    """Somebody signed in: ``a_person("Luc", administrator=territory)`` gives them that role there."""
    now = clock.now()
    account = await Account.create(
        id=new_key(), public_name=name, created_at=now, confirmed_at=now if confirmed else None
    )
    email = f"{name.lower().replace(' ', '.')}.{account.id}@example.org"
    await Identity.create(id=new_key(), account=account, email=email, email_key=email)
    token = f"s.{account.id}"
    await Session.create(
        id=new_key(),
        digest=token_digest(token),
        account=account,
        created_at=now,
        last_seen_at=now,
        expires_at=now + timedelta(days=3650),
    )
    for role, territory in roles_in.items():
        await Staff.create(id=new_key(), territory=territory, account=account, role=Role(role), created_at=now)
    return Person(account, token, email)


async def a_consultation(
    territory: Territory,
    slug: str = "plan-velo",
    *,
    opens_in: timedelta = timedelta(days=-10),
    closes_in: timedelta = timedelta(days=20),
    state: ConsultationState = ConsultationState.PUBLISHED,
    sections: int = 1,
    **round_options: bool,
) -> tuple[Consultation, Round, list[Section]]:
    """A consultation, open unless told otherwise, with one round and some sections that accept everything."""
    now = clock.now()
    consultation = await Consultation.create(
        id=new_key(),
        territory=territory,
        slug=slug,
        title="Le plan vélo",
        question="Où faut-il des pistes ?",
        state=state,
        created_at=now,
        published_at=now,
    )
    one_round = await Round.create(
        id=new_key(),
        consultation=consultation,
        title="Contributions",
        opens_at=now + opens_in,
        closes_at=now + closes_in,
        **round_options,
    )
    made = [
        await Section.create(id=new_key(), consultation=consultation, position=place, title=f"Rubrique {place + 1}")
        for place in range(sections)
    ]
    return consultation, one_round, made


async def an_organisation(
    territory: Territory,
    *members: Person,
    name: str = "Vélo Vallon",
    state: OrganisationState = OrganisationState.VERIFIED,
    kind: OrganisationKind = OrganisationKind.ASSOCIATION,
    shows_members: bool = False,
) -> Organisation:
    """A body of the territory, verified unless told otherwise; the first member owns it."""
    organisation = await Organisation.create(
        id=new_key(),
        territory=territory,
        name=name,
        kind=kind,
        state=state,
        shows_members=shows_members,
        created_at=clock.now(),
    )
    for place, person in enumerate(members):
        await Member.create(
            id=new_key(),
            organisation=organisation,
            account=person.account,
            role=MemberRole.MEMBER if place else MemberRole.OWNER,
            created_at=clock.now(),
        )
    return organisation
