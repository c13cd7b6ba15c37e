"""A page that counts how often it is made, for the tests of what is kept."""

from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from consult.web.context import territory, visitor
from consult.web.page_cache import PageCache, keep
from tests.web.asking import add_page

GZIP = ("accept-encoding", "gzip, deflate, br")


class Counter:
    """A page that says how often it was made, for which territory, for whom."""

    def __init__(self, app: Starlette, path: str = "/counted", *, filling: int = 0, **options: Any) -> None:
        self.times, self.filling, self.options = 0, filling, options
        self.answer: type[Response] = HTMLResponse
        self.status = 200
        add_page(app, path, self.show)

    async def show(self, request: Request) -> Response:
        self.times += 1
        here = territory(request)
        keep(request, ("territory", here.id, here.changes), **self.options)
        words = f"made {self.times} {here.name} {visitor(request).public_name} {'.' * self.filling}"
        return self.answer(words, status_code=self.status)

    __name__ = "show"


def cache_of(app: Starlette) -> PageCache:
    """The memory that stands around the application."""
    layer: Any = app.middleware_stack
    while not isinstance(layer, PageCache):
        layer = layer.app
    return layer
