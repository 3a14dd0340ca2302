"""Addresses that there are not: a problem too, and not a page."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.urls.converters import StringConverter
from rest_framework.request import Request

from clickhook.api.view import ApiView


class AnyText(StringConverter):
    """Django's own `path` ends at the end of a line."""

    regex = r"[\s\S]+"


class Nothing(ApiView):
    schema = None  # the document leaves it out

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        self.perform_authentication(request)
        self.check_throttles(request)
        raise Http404
