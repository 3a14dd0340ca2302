"""Texts that visitors' pages sent."""

from __future__ import annotations

from typing import Any, ClassVar

from tenants.admin.display import time_column
from tenants.admin.read_only import ReadOnlyAdmin
from tenants.admin.tenant_filter import TenantFilter

received = time_column("received_at", "received")


class PageMessageAdmin(ReadOnlyAdmin):
    list_display = (received, "tenant", "operation", "text")
    list_filter = (TenantFilter,)
    list_select_related: ClassVar[Any] = ("tenant",)
    ordering = ("-received_at",)
    fields = ("tenant", received, "session", "operation", "text")
