"""Who asks: a key in the Authorization header, and nowhere else."""

from __future__ import annotations

import re
from typing import Any, NoReturn, cast
from urllib.parse import unquote

from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from clickhook.api.problems import Kind, Problem
from tenants.models import ApiKey
from tenants.scope import Scope

LOOKS_LIKE_A_KEY = re.compile(r"ck_[0-9a-f]{12}")
LONGEST = 200  # characters of the header
IN_URL = (
    "Addresses end up in logs and histories, so this key is no secret any more: revoke it. Send "
    "the new one as Authorization: Bearer ck_…"
)
HOW = "Send Authorization: Bearer ck_…"


class KeyHolder(AnonymousUser):
    """Whoever has a key, for all that asks whose rows somebody sees and changes."""

    def __init__(self, key: ApiKey) -> None:
        super().__init__()
        self.kept_scope: Scope = key.scope


def key_of(request: Request) -> ApiKey:
    """Of a request that was authenticated."""
    key: Any = request.auth
    return cast(ApiKey, key)


class KeyAuthentication(BaseAuthentication):
    def authenticate(self, request: Request) -> tuple[KeyHolder, ApiKey]:
        key = _find_key(request)
        now = timezone.now()
        if key.revoked_at is not None:
            _refuse(Kind.KEY_REVOKED)
        if key.is_expired(now):
            _refuse(Kind.KEY_EXPIRED)
        key.note_use(now)
        return KeyHolder(key), key

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


def _find_key(request: Request) -> ApiKey:
    asked = f"{request.META.get('QUERY_STRING', '')} {request.path}"
    if LOOKS_LIKE_A_KEY.search(unquote(asked)):
        _refuse(Kind.KEY_IN_URL, IN_URL)

    scheme, _, text = request.META.get("HTTP_AUTHORIZATION", "").strip().partition(" ")
    if not scheme:
        _refuse(Kind.KEY_MISSING, HOW)
    if scheme.lower() != "bearer" or len(text) > LONGEST:
        _refuse(Kind.KEY_UNKNOWN, HOW)
    key = ApiKey.objects.find(text.strip())
    return key or _refuse(Kind.KEY_UNKNOWN)


def _refuse(kind: Kind, detail: str = "") -> NoReturn:
    raise Problem(kind, detail)
