"""Tells the audit who acts in each request, and from where."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from asgiref.sync import iscoroutinefunction
from django.http import HttpRequest
from django.utils.decorators import sync_and_async_middleware

from tenants.audit.acting import acting_for


@sync_and_async_middleware
def audit(get_response: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], Any]:
    async def handle_async(request: HttpRequest) -> Any:
        with acting_for(request):
            return await get_response(request)

    def handle(request: HttpRequest) -> Any:
        with acting_for(request):
            return get_response(request)

    return handle_async if iscoroutinefunction(get_response) else handle
