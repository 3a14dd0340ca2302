"""The headers that prove a message: HMAC-SHA256 over id, time and body, once for each secret."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence

from tenants.models.webhook_endpoint import SECRET_PREFIX
from tenants.secrets.encryption import Secret


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


def _sign(secret: Secret, signed: bytes) -> str:
    key = base64.b64decode(secret.reveal().removeprefix(SECRET_PREFIX))
    digest = hmac.new(key, signed, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"
