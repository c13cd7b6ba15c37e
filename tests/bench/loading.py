"""The database of the bench: one open consultation with many contributions, arguments and votes, written in bulk."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from tortoise.models import Model

from consult.accounts.models import Account, Session
from consult.accounts.queries import token_digest
from consult.arguments.models import Argument, Side
from consult.consultations.models import Consultation, ConsultationState, Round, Section
from consult.contributions.models import Contribution, Revision
from consult.contributions.search import index_contribution
from consult.core import clock
from consult.core.database import execute, in_transaction
from consult.core.keys import new_key
from consult.core.text.markdown import render_markdown
from consult.core.text.stems import stems
from consult.territories.models import Territory
from consult.votes.models import Choice, Vote

SLUG = "banc-d-essai"
SENTENCES = (
    "Il faut des permanences le soir, pas seulement le mardi matin.",
    "Ma mère n’a pas d’ordinateur et la mairie ne prend plus de rendez-vous par téléphone.",
    "Les agents sont à l’écoute, mais ils manquent de temps et de **formation**.",
    "Un bus numérique passerait une fois par mois dans chaque village.",
    "Le haut débit n’arrive toujours pas dans les hameaux du plateau.",
    "On peut former des *bénévoles* avec les associations qui existent déjà.",
    "Chaque courrier devrait porter un numéro de téléphone et une adresse où aller.",
)
WORDS = (
    "accueil",
    "agent",
    "aide",
    "borne",
    "bus",
    "carte",
    "classe",
    "dossier",
    "guichet",
    "ligne",
    "mairie",
    "relais",
)


@dataclass(frozen=True)
class Size:
    """How much to load."""

    contributions: int = 5_000
    arguments: int = 30_000
    votes: int = 100_000
    accounts: int = 2_000


@dataclass(frozen=True)
class Loaded:
    """What the load generator needs to know."""

    territory_id: int
    consultation_id: int
    numbers: list[int]
    keys: list[int]
    crowded: int
    crowded_key: int
    accounts: list[int]
    tokens: list[str]


async def load(size: Size) -> Loaded:
    """Fill an empty, migrated database."""
    now = clock.now()
    territory = await Territory.create(id=new_key(), slug="banc", name="Territoire du banc d’essai", created_at=now)
    consultation = await Consultation.create(
        id=new_key(),
        territory=territory,
        slug=SLUG,
        title="Banc d’essai",
        question="Est-ce assez rapide ?",
        state=ConsultationState.PUBLISHED,
        published_at=now,
        created_at=now,
        last_number=size.contributions,
        contributions_count=size.contributions,
        arguments_count=size.arguments,
        votes_count=size.votes,
    )
    await Round.create(
        id=new_key(),
        consultation=consultation,
        title="Contributions",
        opens_at=now - timedelta(days=10),
        closes_at=now + timedelta(days=10),
    )
    sections = [
        await Section.create(
            id=new_key(),
            consultation=consultation,
            position=place,
            title=f"Rubrique {place + 1}",
            contributions_count=(size.contributions + 9 - place) // 10,
        )
        for place in range(10)
    ]
    chance = random.Random(2906)
    accounts = [
        Account(id=new_key(), public_name=f"Personne {place}", created_at=now, confirmed_at=now)
        for place in range(size.accounts)
    ]
    tokens = [f"s.banc-{place}" for place in range(min(200, size.accounts))]
    sessions = [
        Session(
            id=new_key(),
            digest=token_digest(token),
            account_id=accounts[place].id,
            created_at=now,
            last_seen_at=now,
            expires_at=now + timedelta(days=30),
        )
        for place, token in enumerate(tokens)
    ]
    contributions = [
        _contribution(chance, place, consultation.id, sections[place % 10].id, accounts, now - timedelta(minutes=place))
        for place in range(size.contributions)
    ]
    arguments = list(_arguments(chance, size.arguments, contributions, accounts))
    votes = list(_votes(chance, size.votes, contributions, accounts))
    _count(contributions, arguments, votes)
    async with in_transaction():
        for rows in (
            accounts,
            sessions,
            contributions,
            [_first_wording(one) for one in contributions],
            arguments,
            votes,
        ):
            await _write(rows)
        for contribution in contributions:
            await index_contribution(contribution.id, contribution.stems)
    await execute("ANALYZE")
    crowded = contributions[0]
    return Loaded(
        territory_id=territory.id,
        consultation_id=consultation.id,
        numbers=[int(one.number or 0) for one in contributions],
        keys=[one.id for one in contributions],
        crowded=int(crowded.number or 0),
        crowded_key=crowded.id,
        accounts=[one.id for one in accounts[: len(tokens)]],
        tokens=tokens,
    )


async def _write(rows: Sequence[Any]) -> None:
    if rows:
        model: type[Model] = type(rows[0])
        await model.bulk_create(rows, batch_size=500)


def _text(chance: random.Random, sentences: int) -> str:
    return "\n\n".join(chance.choice(SENTENCES) for _ in range(sentences))


def _contribution(
    chance: random.Random, place: int, consultation_id: int, section_id: int, accounts: list[Account], at: Any
) -> Contribution:
    title = f"Proposition {place + 1} : {' '.join(chance.sample(WORDS, 3))}"
    body = _text(chance, 8)
    return Contribution(
        id=new_key(),
        consultation_id=consultation_id,
        section_id=section_id,
        author_id=chance.choice(accounts).id,
        number=place + 1,
        title=title,
        body=body,
        body_html=render_markdown(body),
        excerpt=body[:200],
        stems=stems(f"{title} {body}"),
        shuffle=chance.getrandbits(31),
        created_at=at,
        published_at=at,
    )


def _first_wording(one: Contribution) -> Revision:
    return Revision(
        id=new_key(),
        contribution_id=one.id,
        number=1,
        title=one.title,
        body=one.body,
        body_html=one.body_html,
        created_at=one.created_at,
    )


def _arguments(
    chance: random.Random, number: int, contributions: list[Contribution], accounts: list[Account]
) -> Iterator[Argument]:
    """The first contribution has thirty, as the page that is weighed; the others share the rest unevenly."""
    for place in range(number):
        under = contributions[0] if place < 30 else contributions[int(len(contributions) * chance.random() ** 2)]
        body = _text(chance, 2)
        yield Argument(
            id=new_key(),
            consultation_id=under.consultation_id,  # type: ignore[attr-defined]
            contribution_id=under.id,
            author_id=chance.choice(accounts).id,
            side=Side.FOR if place % 2 else Side.AGAINST,
            body=body,
            body_html=render_markdown(body),
            created_at=under.created_at,
            published_at=under.created_at,
        )


def _votes(
    chance: random.Random, number: int, contributions: list[Contribution], accounts: list[Account]
) -> Iterator[Vote]:
    each = max(1, number // len(contributions))
    made = 0
    for under in contributions:
        for account in chance.sample(accounts, min(each, len(accounts))):
            if made == number:
                return
            made += 1
            yield Vote(
                id=new_key(),
                consultation_id=under.consultation_id,  # type: ignore[attr-defined]
                contribution_id=under.id,
                account_id=account.id,
                choice=chance.choice(list(Choice)),
                revision=1,
                created_at=under.created_at,
                changed_at=under.created_at,
            )


def _count(contributions: list[Contribution], arguments: list[Argument], votes: list[Vote]) -> None:
    by_key = {one.id: one for one in contributions}
    for argument in arguments:
        under = by_key[argument.contribution_id]  # type: ignore[attr-defined]
        under.arguments_count += 1
        if argument.side is Side.FOR:
            under.arguments_for += 1
        else:
            under.arguments_against += 1
    for vote in votes:
        under = by_key[vote.contribution_id]  # type: ignore[attr-defined]
        column = f"votes_{vote.choice.value}"
        setattr(under, column, getattr(under, column) + 1)
        under.votes_total += 1
        under.contested = min(under.votes_agree, under.votes_disagree)
