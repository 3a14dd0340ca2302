"""Secrets at rest and in memory: AES-256-GCM under a key ring, and a type that prints as dots."""

from __future__ import annotations

import base64
import binascii
import hmac
import logging
import os
import re
from pathlib import Path
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

log = logging.getLogger("tenants")

DOTS = "••••••"
_VERSION = "v1"
_NONCE_BYTES = 12
_KEY_BYTES = 32
_FEWEST_DIFFERENT = 12  # bytes of a key; of a random one, 30 are usual


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

    @property
    def opens(self) -> bool:
        try:
            self._ring.open(self.token, self._place)
        except SecretUnreadable:
            return False
        return True

    def resealed(self) -> str:
        """The token of the same secret under the sealing key. Raises SecretUnreadable."""
        return self._ring.seal(self.reveal(), self._place)


def place(tenant: object, table: str, row: object, field: str) -> str:
    """Where a secret is stored. It is authenticated, so a token moved elsewhere does not open."""
    return f"clickhook|{tenant or '-'}|{table}|{row}|{field}"


class KeyRing:
    """The keys by their ids; the first one seals, every one opens.

    Another process may change the file of the keys: it is read again before something is sealed,
    and for a token of an unknown key. So a new key needs no restart.
    """

    def __init__(self, keys: dict[str, bytes], file: Path | None = None) -> None:
        self._file, self._read_at = file, (0, 0, 0)
        self._set_keys(keys)

    def __repr__(self) -> str:
        return f"KeyRing({', '.join(self._ciphers)})"

    @classmethod
    def parse(cls, text: str, file: Path | None = None) -> Self:
        """One `id:key` for each line or comma, key in base64 of 32 bytes. Raises KeyRingError."""
        return cls(_parse_keys(text), file)

    @property
    def ids(self) -> list[str]:
        """The sealing key comes first."""
        self._reload()
        return list(self._ciphers)

    def seal(self, text: str, place: str) -> str:
        self._reload()
        (key_id, cipher), nonce = self._sealing, os.urandom(_NONCE_BYTES)
        sealed = nonce + cipher.encrypt(nonce, text.encode(), place.encode())
        return f"{_VERSION}.{key_id}.{base64.b64encode(sealed).decode()}"

    def open(self, token: str, place: str) -> str:
        """Raises SecretUnreadable."""
        version, _, rest = token.partition(".")
        key_id, _, encoded = rest.partition(".")
        if version != _VERSION:
            raise SecretUnreadable(f"{place}: not a sealed secret of version {_VERSION}")
        if key_id not in self._ciphers:
            self._reload()
        if key_id not in self._ciphers:
            raise SecretUnreadable(
                f"{place}: sealed with key {key_id!r}, which is not in the key ring"
            )
        try:
            sealed = base64.b64decode(encoded, validate=True)
            plain = self._ciphers[key_id].decrypt(
                sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], place.encode()
            )
        except (binascii.Error, InvalidTag, ValueError) as error:
            raise SecretUnreadable(f"{place}: key {key_id!r} does not open it here") from error
        return plain.decode()

    def _set_keys(self, keys: dict[str, bytes]) -> None:
        self._ciphers = {key_id: AESGCM(key) for key_id, key in keys.items()}
        self._sealing = next(iter(self._ciphers.items()))

    def _reload(self) -> None:
        """A file that cannot be used leaves the ring as it is, so that stored secrets open."""
        if self._file is None:
            return
        try:
            status = self._file.stat()
            stamp = (status.st_mtime_ns, status.st_ino, status.st_size)
            if stamp != self._read_at:
                self._set_keys(_parse_keys(self._file.read_text()))
                self._read_at = stamp
        except (OSError, KeyRingError) as error:
            log.error("the key ring stays as it was, %s cannot be used: %s", self._file, error)


def new_key() -> str:
    """A new entry for the key ring; its id tells nothing about the key."""
    key_id = base64.b32encode(os.urandom(5)).decode().lower()
    return f"{key_id}:{base64.b64encode(os.urandom(_KEY_BYTES)).decode()}"


def _parse_keys(text: str) -> dict[str, bytes]:
    keys: dict[str, bytes] = {}
    for entry in filter(None, re.split(r"[\s,]+", text)):
        key_id, _, encoded = entry.partition(":")
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,32}", key_id) or key_id in keys:
            raise KeyRingError("A key id is missing, malformed or given twice.")
        keys[key_id] = _decode_key(key_id, encoded)
    if not keys:
        raise KeyRingError("There is no key.")
    return keys


def _decode_key(key_id: str, encoded: str) -> bytes:
    try:
        key = base64.b64decode(encoded, validate=True)
    except binascii.Error as error:
        raise KeyRingError(f"Key {key_id!r} is not base64.") from error
    if len(key) != _KEY_BYTES:
        raise KeyRingError(f"Key {key_id!r} has {len(key)} bytes instead of {_KEY_BYTES}.")
    if len(set(key)) < _FEWEST_DIFFERENT:
        raise KeyRingError(f"Key {key_id!r} can be guessed: it repeats few bytes.")
    return key
