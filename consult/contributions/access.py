"""Loading a contribution and authorising its visitor in one call."""

from dataclasses import dataclass

from starlette.requests import Request

from consult.consultations.access import access_consultation
from consult.consultations.items import ItemState
from consult.consultations.queries import ConsultationView
from consult.contributions.models import Contribution
from consult.contributions.queries import contribution_by_number, public_place
from consult.contributions.rules import Authored
from consult.core.errors import NotFound, Refused
from consult.core.voice import Voice
from consult.organisations.voices import chosen_voice
from consult.web.context import territory, visitor


@dataclass(frozen=True)
class ContributionAccess:
    """A contribution in its consultation, as an address names it."""

    view: ConsultationView
    row: Contribution

    @property
    def is_public(self) -> bool:
        """Whether there is a text to show: it is no tombstone."""
        return self.row.state is ItemState.PUBLISHED

    @property
    def path(self) -> str:
        """The permanent address."""
        return contribution_path(self.view.row.slug, self.row.number)


async def access_contribution(request: Request) -> ContributionAccess:
    """The contribution that an address names by its number; a tombstone comes without its text.

    Raises:
        NotFound: there is no such consultation for this visitor, or no such number in it. A contribution that waits
            has no number; its author sees it at ``/account/contributions``.
    """
    view = await access_consultation(request)
    row = await contribution_by_number(view.row.id, int(request.path_params["n"]))
    if row is None:
        raise NotFound
    return ContributionAccess(view, row)


async def access_public_contribution(request: Request) -> ContributionAccess:
    """The same, where something is to be done beneath it: there is nothing to do beneath a tombstone.

    Raises:
        NotFound: as above, or it is a tombstone.
    """
    access = await access_contribution(request)
    if not access.is_public:
        raise NotFound
    return access


@dataclass(frozen=True)
class Place:
    """A public contribution as something sent to it needs it: its keys and its address, and nothing more."""

    territory_id: int
    consultation_id: int
    contribution_id: int
    path: str

    @property
    def keys(self) -> dict[str, int]:
        """As actions take them."""
        return {
            "territory_id": self.territory_id,
            "consultation_id": self.consultation_id,
            "contribution_id": self.contribution_id,
        }


async def access_place(request: Request) -> Place:
    """The public contribution that something is sent to; the action judges it again under its lock.

    Raises:
        NotFound: there is no such public contribution: beneath a tombstone there is nothing to say.
    """
    slug, number, here = request.path_params["slug"], int(request.path_params["n"]), territory(request).id
    found = await public_place(here, slug, number)
    if found is None:
        raise NotFound
    return Place(here, *found, contribution_path(slug, number))


async def author_voice(request: Request, row: Authored) -> Voice:
    """The visitor's voice for acting on a text: the organisation's when it speaks in the text, else their own.

    Whether that voice is the author is for the rules to say (``is_author``).
    """
    if row.organisation_id is None or not visitor(request).signed_in:
        return visitor(request).voice()
    try:
        return await chosen_voice(request, str(row.organisation_id))
    except Refused:
        return visitor(request).voice()


def contribution_path(slug: str, number: int | None) -> str:
    """The permanent address of a contribution."""
    return f"/consultations/{slug}/contributions/{number}"
