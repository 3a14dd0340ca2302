"""The pages of callees: the names a tenant's pages may call."""

from __future__ import annotations

from django.contrib import admin

from tenants.admin.forms import CalleeForm
from tenants.admin.of_tenant import OfTenantAdmin
from tenants.admin.tenant_filter import TenantFilter
from tenants.models import Callee


@admin.register(Callee)
class CalleeAdmin(OfTenantAdmin):
    form = CalleeForm
    fields = ("tenant", "alias", "target", "default")
    list_display = ("alias", "target", "default", "tenant")
    list_filter = (TenantFilter, "default")
    search_fields = ("alias", "target")
