"""Links of invitations: the address and the token of an :class:`~consult.organisations.models.Invitation` row.

As with the links of accounts, the token is the signed key of the row, and the row says whether it still counts.
"""

from consult.core.signing import sign, unsign

PURPOSE = "invitation"


def token_for(invitation_id: int) -> str:
    """The token of a row; made when the mail is written."""
    return sign(PURPOSE, invitation_id)


def address(invitation_id: int) -> str:
    """The path to follow, without the host: ``/invitations/…``."""
    return f"/invitations/{token_for(invitation_id)}"


def key_of(token: str) -> int | None:
    """The row's key in a token of ours, None for anything else."""
    value = unsign(PURPOSE, token) if len(token) <= 300 else None
    return value if isinstance(value, int) else None
