"""Who a writing action speaks for."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Voice:
    """An account alone, an account as its verified organisation, or a mediator for somebody.

    Attributes:
        account_id: the person who acts; None only for the system itself (worker, command line, import).
        organisation_id: the organisation in whose name they speak, already checked by the organisations room.
        mandate_id: the mandate under which a mediator acts for somebody.
        confirmed: whether the account's address is confirmed; what an unconfirmed person writes waits.
        kind: the kind of author shown and filtered on (``citizen`` or an organisation kind).
        roles: the person's staff roles in the territory where they act.
    """

    account_id: int | None
    organisation_id: int | None = None
    mandate_id: int | None = None
    confirmed: bool = True
    kind: str = "citizen"
    roles: frozenset[str] = field(default_factory=frozenset)


SYSTEM = Voice(account_id=None, kind="system")
