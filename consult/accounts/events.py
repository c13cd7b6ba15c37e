"""What happens to accounts. A payload never holds an address or a token: a mail reads them from the row it names."""

from dataclasses import dataclass

from consult.core.events import Event


@dataclass(frozen=True, kw_only=True)
class AccountCreated(Event):
    """Somebody signed up; the link goes to the address they claim, with other words when it already has an account."""

    account_id: int
    link_id: int


@dataclass(frozen=True, kw_only=True)
class AccountAdded(Event):
    """An account was made by the people who run the instance, without a sign-up."""

    account_id: int


@dataclass(frozen=True, kw_only=True)
class ConfirmationAsked(Event):
    """A pending account asked for its link again, perhaps to another address; earlier links no longer count."""

    account_id: int
    link_id: int


@dataclass(frozen=True, kw_only=True)
class AccountConfirmed(Event):
    """The address of an account is confirmed: what it wrote meanwhile may be published."""

    account_id: int


@dataclass(frozen=True, kw_only=True)
class AccountsMerged(Event):
    """A sign-up whose address had an account already: what it wrote was given to that account."""

    account_id: int
    from_account_id: int


@dataclass(frozen=True, kw_only=True)
class SignInLinkAsked(Event):
    """Somebody asked for a link to sign in; whether the address has an account is seen when the mail is written."""

    link_id: int


@dataclass(frozen=True, kw_only=True)
class SignInLinkPrinted(Event):
    """A link to sign in was made by the command line; no mail carries it."""

    link_id: int


@dataclass(frozen=True, kw_only=True)
class SignedIn(Event):
    """A session was opened, by password, link or sign-up."""

    account_id: int
    by: str


@dataclass(frozen=True, kw_only=True)
class SessionsClosed(Event):
    """Sessions were closed, by signing out or from the list of sessions."""

    account_id: int
    count: int


@dataclass(frozen=True, kw_only=True)
class PasswordChanged(Event):
    """A password was chosen, changed or taken away; other sessions were closed."""

    account_id: int


@dataclass(frozen=True, kw_only=True)
class EmailChangeAsked(Event):
    """Somebody wants another address; the link goes there, and changes nothing before it is followed."""

    account_id: int
    link_id: int


@dataclass(frozen=True, kw_only=True)
class EmailChanged(Event):
    """The address of an account changed; the notice goes to the former one."""

    account_id: int
    notice_id: int


@dataclass(frozen=True, kw_only=True)
class PublicNameChanged(Event):
    """A person shows another name; pages that print it are made anew."""

    account_id: int


@dataclass(frozen=True, kw_only=True)
class PreferencesChanged(Event):
    """A person chose another language or other notifications."""

    account_id: int


@dataclass(frozen=True, kw_only=True)
class AccountDeleted(Event):
    """A person left: identity, sessions, links, roles, memberships and drafts are gone, the public record stays.

    The notice is where a last mail goes; an account whose address was never confirmed gets none.
    """

    account_id: int
    notice_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class RoleGiven(Event):
    """Somebody joined a territory's staff in a role."""

    account_id: int
    role: str


@dataclass(frozen=True, kw_only=True)
class RoleTaken(Event):
    """Somebody no longer has a role on a territory's staff."""

    account_id: int
    role: str


@dataclass(frozen=True, kw_only=True)
class StaffInvited(Event):
    """An address was invited to a territory's staff; the role waits on a pending account until the link is followed."""

    account_id: int
    role: str
    link_id: int


@dataclass(frozen=True, kw_only=True)
class ClaimsSwept(Event):
    """Pending accounts that nobody confirmed in two months were emptied, with their addresses and waiting texts.

    With them went sessions and links that are long over; these alone are told too, with a count of 0.
    """

    count: int
