"""The headers that prove a message: a signature over id, time and body by each live key.

A shared secret makes `v1`, HMAC-SHA256; a private key makes `v1a`, ed25519. Source: Standard
Webhooks, "Signature scheme".
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tenants.secrets.encryption import Secret
from tenants.webhooks.signing_keys import PRIVATE_PREFIX, SECRET_PREFIX


def signed_headers(
    message_id: str, timestamp: int, body: bytes, keys: Sequence[Secret]
) -> dict[str, str]:
    """`timestamp`: of the attempt, in seconds since 1970. Raises SecretUnreadable."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    signatures = [_sign(key, signed) for key in keys]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signatures),
    }


def _sign(key: Secret, signed: bytes) -> str:
    text = key.reveal()
    if text.startswith(PRIVATE_PREFIX):
        private = base64.b64decode(text.removeprefix(PRIVATE_PREFIX))
        return _written("v1a", Ed25519PrivateKey.from_private_bytes(private).sign(signed))
    shared = base64.b64decode(text.removeprefix(SECRET_PREFIX))
    return _written("v1", hmac.new(shared, signed, hashlib.sha256).digest())


def _written(version: str, signature: bytes) -> str:
    return f"{version},{base64.b64encode(signature).decode()}"
