"""DCAT-AP as JSON-LD, read as a harvester reads it: every node expanded, what is mandatory there, every link alive."""

import re
from datetime import datetime
from typing import Any

import pytest
from starlette.applications import Starlette

from consult.exports.models import ExportFile
from tests.browsing import Visitor
from tests.cast import NOON
from tests.exports.sets import PATH, Results, made, some_results

DCAT, DCT, SPDX = "http://www.w3.org/ns/dcat#", "http://purl.org/dc/terms/", "http://spdx.org/rdf/terms#"
# What DCAT-AP 3 asks of each class: mandatory and recommended properties that every record of ours has.
SHAPES = {
    f"{DCAT}Catalog": ["title", "description", "publisher", "license", "language", f"{DCAT}dataset"],
    f"{DCAT}Dataset": [
        "title", "description", "publisher", "license", "issued", "modified", "temporal", "identifier", "language",
        f"{DCAT}distribution", f"{DCAT}landingPage", f"{DCAT}contactPoint", f"{DCAT}keyword",
    ],
    f"{DCAT}Distribution": [
        "title", "license", "issued", f"{DCAT}accessURL", f"{DCAT}downloadURL", f"{DCAT}mediaType", f"{DCAT}byteSize",
        f"{SPDX}checksum",
    ],
}  # fmt: skip


def expanded(document: dict[str, Any]) -> dict[str, Any]:
    """The document with whole addresses instead of prefixes."""
    context = document.pop("@context")

    def whole(word: str) -> str:
        prefix, colon, rest = word.partition(":")
        return context[prefix] + rest if colon and prefix in context else word

    def walk(node: Any) -> Any:
        if isinstance(node, list):
            return [walk(one) for one in node]
        if isinstance(node, dict):
            return {whole(key): whole(value) if key in {"@id", "@type"} else walk(value) for key, value in node.items()}
        return node

    return walk(document)  # type: ignore[no-any-return]


def nodes(node: Any) -> list[dict[str, Any]]:
    """A node and all below it."""
    if isinstance(node, list):
        return [found for one in node for found in nodes(one)]
    if isinstance(node, dict):
        return [node, *nodes(list(node.values()))]
    return []


def fits(document: dict[str, Any]) -> None:
    for node in nodes(document):
        for name in SHAPES.get(node.get("@type", ""), []):
            name = name if name.startswith("http") else DCT + name
            assert node.get(name), f"{node['@type']} has no {name}"
        for value in node.values():
            assert value not in ("", None), node
        if "@id" in node:
            assert re.match(r"(https?|mailto):", node["@id"]), node["@id"]


@pytest.fixture
async def results(app: Starlette, frozen: datetime) -> Results:
    found = await some_results()
    await made(found)
    return found


async def read(app: Starlette, path: str) -> dict[str, Any]:
    answer = await Visitor(app).client.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/ld+json"
    assert answer.headers["access-control-allow-origin"] == "*"
    return expanded(answer.json())


async def test_a_dataset_names_every_file_with_its_size_and_its_digest(app: Starlette, results: Results) -> None:
    document = await read(app, f"{PATH}/dcat.jsonld")
    fits(document)
    assert document["@type"] == f"{DCAT}Dataset"
    rows = {row.name: row for row in await ExportFile.all()}
    told = {one["@id"].rpartition("/")[2]: one for one in document[f"{DCAT}distribution"]}
    assert told.keys() == rows.keys()
    for name, row in rows.items():
        assert told[name][f"{DCAT}byteSize"]["@value"] == str(row.size)
        assert told[name][f"{SPDX}checksum"][f"{SPDX}checksumValue"]["@value"] == row.sha256
        link = told[name][f"{DCAT}downloadURL"]["@id"]
        assert link == f"http://vallon.test:8000{PATH}/{name}"
        assert (await Visitor(app).get(link.removeprefix("http://vallon.test:8000"))).status == 200
    assert told["contributions.csv"][f"{DCAT}mediaType"]["@id"].endswith("/text/csv")
    assert {one["@language"] for one in document[f"{DCT}title"]} == {"fr", "en"}
    period = document[f"{DCT}temporal"]
    assert datetime.fromisoformat(period[f"{DCAT}startDate"]["@value"]) < NOON
    assert datetime.fromisoformat(period[f"{DCAT}endDate"]["@value"]) < NOON


async def test_a_catalogue_holds_what_is_final_of_this_territory(app: Starlette, results: Results) -> None:
    document = await read(app, "/catalog.jsonld")
    fits(document)
    (one,) = document[f"{DCAT}dataset"]
    alone = await read(app, f"{PATH}/dcat.jsonld")
    assert one == alone, "the same words in both places"
    await results.reopen()
    document = await read(app, "/catalog.jsonld")
    assert document[f"{DCAT}dataset"] == []
    assert (await Visitor(app).get(f"{PATH}/dcat.jsonld")).status == 404
