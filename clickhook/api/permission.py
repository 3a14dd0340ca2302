"""What a key may do: its scopes, by the resource and whether the request changes something."""

from __future__ import annotations

from typing import Any

from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from clickhook.api.authentication import key_of
from clickhook.api.problems import Kind, Problem
from tenants.api_scopes import READ, WRITE, grants

WHOLE_INSTALLATION = "This needs a key of the whole installation."


class ScopePermission(BasePermission):
    def has_permission(self, request: Request, view: Any) -> bool:
        if view.resource:
            level = READ if request.method in SAFE_METHODS else WRITE
            require_scope(request, view.resource, level)
        if view.for_whole_installation:
            require_whole_installation(request)
        return True


def require_scope(request: Request, resource: str, level: str) -> None:
    if not grants(key_of(request).scopes, resource, level):
        raise Problem(Kind.SCOPE_MISSING, f"This needs the scope {resource}:{level}.")


def require_whole_installation(request: Request) -> None:
    if key_of(request).tenant_id is not None:
        raise Problem(Kind.SCOPE_MISSING, WHOLE_INSTALLATION)
