"""Every counter, compared with its definition: what is public, counted again from the rows."""

from consult.core.database import execute

# Above it, a text is public when it and all that it stands under are.
_CONTRIBUTION = "c.state = 'published'"
_AMENDMENT = "(i.amendment_id IS NULL OR a.state = 'published')"
_ARGUMENTS = (
    "FROM argument i JOIN contribution c ON c.id = i.contribution_id LEFT JOIN amendment a ON a.id = i.amendment_id"
    f" WHERE i.state = 'published' AND {_AMENDMENT}"
)
_SOURCES = (
    "FROM source i JOIN contribution c ON c.id = i.contribution_id LEFT JOIN argument g ON g.id = i.argument_id"
    " LEFT JOIN amendment a ON a.id = g.amendment_id WHERE i.state = 'published'"
    " AND (i.argument_id IS NULL OR g.state = 'published') AND (g.amendment_id IS NULL OR a.state = 'published')"
)
_AMENDMENTS = "FROM amendment i JOIN contribution c ON c.id = i.contribution_id WHERE i.state = 'published'"
_ENDS = ("agree", "mixed", "disagree")


def _votes(end: str, revision: str) -> str:
    return (
        f"SELECT COUNT(*) FROM vote v WHERE v.contribution_id = x.id AND v.choice = '{end}' AND v.revision {revision}"
        " x.revision"
    )


def _tally(what: str, place: str) -> str:
    return f"SELECT COALESCE(SUM(t.{what}), 0) FROM tally t WHERE t.{place}_id = x.id"


_ALL = " + ".join(f"x.{kind}_{end}" for kind in ("votes", "earlier", "tally") for end in _ENDS)
_SIDE = {end: f"x.votes_{end} + x.earlier_{end} + x.tally_{end}" for end in ("agree", "disagree")}

# table -> counter -> definition. Counters of what is gone are not shown, and keep what they were.
DEFINITIONS: dict[str, dict[str, str]] = {
    "contribution": {
        **{f"votes_{end}": _votes(end, "=") for end in _ENDS},
        **{f"earlier_{end}": _votes(end, "<") for end in _ENDS},
        **{f"tally_{end}": _tally(end, "contribution") for end in _ENDS},
        "votes_total": f"SELECT {_ALL}",
        "contested": f"SELECT CASE WHEN {_SIDE['agree']} < {_SIDE['disagree']} THEN {_SIDE['agree']}"
        f" ELSE {_SIDE['disagree']} END",
        "arguments_for": f"SELECT COUNT(*) {_ARGUMENTS} AND c.id = x.id AND i.amendment_id IS NULL AND i.side = 'for'",
        "arguments_against": f"SELECT COUNT(*) {_ARGUMENTS} AND c.id = x.id AND i.amendment_id IS NULL"
        " AND i.side = 'against'",
        "arguments_count": f"SELECT COUNT(*) {_ARGUMENTS} AND c.id = x.id",
        "sources_count": f"SELECT COUNT(*) {_SOURCES} AND c.id = x.id",
        "amendments_count": f"SELECT COUNT(*) {_AMENDMENTS} AND c.id = x.id",
    },
    "amendment": {
        f"votes_{end}": f"SELECT (SELECT COUNT(*) FROM vote v WHERE v.amendment_id = x.id AND v.choice = '{end}')"
        f" + ({_tally(end, 'amendment')})"
        for end in _ENDS
    },
    "argument": {
        "supports": "SELECT COUNT(*) FROM support s WHERE s.argument_id = x.id",
        "tally_supports": _tally("supports", "argument"),
        "supports_total": "SELECT x.supports + x.tally_supports",
        "sources_count": "SELECT COUNT(*) FROM source i WHERE i.argument_id = x.id AND i.state = 'published'",
    },
    "source": {
        "supports": "SELECT COUNT(*) FROM support s WHERE s.source_id = x.id",
        "tally_supports": _tally("supports", "source"),
        "supports_total": "SELECT x.supports + x.tally_supports",
    },
    "section": {
        "contributions_count": f"SELECT COUNT(*) FROM contribution c WHERE c.section_id = x.id AND {_CONTRIBUTION}",
    },
    "consultation": {
        "last_number": "SELECT COALESCE(MAX(c.number), 0) FROM contribution c WHERE c.consultation_id = x.id",
        "contributions_count": "SELECT COUNT(*) FROM contribution c WHERE c.consultation_id = x.id"
        f" AND {_CONTRIBUTION}",
        "arguments_count": f"SELECT COUNT(*) {_ARGUMENTS} AND c.consultation_id = x.id AND {_CONTRIBUTION}",
        "sources_count": f"SELECT COUNT(*) {_SOURCES} AND c.consultation_id = x.id AND {_CONTRIBUTION}",
        "amendments_count": f"SELECT COUNT(*) {_AMENDMENTS} AND c.consultation_id = x.id AND {_CONTRIBUTION}",
        "votes_count": "SELECT COALESCE(SUM(c.votes_total), 0) FROM contribution c WHERE c.consultation_id = x.id"
        f" AND {_CONTRIBUTION}",
    },
}


async def recount() -> list[str]:
    """Each counter that says something else than its definition, in words."""
    wrong = []
    for table, counters in DEFINITIONS.items():
        columns = ", ".join(
            f"x.{name} AS is_{name}, ({definition}) AS be_{name}" for name, definition in counters.items()
        )
        alive = " WHERE x.state = 'published'" if table not in {"section", "consultation"} else ""
        for row in await execute(f"SELECT x.id, {columns} FROM {table} x{alive}"):
            wrong += [
                f"{table} {row['id']}: {name} is {row[f'is_{name}']}, should be {row[f'be_{name}']}"
                for name in counters
                if int(row[f"is_{name}"]) != int(row[f"be_{name}"])
            ]
    return wrong


async def number_gaps() -> list[str]:
    """Consultations whose contribution numbers have a gap or a double."""
    rows = await execute(
        "SELECT consultation_id, COUNT(number) AS many, COUNT(DISTINCT number) AS different, MIN(number) AS lowest,"
        " MAX(number) AS highest FROM contribution WHERE number IS NOT NULL GROUP BY consultation_id"
    )
    return [str(row) for row in rows if not row["many"] == row["different"] == row["highest"] or row["lowest"] != 1]
