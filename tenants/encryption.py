"""Secrets at rest and in memory: AES-256-GCM under a key ring, and a type that prints as dots."""

from __future__ import annotations

import base64
import binascii
import hmac
import os
import re
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

DOTS = "••••••"
_VERSION = "v1"
_NONCE_BYTES = 12
_KEY_BYTES = 32


class KeyRingError(ValueError):
    """The key ring itself is unusable."""


class SecretUnreadable(Exception):
    """A stored secret does not open: wrong key, wrong row, or damaged. Never carries the token."""


class Secret:
    """Text that prints as dots. `reveal()` is the only way out."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        return self._text

    def matches(self, other: Secret | str) -> bool:
        """Raises SecretUnreadable."""
        plain = other.reveal() if isinstance(other, Secret) else other
        return hmac.compare_digest(self.reveal().encode(), plain.encode())

    def __repr__(self) -> str:
        return DOTS

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return DOTS

    def __reduce__(self) -> str:
        raise TypeError("A secret is not pickled.")


class SealedSecret(Secret):
    """A secret as it stands in the database; it is opened when it is revealed, and not before."""

    __slots__ = ("_place", "_ring", "token")

    def __init__(self, token: str, place: str, ring: KeyRing) -> None:
        super().__init__(DOTS)
        self.token, self._place, self._ring = token, place, ring

    def reveal(self) -> str:
        """Raises SecretUnreadable."""
        return self._ring.open(self.token, self._place)


def place(tenant: object, table: str, row: object, field: str) -> str:
    """Where a secret stands. It is authenticated with the ciphertext, so a token moved elsewhere does not open."""
    return f"clickhook|{tenant or '-'}|{table}|{row}|{field}"


class KeyRing:
    """The keys by their ids; the first one seals, every one opens."""

    def __init__(self, keys: dict[str, bytes]) -> None:
        self._ciphers = {key_id: AESGCM(key) for key_id, key in keys.items()}
        self._sealing_id = next(iter(keys))

    def __repr__(self) -> str:
        return f"KeyRing({', '.join(self._ciphers)})"

    @classmethod
    def parse(cls, text: str) -> Self:
        """One `id:key` for each line or comma, key in base64 of 32 bytes. Raises KeyRingError."""
        keys: dict[str, bytes] = {}
        for entry in filter(None, re.split(r"[\s,]+", text)):
            key_id, _, encoded = entry.partition(":")
            if not re.fullmatch(r"[A-Za-z0-9_-]{1,32}", key_id) or key_id in keys:
                raise KeyRingError("A key id is missing, malformed or given twice.")
            keys[key_id] = _key_bytes(key_id, encoded)
        if not keys:
            raise KeyRingError("There is no key.")
        return cls(keys)

    def seal(self, text: str, place: str) -> str:
        nonce = os.urandom(_NONCE_BYTES)
        sealed = nonce + self._ciphers[self._sealing_id].encrypt(nonce, text.encode(), place.encode())
        return f"{_VERSION}.{self._sealing_id}.{base64.b64encode(sealed).decode()}"

    def open(self, token: str, place: str) -> str:
        """Raises SecretUnreadable."""
        version, _, rest = token.partition(".")
        key_id, _, encoded = rest.partition(".")
        if version != _VERSION:
            raise SecretUnreadable(f"{place}: not a sealed secret of version {_VERSION}")
        if key_id not in self._ciphers:
            raise SecretUnreadable(f"{place}: sealed with key {key_id!r}, which is not in the key ring")
        try:
            sealed = base64.b64decode(encoded, validate=True)
            plain = self._ciphers[key_id].decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], place.encode())
        except (binascii.Error, InvalidTag, ValueError) as error:
            raise SecretUnreadable(f"{place}: key {key_id!r} does not open it here") from error
        return plain.decode()


def new_key() -> str:
    """A fresh entry for the key ring; its id tells nothing of the key."""
    key_id = base64.b32encode(os.urandom(5)).decode().lower()
    return f"{key_id}:{base64.b64encode(os.urandom(_KEY_BYTES)).decode()}"


def _key_bytes(key_id: str, encoded: str) -> bytes:
    try:
        key = base64.b64decode(encoded, validate=True)
    except binascii.Error as error:
        raise KeyRingError(f"Key {key_id!r} is not base64.") from error
    if len(key) != _KEY_BYTES:
        raise KeyRingError(f"Key {key_id!r} has {len(key)} bytes instead of {_KEY_BYTES}.")
    return key
