"""The table of wordings: every one of a contribution, and the earlier ones of an argument or a source."""

from collections.abc import AsyncIterator

from consult.consultations.items import to_be_corrected
from consult.core.language import N_
from consult.exports.tables.beneath import ALIVE, FROM
from consult.exports.tables.columns import BODY, CONTRIBUTION, wording_sql
from consult.exports.tables.shape import POSITION, PROVISIONAL, SALT, Column, Row, Scope, Table, Texts
from consult.exports.tables.streaming import booleans, select, stream

_COLUMNS = (
    Column("kind", "string", N_("Genre"), N_("contribution, argument ou source.")),
    CONTRIBUTION,
    Column("item_id", "string", N_("Identifiant"), N_("Identifiant de ce dont c’est une version.")),
    Column("revision", "integer", N_("Version"), N_("Rang de cette version ; la première est 1.")),
    Column(
        "present",
        "boolean",
        N_("Version présente"),
        N_("Vrai pour la version en vigueur, qui est aussi dans le fichier des contributions."),
    ),
    Column(
        "withheld",
        "boolean",
        N_("Version corrigée"),
        N_("Vrai si la modération a fait corriger cette version : son texte n’est plus montré."),
    ),
    Column("title", "string", N_("Titre"), N_("Titre de cette version.")),
    BODY,
    Column("link", "string", N_("Lien"), N_("Adresse du document cité, pour une source.")),
    Column("category", "string", N_("Nature"), N_("Nature du document cité, pour une source.")),
    Column("reason", "string", N_("Raison"), N_("Pourquoi l’auteur a modifié son texte.")),
    Column(
        "amendment_id",
        "string",
        N_("Proposition adoptée"),
        N_("Identifiant de la proposition de modification que cette version a reprise."),
    ),
    Column("written_at", "datetime", N_("Écrite le"), N_("Instant de cette version, en temps universel.")),
    POSITION,
    SALT,
    PROVISIONAL,
)
_PARTS = {
    "contribution": (
        "contribution c JOIN revision r ON r.contribution_id = c.id",
        "c.state = 'published'",
        "c",
        {"title": "r.title", "link": "NULL", "category": "NULL", "reason": "r.reason"},
    ),
    "argument": (
        f"{FROM['argument']} JOIN argument_revision r ON r.argument_id = i.id",
        ALIVE["argument"],
        "i",
        {"title": "NULL", "link": "NULL", "category": "NULL", "reason": "NULL"},
    ),
    "source": (
        f"{FROM['source']} JOIN source_revision r ON r.source_id = i.id",
        ALIVE["source"],
        "i",
        {"title": "r.title", "link": "r.link", "category": "r.category", "reason": "NULL"},
    ),
}


def _sql(texts: Texts, kind: str) -> str:
    rows, alive, item, own = _PARTS[kind]
    withheld = f"r.number < {item}.revision AND {to_be_corrected(kind, item, 'r')}"
    kept = {
        name: value if value == "NULL" else f"CASE WHEN NOT r.withheld THEN {value} END" for name, value in own.items()
    }
    expressions = {
        "kind": f"'{kind}'",
        "contribution": "r.contribution",
        "item_id": texts.key("r.item"),
        "revision": "r.number",
        "present": "r.present",
        "withheld": "r.withheld",
        **kept,
        "body": "CASE WHEN NOT r.withheld THEN r.body END",
        "amendment_id": texts.key("r.amendment_id"),
        "written_at": texts.instant("r.created_at"),
        **wording_sql(texts, "NOT r.withheld", kind, "r.item", "r.number"),
    }
    amendment = (
        "(SELECT m.id FROM amendment m WHERE m.id = r.amendment_id AND m.state = 'published')"
        if kind == "contribution"
        else "NULL"
    )
    texts_of = ", ".join(f"{value} AS {name}" for name, value in own.items() if value != "NULL")
    inner = (
        f"SELECT c.number AS contribution, {item}.id AS item, r.number, r.number = {item}.revision AS present,"
        f" {withheld} AS withheld, {texts_of + ',' if texts_of else ''} r.body, {amendment} AS amendment_id,"
        f" r.created_at FROM {rows} WHERE c.consultation_id = :consultation AND c.number IS NOT NULL AND {alive}"
    )
    return f"SELECT {select(_COLUMNS, expressions)} FROM ({inner}) r ORDER BY r.contribution, r.item, r.number"


async def _rows(scope: Scope) -> AsyncIterator[list[Row]]:
    texts = Texts(scope.engine)
    for kind in _PARTS:
        converts = {"present": booleans, "withheld": booleans}
        async for batch in stream(scope, _COLUMNS, _sql(texts, kind), converts):
            yield batch


REVISIONS = Table(
    "revisions",
    N_("Versions"),
    N_("Toutes les versions des contributions en ligne, et les versions antérieures des arguments et des sources."),
    _COLUMNS,
    ("kind", "item_id", "revision"),
    _rows,
)
