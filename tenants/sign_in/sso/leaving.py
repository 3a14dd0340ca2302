"""Signing out here and at the provider: OpenID Connect RP-Initiated Logout 1.0, by the client id.

The ID token is not kept, so a provider may ask the person whether they mean it.
"""

from __future__ import annotations

import hmac
import logging
import secrets
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.admin import site
from django.contrib.auth import logout
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from tenants.sign_in.sso.public_scheme import public_scheme
from tenants.sign_in.sso.refused import SsoRefused

CAME_FROM_PROVIDER = "came_from_provider"  # in the session
COOKIE, SALT = "sso_leaving", "tenants.sign_in.sso.leaving"
LASTS = 10 * 60  # seconds
STALE = "The answer to a sign-out belongs to no sign-out of this browser."
log = logging.getLogger(__name__)


@never_cache
@require_POST
def logout_page(request: HttpRequest) -> HttpResponse:
    """Whoever came from the provider is signed out here first, and led there afterwards."""
    came_from_provider = request.session.get(CAME_FROM_PROVIDER, False)
    endpoint = _find_endpoint() if came_from_provider else ""
    if not endpoint:
        return site.logout(request)

    logout(request)
    state = secrets.token_urlsafe(32)
    response = _show(request, {"address": _address(request, endpoint, state)})
    response.set_cookie(
        COOKIE,
        signing.dumps(state, salt=SALT),
        max_age=LASTS,
        path=reverse("admin:sso_left"),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


@never_cache
@require_GET
def left_page(request: HttpRequest) -> HttpResponse:
    """Where the provider sends the browser back to. It leads nowhere else."""
    given, expected = request.GET.get("state", ""), _expected_state(request)
    if not expected or not hmac.compare_digest(given.encode(), expected.encode()):
        log.warning(STALE)
        return _show(request, {"stale": STALE, "title": "Not signed out"}, HTTPStatus.FORBIDDEN)
    response = _show(request, {"left": True})
    response.delete_cookie(COOKIE, path=reverse("admin:sso_left"), samesite="Lax")
    return response


def _find_endpoint() -> str:
    """Empty where the provider names none, or does not answer: the person is signed out here."""
    if not settings.CLICKHOOK_OIDC.issuer:
        return ""
    from tenants.sign_in.sso import provider  # Authlib is there only with a provider

    try:
        return provider.end_session_endpoint()
    except SsoRefused as refusal:
        log.warning("Nobody is signed out at the provider: %s", refusal)
        return ""


def _address(request: HttpRequest, endpoint: str, state: str) -> str:
    way_back = public_scheme() + request.get_host() + reverse("admin:sso_left")
    asked = {
        "client_id": settings.CLICKHOOK_OIDC.client_id,
        "post_logout_redirect_uri": way_back,
        "state": state,
    }
    return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(asked)}"


def _expected_state(request: HttpRequest) -> str:
    try:
        return str(signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=LASTS))
    except signing.BadSignature:
        return ""


def _show(
    request: HttpRequest, context: dict[str, Any], status: HTTPStatus = HTTPStatus.OK
) -> HttpResponse:
    whole = site.each_context(request) | {"title": "Signed out", "sso": settings.CLICKHOOK_OIDC}
    return render(request, "tenants/sign_in/sso_left.html", whole | context, status=status)
