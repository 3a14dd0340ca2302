"""A trip to the provider and back: what the browser carries, signed, until it returns.

It is a cookie and no session, because strangers may begin such trips too.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

COOKIE, SALT = "sso_visit", "tenants.sign_in.sso.visit"
LASTS = 10 * 60  # seconds


@dataclass(frozen=True)
class Visit:
    state: str
    nonce: str = field(repr=False)
    code_verifier: str = field(repr=False)  # of PKCE
    redirect_uri: str
    next_page: str
    # The person who is signed in already, and proves it again; else the person is not known yet.
    user_id: int | None


def begin(response: HttpResponse, visit: Visit, path: str) -> None:
    response.set_cookie(
        COOKIE,
        signing.dumps(asdict(visit), salt=SALT),
        max_age=LASTS,
        path=path,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def read(request: HttpRequest) -> Visit | None:
    """None where this browser began no visit, or began it too long ago."""
    text = request.COOKIES.get(COOKIE, "")
    try:
        return Visit(**signing.loads(text, salt=SALT, max_age=LASTS))
    except (signing.BadSignature, TypeError):  # TypeError: of another release
        return None


def end(response: HttpResponse, path: str) -> None:
    response.delete_cookie(COOKIE, path=path, samesite="Lax")
