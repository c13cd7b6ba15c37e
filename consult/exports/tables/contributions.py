"""The table of contributions: one row a number."""

from collections.abc import AsyncIterator

from consult.core.language import N_
from consult.exports.tables.columns import (
    AUTHOR,
    AUTHOR_JOINS,
    BODY,
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
from consult.exports.tables.streaming import author_keys, days, json_text, select, stream

_VOTES = N_("Votes sur la version présente du texte.")
_EARLIER = N_("Votes sur une version antérieure du texte.")
_TALLY = N_("Votes comptés sans que l’on sache par qui : repris d’une autre plateforme, reçus sur papier, en atelier.")

COLUMNS = (
    Column("number", "integer", N_("Numéro"), N_("Numéro de la contribution dans la consultation.")),
    Column("url", "string", N_("Adresse"), N_("Adresse permanente de la page.")),
    ITEM_ID,
    STATE,
    Column("section_id", "string", N_("Rubrique"), N_("Identifiant de la rubrique, dans le fichier des rubriques.")),
    TITLE,
    BODY,
    Column("explanation", "string", N_("Explication"), N_("Explication de l’organisateur, en HTML, s’il y en a une.")),
    Column("annexes", "string", N_("Annexes"), N_("Annexes de l’organisateur (JSON : titre, avant, après).")),
    REVISION,
    *AUTHOR,
    PUBLISHED_AT,
    EDITED_AT,
    *REMOVED,
    Column(
        "merged_into",
        "integer",
        N_("Réunie avec"),
        N_("Numéro de la contribution avec laquelle la modération a réuni celle-ci."),
    ),
    Column("votes_agree", "integer", N_("Votes : d’accord"), _VOTES),
    Column("votes_mixed", "integer", N_("Votes : mitigé"), _VOTES),
    Column("votes_disagree", "integer", N_("Votes : pas d’accord"), _VOTES),
    Column("earlier_agree", "integer", N_("Votes antérieurs : d’accord"), _EARLIER),
    Column("earlier_mixed", "integer", N_("Votes antérieurs : mitigé"), _EARLIER),
    Column("earlier_disagree", "integer", N_("Votes antérieurs : pas d’accord"), _EARLIER),
    Column("tally_agree", "integer", N_("Décomptes : d’accord"), _TALLY),
    Column("tally_mixed", "integer", N_("Décomptes : mitigé"), _TALLY),
    Column("tally_disagree", "integer", N_("Décomptes : pas d’accord"), _TALLY),
    Column("votes_total", "integer", N_("Votes en tout"), N_("Somme des neuf colonnes précédentes.")),
    Column("arguments_for", "integer", N_("Arguments pour"), N_("Arguments pour en ligne sous la contribution.")),
    Column(
        "arguments_against", "integer", N_("Arguments contre"), N_("Arguments contre en ligne sous la contribution.")
    ),
    Column(
        "arguments_count",
        "integer",
        N_("Arguments en tout"),
        N_("Arguments en ligne sous la contribution et sous ses propositions de modification."),
    ),
    Column("sources_count", "integer", N_("Sources"), N_("Sources en ligne sous la contribution et ses arguments.")),
    Column("amendments_count", "integer", N_("Propositions de modification"), N_("Celles qui sont en ligne.")),
    Column(
        "imported_versions",
        "integer",
        N_("Versions d’origine"),
        N_("Nombre de versions que comptait la plateforme d’origine, pour une consultation reprise d’ailleurs."),
    ),
    POSITION,
    SALT,
    PROVISIONAL,
)
_COUNTERS = (
    *(f"{kind}_{end}" for kind in ("votes", "earlier", "tally") for end in ("agree", "mixed", "disagree")),
    "votes_total", "arguments_for", "arguments_against", "arguments_count", "sources_count", "amendments_count",
    "imported_versions",
)  # fmt: skip
_ALIVE = "i.state = 'published'"
STRETCH = 50_000
"""Rows of one query: told that it is a part only, PostgreSQL follows the index instead of sorting a million of them."""


async def _rows(scope: Scope) -> AsyncIterator[list[Row]]:
    texts = Texts(scope.engine)
    expressions = {
        "number": "i.number",
        "url": "CAST(:start AS TEXT) || CAST(i.number AS TEXT)",
        "section_id": shown(_ALIVE, texts.key("i.section_id")),
        "title": shown(_ALIVE, "i.title"),
        "body": shown(_ALIVE, "i.body"),
        "explanation": f"CASE WHEN {_ALIVE} AND i.explanation_html <> '' THEN i.explanation_html END",
        "annexes": f"CASE WHEN {_ALIVE} AND CAST(i.annexes AS TEXT) <> '[]' THEN i.annexes END",
        "revision": shown(_ALIVE, "i.revision"),
        "merged_into": shown(_ALIVE, "(SELECT m.number FROM contribution m WHERE m.id = i.merged_into_id)"),
        **{name: shown(_ALIVE, f"i.{name}") for name in _COUNTERS},
        **place_sql(texts, _ALIVE),
        **author_sql(texts, _ALIVE),
        **wording_sql(texts, _ALIVE, "contribution"),
    }
    sql = (
        f"SELECT {select(COLUMNS, expressions)} FROM contribution i{AUTHOR_JOINS}"
        " WHERE i.consultation_id = :consultation AND i.number > :last AND i.state <> 'waiting'"
        " ORDER BY i.number LIMIT :most"
    )
    converts = {"author_key": author_keys(scope), "removed_on": days(scope), "annexes": json_text}
    last, read = -1, STRETCH
    while read == STRETCH:
        read = 0
        named = {"start": f"{scope.url}/contributions/", "last": last, "most": STRETCH}
        async for batch in stream(scope, COLUMNS, sql, converts, **named):
            read, last = read + len(batch), batch[-1][0]
            yield batch


CONTRIBUTIONS = Table(
    "contributions",
    N_("Contributions"),
    N_("Une ligne par numéro ; de ce qui a été retiré il reste le numéro, la date et le motif."),
    COLUMNS,
    ("number",),
    _rows,
)
