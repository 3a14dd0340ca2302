"""The pages of domains: the origins from which a tenant's pages may connect."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from tenants.admin.forms import DomainForm
from tenants.admin.of_tenant import OfTenantAdmin
from tenants.admin.tenant_filter import TenantFilter
from tenants.models import Domain


@admin.register(Domain)
class DomainAdmin(OfTenantAdmin):
    form = DomainForm
    list_display = ("origin", "include_subdomains", "default_callee", "tenant")
    list_filter = (TenantFilter, "include_subdomains")
    list_select_related = ("tenant", "default_callee")
    search_fields = ("origin",)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Whose callees to offer is known when the tenant is."""
        fields = ["tenant", "origin", "include_subdomains"]
        return [*fields, "default_callee"] if obj else fields
