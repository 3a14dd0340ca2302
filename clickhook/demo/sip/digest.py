"""Digest authentication for SIP servers (RFC 3261, section 22; RFC 2617 with qop=auth)."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import time
from collections.abc import Mapping

NONCE_SECONDS = 300
_FIELD = re.compile(r'(\w+)\s*=\s*(?:"([^"]*)"|([^\s,]+))')
_KEY = secrets.token_bytes(32)


def challenge(realm: str) -> str:
    return f'Digest realm="{realm}", nonce="{_nonce(int(time.time()))}", algorithm=MD5, qop="auth"'


def is_right(credentials: str, method: str, realm: str, name: str, password: str) -> bool:
    fields = _fields(credentials)
    if (fields.get("username"), fields.get("realm")) != (name, realm) or not _is_ours(
        fields.get("nonce", "")
    ):
        return False
    return hmac.compare_digest(fields.get("response", ""), _response(fields, method, password))


def _response(fields: Mapping[str, str], method: str, password: str) -> str:
    user, realm, nonce = (fields.get(name, "") for name in ("username", "realm", "nonce"))
    ours, theirs = _md5(f"{user}:{realm}:{password}"), _md5(f"{method}:{fields.get('uri', '')}")
    counted = [fields.get(name, "") for name in ("nc", "cnonce", "qop")] if "qop" in fields else []
    return _md5(":".join([ours, nonce, *counted, theirs]))


def _fields(credentials: str) -> dict[str, str]:
    return {name.lower(): quoted or plain for name, quoted, plain in _FIELD.findall(credentials)}


def _nonce(at: int) -> str:
    return f"{at:x}-{hmac.digest(_KEY, str(at).encode(), 'sha256').hex()[:32]}"


def _is_ours(nonce: str) -> bool:
    stamp = nonce.partition("-")[0]
    if not re.fullmatch(r"[0-9a-f]{1,16}", stamp):
        return False
    at = int(stamp, 16)
    return hmac.compare_digest(nonce, _nonce(at)) and time.time() - at < NONCE_SECONDS


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
