"""Idempotency-Key: a POST that is sent again is answered as before, and done once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from django.db import connection
from django.utils import timezone
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from clickhook.api.authentication import key_of
from clickhook.api.problems import FieldError, Kind, Problem
from tenants.models import IdempotentAnswer
from tenants.models.idempotent_answer import LASTS, LONGEST_KEY
from tenants.secrets.encryption import SecretUnreadable

HEADER = "Idempotency-Key"
KEPT_HEADERS = ("ETag", "Location")
LOCK = "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))"
UNREADABLE = "It was done before, but its answer cannot be read any more: get what it made."
WRONG = f"1 to {LONGEST_KEY} visible ASCII characters."


def once(request: Request, body: bytes, act: Callable[[], Response]) -> Response:
    """Inside a transaction: the answer is kept if and only if the change is."""
    key = request.headers.get(HEADER)
    if key is None:
        return act()
    if not (1 <= len(key) <= LONGEST_KEY and key.isascii() and key.isprintable()):
        raise Problem(Kind.MALFORMED, errors=[FieldError(HEADER, WRONG)])

    owner = key_of(request)
    _lock(owner.pk, key)
    digest = _digest(request, body)
    kept = IdempotentAnswer.objects.filter(api_key=owner, key=key).first()
    if kept is not None and kept.created_at > timezone.now() - LASTS:
        if kept.request_digest != digest:
            raise Problem(Kind.OTHER_REQUEST, "Take a new one for each request.")
        return _repeat(kept)

    response = act()
    _keep(request, key, digest, response)
    return response


def _lock(api_key: int, key: str) -> None:
    """Until the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [f"idempotency {api_key} {key}"])
        row = cursor.fetchone()
    if not row or not row[0]:
        raise Problem(Kind.RUNNING, "Wait for its answer.")


def _digest(request: Request, body: bytes) -> str:
    whole = f"{request.method} {request.get_full_path()}\n".encode() + body
    return hashlib.sha256(whole).hexdigest()


def _keep(request: Request, key: str, digest: str, response: Response) -> None:
    owner = key_of(request)
    IdempotentAnswer.objects.filter(api_key=owner, key=key).delete()  # it has expired
    IdempotentAnswer.objects.create(
        api_key=owner,
        key=key,
        request_digest=digest,
        status=response.status_code,
        headers={name: response.headers[name] for name in KEPT_HEADERS if name in response.headers},
        answer=JSONRenderer().render(response.data).decode(),
        created_at=timezone.now(),
    )


def _repeat(kept: IdempotentAnswer) -> Response:
    try:
        body = kept.body
    except SecretUnreadable:
        raise Problem(Kind.CONFLICT, UNREADABLE) from None
    headers = {**kept.headers, "Idempotent-Replayed": "true"}
    return Response(body, kept.status, headers=headers)
