"""The tables of a consultation that anybody can take away: what is in them, column by column, and their rows."""

from consult.exports.tables.beneath import AMENDMENTS, ARGUMENTS, SOURCES
from consult.exports.tables.contributions import CONTRIBUTIONS
from consult.exports.tables.decisions import DECISIONS
from consult.exports.tables.frame import ORGANISATIONS, ROUNDS, SECTIONS
from consult.exports.tables.revisions import REVISIONS
from consult.exports.tables.scope import scope_of
from consult.exports.tables.shape import Column, Row, Scope, Table
from consult.exports.tables.votes import TALLIES, VOTES

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        CONTRIBUTIONS, REVISIONS, AMENDMENTS, ARGUMENTS, SOURCES, VOTES, TALLIES, SECTIONS, ROUNDS, ORGANISATIONS,
        DECISIONS,
    )
}  # fmt: skip

__all__ = ["TABLES", "Column", "Row", "Scope", "Table", "scope_of"]
