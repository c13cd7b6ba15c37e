"""What workbooks have in common: a first sheet « À lire », names of sheets, and what a cell cannot carry."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from consult.exports.formats.values import REPLACEMENT, UNPRINTABLE, one_line_end

if TYPE_CHECKING:
    from consult.exports.tables import Scope, Table

READ_ME = "À lire"
CELL = 32_767
CUT = f" […] [texte coupé ici : une cellule n’en tient pas plus de {CELL} caractères ; il est entier dans le CSV.]"
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\']")
_NAME = 31
Style = Literal["title", "strong", "plain"]


@dataclass
class Sheet:
    """A table in the workbook, and the names of the sheets that hold it: more than one when one is full."""

    table: "Table"
    names: list[str]
    rows: int = 0


@dataclass
class Contents:
    """What was written to a workbook: told in its first sheet, which is filled last."""

    sheets: list[Sheet] = field(default_factory=list)
    cut: int = 0
    replaced: int = 0

    def begin(self, table: "Table") -> str:
        """A new table: the name of its first sheet."""
        self.sheets.append(Sheet(table, []))
        return self.go_on()

    def go_on(self) -> str:
        """The present table needs another sheet: its name."""
        sheet = self.sheets[-1]
        number = len(sheet.names) + 1
        end = "" if number == 1 else f" ({number})"
        name = _NOT_IN_NAMES.sub(" ", sheet.table.title)[: _NAME - len(end)].strip() + end
        sheet.names.append(name)
        return name

    def printable(self, text: str) -> str:
        """The text without what XML cannot carry, and with one kind of line end."""
        if UNPRINTABLE.search(text):
            text, count = UNPRINTABLE.subn(REPLACEMENT, text)
            self.replaced += count
        return one_line_end(text)

    def fitting(self, text: str) -> str:
        """The text, or as much of it as a cell of Excel holds, with words that say so."""
        if len(text) <= CELL // 2 or _units(text) <= CELL:
            return text
        self.cut += 1
        room = CELL - len(CUT)
        return text.encode("utf-16-le")[: room * 2].decode("utf-16-le", "ignore") + CUT

    def read_me(self, scope: "Scope") -> list[tuple[Style, list[str]]]:
        """The rows of the first sheet, each with its style."""
        at = scope.cut_off.astimezone(scope.zone)
        rows: list[tuple[Style, list[str]]] = [
            ("title", [scope.title]),
            ("plain", [f"Résultats arrêtés au {at:%d/%m/%Y} à {at:%H:%M} ({scope.timezone}). {scope.territory_name}"]),
        ]
        if scope.provisional:
            words = "PROVISOIRE : la consultation n’est pas terminée, ces lignes peuvent encore changer."
            rows.append(("strong", [words]))
        rows += [
            ("plain", [f"Adresse : {scope.url}"]),
            ("plain", ["Licence Ouverte 2.0 (etalab-2.0)"]),
            (
                "plain",
                [f"Heures du fuseau {scope.timezone} ; les fichiers CSV et JSON les donnent en temps universel."],
            ),
            *(("plain", [note]) for note in self._notes()),
            ("plain", []),
            ("strong", ["Feuille", "Colonne", "Nom dans les fichiers CSV", "Explication"]),
        ]
        for sheet in self.sheets:
            count = f"{sheet.rows:,}".replace(",", "\u202f")
            names = ", ".join(sheet.names)
            lines = f"{count} ligne{'s' if sheet.rows > 1 else ''}"
            rows.append(("strong", [names, lines, sheet.table.name, sheet.table.description]))
            rows += [
                # the one thing that a workbook tells in another way than the other files, which are described here too
                ("plain", ["", one.title, one.name, one.description.replace("en temps universel", "à l’heure locale")])
                for one in sheet.table.columns
            ]
        return rows

    def _notes(self) -> Iterable[str]:
        if self.cut:
            yield (
                f"Textes de plus de {CELL} caractères, coupés ici car une cellule n’en tient pas plus, et entiers dans"
                f" les fichiers CSV : {self.cut}."
            )
        if self.replaced:
            yield (
                f"Caractères de contrôle, qu’aucun classeur ne contient, remplacés par {REPLACEMENT} : {self.replaced}."
            )
        if any(len(sheet.names) > 1 for sheet in self.sheets):
            yield "Une table plus longue qu’une feuille continue dans la feuille suivante, du même nom numéroté."


def _units(text: str) -> int:
    """The length as Excel counts it: an emoji is two."""
    return len(text) + sum(one > "\uffff" for one in text)
