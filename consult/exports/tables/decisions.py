"""The table of moderation's decisions: what the public record shows, and no more. No name, no number, no text."""

from collections.abc import AsyncIterator

from consult.core.language import N_
from consult.core.signing import digests
from consult.exports.tables.shape import PROVISIONAL, Column, Row, Scope, Table, Texts
from consult.exports.tables.streaming import booleans, days, select, stream

KEY_LENGTH = 16
_COLUMNS = (
    Column("decision", "string", N_("Décision"), N_("Identifiant stable de la ligne ; il ne mène à rien d’autre.")),
    Column("decided_on", "date", N_("Prise le"), N_("Jour de la décision.")),
    Column("kind", "string", N_("Objet"), N_("contribution, amendment, argument, source, ou account : un compte.")),
    Column(
        "effect",
        "string",
        N_("Effet"),
        N_(
            "keep : maintien ; correct : correction demandée ; merge : réunion avec une autre ; hide : retrait ;"
            " hide_illegal : retrait d’un contenu illicite ; restrict : suspension d’un compte."
        ),
    ),
    Column(
        "ground", "string", N_("Motif"), N_("L’article de la charte ou de la loi, en un mot ; vide pour un maintien.")
    ),
    Column("automated", "boolean", N_("Automatique"), N_("Vrai si personne n’avait encore regardé.")),
    Column("waited_hours", "integer", N_("Attente (heures)"), N_("Heures, commencées, avant la décision.")),
    Column("appealed_on", "date", N_("Recours le"), N_("Jour du recours, s’il y en a eu un.")),
    Column(
        "appeal_outcome",
        "string",
        N_("Issue du recours"),
        N_("upheld : confirmée ; reversed : annulée ; vide : en attente."),
    ),
    PROVISIONAL,
)


async def _rows(scope: Scope) -> AsyncIterator[list[Row]]:
    texts = Texts(scope.engine)
    waited = (
        "(CAST(STRFTIME('%s', SUBSTR({0}, 1, 19)) AS BIGINT))" if texts.sqlite else "FLOOR(EXTRACT(EPOCH FROM {0}))"
    )
    seconds = f"CAST({waited.format('d.decided_at')} - {waited.format('d.opened_at')} AS BIGINT)"
    expressions = {
        "decision": texts.key("d.id"),
        "decided_on": texts.minute("d.decided_at"),
        "kind": "d.kind",
        "effect": "d.effect",
        "ground": "NULLIF(d.ground, '')",
        "automated": "d.automated",
        "waited_hours": f"CASE WHEN {seconds} > 0 THEN ({seconds} + 3599) / 3600 ELSE 0 END",
        "appealed_on": texts.minute("p.made_at"),
        "appeal_outcome": "NULLIF(p.outcome, '')",
    }
    # by the territory, whose decisions have an index
    sql = (
        f"SELECT {select(_COLUMNS, expressions)} FROM decision d LEFT JOIN appeal p ON p.decision_id = d.id"
        " WHERE d.territory_id = :territory AND d.consultation_id = :consultation ORDER BY d.decided_at, d.id"
    )
    key, day = digests(f"decision.{scope.consultation_id}"), days(scope)
    converts = {
        "decision": lambda known: key(known)[:KEY_LENGTH],
        "decided_on": day,
        "appealed_on": day,
        "automated": booleans,
    }
    async for batch in stream(scope, _COLUMNS, sql, converts, territory=scope.territory_id):
        yield batch


DECISIONS = Table(
    "decisions",
    N_("Décisions de modération"),
    N_("Ce que la modération a décidé, avec ses motifs et ses recours, sans nom, sans numéro et sans texte."),
    _COLUMNS,
    ("decision",),
    _rows,
)
