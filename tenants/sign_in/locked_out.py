"""The page for a person who entered too many wrong passwords."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib.admin import site
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def locked_out(request: HttpRequest, response: Any = None, credentials: Any = None) -> HttpResponse:
    minutes = int(settings.AXES_COOLOFF_TIME.total_seconds() // 60)
    context = site.each_context(request) | {"title": "Too many wrong passwords", "minutes": minutes}
    return render(
        request, "tenants/sign_in/locked_out.html", context, status=HTTPStatus.TOO_MANY_REQUESTS
    )
