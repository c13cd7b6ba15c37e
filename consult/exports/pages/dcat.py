"""DCAT-AP 3 as JSON-LD: pure, from what the rows say. What portals of open data harvest by themselves."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from consult.exports.making.products import Product, media_type_of, products
from consult.exports.package.words import LICENCE_PAGE
from consult.exports.queries import FileView, SetView
from consult.exports.tables import TABLES
from consult.web.language import words_of

AUTHORITY = "http://publications.europa.eu/resource/authority"
IANA = "https://www.iana.org/assignments/media-types"
LANGUAGES = {"fr": "FRA", "en": "ENG"}
# The file types of the Union's list; what is not in it has a media type only.
FILE_TYPES = {
    ".csv": "CSV", ".parquet": "PARQUET", ".xlsx": "XLSX", ".ods": "ODS", ".zip": "ZIP", ".pdf": "PDF", ".docx": "DOCX",
    ".html": "HTML",
}  # fmt: skip
CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "spdx": "http://spdx.org/rdf/terms#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "adms": "http://www.w3.org/ns/adms#",
}
_STATED = {True: "DEVELOP", False: "COMPLETED"}


@dataclass(frozen=True)
class Publisher:
    """A territory, as a catalogue names it.

    Attributes:
        address: where its permanent links lead, without a slash at the end.
    """

    name: str
    address: str
    language: str
    contact: str = ""


def as_document(what: dict[str, Any]) -> dict[str, Any]:
    """A node as a document of its own."""
    return {"@context": CONTEXT, **what}


def as_catalogue(publisher: Publisher, datasets: list[dict[str, Any]]) -> dict[str, Any]:
    """A territory's datasets."""
    return {
        "@id": f"{publisher.address}/catalog.jsonld",
        "@type": "dcat:Catalog",
        "dct:title": _both(f"Consultations publiques : {publisher.name}", f"Public consultations: {publisher.name}"),
        "dct:description": _both(
            "Les résultats des consultations publiques qui sont terminées, avec les preuves de leur intégrité.",
            "The results of the public consultations that are over, with the proofs of their integrity.",
        ),
        "dct:publisher": _agent(publisher),
        "dct:language": _language(publisher),
        "dct:license": {"@id": LICENCE_PAGE},
        "foaf:homepage": {"@id": publisher.address + "/"},
        "dcat:dataset": datasets,
    }


def as_dataset(publisher: Publisher, one: dict[str, Any]) -> dict[str, Any]:
    """A consultation's files in service, as :func:`consult.exports.queries.datasets_of` gives them."""
    made: SetView = one["made"]
    page = f"{publisher.address}/consultations/{one['slug']}"
    known = {product.file_name(provisional=made.provisional): product for product in products()}
    return {
        "@id": f"{page}/exports/dcat.jsonld#dataset",
        "@type": "dcat:Dataset",
        "dct:identifier": page,
        "dct:title": _both(f"{one['title']} : résultats", f"{one['title']}: results"),
        "dct:description": _both(*_described(one["question"], made)),
        "dct:publisher": _agent(publisher),
        "dcat:contactPoint": _contact(publisher),
        "dct:language": _language(publisher),
        "dct:license": {"@id": LICENCE_PAGE},
        "dct:issued": _instant(made.made_at or made.asked_at),
        "dct:modified": _instant(made.cut_off),
        "dct:temporal": _period(one["opens_at"], one["closes_at"]),
        "dct:accrualPeriodicity": {"@id": f"{AUTHORITY}/frequency/{'IRREG' if made.provisional else 'NEVER'}"},
        "adms:status": {"@id": f"{AUTHORITY}/dataset-status/{_STATED[made.provisional]}"},
        "dcat:landingPage": {"@id": f"{page}/exports"},
        "dcat:keyword": [{"@value": "consultation publique", "@language": "fr"}],
        "dcat:distribution": [_distribution(page, file, known.get(file.name)) for file in made.files],
    }


def _described(question: str, made: SetView) -> tuple[str, str]:
    french = "Provisoire : la consultation est ouverte. " if made.provisional else ""
    english = "Provisional: the consultation is open. " if made.provisional else ""
    return (
        f"{question} {french}Contributions, arguments, sources, votes et décisions de modération.".strip(),
        f"{question} {english}Contributions, arguments, sources, votes and moderation decisions.".strip(),
    )


def _distribution(page: str, file: FileView, product: Product | None) -> dict[str, Any]:
    source = TABLES[file.table].title if file.table in TABLES else product.title if product else file.name
    found: dict[str, Any] = {
        "@id": f"{page}/exports/{file.name}",
        "@type": "dcat:Distribution",
        "dct:title": _both(*(f"{words_of(code, source)} ({file.name})" for code in ("fr", "en"))),
        "dcat:accessURL": {"@id": f"{page}/exports"},
        "dcat:downloadURL": {"@id": f"{page}/exports/{file.name}"},
        "dcat:mediaType": {"@id": f"{IANA}/{media_type_of(file.name).partition(';')[0]}"},
        "dcat:byteSize": {"@value": str(file.size), "@type": "xsd:nonNegativeInteger"},
        "dct:issued": _instant(file.made_at),
        "dct:license": {"@id": LICENCE_PAGE},
        "spdx:checksum": {
            "@type": "spdx:Checksum",
            "spdx:algorithm": {"@id": "spdx:checksumAlgorithm_sha256"},
            "spdx:checksumValue": {"@value": file.sha256, "@type": "xsd:hexBinary"},
        },
    }
    kind = FILE_TYPES.get(f".{file.name.rpartition('.')[2]}")
    return found | ({"dct:format": {"@id": f"{AUTHORITY}/file-type/{kind}"}} if kind else {})


def _both(french: str, english: str) -> list[dict[str, str]]:
    return [{"@value": french, "@language": "fr"}, {"@value": english, "@language": "en"}]


def _agent(publisher: Publisher) -> dict[str, Any]:
    return {"@id": publisher.address + "/", "@type": "foaf:Agent", "foaf:name": publisher.name}


def _contact(publisher: Publisher) -> dict[str, Any]:
    found: dict[str, Any] = {"@type": "vcard:Organization", "vcard:fn": publisher.name}
    return found | ({"vcard:hasEmail": {"@id": f"mailto:{publisher.contact}"}} if publisher.contact else {})


def _language(publisher: Publisher) -> dict[str, str]:
    return {"@id": f"{AUTHORITY}/language/{LANGUAGES.get(publisher.language, 'FRA')}"}


def _instant(at: datetime) -> dict[str, str]:
    return {"@value": at.astimezone(UTC).isoformat(timespec="seconds"), "@type": "xsd:dateTime"}


def _period(opens_at: datetime | None, closes_at: datetime | None) -> dict[str, Any]:
    ends = {"dcat:startDate": opens_at, "dcat:endDate": closes_at}
    return {"@type": "dct:PeriodOfTime", **{name: _instant(at) for name, at in ends.items() if at is not None}}
