"""The three documents, each written whole from the same nodes, inside of a snapshot, while other work goes on."""

import asyncio
import shutil
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path

from consult.core.language import N_
from consult.exports.formats import Written
from consult.exports.formats.files import Progress, aside, measured, never_half, workshop
from consult.exports.making import Product, add_product
from consult.exports.tables.shape import Scope
from consult.reports.composing.document import Document, compose
from consult.reports.composing.words import speaking
from consult.reports.content import Contribution, Node, Tombstone
from consult.reports.queries import consultation_row
from consult.reports.writing.docx import DocxWriter
from consult.reports.writing.html import HtmlWriter
from consult.reports.writing.pdf import typeset, write_data

NAME = "compte-rendu"


async def make_pdf(path: Path, scope: Scope, *, progress: Progress) -> Written:
    """A tagged PDF (PDF/UA-1)."""
    with never_half(path), workshop(path) as folder:
        row = await consultation_row(scope.consultation_id)
        with speaking(row["language"]):
            document = await compose(scope)
            async with aclosing(_told(document, progress)) as nodes:
                await write_data(folder, document.front, nodes)
        made = await typeset(folder)
        await aside(lambda: _move(made, path))
        return await aside(lambda: measured(path, None))


async def make_docx(path: Path, scope: Scope, *, progress: Progress) -> Written:
    """A document for word processors."""
    with never_half(path):
        row = await consultation_row(scope.consultation_id)
        with speaking(row["language"]):
            document = await compose(scope)
            writer = DocxWriter(document.front)
            async with aclosing(_told(document, progress)) as nodes:
                async for node in nodes:
                    writer.add(node)
        await aside(lambda: writer.save(path))
        return await aside(lambda: measured(path, None))


async def make_html(path: Path, scope: Scope, *, progress: Progress) -> Written:
    """One page to read on a screen and to print."""
    with never_half(path), path.open("wb") as file:
        row = await consultation_row(scope.consultation_id)
        with speaking(row["language"]):
            document = await compose(scope)
            writer = HtmlWriter(document.front)
            file.write(writer.begin().encode())
            async with aclosing(_told(document, progress)) as nodes:
                async for node in nodes:
                    file.write(writer.node(node).encode())
            file.write(writer.end().encode())
            file.flush()
        return await aside(lambda: measured(path, None))


async def _told(document: Document, progress: Progress) -> AsyncGenerator[Node, None]:
    """The document's nodes; each contribution is told of, and lets others have their turn."""
    async for node in document.nodes():
        yield node
        if isinstance(node, Contribution | Tombstone):
            progress(1)
            await asyncio.sleep(0)


def _move(made: Path, path: Path) -> None:
    """Into the file that was asked for, which may be a device or stand on another disk."""
    with made.open("rb") as source, path.open("wb") as target:
        shutil.copyfileobj(source, target, 1 << 20)


def add_documents() -> None:
    """Have the documents made with every set of files."""
    for suffix, media_type, title, make in PRODUCTS:
        add_product(Product(NAME, suffix, media_type, title, make))


PRODUCTS = (
    (".pdf", "application/pdf", N_("Compte rendu à lire (PDF accessible)"), make_pdf),
    (
        ".docx",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        N_("Compte rendu pour traitement de texte (DOCX)"),
        make_docx,
    ),
    (".html", "text/html; charset=utf-8", N_("Compte rendu à imprimer (une page HTML)"), make_html),
)
