"""Makes tickets as a customer's back end does, good ones and bad ones."""

from __future__ import annotations

import base64
import json
import time
import uuid
from typing import Any

import jwt

KID, SECRET = "tk-1", "a secret of 43 characters, like every other"
ORIGIN = "https://www.acme.example"


def make_claims(now: float | None = None, **changes: Any) -> dict[str, Any]:
    """A value of `...` removes the claim."""
    now = int(time.time()) if now is None else now
    claims = {
        "origin": ORIGIN,
        "alias": "sales",
        "jti": str(uuid.uuid4()),
        "iat": now,
        "exp": now + 120,
        **changes,
    }
    return {name: value for name, value in claims.items() if value is not ...}


def make_ticket(secret: str = SECRET, kid: Any = KID, **changes: Any) -> str:
    return jwt.encode(make_claims(**changes), secret, "HS256", {"kid": kid})


def encode_part(value: Any) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
