"""``…/contributions/{n}/qr.svg``: the address of a contribution as a drawing, for the head of its printed sheet."""

import segno
from starlette.requests import Request
from starlette.responses import Response

from consult.contributions.access import access_contribution
from consult.web.context import territory


async def contribution_qr(request: Request) -> Response:
    """An SVG of the permanent address (ISO/IEC 18004), which a telephone held over the sheet leads to."""
    access = await access_contribution(request)
    address = f"{territory(request).address}{access.path}"
    drawing = segno.make(address, micro=False, error="m").svg_inline(border=2)
    svg = drawing.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    return Response(svg, media_type="image/svg+xml", headers={"cache-control": "private, max-age=3600"})
