"""The pages of the nodes that were seen behind an instance: they can be viewed and deleted."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from tenants.admin.conflicts import CarefulAdmin


class WcsNodeAdmin(CarefulAdmin):
    list_display = ("node_id", "instance", "first_seen_at")
    list_select_related = ("instance",)
    search_fields = ("node_id", "instance__name")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
