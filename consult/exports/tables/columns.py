"""Columns and SQL that several tables share."""

from consult.core.language import N_
from consult.exports.tables.shape import Column, Texts
from consult.register.contents import WORDINGS

ABOVE = "above_removed"
"""The state of an item that is not public any more because what it stands under is not."""

AUTHOR_JOINS = (
    " LEFT JOIN account author ON author.id = i.author_id LEFT JOIN organisation body ON body.id = i.organisation_id"
)
_WORDINGS = ", ".join(f"'{kind}'" for kind in WORDINGS)

ITEM_ID = Column(
    "id", "string", N_("Identifiant"), N_("Identifiant stable, le même dans tous les fichiers et au registre.")
)
CONTRIBUTION = Column(
    "contribution", "integer", N_("Contribution"), N_("Numéro de la contribution sous laquelle on a écrit.")
)
STATE = Column(
    "state",
    "string",
    N_("État"),
    N_(
        "published : en ligne ; withdrawn : retiré par son auteur ; hidden : retiré par la modération ;"
        " above_removed : ce sous quoi on avait écrit a été retiré."
    ),
)
TITLE = Column("title", "string", N_("Titre"), N_("Titre ; vide si le texte est retiré."))
BODY = Column("body", "string", N_("Texte"), N_("Texte tel qu’il a été écrit (Markdown) ; vide s’il est retiré."))
REVISION = Column("revision", "integer", N_("Version"), N_("Rang de cette version du texte ; la première est 1."))
AUTHOR = (
    Column("author", "string", N_("Auteur"), N_("Nom public de la personne, ou nom de l’organisation qui s’exprime.")),
    Column(
        "author_kind",
        "string",
        N_("Qualité de l’auteur"),
        N_(
            "citizen : particulier ; organiser : l’organisateur ; association, company, public_body, union, other :"
            " organisations."
        ),
    ),
    Column(
        "author_key",
        "string",
        N_("Clé de l’auteur"),
        N_("La même pour tout ce qu’un auteur a écrit dans cette consultation ; ne mène à aucun compte."),
    ),
    Column(
        "organisation_id",
        "string",
        N_("Organisation"),
        N_("Identifiant de l’organisation, dans le fichier des organisations ; vide pour un particulier."),
    ),
)
PUBLISHED_AT = Column("published_at", "datetime", N_("Publié le"), N_("Instant de la publication, en temps universel."))
EDITED_AT = Column(
    "edited_at",
    "datetime",
    N_("Modifié le"),
    N_("Instant de la dernière modification par l’auteur, en temps universel."),
)
REMOVED = (
    Column("removed_on", "date", N_("Retiré le"), N_("Jour du retrait ; vide pour ce qui est en ligne.")),
    Column("removed_ground", "string", N_("Motif du retrait"), N_("Motif de la décision de modération.")),
)


def shown(alive: str, expression: str) -> str:
    """An expression for what is public alone."""
    return f"CASE WHEN {alive} THEN {expression} END"


def place_sql(texts: Texts, alive: str) -> dict[str, str]:
    """Where an item stands, its state and its dates: what a mention of removal shows too.

    Args:
        alive: the SQL test of whether it is public.
    """
    return {
        "id": texts.key("i.id"),
        "state": f"CASE WHEN i.state = 'published' AND NOT ({alive}) THEN '{ABOVE}' ELSE i.state END",
        "published_at": texts.instant("COALESCE(i.published_at, i.created_at)"),
        "edited_at": shown(alive, texts.instant("i.edited_at")),
        "removed_on": texts.minute("i.removed_at"),
        "removed_ground": "CASE WHEN i.state = 'hidden' THEN i.removed_ground END",
    }


def author_sql(texts: Texts, alive: str) -> dict[str, str]:
    """Who wrote a public item, as pages say it; no account's key leaves the query but to be digested."""
    return {
        "author": shown(alive, "COALESCE(body.name, author.public_name)"),
        "author_kind": shown(alive, "i.author_kind"),
        "author_key": shown(
            alive,
            f"COALESCE('o' || {texts.key('body.id')},"
            f" CASE WHEN author.deleted_at IS NULL THEN 'a' || {texts.key('author.id')} END)",
        ),
        "organisation_id": shown(alive, texts.key("body.id")),
    }


def wording_sql(
    texts: Texts, alive: str, kind: str, item: str = "i.id", revision: str = "i.revision"
) -> dict[str, str]:
    """The place of the register's entry about an item's wording, and the salt of what is public.

    Two looks into the index on items, and no join: PostgreSQL would hash the whole register for it.
    """
    # SQLite's index goes on with the row's number, so the first entry needs no sorting there
    first = "w.rowid" if texts.sqlite else "w.position"

    def entry(column: str) -> str:
        return (
            f"(SELECT {column} FROM register_entry w WHERE w.item_kind = '{kind}' AND w.item_id = {item}"
            f" AND w.revision = {revision} AND w.kind IN ({_WORDINGS}) ORDER BY {first} LIMIT 1)"
        )

    return {"register_position": entry("w.position"), "register_salt": shown(alive, entry(texts.hexed("w.salt")))}
