"""The Procfile, run for real by a Procfile runner, from a folder that holds nothing else."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
PATIENCE = 60


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.fixture
def place(tmp_path: Path, empty_database_url: str) -> tuple[Path, dict[str, str]]:
    """An empty folder with the Procfile, and the environment of a small instance with a worker of its own."""
    shutil.copy(ROOT / "Procfile", tmp_path)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CONSULT_")}
    environment |= {
        "PATH": f"{BIN}{os.pathsep}{environment.get('PATH', '')}",
        "CONSULT_DATABASE_URL": empty_database_url,
        "CONSULT_SECRET_KEY": "a secret for the time of a test, long enough",
        "CONSULT_PORT": str(free_port()),
        "CONSULT_WORKER_INSIDE": "false",
        "PYTHONUNBUFFERED": "1",
    }
    return tmp_path, environment


def answers(address: str) -> bool:
    """Whether the address answers 200 before patience ends."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(address, timeout=2) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    return False


def test_the_procfile_runs_for_real(place: tuple[Path, dict[str, str]]) -> None:
    folder, environment = place
    release = subprocess.run(
        [BIN / "honcho", "start", "release"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert release.returncode == 0, release.stdout + release.stderr

    running = subprocess.Popen(
        [BIN / "honcho", "start", "web", "worker"],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        assert answers(f"http://127.0.0.1:{environment['CONSULT_PORT']}/readyz")
        assert running.poll() is None, "web or worker stopped by itself"
    finally:
        running.send_signal(signal.SIGTERM)
        said, _ = running.communicate(timeout=PATIENCE)
    assert "web.1" in said
    assert "worker.1" in said
    assert "Traceback" not in said, said
