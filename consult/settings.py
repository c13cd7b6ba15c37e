"""The environment, read once. Every setting has the prefix ``CONSULT_`` and is described in docs/settings.md."""

import os
import re
import secrets
from contextlib import suppress
from email.utils import parseaddr
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

_THIS_MACHINE = {"127.0.0.1", "localhost", "::1"}
_HOST = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*|[0-9a-f:.]+", re.IGNORECASE)
_SHORTEST_SECRET = 32


class SettingsError(SystemExit):
    """Consult refuses to start; the message says which setting, why, and what to do."""


class Settings(BaseSettings):
    """What the people who run an instance decide."""

    model_config = SettingsConfigDict(env_prefix="CONSULT_", env_file=None, extra="ignore")

    # may hold a password, like smtp_url: it is never printed
    database_url: str = Field(default="sqlite://./var/consult.sqlite3", repr=False)
    secret_key: SecretStr = SecretStr("")
    base_url: str = "http://127.0.0.1:8000"
    smtp_url: SecretStr = SecretStr("")
    mail_from: str = "Consult <ne-pas-repondre@localhost.localdomain>"
    bounce_address: str = ""
    mails_per_minute: int = Field(default=600, ge=0)
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65535)
    demo: bool = False
    worker_inside: bool = True
    trusted_proxies: str = "127.0.0.1"
    log_format: str = Field(default="console", pattern="^(console|json)$")
    max_body_bytes: int = Field(default=1_000_000, ge=10_000)
    rate_limits: bool = True
    files: Path = Path("./var/files")

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: str) -> str:
        if urlsplit(value).scheme not in {"sqlite", "postgres", "postgresql", "asyncpg"}:
            raise ValueError("CONSULT_DATABASE_URL must begin with sqlite:// or postgres://")
        return value.replace("postgresql://", "postgres://", 1)

    @field_validator("smtp_url")
    @classmethod
    def _known_smtp(cls, value: SecretStr) -> SecretStr:
        parts = urlsplit(value.get_secret_value())
        if value.get_secret_value() and (parts.scheme not in {"smtp", "smtps", "smtp+starttls"} or not parts.hostname):
            raise ValueError("CONSULT_SMTP_URL must be like smtp+starttls://name:password@mail.example.org:587")
        return value

    @field_validator("mail_from")
    @classmethod
    def _an_address(cls, value: str) -> str:
        if not re.fullmatch(r"[^\s@<>]+@[^\s@<>]+", parseaddr(value)[1]):
            raise ValueError("CONSULT_MAIL_FROM must be like Consult <no-reply@example.org>")
        return value

    @field_validator("bounce_address")
    @classmethod
    def _a_plain_address(cls, value: str) -> str:
        if value and not re.fullmatch(r"[A-Za-z0-9._-]{1,24}@[A-Za-z0-9.-]+", value):
            raise ValueError(
                "CONSULT_BOUNCE_ADDRESS must be like bounces@example.org: letters, digits, points and hyphens, at most"
                " 24 of them before the @"
            )
        return value

    @field_validator("base_url")
    @classmethod
    def _plain_base(cls, value: str) -> str:
        value = value.strip().rstrip("/")
        try:
            parts = urlsplit(value)
            right = parts.scheme in {"http", "https"} and _HOST.fullmatch(parts.hostname or "") and parts.port != 0
        except ValueError:  # a port, or an address in brackets, that is none
            right = False
        if not right or len(value.split()) != 1 or "@" in value or value.count("/") != 2 or set("?#") & set(value):
            raise ValueError("CONSULT_BASE_URL must be like https://consultations.example.org, without a path")
        return f"{parts.scheme}://{parts.netloc.lower()}"

    @model_validator(mode="after")
    def _secret_in_production(self) -> "Settings":
        secret = self.secret_key.get_secret_value()
        if not secret and not self.is_local:
            raise ValueError(
                "CONSULT_SECRET_KEY is missing. It signs sessions and links; set it to 50 random characters, for"
                ' example the output of: python3 -c "import secrets; print(secrets.token_urlsafe(50))"'
            )
        if secret and len(secret.strip()) < _SHORTEST_SECRET:
            raise ValueError(f"CONSULT_SECRET_KEY is too short: at least {_SHORTEST_SECRET} characters")
        if not secret:
            object.__setattr__(self, "secret_key", SecretStr(local_secret()))
        return self

    @property
    def is_local(self) -> bool:
        """Whether the instance answers on this machine only (demo, development, tests)."""
        return self.demo or {urlsplit(self.base_url).hostname, self.host.strip("[]")} <= _THIS_MACHINE

    @property
    def is_https(self) -> bool:
        """Whether people reach the instance by https; cookies are then ``__Host-`` and Secure."""
        return self.base_url.startswith("https://")


def local_secret(path: Path = Path("var/secret-key")) -> str:
    """A secret for this machine, made once and kept in ``var/`` so that sessions outlive a restart.

    The web process and the worker may start at the same time: the file appears whole or not at all, and the first one
    wins. Where nothing can be written the secret lasts as long as the process.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            _write_once(path, secrets.token_urlsafe(50))
        if path.stat().st_mode & 0o077:
            path.chmod(0o600)
        kept = path.read_text().strip()
    except OSError:
        kept = secrets.token_urlsafe(50)
    if len(kept) < _SHORTEST_SECRET:
        raise ValueError(f"the secret in {path} is damaged: delete the file, and everybody signs in again")
    return kept


def _write_once(path: Path, secret: str) -> None:
    """Write the file beside its place, readable by its owner only, and put it there unless another process has."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secret)
        with suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink(missing_ok=True)


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings, read from the environment at the first call.

    Raises:
        SettingsError: a setting is missing or wrong; the message is for the person who starts the service.
    """
    try:
        return Settings()
    except ValidationError as error:
        lines = [
            f"  - {'.'.join(str(part) for part in one['loc']) or 'settings'}: {one['msg']}" for one in error.errors()
        ]
        raise SettingsError("Consult cannot start, a setting is wrong:\n" + "\n".join(lines)) from None
