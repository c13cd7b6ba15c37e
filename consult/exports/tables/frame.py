"""The tables of the frame: sections, rounds, organisations. Small ones: they are read whole."""

from collections.abc import AsyncIterator

from consult.consultations.queries import outline
from consult.consultations.rules import SECTION_FLAG, Deed
from consult.core.database import execute
from consult.core.language import N_
from consult.exports.tables.shape import PROVISIONAL, Column, Row, Scope, Table

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
