"""``datapackage.json``: every file and column described, in French and in English (Frictionless, Table Schema)."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from consult.exports.formats import Written
from consult.exports.package.words import LICENCE_NAME, LICENCE_PAGE, LICENCE_TITLE
from consult.exports.tables.shape import Column, Scope, Table
from consult.exports.verifying import layout
from consult.register.canonical import stamp
from consult.web.language import words_of

_TITLE = {False: "{title} : résultats", True: "{title} : résultats provisoires"}
_TITLE_EN = {False: "{title}: results", True: "{title}: provisional results"}
_MEANING = {
    False: "Résultats complets de la consultation, arrêtés au {date}.",
    True: "PROVISOIRE : la consultation n’est pas terminée, ces données peuvent encore changer (état au {date}).",
}
_MEANING_EN = {
    False: "The whole results of the consultation, as of {date}.",
    True: "PROVISIONAL: the consultation is not over, this data may still change (as of {date}).",
}


def description(scope: Scope, tables: Mapping[str, tuple[Table, Written]]) -> bytes:
    """The description of a package.

    Args:
        tables: what was written, by the name of the file in the package.
    """
    date, provisional = stamp(scope.cut_off), scope.provisional
    found = {
        "profile": "data-package",
        "name": f"consultation-{scope.slug}" + ("-provisoire" if provisional else ""),
        "title": _TITLE[provisional].format(title=scope.title),
        "title_en": _TITLE_EN[provisional].format(title=scope.title),
        "description": _MEANING[provisional].format(date=date),
        "description_en": _MEANING_EN[provisional].format(date=date),
        "homepage": scope.url,
        "created": date,
        "licenses": [{"name": LICENCE_NAME, "title": LICENCE_TITLE, "path": LICENCE_PAGE}],
        "contributors": [{"title": scope.territory_name, "role": "publisher"}],
        "consult": {
            "format": layout.FORMAT,
            "territory": scope.territory_slug,
            "consultation": scope.slug,
            "cut_off": date,
            "provisional": provisional,
        },
        "resources": [_resource(name, table, written) for name, (table, written) in tables.items()],
    }
    return (json.dumps(found, ensure_ascii=False, indent=1) + "\n").encode()


def titles(tables: Mapping[str, tuple[Table, Written]], language: str) -> list[tuple[str, str]]:
    """File and title of each table in a language, for the texts that people read."""
    return [(name, words_of(language, table.title)) for name, (table, _) in tables.items()]


def _resource(name: str, table: Table, written: Written) -> dict[str, Any]:
    return {
        "profile": "tabular-data-resource",
        "name": table.name,
        "path": name,
        **_in_both("title", table.title),
        **_in_both("description", table.description),
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": written.size,
        "hash": f"sha256:{written.sha256}",
        "rows": written.rows,
        "dialect": {"delimiter": ",", "lineTerminator": "\r\n", "quoteChar": '"', "doubleQuote": True, "header": True},
        "schema": {
            "fields": [_field(column, table.key) for column in table.columns],
            "primaryKey": list(table.key),
            "missingValues": [""],
        },
    }


def _field(column: Column, key: Sequence[str]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": column.name,
        "type": column.type,
        **_in_both("title", column.title),
        **_in_both("description", column.description),
    }
    if column.type == "boolean":
        found |= {"trueValues": ["true"], "falseValues": ["false"]}
    if column.name in key:
        found["constraints"] = {"required": True}
    return found


def _in_both(name: str, text: str) -> dict[str, str]:
    return {name: words_of("fr", text), f"{name}_en": words_of("en", text)}
