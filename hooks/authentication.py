"""Is this one of our WCS instances? The key in the URL names it, HMAC-MD5 of the body proves it.

Source: docs.flashphoner.com, "Authorization on backend": `Authorization: WCS <hex>` under the key
rest_hook_secret_key.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterator
from functools import lru_cache

from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from hooks.facts import Facts, Instance
from hooks.hook import Hook, Proof
from hooks.reasons import Reason
from tenants.models import WcsInstance
from tenants.secrets.encryption import Secret
from tenants.secrets.fields import secret_field

# The current one comes first: where it fits, the previous one need not open any more.
_SECRETS = {
    name: secret_field(WcsInstance, name) for name in ("signing_secret", "previous_signing_secret")
}
_HEADER = re.compile(r"wcs +([0-9a-f]{32}) *", re.IGNORECASE | re.ASCII)


class Refused(Exception):
    """The hook goes no further; the reason says why."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.sentence)
        self.reason = reason


class WcsAuthentication(BaseAuthentication):
    """The principal is the instance, as `request.auth`; there is no user."""

    def authenticate(self, request: Request) -> tuple[None, Instance]:
        """Raises Refused and SecretUnreadable."""
        posted = request._request
        instance: Instance | None = posted.instance  # type: ignore[attr-defined]  # HookRequest's
        reason = verify(instance, posted.proof)  # type: ignore[attr-defined]
        if instance is None or reason is not Reason.ALLOWED:
            raise Refused(reason)
        return None, instance


def verify(instance: Instance | None, proof: Proof) -> Reason:
    """Raises SecretUnreadable."""
    if instance is None:
        return Reason.INSTANCE_UNKNOWN
    if instance.unsigned:
        return Reason.ALLOWED
    if not instance.signing_secret:
        return Reason.SECRET_MISSING

    signature = _HEADER.fullmatch(proof.header)
    if signature is None:
        return Reason.SIGNATURE_MISSING
    if any(_fits(secret, proof.body, signature[1].lower()) for secret in _open_secrets(instance)):
        return Reason.ALLOWED
    return Reason.SIGNATURE_WRONG


def verify_again(hook: Hook, facts: Facts) -> Reason:
    """Whether what let the hook in still holds. Raises SecretUnreadable."""
    if facts.instance_id is None:
        return Reason.INSTANCE_UNKNOWN
    if hook.proof is None or facts.instance == hook.instance:
        return Reason.ALLOWED
    return verify(facts.instance, hook.proof)


def sign(secret: str, body: bytes) -> str:
    return hmac.digest(secret.encode(), body, "md5").hex()


def _fits(secret: Secret, body: bytes, signature: str) -> bool:
    return hmac.compare_digest(sign(secret.reveal(), body), signature)


def _open_secrets(instance: Instance) -> Iterator[Secret]:
    for name in _SECRETS:
        if token := getattr(instance, name):
            yield _open(name, token, instance.id)


@lru_cache(maxsize=4096)
def _open(name: str, token: str, instance_id: str) -> Secret:
    """Opened once, not for every hook. A token that is sealed anew is another one."""
    return Secret(_SECRETS[name].stored(token, instance_id).reveal())
