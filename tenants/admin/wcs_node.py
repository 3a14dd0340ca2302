"""The pages of the nodes that were seen behind an instance: they can be viewed and deleted."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from tenants.admin.conflicts import CarefulAdmin
from tenants.admin.display import time_column

FIRST_SEEN = time_column("first_seen_at", "first seen")


class WcsNodeAdmin(CarefulAdmin):
    list_display = ("node_id", "instance", FIRST_SEEN)
    readonly_fields = (FIRST_SEEN,)
    fields = ("instance", "node_id", FIRST_SEEN)
    list_select_related = ("instance",)
    search_fields = ("node_id", "instance__name")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
