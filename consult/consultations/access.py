"""Loading a consultation and authorising its visitor in one call."""

from starlette.requests import Request

from consult.consultations.queries import ConsultationView, find_consultation
from consult.core.errors import NotFound
from consult.web.context import territory, visitor


async def access_consultation(request: Request) -> ConsultationView:
    """The consultation that an address names, in the territory of the host.

    Raises:
        NotFound: there is none, or it is a draft and the visitor is not an administrator of this territory.
    """
    found = await find_consultation(
        territory(request).id, request.path_params["slug"], drafts=visitor(request).has_role("administrator")
    )
    if found is None:
        raise NotFound
    return found
