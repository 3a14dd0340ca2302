"""Passkeys as a second factor, by WebAuthn: added on a page, asked for in place of a code.

The key must verify the person (a fingerprint, a face, a PIN), and each challenge is used once.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import webauthn
from django.conf import settings
from django.db import IntegrityError, transaction
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    JsonResponse,
)
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from tenants.models import Passkey
from tenants.models.passkey import MOST
from tenants.sign_in.confirmation import is_confirmed, verify_session
from tenants.sign_in.next_page import next_page

CHALLENGE = "passkey_challenge"
LASTS = 5 * 60  # seconds
LONGEST = 64 * 1024  # bytes of what a browser posts
NO = {"problem": "This passkey was not accepted. Try it once more, or use another way."}
TOO_MANY = {"problem": f"You have {MOST} passkeys. Remove one first."}
LATE = {"problem": "That took too long. Load this page again, and enter a code."}
# What malformed answers raise beside the library's own errors.
MALFORMED = (WebAuthnException, ValueError, TypeError, KeyError, AttributeError, IndexError)
logger = logging.getLogger(__name__)


@never_cache
@require_POST
def new_options(request: Any) -> HttpResponse:
    """For a person who is signed in, and gave a code minutes ago."""
    if not is_confirmed(request):
        return JsonResponse(LATE, status=HTTPStatus.FORBIDDEN)
    if request.user.passkeys.count() >= MOST:
        return JsonResponse(TOO_MANY, status=HTTPStatus.CONFLICT)

    options = webauthn.generate_registration_options(
        rp_id=_host(request),
        rp_name="clickhook",
        user_id=str(request.user.pk).encode(),
        user_name=request.user.get_username(),
        exclude_credentials=_descriptors(request.user),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.DISCOURAGED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
    )
    return _give(request, "new", options)


@never_cache
@require_POST
def add(request: Any) -> HttpResponse:
    if not is_confirmed(request):
        return JsonResponse(LATE, status=HTTPStatus.FORBIDDEN)
    try:
        posted = _read(request)
        verified = webauthn.verify_registration_response(
            credential=posted["credential"],
            expected_challenge=_take_challenge(request, "new"),
            expected_rp_id=_host(request),
            expected_origin=_origin(request),
            require_user_verification=True,
        )
        _keep(request.user, str(posted["name"]), verified)
    except (*MALFORMED, IntegrityError) as error:
        return _refuse(error)
    return JsonResponse({"next": reverse("admin:second_factor")})


@never_cache
@require_POST
def remove(request: Any, passkey_id: int) -> HttpResponse:
    """A session that this passkey verified ends with it."""
    get_object_or_404(request.user.passkeys, pk=passkey_id).delete()
    return HttpResponseRedirect(reverse("admin:second_factor"))


@never_cache
@require_POST
def code_options(request: Any) -> HttpResponse:
    """For a person who has given their password."""
    if not _is_half_in(request):
        raise Http404
    options = webauthn.generate_authentication_options(
        rp_id=_host(request),
        allow_credentials=_descriptors(request.user),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return _give(request, "use", options)


@never_cache
@require_POST
def code(request: Any) -> HttpResponse:
    """In place of a code: the person's own passkey has signed this session's challenge."""
    if not _is_half_in(request):
        raise Http404
    try:
        challenge = _take_challenge(request, "use")
        credential = _read(request)["credential"]
        with transaction.atomic():
            mine = Passkey.objects.select_for_update().filter(user=request.user)
            passkey = mine.get(credential_id=base64url_to_bytes(credential["rawId"]))
            _check(request, passkey, credential, challenge)
    except (*MALFORMED, Passkey.DoesNotExist) as error:
        return _refuse(error)

    verify_session(request, passkey)
    return JsonResponse({"next": next_page(request) or reverse("admin:index")})


def _check(request: Any, passkey: Passkey, credential: Any, challenge: bytes) -> None:
    """Raises what MALFORMED lists."""
    verified = webauthn.verify_authentication_response(
        credential=credential,
        expected_challenge=challenge,
        expected_rp_id=_host(request),
        expected_origin=_origin(request),
        credential_public_key=bytes(passkey.public_key),
        credential_current_sign_count=passkey.sign_count,
        require_user_verification=True,
    )
    passkey.sign_count, passkey.last_used_at = verified.new_sign_count, timezone.now()
    passkey.save(update_fields=["sign_count", "last_used_at"])


@transaction.atomic
def _keep(user: Any, name: str, verified: Any) -> None:
    """Raises ValueError and IntegrityError: a key is one person's, once."""
    passkey = Passkey(
        user=user,
        name=" ".join(name.split())[:64] or "Passkey",
        credential_id=verified.credential_id,
        public_key=verified.credential_public_key,
        sign_count=verified.sign_count,
    )
    passkey.full_clean(validate_unique=False)
    passkey.save()


def _is_half_in(request: Any) -> bool:
    return bool(request.user.is_active and request.user.is_staff and request.user.passkeys.exists())


def _give(request: Any, use: str, options: Any) -> HttpResponse:
    """The session keeps the challenge, for one answer."""
    request.session[CHALLENGE] = {
        "for": use,
        "bytes": bytes_to_base64url(options.challenge),
        "until": time.time() + LASTS,
    }
    return HttpResponse(webauthn.options_to_json(options), content_type="application/json")


def _take_challenge(request: Any, use: str) -> bytes:
    """Raises ValueError. It is gone then, whatever comes of it."""
    kept: Mapping[str, Any] = request.session.pop(CHALLENGE, {})
    if kept.get("for") != use or time.time() > kept["until"]:
        raise ValueError("no challenge is open")
    return base64url_to_bytes(kept["bytes"])


def _read(request: HttpRequest) -> Any:
    """Raises ValueError."""
    if int(request.headers.get("Content-Length") or 0) > LONGEST:
        raise ValueError("too long")
    return json.loads(request.body)


def _refuse(error: Exception) -> JsonResponse:
    logger.warning("A passkey was refused: %s", type(error).__name__)
    return JsonResponse(NO, status=HTTPStatus.BAD_REQUEST)


def _descriptors(user: Any) -> list[PublicKeyCredentialDescriptor]:
    ids = user.passkeys.values_list("credential_id", flat=True)
    return [PublicKeyCredentialDescriptor(id=bytes(one)) for one in ids]


def _host(request: HttpRequest) -> str:
    """Passkeys belong to a host name; the Host header is one of ALLOWED_HOSTS."""
    return request.get_host().partition(":")[0]


def _origin(request: HttpRequest) -> str:
    scheme = settings.CLICKHOOK_PUBLIC_URL.partition("://")[0]
    return f"{scheme}://{request.get_host()}"
