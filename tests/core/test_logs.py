"""Nothing secret in the logs, wherever it hides."""

import io
import json
import logging
import time
from collections.abc import Iterator
from typing import Any

import asyncpg
import pytest
import structlog

from consult.core import logs
from consult.core.logs import set_up_logs, without_secrets
from consult.core.signing import sign
from consult.web.cookies import SIGNED_IN, new_token

EMAIL = "awa.diallo+vote@mairie.example.org"


@pytest.fixture(params=["console", "json"])
def written(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What is logged, in either format."""
    stream = io.StringIO()
    monkeypatch.setattr(logs.sys, "stderr", stream)
    chosen = logs.settings().model_copy(update={"log_format": request.param})
    monkeypatch.setattr(logs, "settings", lambda: chosen)
    root, server = logging.getLogger(), logging.getLogger("uvicorn.error")
    handlers, level, filters = root.handlers[:], root.level, server.filters[:]
    set_up_logs()
    yield stream
    structlog.reset_defaults()
    root.handlers[:], server.filters[:] = handlers, filters
    root.setLevel(level)


def secrets() -> dict[str, str]:
    return {
        "session": new_token(SIGNED_IN),
        "link": sign("link", 1 << 62),
        "address": EMAIL,
        "guard": "0123456789abcdef.67401234.0123456789abcdef0123456789abcdef",
        "database": "postgres://consult:s3cr3t-pass@localhost:5432/consult",
    }


def test_what_has_a_secret_name_is_hidden_whole(written: io.StringIO) -> None:
    structlog.get_logger().warning(
        "sign_in_failed",
        password="tr0ub4dor",
        csrf_token="abc",
        Cookie="c",
        who={"E-Mail": "x", "new_password": "tr0ub4dor"},
    )
    text = written.getvalue()
    assert "sign_in_failed" in text
    assert text.count("(hidden)") >= 4
    assert "tr0ub4dor" not in text
    assert "abc" not in text


def test_what_looks_like_a_secret_is_hidden_in_values_and_in_exceptions(written: io.StringIO) -> None:
    every = secrets()
    for name, secret in every.items():
        try:
            raise ValueError(f"{name}: <{secret}> was wrong")
        except ValueError as error:
            structlog.get_logger().error("failed", said=[f"{secret}"], path=f"/links/{secret}", exc_info=error)
            logging.getLogger("tortoise").error("failed with %s", secret, exc_info=error)
    text = written.getvalue()
    assert text.count("Traceback") == 2 * len(every)
    assert text.count("> was wrong") >= 2 * len(every)
    for secret in [*every.values(), "s3cr3t-pass", "diallo"]:
        assert secret not in text


def test_the_values_that_a_database_refused_are_hidden(written: io.StringIO) -> None:
    error = asyncpg.UniqueViolationError("duplicate key value violates unique constraint")
    error.detail = "Key (title)=(La piste\n\nde Luc) already exists."
    outer: Exception = RuntimeError("could not write")
    outer.__cause__ = error
    structlog.get_logger().error("failed", exc_info=outer)
    text = written.getvalue()
    assert "duplicate key" in text
    assert "could not write" in text, "what follows the database's words stays"
    assert "Luc" not in text
    assert "Luc" not in without_secrets("invalid input for query argument $3: 'Luc' (an integer is required)")


def test_nobody_writes_a_line_of_their_own(written: io.StringIO) -> None:
    structlog.get_logger().warning("not_found", path="/x\n2026-01-01 [error] all is lost\x1b[31m\r\u2028")
    logging.getLogger("uvicorn.error").warning("Invalid %s", "a\nb")
    lines = written.getvalue().splitlines()
    assert len(lines) == 2
    assert "\x1b[31m" not in written.getvalue()


def test_the_server_does_not_tell_twice_what_our_page_of_failures_has_told(written: io.StringIO) -> None:
    server = logging.getLogger("uvicorn.error")
    server.error("Exception in ASGI application\n", exc_info=ValueError("x"))
    assert written.getvalue() == ""
    server.error("[Errno 98] address already in use")
    assert "already in use" in written.getvalue()


def test_lines_of_json_are_json(written: io.StringIO) -> None:
    structlog.get_logger().warning("é", number=1, at=None, some=(1, 2), thing=object())
    logging.getLogger("asyncio").error("é")
    for line in written.getvalue().splitlines():
        if logs.settings().log_format == "json":
            said: dict[str, Any] = json.loads(line)
            assert {"event", "level", "timestamp"} <= set(said)


@pytest.mark.parametrize("long", ["a" * 1_000_000, "a-" * 500_000, "a@" * 500_000, "a." * 500_000, "//a:" * 250_000])
def test_very_long_words_cost_little(long: str) -> None:
    began = time.perf_counter()
    assert len(without_secrets(long)) < 2_000_000
    assert time.perf_counter() - began < 2


def test_plain_words_stay_as_they_are() -> None:
    for words in (
        "GET /consultations/plan-velo 500",
        "File consult/core/action.py, line 12",
        "a.b.c",
        "3 @ 4",
        "v1.2.3",
    ):
        assert without_secrets(words) == words
