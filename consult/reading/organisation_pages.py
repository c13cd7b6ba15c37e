"""``/organisations/{id}``: what an organisation is, and all that it said here."""

from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from consult.core.errors import NotFound
from consult.core.keys import parse_key
from consult.organisations.forms import KIND_SHOWN
from consult.organisations.models import Organisation, OrganisationState
from consult.organisations.numbers import shown_number
from consult.organisations.queries import organisation_in, standing_of
from consult.organisations.rules import Standing
from consult.reading.organisation_queries import counts_of, said_by, said_shown
from consult.web.context import territory, visitor
from consult.web.language import gettext
from consult.web.render import page


async def organisation(request: Request) -> Response:
    """Public once it has been verified; before that for its members and the administration."""
    here = territory(request).id
    row = await organisation_in(here, parse_key(str(request.path_params["id"])) or 0)
    account_id = visitor(request).account_id
    standing = await standing_of(row.id, account_id) if row and account_id else None
    if row is None or not may_read(request, row, standing):
        raise NotFound
    said = await said_by(here, row.id, after=request.query_params.get("after", ""))
    base = f"/organisations/{row.id}"
    return page(
        request,
        "reading/organisation.html",
        organisation=row,
        kind=gettext(KIND_SHOWN[row.kind]),
        number=shown_number(row.number_kind, row.number),
        site_name=urlsplit(row.site).netloc.removeprefix("www.") if row.site else "",
        counts=await counts_of(here, row.id),
        said=[said_shown(one, members=row.shows_members) for one in said.items],
        next_href=f"{base}?after={said.after}" if said.after else None,
        first_href=None if said.is_first else base,
        role=standing.role.value if standing and standing.role else "",
    )


def may_read(request: Request, row: Organisation, standing: Standing | None) -> bool:
    """What is verified, or was while it spoke, is public; what only asks to be is its own and the administration's."""
    if row.state is OrganisationState.VERIFIED or row.verified_at is not None:
        return True
    is_member = standing is not None and standing.role is not None
    return is_member or visitor(request).has_role("administrator")
