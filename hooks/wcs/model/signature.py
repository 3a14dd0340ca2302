"""How a WCS signs a hook.

D: docs.flashphoner.com, "Authorization on backend": HMAC-MD5 of the body, under the key
rest_hook_secret_key.
"""

from __future__ import annotations

import hashlib
import hmac


def authorization_header(secret: str, body: bytes) -> str:
    """That key and body are read as UTF-8 is inferred."""
    return f"WCS {hmac.new(secret.encode(), body, hashlib.md5).hexdigest()}"
