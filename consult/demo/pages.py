"""Pages that only the demo has."""

from starlette.requests import Request
from starlette.responses import Response

from consult.demo.forms import specimen_form
from consult.demo.specimens import specimens
from consult.web.render import page


async def components(request: Request) -> Response:
    """``/components``: every piece of the pages, in every state that it can have."""
    return page(request, "components_page/index.html", **specimens(), specimen_form=specimen_form())
