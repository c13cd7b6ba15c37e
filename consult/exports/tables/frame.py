"""The tables of the frame: sections, rounds, organisations. Small ones: they are read whole."""

from collections.abc import AsyncIterator

from consult.consultations.queries import outline, rounds_of
from consult.consultations.rules import SECTION_FLAG, Deed
from consult.core.database import execute
from consult.core.language import N_
from consult.exports.tables.beneath import ALIVE, FROM
from consult.exports.tables.shape import PROVISIONAL, Column, Row, Scope, Table, Texts, iso
from consult.exports.tables.streaming import booleans, select, stream

_ACCEPTS = {
    Deed.CONTRIBUTE: (N_("Reçoit des contributions"), N_("On peut y publier une contribution.")),
    Deed.ARGUE: (N_("Reçoit des arguments"), N_("On peut y publier des arguments.")),
    Deed.SOURCE: (N_("Reçoit des sources"), N_("On peut y ajouter des sources.")),
    Deed.VOTE: (N_("Reçoit des votes"), N_("On peut y voter.")),
    Deed.AMEND: (N_("Reçoit des propositions de modification"), N_("On peut y proposer une autre rédaction.")),
}
_SECTION_COLUMNS = (
    Column("id", "string", N_("Identifiant"), N_("Identifiant stable de la rubrique.")),
    Column("number", "string", N_("Rang"), N_("Rang dans le plan de la consultation, comme 2.1.")),
    Column("parent_id", "string", N_("Rubrique supérieure"), N_("Identifiant de la rubrique qui la contient.")),
    Column("depth", "integer", N_("Profondeur"), N_("0 pour une rubrique de premier niveau.")),
    Column("title", "string", N_("Titre"), N_("Titre de la rubrique.")),
    Column("explanation", "string", N_("Présentation"), N_("Texte de présentation de la rubrique.")),
    *(Column(SECTION_FLAG[deed], "boolean", title, description) for deed, (title, description) in _ACCEPTS.items()),
    Column("contributions_count", "integer", N_("Contributions"), N_("Contributions en ligne dans la rubrique même.")),
    PROVISIONAL,
)


async def _sections(scope: Scope) -> AsyncIterator[list[Row]]:
    written = await execute(
        "SELECT id, explanation FROM section WHERE consultation_id = :consultation", consultation=scope.consultation_id
    )
    explanations = {row["id"]: row["explanation"] for row in written}
    rows = [
        (
            str(node.id),
            node.number,
            str(node.parent_id) if node.parent_id else None,
            node.depth,
            node.title,
            explanations[node.id] or None,
            *(node.accepts[SECTION_FLAG[deed]] for deed in _ACCEPTS),
            node.count,
            scope.provisional,
        )
        for root in await outline(scope.consultation_id)
        for node in root.walk()
    ]
    if rows:
        yield rows


SECTIONS = Table(
    "sections",
    N_("Rubriques"),
    N_("Le plan de la consultation, dans l’ordre de lecture."),
    _SECTION_COLUMNS,
    ("id",),
    _sections,
)


_MAY = {
    "may_contribute": (N_("Contribuer"), N_("On peut y publier une contribution.")),
    "may_argue": (N_("Argumenter"), N_("On peut y publier des arguments.")),
    "may_source": (N_("Citer des sources"), N_("On peut y ajouter des sources.")),
    "may_vote": (N_("Voter"), N_("On peut y voter.")),
    "may_amend": (N_("Proposer une modification"), N_("On peut y proposer une autre rédaction.")),
}
_ROUND_COLUMNS = (
    Column("id", "string", N_("Identifiant"), N_("Identifiant stable de la période.")),
    Column("title", "string", N_("Titre"), N_("Titre de la période.")),
    Column("opens_at", "datetime", N_("Ouverture"), N_("Instant de l’ouverture, en temps universel.")),
    Column("closes_at", "datetime", N_("Clôture"), N_("Instant de la clôture, en temps universel.")),
    *(Column(name, "boolean", title, description) for name, (title, description) in _MAY.items()),
    PROVISIONAL,
)


async def _rounds(scope: Scope) -> AsyncIterator[list[Row]]:
    rows: list[Row] = [
        (
            str(one.id),
            one.title,
            iso(one.opens_at),
            iso(one.closes_at),
            *(getattr(one, name) for name in _MAY),
            scope.provisional,
        )
        for one in await rounds_of(scope.consultation_id)
    ]
    if rows:
        yield rows


ROUNDS = Table(
    "rounds",
    N_("Périodes"),
    N_("Les périodes de la consultation et ce que l’on pouvait y faire, dans l’ordre de leur ouverture."),
    _ROUND_COLUMNS,
    ("id",),
    _rounds,
)

_ORGANISATION_COLUMNS = (
    Column("id", "string", N_("Identifiant"), N_("Identifiant stable de l’organisation.")),
    Column("name", "string", N_("Nom"), N_("Nom de l’organisation.")),
    Column("kind", "string", N_("Nature"), N_("association, company, public_body, union ou other.")),
    Column("number_kind", "string", N_("Répertoire"), N_("siren, siret ou rna.")),
    Column("number", "string", N_("Numéro"), N_("Numéro dans ce répertoire, s’il est connu.")),
    Column("site", "string", N_("Site"), N_("Adresse de son site.")),
    Column("verified", "boolean", N_("Vérifiée"), N_("Vrai si le territoire l’a vérifiée.")),
    PROVISIONAL,
)
# an organisation is named here when something that it wrote is public in this consultation
_SPEAKING = " UNION ".join(
    f"SELECT {item}.organisation_id FROM {rows} WHERE c.consultation_id = :consultation AND {alive}"
    for rows, alive, item in (
        ("contribution c", "c.state = 'published'", "c"),
        *((FROM[kind], ALIVE[kind], "i") for kind in FROM),
    )
)


async def _organisations(scope: Scope) -> AsyncIterator[list[Row]]:
    texts = Texts(scope.engine)
    plain = ("name", "kind")
    expressions = {
        "id": texts.key("o.id"),
        **{name: f"o.{name}" for name in plain},
        **{name: f"NULLIF(o.{name}, '')" for name in ("number_kind", "number", "site")},
        "verified": "o.state = 'verified'",
    }
    sql = (
        f"SELECT {select(_ORGANISATION_COLUMNS, expressions)} FROM organisation o"
        f" WHERE o.territory_id = :territory AND o.id IN ({_SPEAKING}) ORDER BY o.id"
    )
    async for batch in stream(scope, _ORGANISATION_COLUMNS, sql, {"verified": booleans}, territory=scope.territory_id):
        yield batch


ORGANISATIONS = Table(
    "organisations",
    N_("Organisations"),
    N_("Celles qui se sont exprimées dans la consultation, et ce que le territoire a vérifié d’elles."),
    _ORGANISATION_COLUMNS,
    ("id",),
    _organisations,
)
