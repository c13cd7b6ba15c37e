"""The tables of what stands beneath contributions: amendments, arguments, sources.

Each is public when it and all that it stands under are. What is public itself but stands under something removed keeps
its row, without its text: the register has told of it, and every row of the register must be found in a file.
"""

from collections.abc import AsyncIterator, Mapping

from consult.core.language import N_
from consult.exports.tables.columns import (
    AUTHOR,
    AUTHOR_JOINS,
    BODY,
    CONTRIBUTION,
    EDITED_AT,
    ITEM_ID,
    PUBLISHED_AT,
    REMOVED,
    REVISION,
    STATE,
    TITLE,
    author_sql,
    place_sql,
    shown,
    wording_sql,
)
from consult.exports.tables.shape import POSITION, PROVISIONAL, SALT, Column, Row, Scope, Table, Texts
from consult.exports.tables.streaming import author_keys, days, select, stream

_PLACE = (ITEM_ID, CONTRIBUTION)
_ENDS = (*AUTHOR, PUBLISHED_AT, EDITED_AT, *REMOVED)
_ENTRY = (POSITION, SALT, PROVISIONAL)
_SUPPORTS = (
    Column("supports", "integer", N_("Soutiens"), N_("Soutiens donnés ici.")),
    Column("tally_supports", "integer", N_("Soutiens décomptés"), N_("Soutiens comptés sans que l’on sache par qui.")),
    Column("supports_total", "integer", N_("Soutiens en tout"), N_("Somme des deux colonnes précédentes.")),
)
# what was published once, under a contribution that was: nothing of what waits, or never came to be
_WAS_PUBLIC = (
    "c.consultation_id = :consultation AND c.number IS NOT NULL AND c.state <> 'waiting' AND i.state <> 'waiting'"
    " AND (i.state = 'published' OR i.published_at IS NOT NULL)"
)
_ORDER = " ORDER BY c.number, i.id"

ALIVE = {
    "amendment": "i.state = 'published' AND c.state = 'published'",
    "argument": "i.state = 'published' AND c.state = 'published' AND (i.amendment_id IS NULL OR a.state = 'published')",
    "source": (
        "i.state = 'published' AND c.state = 'published' AND (i.argument_id IS NULL OR g.state = 'published')"
        " AND (g.amendment_id IS NULL OR a.state = 'published')"
    ),
}
"""What makes an item public, as SQL on the rows of :data:`FROM`."""

FROM = {
    "amendment": "contribution c JOIN amendment i ON i.contribution_id = c.id",
    "argument": (
        "contribution c JOIN argument i ON i.contribution_id = c.id LEFT JOIN amendment a ON a.id = i.amendment_id"
    ),
    "source": (
        "contribution c JOIN source i ON i.contribution_id = c.id LEFT JOIN argument g ON g.id = i.argument_id"
        " LEFT JOIN amendment a ON a.id = g.amendment_id"
    ),
}
"""An item (``i``), its contribution (``c``) and what else it stands under."""


async def _stream(
    scope: Scope, kind: str, columns: tuple[Column, ...], own: Mapping[str, str], texts: Texts
) -> AsyncIterator[list[Row]]:
    alive = ALIVE[kind]
    expressions = {
        "contribution": "c.number",
        **place_sql(texts, alive),
        **author_sql(texts, alive),
        **wording_sql(texts, alive, kind),
        **own,
    }
    sql = f"SELECT {select(columns, expressions)} FROM {FROM[kind]}{AUTHOR_JOINS} WHERE {_WAS_PUBLIC}{_ORDER}"
    async for batch in stream(scope, columns, sql, {"author_key": author_keys(scope), "removed_on": days(scope)}):
        yield batch


def _amendments(scope: Scope) -> AsyncIterator[list[Row]]:
    texts, alive = Texts(scope.engine), ALIVE["amendment"]
    plain = (
        "title", "body", "reason", "base_revision", "outcome", "votes_agree", "votes_mixed", "votes_disagree",
    )  # fmt: skip
    own = {name: shown(alive, f"i.{name}") for name in plain}
    own["outcome_at"] = shown(alive, texts.instant("i.outcome_at"))
    own["outcome_reason"] = shown(alive, "i.outcome_reason")
    return _stream(scope, "amendment", _AMENDMENT_COLUMNS, own, texts)


def _arguments(scope: Scope) -> AsyncIterator[list[Row]]:
    texts, alive = Texts(scope.engine), ALIVE["argument"]
    plain = ("side", "body", "revision", "supports", "tally_supports", "supports_total")
    own = {name: shown(alive, f"i.{name}") for name in plain}
    own["amendment_id"] = texts.key("i.amendment_id")
    return _stream(scope, "argument", _ARGUMENT_COLUMNS, own, texts)


def _sources(scope: Scope) -> AsyncIterator[list[Row]]:
    texts, alive = Texts(scope.engine), ALIVE["source"]
    plain = ("title", "link", "category", "body", "revision", "supports", "tally_supports", "supports_total")
    own = {name: shown(alive, f"i.{name}") for name in plain}
    own["argument_id"] = texts.key("i.argument_id")
    return _stream(scope, "source", _SOURCE_COLUMNS, own, texts)


_VOTES = N_("Votes des personnes et décomptes réunis.")
_AMENDMENT_COLUMNS = (
    *_PLACE,
    Column("base_revision", "integer", N_("Version modifiée"), N_("Rang de la version du texte qu’elle modifie.")),
    STATE,
    TITLE,
    BODY,
    Column("reason", "string", N_("Raison"), N_("Pourquoi cette autre rédaction est proposée.")),
    *_ENDS,
    Column(
        "outcome",
        "string",
        N_("Suite"),
        N_("pending : sans réponse ; adopted : adoptée par l’auteur de la contribution ; declined : non retenue."),
    ),
    Column("outcome_at", "datetime", N_("Suite donnée le"), N_("Instant de la réponse, en temps universel.")),
    Column("outcome_reason", "string", N_("Mot de réponse"), N_("Ce que l’auteur de la contribution a répondu.")),
    Column("votes_agree", "integer", N_("Votes : d’accord"), _VOTES),
    Column("votes_mixed", "integer", N_("Votes : mitigé"), _VOTES),
    Column("votes_disagree", "integer", N_("Votes : pas d’accord"), _VOTES),
    *_ENTRY,
)  # fmt: skip
_ARGUMENT_COLUMNS = (
    *_PLACE,
    Column(
        "amendment_id",
        "string",
        N_("Proposition de modification"),
        N_("Identifiant de celle dont il parle ; vide s’il parle de la contribution même."),
    ),
    STATE,
    Column("side", "string", N_("Sens"), N_("for : pour ; against : contre.")),
    BODY,
    REVISION,
    *_ENDS,
    *_SUPPORTS,
    *_ENTRY,
)
_SOURCE_COLUMNS = (
    *_PLACE,
    Column("argument_id", "string", N_("Argument"), N_("Identifiant de l’argument qu’elle appuie, s’il y en a un.")),
    STATE,
    TITLE,
    Column("link", "string", N_("Lien"), N_("Adresse du document cité.")),
    Column(
        "category",
        "string",
        N_("Nature"),
        N_(
            "website, press, law, report, scientific_article, guide, blog, audiovisual, map, thesis ou other :"
            " site, presse, loi, rapport, article scientifique, guide, billet, audiovisuel, carte, thèse ou autre."
        ),
    ),
    BODY,
    REVISION,
    *_ENDS,
    *_SUPPORTS,
    *_ENTRY,
)

AMENDMENTS = Table(
    "amendments",
    N_("Propositions de modification"),
    N_("Les autres rédactions que l’on a proposées pour une contribution, avec leur raison et la suite donnée."),
    _AMENDMENT_COLUMNS,
    ("id",),
    _amendments,
)
ARGUMENTS = Table(
    "arguments",
    N_("Arguments"),
    N_("Les arguments pour et contre, sous chaque contribution ou proposition de modification."),
    _ARGUMENT_COLUMNS,
    ("id",),
    _arguments,
)
SOURCES = Table(
    "sources",
    N_("Sources"),
    N_("Les documents cités sous une contribution ou à l’appui d’un argument."),
    _SOURCE_COLUMNS,
    ("id",),
    _sources,
)
