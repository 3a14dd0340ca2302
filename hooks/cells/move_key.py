"""The key of one move: a file that both operators have, and nobody else.

It seals the bundle and the secrets in it, and by it each cell proves what it has done: whoever
copies a sentence from an old move, or mistypes it, changes nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple, Self

from tenants.secrets.encryption import KeyRing, KeyRingError, new_key

LONGEST = 1024  # bytes


class BadMoveKeyError(Exception):
    """The file cannot be used; the message says why, and holds nothing of the key."""


class Proved(StrEnum):
    ARRIVED = "arrived"
    HANDED_OVER = "handed over"


class MoveKey(NamedTuple):
    ring: KeyRing
    secret: bytes

    @classmethod
    def make(cls, file: Path) -> Self:
        """Raises FileExistsError."""
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as opened:
            opened.write(f"{new_key()}\n")
            opened.flush()
            os.fsync(opened.fileno())
        return cls.read(file)

    @classmethod
    def read(cls, file: Path) -> Self:
        """Raises BadMoveKeyError."""
        try:
            with file.open("rb") as opened:
                text = opened.read(LONGEST).strip()
            return cls(KeyRing.parse(text.decode()), hashlib.sha256(text).digest())
        except OSError as error:
            raise BadMoveKeyError(f"The key {file} cannot be read: {error.strerror}.") from None
        except (KeyRingError, ValueError):
            raise BadMoveKeyError(f"{file} holds no key of a move.") from None

    def proof(self, what: Proved, move: object, digest: str) -> str:
        """Short enough to be read out: 32 digits and letters."""
        text = f"{what}|{move}|{digest}".encode()
        return hmac.new(self.secret, text, hashlib.sha256).hexdigest()[:32]

    def proves(self, proof: str, what: Proved, move: object, digest: str) -> bool:
        expected = self.proof(what, move, digest).encode()
        return hmac.compare_digest(proof.strip().lower().encode(), expected)
