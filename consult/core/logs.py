"""Logs: structured, one line an event, and nothing secret in them."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

from consult.settings import settings

SECRET_NAMES = ("password", "token", "secret", "cookie", "authorization", "email", "csrf")


def _hide_secrets(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {
        key: "(hidden)" if any(name in key.lower() for name in SECRET_NAMES) else value for key, value in event.items()
    }


def set_up_logs() -> None:
    """Send logs to standard error, as text or as JSON lines (CONSULT_LOG_FORMAT)."""
    last: Any = (
        structlog.processors.JSONRenderer() if settings().log_format == "json" else structlog.dev.ConsoleRenderer()
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _hide_secrets,
            structlog.processors.format_exc_info,
            last,
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s %(message)s")
