"""Loading an organisation and authorising its visitor in one call."""

from dataclasses import dataclass

from starlette.requests import Request

from consult.core.errors import Forbidden, NotFound
from consult.organisations.models import Organisation
from consult.organisations.queries import organisation_in, standing_of
from consult.organisations.rules import Standing, manage_refusal, people_refusal
from consult.web.context import territory, visitor
from consult.web.routing import path_key


@dataclass(frozen=True)
class OrganisationAccess:
    """An organisation as its member, or the administration that looks after it, sees it.

    Attributes:
        manages: whether they may change what it says of itself.
        manages_people: whether they may invite and remove; administrators may where nobody else is left to.
    """

    row: Organisation
    standing: Standing
    manages: bool
    manages_people: bool

    @property
    def path(self) -> str:
        """Its address."""
        return f"/organisations/{self.row.id}"


async def access_organisation(request: Request) -> OrganisationAccess:
    """The organisation that an address names, for its members, and for administrators where it has no owner left.

    Raises:
        NotFound: there is none in this territory, or the visitor has nothing to do with it.
    """
    key, voice = path_key(request), visitor(request).voice()
    row = await organisation_in(territory(request).id, key)
    standing = await standing_of(key, voice.account_id) if row else None
    if row is None or standing is None:
        raise NotFound
    manages_people = people_refusal(voice, standing) is None
    if standing.role is None and not manages_people:
        raise NotFound
    return OrganisationAccess(row, standing, manage_refusal(voice, standing) is None, manages_people)


async def access_owned(request: Request) -> OrganisationAccess:
    """The same, for whoever may change it.

    Raises:
        NotFound: as above.
        Forbidden: a member who is not responsible for it.
    """
    access = await access_organisation(request)
    if not access.manages:
        raise Forbidden
    return access


async def access_people(request: Request) -> OrganisationAccess:
    """The same, for whoever manages its members.

    Raises:
        NotFound: as above.
        Forbidden: a member who is not responsible for it.
    """
    access = await access_organisation(request)
    if not access.manages_people:
        raise Forbidden
    return access
