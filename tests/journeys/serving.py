"""A real server for the journeys: the `consult` command in a process of its own, its worker inside, mails by SMTP."""

import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.notifications.postman import Postman

PATIENCE = 60
STARTED = "from consult.cli import main; main()"
SETTINGS = {
    "CONSULT_SECRET_KEY": "a secret of the journeys, long enough to be accepted",
    "CONSULT_DEMO": "1",  # its mailbox and its page of components are pages too
    "CONSULT_RATE_LIMITS": "0",  # one address plays everybody
    "CONSULT_LOG_FORMAT": "json",
}


@dataclass
class Instance:
    """The server: where it listens, its database, and what it has written down."""

    port: int
    database_url: str
    postman: Postman
    log: Path
    read: int = 0

    def address(self, host: str) -> str:
        """The address of a territory's front page, without the slash."""
        return f"http://{host}:{self.port}"

    def failures(self) -> list[str]:
        """What went wrong on the server since this was asked last: handlers, reactions and mails that failed."""
        with self.log.open(encoding="utf-8") as log:
            log.seek(self.read)
            lines = log.readlines()
            self.read = log.tell()
        return [line.strip()[:2000] for line in lines if re.search(r'"(error|critical|warning)"|Traceback', line)]


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def serving(database_url: str, postman: Postman, folder: Path) -> Iterator[Instance]:
    """The server, for the time of the block."""
    port = free_port()
    instance = Instance(port, database_url, postman, folder / "server.log")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CONSULT_")} | SETTINGS
    environment |= {
        "CONSULT_DATABASE_URL": database_url,
        "CONSULT_BASE_URL": f"http://localhost:{port}",
        "CONSULT_SMTP_URL": postman.url,
        "PYTHONPATH": str(Path(__file__).resolve().parents[2]),
    }
    with instance.log.open("w", encoding="utf-8") as log:
        running = subprocess.Popen(
            [sys.executable, "-c", STARTED, "serve", "--port", str(port)],
            cwd=folder,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            wait_for(f"{instance.address('localhost')}/healthz", running, instance.log)
            yield instance
        finally:
            running.terminate()
            try:
                running.wait(timeout=20)
            except subprocess.TimeoutExpired:
                running.kill()


def wait_for(address: str, running: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until it answers.

    Raises:
        RuntimeError: it stopped, or patience did; with what it said.
    """
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and running.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=2):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    raise RuntimeError(f"the server did not start:\n{log.read_text(encoding='utf-8')[-4000:]}")
