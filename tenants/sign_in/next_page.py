"""The page that a person asked for before they had to sign in."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

LONGEST = 1000  # characters


def next_page(request: HttpRequest) -> str:
    """Empty where it is not one of ours."""
    asked = request.GET.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(asked, {request.get_host()}, request.is_secure())
    return asked if is_ours and len(asked) <= LONGEST else ""
