"""The way to the provider, and the way back with its answer."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any

import django_otp
from django.conf import settings
from django.contrib.admin import site
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from tenants.audit.acting import acting
from tenants.models import SsoIdentity
from tenants.sign_in.client_address import client_address
from tenants.sign_in.confirmation import note_confirmation
from tenants.sign_in.next_page import next_page
from tenants.sign_in.sso import person, visit
from tenants.sign_in.sso.leaving import CAME_FROM_PROVIDER
from tenants.sign_in.sso.public_scheme import public_scheme
from tenants.sign_in.sso.refused import SsoRefused
from tenants.sign_in.sso.rights import has_second_factor, verified_email

BACKEND = "tenants.sign_in.backend.PasswordBackend"  # it also finds the user of a session
STALE = "This browser began no sign-in at the provider in the last minutes."
ANOTHER_PERSON = "Another person came back from the provider than the one who is signed in."
logger = logging.getLogger(__name__)


@never_cache
@require_GET
def begin_page(request: HttpRequest) -> HttpResponse:
    """Also for a person who is signed in, where something needs them to prove it again."""
    provider = _provider_or_404()
    again = request.user.pk if is_verified_by_provider(request) else None
    redirect_uri = public_scheme() + request.get_host() + reverse("admin:sso_return")
    try:
        address, begun = provider.begin(redirect_uri, next_page(request), again)
    except SsoRefused as refusal:
        return _refuse(request, refusal)

    response = HttpResponseRedirect(address)
    visit.begin(response, begun, reverse("admin:sso"))
    return response


@never_cache
@require_GET
def return_page(request: HttpRequest) -> HttpResponse:
    provider = _provider_or_404()
    try:
        begun = visit.read(request)
        if begun is None:
            raise SsoRefused(STALE)
        claims = provider.finish(begun, request.GET.dict())
        identity = _recognise(request, claims)
        if begun.user_id and begun.user_id != identity.user.pk:
            raise SsoRefused(ANOTHER_PERSON)
    except SsoRefused as refusal:
        response = _refuse(request, refusal)
    else:
        _sign_in(request, identity, claims, is_recent=provider.is_recent(claims))
        response = _lead_on(request, begun.next_page)
    visit.end(response, reverse("admin:sso"))
    return response


def is_verified_by_provider(request: Any) -> bool:
    return isinstance(getattr(request.user, "otp_device", None), SsoIdentity)


def _provider_or_404() -> Any:
    """Authlib is there only where the operator named a provider."""
    if not settings.CLICKHOOK_OIDC.issuer:
        raise Http404
    from tenants.sign_in.sso import provider

    return provider


def _recognise(request: HttpRequest, claims: Any) -> SsoIdentity:
    name = verified_email(claims) or claims["sub"]
    with acting("single sign-on", name=name, address=client_address(request) or ""):
        return person.recognise(claims)


def _sign_in(request: HttpRequest, identity: SsoIdentity, claims: Any, is_recent: bool) -> None:
    """Without a second factor the session opens no page but that of the code."""
    login(request, identity.user, backend=BACKEND)
    request.session[CAME_FROM_PROVIDER] = True
    if has_second_factor(claims, settings.CLICKHOOK_OIDC.second_factor):
        django_otp.login(request, identity)
        if is_recent:
            note_confirmation(request)


def _lead_on(request: Any, asked: str) -> HttpResponse:
    if is_verified_by_provider(request):
        return HttpResponseRedirect(asked or reverse("admin:index"))
    query = f"?{urlencode({'next': asked})}" if asked else ""
    return HttpResponseRedirect(reverse("admin:code") + query)


def _refuse(request: HttpRequest, refusal: SsoRefused) -> HttpResponse:
    logger.warning("Single sign-on refused: %s", refusal)
    context = site.each_context(request) | {"title": "Not signed in"}
    return render(request, "tenants/sign_in/sso_refused.html", context, status=HTTPStatus.FORBIDDEN)
