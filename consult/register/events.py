"""What happens in the register that other rooms react to."""

from dataclasses import dataclass

from consult.core.events import Event


@dataclass(frozen=True, kw_only=True)
class ReceiptAsked(Event):
    """Somebody asked for one of their receipts by e-mail.

    Attributes:
        once: the form that asked: sent twice, it is one mail.
    """

    account_id: int
    position: int
    once: str
