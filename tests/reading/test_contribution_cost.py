"""What the page of a contribution costs: queries that do not grow with its rows, and bytes."""

import gzip
import random

import pytest
from starlette.applications import Starlette

from consult.arguments.models import Argument, Side
from consult.contributions.models import Amendment
from consult.core import changes
from tests.browsing import Visitor
from tests.cast import a_person
from tests.counting import counted
from tests.discussion import Discussion, a_discussion, a_lively_discussion


async def asked_by(visitor: Visitor, path: str) -> list[str]:
    """The statements of one reading, nothing kept but the territory."""
    await visitor.get("/legal")
    with counted() as statements:
        answer = await visitor.get(path)
    assert answer.status == 200
    return statements


@pytest.mark.parametrize("below", ["", "/arguments/", "/amendments/"])
async def test_more_rows_ask_no_more_queries(app: Starlette, below: str) -> None:
    few = await a_lively_discussion(1)
    many = await _beside(few, 15)
    zoe = await a_person("Zoé")
    costs = []
    for d in (few, many):
        key = await _key(d, below)
        signed_out = await asked_by(Visitor(app), d.path + below + key)
        signed_in = await asked_by(Visitor(app, person=zoe), d.path + below + key)
        costs.append((len(signed_out), len(signed_in)))
    assert costs[0] == costs[1]
    assert costs[1][0] <= 8
    assert costs[1][1] <= 14


async def _beside(d: Discussion, people: int) -> Discussion:
    """A second consultation of the same territory, with more said in it."""
    other = await a_discussion(d.territory, slug="plan-pieton")
    for n in range(people):
        person = await a_person(f"Voisin {n}")
        argument = await other.argue(person, Side.FOR, f"Raison {n}.")
        await other.argue(person, Side.AGAINST, f"Contre-raison {n}.")
        await other.source(person)
        for _ in range(3):
            await other.source(person, argument)
        amendment = await other.amend(person, body=f"Une piste de {n} mètres.")
        await other.argue(person, Side.FOR, "Oui.", amendment)
        await other.vote(person)
    return other


async def _key(d: Discussion, below: str) -> str:
    """The first argument or amendment, for the pages that show one."""
    if not below:
        return ""
    table = Argument if below == "/arguments/" else Amendment
    return str(min(row.id for row in await table.filter(contribution_id=d.contribution.id)))


async def test_signed_out_it_is_kept_until_something_changes(app: Starlette) -> None:
    d = await a_discussion()
    visitor = Visitor(app)
    first = await visitor.get(d.path)
    await visitor.get(d.path)  # this one asks whether the counters stand; the answer is good for a second
    with counted() as asked:
        again = await visitor.get(d.path)
        not_changed = await visitor.get(d.path, headers={"if-none-match": first.headers["etag"]})
    assert asked == []
    assert again.content == first.content
    assert not_changed.status == 304
    await d.argue(d.luc, body="Une raison nouvelle.")
    assert "Une raison nouvelle." in (await visitor.get(d.path)).words
    changes.forget_all()
    assert "Une raison nouvelle." in (await visitor.get(d.path)).words


WORDS = """
piste route enfants collège familles vélo voiture bus canal gare lycée village commune département travaux budget hiver
pluie lumière éclairage trottoir sécurité accident vitesse carrefour pont rivière commerce marché parking personnes
habitants élus associations agriculteurs tracteurs camions bruit santé climat paysage arbres haies protège relie
coûte permet oblige empêche améliore remplace supprime finance construit entretient oublie rapide étroite dangereuse
pratique nécessaire chère utile ancienne large continue séparée partagée fréquentée rare parce que quand mais donc alors
ainsi souvent jamais toujours presque déjà encore surtout chez vers depuis pendant
"""


async def test_with_thirty_arguments_it_weighs_at_most_30_kilobytes(app: Starlette) -> None:
    """HTML, styles and scripts together, compressed as they are sent; random words compress worse than prose."""
    d, draw, words = await a_discussion(), random.Random(1), WORDS.split()
    for n in range(30):
        person = await a_person(" ".join(draw.choices(words, k=2)).title())
        await d.argue(
            person, Side.FOR if n % 2 else Side.AGAINST, f"Argument {n} : {' '.join(draw.choices(words, k=60))}."
        )
    visitor = Visitor(app)
    page = await visitor.get(d.path)
    weights = {"page": len(gzip.compress(page.content, 5))}
    for tag, name in (("link[@rel='stylesheet']", "href"), ("script", "src")):
        for address in [one.get(name, "") for one in page.find(f".//{tag}")]:
            weights[address] = len(gzip.compress((await visitor.client.get(address)).content, 5))
    assert page.words.count("Argument ") >= 30
    assert len(weights) >= 4
    assert sum(weights.values()) <= 30_000, weights
