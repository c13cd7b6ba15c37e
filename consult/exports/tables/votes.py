"""The tables of votes: one row a voter and item, under identifiers that lead to nobody; and the tallies.

While the consultation may still grow, votes are read as they stand. Afterwards they are read from the ballots that
were frozen at the closing (see voters.py). Only items that are public now have rows.
"""

from collections.abc import AsyncIterator, Callable
from typing import Any

from consult.core.language import N_
from consult.exports import voters
from consult.exports.tables.beneath import ALIVE, FROM
from consult.exports.tables.columns import CONTRIBUTION
from consult.exports.tables.shape import PROVISIONAL, Column, Row, Scope, Table, Texts
from consult.exports.tables.streaming import days, select, stream

_KIND = Column("kind", "string", N_("Genre"), N_("contribution, amendment, argument ou source."))
_ITEM = Column("item_id", "string", N_("Identifiant"), N_("Identifiant de ce qui a reçu le vote."))
_VOTE_COLUMNS = (
    _KIND,
    CONTRIBUTION,
    _ITEM,
    Column(
        "voter",
        "string",
        N_("Votant"),
        N_(
            "Identifiant tiré au sort pour cette consultation seule : il dit que deux votes sont de la même personne,"
            " et ne mène à aucun compte."
        ),
    ),
    Column(
        "choice",
        "string",
        N_("Vote"),
        N_(
            "agree : d’accord ; mixed : mitigé ; disagree : pas d’accord ;"
            " support : soutien à un argument ou à une source."
        ),
    ),
    Column("revision", "integer", N_("Version"), N_("Rang de la version du texte sur laquelle on a voté.")),
    Column(
        "on",
        "date",
        N_("Jour"),
        N_("Jour où cette personne a voté ici pour la première fois ; l’heure n’est pas publiée."),
    ),
    PROVISIONAL,
)
_TALLY_COLUMNS = (
    _KIND,
    CONTRIBUTION,
    _ITEM,
    Column("origin", "string", N_("Origine"), N_("D’où viennent ces votes, en un mot.")),
    Column("origin_label", "string", N_("Provenance"), N_("La même chose, en clair.")),
    Column("agree", "integer", N_("D’accord"), N_("Votes comptés : d’accord.")),
    Column("mixed", "integer", N_("Mitigé"), N_("Votes comptés : mitigé.")),
    Column("disagree", "integer", N_("Pas d’accord"), N_("Votes comptés : pas d’accord.")),
    Column("supports", "integer", N_("Soutiens"), N_("Soutiens comptés, pour un argument ou une source.")),
    Column("at", "datetime", N_("Relevé le"), N_("Instant du décompte, en temps universel.")),
    PROVISIONAL,
)
_CONTRIBUTION = ("contribution c", "c.state = 'published'", "c")
PUBLIC = {
    "contribution": _CONTRIBUTION,
    **{kind: (FROM[kind], ALIVE[kind], "i") for kind in ("amendment", "argument", "source")},
}
"""Of each kind that is voted on: its rows, what makes one public, and its alias."""


def _votes_sql(texts: Texts, kind: str, *, frozen: bool) -> str:
    rows, alive, item = PUBLIC[kind]
    voted = kind in ("contribution", "amendment")
    expressions = {
        "kind": f"'{kind}'",
        "contribution": "c.number",
        "item_id": texts.key(f"{item}.id"),
        "voter": "v.voter" if frozen else texts.key("v.account_id"),
        "choice": "v.choice" if voted or frozen else "'support'",
        "revision": "v.revision" if voted or frozen else "NULL",
        "on": texts.day('v."on"') if frozen else texts.minute("v.created_at"),
    }
    if frozen:
        join = f"ballot v ON v.consultation_id = :consultation AND v.kind = '{kind}' AND v.item_id = {item}.id"
        order = "v.voter"
    else:
        table = "vote" if voted else "support"
        join = f"{table} v ON v.{kind}_id = {item}.id"
        order = voters.scrambled("v.account_id")
    # a cross join keeps SQLite from beginning with the ballots, and sorting them all in memory
    cross = "CROSS" if texts.sqlite else ""
    return (
        f"SELECT {select(_VOTE_COLUMNS, expressions)} FROM {rows} {cross} JOIN {join}"
        f" WHERE c.consultation_id = :consultation AND c.number IS NOT NULL AND {alive}"
        f" ORDER BY c.number, {item}.id, {order}"
    )


async def _votes(scope: Scope) -> AsyncIterator[list[Row]]:
    texts = Texts(scope.engine)
    frozen = not scope.provisional
    converts: dict[str, Callable[[Any], Any]] = {}
    named: dict[str, Any] = {}
    if frozen:
        await voters.check_frozen(scope.consultation_id)
    else:
        secret = await voters.secret_of(scope.consultation_id)
        converts = {"voter": voters.identifiers(secret), "on": days(scope)}
        named = {"factor": voters.factor(secret)}
    for kind in PUBLIC:
        async for batch in stream(scope, _VOTE_COLUMNS, _votes_sql(texts, kind, frozen=frozen), converts, **named):
            yield batch


async def _tallies(scope: Scope) -> AsyncIterator[list[Row]]:
    texts = Texts(scope.engine)
    for kind, (rows, alive, item) in PUBLIC.items():
        expressions = {
            "kind": f"'{kind}'",
            "contribution": "c.number",
            "item_id": texts.key(f"{item}.id"),
            **{name: f"v.{name}" for name in ("origin", "origin_label", "agree", "mixed", "disagree", "supports")},
            "at": texts.instant("v.at"),
        }
        sql = (
            f"SELECT {select(_TALLY_COLUMNS, expressions)} FROM {rows} JOIN tally v ON v.{kind}_id = {item}.id"
            f" WHERE c.consultation_id = :consultation AND c.number IS NOT NULL AND {alive}"
            f" ORDER BY c.number, {item}.id, v.origin"
        )
        async for batch in stream(scope, _TALLY_COLUMNS, sql, {}):
            yield batch


VOTES = Table(
    "votes",
    N_("Votes"),
    N_("Un vote ou un soutien par ligne ; leur ordre ne dit rien de qui a voté, ni quand."),
    _VOTE_COLUMNS,
    ("kind", "item_id", "voter"),
    _votes,
)
TALLIES = Table(
    "tallies",
    N_("Décomptes"),
    N_("Les votes comptés sans que l’on sache par qui : repris d’une autre plateforme, reçus sur papier, en atelier."),
    _TALLY_COLUMNS,
    ("kind", "item_id", "origin"),
    _tallies,
)
