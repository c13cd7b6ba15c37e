"""The tables of a consultation that anybody can take away: what is in them, column by column, and their rows."""

from consult.exports.tables.contributions import CONTRIBUTIONS
from consult.exports.tables.frame import SECTIONS
from consult.exports.tables.scope import scope_of
from consult.exports.tables.shape import Column, Row, Scope, Table

TABLES: dict[str, Table] = {table.name: table for table in (CONTRIBUTIONS, SECTIONS)}

__all__ = ["TABLES", "Column", "Row", "Scope", "Table", "scope_of"]
