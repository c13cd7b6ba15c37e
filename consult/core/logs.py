"""Logs: structured, one line an event, and nothing secret in them.

Two nets. What is logged under a name that sounds secret is hidden whole. In everything else (the words of exceptions
above all: a database says which value it refused) what looks like an address, a session or a signed token is hidden.
"""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

from consult.settings import settings

SECRET_NAMES = ("password", "token", "secret", "cookie", "authorization", "email", "csrf")
HIDDEN = "(hidden)"
_DEEPEST = 6
_LONGEST = 20_000
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
# Each begins at the beginning of a word, so that a very long word costs no more than its length.
_SECRETS = re.compile(
    r"""(?<![^\s@<>"'(),;:=\[\]])[^\s@<>"'(),;:=\[\]]+@[\w.-]+"""  # an address
    r"|(?<![\w-])[as]\.[\w-]{43}(?![\w-])"  # a session
    r"|(?<![\w-])[\w-]+\.[\w-]{5,8}\.[\w-]{27}(?![\w-])"  # a signed token
    r"|(?<![\w-])[0-9a-f]{16}\.[0-9a-f]{6,10}\.[0-9a-f]{32}(?![\w-])"  # the guard of a form
    r"|(?<=://)[^\s/:@]*:[^\s/@]*(?=@)"  # a name and password in an address
)
# Both drivers repeat the values that they could not write, to the end of the exception's words.
_VALUES = re.compile(
    r"(DETAIL:  |invalid input for query argument \$\d+: ).*?(?=\n\nThe above exception|\n\nDuring handling|\Z)",
    re.DOTALL,
)


def without_secrets(words: str) -> str:
    """The same words, with what nobody should read in a log or in a column of errors hidden."""
    return _SECRETS.sub(HIDDEN, _VALUES.sub(rf"\1{HIDDEN}", words[:_LONGEST]))


def _hide(value: Any, depth: int = 0) -> Any:
    if isinstance(value, str):
        return without_secrets(value)
    if isinstance(value, dict) and depth < _DEEPEST:
        return {key: HIDDEN if _is_secret(key) else _hide(one, depth + 1) for key, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset) and depth < _DEEPEST:
        return [_hide(one, depth + 1) for one in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    return without_secrets(str(value))


def _is_secret(name: object) -> bool:
    return any(secret in str(name).lower() for secret in SECRET_NAMES)


def hide_secrets(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The last but one step of every line (structlog processor): see the module's text."""
    return {
        key: HIDDEN if _is_secret(key) else _on_one_line(key, _hide(value))
        for key, value in event.items()
        if not key.startswith("_")
    }


def _on_one_line(key: str, value: Any) -> Any:
    """Nobody writes a line of their own into the log by way of an address; only a traceback has several."""
    if not isinstance(value, str) or key == "exception":
        return value
    return _CONTROLS.sub(lambda found: repr(found[0])[1:-1], value)


class _ToldAlready(logging.Filter):
    """The server tells once more, word for word, of every failure that our own page for failures has told of."""

    def filter(self, record: logging.LogRecord) -> bool:
        return not str(record.msg).startswith("Exception in ASGI application")


def set_up_logs() -> None:
    """Send logs to standard error, as text or as JSON lines (CONSULT_LOG_FORMAT); those of libraries too."""
    last: Any = (
        structlog.processors.JSONRenderer()
        if settings().log_format == "json"
        else structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    )
    begin: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    end: list[Any] = [structlog.processors.format_exc_info, hide_secrets, last]
    structlog.configure(processors=[*begin, *end], logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*begin, structlog.stdlib.add_logger_name], processors=end
        )
    )
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("uvicorn.error").addFilter(_ToldAlready())
