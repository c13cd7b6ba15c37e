"""What happens to organisations, their members and their invitations."""

from dataclasses import dataclass

from consult.core.events import Event


@dataclass(frozen=True, kw_only=True)
class OrganisationCreated(Event):
    """A member presented an organisation to the territory, which has to verify it."""

    organisation_id: int


@dataclass(frozen=True, kw_only=True)
class OrganisationChanged(Event):
    """What is shown of an organisation has changed; pages that print its name or its members are made anew."""

    organisation_id: int


@dataclass(frozen=True, kw_only=True)
class VerificationAsked(Event):
    """A refused organisation asks again, or a verified one asks to change its name, kind or number."""

    organisation_id: int


@dataclass(frozen=True, kw_only=True)
class OrganisationVerified(Event):
    """The territory verified an organisation, or what it asked to change: its members may speak for it."""

    organisation_id: int


@dataclass(frozen=True, kw_only=True)
class OrganisationRefused(Event):
    """The territory refused an organisation; its members read why, and may correct it and ask again."""

    organisation_id: int


@dataclass(frozen=True, kw_only=True)
class OrganisationChangeRefused(Event):
    """The territory refused what a verified organisation asked to change; it stays verified as it was."""

    organisation_id: int


@dataclass(frozen=True, kw_only=True)
class VerificationTakenBack(Event):
    """The territory no longer holds an organisation for verified: nobody speaks for it, what it said stays."""

    organisation_id: int


@dataclass(frozen=True, kw_only=True)
class MemberInvited(Event):
    """An address was invited into an organisation, for the first time or again; the invitation's row says which."""

    organisation_id: int
    invitation_id: int
    role: str


@dataclass(frozen=True, kw_only=True)
class InvitationTakenBack(Event):
    """An invitation into an organisation no longer counts."""

    organisation_id: int
    invitation_id: int


@dataclass(frozen=True, kw_only=True)
class MemberJoined(Event):
    """Somebody accepted an invitation and may speak for the organisation as soon as it is verified."""

    organisation_id: int
    account_id: int
    role: str


@dataclass(frozen=True, kw_only=True)
class MemberRoleChanged(Event):
    """A member of an organisation has another role in it."""

    organisation_id: int
    account_id: int
    role: str


@dataclass(frozen=True, kw_only=True)
class MemberLeft(Event):
    """Somebody left an organisation and no longer speaks for it."""

    organisation_id: int
    account_id: int


@dataclass(frozen=True, kw_only=True)
class MemberRemoved(Event):
    """An owner removed a member from an organisation, who no longer speaks for it."""

    organisation_id: int
    account_id: int
