"""What signs messages, as Standard Webhooks writes it: a shared secret, or an ed25519 key pair."""

from __future__ import annotations

import base64
import secrets
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

SECRET_PREFIX, SECRET_BYTES = "whsec_", 32
PRIVATE_PREFIX, PUBLIC_PREFIX = "whsk_", "whpk_"


class KeyPair(NamedTuple):
    private: str
    public: str


def new_webhook_secret() -> str:
    return _write(SECRET_PREFIX, secrets.token_bytes(SECRET_BYTES))


def new_key_pair() -> KeyPair:
    key = Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes_raw()
    return KeyPair(_write(PRIVATE_PREFIX, key.private_bytes_raw()), _write(PUBLIC_PREFIX, public))


def _write(prefix: str, content: bytes) -> str:
    return f"{prefix}{base64.b64encode(content).decode()}"
