"""The post of the tests."""

from collections.abc import Iterator

import pytest

from consult.notifications import sending
from consult.settings import settings
from tests.notifications.postman import Postman, a_postman


@pytest.fixture
def postman(monkeypatch: pytest.MonkeyPatch) -> Iterator[Postman]:
    """A real SMTP server that CONSULT_SMTP_URL leads to."""
    with a_postman() as one:
        monkeypatch.setenv("CONSULT_SMTP_URL", one.url)
        monkeypatch.setenv("CONSULT_MAIL_FROM", "Consult <ne-pas-repondre@vallon.test>")
        settings.cache_clear()
        sending._pace.free_at = 0.0
        yield one
    settings.cache_clear()
