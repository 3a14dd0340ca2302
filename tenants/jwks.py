"""A JSON Web Key Set with public keys for RS256 and EdDSA, checked before anything uses it."""

from __future__ import annotations

import base64
import binascii
from typing import Any

MOST_KEYS = 10
LONGEST_KID = 128  # characters
# Of an RSA modulus: shorter ones are broken, and longer ones cost milliseconds for each token.
RSA_BITS = range(2048, 4097)
ED25519_BYTES = 32


class BadJwks(ValueError):
    """The message says what is wrong, and names the key by its place."""


def check_jwks(document: Any) -> None:
    """Raises BadJwks."""
    keys = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(keys, list) or not 1 <= len(keys) <= MOST_KEYS:
        raise BadJwks(f'Expected {{"keys": […]}} with 1 to {MOST_KEYS} keys.')

    for place, key in enumerate(keys):
        problem = _find_problem(key)
        if problem:
            raise BadJwks(f"keys[{place}]: {problem}")
    kids = [key.get("kid") for key in keys]
    if len(set(kids)) != len(kids):
        raise BadJwks("Two keys have the same kid.")


def _find_problem(key: Any) -> str:
    if not isinstance(key, dict):
        return "Expected an object."
    if "d" in key or "k" in key:
        return "This is a private or a shared key; a JWKS holds public keys alone."
    kid = key.get("kid")
    if not isinstance(kid, str | None) or len(kid or "") > LONGEST_KID:
        return f"The kid is a text of at most {LONGEST_KID} characters."
    if key.get("kty") == "RSA":
        return _find_rsa_problem(key)
    if key.get("kty") == "OKP" and key.get("crv") == "Ed25519":
        is_whole = len(_decode(key.get("x"))) == ED25519_BYTES
        return "" if is_whole else "x is no Ed25519 key."
    return "Only RSA keys and Ed25519 keys are known."


def _find_rsa_problem(key: dict[str, Any]) -> str:
    modulus, exponent = (int.from_bytes(_decode(key.get(name))) for name in ("n", "e"))
    if modulus.bit_length() not in RSA_BITS:
        return f"n has {RSA_BITS[0]} to {RSA_BITS[-1]} bits."
    if exponent not in (3, 17, 65537):
        return "e is 65537."
    return ""


def _decode(text: Any) -> bytes:
    """Empty where the text is none in base64url."""
    if not isinstance(text, str) or len(text) > 1024:
        return b""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return b""
