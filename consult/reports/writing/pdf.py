"""The PDF: the nodes as data for the typesetter, which works in a process of its own."""

import asyncio
import errno
import os
import sys
from collections.abc import AsyncIterator
from importlib.util import find_spec
from pathlib import Path

import orjson

from consult.exports.formats import ExtraMissing
from consult.exports.making import CannotMake
from consult.reports.content import Front, Node

LONGEST_SECONDS = 1_200


async def write_data(folder: Path, front: Front, nodes: AsyncIterator[Node]) -> None:
    """``front.json`` and ``nodes.json``: text of people is data there, and never source."""
    if find_spec("typst") is None:
        raise ExtraMissing("pdf", "typst")
    (folder / "front.json").write_bytes(orjson.dumps(_front(front)))
    with (folder / "nodes.json").open("wb") as file:
        before = b"["
        async for node in nodes:
            file.write(before + orjson.dumps(node))
            before = b",\n"
        file.write(b"[]" if before == b"[" else b"]")


def _front(front: Front) -> dict[str, object]:
    at = front.cut_off
    return {
        "title": front.title,
        "subject": front.subject,
        "author": front.author,
        "language": front.language,
        "region": front.region,
        "running": front.running,
        "accent": front.accent,
        "cover": front.cover,
        "labels": front.labels,
        "date": [at.year, at.month, at.day, at.hour, at.minute, at.second],
        "timestamp": int(at.timestamp()),
    }


async def typeset(folder: Path) -> Path:
    """Have the folder typeset; returns where the PDF is.

    Raises:
        CannotMake: the typesetter failed, or took too long; its own words are in the message.
    """
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "consult.reports.writing.typesetting", str(folder)),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        _, said = await asyncio.wait_for(process.communicate(), LONGEST_SECONDS)
    except TimeoutError as late:
        raise CannotMake(f"pdf: typesetting took more than {LONGEST_SECONDS} seconds and was stopped") from late
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        raise _failure(process.returncode, said.decode("utf-8", "replace"))
    return folder / "report.pdf"


def _failure(status: int, said: str) -> Exception:
    """What went wrong, as whoever asked for the file is told."""
    if os.strerror(errno.ENOSPC) in said:
        return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    lines = [line for line in said.splitlines() if line.startswith(("RuntimeError", "error", "MemoryError"))]
    words = (lines or said.strip().splitlines()[-1:] or ["it said nothing"])[0]
    if status < 0:
        words = "it was killed, for want of memory perhaps: it needs about a megabyte a page"
    return CannotMake(f"pdf: the typesetter failed (status {status}): {words}")
