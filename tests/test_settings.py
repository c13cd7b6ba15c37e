"""What the people who run an instance decide, and what Consult refuses to start with."""

import multiprocessing
import os
import stat
from pathlib import Path

import pytest
from pydantic import ValidationError

from consult.settings import Settings, SettingsError, local_secret, settings

SECRET = "k" * 50
PUBLIC = "https://consultations.example.org"


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In an empty folder, with an empty environment."""
    for name in list(os.environ):
        if name.startswith("CONSULT_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> object:
    """The settings as a process reads them, without disturbing those of the tests."""

    def read_settings(**environment: str) -> Settings:
        for name, value in environment.items():
            monkeypatch.setenv(f"CONSULT_{name.upper()}", value)
        return settings.__wrapped__()

    return read_settings


def refused(**values: object) -> str:
    with pytest.raises(ValidationError) as caught:
        Settings(**values)  # type: ignore[arg-type]
    return str(caught.value.errors()[0]["msg"])


def test_on_a_machine_of_one_s_own_nothing_needs_to_be_set() -> None:
    chosen = Settings()
    assert chosen.is_local
    assert not chosen.is_https
    assert len(chosen.secret_key.get_secret_value()) >= 50


@pytest.mark.parametrize(
    "values",
    [
        {"base_url": PUBLIC},
        {"base_url": "http://192.168.1.4:8000"},
        {"base_url": "https://127.0.0.1.example.org"},
        {"host": "0.0.0.0"},
        {"host": "::"},
        {"host": "192.168.1.4"},
    ],
)
def test_whatever_is_reached_from_elsewhere_needs_a_secret(values: dict[str, str]) -> None:
    words = refused(**values)
    assert "CONSULT_SECRET_KEY is missing" in words
    assert "token_urlsafe" in words, "it says how one is made"
    assert not Path("var").exists(), "none is made up in silence"
    assert Settings(**values, secret_key=SECRET).secret_key.get_secret_value() == SECRET  # type: ignore[arg-type]


@pytest.mark.parametrize("secret", ["x", "k" * 31, " " * 50, "k" * 31 + "\n"])
def test_a_short_secret_is_refused_everywhere(secret: str) -> None:
    assert "too short" in refused(secret_key=secret, base_url=PUBLIC)
    assert "too short" in refused(secret_key=secret)


@pytest.mark.parametrize(
    "url",
    ["", "example.org", "ftp://example.org", "https://", "https:///x", "https://a b.fr", "https://example.org/path",
     "https://example.org?x=1", "https://example.org#x", "https://me@example.org", "https://me:pw@example.org",
     "https://example.org:port", "https://example.org:0", "https://[::1", "javascript:alert(1)", "https://exa\nmple.org"],
)  # fmt: skip
def test_an_address_that_is_none_is_refused(url: str) -> None:
    assert "CONSULT_BASE_URL must be like" in refused(base_url=url, secret_key=SECRET)


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://example.org/", "https://example.org"),
        ("https://Example.ORG", "https://example.org"),
        ("http://localhost:8000", "http://localhost:8000"),
        ("http://[::1]:8000", "http://[::1]:8000"),
        (" https://example.org ", "https://example.org"),
    ],
)
def test_an_address_is_kept_without_its_last_stroke(url: str, kept: str) -> None:
    assert Settings(base_url=url, secret_key=SECRET).base_url == kept


def test_cookies_are_secure_where_the_address_is() -> None:
    assert Settings(base_url=PUBLIC, secret_key=SECRET).is_https
    assert not Settings(base_url="http://example.org", secret_key=SECRET).is_https


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("database_url", "mysql://x"),
        ("database_url", ""),
        ("smtp_url", "mail.example.org"),
        ("smtp_url", "http://mail.example.org"),
        ("mail_from", "nobody"),
        ("mail_from", "a@b@c"),
        ("port", "0"),
        ("port", "65536"),
        ("port", "eight"),
        ("log_format", "xml"),
        ("max_body_bytes", "10"),
        ("demo", "perhaps"),
    ],
)
def test_every_other_wrong_setting_is_refused_by_name(read: object, name: str, value: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read(**{name: value})  # type: ignore[operator]
    assert name.upper() in str(caught.value).upper()
    assert "cannot start" in str(caught.value)


def test_a_refusal_repeats_no_secret(read: object) -> None:
    with pytest.raises(SettingsError) as caught:
        read(secret_key="s3cret", smtp_url="smtpx://me:s3cret@x", database_url="mysql://me:s3cret@x", base_url=PUBLIC)  # type: ignore[operator]
    assert "s3cret" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_nothing_secret_is_printed() -> None:
    chosen = Settings(
        base_url=PUBLIC,
        secret_key="s3cret" * 9,
        smtp_url="smtps://me:s3cret@mail.example.org",
        database_url="postgres://consult:s3cret@db.example.org/consult",
    )
    assert "s3cret" not in repr(chosen) + str(chosen) + f"{chosen:}"
    assert "s3cret" not in repr(chosen.model_dump(exclude={"database_url"}))


# ---------------------------------------------------------------- a secret of this machine's own


def test_the_secret_is_made_once_and_only_its_owner_reads_it() -> None:
    before = os.umask(0)
    try:
        made = local_secret()
    finally:
        os.umask(before)
    path = Path("var/secret-key")
    assert local_secret() == made == path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one.name for one in path.parent.iterdir()] == ["secret-key"], "nothing else is left lying about"


def test_a_secret_that_others_may_read_is_closed_to_them() -> None:
    made = local_secret()
    Path("var/secret-key").chmod(0o644)
    assert local_secret() == made
    assert stat.S_IMODE(Path("var/secret-key").stat().st_mode) == 0o600


@pytest.mark.parametrize("content", ["", "short", " \n"])
def test_a_damaged_secret_is_told_and_not_used(content: str) -> None:
    """An empty file would sign sessions that anybody can forge."""
    Path("var").mkdir()
    Path("var/secret-key").write_text(content)
    assert "damaged: delete the file" in refused()


def test_where_nothing_can_be_written_the_secret_lasts_as_long_as_the_process() -> None:
    Path("var").write_text("a file where the folder should be")
    assert len(local_secret()) >= 50
    assert local_secret() != local_secret()


def _make(folder: str, gate: object) -> str:
    os.chdir(folder)
    return local_secret()


def test_processes_that_start_at_once_share_one_secret(tmp_path: Path) -> None:
    """The web process and the worker: one signs the links that the other reads."""
    for number in range(5):
        folder = tmp_path / str(number)
        folder.mkdir()
        with multiprocessing.get_context("fork").Pool(8) as pool:
            made = pool.starmap(_make, [(str(folder), None)] * 16, chunksize=1)
        assert len(set(made)) == 1
        assert len(made[0]) >= 50
