"""Envelope encryption: a data key for each thing, itself sealed by a master key (P-10).

AES-256-GCM, a fresh nonce before what it seals. What is sealed is bound to its place, which is
proved when it is opened: a ciphertext that is moved to another row opens nothing (R-15).
"""

import hashlib
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

KEY_BYTES, NONCE_BYTES = 32, 12
UNREADABLE = (
    "Ce contenu ne peut pas être lu en ce moment : le service n'a pas la clé qui le protège. Il "
    "n'est pas perdu : dites-le à l'assistance, qui préviendra l'exploitation du service."
)


class Unreadable(Exception):
    """The master key is not there, or what was sealed is not what is given."""


@dataclass(frozen=True)
class Wrapped:
    """A data key, sealed.

    Attributes:
        key: the data key, sealed by a master key.
        master: the fingerprint of that master key.
    """

    key: bytes
    master: str


@dataclass(frozen=True, repr=False)
class DataKey:
    """What seals one file or one comment, and opens it."""

    secret: bytes

    def seal(self, content: bytes, *, place: str) -> bytes:
        """Return a content, sealed for a place."""
        return _seal(self.secret, content, place=place)

    def open(self, sealed: bytes, *, place: str) -> bytes:
        """Return what was sealed for a place. Raises Unreadable."""
        return _open(self.secret, sealed, place=place)


def a_key(*, place: str) -> tuple[DataKey, Wrapped]:
    """Return a new data key, and the same sealed for a place."""
    made = DataKey(secrets.token_bytes(KEY_BYTES))
    return made, _wrap(made, place=place)


def unwrap(wrapped: Wrapped, *, place: str) -> DataKey:
    """Return the data key that was sealed for a place.

    Raises:
        Unreadable: its master key is not among those of the environment, or it is not for there.
    """
    master = _masters().get(wrapped.master)
    if master is None:
        raise Unreadable
    return DataKey(_open(master, wrapped.key, place=place))


def seal_text(text: str, *, place: str) -> str:
    """Return a text that waits outside of the compartment, sealed for a place by a key of its own."""
    key, wrapped = a_key(place=f"{place}:key")
    sealed = key.seal(text.encode(), place=f"{place}:text")
    return ".".join(
        [wrapped.master, *(urlsafe_b64encode(one).decode() for one in (wrapped.key, sealed))]
    )


def open_text(sealed: str, *, place: str) -> str:
    """Return what `seal_text` sealed for a place. Raises Unreadable."""
    master, *parts = sealed.split(".")
    wrapped, content = map(urlsafe_b64decode, parts)
    key = unwrap(Wrapped(wrapped, master), place=f"{place}:key")
    return key.open(content, place=f"{place}:text").decode()


def wrap_again(wrapped: Wrapped, *, place: str) -> Wrapped:
    """Return a data key sealed by the master key that writes now. Raises Unreadable."""
    return _wrap(unwrap(wrapped, place=place), place=place)


def writing() -> str:
    """Return the fingerprint of the master key that seals what comes."""
    return next(iter(_masters()))


def known() -> list[str]:
    """Return the fingerprints of the master keys of the environment, that which writes first."""
    return list(_masters())


def fingerprint(master: bytes) -> str:
    """Return what rows know a master key by: a wrong key is another one, whatever its label."""
    return hashlib.sha256(b"sporades medical\0" + master).hexdigest()[:16]


def _masters() -> Mapping[str, bytes]:
    return {fingerprint(key): key for key in settings.MEDICAL_KEYS.values()}


def _wrap(key: DataKey, *, place: str) -> Wrapped:
    fingerprint_, master = next(iter(_masters().items()))
    return Wrapped(_seal(master, key.secret, place=place), fingerprint_)


def _seal(key: bytes, content: bytes, *, place: str) -> bytes:
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, content, place.encode())


def _open(key: bytes, sealed: bytes, *, place: str) -> bytes:
    nonce, rest = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
    try:
        return AESGCM(key).decrypt(nonce, rest, place.encode())
    except (InvalidTag, ValueError) as trouble:
        raise Unreadable from trouble
