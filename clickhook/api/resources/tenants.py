"""Tenants: a POST may bring domains, SIP accounts and callees with it, as an import file does."""

from __future__ import annotations

from typing import ClassVar

from django.http import Http404
from rest_framework.request import Request
from rest_framework.response import Response

from clickhook.api.authentication import key_of
from clickhook.api.permission import require_whole_installation
from clickhook.api.rows import RowsView, RowView
from tenants.transfer.tables import TENANT


class Tenants(RowsView):
    resource, table, order = "tenants", TENANT, ("slug",)
    parameters: ClassVar[dict[str, tuple[str, ...]]] = {"GET": ("cursor",)}

    def post(self, request: Request) -> Response:
        require_whole_installation(request)
        return super().post(request)


class OneTenant(RowView):
    resource, table = "tenants", TENANT
    instead_of_deleting = "A tenant with sessions stays: suspend it instead."

    def delete(self, request: Request, key: str) -> Response:
        tenant = key_of(request).tenant
        if tenant is not None and tenant.slug != key:
            raise Http404
        require_whole_installation(request)
        return super().delete(request, key)
