"""What ``consult staff add`` does, apart from printing."""

from consult.accounts import links
from consult.accounts.actions import add_account, give_role, make_sign_in_link
from consult.accounts.models import Role
from consult.accounts.queries import identity_of
from consult.accounts.rules import NOT_AN_ADDRESS, PRINTED_LINK_LIFE, name_refusal, read_address
from consult.core.errors import ConsultError, Refused, refuse
from consult.core.text.cleaning import clean_line
from consult.core.voice import SYSTEM
from consult.territories.queries import territory_named


async def add_staff(*, email: str, territory: str | None, role: str, name: str = "") -> str:
    """Give a role, make the account if there is none, and give the path of a sign-in link of one use.

    The account is made unconfirmed: following the link, which reached nobody but the person, confirms it.

    Raises:
        Refused: the address is none, or the name cannot be public.
        ConsultError: no such territory, no such role.
    """
    address = read_address(email, strict=False)
    if address is None:
        raise Refused(NOT_AN_ADDRESS)
    try:
        chosen = Role(role.strip().lower().replace("-", "_"))
    except ValueError:
        raise ConsultError(f"no role is called {role}; there are: {', '.join(one.value for one in Role)}") from None
    place = await territory_named(territory)
    known = await identity_of(address.key)
    if known is None:
        # a name apart from the address; the person changes it in their account
        public_name = clean_line(name, 60) or clean_line(f"Équipe {place.name}", 60)
        refuse(name_refusal(public_name))
        account_id = (await add_account(SYSTEM, address=address, public_name=public_name, language=place.language)).id
    else:
        account_id = known["account_id"]
    await give_role(SYSTEM, territory_id=place.id, account_id=account_id, role=chosen)
    link = await make_sign_in_link(
        SYSTEM, territory_id=place.id, address=address, life=PRINTED_LINK_LIFE, next_path="/account"
    )
    return links.address(link.id)
