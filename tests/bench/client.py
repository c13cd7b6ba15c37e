"""A small load generator: a few open connections, each sending its next request when the last is answered."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

Request = Callable[[int], bytes]


@dataclass(frozen=True)
class Measured:
    """What was seen from outside; times in milliseconds."""

    per_second: float
    p50: float
    p99: float
    statuses: frozenset[int]


def get(path: str, host: str, cookie: str = "") -> bytes:
    """The bytes of a GET, as a browser asks."""
    extra = f"Cookie: {cookie}\r\n" if cookie else ""
    return (
        f"GET {path} HTTP/1.1\r\nHost: {host}\r\nAccept-Encoding: gzip\r\nAccept: text/html\r\n{extra}\r\n"
    ).encode()


def post(path: str, host: str, body: str, cookie: str = "") -> bytes:
    """The bytes of a form being sent."""
    sent = body.encode()
    return (
        f"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len(sent)}\r\nCookie: {cookie}\r\n\r\n"
    ).encode() + sent


async def measure(port: int, request: Request, *, seconds: float, connections: int) -> Measured:
    """Send requests for a while; the first tenth is warming up and does not count."""
    times: list[float] = []
    statuses: set[int] = set()
    counter = iter(range(1 << 60))
    begin = time.perf_counter() + seconds * 0.1
    end = begin + seconds

    async def one() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while (start := time.perf_counter()) < end:
            writer.write(request(next(counter)))
            statuses.add(await _answer(reader))
            if start >= begin:
                times.append(time.perf_counter() - start)
        writer.close()

    await asyncio.gather(*(one() for _ in range(connections)))
    times.sort()
    return Measured(
        per_second=len(times) / seconds,
        p50=times[len(times) // 2] * 1000,
        p99=times[min(len(times) - 1, int(len(times) * 0.99))] * 1000,
        statuses=frozenset(statuses),
    )


async def fetch(port: int, request: bytes) -> tuple[int, bytes, bytes]:
    """One answer: status, head, body."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    body = await reader.readexactly(_length(head))
    writer.close()
    return int(head[9:12]), head, body


async def _answer(reader: asyncio.StreamReader) -> int:
    head = await reader.readuntil(b"\r\n\r\n")
    length = _length(head)
    if length:
        await reader.readexactly(length)
    return int(head[9:12])


def _length(head: bytes) -> int:
    low = head.lower()
    at = low.find(b"content-length:")
    return int(low[at + 15 : low.index(b"\r\n", at)]) if at >= 0 else 0
