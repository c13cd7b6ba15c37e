"""Who wrote an item, as pages show it: the person's public name, or the organisation's with its kind.

A query joins with :data:`AUTHOR_JOINS` and selects :data:`AUTHOR_COLUMNS` (the item's alias is ``i``);
:func:`author_of` makes of such a row what ``components/author_line.html`` takes.
"""

from collections.abc import Mapping
from typing import Any

from consult.core.language import N_

AUTHOR_COLUMNS = (
    "i.author_id, i.author_kind, i.organisation_id, author.public_name AS author_name,"
    " body.name AS organisation_name, body.shows_members AS shows_members"
)
AUTHOR_JOINS = (
    " LEFT JOIN account author ON author.id = i.author_id LEFT JOIN organisation body ON body.id = i.organisation_id"
)

KINDS = {
    "citizen": N_("Citoyens"),
    "association": N_("Associations"),
    "company": N_("Entreprises"),
    "public_body": N_("Organismes publics"),
    "union": N_("Syndicats"),
    "other": N_("Autres organisations"),
}
"""The kinds of author, as lists filter on them."""

_SINGULAR = {
    "association": N_("association"),
    "company": N_("entreprise"),
    "public_body": N_("organisme public"),
    "union": N_("syndicat"),
    "other": N_("organisation"),
}


def author_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """The author of an item: ``name`` ("" for a deleted account), ``kind_label``, ``href`` and ``member``.

    An organisation speaks under its own name; its member's is beside it only if the organisation says so.
    """
    if row["organisation_id"] is None:
        return {"name": row["author_name"] or "", "kind_label": _SINGULAR.get(row["author_kind"], "")}
    return {
        "name": row["organisation_name"],
        "kind_label": _SINGULAR.get(row["author_kind"], ""),
        "href": f"/organisations/{row['organisation_id']}",
        "member": (row["author_name"] or "") if row["shows_members"] else "",
    }
