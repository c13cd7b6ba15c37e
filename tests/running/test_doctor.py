"""``consult doctor`` says what is wrong, what to do, and nothing secret."""

import subprocess
from pathlib import Path

import pytest

from consult.core import clock
from consult.core.models import OutboxRow
from consult.register.models import RegisterKey
from consult.register.signing import draw_key
from tests.cast import a_territory
from tests.running.test_serve import start

SECRET = "a secret for the time of a test, long enough"


def told(done: subprocess.CompletedProcess[str]) -> str:
    return " ".join((done.stdout + done.stderr).split())


async def test_a_well_instance_is_well_and_a_reaction_given_up_is_a_fault(db: str, tmp_path: Path) -> None:
    done = start(tmp_path, "doctor", database_url=db, secret_key=SECRET)
    assert done.returncode == 0, told(done)
    await OutboxRow.create(
        event="x", payload={}, effect="x", created_at=clock.now(), error="ConnectionError: no [/] press"
    )
    done = start(tmp_path, "doctor", database_url=db, secret_key=SECRET)
    assert done.returncode == 1
    assert "1 reactions were given up" in told(done)


@pytest.mark.parametrize("url", ["sqlite:///nowhere/at/all/c.sqlite3", "postgres://me:s3cr3t@127.0.0.1:9/none"])
def test_a_database_that_is_not_there_is_told_without_its_password(tmp_path: Path, url: str) -> None:
    (tmp_path / "nowhere").write_text("")
    done = start(tmp_path, "doctor", database_url=url.replace("/nowhere", f"{tmp_path}/nowhere"), secret_key=SECRET)
    assert done.returncode == 1
    assert "fault" in told(done)
    assert "s3cr3t" not in told(done)
    assert "Traceback" not in told(done)


def test_an_address_without_https_is_a_fault(database_url: str, tmp_path: Path) -> None:
    done = start(tmp_path, "doctor", database_url=database_url, secret_key=SECRET, base_url="http://example.org")
    assert done.returncode == 1
    assert "begins with http://" in told(done)


def test_a_folder_for_files_of_results_that_takes_none_is_a_fault(database_url: str, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file where a folder should be")
    done = start(tmp_path, "doctor", database_url=database_url, secret_key=SECRET, files=str(tmp_path / "taken"))
    assert done.returncode == 1
    assert "cannot be written to" in told(done)
    assert "Traceback" not in told(done)


async def test_a_key_of_the_register_that_the_secret_does_not_open_is_a_fault(db: str, tmp_path: Path) -> None:
    await draw_key(await a_territory())
    done = start(tmp_path, "doctor", database_url=db, secret_key=f"not {SECRET}")
    assert done.returncode == 1
    assert "rotate-key --former-lost" in told(done)
    await RegisterKey.all().update(retired_at=clock.now())
    assert start(tmp_path, "doctor", database_url=db, secret_key=f"not {SECRET}").returncode == 0


def test_what_waits_for_a_migration_is_not_asked_about_tables_that_it_will_make(tmp_path: Path) -> None:
    done = start(tmp_path, "doctor", database_url=f"sqlite://{tmp_path}/new.sqlite3", secret_key=SECRET)
    assert done.returncode == 1
    assert "run consult migrate" in told(done)
    assert "no such table" not in told(done)
