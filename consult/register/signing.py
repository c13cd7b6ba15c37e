"""The keys that sign a territory's heads: drawn at first need, sealed under the instance's secret, changed by command.

A register keeps the name of its first key for good, whatever becomes of the instance's address: the name is how
verifiers know which register a head speaks of.
"""

from base64 import b64decode, b64encode, urlsafe_b64encode
from urllib.parse import urlsplit

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from consult.core import clock
from consult.core.errors import ConsultError
from consult.core.keys import new_key
from consult.register.models import RegisterKey
from consult.register.notes import vkey
from consult.settings import settings
from consult.territories.models import Territory


class SealedKeyError(ConsultError):
    """The private half of a key cannot be read: the instance has another secret than when it was drawn."""

    def __init__(self, slug: str) -> None:
        super().__init__(
            f"The register of {slug} cannot be signed: its key was sealed under another CONSULT_SECRET_KEY."
            " Put the former one back (without the setting: var/secret-key of the folder that Consult is started"
            f" from), or draw another key: consult register rotate-key --former-lost --territory {slug}"
        )


async def current_key(territory: Territory) -> RegisterKey:
    """The key that signs, drawn if there is none (inside a transaction that holds the register's lock)."""
    return await RegisterKey.get_or_none(territory_id=territory.id, retired_at=None) or await draw_key(territory)


async def draw_key(territory: Territory) -> RegisterKey:
    """Draw a key and keep it sealed (inside a transaction that holds the register's lock)."""
    first = await RegisterKey.filter(territory_id=territory.id).order_by("created_at", "id").first()
    private = Ed25519PrivateKey.generate()
    return await RegisterKey.create(
        id=new_key(),
        territory_id=territory.id,
        name=first.name if first else f"{urlsplit(settings().base_url).netloc}/register/{territory.slug}",
        public=b64encode(private.public_key().public_bytes_raw()).decode(),
        sealed=_sealing().encrypt(private.private_bytes_raw()).decode(),
        created_at=clock.now(),
    )


def private_half(key: RegisterKey, slug: str) -> Ed25519PrivateKey:
    """The private half of a key.

    Raises:
        SealedKeyError: it was sealed under another secret.
    """
    try:
        return Ed25519PrivateKey.from_private_bytes(_sealing().decrypt(key.sealed))
    except InvalidToken as error:
        raise SealedKeyError(slug) from error


def vkey_of(key: RegisterKey) -> str:
    """The public half, as verifiers write it down."""
    return vkey(key.name, b64decode(key.public))


def _sealing() -> Fernet:
    secret = settings().secret_key.get_secret_value().encode()
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"consult.register.key").derive(secret)
    return Fernet(urlsafe_b64encode(derived))
