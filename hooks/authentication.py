"""Is this one of our WCS instances? The key in the URL names it, HMAC-MD5 of the raw body proves it.

Source: docs.flashphoner.com, "Authorization on backend": `Authorization: WCS <hex>`, key rest_hook_secret_key.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterator

from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from hooks.facts import Facts
from hooks.hook import Hook
from hooks.reasons import Reason
from tenants.secrets.encryption import SealedSecret, Secret, place
from tenants.secrets.fields import key_ring

_HEADER = re.compile(r"wcs +([0-9a-f]{32}) *", re.IGNORECASE | re.ASCII)


class Refused(Exception):
    """The hook goes no further; the reason says why."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.sentence)
        self.reason = reason


class WcsAuthentication(BaseAuthentication):
    """The principal is the instance, as `request.auth`; there is no user."""

    def authenticate(self, request: Request) -> tuple[None, Facts]:
        hook: Hook = request._request.hook  # type: ignore[attr-defined]  # ours, see HookRequest
        reason = Reason.ALLOWED if hook.verified else verify(hook.facts, hook.body, hook.signature)
        if hook.database_away and hook.facts.instance_id is None:
            reason = Reason.DATABASE_AWAY
        if reason is not Reason.ALLOWED:
            raise Refused(reason)
        return None, hook.facts


def verify(facts: Facts, body: bytes, header: str) -> Reason:
    """Raises SecretUnreadable."""
    if facts.instance_id is None:
        return Reason.INSTANCE_UNKNOWN
    if facts.instance_unsigned:
        return Reason.ALLOWED
    if not facts.signing_secret:
        return Reason.SECRET_MISSING
    signature = _HEADER.fullmatch(header)
    if signature is None:
        return Reason.SIGNATURE_MISSING
    if any(
        hmac.compare_digest(sign(secret.reveal(), body), signature[1].lower())
        for secret in _secrets(facts)
    ):
        return Reason.ALLOWED
    return Reason.SIGNATURE_WRONG


def sign(secret: str, body: bytes) -> str:
    return hmac.digest(secret.encode(), body, "md5").hex()


def _secrets(facts: Facts) -> Iterator[Secret]:
    """The current one first: where it fits, it does not matter that the previous one may no longer open."""
    stored = {
        "signing_secret": facts.signing_secret,
        "previous_signing_secret": facts.previous_signing_secret,
    }
    for name, token in stored.items():
        if token:
            yield SealedSecret(
                token, place(None, "tenants_wcsinstance", facts.instance_id, name), key_ring()
            )
