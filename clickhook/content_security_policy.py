"""The Content-Security-Policy of every page, from Django 6's setting; Django 6 replaces it."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils.deprecation import MiddlewareMixin

HEADER = "Content-Security-Policy"


class ContentSecurityPolicyMiddleware(MiddlewareMixin):
    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        if HEADER not in response:
            response[HEADER] = "; ".join(
                " ".join([name, *values]) for name, values in settings.SECURE_CSP.items()
            )
        return response
