"""Pages of rows that nobody adds, changes or deletes by hand: they record what happened."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from tenants.admin.scoped import ScopedAdmin


class ReadOnlyAdmin(ScopedAdmin):
    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
