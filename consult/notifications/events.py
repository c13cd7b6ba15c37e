"""What happens to mails, and to what people follow."""

from dataclasses import dataclass

from consult.core.events import Event


@dataclass(frozen=True, kw_only=True)
class Followed(Event):
    """Somebody follows a consultation, a section or a contribution, at this frequency."""

    kind: str
    target_id: int
    consultation_id: int
    frequency: str


@dataclass(frozen=True, kw_only=True)
class FollowChanged(Event):
    """Somebody wants to hear more or less often of what they follow; ``none`` is not at all."""

    kind: str
    target_id: int
    consultation_id: int
    frequency: str


@dataclass(frozen=True, kw_only=True)
class MailsRefused(Event):
    """Somebody refused mails of a kind by the link that such a mail carries."""

    account_id: int
    what: str


@dataclass(frozen=True, kw_only=True)
class MailBounced(Event):
    """A mail came back; ``for_good`` when nothing more is sent to its address."""

    mail_id: int
    status: str
    for_good: bool


@dataclass(frozen=True, kw_only=True)
class AddressWorksAgain(Event):
    """The owner of an address that had refused mail followed a link sent there."""

    account_id: int
