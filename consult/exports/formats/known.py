"""The formats in which tables can be taken away, how their files are called, and what may go wrong."""

from dataclasses import dataclass

from consult.core.errors import ConsultError, Refusal
from consult.core.language import N_


@dataclass(frozen=True)
class Format:
    """A way to write tables.

    Attributes:
        name: the word of ``consult export --format``.
        suffix: what follows the base of a file's name: see :func:`file_name`.
        title: a French source string, as the page of exports shows it.
        whole: all tables go into one file (a workbook) instead of a file each.
    """

    name: str
    suffix: str
    media_type: str
    title: str
    whole: bool = False


FORMATS: dict[str, Format] = {
    one.name: one
    for one in (
        Format("csv", ".csv", "text/csv; charset=utf-8; header=present", N_("CSV")),
        Format("tableur", "-tableur.csv", "text/csv; charset=utf-8; header=present", N_("CSV pour tableur")),
        Format("jsonl", ".jsonl", "application/x-ndjson", N_("JSON Lines")),
        Format("parquet", ".parquet", "application/vnd.apache.parquet", N_("Parquet")),
        Format(
            "xlsx",
            ".xlsx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            N_("Classeur Excel (XLSX)"),
            whole=True,
        ),
        Format(
            "ods",
            ".ods",
            "application/vnd.oasis.opendocument.spreadsheet",
            N_("Classeur OpenDocument (ODS)"),
            whole=True,
        ),
    )
}


def file_name(base: str, suffix: str, provisional: bool) -> str:
    """``contributions.csv``, ``contributions-tableur.csv``; ``contributions-provisoire.csv`` before the end."""
    return f"{base}{'-provisoire' if provisional else ''}{suffix}"


@dataclass(frozen=True)
class Written:
    """A file that is whole: its rows (without headings; None where it has none), its size in bytes, its SHA-256."""

    rows: int | None
    size: int
    sha256: str


class TooLarge(ConsultError):
    """There are more rows than the format can carry; another format carries them all."""

    def __init__(self, format_name: str, limit: int) -> None:
        super().__init__(
            f"{format_name}: more than {limit:,} rows, which no office program opens from this format;"
            " take csv, parquet or xlsx"
        )
        self.refusal = Refusal(
            "too_many_rows",
            N_("Plus de %(limit)s lignes : trop pour ce format. Les fichiers CSV, Parquet et XLSX les ont toutes."),
            {"limit": f"{limit:,}".replace(",", "\u202f")},
        )


class ExtraMissing(ConsultError):
    """The libraries of the heavy formats are not installed: ``pip install "consult[results]"``."""

    def __init__(self, format_name: str, library: str) -> None:
        super().__init__(
            f'{format_name} needs {library}, which is not installed: pip install "consult[results]"'
            " (csv, tableur and jsonl need nothing more)"
        )
        self.refusal = Refusal(
            "extra_missing",
            N_("Ce format n’est pas installé sur ce serveur. Les fichiers CSV et JSON Lines ont les mêmes données."),
        )
