"""What a tenant owns: the tenant is chosen once and stays."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import HttpRequest

from tenants.admin.conflicts import CarefulAdmin
from tenants.admin.pages.exporting import ExportingAdmin
from tenants.admin.words import STYLE


class OfTenantAdmin(ExportingAdmin, CarefulAdmin):
    autocomplete_fields = ("tenant",)
    list_select_related: ClassVar[Any] = ("tenant",)

    class Media:
        css = STYLE

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """A secret is sealed to its tenant, and callees are the tenant's own: a row that moved would break."""
        shown = super().get_readonly_fields(request, obj)
        return [*shown, "tenant"] if obj else shown
