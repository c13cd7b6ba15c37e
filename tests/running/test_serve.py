"""``consult serve`` and ``consult worker`` as processes, asked over a bare socket."""

import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from consult.core import clock
from consult.core.models import OutboxRow
from tests.running.test_procfile import answers, free_port

CONSULT = Path(sys.executable).parent / "consult"
PATIENCE = 60


def environment(**values: str) -> dict[str, str]:
    """The environment of this process, with these settings and no others."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CONSULT_")}
    return kept | {"PYTHONUNBUFFERED": "1"} | {f"CONSULT_{name.upper()}": value for name, value in values.items()}


@dataclass
class Server:
    """An instance of two territories that runs."""

    port: int
    process: subprocess.Popen[str]
    log: Path

    def send(self, *pieces: bytes, pause: float = 0.0) -> bytes:
        """Send bytes as they are; everything that comes back."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as wire:
            for piece in pieces:
                try:
                    wire.sendall(piece)
                except (BrokenPipeError, ConnectionResetError):
                    break
                time.sleep(pause)
            came = b""
            while True:
                try:
                    more = wire.recv(65_536)
                except ConnectionResetError:
                    break
                if not more:
                    break
                came += more
            return came

    def ask(self, target: str, *headers: str, method: str = "GET", host: str | None = "vallon.test") -> bytes:
        """One request on a connection of its own."""
        lines = [f"{method} {target} HTTP/1.1", *([f"Host: {host}"] if host else []), *headers, "Connection: close"]
        return self.send("\r\n".join([*lines, "", ""]).encode("latin-1"))


def status(answer: bytes) -> int:
    found = re.match(rb"HTTP/1\.1 (\d{3})", answer)
    return int(found[1]) if found else 0


@pytest.fixture(scope="module")
def server(databases: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder, url = tmp_path_factory.mktemp("serve"), databases.migrated()
    port = free_port()
    settings = environment(
        database_url=url,
        secret_key="a secret for the time of a test, long enough",
        base_url="https://consultations.example.org",
        port=str(port),
        trusted_proxies="10.9.8.7",
        max_body_bytes="50000",
    )
    for slug in ("vallon", "coteau"):
        command = [CONSULT, "territory", "add", slug, "--name", f"Commune de {slug.title()}", "--host", f"{slug}.test"]
        done = subprocess.run(command, cwd=folder, env=settings, capture_output=True, text=True, timeout=PATIENCE)
        assert done.returncode == 0, done.stderr
    log = folder / "log"
    with log.open("w") as errors:
        process = subprocess.Popen(
            [CONSULT, "serve"], cwd=folder, env=settings, stdout=errors, stderr=errors, text=True
        )
    try:
        assert answers(f"http://127.0.0.1:{port}/readyz"), log.read_text()
        yield Server(port, process, log)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=PATIENCE)
        databases.drop(url)


def test_a_page_is_served_with_a_secure_cookie_and_no_name_of_the_server(server: Server) -> None:
    answer = server.ask("/sign-in")
    assert status(answer) == 200
    head = answer.partition(b"\r\n\r\n")[0].lower()
    assert b"set-cookie: __host-consult=a." in head
    assert b"secure" in head
    assert b"strict-transport-security" in head
    assert b"\r\nserver:" not in head


def test_each_host_has_its_territory_whatever_else_is_said(server: Server) -> None:
    for _ in range(2):
        assert b"Commune de Vallon" in server.ask("/charter")
        assert b"Commune de Coteau" in server.ask("/charter", host="coteau.test:443")
        assert b"Commune de Vallon" in server.ask("/charter", "X-Forwarded-Host: coteau.test")
        assert b"Commune de Vallon" in server.ask("/charter", "Forwarded: host=coteau.test")
        assert status(server.ask("/charter", host="elsewhere.test")) == 404


def test_two_hosts_or_none_are_refused(server: Server) -> None:
    for answer in (
        server.ask("/charter", "Host: coteau.test"),
        server.ask("/charter", "Host: vallon.test", host="coteau.test"),
        server.ask("/charter", host=None),
        server.ask("/charter", host="vallon.test, coteau.test"),
        server.ask("/charter", host="vallon.test coteau.test"),
        server.ask("/charter", host="vallon.test@coteau.test"),
    ):
        assert status(answer) == 400
        assert b"Commune" not in answer
    assert b"Commune de Vallon" in server.ask("/charter")
    assert b"Commune de Coteau" in server.ask("/charter", host="coteau.test")


def test_a_whole_address_in_the_first_line_leads_to_no_other_territory(server: Server) -> None:
    for target in ("http://coteau.test/charter", "https://coteau.test/charter"):
        answer = server.ask(target)
        assert b"Commune de Coteau" not in answer
    assert b"Commune de Vallon" in server.ask("/charter")
    assert b"Commune de Coteau" in server.ask("/charter", host="coteau.test")


@pytest.mark.parametrize("target", ["*", "charter", "//coteau.test/charter", "/%00", "/\\", "/?%00", "/" + "a" * 5_000])
def test_odd_targets_are_no_failure(server: Server, target: str) -> None:
    for method in ("GET", "OPTIONS", "HEAD"):
        assert status(server.ask(target, method=method)) in {200, 400, 404, 405}


def test_head_has_headers_and_no_body(server: Server) -> None:
    for _ in range(2):
        head, _, body = server.ask("/charter", method="HEAD").partition(b"\r\n\r\n")
        assert b"200" in head
        assert body == b""
    etag = re.search(rb'(?i)etag: ("[^"]+")', server.ask("/charter"))
    assert etag is not None
    again = server.ask("/charter", f"If-None-Match: {etag[1].decode()}")
    assert status(again) == 304
    assert again.endswith(b"\r\n\r\n")


def is_the_page_of_413(answer: bytes) -> None:
    assert status(answer) == 413, answer[:200]
    assert b"Envoi trop lourd" in answer
    assert answer.count(b"<h1") == 1


def test_too_large_a_form_is_answered_by_a_page_that_arrives(server: Server) -> None:
    head = (
        b"POST /sign-in HTTP/1.1\r\nHost: vallon.test\r\nConnection: close\r\n"
        b"Content-Type: application/x-www-form-urlencoded\r\n"
    )
    body = b"email=" + b"a" * 200_000
    is_the_page_of_413(server.send(head + b"Content-Length: %d\r\n\r\n" % len(body), body))
    chunks = [
        b"%x\r\n%s\r\n" % (len(piece), piece) for piece in (body[n : n + 10_000] for n in range(0, len(body), 10_000))
    ]
    is_the_page_of_413(server.send(head + b"Transfer-Encoding: chunked\r\n\r\n", *chunks, b"0\r\n\r\n"))
    is_the_page_of_413(server.send(head + b"Content-Length: 99999999999\r\n\r\n", b"email=a"))


def test_whoever_leaves_in_the_middle_is_not_told_as_a_failure(server: Server) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as wire:
        wire.sendall(
            b"POST /sign-in HTTP/1.1\r\nHost: vallon.test\r\nContent-Length: 100\r\n"
            b"Content-Type: application/x-www-form-urlencoded\r\n\r\nemail=a"
        )
    time.sleep(0.3)
    assert status(server.ask("/charter")) == 200
    assert "Traceback" not in server.log.read_text()


def test_a_stranger_s_word_on_its_address_does_not_lift_the_limit(server: Server) -> None:
    page = server.ask("/sign-in").decode()
    cookie = re.search(r"(?i)set-cookie: (__Host-consult=[^;]+)", page)
    assert cookie is not None
    fields = dict(re.findall(r'name="(csrf|once)" value="([^"]*)"', page))
    statuses = []
    for number in range(12):
        guard = f"csrf={fields['csrf']}&once={fields['once']}"
        body = f"{guard}&email=p{number}@example.org&password=wrong-password&button=".encode()
        head = (
            f"POST /sign-in HTTP/1.1\r\nHost: vallon.test\r\nConnection: close\r\nCookie: {cookie[1]}\r\n"
            f"X-Forwarded-For: 203.0.113.{number}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        answer = server.send(head.encode() + body)
        statuses.append((status(answer), "Trop d’essais" in answer.decode()))
    assert statuses[0] == (422, False)
    assert statuses[-1][1], "the eleventh try of one network is refused, whoever it says it is"


def test_metrics_are_for_this_machine_and_not_for_who_comes_by_the_proxy(server: Server) -> None:
    assert b"consult_outbox_due" in server.ask("/metrics")
    for header in ("X-Forwarded-For: 127.0.0.1", "Forwarded: for=127.0.0.1", "Via: 1.1 proxy", "X-Real-IP: 127.0.0.1"):
        assert status(server.ask("/metrics", header)) == 403


def test_nothing_secret_was_written_down(server: Server) -> None:
    text = server.log.read_text()
    assert "long enough" not in text
    assert "@example.org" not in text
    assert "Traceback" not in text


# ---------------------------------------------------------------- starting and stopping


def start(folder: Path, *command: str, **values: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [CONSULT, *command], cwd=folder, env=environment(**values), capture_output=True, text=True, timeout=PATIENCE
    )


@pytest.mark.parametrize("command", [["serve"], ["worker"], ["migrate"], ["serve", "--host", "0.0.0.0"]])
def test_production_without_a_secret_does_not_start_and_says_why(tmp_path: Path, command: list[str]) -> None:
    values = {} if "--host" in command else {"base_url": "https://consultations.example.org"}
    done = start(tmp_path, *command, **values)
    assert done.returncode != 0
    assert "CONSULT_SECRET_KEY is missing" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "var").exists(), "nothing was begun"


def test_a_wrong_setting_is_told_without_its_neighbours(tmp_path: Path) -> None:
    done = start(tmp_path, "serve", secret_key="s3cret", base_url="https://example.org", database_url="mysql://me:pw@x")
    assert done.returncode != 0
    assert "too short" in done.stderr or "CONSULT_DATABASE_URL" in done.stderr
    assert "s3cret" not in done.stderr + done.stdout
    assert "me:pw" not in done.stderr + done.stdout


def start_worker(folder: Path, url: str) -> subprocess.Popen[str]:
    pipe = subprocess.PIPE
    return subprocess.Popen(
        [CONSULT, "worker"], cwd=folder, env=environment(database_url=url), stdout=pipe, stderr=pipe, text=True
    )


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
async def test_a_worker_stops_when_it_is_told(db: str, tmp_path: Path, how: signal.Signals) -> None:
    now = clock.now()
    await OutboxRow.create(event="none", payload={}, effect="none", created_at=now, next_try_at=now)
    with start_worker(tmp_path, db) as worker:
        async with asyncio.timeout(PATIENCE):
            while not (await OutboxRow.get()).attempts:  # noqa: ASYNC110 - another process moves it
                await asyncio.sleep(0.1)
        worker.send_signal(how)
        told, errors = await asyncio.to_thread(worker.communicate, timeout=20)
    assert (worker.returncode, told) == (0, "stopped\n")
    assert "Traceback" not in errors
